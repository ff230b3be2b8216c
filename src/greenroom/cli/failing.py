"""Failures that are told in one line."""


class Failed(Exception):
    """The command could not do what was asked; the message says why and, where there is something to do, what."""
