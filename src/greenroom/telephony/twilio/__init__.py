"""Twilio: Media Streams, webhooks, calls."""
