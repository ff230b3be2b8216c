"""What every socket of a caller does, whatever is spoken on it: become a session's caller, be refused, be gone."""

from typing import Protocol

import structlog

from greenroom.core.errors import GreenroomError
from greenroom.ports.caller import CallerEvents, CallerLeg
from greenroom.ports.telephony import StreamRefused
from greenroom.runtime.metrics import Metrics
from greenroom.server.closing import close_code
from greenroom.server.handshake import Visitor
from greenroom.server.ports import LiveSession
from greenroom.server.sockets import ServerSocket, Sockets

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class Leg(CallerLeg, Protocol):
    """A caller's leg, as its socket drives it."""

    def admitted(self, events: CallerEvents) -> None: ...

    def gone(self, code: int) -> None: ...


class CallerSocket(ServerSocket):
    """One caller's WebSocket. A subclass makes the leg and gives it what comes."""

    __slots__ = ("_joined", "_metrics")

    def __init__(self, sockets: Sockets, visitor: Visitor, metrics: Metrics) -> None:
        super().__init__(sockets, visitor)
        self._metrics = metrics
        self._joined = False

    @property
    def caller(self) -> Leg:
        """The leg."""
        raise NotImplementedError

    def closed(self, code: int, reason: str) -> None:
        super().closed(code, reason)
        if self._joined:
            self._metrics.legs_open["caller"] -= 1
        self.caller.gone(code)

    def join(self, session: LiveSession) -> None:
        """Be the session's caller from now on. Raises `OutOfOrder` when it is over."""
        events = session.attach_caller(self.caller)
        if self.is_open:
            self._joined = True
            self._metrics.legs_open["caller"] += 1
            self.settle()
        self.caller.admitted(events)

    def refuse(self, refusal: GreenroomError) -> None:
        """Close with the code that says why."""
        code, reason = close_code(refusal)
        if isinstance(refusal, StreamRefused):
            code = refusal.close_code
        if self.is_open:
            self._metrics.rejected(refusal.code)
            log.info("caller refused", code=refusal.code, why=refusal.message, streamSid=self.caller.stream_sid)
            self.close(code, reason)
