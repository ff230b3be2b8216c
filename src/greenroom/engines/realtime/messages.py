"""Reading what a server sends: the audio fast, the rest by the protocol's types, and leniently where it matters. Pure."""

from typing import Any, Literal

import msgspec

from greenroom.realtime import ProtocolError, Unknown, parse_server
from greenroom.realtime.server_events import ServerEvent

_NEAR_THE_FRONT = 120
_MARK = b',"delta":"'


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

    type: Literal["response.created", "response.done"]
    response: Body


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def audio_delta(data: bytes) -> tuple[str, str, bytes] | None:
    """Reply, item and base64 payload of an audio delta in its usual shape; None for everything else.

    The payload is cut out between its quotes and only the few bytes around it are parsed, so that the cost hardly
    grows with the audio. Whatever this reads, a full parse reads the same; what looks unusual is left to that.
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
    return envelope.response_id, envelope.item_id, data[start:end]


def decoded_bytes(payload: bytes) -> int:
    """Length of what this base64 text stands for."""
    return (len(payload) - payload.count(b"=", -2)) * 3 // 4


def read(data: bytes) -> ServerEvent | Unknown:
    """A server's event. Raises `ProtocolError`.

    A response with something in it that is not known (a new kind of output) still says that it began or is done: not
    to hear of that would keep every later reply waiting.
    """
    try:
        return parse_server(data)
    except ProtocolError:
        try:
            known = msgspec.json.decode(data, type=_Response)
            return parse_server(msgspec.json.encode(known))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ProtocolError):
            pass
        raise
