"""Functions that the model calls: what the director makes of them."""

import pytest

from greenroom.core import commands as c
from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.record import replay
from greenroom.core.tools import DONE, NOT_NOW, ToolCall
from tests.core.stage import LONG_ANSWER, PLAN, Stage

LOOK_UP = ToolCall("call_1", "look_up", '{"about":"pay"}')


def answered() -> tuple[Stage, str]:
    """The candidate has answered, and the model is about to word what follows; its reply's id."""
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    stage.answer(LONG_ANSWER)
    cue = stage.last_cue()
    assert cue.intent
    assert cue.tools
    reply_id = f"r-{cue.cue_id}"
    stage.send(s.ReplyStarted(reply_id, cue.cue_id), 0.1)
    return stage, reply_id


def call(stage: Stage, reply_id: str, *calls: ToolCall) -> None:
    """The reply comes as these calls and nothing else."""
    stage.send(s.ToolsCalled(reply_id, calls), 0.3)
    stage.send(s.ReplyFinished(reply_id, "incomplete"))


def end_call(stage: Stage) -> None:
    cue = stage.last_cue()
    reply_id = f"r-{cue.cue_id}"
    stage.send(s.ReplyStarted(reply_id, cue.cue_id), 0.1)
    call(stage, reply_id, ToolCall(f"call-{reply_id}", "end_call", "{}"))


def test_a_model_that_heard_a_wish_to_end_is_asked_to_make_sure() -> None:
    stage, reply_id = answered()
    call(stage, reply_id, ToolCall("call_1", "end_call", "{}"))
    assert stage.last_cue().text == PLAN.lines.confirm_end[0]
    assert stage.of(c.AnswerCall) == [c.AnswerCall("call_1", DONE)]
    order = [command for command in stage.commands if isinstance(command, c.AnswerCall | c.Say)]
    assert isinstance(order[-2], c.AnswerCall)  # the model knows before it is to speak again
    stage.hear_reply()
    stage.answer("Yes, please.")
    stage.hear_reply()
    assert stage.session.record.reason == "user_ended"


def test_a_second_time_it_is_believed() -> None:
    stage, reply_id = answered()
    call(stage, reply_id, ToolCall("call_1", "end_call", "{}"))
    stage.hear_reply()
    item_id = stage.speak()
    stage.send(s.TranscriptFailed(item_id))  # so that the next question is asked, but for the model
    end_call(stage)
    assert (stage.phase, stage.last_cue().text) == ("ending", PLAN.farewell)
    stage.hear_reply()
    assert stage.session.record.reason == "user_ended"


def test_who_did_not_mean_it_goes_on_where_they_were() -> None:
    stage, reply_id = answered()
    step = stage.session.director.step
    call(stage, reply_id, ToolCall("call_1", "end_call", "{}"))
    stage.hear_reply()
    stage.answer("No, let's go on.")
    assert stage.last_cue().kind == "return"
    assert stage.session.director.step <= step
    assert "?" in stage.last_cue().text


def test_the_question_that_stood_is_repeated() -> None:
    stage, reply_id = answered()
    call(stage, reply_id, ToolCall("call_1", "repeat_question", "{}"))
    assert stage.last_cue().text == f"Of course. {PLAN.steps[0].questions[0].prompt}"


def test_a_question_that_is_being_asked_is_not_repeated_for_it() -> None:
    stage, reply_id = answered()
    stage.send(s.ReplyBegan(reply_id), 0.1)
    said = len(stage.of(c.Say))
    stage.send(s.ToolsCalled(reply_id, (ToolCall("call_1", "repeat_question", "{}"),)))
    assert len(stage.of(c.Say)) == said
    assert stage.of(c.AnswerCall) == [c.AnswerCall("call_1", NOT_NOW)]


def test_a_scenarios_function_is_carried_out_and_the_line_asked_for_again() -> None:
    stage, reply_id = answered()
    before = stage.last_cue()
    call(stage, reply_id, LOOK_UP)
    assert stage.of(c.CallTool) == [c.CallTool(LOOK_UP)]
    assert stage.last_cue() == before  # nothing is said meanwhile
    stage.send(s.ToolAnswered("call_1", '{"known":null}'), 0.5)
    again = stage.last_cue()
    assert (again.text, again.intent, again.tools) == (before.text, before.intent, False)
    assert again.cue_id != before.cue_id
    assert stage.of(c.AnswerCall) == [c.AnswerCall("call_1", '{"known":null}')]
    assert stage.of(e.ToolUsed) == [e.ToolUsed("call_1", "look_up", LOOK_UP.arguments, '{"known":null}')]
    assert replay(stage.events).calls == stage.session.record.calls
    stage.hear_reply()
    assert stage.session.reply is None


def test_all_of_several_are_waited_for() -> None:
    stage, reply_id = answered()
    other = ToolCall("call_2", "look_up", '{"about":"hours"}')
    call(stage, reply_id, LOOK_UP, other)
    said = len(stage.of(c.Say))
    stage.send(s.ToolAnswered("call_2", "{}", "tool_failed"), 0.2)
    assert len(stage.of(c.Say)) == said
    stage.send(s.ToolAnswered("call_1", "{}"), 0.2)
    assert len(stage.of(c.Say)) == said + 1


def test_one_that_takes_too_long_costs_the_wording_only() -> None:
    stage, reply_id = answered()
    line = stage.last_cue().text
    call(stage, reply_id, LOOK_UP)
    stage.wait(stage.session.limits.tools_s)
    assert (stage.last_cue().text, stage.last_cue().intent) == (line, "")
    said = len(stage.of(c.Say))
    stage.send(s.ToolAnswered("call_1", "{}"), 0.1)
    assert len(stage.of(c.Say)) == said  # it is said once
    assert len(stage.of(e.ToolUsed)) == 1  # and the model is told all the same


def test_who_goes_on_speaking_is_heard_instead() -> None:
    stage, reply_id = answered()
    call(stage, reply_id, LOOK_UP)
    stage.send(s.CallerSpoke("i9", stage.now_ms), 0.1)
    assert stage.session.reply is None
    said = len(stage.of(c.Say))
    stage.send(s.ToolAnswered("call_1", "{}"), 0.1)
    assert len(stage.of(c.Say)) == said


def test_an_answer_for_a_connection_that_is_gone_is_nobodys() -> None:
    stage, reply_id = answered()
    call(stage, reply_id, LOOK_UP)
    stage.send(s.EngineLost("closed_1006"), 0.1)
    stage.send(s.ToolAnswered("call_1", "{}"), 0.1)
    assert not stage.of(c.AnswerCall)
    assert not stage.of(e.ToolUsed)


@pytest.mark.parametrize("name", ["end_call", "look_up"])
def test_calls_of_a_reply_that_nobody_waits_for_are_told_so(name: str) -> None:
    stage, _ = answered()
    said = len(stage.of(c.Say))
    stage.send(s.ToolsCalled("r-other", (ToolCall("call_1", name, "{}"),)))
    assert len(stage.of(c.Say)) == said
    assert stage.of(c.AnswerCall) == [c.AnswerCall("call_1", NOT_NOW)]
    assert not stage.of(c.CallTool)
