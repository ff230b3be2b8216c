"""Real recordings through the embedded engine: how many of their words come out wrong, clean and with noise.

A recording is played several times, each time at another place in the detector's chunks: for the recogniser each is
another recording, and one of them alone is a draw.
"""

import wave
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.speech_references import REFERENCES

from benchmarks.speech.ear import COMPLETED, RATE, ear
from benchmarks.speech.wer import errors
from greenroom.audio.g711 import pcm_to_ulaw
from greenroom.audio.resample import resample

Sound = NDArray[np.int16]
SNR_DB = 10.0
CHUNK = 256
"""Samples at 8 kHz of the detector's chunks."""
LEAD_S, TAIL_S = 0.5, 4.5
_HOTH_HZ = (100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150, 4000)
_HOTH_DB = (32.4, 30.9, 29.1, 27.6, 26.0, 24.4, 22.7, 21.1, 19.5, 17.8, 16.2, 14.6, 12.9, 11.3, 9.6, 7.8, 5.4)
"""Spectral density of the noise of a room, as ITU-T P.800 and IEEE 269 have it; nothing below the first."""


def recording(name: str) -> Sound:
    """At 8 kHz."""
    spec = find_spec("moonshine_voice")
    assert spec is not None
    assert spec.origin is not None
    with wave.open(str(Path(spec.origin).parent / "assets" / name)) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
        return resample(pcm, file.getframerate(), RATE)


def noisy(pcm: Sound, kind: str, snr_db: float = SNR_DB) -> Sound:
    """With noise of that colour; the ratio is that of the power of the whole recording to the noise's."""
    samples = pcm.astype(np.float64)
    noise = NOISES[kind](np.random.default_rng(3).normal(0, 1, len(samples)))
    wanted = np.sqrt(np.mean(np.square(samples)) / 10 ** (snr_db / 10))
    noise *= wanted / np.sqrt(np.mean(np.square(noise)))
    return np.clip(samples + noise, -32768, 32767).astype(np.int16)


def _pink(white: NDArray[np.float64]) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(white)
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), len(white))


def _hoth(white: NDArray[np.float64]) -> NDArray[np.float64]:
    hz = np.fft.rfftfreq(len(white), 1 / RATE)
    density_db = np.interp(np.log(np.maximum(hz, 1)), np.log(_HOTH_HZ), _HOTH_DB)
    return np.fft.irfft(np.fft.rfft(white) * np.where(hz < _HOTH_HZ[0], 0, 10 ** (density_db / 20)), len(white))


NOISES: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "white noise": np.array,
    "pink noise": _pink,
    "room noise (Hoth)": _hoth,
}
KINDS = ("clean", *NOISES)


async def transcript(engine_port: int, pcm: Sound, offset: int) -> str:
    """What the engine hears when this begins so many samples (8 kHz) after a chunk does."""
    lead = np.zeros(round(LEAD_S * RATE) // CHUNK * CHUNK + offset, np.int16)
    sound = np.concatenate((lead, pcm, np.zeros(round(TAIL_S * RATE), np.int16)))
    async with ear(engine_port) as listening:
        await listening.hear(pcm_to_ulaw(sound))
        return " ".join(event["transcript"] for event in listening.of(COMPLETED))


async def word_error_rates(engine_port: int, kind: str, offsets: Sequence[int]) -> list[float]:
    """Of both recordings together, for each of these offsets."""
    rates: list[float] = []
    for offset in offsets:
        wrong = of = 0
        for name, reference in REFERENCES.items():
            pcm = recording(name)
            heard = await transcript(engine_port, pcm if kind == "clean" else noisy(pcm, kind), offset)
            edits, length = errors(reference, heard)
            wrong, of = wrong + edits, of + length
        rates.append(wrong / of)
    return rates
