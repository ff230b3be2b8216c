"""All deadlines of the process: one heap, one timer."""

import asyncio
from collections.abc import Callable, Hashable
from heapq import heapify, heappop, heappush

import structlog

from greenroom.ports.clock import Clock

log = structlog.get_logger()

_LONGEST_SLEEP_S = 3600.0
_SHORTEST_SLEEP_S = 0.001
"""A timer that fires a little early must not spin until it is time."""
_DEAD_ALLOWED = 64


class _Entry:
    """One deadline; without a `call` it was cleared and only waits to be swept."""

    __slots__ = ("at", "call", "key", "order")

    def __init__(self, at: float, order: int, key: Hashable, call: Callable[[], None]) -> None:
        self.at = at
        self.order = order
        self.key = key
        self.call: Callable[[], None] | None = call

    def __lt__(self, other: "_Entry") -> bool:
        return (self.at, self.order) < (other.at, other.order)


class Deadlines:
    """Calls what is due, in order of time; those of one moment in the order in which they were set.

    Each key has one deadline at most. Set and clear cost O(log n) and O(1): a cleared entry stays in the heap until it
    comes up, or until the cleared ones outnumber the others and are swept.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[_Entry] = []
        self._live: dict[Hashable, _Entry] = {}
        self._order = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0

    def __len__(self) -> int:
        return len(self._live)

    def start(self) -> None:
        """Begin; needs a running loop. What was set before counts."""
        self._loop = asyncio.get_running_loop()
        self._arm()

    def stop(self) -> None:
        """Call nothing any more; what is set stays set."""
        self._loop = None
        self._disarm()

    def set(self, key: Hashable, at: float, call: Callable[[], None]) -> None:
        """Have it called at this time of the clock (soon, if that is past); an earlier deadline of the key is void."""
        self.clear(key)
        self._order += 1
        entry = _Entry(at, self._order, key, call)
        self._live[key] = entry
        heappush(self._heap, entry)
        if self._heap[0] is entry:
            self._arm()

    def clear(self, key: Hashable) -> None:
        """Forget the key's deadline; unknown ones are fine."""
        entry = self._live.pop(key, None)
        if entry is None:
            return
        entry.call = None
        if len(self._heap) > 2 * len(self._live) + _DEAD_ALLOWED:
            self._heap = [kept for kept in self._heap if kept.call is not None]
            heapify(self._heap)

    def run_due(self, now: float) -> None:
        """Call what is due. What a call sets anew comes at the next round, even if it is due: the loop gets its turn."""
        due: list[_Entry] = []
        while self._heap and self._heap[0].at <= now:
            due.append(heappop(self._heap))
        for entry in due:
            if entry.call is None:  # cleared, or set anew, by one before it
                continue
            del self._live[entry.key]
            try:
                entry.call()
            except Exception:
                log.exception("deadline failed", key=str(entry.key))
        self._arm()

    def _arm(self) -> None:
        while self._heap and self._heap[0].call is None:
            heappop(self._heap)
        if self._loop is None or not self._heap:
            self._disarm()
            return
        at = self._heap[0].at
        if self._timer is not None:
            if self._timer_at == at:
                return
            self._timer.cancel()
        sleep_s = min(max(at - self._clock.now(), _SHORTEST_SLEEP_S), _LONGEST_SLEEP_S)
        self._timer = self._loop.call_later(sleep_s, self._ring)
        self._timer_at = at

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        self.run_due(self._clock.now())
