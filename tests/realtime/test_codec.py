"""What is built reads back the same, and is what the `openai` package's types say."""

import contextlib
import json
import types
import typing
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from greenroom.realtime import (
    ProtocolError,
    Unknown,
    beta,
    build,
    client_events,
    conversations,
    parse_client,
    parse_server,
    server_events,
    sessions,
    unknown_parameters,
)
from tests.openai_types import CLIENT_TYPES, SERVER_TYPES, check_client_event, check_server_event

# What the API has and the package's types lack, or what the package wants and some servers leave out.
_NEVER: dict[tuple[type, str], Any] = {
    (sessions.Session, "id"): None,
    (sessions.Session, "object"): None,
    (sessions.Session, "expires_at"): None,
}
_WORDS = st.text(max_size=12)
_JSON = st.recursive(
    st.none() | st.booleans() | _WORDS, lambda inner: st.dictionaries(_WORDS, inner, max_size=2), max_leaves=3
)
_FIELDS: dict[tuple[type, str], st.SearchStrategy[Any]] = {
    (sessions.Session, "prompt"): st.just(msgspec.UNSET) | st.fixed_dictionaries({"id": _WORDS}),
    (sessions.Session, "tracing"): st.sampled_from([msgspec.UNSET, None, "auto"]),
    (sessions.Session, "include"): st.sampled_from([msgspec.UNSET, None, ("item.input_audio_transcription.logprobs",)]),
    (conversations.ResponseParams, "prompt"): st.just(msgspec.UNSET),
    (sessions.FunctionTool, "parameters"): _JSON.filter(lambda v: v is not None),
    (server_events.InputAudioTranscriptionCompleted, "usage"): st.builds(
        conversations.DurationUsage, seconds=st.floats(0, 1e6)
    ),
    (server_events.ResponseFunctionCallArgumentsDone, "name"): _WORDS,
    # A response shows a custom voice by its name only.
    (conversations.ResponseAudioOutput, "voice"): st.none() | _WORDS,
    (conversations.TokenDetails, "cached_tokens_details"): st.none(),
}


