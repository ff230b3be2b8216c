"""A caller whose ear is simulated: it plays what it is sent in real time on a fake clock, as a phone would."""

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
                self.on_mark(name)

    def reply_started(self, reply_id: str, from_ms: int) -> None:
        self.replies.append(reply_id)

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    def play(self, ms: float) -> None:
        """Let this much time pass."""
        for _ in range(round(ms)):
            self.clock.at += 0.001
            self._owed += self._per_ms
            self._sound()
            self._echo_due()
        if not self.queue:
            self._owed = 0.0

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
                self.on_mark(str(name))
