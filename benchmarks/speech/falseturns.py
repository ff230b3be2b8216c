"""Five minutes each of what is not speech, as fast as the embedded engine takes it."""

import numpy as np
import uvloop
from numpy.typing import NDArray

from benchmarks.speech.ear import RATE, STARTED, ear
from greenroom.audio.g711 import pcm_to_ulaw
from greenroom.localvoice import LocalVoiceSettings
from greenroom.localvoice.inference import loaded
from greenroom.localvoice.server import running

SECONDS = 300


def sounds() -> dict[str, NDArray[np.float64]]:
    """-1 to 1, at 8 kHz."""
    rng = np.random.default_rng(5)
    t = np.arange(RATE * SECONDS) / RATE
    white = rng.normal(0, 1, len(t))
    spectrum = np.fft.rfft(white)
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), len(t))
    keys = [(697, 1209), (770, 1336), (852, 1477), (941, 1633)]
    dtmf = np.zeros(len(t))
    for number in range(SECONDS):
        at = slice(number * RATE, number * RATE + RATE // 5)
        low, high = keys[number % 4]
        dtmf[at] = 0.2 * (np.sin(2 * np.pi * low * t[at]) + np.sin(2 * np.pi * high * t[at]))
    return {
        "silence": np.zeros(len(t)),
        "white noise": white * 0.05,
        "loud white noise": white * 0.25,
        "pink noise": pink / np.abs(pink).max() * 0.4,
        "hum": 0.2 * np.sin(2 * np.pi * 50 * t) + 0.08 * np.sin(2 * np.pi * 150 * t),
        "tones": 0.3 * np.sin(2 * np.pi * (200 + 300 * np.floor(t % 10)) * t),
        "keys of a phone": dtmf,
    }


async def _count() -> dict[str, int]:
    found: dict[str, int] = {}
    async with loaded() as inference, running(LocalVoiceSettings(), inference) as server:
        for name, sound in sounds().items():
            async with ear(server.port) as listening:
                await listening.hear(pcm_to_ulaw((np.clip(sound, -1, 1) * 32767).astype(np.int16)))
                found[name] = len(listening.of(STARTED))
            print(f"   {name}: {found[name]}", flush=True)
    return found


def false_turns() -> dict[str, int]:
    """By kind of sound, how often speech was believed to begin."""
    return uvloop.run(_count())
