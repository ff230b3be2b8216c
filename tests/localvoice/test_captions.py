"""Live captions: passes over growing sound in, words that are never taken back out."""

from hypothesis import given
from hypothesis import strategies as st

from greenroom.localvoice.captions import StablePrefix

WORDS = st.sampled_from(
    ["it", "was", "the", "best,", "best", "of", "times.", "times", "In", "short,", "short", "worst"]
)
PASSES = st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=12)


def captions(*passes: str) -> list[str]:
    prefix = StablePrefix()
    return [prefix.take(text) for text in passes]


def test_words_come_once_two_passes_agree_on_them_and_another_follows() -> None:
    assert captions("it was", "it was the", "it was the best of") == ["", "it was", " the"]


def test_a_change_of_punctuation_is_no_change() -> None:
    assert captions("in short.", "in short, the period", "In short, the period was") == ["", "in short,", " the period"]


def test_a_word_that_is_heard_otherwise_later_does_not_stop_the_captions() -> None:
    first = ["it was the best of times and then", "it was the best of times and then we"]
    later = ["it was a best of times and then we all went", "it was a best of times and then we all went home again"]
    assert "".join(captions(*first, *later)) == "it was the best of times and then we all went"


def test_a_word_that_is_lost_later_moves_the_place_and_repeats_nothing() -> None:
    first = ["so we we had all that", "so we we had all that we"]
    later = ["so we had all that we wanted there", "so we had all that we wanted there and"]
    assert "".join(captions(*first, *later)) == "so we we had all that we wanted there"


def test_speech_that_has_paused_lets_all_out_at_once_and_only_once() -> None:
    prefix = StablePrefix()
    assert prefix.take_sure("I build bridges for a living.") == "I build bridges for a living"
    assert prefix.take_sure("I build bridges for a living.") == ""
    assert prefix.take_sure("I build bridges for a living. And roads.") == ". And roads"


def test_a_full_stop_that_a_pause_has_misled_to_is_never_shown() -> None:
    prefix = StablePrefix()
    assert prefix.take_sure("I worked at.") == "I worked at"
    assert prefix.take("I worked at a school") == ""
    assert prefix.take("I worked at a school, then") == " a school,"


@given(PASSES, st.sets(st.integers(0, 11)))
def test_pieces_join_to_words_with_one_space_between(passes: list[str], pauses: set[int]) -> None:
    prefix = StablePrefix()
    out = [prefix.take_sure(text) if at in pauses else prefix.take(text) for at, text in enumerate(passes)]
    whole = "".join(out)
    assert whole == " ".join(whole.split())
    assert all(not piece or piece.strip() for piece in out)
    heard = {word for text in passes for word in text.split()}
    assert set(whole.split()) <= heard | {word.rstrip(".,") for word in heard}


@given(st.lists(WORDS, min_size=1, max_size=30), st.integers(1, 4))
def test_steady_passes_let_out_all_but_the_last_word(words: list[str], step: int) -> None:
    passes = [" ".join(words[:end]) for end in range(1, len(words) + 1, step)]
    passes += [" ".join(words)] * 2
    assert "".join(captions(*passes)).split() == words[:-1]
