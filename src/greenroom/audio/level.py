"""How loud a stretch of sound is."""

import math

import numpy as np
from numpy.typing import NDArray

SILENCE_DBFS = -100.0
"""What digital silence counts as, so that no level is infinite."""

_FULL_SCALE = 32768.0


def dbfs(pcm: NDArray[np.int16]) -> float:
    """Level of int16 samples in dB below a full-scale square wave: 0 at most, SILENCE_DBFS for silence or no samples."""
    if not pcm.size:
        return SILENCE_DBFS
    samples = pcm.astype(np.float64)
    mean_square = float(np.dot(samples, samples)) / samples.size
    return max(SILENCE_DBFS, 10 * math.log10(mean_square / _FULL_SCALE**2)) if mean_square > 0 else SILENCE_DBFS
