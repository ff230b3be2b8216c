"""What whole utterances do, held against corpora that were written without a look at the rules."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.core.plan import Element
from greenroom.core.understanding import Act, agrees, answer_from, declines, elements_in, understood

CORPORA = Path(__file__).parents[1] / "corpora"
ENDS = {Act.END: "end", Act.MAYBE_END: "confirm"}
NAMES = {Act.ASK: "asks", Act.MAYBE_END: "end", Act.END: "end"}


def corpus(name: str) -> list[dict[str, Any]]:
    return tomllib.loads((CORPORA / f"{name}.toml").read_text())["utterances"]


def test_the_corpus_of_endings_is_large_and_half_of_it_are_traps() -> None:
    utterances = corpus("endings")
    assert len(utterances) >= 120
    assert sum(one["expect"] == "none" for one in utterances) * 2 >= len(utterances)


def test_no_wrong_end_and_no_missed_plain_wish() -> None:
    wrong = [
        (one["text"], one["expect"], understood(one["text"]).value)
        for one in corpus("endings")
        if (one["expect"] == "end") != (understood(one["text"]) is Act.END)
    ]
    assert wrong == []


def test_unclear_wishes_are_confirmed_and_mentions_are_not() -> None:
    utterances = corpus("endings")
    asked_for_nothing = [
        one["text"] for one in utterances if one["expect"] == "none" and understood(one["text"]) is Act.MAYBE_END
    ]
    assert asked_for_nothing == []
    unclear = [one["text"] for one in utterances if one["expect"] == "confirm"]
    missed = [text for text in unclear if understood(text) is not Act.MAYBE_END]
    assert len(missed) <= len(unclear) * 0.05, missed


def test_a_farewell_in_a_role_ends_nothing() -> None:
    assert understood("Goodbye.", role_play=True) is Act.MAYBE_END
    assert understood("Thank you for calling, goodbye.", role_play=True) is Act.ANSWER
    assert understood("Please end the call now.", role_play=True) is Act.END


def test_requests_are_told_from_answers() -> None:
    utterances = corpus("requests")
    wrong = [
        (one["text"], one["expect"], understood(one["text"]).value)
        for one in utterances
        if NAMES.get(understood(one["text"]), understood(one["text"]).value) != one["expect"]
    ]
    assert len(wrong) <= len(utterances) * 0.02, wrong
    mistaken = [text for text, expected, _ in wrong if expected == "answer"]
    assert len(mistaken) <= 1, mistaken


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("I changed the rota myself.", {"part"}),
        ("We were twenty percent faster in the end.", {"number", "result"}),
        ("It led to three complaints fewer, and I learnt a lot.", {"number", "result", "learned"}),
        ("One of them left.", set[str]()),
        ("It was unresulting and I slept.", set[str]()),
    ],
)
def test_elements_are_found_by_their_cues(text: str, elements: set[str]) -> None:
    known = (
        Element("part", ("i *ed",)),
        Element("result", ("in the end", "led to")),
        Element("number", ("#", "# percent")),
        Element("learned", ("learn*",)),
    )
    assert elements_in(known, text) == elements


@pytest.mark.parametrize(
    "text", ["Yes.", "Yes, please.", "yeah that would be good", "Let's stop here.", "I do, thank you."]
)
def test_a_yes_is_a_yes(text: str) -> None:
    assert agrees(text)


@pytest.mark.parametrize(
    "text",
    ["No.", "no let's go on", "No, I meant the answer.", "Not yet", "yes but first I led the team for years", "maybe"],
)
def test_anything_else_is_none(text: str) -> None:
    assert not agrees(text)


@pytest.mark.parametrize(
    "text", ["No.", "No, thank you.", "that's all from me", "Nothing else, thanks.", "I think you answered everything"]
)
def test_an_offer_is_declined(text: str) -> None:
    assert declines(text)


@pytest.mark.parametrize(
    "text", ["How big is the team?", "No, wait, how big is the team?", "I would like to know about the hours"]
)
def test_a_question_declines_nothing(text: str) -> None:
    assert not declines(text)


def test_answers_come_from_the_given_sentences_only() -> None:
    facts = ("The ward has thirty beds.", "The salary is forty thousand pounds.", "Shifts are twelve hours.")
    assert answer_from(facts, "How much would I be paid?") == facts[1]
    assert answer_from(facts, "How many beds do you have?") == facts[0]
    assert answer_from(facts, "Is there a canteen?") is None


@given(st.text(max_size=600))
@settings(deadline=400)
def test_any_text_is_understood_as_something(text: str) -> None:
    assert isinstance(understood(text), Act)


@pytest.mark.timing
@pytest.mark.parametrize(
    "word",
    ["my", "because i am", "okay", "thank you very much", "the interview", "can i ask", "no", "you are so", "so"],
)
def test_no_text_takes_long_to_understand(word: str) -> None:
    """The grammars have no row of words that takes exponential time."""
    import time

    text = " ".join([word] * 400)
    for length in (28, 200, 4000):
        began = time.perf_counter()
        understood(text[:length])
        declines(text[:length])
        agrees(text[:length])
        assert time.perf_counter() - began < 0.25
