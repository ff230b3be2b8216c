"""A connection to a Realtime server from its first packet until a session takes it."""

import asyncio
import time
from collections.abc import Callable, Sequence

from picows import WSMsgType

from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.engines.realtime import faults
from greenroom.engines.realtime.connection import Connection, name_of
from greenroom.engines.realtime.leg import RealtimeLeg
from greenroom.engines.realtime.reading import Reading
from greenroom.engines.realtime.settings import RealtimeSettings
from greenroom.ports.engine import EngineConfiguration, EngineEvents, PastTurn
from greenroom.realtime import Unknown
from greenroom.realtime.server_events import NOT_FOR_CALLS, ErrorEvent, SessionCreated
from greenroom.websocket import Heartbeats

LONGEST_SESSION_S = 3600.0
"""No server keeps one session longer, whatever the two clocks say of each other."""
PROOF_S = 1.0
"""How long a connection that has waited may take to answer the configuration, before it counts as dead: a few round trips,
and no longer than a caller takes for the pause before the first word. Its heartbeat finds that out by itself, but it takes
up to 18 seconds."""


class RealtimeSpare:
    """A `SpareLeg` once it is `ready`. Only the server's greeting and the end are of interest; what else a server tells
    a session that nobody uses is let pass."""

    __slots__ = ("_count", "_failure", "_lost", "_reading", "_ready", "_settings", "_taken", "connection", "expires_at")

    def __init__(
        self,
        settings: RealtimeSettings,
        heartbeats: Heartbeats,
        count: Callable[[str], None],
        lost: Callable[[EngineRefusal | EngineUnreachable], None] = lambda _: None,
    ) -> None:
        self.connection = Connection(heartbeats, self._take, self._ended)
        self.expires_at: float | None = None
        self._settings = settings
        self._count = count
        self._lost = lost
        self._reading = Reading(count)
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done with `session.created`; until then, an end is told to who waits for that instead of to `lost`."""
        self._taken = False
        self._failure: EngineRefusal | EngineUnreachable | None = None

    async def ready(self) -> None:
        """Until the server has said `session.created`. Raises `EngineRefusal` or `EngineUnreachable`."""
        await self._ready

    def hand_over(self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> RealtimeLeg:
        """As `take`, without waiting for an answer: for a connection that has only just given one. Raises the same."""
        leg = self._leg(events)
        _tell(leg, wanted, history)
        return leg

    async def take(self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> RealtimeLeg:
        """See `ports.spare.SpareLeg`."""
        leg = self._leg(events)
        answered = leg.await_answer()
        _tell(leg, wanted, history)
        try:
            async with asyncio.timeout(PROOF_S):
                await answered
        except BaseException as error:
            leg.abandon()
            if isinstance(error, TimeoutError):
                where = self._settings.shown
                raise EngineUnreachable(f"a waiting connection to the voice engine at {where} was dead") from None
            raise
        return leg

    async def close(self) -> None:
        """See `ports.spare.SpareLeg`."""
        if not self._taken:
            await self.connection.hang_up()

    def abandon(self) -> None:
        """It won't be used: leave nothing open and say nothing."""
        self.connection.drop()
        if not self._ready.cancel() and not self._ready.cancelled():
            self._ready.exception()  # looked at: whoever would have raised it is gone

    # Inside.

    def _leg(self, events: EngineEvents) -> RealtimeLeg:
        if self._failure is not None:
            raise self._failure
        self._taken = True
        return RealtimeLeg(self._settings, self.connection, events, self._count, self.expires_at)

    def _take(self, kind: WSMsgType, data: bytes) -> None:
        match self._reading.event(kind, data):
            case None if self._reading.hopeless:
                self._fail(self._gone("protocol_error"))
            case SessionCreated(session=session):
                self._greeted(session.expires_at)
            case ErrorEvent(error=error):
                if not self._ready.done():
                    self._fail(faults.while_opening(error, self._settings.shown))
                elif (refusal := faults.fatal(error.code, error.type)) is not None:
                    self._fail(refusal)
                elif error.code == faults.SESSION_EXPIRED:
                    self._fail(self._gone(error.code))
                else:
                    self._count("engine_error")
            case Unknown(type=what) if what not in NOT_FOR_CALLS:
                self._count("engine_unknown_event")
            case _:
                pass

    def _greeted(self, unix_s: float | None) -> None:
        if self._ready.done():
            return
        if unix_s is not None:
            left_s = unix_s - time.time()
            # One that is over already has another clock than ours; that it ends, and how soon at most, is still known.
            lasts_s = min(left_s, LONGEST_SESSION_S) if left_s > 0 else LONGEST_SESSION_S
            self.expires_at = asyncio.get_running_loop().time() + lasts_s
        self._ready.set_result(None)

    def _ended(self, code: int) -> None:
        self._fail(faults.of_close(code) or self._gone(name_of(code)))

    def _gone(self, code: str) -> EngineUnreachable:
        return EngineUnreachable(f"the voice engine at {self._settings.shown} went away ({code})")

    def _fail(self, error: EngineRefusal | EngineUnreachable) -> None:
        if self._failure is not None:
            return
        self._failure = error
        self.connection.drop()
        if self._ready.done():
            self._lost(error)
        else:
            self._ready.set_exception(error)


def _tell(leg: RealtimeLeg, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> None:
    # In this order, so that the echo of the configuration says that the history was taken, too.
    leg.remember(history)
    leg.configure(wanted)
