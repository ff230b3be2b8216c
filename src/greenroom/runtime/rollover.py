"""Rollover: a second engine connection is made ready and takes over, between turns, before the first one expires."""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from greenroom.core import signals as s
from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.core.rollover import OVERLAP_MS, may_switch, overlap_ms
from greenroom.core.session import Session
from greenroom.ports.engine import EngineEvents, EngineLeg, PastCall, PastTurn
from greenroom.runtime.tasks import begin

if TYPE_CHECKING:
    from greenroom.runtime.engine_link import EngineLink

RETRY_FIRST_S = 0.25
RETRY_MOST_S = 10.0

log = structlog.get_logger()


class Successor:
    """The connection that is to take over: reports here until it does, and to the session from then on."""

    __slots__ = ("_changed", "_to", "asked", "echoed", "knows", "leg", "lost")

    def __init__(self, asked: int, knows: frozenset[str], changed: Callable[[], None]) -> None:
        self.leg: EngineLeg | None = None
        self.asked = asked
        """The revision that it was set up with last."""
        self.echoed = 0
        """The revision that it agreed to."""
        self.knows = knows
        """Ids of the turns that it was given."""
        self.lost: str | None = None
        """Why it will never take over."""
        self._changed = changed
        self._to: EngineEvents | None = None

    def report_to(self, events: EngineEvents) -> None:
        """It takes over."""
        self._to = events

    def signal(self, signal: s.Signal) -> None:
        if self._to is not None:
            self._to.signal(signal)
            return
        match signal:
            case s.ConfigurationEchoed(revision):
                self.echoed = revision
            case s.EngineLost(code) | s.EngineRefused(code) | s.ConfigurationRejected(code=code):
                self.lost = code
            case _:
                return
        self._changed()

    def caption(self, ref_id: str, text: str) -> None:
        if self._to is not None:
            self._to.caption(ref_id, text)

    def audio(self, reply_id: str, payload: bytes) -> None:
        if self._to is not None:
            self._to.audio(reply_id, payload)

    def session_ms(self, engine_ms: float) -> int:
        return 0 if self._to is None else self._to.session_ms(engine_ms)


