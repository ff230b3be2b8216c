"""Cutting long speech into pieces that the model can take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.localvoice.segments import LONGEST_CHUNKS, SHORTEST_CHUNKS, pieces, quietest, voiced

PROBABILITIES = st.floats(0, 1, width=32)


@given(st.integers(0, 4 * LONGEST_CHUNKS), st.integers(1, 97))
def test_pieces_are_the_whole_none_too_long_and_none_short_when_there_is_a_choice(length: int, period: int) -> None:
    speech = [0.0 if at % period < 3 else 1.0 for at in range(length)]
    found = pieces(speech)
    assert [at for first, last in found for at in range(first, last)] == list(range(length))
    assert all(last - first <= LONGEST_CHUNKS for first, last in found)
    if length > LONGEST_CHUNKS:
        assert all(last - first >= SHORTEST_CHUNKS for first, last in found)


def test_the_cut_is_in_the_pause() -> None:
    speech = [0.9] * 600
    speech[300:312] = [0.05] * 12
    ((_, cut), (again, _)) = pieces(speech)
    assert cut == again
    assert 302 <= cut <= 310


def test_the_latest_of_equal_places_is_taken() -> None:
    assert quietest([0.0] * 50, 10, 40) == 40


@pytest.mark.parametrize(
    ("speech", "found"),
    [([], (0, 0)), ([0.1] * 9, (0, 0)), ([0.1, 0.1, 0.9, 0.1, 0.8, 0.1, 0.1], (1, 6)), ([0.9], (0, 1))],
)
def test_only_what_is_voiced_is_kept_with_a_little_around_it(speech: list[float], found: tuple[int, int]) -> None:
    assert voiced(speech, 0.5, 1, 1) == found
