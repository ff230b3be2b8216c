"""A model's sentences, held to what the director decided, whatever they are."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import greenroom.scenarios
from greenroom.core.wording import asks, intent_of, sentences_of
from greenroom.localvoice.obedience import MAX_WORDS, Decided, Obedience, decided, figures
from greenroom.localvoice.plain_speech import Sentences

QUESTION = "How did the project end?"
REQUEST = "Tell me about a hard day."
SETUP = "Think of an upset customer. How did you calm things down?"
TOLD = "My bill went up by half."


def decision(point: str, lead: str = "Thank you.", kind: str = "question", known: str = "") -> Decided:
    line = f"{lead} {point}".strip()
    return decided(line, intent_of(kind, line, point), known)


def said(text: str, on: Decided | None) -> str:
    """All that is spoken when a model writes this."""
    obedience, sentences = Obedience(on), Sentences()
    written = [sentence for at in range(0, len(text), 7) for sentence in sentences.add(text[at : at + 7])]
    spoken = [plain for one in (*written, *sentences.rest(complete=True)) for plain in obedience.take(one)]
    return " ".join((*spoken, *obedience.end()))


@pytest.mark.parametrize(
    ("point", "written", "spoken"),
    [
        # What obeys is said as it is.
        (QUESTION, "I see, a long winter. So how did the project end?", "I see, a long winter. So how did the project end?"),
        (QUESTION, "How did it end, that project?", "How did it end, that project?"),
        (REQUEST, "I see. Could you tell me about a hard day?", "I see. Could you tell me about a hard day?"),
        (REQUEST, "I see. Describe a really hard day.", "I see. Describe a really hard day."),
        (SETUP, f"I see. {SETUP}", f"I see. {SETUP}"),
        (SETUP, "I see. How did you calm down a customer who was upset?", "I see. How did you calm down a customer who was upset?"),
        (TOLD, "Hm. You know, my bill went up by half.", "Hm. You know, my bill went up by half."),
        # One question, and the decided one.
        (QUESTION, f"I see. {QUESTION} And who was in it? And why?", f"I see. {QUESTION}"),
        (QUESTION, f"Really? Tell me more. {QUESTION}", QUESTION),
        (QUESTION, "I see. What is your favourite colour?", f"I see. {QUESTION}"),
        (QUESTION, "I see. Tell me how the project ended.", f"I see. {QUESTION}"),
        (QUESTION, "I see.", f"I see. {QUESTION}"),
        (REQUEST, "I see. What is your favourite colour?", f"I see. {REQUEST}"),
        (REQUEST, "I see. Tell me about your favourite colour.", f"I see. {REQUEST}"),
        (SETUP, "I see. How did you calm things down?", f"I see. {SETUP}"),
        (SETUP, "I see. Think of an upset customer. What is your name?", f"I see. {SETUP}"),
        (TOLD, "Hm. What is your name?", f"Hm. {TOLD}"),
        # What is left out is only the sentence.
        (QUESTION, f"Great answer! I see. {QUESTION}", f"I see. {QUESTION}"),
        (QUESTION, "Well done, so how did the project end?", "So how did the project end?"),
        (QUESTION, "I see. Goodbye, and good luck!", f"I see. {QUESTION}"),
        (QUESTION, f"I see. I see. I see. {QUESTION}", f"I see. {QUESTION}"),
        (QUESTION, f"So you led 12 people. I see. {QUESTION}", f"I see. {QUESTION}"),
        (QUESTION, f"Candidate: I was a cook.\n{QUESTION}", f"Thank you. {QUESTION}"),
        (QUESTION, "I see.\nCandidate: yes.\nInterviewer: And who are you?", f"I see. {QUESTION}"),
        # Nothing usable.
        (QUESTION, "I'm sorry, but as an AI I can't. How can I help you?", f"Thank you. {QUESTION}"),
        (QUESTION, "Vielen Dank. Wie endete das Projekt?", f"Thank you. {QUESTION}"),
        (QUESTION, '{"text": "How did the project end?"}', f"Thank you. {QUESTION}"),
        (QUESTION, "and so on " * 100, f"Thank you. {QUESTION}"),
        (QUESTION, "", f"Thank you. {QUESTION}"),
        (TOLD, "", f"Thank you. {TOLD}"),
    ],
)  # fmt: skip
def test_what_was_decided_is_said(point: str, written: str, spoken: str) -> None:
    assert said(written, decision(point)) == spoken


def test_a_question_of_more_than_thirty_words_is_asked_in_the_directors() -> None:
    assert said(f"I see. How did {'very ' * 26}long project end?", decision(QUESTION)) == f"I see. {QUESTION}"


def test_room_is_kept_for_the_question() -> None:
    spoken = said(
        "I hear you there. " + "So that was how it went then. " * 2 + "And it went on. " * 3, decision(QUESTION)
    )
    assert spoken.endswith(QUESTION)
    many = " ".join(f"So you went to place {name}." for name in "abcdefghijklmnop")
    assert len(said(many, decision(QUESTION)).split()) <= MAX_WORDS


def test_an_answer_to_the_candidate_is_not_dropped_for_the_question_behind_it() -> None:
    answer = "The description says that the team has four engineers in it."
    on = decision("What else would you like to ask?", answer, kind="answer")
    assert said("What else would you like to ask?", on) == f"{answer} What else would you like to ask?"
    reworded = "There are four engineers. What else would you like to ask?"
    assert said(reworded, on) == reworded
    assert said("There are 12 engineers. What else would you like to ask?", on).startswith(answer)


def test_figures_that_somebody_gave_may_be_said() -> None:
    written = f"So you led twenty-five people. {QUESTION}"
    assert said(written, decision(QUESTION, known="We were 25 then.")) == written
    assert said(written, decision(QUESTION, known="We were 20, and 5 left.")) == QUESTION


def test_figures_are_the_same_in_words_and_digits() -> None:
    assert figures("twenty-five of 1,200, and one of five") == {"25", "1200", "5"}


def test_without_a_director_only_the_manner_is_kept() -> None:
    assert said("Great! **Bye.** What else? And why?", None) == "What else?"
    assert said("I see. Tell me about colours. Which one?", None) == "I see. Tell me about colours. Which one?"
    assert said("", None) == ""


def test_a_line_that_asks_nothing_gets_no_question() -> None:
    assert said("Thanks. What is your name?", decided("Thank you.", "Say thanks.")) == "Thanks."


def test_another_directors_intent_need_not_repeat_the_question() -> None:
    on = decided("Thank you. How did the project end?", "Ask how it ended.")
    assert on.point == "How did the project end?"
    assert on.lead == "Thank you."


_WRITTEN = st.lists(
    st.sampled_from(
        [
            QUESTION, REQUEST, SETUP, TOLD, "I see.", "Great!", "Really?", "What is your name?", "Goodbye!", "Tell me more.",
            "**Interviewer:**", "(He nods.", "\n", "\n- ", "😀", "<think>", "</think>", "So you had two shops.", "???", "1.",
            "And so it went on and on for many days and nights until all of them were gone.", '"', "{", "Vielen Dank für alles.",
            "I'm sorry, but I can't assist with that.", "Candidate:", "How", "did", "the", "project", "end", "?", "!", ".",
        ]
    )
    | st.text(max_size=40),
    max_size=25,
).map(" ".join)  # fmt: skip


@given(
    _WRITTEN, st.sampled_from([QUESTION, REQUEST, SETUP, TOLD]), st.sampled_from(["", "Thank you.", "Okay, I follow."])
)
def test_whatever_a_model_writes_one_thing_is_asked_and_in_few_words(written: str, point: str, lead: str) -> None:
    spoken = said(written, decision(point, lead))
    assert spoken
    assert len(spoken.split()) <= MAX_WORDS
    asked = sum("?" in sentence for sentence in sentences_of(spoken))
    assert asked <= 1
    if "?" in point:
        assert asked == 1
    if point is REQUEST:
        assert sum(asks(sentence) for sentence in sentences_of(spoken)) == 1


@given(_WRITTEN)
def test_without_a_director_there_is_one_question_at_most_too(written: str) -> None:
    spoken = said(written, None)
    assert len(spoken.split()) <= MAX_WORDS
    assert sum("?" in sentence for sentence in sentences_of(spoken)) <= 1


def questions_of(folder: Path) -> list[dict[str, Any]]:
    with (folder / "questions.toml").open("rb") as file:
        return tomllib.load(file)["questions"]


FOLDERS = sorted(file.parent for file in Path(greenroom.scenarios.__path__[0]).glob("*/questions.toml"))


def up_to_what_asks(text: str) -> str:
    parts = sentences_of(text)
    wanted = [place for place, one in enumerate(parts) if "?" in one] or [
        place for place, one in enumerate(parts) if asks(one)
    ]
    return " ".join(parts[: wanted[-1] + 1])


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_our_scenarios_ask_is_known_again_and_may_be_repeated(folder: Path) -> None:
    for question in questions_of(folder):
        texts = (question["ask"], question.get("rephrase", ""), *question.get("probes", {}).values())
        for point in (re.sub(r"\{\w+\}", "stock control", text) for text in texts if text):
            on = decision(point, "All right, thanks.")
            assert on.point == point
            assert said(f"I see. {point}", on) == f"I see. {up_to_what_asks(point)}"
