"""Twilio: Media Streams."""
