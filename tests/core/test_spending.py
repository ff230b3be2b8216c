"""What a session may cost, and how it ends when that is used up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.record import replay
from greenroom.core.session import Limits
from greenroom.core.usage import NOTHING, Spent, Usage
from tests.core.stage import LONG_ANSWER, PLAN, Stage

REPLY = Usage(tokens=600, input_text_tokens=300, input_audio_tokens=100, cached_text_tokens=64, output_audio_tokens=200)
usages = st.builds(Usage, count=st.just(1), tokens=st.integers(0, 9999), seconds=st.integers(0, 99).map(float))


def talking(**limits: float) -> Stage:
    stage = Stage(limits=Limits(**limits))  # pyright: ignore[reportArgumentType] tokens are whole
    stage.connect()
    stage.hear_reply()
    return stage


def cost(stage: Stage, usage: Usage = REPLY) -> None:
    stage.send(s.UsageCame("reply", usage))


def test_what_it_cost_is_in_the_log_and_adds_up() -> None:
    stage = talking()
    cost(stage)
    cost(stage)
    stage.send(s.UsageCame("transcript", Usage(seconds=2.5)))
    spent = stage.session.record.spent
    assert spent.tokens == 1200
    assert spent.replies == Usage(2, 1200, 600, 200, 128, 0, 0, 400)
    assert spent.transcripts == Usage(1, seconds=2.5)
    assert replay(stage.of(e.Event)).spent == spent


@given(st.lists(usages))
def test_nothing_is_lost_by_adding(parts: list[Usage]) -> None:
    spent = Spent()
    for part in parts:
        spent = spent.plus("reply", part)
    assert spent.replies.count == len(parts)
    assert spent.tokens == sum(part.tokens for part in parts)
    assert spent.replies.seconds == sum(part.seconds for part in parts)
    assert spent.transcripts == NOTHING


def test_once_the_tokens_are_used_up_the_next_line_is_the_farewell() -> None:
    stage = talking(budget_tokens=1000)
    cost(stage)
    stage.answer()
    stage.hear_reply()
    assert stage.phase == "connected"
    cost(stage)
    assert stage.phase == "connected"  # what they are about to answer is heard
    stage.answer(LONG_ANSWER)
    assert (stage.phase, stage.last_cue().text) == ("ending", PLAN.farewell)
    stage.hear_reply()
    assert (stage.phase, stage.session.record.reason) == ("ended", "budget")


def test_somebody_who_says_nothing_does_not_outlast_the_budget() -> None:
    stage = talking(budget_tokens=1)
    cost(stage)
    stage.wait(8.0)
    assert stage.last_cue().text == PLAN.farewell
    assert stage.phase == "ending"


def test_an_end_that_was_asked_for_keeps_its_reason() -> None:
    stage = talking(budget_tokens=1)
    cost(stage)
    stage.answer("Let's stop here.")
    stage.hear_reply()
    assert stage.session.record.reason == "user_ended"


def test_a_new_engine_says_the_farewell_too() -> None:
    stage = talking(budget_tokens=1)
    stage.answer()
    cost(stage)
    stage.send(s.EngineLost("closed_1006"), 0.5)
    stage.wait(0.5)
    stage.send(s.EngineReady(prompt_words=True), 0.1)
    stage.send(s.ConfigurationEchoed(1), 0.1)
    assert stage.last_cue().text == PLAN.farewell
    stage.hear_reply()
    assert stage.session.record.reason == "budget"


def test_a_caller_that_comes_back_hears_the_farewell_too() -> None:
    stage = talking(budget_tokens=1)
    stage.send(s.CallerSpoke("i", stage.now_ms))
    stage.send(s.EngineLost("closed_1006"), 0.5)
    stage.send(s.CallerLost("1006"))
    stage.send(s.EngineReady(prompt_words=True), 1.0)
    stage.send(s.ConfigurationEchoed(1), 0.1)
    cost(stage)
    stage.send(s.CallerJoined("MZ2"), 1.0)
    stage.wait(1.0)  # nothing was said in the gap
    assert stage.last_cue().text == PLAN.farewell


def test_its_time_is_up_in_the_middle_of_a_line() -> None:
    stage = talking(budget_s=30)
    stage.answer()
    stage.begin_reply()
    stage.wait(30 - (stage.at - (stage.session.connected_at or 0)))
    assert (stage.phase, stage.last_cue().text) == ("ending", PLAN.farewell)
    stage.hear_reply()
    assert stage.session.record.reason == "budget"


def test_interruptions_cost_time() -> None:
    stage = talking(budget_s=30)
    stage.send(s.OwnerWatching(watching=True))
    stage.send(s.CallerLost("1006"), 5)
    stage.wait(31)
    assert (stage.phase, stage.session.record.reason) == ("ended", "budget")


@pytest.mark.parametrize("limits", [Limits(), Limits(budget_tokens=10**9, budget_s=10**6)])
def test_without_a_limit_or_far_below_it_nothing_changes(limits: Limits) -> None:
    stage = Stage(limits=limits)
    stage.connect()
    stage.hear_reply()
    cost(stage, Usage(tokens=10**6))
    stage.answer()
    stage.hear_reply()
    assert stage.phase == "connected"
