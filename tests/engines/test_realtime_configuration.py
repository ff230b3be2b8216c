"""What is sent to set a server up, and what counts as its agreement."""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from greenroom.engines.realtime.configuration import counted_to_turns, echo_agrees, wanted_session
from greenroom.engines.realtime.settings import RealtimeSettings
from greenroom.ports.engine import EngineConfiguration
from greenroom.realtime import build
from greenroom.realtime.client_events import SessionUpdate
from greenroom.realtime.sessions import Session
from tests.openai_types import check_client_event

TOOL = {
    "type": "function",
    "name": "note",
    "description": "Keep a note",
    "parameters": {"type": "object", "properties": {"text": {"type": "string"}}},
}
WANTED = EngineConfiguration(3, "Ask about bridges.", "marin", "audio/pcmu", (TOOL,))


SETTINGS = RealtimeSettings("wss://host/v1", transcription_model="gpt-transcribe", takes_tools=True)
SEMANTIC = replace(SETTINGS, turn_detection="semantic_vad", eagerness="low")


def sent(wanted: EngineConfiguration = WANTED, settings: RealtimeSettings = SETTINGS, **options: Any) -> dict[str, Any]:
    message = build(SessionUpdate(session=wanted_session(wanted, settings, **options), event_id="configure-1"))
    check_client_event(message)
    return json.loads(message)["session"]


def echo(settings: RealtimeSettings = SETTINGS, **changes: Any) -> Session:
    """An echo as the real server gives it: more than was sent, and with paths replaced."""
    session = sent(settings=settings)
    session |= {"id": "sess_1", "object": "realtime.session", "model": "m", "tracing": None, "max_output_tokens": "inf"}
    session["audio"]["input"]["turn_detection"]["threshold"] = 0.5
    session["audio"]["output"]["speed"] = 1.0
    for path, value in changes.items():
        *way, last = path.split("__")
        inner = session
        for name in way:
            inner = inner[name]
        if value is Ellipsis:
            del inner[last]
        else:
            inner[last] = value
    return msgspec.convert(session, Session)


def test_the_update_is_the_ga_shape() -> None:
    assert sent() == {
        "type": "realtime",
        "output_modalities": ["audio"],
        "instructions": "Ask about bridges.",
        "audio": {
            "input": {
                "format": {"type": "audio/pcmu"},
                "transcription": {"model": "gpt-transcribe"},
                "turn_detection": {
                    "type": "server_vad",
                    "prefix_padding_ms": 300,
                    "silence_duration_ms": 600,
                    "create_response": False,
                    "interrupt_response": False,
                },
            },
            "output": {"format": {"type": "audio/pcmu"}, "voice": "marin"},
        },
        "tools": [TOOL],
        "tool_choice": "auto",
    }


def test_pcm_has_a_rate_and_mu_law_has_none() -> None:
    audio = sent(msgspec.structs.replace(WANTED, audio_format="audio/pcm"))["audio"]
    assert audio["input"]["format"] == audio["output"]["format"] == {"type": "audio/pcm", "rate": 24000}


def test_no_tools_are_sent_as_none_at_all_since_omitted_ones_persist() -> None:
    assert sent(msgspec.structs.replace(WANTED, tools=()))["tools"] == []


def test_without_a_transcription_model_the_servers_own_way_is_kept() -> None:
    assert "transcription" not in sent(settings=replace(SETTINGS, transcription_model=None))["audio"]["input"]


def test_a_locked_voice_is_left_out() -> None:
    assert "voice" not in sent(with_voice=False)["audio"]["output"]


def test_an_echo_of_all_that_was_sent_agrees() -> None:
    assert echo_agrees(WANTED, echo(), SETTINGS)


def test_an_echo_with_a_rate_for_pcm_agrees() -> None:
    wanted = msgspec.structs.replace(WANTED, audio_format="audio/pcm")
    form = {"type": "audio/pcm", "rate": 24000}
    assert echo_agrees(wanted, echo(audio__input__format=form, audio__output__format=form), SETTINGS)


def test_an_echo_without_tools_agrees_when_none_are_wanted() -> None:
    assert echo_agrees(msgspec.structs.replace(WANTED, tools=()), echo(tools=...), SETTINGS)


@pytest.mark.parametrize(
    "change",
    [
        {"instructions": "Ask about bridges"},
        {"instructions": ...},
        {"audio": ...},
        {"audio__input": ...},
        {"audio__output": ...},
        {"audio__output__voice": "alloy"},
        {"audio__output__voice": {"id": "marin"}},
        {"audio__output__voice": ...},
        {"audio__input__format": {"type": "audio/pcma"}},
        {"audio__output__format": {"type": "audio/pcm", "rate": 24000}},
        {"audio__output__format": ...},
        {"audio__input__turn_detection": None},
        {"audio__input__turn_detection": {"type": "semantic_vad", "create_response": False}},
        {"audio__input__turn_detection__create_response": True},
        {"audio__input__turn_detection__interrupt_response": True},
        {"audio__input__turn_detection__interrupt_response": ...},
        {"tools": []},
        {"tools": ...},
        {"tools": [{**TOOL, "name": "other"}]},
        {"tools": [{**TOOL, "parameters": {}}]},
    ],
)
def test_an_echo_of_something_else_does_not_agree(change: dict[str, Any]) -> None:
    assert not echo_agrees(WANTED, echo(**change), SETTINGS)


def test_turns_may_be_found_by_meaning() -> None:
    assert sent(settings=SEMANTIC)["audio"]["input"]["turn_detection"] == {
        "type": "semantic_vad",
        "eagerness": "low",
        "create_response": False,
        "interrupt_response": False,
    }
    assert echo_agrees(WANTED, echo(SEMANTIC), SEMANTIC)
    assert not echo_agrees(WANTED, echo(), SEMANTIC)
    assert not echo_agrees(WANTED, echo(SEMANTIC), SETTINGS)


def test_a_server_that_finds_turns_by_meaning_adds_no_known_time_to_them() -> None:
    assert counted_to_turns(SETTINGS) == (300, 600)
    assert counted_to_turns(SEMANTIC) == (0, 0)


def test_a_full_context_window_is_emptied_down_to_a_share_when_that_is_set() -> None:
    assert "truncation" not in sent()
    truncation = sent(settings=replace(SETTINGS, retention_ratio=0.8))["truncation"]
    assert truncation == {"type": "retention_ratio", "retention_ratio": 0.8}


def test_a_server_without_functions_is_given_none() -> None:
    without = replace(SETTINGS, takes_tools=False)
    assert sent(settings=without)["tools"] == []
    assert echo_agrees(WANTED, echo(without), without)


def test_a_voice_that_the_server_has_not_goes_by_the_name_of_another() -> None:
    settings = replace(SETTINGS, voices={"heart": "marin"})
    wanted = msgspec.structs.replace(WANTED, voice="heart")
    assert sent(wanted, settings)["audio"]["output"]["voice"] == "marin"
    assert echo_agrees(wanted, echo(), settings)
    assert not echo_agrees(wanted, echo(), SETTINGS)
