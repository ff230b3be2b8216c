"""Rollover: a second engine connection is made ready and takes over, between turns, before the first one expires."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from greenroom.core import signals as s
from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.core.rollover import may_switch
from greenroom.core.session import Session
from greenroom.ports.engine import EngineEvents, EngineLeg, PastCall, PastTurn
from greenroom.ports.renewal import RenewableLeg

if TYPE_CHECKING:
    from greenroom.runtime.engine_link import EngineLink

LOOK_EVERY_S = 0.05
"""How often the session is looked at for a good moment, near the end of a connection's life only."""
HOLD_S = 0.2
"""Before a change the caller's audio is held for so long: what the old connection says within it is about audio that it
had already, and may be that somebody began to speak."""
RETRY_FIRST_S = 0.25
RETRY_MOST_S = 10.0

log = structlog.get_logger()


class Relay:
    """What a leg reports to before it takes over, and through which it reports to the session from then on."""

    __slots__ = ("_to", "echoed", "lost")

    def __init__(self) -> None:
        self._to: EngineEvents | None = None
        self.echoed = 0
        """The revision that it agreed to."""
        self.lost: str | None = None
        """Why it will never take over."""

    def go_live(self, to: EngineEvents) -> None:
        self._to = to

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
                pass

    def caption(self, ref_id: str, text: str) -> None:
        if self._to is not None:
            self._to.caption(ref_id, text)

    def audio(self, reply_id: str, payload: bytes) -> None:
        if self._to is not None:
            self._to.audio(reply_id, payload)

    def session_ms(self, engine_ms: float) -> int:
        return 0 if self._to is None else self._to.session_ms(engine_ms)


@dataclass(slots=True)
class _Successor:
    leg: RenewableLeg
    relay: Relay
    asked: int
    """The revision that it was set up with last."""
    knows: frozenset[str]
    """Ids of the turns that it was given."""


