"""Reading what a server sends: the audio fast, the rest by the protocol's types, and leniently where it matters. Pure."""

import json
from typing import Any, Literal

import msgspec

from greenroom.realtime import ProtocolError, Unknown, parse_server
from greenroom.realtime.server_events import ResponseOutputAudioDelta, ServerEvent

_NEAR_THE_FRONT = 120
_MARK = b',"delta":"'
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class _Envelope(msgspec.Struct):
    """An audio delta without its audio; beta's name is read, too."""

    type: Literal["response.output_audio.delta", "response.audio.delta"]
    response_id: str
    item_id: str
    delta: str


class _Response(msgspec.Struct):
    class Body(msgspec.Struct):
        id: str
        status: str
        metadata: dict[str, str] | None = None
        status_details: Any = None
        usage: Any = None

    type: Literal["response.created", "response.done"]
    response: Body


class _Created(msgspec.Struct):
    type: Literal["session.created"]
    session: dict[str, Any]


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def audio_delta(data: bytes) -> tuple[str, str, bytes] | None:
    """Reply, item and base64 payload of an audio delta in its usual shape; None for everything else.

    The payload is cut out between its quotes and only the few bytes around it are parsed, so that the cost hardly
    grows with the audio. Whatever this reads, a full parse reads the same; what looks unusual is left to that, and so
    is a payload that is no base64.
    """
    if data.find(b"audio.delta", 0, _NEAR_THE_FRONT) < 0:
        return None
    # Within a JSON string every quote has a backslash before it: this mark can only be a key and the quote of its value.
    start = data.find(_MARK) + len(_MARK)
    end = data.find(b'"', start)
    if start < len(_MARK) or end < 0 or data.find(b"\\", start, end) >= 0:
        return None
    # One object, one delta: otherwise it may not be the delta that counts.
    if data.count(b"{", 0, start) != 1 or data.find(b'"delta"', end) >= 0:
        return None
    try:
        envelope = _ENVELOPE.decode(data[:start] + data[end:])
    except msgspec.DecodeError:
        return None
    payload = data[start:end]
    return (envelope.response_id, envelope.item_id, payload) if is_base64(payload) else None


def is_base64(payload: bytes) -> bool:
    """Whether a caller can play this: sound that is none would end a phone's stream, or be heard as noise."""
    # Deleting what is allowed is several times as fast as decoding, which nobody here needs.
    left = payload.translate(None, _BASE64)
    return len(payload) % 4 == 0 and (not left or (left in (b"=", b"==") and payload.endswith(left)))


def decoded_bytes(payload: bytes) -> int:
    """Length of what this base64 text stands for."""
    return (len(payload) - payload.count(b"=", -2)) * 3 // 4


def read(data: bytes) -> ServerEvent | Unknown:
    """A server's event. Raises `ProtocolError`; `invalid_base64` is its code for sound that is none.

    Messages that others wait for are read as far as they matter: a session says that it is there whatever else is in
    it, and a response that it began or is done, since not to hear of that would keep every later reply waiting. `NaN`
    and infinities, which are no JSON, are read as null.
    """
    try:
        event = parse_server(data)
    except ProtocolError as error:
        event = _leniently(data)
        if event is None:
            raise error from None
    if isinstance(event, ResponseOutputAudioDelta) and not is_base64(event.delta.encode()):
        raise ProtocolError("invalid_base64", "The sound is no base64.", "delta")
    return event


def _leniently(data: bytes) -> ServerEvent | Unknown | None:
    """What can be had of a message that is not as it should be."""
    try:
        plain = json.loads(data.decode(), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    for shape in (_as_it_is, _response, _created):
        try:
            return parse_server(msgspec.json.encode(shape(plain)))
        except (msgspec.MsgspecError, ProtocolError, ValueError, RecursionError):
            continue
    return None


def _as_it_is(plain: Any) -> Any:
    return plain


def _response(plain: Any) -> _Response:
    return msgspec.convert(plain, _Response)


def _created(plain: Any) -> dict[str, Any]:
    created = msgspec.convert(plain, _Created)
    known = {name: created.session[name] for name in ("id", "model") if isinstance(created.session.get(name), str)}
    expires_at = created.session.get("expires_at")
    if isinstance(expires_at, int | float) and not isinstance(expires_at, bool):
        known["expires_at"] = int(expires_at)
    return {"type": created.type, "session": {"type": "realtime", **known}}
