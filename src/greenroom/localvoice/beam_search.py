"""Which row of tokens a decoder believes in most, of several that it follows at once. Pure."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]

_LONGEST_LOOP = 8
"""Tokens of a phrase that comes three times in a row: the model is stuck."""
_LENGTH_PENALTY = 0.5
"""A sum of logarithms favours short rows: it is divided by this power of their length."""


class Step(Protocol):
    """Takes the last token of each row, and which of the rows before it continues; gives each one's next logits."""

    def __call__(self, tokens: list[int], kept: list[int]) -> Logits: ...


def search(step: Step, *, begin: int, end: int, width: int, longest: int) -> list[int]:
    """The best row of at most `longest` tokens, without `begin` and `end`. A width of 1 is greedy decoding."""
    logits = step([begin], [0])
    rows: list[list[int]] = [[]]
    scores = np.zeros(1, np.float32)
    best_ended: tuple[float, list[int]] | None = None
    for length in range(1, longest + 1):
        totals = (logits if width == 1 else _log_softmax(logits)) + scores[:, None]
        norm = length**_LENGTH_PENALTY
        alive: list[tuple[float, int, int]] = []
        for score, parent, token in _best(totals, 2 * width):
            if token == end and (best_ended is None or score / norm > best_ended[0]):
                best_ended = (score / norm, rows[parent])
            elif token != end and len(alive) < width:
                alive.append((score, parent, token))
        if best_ended is not None and best_ended[0] >= alive[0][0] / norm:
            break
        rows = [[*rows[parent], token] for _, parent, token in alive]
        if looped := loop_length(rows[0]):
            return rows[0][: -2 * looped]
        scores = np.array([score for score, _, _ in alive], np.float32)
        if length < longest:
            logits = step([row[-1] for row in rows], [parent for _, parent, _ in alive])
    return rows[0] if best_ended is None else best_ended[1]


def loop_length(tokens: list[int]) -> int:
    """Length of the phrase that these tokens end with three times over; 0 for none."""
    for size in range(2, _LONGEST_LOOP + 1):
        phrase = tokens[-size:]
        if len(tokens) >= 3 * size and tokens[-2 * size : -size] == phrase == tokens[-3 * size : -2 * size]:
            return size
    return 0


def _log_softmax(logits: Logits) -> Logits:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _best(totals: Logits, count: int) -> list[tuple[float, int, int]]:
    """The highest of them, best first: score, row, token."""
    flat = totals.ravel()
    count = min(count, flat.size)
    highest = np.argpartition(flat, -count)[-count:]
    highest = highest[np.argsort(-flat[highest])]
    size = totals.shape[1]
    return [(float(flat[place]), int(place) // size, int(place) % size) for place in highest]
