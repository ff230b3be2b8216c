"""What the server says may still be used, heeded: the next reply waits rather than fail."""

from collections.abc import Iterable

from greenroom.realtime.server_events import RateLimit

MAX_WAIT_S = 3.0
"""A line that is due is not held back longer: the session asks again after four seconds, and a caller has heard nothing
by then."""


class RateLimits:
    """Time is handed in, in seconds."""

    __slots__ = ("_cost", "_free_at")

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}
        """Of what is used up: when there is some again."""
        self._cost = 1
        """Tokens of the reply before this one."""

    def note_cost(self, tokens: int) -> None:
        """So much did a reply cost: the next one will not cost less, since the conversation grows."""
        self._cost = max(tokens, 1)

    def told(self, limits: Iterable[RateLimit], at: float) -> None:
        """What `rate_limits.updated` says."""
        for limit in limits:
            name, left = limit.name, limit.remaining
            if name is None or left is None:
                continue
            needed = self._cost if name == "tokens" else 1
            if left >= needed:
                self._free_at.pop(name, None)
            else:
                self._free_at[name] = at + min(max(limit.reset_seconds or 0.0, 0.0), MAX_WAIT_S)

    def wait_s(self, at: float) -> float:
        """How long a reply has to wait; 0: not at all."""
        return max((free_at - at for free_at in self._free_at.values()), default=0.0)
