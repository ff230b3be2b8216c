"""The loudspeaker of a simulated phone: what was sent to it sounds in real time, one after the other."""

from collections import deque

SAMPLE_RATE_HZ = 8000
SILENCE = 0xFF
"""Mu-law for zero."""


class Playout:
    """All times are seconds on one clock that never goes back, and are handed in.

    A mark is reached when all audio before it has sounded, at once if there is none; `clear` drops what has not sounded
    yet and gives back the marks among it, as Twilio does.
    """

    def __init__(self) -> None:
        self._until_s = 0.0
        """When everything that is queued has sounded."""
        self._marks: deque[tuple[float, str]] = deque()
        self._heard: list[tuple[float, bytearray]] = []
        """Stretches without a gap, each with the time at which it begins."""

    def add_audio(self, ulaw: bytes, at: float) -> None:
        """Mu-law of 8 kHz, to sound as soon as what came before has."""
        if not self._heard or self._until_s < at:
            self._until_s = at
            self._heard.append((at, bytearray()))
        self._heard[-1][1].extend(ulaw)
        self._until_s += len(ulaw) / SAMPLE_RATE_HZ

    def add_mark(self, name: str, at: float) -> None:
        self._marks.append((max(at, self._until_s), name))

    def reached(self, at: float) -> list[str]:
        """The marks that were reached by now and not told before, in order."""
        names: list[str] = []
        while self._marks and self._marks[0][0] <= at:
            names.append(self._marks.popleft()[1])
        return names

    def clear(self, at: float) -> list[str]:
        """Drop what has not sounded yet; all marks that stand are due now."""
        if self._until_s > at and self._heard:
            begun, stretch = self._heard[-1]
            del stretch[max(0, round((at - begun) * SAMPLE_RATE_HZ)) :]
            self._until_s = at
        names = [name for _, name in self._marks]
        self._marks.clear()
        return names

    def queued_s(self, at: float) -> float:
        """How much has not sounded yet."""
        return max(0.0, self._until_s - at)

    def silent_s(self, at: float) -> float | None:
        """How long it has been silent; None if it never sounded, 0 while it does."""
        return max(0.0, at - self._until_s) if self._heard else None

    def heard_s(self, at: float) -> float:
        """Seconds of audio that have sounded."""
        return max(0.0, sum(len(stretch) for _, stretch in self._heard) / SAMPLE_RATE_HZ - self.queued_s(at))

    def heard(self, since: float, until: float) -> bytes:
        """Mu-law of everything that sounded in this time, each sound at its place and silence between."""
        line = bytearray([SILENCE]) * max(0, round((until - since) * SAMPLE_RATE_HZ))
        for begun, stretch in self._heard:
            start = round((begun - since) * SAMPLE_RATE_HZ)
            piece = stretch[max(0, -start) : max(0, len(line) - start)]
            start = max(0, start)
            line[start : start + len(piece)] = piece
        return bytes(line)
