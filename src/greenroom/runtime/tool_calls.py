"""The functions that one session's model has called and that are being carried out."""

import asyncio
from typing import TYPE_CHECKING

import structlog

from greenroom.core import signals as s
from greenroom.core.tools import ToolCall
from greenroom.ports.tools import ToolContext
from greenroom.runtime.tasks import begin
from greenroom.runtime.toolbox import Toolbox

if TYPE_CHECKING:
    from greenroom.runtime.session_runner import SessionRunner

log = structlog.get_logger()


class ToolCalls:
    """Each is a task of the session's; how it came out is a signal."""

    def __init__(self, runner: "SessionRunner", toolbox: Toolbox) -> None:
        self._runner = runner
        self._toolbox = toolbox
        self._running: set[asyncio.Task[None]] = set()

    def start(self, call: ToolCall, tasks: asyncio.TaskGroup) -> None:
        task = begin(tasks, self._run(call), f"tool {call.name[:40]} {self._runner.session_id}")
        if task is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    def stop(self) -> None:
        """End at once what is under way; nothing is reported of it."""
        for task in tuple(self._running):
            task.cancel()

    async def _run(self, call: ToolCall) -> None:
        session_id, session = self._runner.session_id, self._runner.session
        configuration = session.record.configuration
        assert configuration is not None
        context = ToolContext(session_id, configuration.scenario_id, configuration.config, session.plan.facts)
        answer = await self._toolbox.answer(call, context)
        # Its name is the model's own wording until it is known to be one of ours.
        log.info("tool used", sessionId=session_id, tool=call.name[:40], failed=answer.failed)
        self._runner.signal(s.ToolAnswered(call.call_id, answer.output, answer.failed))
