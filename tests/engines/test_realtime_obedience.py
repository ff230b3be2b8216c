"""A model that says something else than it was told to is counted; nothing else can be done about it any more."""

import pytest
import structlog

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.engines.realtime.obedience import MOST_ASTRAY, astray
from tests.engines.conftest import Line

DECIDED = "Thank you for your time, Ms Weaver. It was good to talk with you. Goodbye."


@pytest.mark.parametrize(
    ("said", "obeys"),
    [
        (DECIDED, True),
        ("thank you for your time, Miss Weaver it was good to talk with you goodbye", True),
        ("Thank you for your time. Goodbye, and good luck with your next steps!", False),
        ("Sure! " + DECIDED + " Is there anything else that I can help you with today?", False),
        ("", False),
    ],
)
def test_what_counts_as_the_same_words(said: str, obeys: bool) -> None:
    assert (astray(DECIDED, said) <= MOST_ASTRAY) is obeys


@pytest.mark.parametrize(
    ("cue", "counted"),
    [
        (Cue("c1", "farewell", "Goodbye and good luck."), ["engine_disobeyed"]),
        (Cue("c1", "question", "Why bridges?", intent="Ask why."), []),  # its words are the model's
    ],
)
async def test_a_reply_in_other_words_is_counted_and_logged_without_them(
    line: Line, cue: Cue, counted: list[str]
) -> None:
    line.behaviour.says = "And now for something completely different."
    await line.open()
    with structlog.testing.capture_logs() as logs:
        line.leg.say(cue)
        await line.heard.wait_for(s.ReplyFinished, status="completed")
        line.leg.say(Cue("c2", "question", "And now for something completely different."))
        await line.heard.wait_for(s.ReplyFinished, 2, status="completed")
    assert line.counted == counted
    told = [entry for entry in logs if entry["event"] == "engine said something else"]
    assert [entry["cueId"] for entry in told] == ["c1"] * len(counted)
    assert "different" not in str(told)
