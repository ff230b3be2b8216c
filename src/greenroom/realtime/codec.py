"""Between bytes and events: `parse_client` and `parse_server` read, `build` writes."""

import re
from collections.abc import Iterator
from typing import Any, cast, get_args

import msgspec

from greenroom.realtime import beta
from greenroom.realtime.client_events import ClientEvent
from greenroom.realtime.server_events import ServerEvent, SessionCreated, SessionUpdated
from greenroom.realtime.wire import Wire

_ENCODER = msgspec.json.Encoder()
_CLIENT = msgspec.json.Decoder[ClientEvent](ClientEvent)
_SERVER = msgspec.json.Decoder[ServerEvent](ServerEvent)
_PATH = re.compile(r" - at `\$\.?(.*)`$")
_FIELD = re.compile(r"field `(.+?)`")


class ProtocolError(Exception):
    """A message that is not one of the protocol's, or that asks for what cannot be.

    `code` is stable: `invalid_json`, `missing_required_parameter`, `invalid_type`, `invalid_value`,
    `unknown_parameter`, and what a server adds. `event_id` is the one that the message itself carried.
    """

    def __init__(self, code: str, message: str, param: str | None = None, event_id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param
        self.event_id = event_id


class Unknown(msgspec.Struct, frozen=True):
    """A well-formed event of a type that is not in this package: to be counted and ignored, or refused."""

    type: str
    event_id: str | None = None


class _Head(msgspec.Struct):
    type: str | None = None
    event_id: Any = None


def _tags(union: Any) -> frozenset[str]:
    return frozenset(str(event.__struct_config__.tag) for event in get_args(union))


_CLIENT_TYPES = _tags(ClientEvent)
_SERVER_TYPES = _tags(ServerEvent)


def parse_client(data: bytes) -> ClientEvent | Unknown:
    """What a client sent, from UTF-8 JSON. Raises ProtocolError when it is malformed."""
    try:
        return _CLIENT.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        return _second_look(data, error, _CLIENT_TYPES, ClientEvent)


def parse_server(data: bytes) -> ServerEvent | Unknown:
    """What a server sent, from UTF-8 JSON; beta names read as GA's. Raises ProtocolError when it is malformed."""
    try:
        event = _SERVER.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        event = _without_nulls(data)
        if event is None:
            return _second_look(data, error, _SERVER_TYPES, ServerEvent)
    if isinstance(event, SessionCreated | SessionUpdated) and event.session.audio is msgspec.UNSET:
        return _beta_session(data) or event
    return event


def build(event: Wire) -> bytes:
    """An event as UTF-8 JSON."""
    return _ENCODER.encode(event)


def _without_nulls(data: bytes) -> ServerEvent | None:
    """The same with what is null left out, since some servers write null for what they left out; None: no event still."""
    if b"null" not in data:
        return None
    try:
        return msgspec.convert(_pruned(msgspec.json.decode(data)), ServerEvent)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: _pruned(field) for name, field in fields.items() if field is not None}
    return [_pruned(entry) for entry in cast("list[Any]", value)] if isinstance(value, list) else value


def _second_look(data: bytes, error: Exception, types: frozenset[str], union: Any) -> Any:
    """What did not decode at once: a beta name, a type that is not ours, or a fault."""
    try:
        head = msgspec.json.decode(data, type=_Head)
    except msgspec.ValidationError as fault:
        raise _protocol_error(fault, None) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ProtocolError("invalid_json", "The message is not valid JSON.") from None
    event_id = head.event_id if isinstance(head.event_id, str) else None
    if head.type is None:
        raise ProtocolError("missing_required_parameter", "Missing required parameter: 'type'.", "type", event_id)
    if head.type in types:
        raise _protocol_error(error, event_id) from None
    if head.type not in beta.EVENTS or beta.EVENTS[head.type] not in types:
        return Unknown(head.type, event_id)
    fields = msgspec.json.decode(data, type=dict[str, Any])
    try:
        return msgspec.convert({**fields, "type": beta.EVENTS[head.type]}, union)
    except msgspec.ValidationError as fault:
        raise _protocol_error(fault, event_id) from None


def _beta_session(data: bytes) -> SessionCreated | SessionUpdated | None:
    """A session that is told in the beta's shape."""
    fields = msgspec.json.decode(data, type=dict[str, Any])
    if not beta.is_session(fields["session"]):
        return None
    try:
        return msgspec.convert(
            {**fields, "session": beta.ga_session(fields["session"])}, SessionCreated | SessionUpdated
        )
    except msgspec.ValidationError as fault:
        raise _protocol_error(fault, fields.get("event_id")) from None


def _protocol_error(error: Exception, event_id: str | None) -> ProtocolError:
    """What msgspec says words, sorted into the API's codes, with the path of the field at fault."""
    text = str(error)
    found = _PATH.search(text)
    where = found[1] if found else ""
    what = _PATH.sub("", text)
    field = _FIELD.search(what)
    if field and "missing" in what:
        param = f"{where}.{field[1]}" if where else field[1]
        return ProtocolError("missing_required_parameter", f"Missing required parameter: '{param}'.", param, event_id)
    code = "invalid_type" if what.startswith("Expected") else "invalid_value"
    return ProtocolError(code, f"{what}{f' in {where!r}' if where else ''}.", where or None, event_id)


def unknown_parameters(data: bytes, event: Wire) -> list[str]:
    """Paths of the fields in `data` that `event`, read from it, does not have; fields that are null are let pass."""
    return list(_leftovers(msgspec.json.decode(data), msgspec.to_builtins(event), ""))


def _leftovers(raw: Any, known: Any, path: str) -> Iterator[str]:
    if isinstance(raw, dict) and isinstance(known, dict):
        fields, twins = cast("dict[str, Any]", raw), cast("dict[str, Any]", known)
        for name, value in fields.items():
            here = f"{path}.{name}" if path else name
            if name in twins:
                yield from _leftovers(value, twins[name], here)
            elif value is not None:
                yield here
    elif isinstance(raw, list) and isinstance(known, list | tuple):
        pairs = zip(cast("list[Any]", raw), cast("list[Any]", known), strict=False)
        for index, (value, twin) in enumerate(pairs):
            yield from _leftovers(value, twin, f"{path}[{index}]")
