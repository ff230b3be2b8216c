"""Functions on a Realtime server: called, answered, remembered by the next connection, and never for exact words."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.core.session import Limits
from greenroom.core.tools import DONE, ToolSpec
from greenroom.ports.engine import EngineConfiguration, PastCall, PastTurn
from greenroom.ports.tools import ToolContext
from greenroom.tools import LookUp
from greenroom.websocket import Heartbeats
from tests.doubles.engine_house import EngineCall, engine_call, realtime_engine, until
from tests.doubles.realtime_server import Behaviour, RealtimeDouble, realtime_double
from tests.engines.conftest import Line

ANSWER = "I led a team of five people who build bridges for a living"
TOOL = {"type": "function", "name": "look_up", "description": "d", "parameters": {"type": "object"}}
WITH_TOOLS = EngineConfiguration(1, "Interview.", "marin", "audio/pcmu", (TOOL,))
WORDED = Cue("c1", "question", "Why bridges?", intent="Ask why.", tools=True)


# The leg.


async def test_calls_are_reported_ahead_of_the_end_of_their_reply(line: Line) -> None:
    line.behaviour.calls.append((("look_up", '{"about":"pay"}'), ("end_call", "{}")))
    await line.open(WITH_TOOLS)
    line.leg.say(WORDED)
    finished = await line.heard.wait_for(s.ReplyFinished)
    [called] = line.heard.of(s.ToolsCalled)
    assert [(call.name, call.arguments) for call in called.calls] == [
        ("look_up", '{"about":"pay"}'),
        ("end_call", "{}"),
    ]
    assert called.reply_id == finished.reply_id
    assert finished.status == "incomplete"  # nothing of it can be heard
    assert line.heard.signals.index(called) < line.heard.signals.index(finished)


async def test_an_answer_is_told_as_the_output_of_its_call(line: Line) -> None:
    line.behaviour.calls.append((("look_up", "{}"),))
    await line.open(WITH_TOOLS)
    line.leg.say(WORDED)
    called = await line.heard.wait_for(s.ToolsCalled)
    line.leg.answer_call(called.calls[0].call_id, '{"known":null}')
    line.leg.say(Cue("c2", "question", "Why bridges?", intent="Ask why."))
    await line.heard.wait_for(s.ReplyFinished, status="completed")
    assert line.server.calls() == [("look_up", "{}", '{"known":null}')]
    assert not line.server.complaints


async def test_only_a_line_that_may_be_worded_lets_functions_be_called(line: Line) -> None:
    line.behaviour.calls.append((("end_call", "{}"),))
    await line.open(WITH_TOOLS)
    for number, cue in enumerate((Cue("c1", "farewell", "Goodbye."), Cue("c2", "question", "Why?", intent="Ask why."))):
        line.leg.say(cue)
        await line.heard.wait_for(s.ReplyFinished, number + 1, status="completed")
    assert [event["response"]["tool_choice"] for event in line.server.of_type("response.create")] == ["none"] * 2
    assert not line.heard.of(s.ToolsCalled)


async def test_a_call_of_a_cancelled_reply_is_nobodys(line: Line) -> None:
    line.behaviour.calls.append((("end_call", "{}"),))
    line.behaviour.delay_s = 0.05
    await line.open(WITH_TOOLS)
    line.leg.say(WORDED)
    line.leg.cancel(None)
    line.leg.say(Cue("c2", "question", "Something else?"))
    await line.heard.wait_for(s.ReplyFinished, status="completed")
    assert not line.heard.of(s.ToolsCalled)


async def test_a_new_connection_is_told_of_calls_and_their_results_in_their_place(line: Line) -> None:
    history = (
        PastTurn("candidate", "What is the pay?"),
        PastCall("interviewer", '{"known":"Good."}', "call_7", "look_up", '{"about":"pay"}'),
        PastTurn("interviewer", "It is good."),
    )
    await line.open(WITH_TOOLS, history)
    await line.server.got("conversation.item.create", 4)
    kinds = [event["item"]["type"] for event in line.server.of_type("conversation.item.create")]
    assert kinds == ["message", "function_call", "function_call_output", "message"]
    assert line.server.calls() == [("look_up", '{"about":"pay"}', '{"known":"Good."}')]
    assert not line.server.complaints


# A whole call.


class Hanging:
    """A tool that never answers."""

    spec = ToolSpec("hang", "Never answers.", {"type": "object"})
    limit_s = 0.05

    def serves(self, scenario_id: str) -> bool:
        return True

    async def call(self, arguments: dict[str, Any], context: ToolContext) -> Any:
        await asyncio.Event().wait()


@asynccontextmanager
async def answered(*calls: tuple[str, str]) -> AsyncGenerator[tuple[RealtimeDouble, EngineCall]]:
    """The candidate has answered the first question, and the model calls these in place of the next."""
    behaviour, heartbeats = Behaviour(vad=True), Heartbeats()
    behaviour.calls.append(calls)
    async with (
        realtime_double(behaviour) as double,
        engine_call(
            realtime_engine(double.url, heartbeats, lambda _: None, takes_tools=True),
            Limits(prompt_words_s=1.0),
            tools=(LookUp(), Hanging()),
        ) as call,
    ):
        call.pick_up()
        await call.page.until(lambda: bool(call.spoken()))
        say(call, behaviour, ANSWER)
        yield double, call


def say(call: EngineCall, behaviour: Behaviour, words: str) -> None:
    behaviour.hears.append(words)
    call.phone.speak(1600)
    call.phone.pause()


async def test_the_model_may_hear_that_they_want_to_stop() -> None:
    async with answered(("end_call", "{}")) as (double, call):
        await call.page.until(lambda: len(call.spoken()) == 2)
        assert call.spoken()[1]["text"] in call.runner.session.plan.lines.confirm_end
        say(call, double.behaviour, "Yes, please.")
        await call.page.until(lambda: call.reason is not None)
        assert call.reason == "user_ended"
        assert call.spoken()[-1]["text"] == call.runner.session.plan.farewell
        assert double.session.calls() == [("end_call", "{}", DONE)]
        assert not double.session.complaints


async def test_a_tools_answer_reaches_the_model_before_it_speaks_and_the_next_connection() -> None:
    async with answered(("look_up", '{"about":"team"}')) as (double, call):
        await call.page.until(lambda: len(call.spoken()) == 2)
        [used] = [event for event in call.page.events if event["type"] == "tool.used"]
        assert (used["name"], used["failed"]) == ("look_up", None)
        created = [event["type"] for event in double.session.received[-2:]]
        assert created == ["conversation.item.create", "response.create"]
        first = double.session
        await first.close(1011)
        await until(lambda: double.session is not first and double.session.calls())
        assert double.session.calls() == first.calls() == [("look_up", '{"about":"team"}', used["output"])]
        assert not double.session.complaints


async def test_one_that_hangs_costs_no_more_than_its_limit() -> None:
    async with answered(("hang", "{}")) as (double, call):
        await call.page.until(lambda: len(call.spoken()) == 2)
        [(_, _, output)] = double.session.calls()
        assert json.loads(output)["error"]["code"] == "tool_timeout"
        assert call.reason is None


async def test_one_that_there_is_not_is_answered_too() -> None:
    async with answered(("launch", "{}")) as (double, call):
        await call.page.until(lambda: len(call.spoken()) == 2)
        [(_, _, output)] = double.session.calls()
        assert json.loads(output)["error"]["code"] == "unknown_tool"
