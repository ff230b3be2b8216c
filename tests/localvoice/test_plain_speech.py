"""What a language model writes, as it is spoken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.localvoice.plain_speech import Sentences, is_other_speaker, spoken


def said(text: str, size: int = 3) -> list[str]:
    """As it is spoken when it comes in pieces."""
    sentences = Sentences()
    written = [sentence for at in range(0, len(text), size) for sentence in sentences.add(text[at : at + size])]
    return [plain for one in (*written, *sentences.rest(complete=True)) if (plain := spoken(one))]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("I see. How did it end?", ["I see.", "How did it end?"]),
        ("**Interviewer:** I see. How did the *project* end?", ["I see.", "How did the project end?"]),
        ("Interviewer: I see.\nInterviewer: How?", ["I see.", "How?"]),
        ("# Reply\n\n- I see\n- How did it end?", ["Reply.", "I see.", "How did it end?"]),
        ("1. How did it end?\n2. Who was in it?", ["How did it end?", "Who was in it?"]),
        ("*nods slowly* I see. (pauses. Looks up.) How? [waits]", ["I see.", "How?"]),
        ('"I see. How did it end?"', ["I see.", "How did it end?"]),
        ("“I see.” ‘How did it end?’", ["I see.", "How did it end?"]),
        ("You said “lean” and 'quick'. Don't you?", ["You said lean and 'quick'.", "Don't you?"]),
        ("I see 😀👍🏽. How did it end?! 🎉", ["I see.", "How did it end?"]),
        ("I see :) How did it end?", ["I see How did it end?"]),
        ("```\nI see.\n```\nHow `did` it end?", ["I see.", "How did it end?"]),
        ("See [the page](http://a.example/b) or http://a.example. How?", ["See the page or.", "How?"]),
        ("<think>Who? Me?\n\nHm.</think>\n\nI see. How?", ["I see.", "How?"]),
        ("<think>Who? Me? This goes on", []),
        ('{"say": "How did it end?"}', []),
        (
            "You met Dr. Gray at 3.5 percent, e.g. in spring. How?",
            ["You met Dr. Gray at 3.5 percent, e.g. in spring.", "How?"],
        ),
        ("How did\nthe project end?", ["How did the project end?"]),
        ("I see — a busy time... how did it end???", ["I see, a busy time…", "How did it end?"]),
        ("What?And why?", ["What?", "And why?"]),
        ("(never closed. How did it end?", ["Never closed.", "How did it end?"]),
        ("how did it end", ["How did it end?"]),
        ("  \n\n ... ** -- \n", []),
        ("", []),
    ],
)
def test_only_what_can_be_said_is_left(written: str, plain: list[str]) -> None:
    assert said(written) == plain
    assert said(written, 1000) == plain


def test_a_sentence_comes_out_as_soon_as_the_next_begins() -> None:
    sentences = Sentences()
    assert sentences.add("I see.") == []
    assert sentences.add(" H") == ["I see."]
    assert sentences.add("ow?") == []
    assert sentences.rest(complete=True) == ["How?"]


def test_of_what_is_broken_off_only_whole_sentences_are_left() -> None:
    sentences = Sentences()
    assert sentences.add("(hm. I see. How did it") == []
    assert [spoken(one) for one in sentences.rest(complete=False)] == ["Hm.", "I see."]


@pytest.mark.parametrize("text", ["Candidate: I was a cook.", "User: hello", "**Human:** no"])
def test_a_model_that_speaks_for_the_other_side_is_noticed(text: str) -> None:
    assert is_other_speaker(text)
    assert not is_other_speaker("Interviewer: I see.")


@given(st.text(max_size=300), st.integers(1, 40))
def test_whatever_is_written_no_markup_and_no_signs_are_spoken(text: str, size: int) -> None:
    for sentence in said(text, size):
        assert not set(sentence) & set('*_`#{}<>[]()\n\t"“”|~\\')
        assert sentence == " ".join(sentence.split())
        assert sentence[-1] in ".!?…"
