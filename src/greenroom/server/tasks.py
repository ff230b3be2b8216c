"""Owns what the server does beside answering."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

import structlog

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class Tasks:
    """Runs coroutines from entering to leaving; what still runs then is cancelled. A fault in one is logged, and ends
    that one alone.
    """

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._running)

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        group, self._group = self._group, None
        assert group is not None
        for task in self._running:
            task.cancel()
        # What was raised around it goes on as it is, not as one of a group.
        await group.__aexit__(None, None, None)

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Have this done."""
        if self._group is None:
            work.close()
            raise RuntimeError("nobody is here to own a task")
        task = self._group.create_task(_guarded(work, name), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


async def _guarded(work: Coroutine[Any, Any, None], name: str) -> None:
    try:
        await work
    except Exception:
        log.exception("task failed", task=name)
