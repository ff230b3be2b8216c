"""The phone calls of this process: each asked for once, followed by what the carrier tells, and never outliving its session.

`core.calls` decides; here is what takes time: asking the carrier, trying again, giving up.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from greenroom.core import calls as c
from greenroom.core import signals as s
from greenroom.core.errors import LogUnavailable, NoSuchSession, OutOfOrder
from greenroom.ports.clock import Clock
from greenroom.ports.dialler import AnswerLost, CallOrder, CallRefused, Dialler, DiallerError, NotNow
from greenroom.ports.store import CallRow, CallUndone, NewCall, OldCalls
from greenroom.ports.telephony import CallNews
from greenroom.runtime.deadlines import Deadlines
from greenroom.runtime.fair_use import KEPT_MS, FairUse
from greenroom.runtime.metrics import Metrics
from greenroom.runtime.numbers import PhoneNumber
from greenroom.runtime.recorder import Recorder

AFTER_RINGING_S = 30.0
"""How long to wait for a word of the carrier or for a stream, beyond the time that the phone may ring."""
PLACE_AGAIN_S = (0.5, 1.5)
"""Pauses before asking again for a call that was certainly not placed."""
HANG_UP_AGAIN_S = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
STORED_WITHIN_S = 5.0
CLOSE_WITHIN_S = 10.0
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


class Line:
    """One call, and what belongs to it."""

    __slots__ = ("answer", "call", "generation", "row", "session_id")

    def __init__(self, session_id: str, call: c.Call, row: CallRow) -> None:
        self.session_id = session_id
        self.call = call
        self.row = row
        self.generation = 0
        """How often the carrier was told to open a stream."""
        self.answer = ""
        """What it was told last."""

    @property
    def call_id(self) -> str | None:
        return self.call.call_id


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
        self._dialler = dialler
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
        self._group: asyncio.TaskGroup | None = None
        self._at_work: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._lines)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator["Calls"]:
        """Own every request to the carrier. On leaving, those under way are finished, hang-ups above all."""
        async with asyncio.TaskGroup() as self._group:
            try:
                yield self
            finally:
                for line in tuple(self._lines.values()):
                    self._learn(line, c.SessionOver())  # where something failed, their sessions may not have said so
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CLOSE_WITHIN_S):
                        while self._at_work:
                            await asyncio.wait(self._at_work)
                for line in self._lines.values():
                    self._deadlines.clear(("call", line.session_id))
                    log.error("call left open", sessionId=line.session_id, callId=line.call_id)
                for task in self._at_work:
                    task.cancel()

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
        try:
            return (await self._dialler.look_up(call_id)).status not in c.FINAL
        except CallRefused as unknown:
            return not unknown.unknown_call
        except DiallerError as trouble:
            log.warning("call not looked up", callId=call_id, code=trouble.code)
            return True

    # Beginning.

    def expect(self, session_id: str, number: PhoneNumber) -> None:
        """This session is going to be called at this number, unless it ends before. Raises `NoSuchSession`."""
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
        self._start(self._place(line, ordered, stored), f"place call {session_id}")

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
            self._start(self._look_up(line, line.call_id), f"look up call {session_id}")

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

    def _book(
        self, number_key: str, number_ends: str, address_key: str, *, inbound: bool
    ) -> tuple[CallRow, asyncio.Event]:
        at_ms, stored = self._clock.unix_ms(), asyncio.Event()
        row = self.fair_use.book(number_key, number_ends, address_key, at_ms=at_ms, inbound=inbound)
        if not self._recorder.record(NewCall(row), stored.set):
            self.fair_use.undo(row)
            raise LogUnavailable("calls can't be counted at the moment")
        self._recorder.record(OldCalls(at_ms - KEPT_MS))
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
                    self._start(self._hang_up(line, call_id), f"hang up {call_id}")
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
        if self._live(session_id) is None and self._group is not None:
            log.warning("stray call", sessionId=session_id, callId=call_id)
            self._start(self._hang_up(None, call_id), f"hang up {call_id}")

    # What takes time.

    async def _place(self, line: Line, order: CallOrder, stored: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(STORED_WITHIN_S):
                await stored.wait()
        except TimeoutError:
            log.error("call not placed", sessionId=line.session_id, why="it could not be stored")
            self._learn(line, c.NotPlaced())
            return
        for pause_s in (*PLACE_AGAIN_S, None):
            if not line.call.wanted:
                self._learn(line, c.NotPlaced())
                return
            try:
                self._learn(line, c.Placed(await self._dialler.place(order)))
                log.info("call placed", sessionId=line.session_id, callId=line.call_id, endsIn=line.row.number_ends)
            except NotNow as refusal:
                if pause_s is not None:
                    await asyncio.sleep(pause_s)
                    continue
                self._not_placed(line, refusal)
            except CallRefused as refusal:
                self._not_placed(line, refusal)
            except AnswerLost as lost:
                # Never again: it may ring already, and two calls would be two bills.
                log.warning("call answer lost", sessionId=line.session_id, code=lost.code, why=str(lost))
                self._learn(line, c.ReplyLost())
            return

    def _not_placed(self, line: Line, refusal: DiallerError) -> None:
        log.error("call not placed", sessionId=line.session_id, code=refusal.code, why=str(refusal))
        self._metrics.rejected("call_not_placed")
        self._learn(line, c.NotPlaced())

    async def _hang_up(self, line: Line | None, call_id: str) -> None:
        for pause_s in (*HANG_UP_AGAIN_S, None):
            if line is not None and line.call_id == call_id and line.call.stage is c.Stage.OVER:
                return  # the carrier has said so meanwhile
            try:
                await self._dialler.hang_up(call_id)
            except (NotNow, AnswerLost) as trouble:
                if pause_s is not None:
                    await asyncio.sleep(pause_s)
                    continue
                self._not_hung_up(line, call_id, trouble)
            except CallRefused as trouble:
                self._not_hung_up(line, call_id, trouble)
            else:
                log.info("call hung up", callId=call_id, **({} if line is None else {"sessionId": line.session_id}))
                if line is not None and line.call_id == call_id:
                    self._learn(line, c.HungUp())
            return

    def _not_hung_up(self, line: Line | None, call_id: str, trouble: DiallerError) -> None:
        log.error("call not hung up", callId=call_id, code=trouble.code, why=str(trouble))
        self._metrics.hang_ups_failed += 1
        if line is not None and line.call_id == call_id:
            self._learn(line, c.NotHungUp())

    async def _look_up(self, line: Line, call_id: str) -> None:
        try:
            found = await self._dialler.look_up(call_id)
        except DiallerError as trouble:
            log.warning("call not looked up", sessionId=line.session_id, code=trouble.code)
            return
        self._learn(line, c.Told(call_id, found.status))

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        assert self._group is not None
        task = self._group.create_task(_guarded(work, name), name=name)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)


async def _guarded(work: Coroutine[Any, Any, None], name: str) -> None:
    """One call's fault must not take the others with it; what is left of the call, its deadline finds."""
    try:
        await work
    except Exception:
        log.exception("call failed", task=name)
