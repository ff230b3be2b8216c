"""Changing the sample rate of a stream, by a polyphase FIR with a delay of one to two milliseconds."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from greenroom.audio.g711 import Pcm

ZERO_CROSSINGS = 12
"""Of the windowed sinc, each side, at the lower of the two rates: more is steeper and slower."""

_ROLLOFF = 0.92
_KAISER_BETA = 7.0


@lru_cache(maxsize=16)
def _phases(up: int, down: int) -> NDArray[np.float32]:
    """`up` filters of equal length, one for each position of an output sample between two input samples."""
    slower = max(up, down)
    half = ZERO_CROSSINGS * slower
    n = np.arange(-half, half + 1)
    prototype = np.sinc(n * _ROLLOFF / slower) * np.kaiser(len(n), _KAISER_BETA)
    taps = math.ceil(len(n) / up)
    padded = np.zeros(taps * up)
    padded[: len(n)] = prototype
    filters = padded.reshape(taps, up).T[:, ::-1]
    # Each filter alone has gain 1 at 0 Hz: a constant stays a constant, without a ripple at the input's rate.
    return np.ascontiguousarray(filters / filters.sum(axis=1, keepdims=True)).astype(np.float32)


class Resampler:
    """One stream from one rate to another; chunks of any size go in, and their seams cannot be heard.

    After n samples in, exactly ceil(n * out / in) have come out, whatever the chunks were.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        common = math.gcd(from_hz, to_hz)
        self.from_hz = from_hz
        self.to_hz = to_hz
        self._up, self._down = to_hz // common, from_hz // common
        self._filters = _phases(self._up, self._down) if from_hz != to_hz else np.ones((1, 1), np.float32)
        self._taps = self._filters.shape[1]
        self._tail = np.zeros(self._taps - 1, np.float32)
        self._position = 0

    @property
    def delay_ms(self) -> float:
        """How much later a sound comes out than it went in, in the stream's own time."""
        return 1000 * ZERO_CROSSINGS / min(self.from_hz, self.to_hz) if self.from_hz != self.to_hz else 0.0

    def reset(self) -> None:
        """Begin a new stream."""
        self._tail[:] = 0
        self._position = 0

    def process(self, pcm: Pcm) -> Pcm:
        """The next samples of the stream: int16 in, int16 out."""
        if self.from_hz == self.to_hz:
            return pcm
        return np.clip(np.rint(self.process_float(pcm.astype(np.float32))), -32768, 32767).astype(np.int16)

    def process_float(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same for float32 of any scale."""
        if self.from_hz == self.to_hz or not samples.size:
            return samples
        line = np.concatenate((self._tail, samples))
        # The next output lies `position / up` input samples behind the first of these.
        count = max(0, -(-(samples.size * self._up - self._position) // self._down))
        places = self._position + self._down * np.arange(count)
        self._position += count * self._down - samples.size * self._up
        self._tail = line[samples.size :].copy()
        windows = np.lib.stride_tricks.sliding_window_view(line, self._taps)
        return np.einsum("ij,ij->i", windows[places // self._up], self._filters[places % self._up])


def resample(pcm: Pcm, from_hz: int, to_hz: int) -> Pcm:
    """A whole recording at once, with the filter's delay taken out: ceil(n * to / from) samples."""
    if from_hz == to_hz:
        return pcm
    stream = Resampler(from_hz, to_hz)
    length = -(-len(pcm) * to_hz // from_hz)
    lead = round(stream.delay_ms * to_hz / 1000)
    out = stream.process(np.concatenate((pcm, np.zeros(from_hz // 50, np.int16))))
    return out[lead : lead + length]
