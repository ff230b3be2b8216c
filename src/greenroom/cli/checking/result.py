"""What a check found."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Result:
    """Counts what was tried, how long it took and what went wrong."""

    name: str
    timed: str = ""
    """What the times are of."""
    limit_ms: float | None = None
    """None: the times are shown only."""
    tried: int = 0
    times_ms: list[float] = field(default_factory=list[float])
    wrong: list[str] = field(default_factory=list[str])
    note: str = ""

    @property
    def passed(self) -> bool:
        return not self.wrong and self.tried > 0

    def took(self, seconds: float, what: str = "") -> None:
        """One time; one above the limit is wrong."""
        ms = seconds * 1000
        self.times_ms.append(ms)
        if self.limit_ms is not None and ms > self.limit_ms:
            self.wrong.append(f"{what or 'one'} took {ms:.0f} ms, more than {self.limit_ms:.0f}")

    def expect(self, holds: object, otherwise: str) -> None:
        if not holds:
            self.wrong.append(otherwise)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "passed": self.passed,
            "count": self.tried,
            "timed": self.timed,
            "p50Ms": rounded(quantile(self.times_ms, 0.5)),
            "p99Ms": rounded(quantile(self.times_ms, 0.99)),
            "limitMs": self.limit_ms,
            "note": self.note,
            "wrong": self.wrong,
        }


def quantile(values: Iterable[float], share: float) -> float | None:
    """The smallest value that is not below this share of all (nearest rank); None of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
