"""One time limit for many, with one timer for all of them."""

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Patience(Generic[T]):
    """Calls `ran_out(who)` for each that was expected to get on and did not within `limit_s`."""

    def __init__(self, limit_s: float, ran_out: Callable[[T], None]) -> None:
        self._limit_s = limit_s
        self._ran_out = ran_out
        self._due: dict[T, float] = {}  # the limit is the same for all, so the first one in is the first one due
        self._timer: asyncio.TimerHandle | None = None

    def __contains__(self, who: T) -> bool:
        return who in self._due

    def __len__(self) -> int:
        return len(self._due)

    def expect(self, who: T) -> None:
        """Wait for this one, from now on if it is not waited for already."""
        if who in self._due:
            return
        loop = asyncio.get_running_loop()
        self._due[who] = loop.time() + self._limit_s
        if self._timer is None:
            self._timer = loop.call_later(self._limit_s, self._ring)

    def done(self, who: T) -> None:
        """Wait for it no longer; unknown ones are fine."""
        self._due.pop(who, None)

    def waiting(self) -> tuple[T, ...]:
        return tuple(self._due)

    def stop(self) -> None:
        """Wait for nobody."""
        self._due.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        late = [who for who, due in self._due.items() if due <= loop.time()]
        for who in late:
            del self._due[who]
        if self._due:
            self._timer = loop.call_at(next(iter(self._due.values())), self._ring)
        for who in late:
            self._ran_out(who)
