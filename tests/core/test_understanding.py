"""What whole utterances do, held against corpora that were written without a look at the rules."""

import random
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


def judged_again() -> list[tuple[str, str, str]]:
    """What is expected, what it is taken for, and the text, of the corpus of a second judge."""
    said = {Act.ASK: "asks", Act.MAYBE_END: "confirm"}
    taken = [(one, understood(one["text"])) for one in corpus("second")]
    return [(one["expect"], said.get(act, act.value), one["text"]) for one, act in taken]


def test_a_second_judge_finds_no_wrong_end_and_no_missed_wish() -> None:
    judged = judged_again()
    assert [text for expected, taken, text in judged if taken == "end" != expected] == []
    ends = [(taken, text) for expected, taken, text in judged if expected == "end"]
    assert [text for taken, text in ends if taken not in {"end", "confirm"}] == []
    unsure = [text for taken, text in ends if taken == "confirm"]
    assert len(unsure) <= len(ends) * 0.05, unsure


def test_a_second_judge_agrees_on_nearly_everything() -> None:
    judged = judged_again()
    assert len(judged) >= 280
    wrong = [one for one in judged if one[0] != one[1]]
    assert len(wrong) <= len(judged) * 0.05, wrong


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


@pytest.mark.timing
def test_no_mixture_of_the_words_of_requests_takes_long_to_understand() -> None:
    """Words that can be cut into phrases in many ways, with one at the end that belongs to none."""
    import time

    pieces = (
        "right|sure|please|honestly|stop|here|now|i am done|that is enough|let us|end|this one|i have to go|okay".split(
            "|"
        )
    )
    chosen = random.Random(7)
    for _ in range(60):
        text = " ".join([*(chosen.choice(pieces) for _ in range(4))] * 3).split()[:28]
        began = time.perf_counter()
        for read in (understood, agrees, declines):
            read(" ".join([*text, "banana"]))
        assert time.perf_counter() - began < 0.25


@pytest.mark.parametrize(
    ("said", "act"),
    [
        ("I am sorry that you had to wait. How long have you had this, and when is it worse?", Act.ANSWER),
        ("I understand that this is annoying. I will send you a new one today.", Act.ANSWER),
        ("What that means for you is that your team saves about five hours a week.", Act.ANSWER),
        ("Do you have any allergies?", Act.ASK),
        ("How long have we got left?", Act.TIME_LEFT),
        ("You are a useless machine.", Act.HOSTILE),
        ("Could you repeat that, please?", Act.REPEAT),
    ],
)
def test_in_a_role_ones_questions_and_sympathy_are_part_of_it(said: str, act: Act) -> None:
    assert understood(said, role_play=True) is act


@pytest.mark.parametrize(
    "said",
    [
        "The commute is long so I have to leave.",
        "My bus was late, so I had to go.",
        "I leave it here for my colleagues.",
    ],
)
def test_what_is_only_told_ends_nothing(said: str) -> None:
    assert understood(said) not in (Act.END, Act.MAYBE_END)
