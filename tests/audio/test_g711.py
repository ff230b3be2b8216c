"""Against the definition's own landmarks, and as a pair of inverses."""

import numpy as np
import pytest

from greenroom.audio.g711 import alaw_to_pcm, pcm_to_alaw, pcm_to_ulaw, ulaw_to_pcm

ALL = bytes(range(256))


@pytest.mark.parametrize(("decode", "encode"), [(ulaw_to_pcm, pcm_to_ulaw), (alaw_to_pcm, pcm_to_alaw)])
def test_every_code_comes_back_as_itself(decode, encode) -> None:
    again = encode(decode(ALL))
    # Mu-law has two zeros, which decode alike.
    assert [a for a, b in zip(ALL, again, strict=True) if a != b] in ([], [0x7F])


@pytest.mark.parametrize(("decode", "encode"), [(ulaw_to_pcm, pcm_to_ulaw), (alaw_to_pcm, pcm_to_alaw)])
def test_the_error_is_within_a_step_of_the_sample(decode, encode) -> None:
    pcm = np.arange(-32000, 32000, dtype=np.int16)
    error = np.abs(decode(encode(pcm)).astype(int) - pcm)
    assert np.all(error <= np.maximum(8, np.abs(pcm.astype(int)) / 25 + 6))


@pytest.mark.parametrize(("decode", "encode"), [(ulaw_to_pcm, pcm_to_ulaw), (alaw_to_pcm, pcm_to_alaw)])
def test_loudness_keeps_its_order(decode, encode) -> None:
    pcm = np.arange(-32768, 32768).astype(np.int16)
    assert np.all(np.diff(decode(encode(pcm)).astype(int)) >= 0)


def test_landmarks_of_the_standard() -> None:
    assert list(ulaw_to_pcm(b"\x00\x80\xff\x7f\xfe")) == [-32124, 32124, 0, 0, 8]
    assert list(alaw_to_pcm(b"\xd5\x55\xaa\x2a")) == [8, -8, 32256, -32256]
    assert pcm_to_ulaw(np.array([0, 32767, -32768], np.int16)) == b"\xff\x80\x00"
    assert pcm_to_alaw(np.array([0, 32767, -32768], np.int16)) == b"\xd5\xaa\x2a"
