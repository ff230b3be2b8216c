"""A second voice, for one line: the farewell of a session whose engine does not come back."""

import asyncio
from typing import TYPE_CHECKING

import structlog

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.ports.engine import Engine, EngineConfiguration, EngineLeg
from greenroom.runtime.tasks import begin

if TYPE_CHECKING:
    from greenroom.runtime.session_runner import SessionRunner

MOST_S = 8.0
"""From being asked for to the line having been made, however it goes."""

log = structlog.get_logger()


class LastWords:
    """The events of its leg. Only the line gets through: that a goodbye can't be said is nobody's loss."""

    def __init__(self, runner: "SessionRunner", engine: Engine, cue: Cue) -> None:
        self._runner = runner
        self._engine = engine
        self._cue = cue
        self._agreed = asyncio.Event()
        self._over = asyncio.Event()
        self._leg: EngineLeg | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self, tasks: asyncio.TaskGroup, wanted: EngineConfiguration) -> None:
        """Connect and say it, as a task of the session's."""
        self._task = begin(tasks, self._say(wanted), f"last words {self._runner.session_id}")

    def take_back(self, tasks: asyncio.TaskGroup) -> None:
        """Nobody needs it any more, and the session goes on."""
        self.stop()
        self._task = begin(tasks, self.close(), f"no last words {self._runner.session_id}")

    def stop(self) -> None:
        """Let nothing more of it through, and begin nothing."""
        self._over.set()
        if self._task is not None:
            self._task.cancel()

    async def close(self) -> None:
        """Leave nothing open; apart from `stop`, since a session's end is told before anything is closed."""
        leg, self._leg = self._leg, None
        if leg is not None:
            await leg.close()

    async def _say(self, wanted: EngineConfiguration) -> None:
        try:
            async with asyncio.timeout(MOST_S):
                self._leg = await self._engine.open(self, wanted, ())
                # Before it has agreed, it may speak in another format than the caller's.
                await self._agreed.wait()
                self._leg.say(self._cue)
                await self._over.wait()
        except (EngineUnreachable, EngineRefusal, TimeoutError) as error:
            log.warning("no last words", sessionId=self._runner.session_id, error=type(error).__name__)

    # What the leg reports.

    def signal(self, signal: s.Signal) -> None:
        match signal:
            case _ if self._over.is_set():
                pass
            case s.ConfigurationEchoed():
                self._agreed.set()
            case s.ReplyStarted() | s.ReplyWorded():
                self._runner.signal(signal)
            case s.ReplyFinished():
                self._runner.signal(signal)
                self._over.set()
            case s.EngineLost() | s.EngineRefused() | s.ConfigurationRejected():
                self.stop()
            case _:
                pass  # nobody listens on this connection

    def caption(self, ref_id: str, text: str) -> None:
        if not self._over.is_set():
            self._runner.captions.of_reply(self._runner.session, ref_id, text)

    def audio(self, reply_id: str, payload: bytes) -> None:
        if not self._over.is_set():
            self._runner.bridge.reply_audio(reply_id, payload)

    def session_ms(self, engine_ms: float) -> int:  # noqa: ARG002 nothing is heard on it
        return self._runner.at_ms
