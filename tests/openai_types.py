"""The installed `openai` package's own types as the judge of what is put on the wire.

Its models are lenient at run time; here a message must be of the right class, every value of the right type, and
nothing may be left over in `model_extra`, all the way down.
"""

import json
from collections.abc import Iterator
from typing import Any, get_args

from openai.types.realtime import RealtimeClientEvent, RealtimeServerEvent
from pydantic import BaseModel, TypeAdapter

_SERVER = TypeAdapter[Any](RealtimeServerEvent)
_CLIENT = TypeAdapter[Any](RealtimeClientEvent)


def _types_of(union: Any) -> frozenset[str]:
    models = get_args(get_args(union)[0])
    return frozenset(name for model in models for name in get_args(model.model_fields["type"].annotation))


SERVER_TYPES, CLIENT_TYPES = _types_of(RealtimeServerEvent), _types_of(RealtimeClientEvent)
"""Every `type` that the package knows."""


def check_server_event(data: bytes | str) -> Any:
    """The package's model of a server's message. AssertionError when anything in it is not the package's."""
    return _check(_SERVER, data)


def check_client_event(data: bytes | str) -> Any:
    """The same for a client's message."""
    return _check(_CLIENT, data)


def _check(adapter: TypeAdapter[Any], data: bytes | str) -> Any:
    raw = json.loads(data)
    event = adapter.validate_json(data, strict=True)
    literal = type(event).model_fields["type"].annotation
    assert raw["type"] in getattr(literal, "__args__", ()), f"{raw['type']} was taken for {type(event).__name__}"
    left = list(leftovers(event, raw["type"]))
    assert not left, f"not in the package's types: {left}"
    return event


def leftovers(value: Any, path: str) -> Iterator[str]:
    """Paths of all fields that no model declares."""
    if isinstance(value, BaseModel):
        for name in value.model_extra or {}:
            yield f"{path}.{name}"
        for name in type(value).model_fields:
            yield from leftovers(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from leftovers(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leftovers(inner, f"{path}[{index}]")
