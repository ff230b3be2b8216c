"""The search over a decoder's rows, on decoders of a few tokens."""

import numpy as np
import pytest

from greenroom.localvoice.beam_search import Logits, loop_length, search

BEGIN, END, A, B, C = range(5)


class Decoder:
    """Knows the chances of what follows each row; all else is next to impossible."""

    def __init__(self, chances: dict[tuple[int, ...], dict[int, float]]) -> None:
        self._chances = chances
        self._rows: list[tuple[int, ...]] = []

    def __call__(self, tokens: list[int], kept: list[int]) -> Logits:
        before = [self._rows[row] for row in kept] if self._rows else [()]
        self._rows = [(*row, token) for row, token in zip(before, tokens, strict=True)]
        logits = np.full((len(self._rows), 5), 1e-9, np.float32)
        for number, row in enumerate(self._rows):
            for token, chance in self._chances.get(row[1:], {END: 1.0}).items():
                logits[number, token] = chance
        return np.log(logits)


GARDEN_PATH = {(): {A: 0.6, B: 0.4}, (A,): {A: 0.4, C: 0.3, END: 0.3}, (B,): {C: 1.0}, (B, C): {END: 1.0}}


def test_a_width_of_one_takes_the_likeliest_token_each_time() -> None:
    assert search(Decoder(GARDEN_PATH), begin=BEGIN, end=END, width=1, longest=9) == [A, A]


def test_more_width_finds_the_row_that_is_likelier_as_a_whole() -> None:
    assert search(Decoder(GARDEN_PATH), begin=BEGIN, end=END, width=2, longest=9) == [B, C]


@pytest.mark.parametrize("width", [1, 3])
def test_it_ends_at_the_longest_length(width: int) -> None:
    class Endless:
        def __call__(self, tokens: list[int], kept: list[int]) -> Logits:
            logits = np.zeros((len(tokens), 50), np.float32)
            logits[:, 10 + len(kept) * 7 + tokens[0] % 5] = 1  # no phrase of it repeats at once
            logits[:, END] = -50
            return logits

    assert len(search(Endless(), begin=BEGIN, end=END, width=width, longest=4)) == 4


def test_nothing_is_a_text_too() -> None:
    assert search(Decoder({(): {END: 1.0}}), begin=BEGIN, end=END, width=1, longest=9) == []


@pytest.mark.parametrize("width", [1, 4])
def test_a_decoder_that_is_stuck_says_its_phrase_once(width: int) -> None:
    chances = {(A, B) * times + tail: {nxt: 0.99} for times in range(9) for tail, nxt in (((), A), ((A,), B))}
    assert search(Decoder(chances), begin=BEGIN, end=END, width=width, longest=30) == [A, B]


def test_loops_are_told_from_repetitions() -> None:
    assert loop_length([7, 1, 2, 3, 1, 2, 3, 1, 2, 3]) == 3
    assert loop_length([1, 2, 3, 1, 2, 3]) == 0
    assert loop_length([]) == 0
