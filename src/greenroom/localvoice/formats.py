"""Sound as it is on the wire, to and from what the models take."""

import base64
import binascii

import numpy as np
from numpy.typing import NDArray

from greenroom.audio.g711 import alaw_to_pcm, pcm_to_alaw, pcm_to_ulaw, ulaw_to_pcm
from greenroom.audio.resample import Resampler
from greenroom.realtime import ProtocolError
from greenroom.realtime.sessions import AudioFormat

HEARING_HZ = 16_000
SPEAKING_HZ = 24_000
_RATES = {"audio/pcmu": 8000, "audio/pcma": 8000, "audio/pcm": 24_000}
_BYTES_PER_MS = {"audio/pcmu": 8, "audio/pcma": 8, "audio/pcm": 48}


class Hearing:
    """From base64 in one format to samples at 16 kHz, as a stream."""

    def __init__(self, form: AudioFormat) -> None:
        self.form = form
        self._resampler = Resampler(_RATES[form.type], HEARING_HZ)
        self._odd = b""

    def decode(self, audio: str) -> NDArray[np.float32]:
        """-1 to 1. Raises `ProtocolError` for what is no base64, and takes none of it then."""
        try:
            raw = base64.b64decode(audio, validate=True)
        except (binascii.Error, ValueError):
            raise ProtocolError("invalid_value", "audio is not valid base64", "audio") from None
        match self.form.type:
            case "audio/pcmu":
                pcm = ulaw_to_pcm(raw)
            case "audio/pcma":
                pcm = alaw_to_pcm(raw)
            case _:
                raw = self._odd + raw
                whole = len(raw) // 2 * 2
                self._odd = raw[whole:]
                pcm = np.frombuffer(raw[:whole], "<i2").astype(np.int16)
        if not len(pcm):
            return np.zeros(0, np.float32)
        # A second at a time: resampling takes many times the memory of what it is given.
        step = _RATES[self.form.type]
        seconds = [pcm[at : at + step].astype(np.float32) / np.float32(32768) for at in range(0, len(pcm), step)]
        return np.concatenate([self._resampler.process_float(second) for second in seconds])


class Speaking:
    """From samples at 24 kHz to base64 in one format, in pieces, as a stream."""

    def __init__(self, form: AudioFormat, piece_ms: int = 160) -> None:
        self.form = form
        self.bytes_per_ms = _BYTES_PER_MS[form.type]
        rate_hz = _RATES[form.type]
        self._resampler = None if rate_hz == SPEAKING_HZ else Resampler(SPEAKING_HZ, rate_hz)
        self._piece_bytes = piece_ms * self.bytes_per_ms

    def encode(self, pcm: NDArray[np.int16]) -> list[tuple[str, int]]:
        """Pieces, each with the number of bytes that it stands for. May run on any thread, one call at a time."""
        if self._resampler is not None:
            pcm = self._resampler.process(pcm)
        match self.form.type:
            case "audio/pcmu":
                raw = pcm_to_ulaw(pcm)
            case "audio/pcma":
                raw = pcm_to_alaw(pcm)
            case _:
                raw = pcm.astype("<i2").tobytes()
        cuts = range(0, len(raw), self._piece_bytes)
        pieces = [raw[at : at + self._piece_bytes] for at in cuts]
        return [(base64.b64encode(piece).decode(), len(piece)) for piece in pieces]
