"""Taking noise out: what goes, what stays."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from greenroom.localvoice.noise import without_noise

RATE_HZ = 16_000


def vowels(seconds: float = 3.0) -> NDArray[np.float32]:
    """Harmonic sound that comes and goes, as speech does."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    tone = sum(np.sin(2 * np.pi * 140 * n * t) / n for n in range(1, 12))
    return (0.1 * tone * (np.sin(2 * np.pi * 1.5 * t) > -0.3)).astype(np.float32)


def level(samples: NDArray[np.float32]) -> float:
    return 10 * np.log10(float(np.mean(samples.astype(float) ** 2)) + 1e-12)


def test_clean_sound_is_left_as_it_is() -> None:
    sound = vowels()
    assert without_noise(sound) is sound


def test_the_pauses_get_quieter_and_the_sound_stays() -> None:
    noise = np.random.default_rng(1).normal(0, 0.03, len(vowels())).astype(np.float32)
    out = without_noise(vowels() + noise)
    silent = vowels() == 0
    assert level(out[silent]) < level(noise[silent]) - 6
    assert abs(level(out[~silent]) - level(vowels()[~silent])) < 1.5


@given(st.integers(0, 6000), st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_any_length_comes_back_as_long_and_finite(length: int, seed: int) -> None:
    sound = np.random.default_rng(seed).normal(0, 0.1, length).astype(np.float32)
    out = without_noise(sound)
    assert out.shape == sound.shape
    assert np.all(np.isfinite(out))


def test_digital_silence_stays_silent() -> None:
    assert not np.any(without_noise(np.zeros(16_000, np.float32)))