class Rollover:
    """Watches the present leg of one session. A leg that doesn't say when it expires is left alone."""

    def __init__(self, link: "EngineLink") -> None:
        self._link = link
        self._runner = link.runner
        self._tasks: asyncio.TaskGroup | None = None
        self._own: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._leg: RenewableLeg | None = None
        self._expires_at = 0.0
        self._successor: _Successor | None = None
        self._leaving: list[EngineLeg] = []
        """That are being closed."""
        self._opening: asyncio.Task[None] | None = None
        self._failures = 0
        self._not_before = 0.0
        self._held_since: float | None = None

    def watch(self, leg: EngineLeg, tasks: asyncio.TaskGroup) -> None:
        """From now on, it is the present leg."""
        self._tasks = tasks
        if not isinstance(leg, RenewableLeg) or leg.expires_at is None:
            return
        now = asyncio.get_running_loop().time()
        self._leg, self._expires_at = leg, leg.expires_at
        self._failures, self._not_before = 0, 0.0
        # A life that is shorter than twice the margin would be nothing but margin.
        margin_s = min(self._runner.session.limits.rollover_s, (leg.expires_at - now) / 2)
        self._set_timer(leg.expires_at - margin_s - now)

    def leave(self) -> None:
        """The present leg is gone. Whoever was to follow it goes, too: a lost connection is replaced by a new one."""
        self._rest()
        self._drop_successor()

    def stop(self) -> None:
        """Begin nothing any more, and end at once what is under way."""
        self._rest()
        for task in tuple(self._own):
            task.cancel()

    async def close(self) -> None:
        """Leave nothing open."""
        self.stop()
        if self._successor is not None:
            self._part_with(self._successor.leg)
            self._successor = None
        # A task that was to close one may have been stopped before it could.
        leaving, self._leaving = self._leaving, []
        for leg in leaving:
            await leg.close()

    # Looking for the moment.

    def _look(self) -> None:
        leg, now = self._leg, asyncio.get_running_loop().time()
        if leg is None or self._runner.ended:
            return
        if now >= self._expires_at:
            # Its end comes any moment, and is a loss like any other.
            self._go_on_with(leg)
            return
        successor = self._successor
        if successor is None:
            self._go_on_with(leg)
            if self._opening is None and now >= self._not_before:
                self._opening = self._begin(self._open(), "open next engine")
        elif successor.relay.lost is not None:
            self._go_on_with(leg)
            self._failed(successor.relay.lost)
            self._drop_successor()
        elif not self._is_moment(successor, now):
            self._go_on_with(leg)
        elif self._held_since is None:
            self._held_since = now
            leg.hold_audio()
        elif now - self._held_since >= HOLD_S:
            self._switch(leg, successor)
            return
        self._set_timer(LOOK_EVERY_S)

    def _is_moment(self, successor: _Successor, now: float) -> bool:
        session, wanted = self._runner.session, self._link.wanted()
        if successor.asked != wanted.revision:
            successor.asked = wanted.revision
            successor.leg.configure(wanted)
        urgent = now >= self._expires_at - session.limits.rollover_latest_s
        return successor.relay.echoed == wanted.revision and may_switch(session, urgent=urgent)

    def _go_on_with(self, leg: RenewableLeg) -> None:
        if self._held_since is not None:
            self._held_since = None
            leg.send_held()

    # The next one.

    async def _open(self) -> None:
        relay, link = Relay(), self._link
        session, wanted = self._runner.session, link.wanted()
        turns = past_turns(session)
        try:
            leg = await link.connect(relay, wanted, list(turns.values()))
        except (EngineUnreachable, EngineRefusal) as error:
            self._failed(error.code)
        except TimeoutError:
            self._failed("engine_timeout")
        else:
            if isinstance(leg, RenewableLeg):
                self._successor = _Successor(leg, relay, wanted.revision, frozenset(turns))
            else:
                # It doesn't know how to take over, nor will any other.
                self._leg = None
                self._let_go(leg)
        finally:
            if self._opening is asyncio.current_task():
                self._opening = None

    def _failed(self, code: str) -> None:
        """Try again as long as there is time; the loss itself, if it comes to that, is the session's affair."""
        delay_s = min(RETRY_MOST_S, RETRY_FIRST_S * 2**self._failures)
        self._failures += 1
        self._not_before = asyncio.get_running_loop().time() + delay_s
        log.warning("engine not renewed", sessionId=self._runner.session_id, code=code, retryInSeconds=delay_s)

    def _switch(self, old: RenewableLeg, successor: _Successor) -> None:
        """All at once, between two frames of the caller's: each of them goes to one connection."""
        session = self._runner.session
        news = [turn for turn_id, turn in past_turns(session).items() if turn_id not in successor.knows]
        if session.reply is not None:
            # It plays to its end, most likely; a part of it can't be taken back from who has not spoken it.
            news.append(PastTurn("interviewer", session.reply.text))
        successor.leg.remember(news)
        held = old.give_held()
        self._held_since = self._successor = None
        self._link.replace(successor.leg, successor.relay, held)
        self._let_go(old)
        assert self._tasks is not None
        self.watch(successor.leg, self._tasks)
        log.info("engine renewed", sessionId=self._runner.session_id, turns=len(successor.knows) + len(news))

    # Timers and tasks.

    def _rest(self) -> None:
        self._leg = self._held_since = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None

    def _drop_successor(self) -> None:
        successor, self._successor = self._successor, None
        if successor is not None:
            self._let_go(successor.leg)

    def _let_go(self, leg: EngineLeg) -> None:
        """Close it, without waiting for that."""
        self._part_with(leg)
        self._begin(self._close(leg), "close engine")

    def _part_with(self, leg: EngineLeg) -> None:
        self._link.discount()
        self._leaving.append(leg)

    async def _close(self, leg: EngineLeg) -> None:
        await leg.close()
        if leg in self._leaving:
            self._leaving.remove(leg)

    def _set_timer(self, delay_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(max(delay_s, 0.0), self._look)

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        assert self._tasks is not None
        task = self._tasks.create_task(work, name=f"{name} {self._runner.session_id}")
        self._own.add(task)
        task.add_done_callback(self._own.discard)
        return task


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
