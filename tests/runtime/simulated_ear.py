"""Callers whose ear is simulated: they play what they are sent in real time on a fake clock, as a phone or a page would."""

import base64
from collections import deque
from collections.abc import Callable

from greenroom.ports.caller import BYTES_PER_MS


class FakeClock:
    def __init__(self) -> None:
        self.at = 100.0

    def now(self) -> float:
        return self.at

    def unix_ms(self) -> int:
        return round(self.at * 1000)


class SimulatedEar:
    """Counts every byte that sounds. Marks are echoed when what was sent before them has sounded, or was cleared."""

    def __init__(self, clock: FakeClock, audio_format: str = "audio/pcmu", *, echoes: bool = True) -> None:
        self.audio_format = audio_format
        self.stream_sid: str | None = "MZ1"
        self.clock = clock
        self.echoes = echoes
        self.heard = bytearray()
        self.queue: deque[bytes | str] = deque()
        self.closed: tuple[int, str] | None = None
        self.on_mark: Callable[[str], None] = lambda name: None
        self.replies: list[str] = []
        self.marks = 0
        self._per_ms = BYTES_PER_MS[audio_format]
        self._owed = 0.0

    def send_audio(self, payload: bytes) -> None:
        self.queue.append(base64.b64decode(payload, validate=True))

    def send_mark(self, name: str) -> None:
        self.marks += 1
        self.queue.append(name)
        self._echo_due()

    def clear(self) -> None:
        marks = [entry for entry in self.queue if isinstance(entry, str)]
        self.queue.clear()
        self._owed = 0.0
        for name in marks:
            if self.echoes:
                self.echo(name)

    def reply_started(self, reply_id: str, from_ms: int) -> None:
        self.replies.append(reply_id)

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    def echo(self, name: str) -> None:
        self.on_mark(name)

    def play(self, ms: float) -> None:
        """Let this much time pass."""
        for _ in range(round(ms)):
            self.clock.at += 0.001
            if not self.queue:
                self._owed = 0.0
            self._arrive()
            self._owed += self._per_ms
            self._sound()
            self._echo_due()
        if not self.queue:
            self._owed = 0.0

    def _arrive(self) -> None:
        """What was under way until now."""

    def _sound(self) -> None:
        while self._owed >= 1 and self.queue and isinstance(self.queue[0], bytes):
            chunk = self.queue[0]
            take = min(int(self._owed), len(chunk))
            self.heard += chunk[:take]
            self._owed -= take
            if take == len(chunk):
                self.queue.popleft()
                self._echo_due()
            else:
                self.queue[0] = chunk[take:]
                return

    def _echo_due(self) -> None:
        while self.queue and isinstance(self.queue[0], str):
            name = self.queue.popleft()
            if self.echoes:
                self.echo(str(name))


class DistantEar(SimulatedEar):
    """One at the end of a line that takes its time, each way. With `tells`, a page: it says where it fell silent, in
    whole milliseconds, and nothing of the marks that it dropped."""

    def __init__(
        self,
        clock: FakeClock,
        audio_format: str = "audio/pcmu",
        *,
        way_ms: Callable[[], float] = lambda: 0.0,
        tells: bool = False,
    ) -> None:
        super().__init__(clock, audio_format)
        self.on_cleared: Callable[[str, int], None] = lambda reply_id, played_ms: None
        self.tells = tells
        self._way_ms = way_ms
        self._lines: tuple[deque[tuple[float, Callable[[], None]]], ...] = (deque(), deque())
        """Out and back, each in order."""
        self._reply = ("", 0, 0)
        """Its id, the position from which it plays, and what had been heard by then."""

    def send_audio(self, payload: bytes) -> None:
        self._put(0, lambda: SimulatedEar.send_audio(self, payload))

    def send_mark(self, name: str) -> None:
        self._put(0, lambda: SimulatedEar.send_mark(self, name))

    def clear(self) -> None:
        self._put(0, self._fall_silent)

    def reply_started(self, reply_id: str, from_ms: int) -> None:
        self._put(0, lambda: self._begin(reply_id, from_ms))

    def echo(self, name: str) -> None:
        self._put(1, lambda: self.on_mark(name))

    def _begin(self, reply_id: str, from_ms: int) -> None:
        super().reply_started(reply_id, from_ms)
        self._reply = (reply_id, from_ms, len(self.heard))

    def _fall_silent(self) -> None:
        if not self.tells:
            super().clear()
            return
        self.queue.clear()
        self._owed = 0.0
        reply_id, from_ms, before = self._reply
        played_ms = from_ms + (len(self.heard) - before) // self._per_ms
        self._put(1, lambda: self.on_cleared(reply_id, played_ms))

    def _put(self, line: int, act: Callable[[], None]) -> None:
        due, under_way = self.clock.at + self._way_ms() / 1000, self._lines[line]
        if under_way:
            due = max(due, under_way[-1][0])
        under_way.append((due, act))
        self._arrive()

    def _arrive(self) -> None:
        for under_way in self._lines:
            while under_way and under_way[0][0] <= self.clock.at + 1e-9:
                under_way.popleft()[1]()
