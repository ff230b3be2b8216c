"""When to connect again, and when to stop trying."""

import random
from collections.abc import Callable

FIRST_S = 1.0
STEP_S = 0.5
MOST_S = 10.0
CALM_S = 30.0
MOST_FAILURES = 10


class Backoff:
    """First after a random 0–1 s, then full jitter on 0.5 s doubling to 10 s; anew after 30 s of calm.

    `chance` gives a number from 0 up to 1.
    """

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self.failures = 0
        """In a row."""
        self._chance = chance
        self._open_since: float | None = None

    @property
    def given_up(self) -> bool:
        return self.failures >= MOST_FAILURES

    def opened(self, at: float) -> None:
        """The connection is up; whether it stays is seen later."""
        self._open_since = at

    def lost(self, at: float) -> None:
        """The connection is gone, or none came to be."""
        if self._open_since is not None and at - self._open_since >= CALM_S:
            self.failures = 0
        self._open_since = None
        self.failures += 1

    def delay_s(self) -> float:
        """How long to wait before the next attempt."""
        most = FIRST_S if self.failures <= 1 else min(MOST_S, STEP_S * 2 ** (self.failures - 2))
        return self._chance() * most
