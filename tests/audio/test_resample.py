"""Length, seams, delay and what is kept of the sound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.audio.resample import Resampler, resample

RATES = [
    (24000, 16000),
    (24000, 8000),
    (8000, 16000),
    (8000, 24000),
    (16000, 24000),
    (48000, 24000),
    (44100, 16000),
    (16000, 8000),
]


def tone(hz: float, rate: int, seconds: float = 0.5, amplitude: float = 10000) -> np.ndarray:
    return np.rint(amplitude * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)).astype(np.int16)


@given(st.sampled_from(RATES), st.lists(st.integers(0, 700), max_size=12), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_chunks_of_any_size_give_the_same_stream_of_exact_length(rates, sizes, seed) -> None:
    pcm = np.random.default_rng(seed).integers(-32768, 32767, sum(sizes), dtype=np.int16)
    whole = Resampler(*rates).process(pcm)
    stream = Resampler(*rates)
    parts, taken, given_out = [], 0, 0
    for size in sizes:
        parts.append(stream.process(pcm[taken : taken + size]))
        taken += size
        given_out += len(parts[-1])
        assert given_out == -(-taken * rates[1] // rates[0])
    assert np.array_equal(np.concatenate([*parts, whole[:0]]), whole)


@pytest.mark.parametrize("rates", RATES)
def test_a_tone_stays_itself_and_the_delay_is_as_told(rates) -> None:
    pcm = tone(700, rates[0])
    assert np.max(np.abs(resample(pcm, *rates)[500:-500].astype(int) - tone(700, rates[1])[500:-500])) <= 60
    assert Resampler(*rates).delay_ms <= 1.5


@pytest.mark.parametrize("rates", [(24000, 8000), (24000, 16000), (48000, 24000), (16000, 8000)])
def test_what_the_lower_rate_cannot_hold_is_taken_out(rates) -> None:
    folded = resample(tone(rates[1] * 0.62, rates[0]), *rates)[500:-500]
    assert np.sqrt(np.mean(folded.astype(float) ** 2)) < 7071 / 300


def test_a_constant_stays_constant() -> None:
    pcm = np.full(4800, 12345, np.int16)
    for rates in RATES:
        assert np.all(np.abs(Resampler(*rates).process(pcm)[200:].astype(int) - 12345) <= 1)


def test_full_scale_does_not_wrap_around() -> None:
    square = np.where(np.arange(8000) // 20 % 2, 32767, -32768).astype(np.int16)
    out = resample(square, 8000, 16000).astype(int)
    assert np.all(np.abs(np.diff(out)) < 60000)


def test_reset_forgets_the_stream_before() -> None:
    stream = Resampler(24000, 16000)
    first = stream.process(tone(440, 24000))
    stream.reset()
    assert np.array_equal(stream.process(tone(440, 24000)), first)
