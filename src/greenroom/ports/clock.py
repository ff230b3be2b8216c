"""Time, handed in."""

from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Seconds on a clock that never goes back; only differences mean something."""
        ...

    def unix_ms(self) -> int:
        """Unix time in milliseconds."""
        ...
