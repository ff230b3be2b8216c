"""A limit on how often: the generic cell rate algorithm, one number a key."""

from collections import OrderedDict
from collections.abc import Hashable

_ROUNDING_S = 1e-6
"""Intervals that don't add up exactly must not cost anyone the last place."""


class Gcra:
    """Allows `burst` at once and `per` each `window_s` from then on: never more than `burst + per * t / window_s` in t.

    Time is handed in, in seconds. It knows at most `max_keys`; a key at rest is forgotten, which changes nothing, and
    when all are at work the one that was not seen for the longest is forgotten, too: a flood of new keys lets some of
    them in early rather than locking everyone out.
    """

    def __init__(self, per: int, window_s: float, burst: int | None = None, *, max_keys: int = 100_000) -> None:
        if per < 1 or window_s <= 0 or (burst is not None and burst < 1) or max_keys < 1:
            raise ValueError("a limit allows at least one, in a time that is longer than nothing")
        self._interval_s = window_s / per
        self._tolerance_s = self._interval_s * ((per if burst is None else burst) - 1)
        self._max_keys = max_keys
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()
        """When each key will be at rest again, the longest unseen first."""

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, key: Hashable, at: float) -> float:
        """0: allowed, and counted. Else the seconds until it will be; asking too early costs nothing."""
        self._forget(at)
        wait_s = self.peek(key, at)
        if wait_s > 0:
            return wait_s
        self._full_at[key] = max(self._full_at.get(key, at), at) + self._interval_s
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._max_keys:
            self._full_at.popitem(last=False)
        return 0.0

    def peek(self, key: Hashable, at: float) -> float:
        """What `take` would say, without taking."""
        wait_s = self._full_at.get(key, at) - self._tolerance_s - at
        return wait_s if wait_s > _ROUNDING_S else 0.0

    def _forget(self, at: float) -> None:
        # Two for each one that comes: so the rested ones go faster than new ones can come.
        for _ in range(2):
            if not self._full_at or next(iter(self._full_at.values())) > at:
                return
            self._full_at.popitem(last=False)
