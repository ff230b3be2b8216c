"""How errors look on the wire, over HTTP and in WebSocket messages."""

import secrets
from typing import Any

import msgspec

from greenroom.core.errors import GreenroomError

_encode = msgspec.json.Encoder().encode


def new_request_id() -> str:
    return secrets.token_urlsafe(12)


def error_body(error: GreenroomError, request_id: str) -> bytes:
    """`{"error":{…}}`, the body of a refused HTTP request."""
    return _encode({"error": {"code": error.code, "message": error.message, "requestId": request_id}})


def error_message(error: GreenroomError, in_reply_to: str | int | None, request_id: str) -> bytes:
    """The `error` message of a WebSocket that stays open."""
    message: dict[str, Any] = {
        "type": "error",
        "code": error.code,
        "message": error.message,
        "retryable": error.retryable,
        "requestId": request_id,
    }
    if in_reply_to is not None:
        message["inReplyTo"] = in_reply_to
    return _encode(message)
