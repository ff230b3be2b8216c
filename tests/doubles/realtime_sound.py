"""Sound as a Realtime server makes and hears it."""

import base64
import random
from array import array
from collections.abc import Iterator

BYTES_PER_MS = {"audio/pcmu": 8, "audio/pcm": 48}
WINDOW_MS = 20
LOUD = 500
"""Mean of the absolute 16-bit samples above which a window is speech."""


class Sounds:
    """What was said, sample by sample: no stretch of it comes twice, so that what is heard tells where it is from."""

    def __init__(self) -> None:
        self.of_item: dict[str, bytearray] = {}

    def more(self, item_id: str, audio_format: str, ms: int) -> str:
        """The next piece of an item, as base64."""
        said = self.of_item.setdefault(item_id, bytearray())
        chance = random.Random(f"{item_id} {len(said)}")
        piece = chance.randbytes(BYTES_PER_MS[audio_format] * ms)
        said += piece
        return base64.b64encode(piece).decode()

    def item_of(self, piece: bytes) -> str | None:
        """The item that this piece (six bytes at least) is of."""
        return next((item_id for item_id, said in self.of_item.items() if piece in said), None)


class VoiceActivity:
    """`server_vad`: turns found by loudness, on the clock of the sound that came in."""

    def __init__(self) -> None:
        self.heard_ms = 0
        self._rest = bytearray()
        self._speaking = False
        self._silent_ms = 0

    def take(self, sound: bytes, audio_format: str, settings: dict[str, object]) -> Iterator[tuple[str, int]]:
        """`("started", audio_start_ms)` and `("stopped", audio_end_ms)`, as this sound brings them about."""
        self._rest += sound
        size = BYTES_PER_MS[audio_format] * WINDOW_MS
        padding_ms, silence_ms = int(str(settings["prefix_padding_ms"])), int(str(settings["silence_duration_ms"]))
        while len(self._rest) >= size:
            window = bytes(self._rest[:size])
            del self._rest[:size]
            loud = _loudness(window, audio_format) > LOUD
            self.heard_ms += WINDOW_MS
            if not self._speaking and loud:
                self._speaking, self._silent_ms = True, 0
                yield "started", max(0, self.heard_ms - WINDOW_MS - padding_ms)
            elif self._speaking:
                self._silent_ms = 0 if loud else self._silent_ms + WINDOW_MS
                if self._silent_ms >= silence_ms:
                    self._speaking = False
                    yield "stopped", self.heard_ms  # with the silence, as the API counts

    def clear(self) -> None:
        """Forget a turn that has not ended."""
        self._speaking = False
        self._rest.clear()


def _loudness(window: bytes, audio_format: str) -> float:
    if audio_format == "audio/pcm":
        samples = array("h", window)
        return sum(map(abs, samples)) / len(samples)
    return sum(_ULAW_SIZE[byte] for byte in window) / len(window)


def _ulaw_size(byte: int) -> int:
    """The absolute value that a mu-law byte stands for (G.711)."""
    inverted = ~byte & 0x7F
    return (((inverted & 0x0F) << 3) + 0x84 << (inverted >> 4)) - 0x84


_ULAW_SIZE = [_ulaw_size(byte) for byte in range(256)]
