"""Twilio as far as calls go, without Twilio: its REST API, its signed webhooks and its media streams, and a person who
answers. For trying a server without an account, and for tests."""
