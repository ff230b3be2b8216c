"""Speech that needs no model: a tone, as long as its text would take to say. Pure."""

import base64
import functools
from dataclasses import dataclass

from greenroom.ports.caller import AUDIO_PCM_24K, AUDIO_PCMU_8K

PIECE_MS = 100
_TONE_HZ = 200
_LEVEL = 4000
_RATES_HZ = {AUDIO_PCMU_8K: 8000, AUDIO_PCM_24K: 24000}


@dataclass(frozen=True, slots=True)
class Speech:
    """How an automatic engine talks."""

    ms_per_word: int = 300
    least_ms: int = 300
    silent: bool = False
    paced: bool = False
    """As fast as it is spoken, instead of all at once."""

    def duration_ms(self, text: str) -> int:
        return max(self.least_ms, len(text.split()) * self.ms_per_word)


def pieces(duration_ms: int) -> list[int]:
    """Milliseconds of each piece that speech of this length is sent in."""
    whole, rest = divmod(duration_ms, PIECE_MS)
    return [PIECE_MS] * whole + ([rest] if rest else [])


@functools.cache
def tone(audio_format: str, duration_ms: int, *, silent: bool = False) -> bytes:
    """Base64 of a tone, or of silence; made once for each length."""
    import numpy as np

    from greenroom.audio.g711 import pcm_to_ulaw

    samples = duration_ms * _RATES_HZ[audio_format] // 1000
    phase = 2 * np.pi * _TONE_HZ / _RATES_HZ[audio_format] * np.arange(samples)
    pcm = np.round((0 if silent else _LEVEL) * np.sin(phase)).astype(np.int16)
    return base64.b64encode(pcm_to_ulaw(pcm) if audio_format == AUDIO_PCMU_8K else pcm.astype("<i2").tobytes())
