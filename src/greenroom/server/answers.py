"""How errors look over HTTP."""

import secrets

import msgspec

from greenroom.core.errors import GreenroomError

_encode = msgspec.json.Encoder().encode


def new_request_id() -> str:
    return secrets.token_urlsafe(12)


def error_body(error: GreenroomError, request_id: str) -> bytes:
    """`{"error":{…}}`, the body of a refused HTTP request."""
    return _encode({"error": {"code": error.code, "message": error.message, "requestId": request_id}})
