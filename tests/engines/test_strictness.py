"""Whatever the double is told to do, all that it sends and all that it gets is what the `openai` package's types say.

It holds every message against them as it goes (`tests/openai_types.py`): of the right class, every value of the right type,
nothing left over in `model_extra`, all the way down. Here every behaviour is gone through once, with all that we send.
"""

import asyncio
import base64
import json
from typing import Any

import pytest
from pydantic import ValidationError

from greenroom.core.commands import Cue
from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.engines.realtime import RealtimeEngine, RealtimeSettings
from greenroom.engines.realtime.leg import RealtimeLeg
from greenroom.ports.engine import EngineConfiguration, PastCall, PastTurn
from greenroom.realtime.server_events import NOT_FOR_CALLS
from greenroom.websocket import Heartbeats
from tests.doubles.engine_events import HeardEvents
from tests.doubles.realtime_server import Behaviour, RealtimeDouble, realtime_double
from tests.doubles.realtime_session import failed
from tests.openai_types import SERVER_TYPES, check_server_event

TOOL = {
    "type": "function",
    "name": "look_up",
    "description": "Find out",
    "parameters": {"type": "object", "properties": {"about": {"type": "string"}}},
}
PCMU = EngineConfiguration(1, "You are an interviewer.", "marin", "audio/pcmu", (TOOL,))
PCM = EngineConfiguration(2, "You are an interviewer.", "marin", "audio/pcm", (TOOL,))
HISTORY = (
    PastTurn("interviewer", "Who?"),
    PastTurn("candidate", "Me."),
    PastCall("interviewer", '{"known":null}', "call_0", "look_up", '{"about":"pay"}'),
)
QUESTION = Cue("c1", "question", "one two three", intent="Ask for three.", tools=True)
FRAME = base64.b64encode(b"\x00\x80" * 80)

SENT_BY_US = {
    "session.update",
    "input_audio_buffer.append",
    "input_audio_buffer.clear",
    "conversation.item.create",
    "conversation.item.truncate",
    "response.create",
    "response.cancel",
}
NEVER_SENT_BY_THE_DOUBLE = {
    "conversation.created",
    "conversation.item.created",
    "conversation.item.deleted",
    "conversation.item.retrieved",
    "conversation.item.input_audio_transcription.segment",
    "input_audio_buffer.timeout_triggered",
    "response.output_text.delta",
    "response.output_text.done",
}
"""We ask for none of them: they are held against the types by `tests/realtime/test_codec.py`."""

BEHAVIOURS: dict[str, dict[str, Any]] = {
    "usual": {},
    "refuses at the door": {"http_status": 401},
    "another key": {"api_key": "another"},
    "greets with an error": {"error_first": ("invalid_request_error", "model_not_found")},
    "closes at once": {"close_first": 3000},
    "expires": {"lasts_s": 0.3},
    "late": {"delay_s": 0.01},
    "closes in the middle": {"close_on": {"response.create": 1011}},
    "deaf": {"deaf_to": {"response.cancel"}},
    "with unknown events": {"unknown_before": frozenset({"response.done", "session.updated"})},
    "loses echoes": {"drop_echoes": 1, "alter_echoes": 1},
    "refuses the configuration": {"update_error": ("invalid_request_error", "invalid_value")},
    "refuses responses": {"response_error": ("invalid_request_error", None)},
    "without metadata": {"drop_metadata": True},
    "incomplete": {"end_status": ("incomplete", {"type": "incomplete", "reason": "max_output_tokens"})},
    "out of credit": {"end_status": ("failed", failed("insufficient_quota"))},
    "fails first": {"fail_next": 1},
    "fails in the middle": {"fail_after_deltas": 1},
    "silent": {"silent": True},
    "at twice real time": {"speed": 2.0},
    "words first": {"words": "first"},
    "words last": {"words": "last"},
    "limited": {"tokens_left": 0},
    "says something else": {"says": "Something else."},
    "speaks and calls": {"calls_and_speaks": True},
}