class Rollover:
    """Watches the present leg of one session. A leg that doesn't say when it expires is left alone."""

    def __init__(self, link: "EngineLink", chance: Callable[[], float] = random.random) -> None:
        self._link = link
        self._runner = link.runner
        self._chance = chance
        self._tasks: asyncio.TaskGroup | None = None
        self._expires_at = 0.0
        self._open_at = 0.0
        self._urgent_at = 0.0
        self._successor: Successor | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._opening: asyncio.Task[None] | None = None
        self._failures = 0
        self._leaving: list[EngineLeg] = []
        """That are still to be closed."""
        self._closing: asyncio.Task[None] | None = None

    def watch(self, leg: EngineLeg, tasks: asyncio.TaskGroup) -> None:
        """From now on, it is the present leg; what is done about it is a task of theirs."""
        self._tasks = tasks
        self._clear_timer()
        if leg.expires_at is None:
            return
        limits, now = self._runner.session.limits, asyncio.get_running_loop().time()
        # A life that is shorter than twice the margin would be nothing but margin.
        margin_s = min(limits.rollover_s, (leg.expires_at - now) / 2)
        self._expires_at, self._failures = leg.expires_at, 0
        self._urgent_at = leg.expires_at - min(limits.rollover_latest_s, margin_s / 2)
        self._open_at = leg.expires_at - margin_s
        self._set_timer(self._open_at - OVERLAP_MS / 1000, self._prepare)

    def look(self) -> None:
        """Something changed: change over if this is the moment. Asked after every step, so it is quick to say no."""
        successor = self._successor
        if successor is None or successor.leg is None:
            return
        if successor.lost is not None:
            self._drop_successor()
            self._failed(successor.lost)
            return
        wanted = self._link.wanted()
        if successor.asked != wanted.revision:
            successor.asked = wanted.revision
            successor.leg.configure(wanted)  # looks again when it agrees, which may be before this returns
        elif successor.echoed == wanted.revision:
            urgent = asyncio.get_running_loop().time() >= self._urgent_at
            if may_switch(self._runner.session, self._runner.at_ms, urgent=urgent):
                self._switch(successor, successor.leg)

    def leave(self) -> None:
        """The present leg is gone. Whoever was to follow it goes, too: a lost connection is replaced by a new one."""
        self._clear_timer()
        if self._opening is not None:
            self._opening.cancel()
        self._drop_successor()
        self._runner.bridge.keep_recent(on=False)

    def stop(self) -> None:
        """Begin nothing any more, and end at once what is under way; `close` does what is left."""
        self.leave()
        if self._closing is not None:
            self._closing.cancel()

    async def close(self) -> None:
        """Leave nothing open."""
        self.stop()
        await self._close_leaving()

    # The next one.

    def _prepare(self) -> None:
        """Keep what may have to be said to two connections, then open the second."""
        self._runner.bridge.keep_recent(on=True)
        self._set_timer(self._open_at, self._begin_opening)

    def _begin_opening(self) -> None:
        assert self._tasks is not None
        self._opening = begin(self._tasks, self._open(), f"open next engine {self._runner.session_id}")

    async def _open(self) -> None:
        link, turns = self._link, past_turns(self._runner.session)
        wanted = link.wanted()
        successor = Successor(wanted.revision, frozenset(turns), self.look)
        try:
            successor.leg = await link.connect(successor, wanted, list(turns.values()))
        except (EngineUnreachable, EngineRefusal) as error:
            self._failed(error.code)
        except TimeoutError:
            self._failed("engine_timeout")
        else:
            self._opening, self._successor = None, successor
            self._set_timer(self._urgent_at, self.look)
            self.look()

    def _failed(self, code: str) -> None:
        """Try again as long as there is time; the loss itself, if it comes to that, is the session's affair."""
        # Many sessions lose one engine at once, and need not come back at once.
        delay_s = min(RETRY_MOST_S, RETRY_FIRST_S * 2**self._failures) * (0.5 + self._chance() / 2)
        self._failures += 1
        log.warning(
            "engine not renewed", sessionId=self._runner.session_id, code=code, retryInSeconds=round(delay_s, 2)
        )
        due = asyncio.get_running_loop().time() + delay_s
        if due < self._expires_at:
            self._set_timer(due, self._begin_opening)

    def _switch(self, successor: Successor, leg: EngineLeg) -> None:
        """All at once, between two frames of the caller's."""
        session = self._runner.session
        news = [turn for turn_id, turn in past_turns(session).items() if turn_id not in successor.knows]
        self._successor = None
        leg.remember(news)
        old = self._link.replace(leg, successor, overlap_ms(session, self._runner.at_ms))
        self._let_go(old)
        assert self._tasks is not None
        self.watch(leg, self._tasks)
        log.info("engine renewed", sessionId=self._runner.session_id, turns=len(successor.knows) + len(news))

    def _set_timer(self, at: float, then: Callable[[], None]) -> None:
        """In place of the one before."""
        self._clear_timer()
        self._timer = asyncio.get_running_loop().call_at(at, then)

    def _clear_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # Legs that go.

    def _drop_successor(self) -> None:
        successor, self._successor = self._successor, None
        if successor is not None and successor.leg is not None:
            self._let_go(successor.leg)

    def _let_go(self, leg: EngineLeg) -> None:
        """Have it closed, without waiting for that."""
        self._link.discount()
        self._leaving.append(leg)
        if self._closing is None or self._closing.done():
            assert self._tasks is not None
            self._closing = begin(self._tasks, self._close_leaving(), f"close engine {self._runner.session_id}")

    async def _close_leaving(self) -> None:
        while self._leaving:
            await self._leaving[0].close()
            self._leaving.pop(0)


def past_turns(session: Session) -> dict[str, PastTurn]:
    """The conversation so far, as far as it was heard, by the turns' and calls' ids."""
    past: dict[str, PastTurn] = {}
    calls = deque(session.record.calls)
    for place, turn in enumerate((*session.record.turns, None)):
        while calls and (turn is None or calls[0][0] <= place):
            used = calls.popleft()[1]
            past[used.call_id] = PastCall("interviewer", used.output, used.call_id, used.name, used.arguments)
        if turn is not None and turn.completed and turn.heard_text:
            past[turn.turn_id] = PastTurn(turn.speaker, turn.heard_text)
    return past
