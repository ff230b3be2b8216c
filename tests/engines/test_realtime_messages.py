"""The fast reading of audio deltas agrees with the full one, and odd messages are read as far as they matter."""

import base64
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from greenroom.engines.realtime.messages import audio_delta, decoded_bytes, read
from greenroom.realtime import ProtocolError, Unknown, parse_server
from greenroom.realtime.server_events import ResponseDone, ResponseOutputAudioDelta

_WORDS = st.text(max_size=12) | st.sampled_from(
    ["delta", ',"delta":"', 'x,"delta":"AAAA"', '"response_id":"', "response.output_audio.delta", "\\", '"', "{", "}"]
)
_KEYS = st.sampled_from(["delta", "response_id", "type", "item_id", "event_id", "x"]) | _WORDS
_VALUES = st.recursive(_WORDS | st.integers() | st.none(), lambda inner: st.dictionaries(_KEYS, inner, max_size=3))
_PAYLOADS = st.binary(max_size=60).map(lambda data: base64.b64encode(data).decode())
_TYPES = st.sampled_from(
    ["response.output_audio.delta", "response.audio.delta", "response.output_audio_transcript.delta", "response.done"]
)


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """Deltas with whatever else, in any order and spacing."""
    fields: list[tuple[str, Any]] = [
        ("type", draw(_TYPES)),
        ("event_id", draw(_WORDS)),
        ("response_id", draw(_WORDS)),
        ("item_id", draw(_WORDS)),
        ("output_index", 0),
        ("content_index", 0),
        ("delta", draw(_PAYLOADS | _WORDS)),
    ]
    fields = [field for field in fields if draw(st.integers(0, 9)) or field[0] == "type"]
    fields += draw(st.lists(st.tuples(_KEYS, _VALUES), max_size=3))
    fields = draw(st.permutations(fields)) if draw(st.booleans()) else fields
    comma, colon = draw(st.sampled_from([(",", ":"), (", ", ": "), (",", ": ")]))
    escaped = draw(st.booleans())
    parts = (
        f"{json.dumps(name, ensure_ascii=escaped)}{colon}{_dump(value, comma, colon, escaped)}"
        for name, value in fields
    )
    text = "{" + comma.join(parts) + "}"
    return (text.replace("/", "\\/") if draw(st.booleans()) else text).encode(errors="replace")


def _dump(value: Any, comma: str, colon: str, escaped: bool) -> str:
    return json.dumps(value, separators=(comma, colon), ensure_ascii=escaped)


def delta(response_id: str = "resp_1", payload: str = "AAECAw==", **more: Any) -> bytes:
    fields = {
        "type": "response.output_audio.delta",
        "event_id": "event_1",
        "response_id": response_id,
        "item_id": "item_1",
        "output_index": 0,
        "content_index": 0,
        "delta": payload,
        **more,
    }
    return json.dumps(fields, separators=(",", ":")).encode()


def odd(rest: bytes) -> bytes:
    where = b'"response_id":"r","item_id":"i","output_index":0,"content_index":0'
    return b'{"type":"response.output_audio.delta",' + where + b"," + rest + b"}"


def in_full(message: bytes) -> Any:
    try:
        return parse_server(message)
    except ProtocolError as error:
        return error


@given(messages())
@example(
    b'{"type":"response.output_audio.delta","x":{"a":1,"delta":"AAAA"},"response_id":"r","item_id":"i","delta":""}'
)
@example(odd(b'"x":{"a":1,"delta":"AAAA"},"delta":""'))
@example(odd(b'"a":1,"delta":"AAAA","delta":""'))
@example(odd(b'"a":1,"delta":"AAAA","delta":"BBBB"'))
@example(odd(b'"a":"x,\\"delta\\":\\"AA","delta":"BBBB"'))
@example(odd(b'"delta":"AAAA","x":{"delta":""}'))
def test_whatever_the_fast_path_reads_a_full_parse_reads_too(message: bytes) -> None:
    fast = audio_delta(message)
    if fast is None:
        return
    event = in_full(message)
    if isinstance(event, ProtocolError):
        # The fast path asks for less: not for the indices, which nobody needs.
        assert event.code in {"missing_required_parameter", "invalid_type", "invalid_value"}
        return
    assert isinstance(event, ResponseOutputAudioDelta)
    assert fast == (event.response_id, event.item_id, event.delta.encode())


@given(st.binary(max_size=4000), st.text("abc_XYZ019", min_size=1), st.dictionaries(st.just("obfuscation"), _PAYLOADS))
def test_the_usual_shape_takes_the_fast_path(data: bytes, response_id: str, more: dict[str, str]) -> None:
    payload = base64.b64encode(data)
    assert audio_delta(delta(response_id, payload.decode(), **more)) == (response_id, "item_1", payload)


def test_beta_servers_take_it_too() -> None:
    message = delta().replace(b"output_audio", b"audio")
    assert audio_delta(message) == ("resp_1", "item_1", b"AAECAw==")


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"{}",
        b"audio.delta",
        b'{"type":"response.output_audio.delta"',
        b'{"type":"response.output_audio.delta","delta":"AAAA',
        b'{"type":"response.output_audio.delta","delta":"AA\\/A","response_id":"r","item_id":"i"}',
        b'{"type":"response.output_audio.delta","delta":7}',
        b'{"type":"response.output_audio.delta","response_id":"r","item_id":"i","delta":"AAAA"}}',
        json.dumps(json.loads(delta())).encode(),
    ],
)
def test_anything_else_is_left_to_the_full_parse(message: bytes) -> None:
    assert audio_delta(message) is None


def test_a_response_with_an_unknown_kind_of_output_is_still_done() -> None:
    message = {
        "type": "response.done",
        "event_id": "e",
        "response": {
            "id": "resp_1",
            "object": "realtime.response",
            "status": "completed",
            "metadata": {"greenroom_cue": "c1"},
            "output": [{"type": "hologram", "id": "h1"}],
        },
    }
    event = read(json.dumps(message).encode())
    assert isinstance(event, ResponseDone)
    assert (event.response.id, event.response.status) == ("resp_1", "completed")
    assert event.response.metadata == {"greenroom_cue": "c1"}


@given(st.binary(max_size=80))
def test_rubbish_is_refused_by_name(data: bytes) -> None:
    try:
        event = read(data)
    except ProtocolError:
        return
    assert isinstance(event, Unknown)


@given(st.binary(max_size=400))
def test_the_length_of_audio_is_exact(data: bytes) -> None:
    assert decoded_bytes(base64.b64encode(data)) == len(data)
    assert decoded_bytes(base64.b64encode(data).rstrip(b"=")) == len(data)
