"""Sound to feed the engine with: recordings of real speech, synthesised speech, and what is no speech at all."""

import wave
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from greenroom.audio.g711 import pcm_to_ulaw, ulaw_to_pcm
from greenroom.audio.resample import resample

PHONE_HZ = 8000
Sound = NDArray[np.int16]


@cache
def recording(name: str, rate_hz: int = PHONE_HZ) -> Sound:
    """A recording that the speech package carries."""
    spec = find_spec("moonshine_voice")
    assert spec is not None
    assert spec.origin is not None
    with wave.open(str(Path(spec.origin).parent / "assets" / name)) as file:
        samples = np.frombuffer(file.readframes(-1), "<i2").astype(np.int16)
        return resample(samples, file.getframerate(), rate_hz)


@cache
def _voice() -> Any:
    from hibari import Hibari

    return Hibari(threads=1)


@cache
def spoken(text: str, rate_hz: int = PHONE_HZ) -> Sound:
    """Synthesised speech, from its first sound to its last."""
    audio = np.asarray(_voice()(text, seed=3), np.float32)
    loud = np.flatnonzero(np.abs(audio) > 0.01)
    return resample((audio[loud[0] : loud[-1] + 1] * 20000).astype(np.int16), 24_000, rate_hz)


def silence(seconds: float, rate_hz: int = PHONE_HZ) -> Sound:
    return np.zeros(int(seconds * rate_hz), np.int16)


def with_white_noise(sound: Sound, snr_db: float) -> Sound:
    """`snr_db` below the level of the speech, pauses left out of the reckoning."""
    speech = sound.astype(np.float64)
    power = float(np.mean(np.square(speech[np.abs(speech) > 200])))
    noise = np.random.default_rng(1).normal(0, np.sqrt(power / 10 ** (snr_db / 10)), len(speech))
    return _clipped(speech + noise)


def _pink(white: NDArray[np.float64], t: NDArray[np.float64]) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(white)
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    pink = np.fft.irfft(spectrum, len(t))
    return pink / pink.std() * 1600


def _keys(t: NDArray[np.float64]) -> NDArray[np.float64]:
    keys = np.zeros(len(t))
    for number, at in enumerate(range(0, len(t), PHONE_HZ)):
        low, high = [(697, 1209), (770, 1336), (852, 1477), (941, 1336)][number % 4]
        part = slice(at, at + PHONE_HZ // 5)
        keys[part] = np.sin(2 * np.pi * low * t[part]) + np.sin(2 * np.pi * high * t[part])
    return 6000 * keys


NOT_SPEECH: dict[str, Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]] = {
    "silence": lambda _, t: np.zeros(len(t)),
    "white noise": lambda white, _: white * 1600,
    "pink noise": _pink,
    "hum": lambda _, t: 6000 * np.sin(2 * np.pi * 50 * t) + 2000 * np.sin(2 * np.pi * 150 * t),
    "tones": lambda _, t: 6000 * np.sin(2 * np.pi * (300 + 200 * np.floor(t % 12)) * t),
    "keys of a phone": lambda _, t: _keys(t),
}
"""Sounds of a phone line on which nobody speaks, from white noise and the time."""


def not_speech(name: str, seconds: float) -> Sound:
    t = np.arange(int(seconds * PHONE_HZ)) / PHONE_HZ
    white = np.random.default_rng(2).normal(0, 1, len(t))
    return _clipped(NOT_SPEECH[name](white, t))


def ulaw(sound: Sound) -> bytes:
    return pcm_to_ulaw(sound)


def pcm(sound: Sound) -> bytes:
    return sound.astype("<i2").tobytes()


def at_16k(ulaw_bytes: bytes) -> NDArray[np.float32]:
    """Mu-law as speech-to-text takes it."""
    return resample(ulaw_to_pcm(ulaw_bytes), PHONE_HZ, 16_000).astype(np.float32) / np.float32(32768)


def _clipped(sound: NDArray[np.float64]) -> Sound:
    return np.clip(sound, -32768, 32767).astype(np.int16)
