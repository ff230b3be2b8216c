"""Real speech at 8 kHz mu-law through the whole engine: how many of its words come out wrong."""

from collections.abc import Callable

import numpy as np
import pytest
from benchmarks.speech.wer import errors

from greenroom.audio.g711 import pcm_to_ulaw
from tests.localvoice.practice import phone, recording, session, silence
from tests.speech_references import REFERENCES

pytestmark = pytest.mark.speech


def white(length: int) -> np.ndarray:
    return np.random.default_rng(3).normal(0, 1, length)


def pink(length: int) -> np.ndarray:
    spectrum = np.fft.rfft(white(length))
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), length)


def with_noise(pcm: np.ndarray, noise: np.ndarray, snr_db: float) -> np.ndarray:
    """The ratio of the whole recording's power to that of the noise."""
    wanted = np.sqrt(np.mean(pcm.astype(float) ** 2) / 10 ** (snr_db / 10))
    return np.clip(pcm + noise * wanted / np.sqrt(np.mean(noise**2)), -32768, 32767).astype(np.int16)


async def transcript(port: int, pcm: np.ndarray) -> str:
    async with session(port) as client:
        await client.configure(audio=phone())
        await client.hear(pcm_to_ulaw(pcm) + silence(4.5))
        # What follows a commit is answered when all the sound before it was listened to.
        await client.send(type="input_audio_buffer.commit")
        await client.configure()
        words = "conversation.item.input_audio_transcription.completed"
        while len(client.of(words)) < len(client.of("input_audio_buffer.committed")):
            await client.next()
        return " ".join(e["transcript"] for e in client.of(words))


# Ten decibels of white noise within the phone's band are too much for the model: 0.12 is wished for.
@pytest.mark.parametrize(("kind", "limit"), [("clean", 0.08), ("pink", 0.12), ("white", 0.25)])
async def test_few_words_come_out_wrong(
    engine_port: int, kind: str, limit: float, record_property: Callable[[str, object], None]
) -> None:
    wrong = total = 0
    for name, text in REFERENCES.items():
        pcm = recording(name)
        if kind != "clean":
            noise = {"white": white, "pink": pink}[kind](len(pcm))
            pcm = with_noise(pcm, noise, 10)
        off, of = errors(text, await transcript(engine_port, pcm))
        wrong, total = wrong + off, total + of
    record_property("word error rate", wrong / total)
    assert wrong / total <= limit, f"{wrong} of {total}"
