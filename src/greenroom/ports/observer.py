"""The observer: a page, or anything else, that watches a session."""

from typing import Protocol

import msgspec

from greenroom.core.events import Speaker


class Attached(msgspec.Struct, frozen=True):
    """How an observer's attach came out; events follow, from where the observer stood or from the start."""

    log_id: str
    head_seq: int
    resumed: bool
    """False: the observer's own cursor means nothing here, everything from seq 1 follows."""
    status: str
    caller_present: bool


class TranscriptDelta(msgspec.Struct, frozen=True, tag_field="type", tag="transcript.delta", rename="camel"):
    """The caption of an open turn so far, whole: shown, never stored or numbered."""

    session_id: str
    turn_id: str
    speaker: Speaker
    text: str


class Reader(Protocol):
    """One observer's connection. Nothing here blocks or raises; one that can't keep up closes itself with 4508 and
    asks to be detached.
    """

    is_owner: bool
    """Whether it was the session's owner who let it in: someone who may bring the caller back."""

    def attached(self, attached: Attached) -> None:
        """Comes once, ahead of every event."""
        ...

    def event(self, body: bytes, seq: int) -> None:
        """Show this: a whole wire event as UTF-8 JSON. `seq` is 0 for what is never numbered (captions)."""
        ...

    def end(self, code: int, reason: str) -> None:
        """Close with this code, after what was shown before."""
        ...
