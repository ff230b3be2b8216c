"""What is asked of the carrier and takes time: placing, hanging up, asking how a call is. Tried again within bounds."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

import structlog

from greenroom.core import calls as c
from greenroom.ports.dialler import AnswerLost, CallOrder, CallRefused, Dialler, DiallerError, NotNow
from greenroom.ports.store import CallRow
from greenroom.runtime.metrics import Metrics

PLACE_AGAIN_S = (0.5, 1.5)
"""Pauses before asking again for a call that was certainly not placed."""
HANG_UP_AGAIN_S = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
STORED_WITHIN_S = 5.0
CLOSE_WITHIN_S = 10.0

log = structlog.get_logger()


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


class CallRequests:
    """Each request is a task of its own; what came of it is given to `learn`."""

    def __init__(self, dialler: Dialler, metrics: Metrics, learn: Callable[[Line, c.News], None]) -> None:
        self._dialler = dialler
        self._metrics = metrics
        self._learn = learn
        self._group: asyncio.TaskGroup | None = None
        self._at_work: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> bool:
        return self._group is not None

    @contextlib.asynccontextmanager
    async def owned(self, before_leaving: Callable[[], None]) -> AsyncGenerator[None]:
        """Own the tasks. On leaving, those under way are finished, in ten seconds."""
        async with asyncio.TaskGroup() as self._group:
            try:
                yield
            finally:
                before_leaving()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CLOSE_WITHIN_S):
                        while self._at_work:
                            await asyncio.wait(self._at_work)
                for task in self._at_work:
                    task.cancel()

    def place(self, line: Line, order: CallOrder, stored: asyncio.Event) -> None:
        """Have this call placed, once it is stored that it counts."""
        self._start(self._place(line, order, stored), f"place call {line.session_id}")

    def hang_up(self, line: Line | None, call_id: str) -> None:
        """Have this call ended; `line` is whose it is, if anybody's."""
        self._start(self._hang_up(line, call_id), f"hang up {call_id}")

    def look_up(self, line: Line, call_id: str) -> None:
        """Learn how it is."""
        self._start(self._look_up(line, call_id), f"look up call {line.session_id}")

    async def is_up(self, call_id: str) -> bool:
        """Whether the carrier says so, or says nothing: a webhook about a call of long ago must not begin another."""
        try:
            return (await self._dialler.look_up(call_id)).status not in c.FINAL
        except CallRefused as unknown:
            return not unknown.unknown_call
        except DiallerError as trouble:
            log.warning("call not looked up", callId=call_id, code=trouble.code)
            return True

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