async def conversation(leg: RealtimeLeg, double: RealtimeDouble, heard: HeardEvents) -> None:
    """All that a leg can be asked to do, whatever comes of it."""
    session = double.session
    for _ in range(5):
        leg.append_audio(FRAME)
    item_id = await session.speech_started(100)
    await session.speech_stopped(item_id, 900)
    await session.transcript(item_id, "hello there")
    failing = await session.speech_started(1000)
    await session.speech_stopped(failing, 1900)
    await session.transcript_failed(failing)
    leg.say(QUESTION)
    await come(heard, "ToolsCalled", "ReplyFinished")
    for number, call in enumerate(call for called in of(heard, "ToolsCalled") for call in called.calls):
        leg.answer_call(call.call_id, f'{{"number":{number}}}')
    leg.say(Cue("c2", "question", "four five six"))
    await come(heard, "ReplyFinished", more=True)
    leg.say(Cue("c3", "question", "seven eight"))
    leg.cancel(None)
    for started in of(heard, "ReplyStarted"):
        leg.truncate(started.reply_id, 40)
    leg.add_text("I typed this.")
    leg.discard_input()
    leg.configure(PCM)
    await asyncio.wait([asyncio.ensure_future(come(heard, "Echoed"))], timeout=0.1)


def of(heard: HeardEvents, *names: str) -> list[Any]:
    return [signal for signal in heard.signals if type(signal).__name__.endswith(names)]


async def come(heard: HeardEvents, *names: str, more: bool = False) -> None:
    """Until one of these came, or nothing will; `more` than are there."""
    wanted = len(of(heard, *names)) + 1 if more else 1
    done = ("EngineLost", "EngineRefused", "Rejected")
    await asyncio.wait(
        [asyncio.ensure_future(heard.until(lambda: of(heard, *done) or len(of(heard, *names)) >= wanted, 0.6))],
        timeout=0.7,
    )


async def go_through(behaviour: Behaviour) -> RealtimeDouble:
    """One session on a double that behaves so. Raises what did not validate."""
    heartbeats, heard = Heartbeats(), HeardEvents()
    behaviour.calls.append((("look_up", '{"about":"pay"}'),))
    async with realtime_double(behaviour) as double:
        settings = RealtimeSettings(
            double.url,
            "gpt-realtime-2.1",
            "sk-secret",
            "gpt-transcribe",
            retention_ratio=0.8,
            takes_tools=True,
            resend_every_s=0.05,
        )
        try:
            leg = await RealtimeEngine(settings, heartbeats).open(heard, PCMU, HISTORY)
        except (EngineRefusal, EngineUnreachable):
            return double
        assert isinstance(leg, RealtimeLeg)
        await conversation(leg, double, heard)
        await leg.close()
    return double


@pytest.mark.parametrize("case", BEHAVIOURS)
async def test_every_message_both_ways_is_what_the_package_says(case: str) -> None:
    double = await go_through(Behaviour(**BEHAVIOURS[case]))
    assert not double.faults
    for session in double.sessions:
        assert all(event["type"] in SERVER_TYPES for event in session.sent)


def test_every_behaviour_is_gone_through() -> None:
    told = {name for behaviour in BEHAVIOURS.values() for name in behaviour}
    others = {"http_body", "refuse_next", "greets", "hold_echoes", "hold_after_deltas", "failure", "ms_per_word", "vad"}
    others |= {"greet_after_s", "checked"}
    # `hears` and what follows it need sound; the calls are of every session here. Beta's shapes are not the package's.
    assert told | others | {"hears", "transcript_after_s", "calls", "beta"} == set(Behaviour.__dataclass_fields__)


async def test_that_is_all_that_we_send_and_nearly_all_that_a_server_can() -> None:
    double = await go_through(Behaviour())
    session = double.session
    assert {event["type"] for event in session.received} | {"input_audio_buffer.append"} == SENT_BY_US
    limited = await go_through(Behaviour(response_error=("invalid_request_error", None)))
    sent = {event["type"] for one in (double, limited) for event in one.session.sent}
    assert SERVER_TYPES - NOT_FOR_CALLS - sent == NEVER_SENT_BY_THE_DOUBLE


@pytest.mark.parametrize(
    "message",
    [
        {"type": "response.done", "event_id": "e", "response": {"id": "r", "usage": {"total_tokens": "7"}}},
        {"type": "response.done", "event_id": "e", "response": {"id": "r", "usage": {"cost": 7}}},
        {"type": "response.output_audio.delta", "event_id": "e", "delta": ""},
        {"type": "response.audio.delta", "event_id": "e"},
        {"type": "rate_limits.updated", "event_id": "e", "rate_limits": [{"name": "coins", "remaining": 1}]},
    ],
)
def test_the_guard_on_what_servers_send_fails_when_they_err(message: dict[str, Any]) -> None:
    with pytest.raises((ValidationError, AssertionError)):
        check_server_event(json.dumps(message))
