"""A page's voice connection: the caller of a browser session.

The leg knows its messages and nothing of sockets or sessions: it is given a `VoiceWire` to speak through and a
`VoiceDesk` to ask when somebody wants to join.
"""

from typing import Protocol

from greenroom.ports.caller import CallerEvents, CallerLeg
from greenroom.ports.telephony import Wire


class VoiceWire(Wire, Protocol):
    """The WebSocket that a leg speaks through. Nothing here raises; all of it is a no-op once it is closed."""

    def send_binary(self, data: bytes) -> None: ...


class VoiceLeg(CallerLeg, Protocol):
    """One voice connection of a page."""

    def received(self, data: bytes) -> None:
        """Take a text message. Raises `StreamRefused`."""
        ...

    def heard(self, pcm: bytes) -> None:
        """Take sound. Raises `StreamRefused`."""
        ...

    def joining(self, session_id: str) -> None:
        """The page may join this session: tell it so, before anything else."""
        ...

    def admitted(self, events: CallerEvents) -> None:
        """It belongs to a session: report there from now on."""
        ...

    def gone(self, code: int) -> None:
        """The WebSocket is closed, with this code."""
        ...


class VoiceDesk(Protocol):
    """Whoever finds the session that a page wants to join."""

    def asked(self, session_id: str, ticket: str) -> None:
        """Let the leg in, now or in a while, or close it."""
        ...
