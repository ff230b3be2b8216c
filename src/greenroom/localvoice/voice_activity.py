"""Voice activity: from sound to the beginnings, pauses and resumptions of speech."""

import enum
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

CHUNK_SAMPLES = 512
"""At 16 kHz; what the detector looks at in one go."""
CHUNK_MS = 32
_ONSET_CHUNKS = 3
_ONSET_WINDOW = 5
_QUIETEST_DBFS = -58.0
_DOUBTLESS = 0.9
_MANY_LOUD = 8
"""A breath was seen to have six; words of one syllable in noise have nine or more."""
_SOON_LOOKS = 3
_SOON_WINDOW = 2
"""Chunks whose looks are counted."""
_SOON_BELOW = 0.1
"""So much below the threshold a look still counts."""
_SOON_DBFS = -40.0
_SOON_DBFS_WINDOW = 4
"""One of so many chunks must be that loud: a word may begin loud and go on with almost nothing, as "excuse" does."""


class Detector(Protocol):
    """How likely it is that a chunk is speech, and then the same of sound that ends a little earlier, as often as it
    likes. Keeps state from chunk to chunk."""

    def probabilities(self, chunk: NDArray[np.float32]) -> Sequence[float]: ...


class Change(enum.Enum):
    BEGAN = "began"
    PAUSED = "paused"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True)
class Activity:
    """Speech began, paused or went on at this chunk (counted from the start of the stream)."""

    change: Change
    chunk: int


class SpeechGate:
    """Probabilities in, changes out. Pure; chunks are counted from 0.

    Speech begins with three of five chunks above the threshold, none of them all but silent: clicks and hum don't come
    so far. Where several looks are taken at a chunk, speech that is as loud as a caller's begins sooner: with three looks
    of the last two chunks that are a little below the threshold or above it. An echo is not so loud.
    It pauses at the first chunk that is clearly none, and goes on with the first that clearly is.
    """

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = threshold
        self.speaking = False
        self.pausing = False
        self.chunk = -1
        """The one looked at last."""
        self._recent: deque[bool] = deque(maxlen=_ONSET_WINDOW)
        self._looks: deque[int] = deque(maxlen=_SOON_WINDOW)
        """How many looks at each of the last chunks were almost sure."""
        self._three = False
        self._loud = 0
        self._doubtless = False
        self._levels: deque[float] = deque(maxlen=_SOON_DBFS_WINDOW)

    @property
    def sure(self) -> bool:
        """Whether the speech that has begun is certainly some."""
        return self._three and (self._doubtless or self._loud >= _MANY_LOUD)

    def take(self, probability: float, level_dbfs: float, earlier: Sequence[float] = ()) -> Activity | None:
        """One more chunk. `earlier`: the other looks at it."""
        self.chunk += 1
        audible = level_dbfs > _QUIETEST_DBFS
        loud = audible and probability >= self.threshold
        if loud:
            self._loud += 1
            self._doubtless = self._doubtless or probability >= _DOUBTLESS
        self._recent.append(loud)
        self._three = self._three or sum(self._recent) >= _ONSET_CHUNKS
        if not self.speaking:
            if not any(self._recent):
                self._loud, self._doubtless = 0, False
            almost = self.threshold - _SOON_BELOW
            self._looks.append(sum(look >= almost for look in (probability, *earlier)) if audible and earlier else 0)
            self._levels.append(level_dbfs)
            first = self._began()
            if first is None:
                return None
            self.speaking, self.pausing = True, False
            return Activity(Change.BEGAN, first)
        if self.pausing and loud:
            self.pausing = False
            return Activity(Change.RESUMED, self.chunk)
        if not self.pausing and probability < self.threshold - 0.15:
            self.pausing = True
            return Activity(Change.PAUSED, self.chunk)
        return None

    def reset(self) -> None:
        """Speech is over; wait for the next."""
        self.speaking = self.pausing = self._three = self._doubtless = False
        self._loud = 0
        self._recent.clear()
        self._looks.clear()
        self._levels.clear()

    def _began(self) -> int | None:
        """The first chunk of speech, if there is any."""
        if self._three:
            return self.chunk - len(self._recent) + 1 + self._recent.index(True)
        if sum(self._looks) >= _SOON_LOOKS and max(self._levels) > _SOON_DBFS:
            return self.chunk - sum(1 for looks in self._looks if looks) + 1
        return None


def level_dbfs(chunk: NDArray[np.float32]) -> float:
    power = float(np.mean(np.square(chunk)))
    return 10 * math.log10(power) if power > 1e-12 else -120.0
