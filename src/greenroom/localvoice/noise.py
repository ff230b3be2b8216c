"""Steady noise taken out of a stretch of speech, by Ephraim and Malah's log-spectral amplitude estimator. Pure.

The noise is what the quietest moments of the same stretch hold, so nothing is learned beforehand, and a stretch without
noise is left as it is.
"""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

_FRAME, _HOP = 512, 128
"""32 and 8 ms at 16 kHz."""
_WINDOW = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FRAME) / _FRAME)).astype(np.float32)
_QUIET_SHARE = 0.15
_FEWEST_QUIET = 8
_BIAS = 1.2
"""The quietest moments hold a little less noise than the others."""
_CLEAN_DB = 22.0
"""With so much more speech than noise there is nothing to do."""
_MEMORY = 0.9
"""How much of a band's estimate comes from the frame before: less is quicker, and musical."""
_LEAST_PRIOR = 10**-2.5
_LEAST_GAIN = 10 ** (-12 / 20)
"""What is taken out wholly is missed by the ear and by the model."""


def without_noise(samples: Samples) -> Samples:
    """The same speech at 16 kHz with less steady noise, of the same length; unchanged when there is next to none."""
    if len(samples) < _FRAME * 4:
        return samples
    padded = np.pad(samples, _FRAME)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP] * _WINDOW
    spectrum = np.fft.rfft(frames, axis=1).astype(np.complex64)
    power = (np.abs(spectrum) ** 2 + 1e-10).astype(np.float32)
    edge = _FRAME // _HOP
    noise = _noise(power[edge : -edge - 1])
    if noise is None:
        return samples
    cleaned = np.fft.irfft(spectrum * _gains(power / noise), _FRAME, axis=1) * _WINDOW
    out = np.zeros(len(padded) + _FRAME, np.float32)
    for part in range(edge):
        # Every fourth frame follows the one before without overlapping it.
        row = cleaned[part::edge].ravel()
        out[part * _HOP : part * _HOP + len(row)] += row
    return out[_FRAME : _FRAME + len(samples)] * np.float32(2 / edge)


def _noise(power: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Power of the noise in each band; None when there is too little to matter."""
    quiet = np.argsort(power.sum(axis=1))[: max(_FEWEST_QUIET, int(_QUIET_SHARE * len(power)))]
    noise = power[quiet].mean(axis=0) * _BIAS
    noise = np.convolve(np.pad(noise, 2, mode="edge"), np.full(5, 0.2), "valid").astype(np.float32)
    ratio = float(power.mean(axis=0).sum() / noise.sum()) - 1
    return None if ratio > 10 ** (_CLEAN_DB / 10) else noise


def _gains(posterior: NDArray[np.float32]) -> NDArray[np.float32]:
    """What to multiply each band of each frame by, given its power over the noise's."""
    posterior = np.minimum(posterior, 1e3)
    gains = np.empty_like(posterior)
    before = np.ones(posterior.shape[1], np.float32)
    for number, now in enumerate(posterior):
        prior = np.maximum(_MEMORY * before + (1 - _MEMORY) * np.maximum(now - 1, 0), _LEAST_PRIOR)
        share = prior / (1 + prior)
        gain = np.minimum(share * np.exp(0.5 * _exponential_integral(share * now)), 1)
        before = gain * gain * now
        gains[number] = gain
    return np.maximum(gains, _LEAST_GAIN)


def _exponential_integral(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """E1, to a few percent."""
    logs = np.log10(np.maximum(values, 1e-10))
    return np.where(
        values < 0.1,
        -2.31 * logs - 0.6,
        np.where(values <= 1, -1.544 * logs + 0.166, 10 ** (-0.52 * values - 0.26)),
    ).astype(np.float32)
