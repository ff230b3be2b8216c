"""An event loop whose clock jumps: what would be waited for is there at once, so hours pass in no time.

Threads are given a moment of real time before each jump, and all of it when nothing else is waited for.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

THREADS_S = 0.0002
DEADLOCK_S = 5.0


class _Jumping(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.threads_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            ready = super().select(DEADLOCK_S)
            if not ready:
                raise RuntimeError("nothing is left that could ever happen")
            return ready
        ready = super().select(0 if timeout <= 0 else self.threads_s)
        if not ready and timeout > 0:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def mind_threads(self) -> None:
        """There are some: don't jump before they could answer."""
        self._jumping.threads_s = THREADS_S


def run(story: Coroutine[Any, Any, T], *, threads: bool = False) -> T:
    """As `asyncio.run`, in virtual time."""

    def loop() -> VirtualLoop:
        made = VirtualLoop()
        if threads:
            made.mind_threads()
        return made

    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(story)
