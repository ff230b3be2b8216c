"""Text to speech: Hibari's voice, sentence by sentence."""

import re
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 24_000
VOICE = "heart"
_SEED = 7
"""The same words sound the same each time."""
_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+")
_LONGEST_CHARACTERS = 220
_PAUSE_S = 0.22


class Speaker(Protocol):
    def speak(self, sentence: str, speed: float = 1.0) -> NDArray[np.int16]: ...


class Hibari:
    """One loaded voice. `speak` is not for several threads at once."""

    def __init__(self) -> None:
        from hibari import Hibari as Voice

        self._voice: Any = Voice(threads=1)

    def speak(self, sentence: str, speed: float = 1.0) -> NDArray[np.int16]:
        """The sentence at 24 kHz, with the pause that follows it."""
        audio = np.asarray(self._voice(sentence, speed=speed, seed=_SEED), np.float32)
        pause = np.zeros(int(SAMPLE_RATE_HZ * _PAUSE_S), np.float32)
        samples = np.concatenate([_without_lead(audio), pause])
        return (np.clip(samples, -1, 1) * 32767).astype(np.int16)


def sentences(text: str) -> list[str]:
    """The text in pieces to be spoken one after the other: sentences, and long ones cut at their commas."""
    pieces: list[str] = []
    for sentence in _END.split(text.strip()):
        rest = sentence.strip()
        while len(rest) > _LONGEST_CHARACTERS:
            cut = max(rest.rfind(mark, 40, _LONGEST_CHARACTERS) for mark in (", ", "; ", " – ", " "))
            cut = _LONGEST_CHARACTERS if cut < 0 else cut + 1
            pieces.append(rest[:cut].strip())
            rest = rest[cut:].strip()
        if rest:
            pieces.append(rest)
    return pieces


def _without_lead(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Silence at the beginning would only be waited for."""
    loud = np.flatnonzero(np.abs(audio) > 0.01)
    start = max(0, int(loud[0]) - SAMPLE_RATE_HZ // 50) if len(loud) else 0
    return audio[start:]
