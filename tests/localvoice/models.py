"""Doubles of the models: quick, exact, and stoppable."""

import threading

import numpy as np
from numpy.typing import NDArray

SPEECH = np.tile(np.repeat(np.array([9000, -9000], np.int16), 8), 500)
"""A second of what the double takes for speech, at 8 kHz."""


class Gate:
    """Work waits at it while it is shut."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self.reached = threading.Event()

    def shut(self) -> None:
        self.reached.clear()
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    def pass_through(self) -> None:
        self.reached.set()
        assert self._open.wait(10)


class FakeTranscriber:
    """Hears the same in everything."""

    def __init__(self) -> None:
        self.text = "I have done that many times."
        self.error: Exception | None = None
        self.gate = Gate()
        self.heard: list[int] = []
        """Lengths in samples."""
        self.heard_carefully: list[int] = []

    def transcribe(self, samples: NDArray[np.float32], *, careful: bool = False) -> str:
        self.heard.append(len(samples))
        if careful:
            self.heard_carefully.append(len(samples))
        self.gate.pass_through()
        if self.error is not None:
            raise self.error
        return self.text


class FakeSpeaker:
    """Fifty milliseconds of a tone for each letter."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.gate = Gate()
        self.said: list[str] = []

    def speak(self, sentence: str, speed: float = 1.0) -> NDArray[np.int16]:
        self.gate.pass_through()
        if self.error is not None:
            raise self.error
        self.said.append(sentence)
        count = int(1200 * len(sentence) / speed)
        return (8000 * np.sin(np.arange(count) / 9)).astype(np.int16)


class FakeDetector:
    """Loud is speech."""

    def probabilities(self, chunk: NDArray[np.float32]) -> tuple[float]:
        return (0.95 if float(np.mean(np.abs(chunk))) > 0.05 else 0.02,)


class DoubtfulDetector:
    """Loud may be speech: three looks of four say so, and never the first."""

    def probabilities(self, chunk: NDArray[np.float32]) -> tuple[float, ...]:
        return (0.3, 0.6, 0.6, 0.6) if float(np.mean(np.abs(chunk))) > 0.05 else (0.02,) * 4
