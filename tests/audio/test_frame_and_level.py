import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.audio import PCM_24K, PCMA_8K, PCMU_8K, AudioFrame
from greenroom.audio.level import SILENCE_DBFS, dbfs


@given(st.sampled_from([PCMU_8K, PCMA_8K, PCM_24K]), st.integers(0, 100_000))
def test_bytes_and_milliseconds_are_inverse(audio_format, ms) -> None:
    size = audio_format.bytes_of(ms)
    assert audio_format.ms_of(size) == ms
    assert AudioFrame(bytes(size), audio_format).duration_ms == ms


def test_half_a_sample_is_not_counted() -> None:
    assert PCM_24K.bytes_of(0.03) == 0


def test_levels() -> None:
    assert dbfs(np.zeros(0, np.int16)) == dbfs(np.zeros(9, np.int16)) == SILENCE_DBFS
    assert dbfs(np.full(9, -32768, np.int16)) == 0
    assert dbfs(np.full(9, 3277, np.int16)) == pytest.approx(-20, abs=0.01)
