"""Greenroom: a self-hosted server for AI voice practice calls."""
