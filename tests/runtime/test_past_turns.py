"""What a new connection is told of the conversation: turns and calls in the order in which they came."""

from greenroom.core import signals as s
from greenroom.core.tools import ToolCall
from greenroom.ports.engine import PastCall, PastTurn
from greenroom.runtime.rollover import past_turns
from tests.core.stage import Stage


def test_calls_stand_between_the_turns_where_they_were_made() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    stage.answer("I fixed it.")
    cue = stage.last_cue()
    stage.send(s.ReplyStarted("r1", cue.cue_id), 0.1)
    stage.send(s.ToolsCalled("r1", (ToolCall("call_1", "look_up", "{}"),)), 0.1)
    stage.send(s.ToolAnswered("call_1", '{"known":null}'), 0.1)
    stage.hear_reply()
    stage.answer("I fixed that, too.")
    said = list(past_turns(stage.session).values())
    assert [past.text for past in said if past.speaker == "candidate"] == ["I fixed it.", "I fixed that, too."]
    assert [type(past) for past in said] == [PastTurn, PastTurn, PastCall, PastTurn, PastTurn]
    assert said[2] == PastCall("interviewer", '{"known":null}', "call_1", "look_up", "{}")
    assert set(past_turns(stage.session)) >= {"call_1"}
