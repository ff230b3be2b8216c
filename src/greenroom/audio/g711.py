"""G.711 mu-law and A-law, by lookup tables made from the definition (ITU-T G.711). int16 samples, one byte each."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pcm: TypeAlias = NDArray[np.int16]

_ULAW_BIAS = 132
_ULAW_CLIP = 32635


def _ulaw_decoding() -> Pcm:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent, mantissa = (code >> 4) & 7, code & 0x0F
    magnitude = (((mantissa << 3) + _ULAW_BIAS) << exponent) - _ULAW_BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_decoding() -> Pcm:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 0x0F
    magnitude = np.where(exponent, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0), (mantissa << 4) + 8)
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _exponent_of(magnitude: NDArray[np.int32]) -> NDArray[np.intp]:
    """Which of the eight segments: the first ends below 256, each further one is twice as long."""
    return np.searchsorted(256 << np.arange(7), magnitude, side="right")


def _ulaw_encoding() -> NDArray[np.uint8]:
    """Indexed by the sample's bits as uint16."""
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(sample), _ULAW_CLIP) + _ULAW_BIAS
    exponent = _exponent_of(magnitude)
    code = (np.where(sample < 0, 0x80, 0) | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0F)).astype(np.uint8)
    return ~code


def _alaw_encoding() -> NDArray[np.uint8]:
    """Indexed by the sample's bits as uint16."""
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    # A negative sample stands for the interval above it, so that the codes mirror each other around zero.
    magnitude = np.where(sample < 0, -sample - 1, sample)
    exponent = _exponent_of(magnitude)
    mantissa = (magnitude >> np.where(exponent, exponent + 3, 4)) & 0x0F
    code = np.where(sample < 0, 0, 0x80) | (exponent << 4) | mantissa
    return (code ^ 0x55).astype(np.uint8)


_FROM_ULAW = _ulaw_decoding()
_FROM_ALAW = _alaw_decoding()
_TO_ULAW = _ulaw_encoding()
_TO_ALAW = _alaw_encoding()


def ulaw_to_pcm(data: bytes) -> Pcm:
    """Mu-law bytes to int16 samples."""
    return _FROM_ULAW[np.frombuffer(data, np.uint8)]


def pcm_to_ulaw(pcm: Pcm) -> bytes:
    """int16 samples to mu-law bytes."""
    return _TO_ULAW[pcm.view(np.uint16)].tobytes()


def alaw_to_pcm(data: bytes) -> Pcm:
    """A-law bytes to int16 samples."""
    return _FROM_ALAW[np.frombuffer(data, np.uint8)]


def pcm_to_alaw(pcm: Pcm) -> bytes:
    """int16 samples to A-law bytes."""
    return _TO_ALAW[pcm.view(np.uint16)].tobytes()
