"""Moonshine tiny-en on onnxruntime: speech at 16 kHz in, text out.

Decoding with the merged decoder. The first pass runs without the cache, later ones with it; the cross-attention
part of the cache is that of the first pass. Token 1 begins a text, token 2 ends it.
"""

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from greenroom.localvoice.beam_search import Logits, Step, search
from greenroom.localvoice.noise import without_noise

Samples = NDArray[np.float32]

SAMPLE_RATE_HZ = 16_000
LONGEST_S = 14.0
SHORTEST_S = 0.15
"""Less is no word, and too little for the model's first layers."""
TOKENS_PER_SECOND = 6.5
CAREFUL_WIDTH = 4
"""Readings that are compared."""
_BEGIN, _END = 1, 2
_NO_WORDS = str.maketrans({"▁": " ", "♪": None, "\N{REPLACEMENT CHARACTER}": None})


class Transcriber(Protocol):
    def transcribe(self, samples: Samples, *, careful: bool = False) -> str: ...


class Moonshine:
    """One loaded model; `transcribe` may be called from several threads at once."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        import onnxruntime as ort

        options: Any = ort.SessionOptions()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._encoder: Any = ort.InferenceSession(str(folder / "encoder_model.ort"), options)
        self._decoder: Any = ort.InferenceSession(str(folder / "decoder_model_merged.ort"), options)
        self._words = vocabulary((folder / "tokenizer.bin").read_bytes())
        self._encoder_inputs = [entry.name for entry in self._encoder.get_inputs()]
        past = [entry for entry in self._decoder.get_inputs() if entry.name.startswith("past_key_values")]
        self._no_past = {entry.name: np.zeros((1, entry.shape[1], 0, entry.shape[3]), np.float32) for entry in past}
        outputs = self._decoder.get_outputs()[1:]
        self._present = [entry.name.replace("present", "past_key_values") for entry in outputs]

    def transcribe(self, samples: Samples, *, careful: bool = False) -> str:
        """The text of at most 14 s of mono speech, -1 to 1, at 16 kHz; feed it nothing that is not speech.

        `careful`: with noise taken out and several readings compared. It takes about twice as long.
        """
        if len(samples) < SHORTEST_S * SAMPLE_RATE_HZ:
            return ""
        if careful:
            samples = without_noise(samples)
        longest = int(len(samples) / SAMPLE_RATE_HZ * TOKENS_PER_SECOND) + 8
        width = CAREFUL_WIDTH if careful else 1
        tokens = search(self._decoding(samples), begin=_BEGIN, end=_END, width=width, longest=longest)
        text = b"".join(self._words[token] for token in tokens).decode("utf-8", "replace")
        return text.translate(_NO_WORDS).strip()

    def _decoding(self, samples: Samples) -> Step:
        mask = np.ones((1, len(samples)), np.int64)
        feed: dict[str, Any] = {self._encoder_inputs[0]: samples[None].astype(np.float32)}
        if len(self._encoder_inputs) > 1:
            feed[self._encoder_inputs[1]] = mask
        hidden = self._encoder.run(None, feed)[0]
        cache: dict[str, Any] = dict(self._no_past)
        rows = 0

        def step(tokens: list[int], kept: list[int]) -> Logits:
            nonlocal rows
            first = rows == 0
            count = len(tokens)
            logits, *present = self._decoder.run(
                None,
                {
                    "input_ids": np.array(tokens, np.int64)[:, None],
                    "encoder_hidden_states": np.repeat(hidden, count, axis=0),
                    "encoder_attention_mask": np.repeat(mask, count, axis=0),
                    "use_cache_branch": np.array([not first]),
                    **{name: _rows(value, kept, count, rows) for name, value in cache.items()},
                },
            )
            for name, value in zip(self._present, present, strict=True):
                if first or ".decoder." in name:
                    cache[name] = value
            rows = count
            return logits[:, -1]

        return step


def _rows(value: Any, kept: list[int], count: int, rows: int) -> Any:
    """A part of the cache for the rows that go on; that of the speech itself is the same for all."""
    if rows == 0 or (count == rows == 1):
        return value
    return value[kept] if len(value) == rows else np.repeat(value[:1], count, axis=0)


def vocabulary(packed: bytes) -> list[bytes]:
    """`tokenizer.bin`: one length-prefixed entry a token; a length of 128 or more takes a second byte."""
    words: list[bytes] = []
    at = 0
    while at < len(packed):
        size, at = packed[at], at + 1
        if size >= 128:
            size, at = packed[at] * 128 + size - 128, at + 1
        words.append(packed[at : at + size])
        at += size
    return words
