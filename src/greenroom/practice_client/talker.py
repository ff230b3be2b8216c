"""When a simulated caller speaks: after the interviewer, one utterance a turn."""

from collections import deque
from collections.abc import Iterable

FRAME_BYTES = 160
SILENT_FRAME = b"\xff" * FRAME_BYTES
PAUSE_BEFORE_ANSWER_S = 0.7
"""Silence on the line after which the interviewer has finished; words of one line come closer together."""
LEAST_HEARD_S = 0.3
"""Less than this is no line."""


class Talker:
    """Gives one 20 ms frame after the other: silence, or the utterance whose turn it is."""

    def __init__(self, utterances: Iterable[bytes] = (), pause_s: float = PAUSE_BEFORE_ANSWER_S) -> None:
        self._waiting: deque[bytes] = deque(utterances)
        self._pause_s = pause_s
        self._now = b""
        self._place = 0
        self._heard_before = 0.0
        self.spoken = 0
        """Utterances begun."""

    @property
    def speaking(self) -> bool:
        return self._place < len(self._now)

    @property
    def left(self) -> int:
        """Utterances not begun yet."""
        return len(self._waiting)

    def say(self, ulaw: bytes) -> None:
        """Begin this at once, whatever else is being said."""
        self._now, self._place = ulaw, 0
        self.spoken += 1

    def frame(self, silent_s: float | None, heard_s: float) -> bytes:
        """The next frame, given how long the line was silent and how much was heard on it in all."""
        if not self.speaking and self._waiting and silent_s is not None and silent_s >= self._pause_s:
            if heard_s > self._heard_before + LEAST_HEARD_S:
                self.say(self._waiting.popleft())
            self._heard_before = heard_s
        if not self.speaking:
            return SILENT_FRAME
        frame = self._now[self._place : self._place + FRAME_BYTES]
        self._place += FRAME_BYTES
        return frame.ljust(FRAME_BYTES, b"\xff")
