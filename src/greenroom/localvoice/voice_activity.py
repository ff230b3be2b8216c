"""Voice activity: from sound to the beginnings, pauses and resumptions of speech."""

import enum
import math
from collections import deque
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


class Detector(Protocol):
    """How likely it is that a chunk is speech. Keeps state from chunk to chunk."""

    def probability(self, chunk: NDArray[np.float32]) -> float: ...


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
    so far. It pauses at the first chunk that is clearly none, and goes on with the first that clearly is.
    """

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = threshold
        self.speaking = False
        self.pausing = False
        self.chunk = -1
        """The one looked at last."""
        self._recent: deque[bool] = deque(maxlen=_ONSET_WINDOW)

    def take(self, probability: float, level_dbfs: float) -> Activity | None:
        self.chunk += 1
        loud = probability >= self.threshold and level_dbfs > _QUIETEST_DBFS
        if not self.speaking:
            self._recent.append(loud)
            if sum(self._recent) < _ONSET_CHUNKS:
                return None
            self.speaking, self.pausing = True, False
            first = self.chunk - len(self._recent) + 1 + self._recent.index(True)
            self._recent.clear()
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
        self.speaking = self.pausing = False
        self._recent.clear()


def level_dbfs(chunk: NDArray[np.float32]) -> float:
    power = float(np.mean(np.square(chunk)))
    return 10 * math.log10(power) if power > 1e-12 else -120.0
