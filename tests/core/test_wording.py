"""What a model is told of a line: all that matters of it, in as much room as there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.core.wording import MAX_INTENT_CHARS, asks, intent_of, question_in

ASKED = "What did you do yourself?"
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=700)


@given(st.sampled_from(["question", "probe", "answer", "farewell"]), _TEXTS, _TEXTS)
def test_an_intent_fits_into_a_value_of_metadata_and_has_the_whole_question(
    kind: str, lead: str, question: str
) -> None:
    intent = intent_of(kind, f"{lead} {question}", question)
    assert len(intent) <= MAX_INTENT_CHARS
    if intent and kind != "answer":
        assert intent.endswith(question)


@pytest.mark.parametrize(
    "kind", ["greeting", "repeat", "patience", "rephrase", "presence", "bridge", "return", "confirm", "farewell"]
)
def test_the_words_of_all_other_lines_are_fixed(kind: str) -> None:
    assert intent_of(kind, f"Thank you. {ASKED}", ASKED) == ""


@pytest.mark.parametrize("kind", ["question", "probe"])
def test_a_model_is_told_how_to_lead_over_and_what_to_ask(kind: str) -> None:
    intent = intent_of(kind, f"Let me stop you there. {ASKED}", ASKED)
    assert '"Let me stop you there."' in intent
    assert intent.endswith(ASKED)
    assert "without judging" in intent


def test_without_a_lead_none_is_told() -> None:
    assert '"' not in intent_of("question", ASKED, ASKED)


def test_a_long_lead_is_cut_at_a_word_and_a_question_never() -> None:
    told = intent_of("question", f"{'word ' * 200}{ASKED}", ASKED)
    assert 'word…"' in told
    assert told.endswith(ASKED)


def test_a_question_for_which_there_is_no_room_is_asked_in_the_directors_words() -> None:
    question = f"{'what ' * 110}is it?"
    assert intent_of("question", f"Thank you. {question}", question) == ""


def test_an_answer_has_what_is_known_and_the_question_to_go_on_with() -> None:
    intent = intent_of("answer", "The description says: there are four engineers. What else would you like to ask?", "")
    assert 'the answer: "The description says: there are four engineers."' in intent
    assert intent.endswith("with its key words: What else would you like to ask?")


def test_an_answer_that_asks_nothing_says_so() -> None:
    assert intent_of("answer", "We have about ten minutes left.", "").endswith("Ask nothing.")


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Thank you. How did it end?", "How did it end?"),
        ("Back to it. Tell me about a hard bug.", "Tell me about a hard bug."),
        ("Think of a hard day. What made it hard?", "What made it hard?"),
        ("Which number do you need? Slowly, please.", "Which number do you need? Slowly, please."),
        ("To begin, tell me about yourself.", "To begin, tell me about yourself."),
        ("Thank you for that.", ""),
        ("", ""),
    ],
)
def test_the_question_of_a_line_is_its_last_one_and_what_follows_it(text: str, question: str) -> None:
    assert question_in(text) == question


@pytest.mark.parametrize(
    "text", ["Tell me more.", "Describe a day.", "And now walk me through it.", "I'd like to hear about that.", "Why?"]
)
def test_requests_ask(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize("text", ["I see.", "You told me about it.", "Take your time.", "Let's move on."])
def test_other_sentences_dont(text: str) -> None:
    assert not asks(text)
