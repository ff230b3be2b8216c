"""Recordings for a simulated caller: any WAV in, 8 kHz telephone sound out."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from greenroom.audio.g711 import Pcm, pcm_to_ulaw, ulaw_to_pcm
from greenroom.audio.level import SILENCE_DBFS, dbfs
from greenroom.audio.resample import resample

SAMPLE_RATE_HZ = 8000
PAUSE_S = 1.2
_FRAME = 160
_MARGIN_FRAMES = 10
_BELOW_LOUDEST_DB = 38.0
_QUIETEST_SPEECH_DBFS = -55.0


class BadRecording(Exception):
    """The file can't be spoken; the message says why."""


def load(path: Path) -> Pcm:
    """The samples of a WAV file of any rate, width and number of channels, as 8 kHz mono."""
    try:
        with wave.open(str(path), "rb") as file:
            rate_hz, width, channels = file.getframerate(), file.getsampwidth(), file.getnchannels()
            raw = file.readframes(file.getnframes())
    except OSError as error:
        raise BadRecording(f"{path} can't be read: {error.strerror}") from None
    except (wave.Error, EOFError) as error:
        raise BadRecording(f"{path} is not a PCM WAV file: {error or 'it is cut off'}") from None
    samples = _samples(raw, width)
    mono = samples[: len(samples) // channels * channels].reshape(-1, channels).mean(axis=1)
    return resample(np.rint(mono).astype(np.int16), rate_hz, SAMPLE_RATE_HZ)


def utterances(pcm: Pcm, pause_s: float = PAUSE_S) -> list[bytes]:
    """The recording cut at its long pauses, as mu-law, without the silence around each piece."""
    count = len(pcm) // _FRAME
    levels = [dbfs(pcm[index * _FRAME : (index + 1) * _FRAME]) for index in range(count)]
    floor = max(_QUIETEST_SPEECH_DBFS, max(levels, default=SILENCE_DBFS) - _BELOW_LOUDEST_DB)
    spoken = [index for index, level in enumerate(levels) if level > floor]
    pieces: list[tuple[int, int]] = []
    for index in spoken:
        if pieces and (index - pieces[-1][1]) * _FRAME < pause_s * SAMPLE_RATE_HZ:
            pieces[-1] = (pieces[-1][0], index)
        else:
            pieces.append((index, index))
    cuts = ((max(0, first - _MARGIN_FRAMES), last + 1 + _MARGIN_FRAMES) for first, last in pieces)
    return [pcm_to_ulaw(np.ascontiguousarray(pcm[first * _FRAME : last * _FRAME])) for first, last in cuts]


def save(path: Path, ulaw: bytes) -> None:
    """Mu-law as a WAV file of 8 kHz, 16 bit. Raises OSError."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(ulaw_to_pcm(ulaw).astype("<i2").tobytes())


def _samples(raw: bytes, width: int) -> NDArray[np.float64]:
    """Scaled to 16 bit."""
    match width:
        case 1:  # the only unsigned one
            return (np.frombuffer(raw, np.uint8).astype(np.float64) - 128) * 256
        case 2:
            return np.frombuffer(raw, "<i2").astype(np.float64)
        case 3:
            parts = np.frombuffer(raw[: len(raw) // 3 * 3], np.uint8).reshape(-1, 3).astype(np.int32)
            whole = parts[:, 0] | parts[:, 1] << 8 | parts[:, 2] << 16
            return np.where(whole & 0x800000, whole - (1 << 24), whole) / 256
        case 4:
            return np.frombuffer(raw, "<i4") / 65536
        case _:
            raise BadRecording(f"{width * 8} bits a sample are not understood")
