"""A format travels with its audio. Everything is mono."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How samples are written: 16-bit little-endian PCM, or one byte of G.711 each."""

    encoding: Literal["pcm", "pcmu", "pcma"]
    sample_rate_hz: int

    @property
    def sample_bytes(self) -> int:
        return 2 if self.encoding == "pcm" else 1

    def bytes_of(self, ms: float) -> int:
        """Bytes of that many milliseconds, down to a whole sample."""
        return int(ms * self.sample_rate_hz / 1000) * self.sample_bytes

    def ms_of(self, size_bytes: int) -> float:
        """Milliseconds that so many bytes last."""
        return size_bytes * 1000 / (self.sample_rate_hz * self.sample_bytes)


PCMU_8K = AudioFormat("pcmu", 8000)
PCMA_8K = AudioFormat("pcma", 8000)
PCM_8K = AudioFormat("pcm", 8000)
PCM_16K = AudioFormat("pcm", 16000)
PCM_24K = AudioFormat("pcm", 24000)


@dataclass(frozen=True, slots=True)
class AudioFrame:
    data: bytes
    format: AudioFormat

    @property
    def duration_ms(self) -> float:
        return self.format.ms_of(len(self.data))
