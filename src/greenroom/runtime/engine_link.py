"""A session's connection to the voice model: opened, replaced when it was lost, closed."""

import asyncio
from typing import TYPE_CHECKING

import structlog

from greenroom.core import signals as s
from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.core.session import Session
from greenroom.ports.engine import Engine, EngineConfiguration, EngineLeg, PastTurn
from greenroom.runtime.leg_adapters import EngineAdapter
from greenroom.runtime.metrics import Metrics

if TYPE_CHECKING:
    from greenroom.runtime.session_runner import SessionRunner

OPEN_WITHIN_S = 6.0

log = structlog.get_logger()


class EngineLink:
    """At most one leg at a time; what an earlier one still says reaches nobody."""

    def __init__(self, runner: "SessionRunner", engine: Engine, metrics: Metrics) -> None:
        self.leg: EngineLeg | None = None
        self._runner = runner
        self._engine = engine
        self._metrics = metrics
        self._adapter: EngineAdapter | None = None
        self._opening: asyncio.Task[None] | None = None

    def is_from_the_leg(self, adapter: EngineAdapter) -> bool:
        """Whether this adapter is the present leg's."""
        return adapter is self._adapter

    def start_opening(self, tasks: asyncio.TaskGroup) -> None:
        """Connect, as a task of the session's; how it came out is a signal."""
        self._opening = tasks.create_task(self._open(), name=f"open engine {self._runner.session_id}")

    def stop_opening(self) -> None:
        if self._opening is not None:
            self._opening.cancel()

    async def close(self) -> None:
        """Close what is open; idempotent."""
        leg = self.leg
        if leg is None:
            return
        if self._adapter is not None:
            self._adapter.kill()
        self.leg = self._adapter = None
        self._runner.bridge.attach_engine(None)
        self._metrics.legs_open["engine"] -= 1
        await leg.close()

    async def _open(self) -> None:
        await self.close()
        runner, engine = self._runner, self._engine
        adapter = EngineAdapter(runner)
        session = runner.session
        try:
            async with asyncio.timeout(OPEN_WITHIN_S):
                leg = await engine.open(adapter, wanted(session, runner.audio_format), _history(session))
        except EngineUnreachable as error:
            runner.signal(s.EngineLost(error.code))
        except TimeoutError:
            runner.signal(s.EngineLost("engine_timeout"))
        except EngineRefusal as error:
            log.error("engine refused", sessionId=runner.session_id, code=error.code, message=error.message)
            runner.signal(s.EngineRefused(error.code, error.message))
        else:
            self.leg, self._adapter = leg, adapter
            self._metrics.legs_open["engine"] += 1
            if session.connected_at is not None:
                self._metrics.engine_reconnects += 1
            runner.bridge.attach_engine(leg)
            log.info("engine connected", sessionId=runner.session_id, engine=engine.name)
            runner.signal(s.EngineReady(prompt_words=engine.prompt_words))


def wanted(session: Session, audio_format: str) -> EngineConfiguration:
    """What the engine is to be set up with now."""
    configuration = session.record.configuration
    assert configuration is not None
    return EngineConfiguration(
        revision=configuration.revision,
        instructions=session.plan.instructions,
        voice=configuration.voice,
        audio_format=audio_format,
    )


def _history(session: Session) -> list[PastTurn]:
    turns = session.record.turns
    return [PastTurn(turn.speaker, turn.heard_text) for turn in turns if turn.completed and turn.heard_text]
