"""The phone calls of this process: each asked for once, followed by what the carrier tells, and never outliving its session.

`core.calls` decides; `runtime.call_requests` asks the carrier, tries again and gives up.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from greenroom.core import calls as c
from greenroom.core import signals as s
from greenroom.core.errors import LogUnavailable, NoSuchSession, OutOfOrder
from greenroom.ports.clock import Clock
from greenroom.ports.dialler import CallOrder, Dialler
from greenroom.ports.store import CallRow, CallUndone, NewCall
from greenroom.ports.telephony import CallNews
from greenroom.runtime.call_requests import CallRequests, Line
from greenroom.runtime.deadlines import Deadlines
from greenroom.runtime.fair_use import FairUse
from greenroom.runtime.metrics import Metrics
from greenroom.runtime.numbers import PhoneNumber
from greenroom.runtime.recorder import Recorder

AFTER_RINGING_S = 30.0
"""How long to wait for a word of the carrier or for a stream, beyond the time that the phone may ring."""
PAST_CALLS = 10_000
"""Calls that are over and whose names are remembered, so that late news of them mean nothing."""

log = structlog.get_logger()


class CalledSession(Protocol):
    """What a call needs of its session."""

    @property
    def status(self) -> str: ...

    def signal(self, signal: s.Signal) -> None: ...


@dataclass(frozen=True, slots=True)
class CallSettings:
    ring_s: int = 30
    hang_up_on_machines: bool = True


class Calls:
    """Every call by its session and by the carrier's name for it. Use `running()` around everything else."""

    def __init__(
        self,
        dialler: Dialler,
        fair_use: FairUse,
        recorder: Recorder,
        deadlines: Deadlines,
        clock: Clock,
        metrics: Metrics,
        live: Callable[[str], CalledSession | None],
        settings: CallSettings,
    ) -> None:
        self.fair_use = fair_use
        self.settings = settings
        self._requests = CallRequests(dialler, metrics, self._learn)
        self._recorder = recorder
        self._deadlines = deadlines
        self._clock = clock
        self._metrics = metrics
        self._live = live
        self._lines: dict[str, Line] = {}
        self._numbers: dict[str, PhoneNumber] = {}
        """Of sessions that were made to be called, until they are."""
        self._by_call: dict[str, Line] = {}
        self._past: OrderedDict[str, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._lines)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator["Calls"]:
        """Own every request to the carrier. On leaving, those under way are finished, hang-ups above all."""
        async with self._requests.owned(self._end_all):
            yield self
        for line in self._lines.values():
            self._deadlines.clear(("call", line.session_id))
            log.error("call left open", sessionId=line.session_id, callId=line.call_id)

    # Finding.

    def line(self, session_id: str) -> Line | None:
        return self._lines.get(session_id)

    def line_of(self, call_id: str) -> Line | None:
        """By the carrier's name for the call."""
        return self._by_call.get(call_id)

    def is_past(self, call_id: str) -> bool:
        """Whether this was a call of ours that is over."""
        return call_id in self._past

    async def is_up(self, call_id: str) -> bool:
        """Whether the carrier says so, or says nothing: a webhook about a call of long ago must not begin another."""
        return await self._requests.is_up(call_id)

    # Beginning.

    def expect(self, session_id: str, number: PhoneNumber) -> None:
        """The session is going to be called at this number, unless it ends before. Raises `NoSuchSession`."""
        if self._live(session_id) is None:
            raise NoSuchSession("there is no such session")
        self._numbers[session_id] = number

    def number_of(self, session_id: str) -> PhoneNumber | None:
        return self._numbers.get(session_id)

    def dial(
        self, session_id: str, number_key: str, number_ends: str, address_key: str, order: Callable[[Line], CallOrder]
    ) -> None:
        """Call somebody for this session; what becomes of it is told to the session.

        Raises `NoSuchSession`, `OutOfOrder`, `CallLimitReached`, `PhoneSwitchedOff`, `LogUnavailable`, and what `order`
        does; then nothing has happened.
        """
        session = self._live(session_id)
        if session is None:
            raise NoSuchSession("there is no such session")
        if session.status != "idle" or session_id in self._lines:
            raise OutOfOrder(session.status, "a call")
        row, stored = self._book(number_key, number_ends, address_key, inbound=False)
        line = Line(session_id, c.Call(hang_up_on_machines=self.settings.hang_up_on_machines, asking=True), row)
        try:
            ordered = order(line)
        except BaseException:
            self._unbook(row)
            raise
        self._add(line)
        self._metrics.calls["outbound"] += 1
        self._numbers.pop(session_id, None)
        session.signal(s.CallDialled())
        self._requests.place(line, ordered, stored)

    def book_incoming(self, number_key: str, number_ends: str) -> CallRow:
        """A place for a call that comes in. Raises `CallLimitReached`, `PhoneSwitchedOff`, `LogUnavailable`."""
        return self._book(number_key, number_ends, "", inbound=True)[0]

    def cancel_booking(self, row: CallRow) -> None:
        """There will be no call after all."""
        self._unbook(row)

    def take(self, session_id: str, call_id: str, row: CallRow) -> Line:
        """A call that came in belongs to this session. Raises `NoSuchSession`."""
        session = self._live(session_id)
        if session is None:
            raise NoSuchSession("there is no such session")
        line = Line(session_id, c.Call(inbound=True, hang_up_on_machines=False, call_id=call_id), row)
        self._add(line)
        self._metrics.calls["inbound"] += 1
        self._learn(line, c.Told(call_id, "ringing"))
        return line

    # What is learnt.

    def told(self, news: CallNews, session_id: str | None) -> None:
        """A webhook came; `session_id` is what its address says of whose call it is."""
        line = self._by_call.get(news.call_id) or self._lines.get(session_id or "")
        if line is not None:
            if news.by_machine:
                log.info("machine answered", sessionId=line.session_id)
            self._learn(line, c.Told(news.call_id, news.status, by_machine=bool(news.by_machine)))
        elif session_id is not None and news.status not in (None, *c.FINAL) and not self.is_past(news.call_id):
            self._end_stray(news.call_id, session_id)

    def stream_came(self, session_id: str, call_id: str | None) -> None:
        """A stream has become the caller of this session."""
        line = self._lines.get(session_id)
        if line is not None:
            self._learn(line, c.StreamCame(call_id))

    def stream_asked(self, line: Line) -> None:
        """The carrier is told to open a stream."""
        self._learn(line, c.StreamAsked())

    def streams_failed(self, line: Line) -> None:
        """It was told so often enough."""
        self._learn(line, c.StreamsFailed())

    def suspect(self, session_id: str) -> None:
        """Nothing is heard on its stream: ask the carrier how the call is."""
        line = self._lines.get(session_id)
        if line is not None and line.call_id is not None and line.call.stage is not c.Stage.OVER:
            self._requests.look_up(line, line.call_id)

    def session_over(self, session_id: str) -> None:
        """The session has ended and everybody was told: so does its call. Without one, a no-op."""
        self._numbers.pop(session_id, None)
        line = self._lines.get(session_id)
        if line is None:
            return
        self._learn(line, c.SessionOver())
        if session_id in self._lines:
            self._expect_news(line)

    # Inside.

    def _end_all(self) -> None:
        for line in tuple(self._lines.values()):
            self._learn(line, c.SessionOver())  # where something failed, their sessions may not have said so

    def _book(
        self, number_key: str, number_ends: str, address_key: str, *, inbound: bool
    ) -> tuple[CallRow, asyncio.Event]:
        at_ms, stored = self._clock.unix_ms(), asyncio.Event()
        row = self.fair_use.book(number_key, number_ends, address_key, at_ms=at_ms, inbound=inbound)
        if not self._recorder.record(NewCall(row), stored.set):
            self.fair_use.undo(row)
            raise LogUnavailable("calls can't be counted at the moment")
        return row, stored

    def _unbook(self, row: CallRow) -> None:
        self.fair_use.undo(row)
        self._recorder.record(CallUndone(row.call_id))

    def _add(self, line: Line) -> None:
        self._lines[line.session_id] = line
        self._metrics.calls_open += 1
        if line.call_id is not None:
            self._by_call[line.call_id] = line
        self._expect_news(line)

    def _expect_news(self, line: Line) -> None:
        """Something must be heard by then."""
        at = self._clock.now() + self.settings.ring_s + AFTER_RINGING_S
        self._deadlines.set(("call", line.session_id), at, lambda: self._learn(line, c.NothingCame()))

    def _learn(self, line: Line, news: c.News) -> None:
        if self._lines.get(line.session_id) is not line:
            return  # forgotten; it is over
        before = line.call
        line.call, orders = c.step(before, news)
        if line.call_id is not None:
            self._by_call[line.call_id] = line
        if line.call.stage is c.Stage.OVER and before.stage is not c.Stage.OVER:
            self._line_is_free(line, news)
        for order in orders:
            match order:
                case c.Tell(signal):
                    session = self._live(line.session_id)
                    if session is not None:
                        session.signal(signal)
                case c.HangUp(call_id):
                    self._requests.hang_up(line, call_id)
        if line.call.settled:
            self._forget(line)

    def _line_is_free(self, line: Line, news: c.News) -> None:
        if isinstance(news, c.NotPlaced):
            self._unbook(line.row)
        else:
            self.fair_use.over(line.row, self._clock.unix_ms())
        log.info("call over", sessionId=line.session_id, callId=line.call_id, by=type(news).__name__)

    def _forget(self, line: Line) -> None:
        if self._lines.pop(line.session_id, None) is None:
            return
        self._metrics.calls_open -= 1
        self._deadlines.clear(("call", line.session_id))
        if line.call_id is not None:
            self._by_call.pop(line.call_id, None)
            self._remember(line.call_id)

    def _remember(self, call_id: str) -> None:
        self._past[call_id] = None
        self._past.move_to_end(call_id)
        if len(self._past) > PAST_CALLS:
            self._past.popitem(last=False)

    def _end_stray(self, call_id: str, session_id: str) -> None:
        """A call goes on whose session is over, and which nobody here knows any more."""
        self._remember(call_id)
        if self._live(session_id) is None and self._requests.running:
            log.warning("stray call", sessionId=session_id, callId=call_id)
            self._requests.hang_up(None, call_id)
