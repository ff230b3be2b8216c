"""The tasks of one connection: what goes wrong in one ends that connection, and nothing else."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Work:
    """Starts tasks inside the server's group. `failed` is told of an exception that nobody answered."""

    def __init__(self, tasks: asyncio.TaskGroup, failed: Callable[[Exception], None]) -> None:
        self._tasks = tasks
        self._failed = failed
        self._running: set[asyncio.Task[Any]] = set()
        self._stopped = False

    def __len__(self) -> int:
        return len(self._running)

    def start(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """A task that ends with its work, by `stop` or, on an exception, as if it had been cancelled."""
        task = self._tasks.create_task(self._guarded(work), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        if self._stopped:
            task.cancel()
        # A task that is cancelled before its first step never runs its coroutine, which would then be warned about.
        task.add_done_callback(lambda _: work.close())
        return task

    def stop(self) -> None:
        """Cancel all of them, and whatever is started later."""
        self._stopped = True
        for task in tuple(self._running):
            task.cancel()

    async def _guarded(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return await work
        except Exception as error:  # noqa: BLE001 the group would end all connections for it
            self._failed(error)
            raise asyncio.CancelledError from None
