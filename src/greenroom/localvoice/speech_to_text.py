"""Moonshine tiny-en on onnxruntime: speech at 16 kHz in, text out.

Greedy decoding with the merged decoder. The first pass runs without the cache, later ones with it; the cross-attention
part of the cache is that of the first pass. Token 1 begins a text, token 2 ends it.
"""

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

SAMPLE_RATE_HZ = 16_000
LONGEST_S = 14.0
TOKENS_PER_SECOND = 6.5
_BEGIN, _END = 1, 2
_LONGEST_LOOP = 8
"""Tokens of a phrase that comes three times in a row: the model is stuck."""


class Transcriber(Protocol):
    def transcribe(self, samples: Samples) -> str: ...


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

    def transcribe(self, samples: Samples) -> str:
        """The text of at most 14 s of mono speech, -1 to 1, at 16 kHz; feed it nothing that is not speech."""
        mask = np.ones((1, len(samples)), np.int64)
        feed: dict[str, Any] = {self._encoder_inputs[0]: samples[None].astype(np.float32)}
        if len(self._encoder_inputs) > 1:
            feed[self._encoder_inputs[1]] = mask
        hidden = self._encoder.run(None, feed)[0]
        cache = dict(self._no_past)
        tokens, cached = [_BEGIN], False
        for _ in range(int(len(samples) / SAMPLE_RATE_HZ * TOKENS_PER_SECOND) + 8):
            logits, *present = self._decoder.run(
                None,
                {
                    "input_ids": np.array([[tokens[-1]]], np.int64),
                    "encoder_hidden_states": hidden,
                    "encoder_attention_mask": mask,
                    "use_cache_branch": np.array([cached]),
                    **cache,
                },
            )
            token = int(logits[0, -1].argmax())
            if token == _END:
                break
            tokens.append(token)
            looped = loop_length(tokens)
            if looped:
                del tokens[-2 * looped :]
                break
            for name, value in zip(self._present, present, strict=True):
                if not cached or ".decoder." in name:
                    cache[name] = value
            cached = True
        text = b"".join(self._words[token] for token in tokens[1:]).decode("utf-8", "replace")
        return text.replace("▁", " ").strip()


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


def loop_length(tokens: list[int]) -> int:
    """Length of the phrase that these tokens end with three times over; 0 for none."""
    for size in range(2, _LONGEST_LOOP + 1):
        phrase = tokens[-size:]
        if len(tokens) >= 3 * size and tokens[-2 * size : -size] == phrase == tokens[-3 * size : -2 * size]:
            return size
    return 0