def _of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of an annotation."""
    origin = get_origin(kind)
    if origin in {typing.Union, types.UnionType}:
        return st.one_of([_of(part) for part in get_args(kind)])
    if origin is Literal:
        return st.sampled_from(get_args(kind))
    if origin is tuple:
        return st.lists(_of(get_args(kind)[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(_WORDS, _WORDS, max_size=2)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return st.deferred(lambda: _struct(kind))
    return {
        str: _WORDS,
        int: st.integers(0, 2**31),
        float: st.floats(0, 1e6),
        bool: st.booleans(),
        type(None): st.none(),
        msgspec.UnsetType: st.just(msgspec.UNSET),
        Any: _JSON,
    }[kind]


def _struct(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    if kind is sessions.AudioFormat:
        return st.sampled_from([sessions.PCMU, sessions.PCMA, sessions.PCM_24K])
    if kind is conversations.MessageItem:
        return _message()
    if kind is conversations.Usage:
        return st.builds(kind, total_tokens=st.integers(0, 9), output_token_details=st.none())
    hints = typing.get_type_hints(kind)
    fields = {
        name: _FIELDS.get((kind, name), _of(hints[name]))
        for name in kind.__struct_fields__
        if (kind, name) not in _NEVER
    }
    for name, hint in hints.items():
        if name == "event_id" and issubclass(kind, server_events.ServerMessage):
            fields[name] = st.text(min_size=1, max_size=12)
        if name == "object" and name in fields and hint == str | None:
            one = "realtime.conversation" if kind is server_events.Conversation else "realtime.item"
            fields[name] = st.sampled_from([None, one])
        if name == "conversation" and hint == str | None:
            fields[name] = st.sampled_from([None, "auto", "none"])
        if name == "input":
            fields[name] = st.none() | _of(tuple[conversations.Item, ...]) if "metadata" in hints else fields[name]
    return st.builds(kind, **fields)


def _message() -> st.SearchStrategy[conversations.MessageItem]:
    def part(*kinds: str, **more: Any) -> Any:
        texts = st.none() | _WORDS
        return st.builds(conversations.ContentPart, type=st.sampled_from(kinds), text=texts, **more)

    texts = st.none() | _WORDS
    parts = {
        "system": part("input_text"),
        "user": part("input_text", "input_audio", transcript=texts, audio=texts),
        "assistant": part("output_text", "output_audio", transcript=texts, audio=texts),
    }
    return st.sampled_from(sorted(parts)).flatmap(
        lambda role: st.builds(
            conversations.MessageItem,
            role=st.just(role),
            content=st.lists(parts[role], max_size=2).map(tuple),
            id=texts,
            status=st.sampled_from([None, "completed", "incomplete", "in_progress"]),
        )
    )


SERVER = get_args(server_events.ServerEvent)
CLIENT = get_args(client_events.ClientEvent)
_EASY = settings(max_examples=15, deadline=None, phases=[Phase.generate])


@pytest.mark.parametrize("kind", SERVER, ids=lambda kind: kind.__name__)
@_EASY
@given(data=st.data())
def test_a_servers_event_reads_back_and_is_what_the_package_says(kind: type, data: st.DataObject) -> None:
    event = data.draw(_struct(kind))
    wire = build(event)
    assert parse_server(wire) == event
    check_server_event(wire)


@pytest.mark.parametrize("kind", CLIENT, ids=lambda kind: kind.__name__)
@_EASY
@given(data=st.data())
def test_a_clients_event_reads_back_and_is_what_the_package_says(kind: type, data: st.DataObject) -> None:
    event = data.draw(_struct(kind))
    wire = build(event)
    assert parse_client(wire) == event
    check_client_event(wire)


def test_every_event_of_the_package_is_typed_or_known_to_be_none_of_ours() -> None:
    typed = {str(kind.__struct_config__.tag) for kind in SERVER}
    assert typed | server_events.NOT_FOR_CALLS == SERVER_TYPES
    assert not typed & server_events.NOT_FOR_CALLS
    sent = {str(kind.__struct_config__.tag) for kind in CLIENT}
    assert SERVER_TYPES.isdisjoint(sent)
    assert CLIENT_TYPES - sent == {"output_audio_buffer.clear"}  # WebRTC and SIP only


@pytest.mark.parametrize(("name", "ga"), beta.EVENTS.items())
def test_a_beta_name_reads_as_its_twin(name: str, ga: str) -> None:
    twin = next(kind for kind in SERVER if kind.__struct_config__.tag == ga)
    fields = {"event_id": "e", "response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}
    fields |= {name: "x" for name in ("delta", "transcript", "text") if name in twin.__struct_fields__}
    assert parse_server(msgspec.json.encode({"type": name, **fields})) == twin(**fields)


BETA_SESSION = {
    "id": "sess_1",
    "object": "realtime.session",
    "model": "m",
    "expires_at": 1_800_000_000,
    "modalities": ["text", "audio"],
    "instructions": "Be kind.",
    "voice": "alloy",
    "input_audio_format": "g711_ulaw",
    "output_audio_format": "pcm16",
    "input_audio_transcription": {"model": "whisper-1"},
    "turn_detection": {"type": "server_vad", "create_response": False},
    "tools": [],
    "tool_choice": "auto",
    "temperature": 0.8,
    "max_response_output_tokens": "inf",
}


@pytest.mark.parametrize("kind", ["session.created", "session.updated"])
def test_a_session_in_betas_shape_reads_as_gas(kind: str) -> None:
    event = parse_server(msgspec.json.encode({"type": kind, "event_id": "e", "session": BETA_SESSION}))
    assert isinstance(event, server_events.SessionCreated | server_events.SessionUpdated)
    assert json.loads(build(event))["session"] == {
        "type": "realtime",
        "id": "sess_1",
        "object": "realtime.session",
        "model": "m",
        "expires_at": 1_800_000_000,
        "output_modalities": ["audio"],
        "instructions": "Be kind.",
        "audio": {
            "input": {
                "format": {"type": "audio/pcmu"},
                "transcription": {"model": "whisper-1"},
                "turn_detection": {"type": "server_vad", "create_response": False},
            },
            "output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "alloy"},
        },
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
    }


def test_a_session_in_betas_shape_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_server(b'{"type":"session.created","event_id":"e","session":{"voice":7}}')
    assert caught.value.code == "invalid_type"


@given(st.dictionaries(st.sampled_from([*BETA_SESSION, "audio", "speed"]), _JSON, max_size=4))
def test_no_session_does_worse_than_a_protocol_error(session: dict[str, Any]) -> None:
    with contextlib.suppress(ProtocolError):
        parse_server(msgspec.json.encode({"type": "session.updated", "event_id": "e", "session": session}))


def test_a_null_setting_is_told_from_an_omitted_one() -> None:
    cleared = sessions.AudioInput(turn_detection=None)
    wire = build(client_events.SessionUpdate(session=sessions.Session(audio=sessions.SessionAudio(input=cleared))))
    assert wire == b'{"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":null}}}}'
    assert parse_client(wire).session.audio.input == cleared  # pyright: ignore


def test_null_for_what_a_server_left_out_is_read_as_left_out() -> None:
    settings = {
        "type": "realtime",
        "tools": None,
        "reasoning": None,
        "audio": {"output": {"voice": "x", "speed": None}},
    }
    event = parse_server(msgspec.json.encode({"type": "session.updated", "event_id": "e", "session": settings}))
    assert isinstance(event, server_events.SessionUpdated)
    output = sessions.AudioOutput(voice="x")
    assert event.session == sessions.Session(audio=sessions.SessionAudio(output=output))
    with pytest.raises(ProtocolError):
        parse_server(b'{"type":"response.output_audio.delta","event_id":"e","response_id":"r","delta":null}')


def test_an_unknown_type_is_named_not_raised() -> None:
    assert parse_server(b'{"type":"mcp_list_tools.completed","event_id":"e"}') == Unknown(
        "mcp_list_tools.completed", "e"
    )
    assert parse_client(b'{"type":"response.audio.delta"}') == Unknown("response.audio.delta")


@pytest.mark.parametrize(
    ("data", "code", "param"),
    [
        (b"", "invalid_json", None),
        (b"{", "invalid_json", None),
        (b"\xff\xfe", "invalid_json", None),
        (b"[" * 100_000, "invalid_type", None),
        (b'"text"', "invalid_type", None),
        (b"{}", "missing_required_parameter", "type"),
        (b'{"type":7}', "invalid_type", "type"),
        (b'{"type":"input_audio_buffer.append"}', "missing_required_parameter", "audio"),
        (b'{"type":"input_audio_buffer.append","audio":5}', "invalid_type", "audio"),
        (b'{"type":"session.update","session":{"audio":{"output":{"speed":"x"}}}}', "invalid_type", "session.audio.output.speed"),
        (b'{"type":"session.update","session":{"tool_choice":"x"}}', "invalid_value", "session.tool_choice"),
        (b'{"type":"session.update","session":{"type":"transcription"}}', "invalid_value", "session.type"),
    ],
)  # fmt: skip
def test_what_is_malformed_has_a_code_and_names_the_field(data: bytes, code: str, param: str | None) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_client(data)
    assert (caught.value.code, caught.value.param) == (code, param)


def test_a_fault_carries_the_clients_event_id() -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_client(b'{"type":"conversation.item.delete","event_id":"mine"}')
    assert caught.value.event_id == "mine"


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_bytes_do_worse_than_a_protocol_error(data: bytes) -> None:
    for parse in (parse_client, parse_server):
        with contextlib.suppress(ProtocolError):
            parse(data)


def test_fields_that_are_not_in_the_protocol_are_found_at_any_depth() -> None:
    data = (
        b'{"type":"session.update","x":1,"session":{"tools":[{"type":"function","name":"a","y":2}],"audio":{"z":{}}}}'
    )
    assert unknown_parameters(data, parse_client(data)) == ["x", "session.tools[0].y", "session.audio.z"]  # pyright: ignore
