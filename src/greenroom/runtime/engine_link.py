"""A session's connection to the voice model: opened, replaced when it was lost or is about to expire, closed."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import structlog

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.core.session import Session
from greenroom.core.tools import DIRECTED
from greenroom.ports.engine import Engine, EngineConfiguration, EngineEvents, EngineLeg, PastTurn
from greenroom.runtime.last_words import LastWords
from greenroom.runtime.leg_adapters import EngineAdapter
from greenroom.runtime.metrics import Metrics
from greenroom.runtime.rollover import Rollover, Successor, past_turns
from greenroom.runtime.tasks import begin

if TYPE_CHECKING:
    from greenroom.runtime.session_runner import SessionRunner

OPEN_WITHIN_S = 6.0

log = structlog.get_logger()


class EngineLink:
    """At most one leg at a time speaks for the session; what an earlier one still says reaches nobody."""

    def __init__(
        self, runner: "SessionRunner", engine: Engine, metrics: Metrics, other_voice: Engine | None = None
    ) -> None:
        self.leg: EngineLeg | None = None
        self.runner = runner
        self._engine = engine
        self._metrics = metrics
        self._adapter: EngineAdapter | None = None
        self._opening: asyncio.Task[None] | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._rollover = Rollover(self)
        self._sounding: str | None = None
        """The turn of a line that the leg before this one made: how much of it was heard is told to this one then."""
        self._other_voice = other_voice
        self._last_words: LastWords | None = None

    def is_from_the_leg(self, adapter: EngineAdapter) -> bool:
        """Whether this adapter is the present leg's."""
        return adapter is self._adapter

    def start_opening(self, tasks: asyncio.TaskGroup) -> None:
        """Connect, as a task of the session's; how it came out is a signal."""
        self._tasks = tasks
        self._opening = begin(tasks, self._open(), f"open engine {self.runner.session_id}")

    def stop_opening(self) -> None:
        """Open nothing any more."""
        if self._opening is not None:
            self._opening.cancel()
        self._rollover.stop()
        if self._last_words is not None:
            self._last_words.stop()

    def session_changed(self) -> None:
        """A step was taken, and everything that it ordered was handed out."""
        self._rollover.look()

    async def close(self) -> None:
        """Close what is open; idempotent."""
        await self._rollover.close()
        await self._close_leg()
        if self._last_words is not None:
            await self._last_words.close()

    def turn_over(self, turn_id: str) -> None:
        """A turn is in the record, as far as it was heard."""
        if turn_id == self._sounding:
            self._sounding = None
            turn = past_turns(self.runner.session).get(turn_id)
            if turn is not None and self.leg is not None:
                self.leg.remember([turn])

    def say_last_words(self, cue: Cue) -> None:
        """Have the other voice say this, if there is one."""
        if self._other_voice is not None and self._tasks is not None:
            self._last_words = LastWords(self.runner, self._other_voice, cue)
            self._last_words.start(self._tasks, self.wanted())

    def take_back_last_words(self) -> None:
        """The engine is back."""
        if self._last_words is not None and self._tasks is not None:
            self._last_words.take_back(self._tasks)

    # For `Rollover`.

    def wanted(self) -> EngineConfiguration:
        return wanted(self.runner.session, self.runner.audio_format)

    async def connect(
        self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]
    ) -> EngineLeg:
        """Another connection, counted as one. Raises `EngineUnreachable`, `EngineRefusal` and `TimeoutError`."""
        async with asyncio.timeout(OPEN_WITHIN_S):
            leg = await self._engine.open(events, wanted, history)
        self._metrics.legs_open["engine"] += 1
        return leg

    def discount(self) -> None:
        """One that was counted is about to be closed."""
        self._metrics.legs_open["engine"] -= 1

    def replace(self, leg: EngineLeg, successor: Successor, overlap_ms: int) -> EngineLeg:
        """Go on with this leg. Gives the one before it."""
        old = self.leg
        assert old is not None
        if self._adapter is not None:
            self._adapter.kill()
        adapter = EngineAdapter(self.runner)
        self.leg, self._adapter = leg, adapter
        self._note_sounding()
        successor.report_to(adapter)
        self.runner.bridge.hand_over(leg, overlap_ms)
        return old

    # Inside.

    async def _close_leg(self) -> None:
        leg = self.leg
        if leg is None:
            return
        if self._adapter is not None:
            self._adapter.kill()
        self.leg = self._adapter = None
        self.runner.bridge.attach_engine(None)
        self.discount()
        await leg.close()

    async def _open(self) -> None:
        self._rollover.leave()
        await self._close_leg()
        runner = self.runner
        adapter = EngineAdapter(runner)
        session = runner.session
        turns = past_turns(session)
        try:
            leg = await self.connect(adapter, self.wanted(), list(turns.values()))
        except EngineUnreachable as error:
            log.warning("engine unreachable", sessionId=runner.session_id, code=error.code, message=error.message)
            runner.signal(s.EngineLost(error.code))
        except TimeoutError:
            runner.signal(s.EngineLost("engine_timeout"))
        except EngineRefusal as error:
            log.error("engine refused", sessionId=runner.session_id, code=error.code, message=error.message)
            runner.signal(s.EngineRefused(error.code, error.message))
        else:
            self.leg, self._adapter = leg, adapter
            self._note_sounding()
            missed = [turn for turn_id, turn in past_turns(runner.session).items() if turn_id not in turns]
            if missed:
                leg.remember(missed)  # that were over while it connected
            if session.connected_at is not None:
                self._metrics.engine_reconnects += 1
            runner.bridge.attach_engine(leg)
            assert self._tasks is not None
            self._rollover.watch(leg, self._tasks)
            log.info("engine connected", sessionId=runner.session_id, engine=self._engine.name)
            runner.signal(s.EngineReady(prompt_words=self._engine.prompt_words))

    def _note_sounding(self) -> None:
        reply = self.runner.session.reply
        self._sounding = None if reply is None else reply.turn_id


def wanted(session: Session, audio_format: str) -> EngineConfiguration:
    """What the engine is to be set up with now."""
    configuration = session.record.configuration
    assert configuration is not None
    return EngineConfiguration(
        revision=configuration.revision,
        instructions=session.plan.instructions,
        voice=configuration.voice,
        audio_format=audio_format,
        tools=tuple({"type": "function", **msgspec.to_builtins(spec)} for spec in (*DIRECTED, *session.plan.tools)),
    )
