"""A phone provider's stream: the audio of one call over a WebSocket.

A provider's leg knows its messages and nothing of sockets or sessions: it is given a `Wire` to speak through and a `Desk`
to report to when a stream has said whose call it is.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol

import msgspec

from greenroom.core.errors import GreenroomError
from greenroom.ports.caller import CallerEvents, CallerLeg

UNSUPPORTED = 1003
POLICY = 1008


class StreamRefused(GreenroomError):
    """The stream said something that it may not; it is closed with this code."""

    code = "bad_stream"
    http_status = 400
    close_code: ClassVar[int] = POLICY


class NotUnderstood(StreamRefused):
    """Not what the provider sends: no JSON, a message without what belongs in it, audio that is no base64."""

    code = "bad_input"
    close_code = UNSUPPORTED


class OutOfTurn(StreamRefused):
    """Fine in itself, but not now: audio before the start, a second start."""

    code = "out_of_order"


class StreamStart(msgspec.Struct, frozen=True):
    """What a stream says of itself when it begins."""

    stream_sid: str
    token: str | None
    """The stream token, when one came with it."""
    parameters: dict[str, str]
    """What else came with it; nothing here is checked."""
    call_id: str | None = None
    """The provider's name for the call that it belongs to."""


Form = Mapping[str, Sequence[str]]
"""A webhook's fields; each may come more than once."""


class CallNews(msgspec.Struct, frozen=True):
    """What a webhook tells of a call."""

    call_id: str
    status: str | None
    """In the words of `core.calls`; None: not told."""
    by_machine: bool | None
    """Whether a machine answered; None: not told."""
    inbound: bool = False
    caller: str = ""
    """The number that calls, of an inbound call; empty where it is withheld. Never kept or logged."""
    called: str = ""
    """The number of ours that was called."""


class SignatureRefused(GreenroomError):
    """The request is not signed by the phone provider, for this address and this content."""

    code = "signature_refused"
    http_status = 403


class Exchange(Protocol):
    """What a phone provider's webhooks mean, and how it is answered."""

    signature_header: str
    """The header in which its signatures come."""

    def is_genuine(self, url: str, form: Form, signature: str) -> bool:
        """Whether the provider signed a request to this public URL with this content."""
        ...

    def news(self, form: Form) -> CallNews:
        """What a webhook says. Raises `NotUnderstood`."""
        ...

    def stream(self, url: str, action: str, parameters: Mapping[str, str]) -> str:
        """Open a stream to `url`, with these parameters, and ask `action` when it ends."""
        ...

    def hang_up(self) -> str:
        """End the call."""
        ...

    def reject(self) -> str:
        """Don't take the call: it costs nothing then."""
        ...


class Wire(Protocol):
    """The WebSocket that a leg speaks through. Nothing here raises; all of it is a no-op once it is closed."""

    def send_text(self, data: bytes) -> None: ...

    def close(self, code: int, reason: str = "") -> None: ...


class PhoneLeg(CallerLeg, Protocol):
    """One stream of a phone call."""

    frames_heard: int
    """Pieces of audio that have come on it."""

    def received(self, data: bytes) -> None:
        """Take a text message. Raises `StreamRefused`."""
        ...

    def admitted(self, events: CallerEvents) -> None:
        """It belongs to a session: report there from now on."""
        ...

    def gone(self, code: int) -> None:
        """The WebSocket is closed, with this code."""
        ...


class Desk(Protocol):
    """Whoever finds the session that a stream belongs to."""

    def started(self, leg: PhoneLeg, start: StreamStart) -> None:
        """Admit the leg, now or in a while, or close it."""
        ...
