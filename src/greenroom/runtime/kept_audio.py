"""What the caller says while no engine is there to hear it: kept for the next one, the latest of it at least."""

from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Iterator

KEPT_MS = 30_000
"""Then the oldest is forgotten: 240 kB of a phone's audio, 1.44 MB of a browser's, for as long as the gap lasts."""
PIECE_MS = 1_000
"""Given in pieces of this length: fifteen hundred frames at once would keep other calls' frames waiting."""


class KeptAudio:
    """Audio of one format, decoded. What is no base64 is no audio."""

    __slots__ = ("_most_bytes", "_piece_bytes", "_sound")

    def __init__(self, bytes_per_ms: int) -> None:
        self._most_bytes = KEPT_MS * bytes_per_ms
        self._piece_bytes = PIECE_MS * bytes_per_ms
        self._sound = bytearray()

    def __len__(self) -> int:
        return len(self._sound)

    def add(self, payload: bytes) -> None:
        """One frame, as base64 text."""
        try:
            self._sound += b64decode(payload)
        except NoBase64:
            return
        over = len(self._sound) - self._most_bytes
        if over > 0:
            del self._sound[: over + over % 2]  # whole 16-bit samples

    def pieces(self) -> Iterator[bytes]:
        """All of it in order, as base64 text."""
        for start in range(0, len(self._sound), self._piece_bytes):
            yield b64encode(self._sound[start : start + self._piece_bytes])
