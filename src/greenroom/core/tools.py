"""Functions that the voice model may call. Pure: what they are called and take, and which of them the director answers."""

from typing import Any

import msgspec

END_CALL = "end_call"
REPEAT_QUESTION = "repeat_question"


class ToolSpec(msgspec.Struct, frozen=True):
    """What the model is told of a function. `parameters` is a JSON schema of an object."""

    name: str
    description: str
    parameters: dict[str, Any]


class ToolCall(msgspec.Struct, frozen=True):
    """One call of the model's; `arguments` is JSON text, as it wrote it."""

    call_id: str
    name: str
    arguments: str


_NOTHING: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}

DIRECTED = (
    ToolSpec(
        END_CALL,
        "Call this, instead of speaking, only when the candidate has just said that they want to end the call.",
        _NOTHING,
    ),
    ToolSpec(
        REPEAT_QUESTION,
        "Call this, instead of speaking, only when the candidate has just asked to hear the question again.",
        _NOTHING,
    ),
)
"""That are decisions of the director's: the model says what it heard, the director says what follows."""

DONE = '{"done":true}'
NOT_NOW = '{"error":{"code":"not_now","message":"The conversation has moved on."}}'
