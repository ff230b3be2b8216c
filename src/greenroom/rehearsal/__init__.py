"""A practice in text, without sound, sockets or waiting: the same core, driven by what somebody types or a test makes up."""

from greenroom.rehearsal.text_session import Said, TextSession

__all__ = ["Said", "TextSession"]
