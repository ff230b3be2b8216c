"""What goes over `/voice` beside the sound, both ways: `parse(text) -> Upward` and `build(message) -> text`.

Sound is binary: 16-bit little-endian PCM, mono, 24 kHz, 20 ms a message upward.
"""

from typing import Annotated, Literal

import msgspec

SAMPLE_RATE_HZ = 24_000

Short = Annotated[str, msgspec.Meta(max_length=200)]


class Message(msgspec.Struct, frozen=True, tag_field="type", rename="camel"):
    """Base of all messages."""


class Join(Message, frozen=True, tag="join"):
    """Comes first."""

    session_id: Short
    ticket: Short
    sample_rate_hz: Literal[24_000] = SAMPLE_RATE_HZ


class MarkPlayed(Message, frozen=True, tag="mark.played"):
    """Everything before this mark has sounded."""

    name: Short


class Cleared(Message, frozen=True, tag="cleared"):
    """Silenced; so many milliseconds of the reply have sounded, counted from its beginning."""

    reply_id: Short
    played_ms: Annotated[int, msgspec.Meta(ge=0, le=3_600_000)]


class Mute(Message, frozen=True, tag="mute"):
    """While it is on, the interviewer hears silence, whatever comes."""

    on: bool


class Joined(Message, frozen=True, tag="joined"):
    """The answer to a join."""

    session_id: str
    sample_rate_hz: int = SAMPLE_RATE_HZ


class ReplyStarted(Message, frozen=True, tag="reply.started"):
    """The sound that follows belongs to this reply, from `from_ms` of it on: not 0 when it goes on after a stop."""

    reply_id: str
    from_ms: int


class Mark(Message, frozen=True, tag="mark"):
    """Say `mark.played` when what came before it has sounded; nothing if it was dropped by a clear."""

    name: str


class Clear(Message, frozen=True, tag="clear"):
    """Fall silent at once, drop what has not sounded, and say `cleared`."""


class End(Message, frozen=True, tag="end"):
    """The session is over; the connection is closed next."""

    reason: str


Upward = Join | MarkPlayed | Cleared | Mute
Downward = Joined | ReplyStarted | Mark | Clear | End

_decode = msgspec.json.Decoder(Upward).decode
build = msgspec.json.Encoder().encode


def parse(text: bytes) -> Upward:
    """The message. Raises `ValueError` when it is none of ours."""
    try:
        return _decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
