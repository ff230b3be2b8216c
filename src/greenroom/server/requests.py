"""Reading HTTP requests: bounded in size and time, and of exactly the shape that was asked for."""

import asyncio
from typing import TypeVar

import msgspec
from starlette.requests import Request

from greenroom.core.errors import BadInput, GreenroomError

MAX_BODY_BYTES = 64 * 1024
BODY_WITHIN_S = 10.0

T = TypeVar("T")


class BodyTooLarge(GreenroomError):
    code = "body_too_large"
    http_status = 413


class BodyTooSlow(GreenroomError):
    code = "body_too_slow"
    http_status = 408


class NotJson(GreenroomError):
    code = "not_json"
    http_status = 415


async def read(request: Request, shape: type[T]) -> T:
    """The body as JSON of this shape; an empty one counts as `{}`. Raises `BadInput` and the errors above."""
    content = await body(request)
    if content and request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise NotJson("send JSON, with Content-Type: application/json")
    try:
        return msgspec.json.decode(content or b"{}", type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(str(error) or "nested too deeply") from None


def number(request: Request, name: str, default: int, least: int, most: int) -> int:
    """A whole number out of the query. Raises `BadInput`."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= most):
        raise BadInput(f"{name} must be a number from {least} to {most}")
    return int(text)


async def body(request: Request) -> bytes:
    """All of it. Raises `BodyTooLarge`, `BodyTooSlow`."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"at most {MAX_BODY_BYTES} bytes")
    content = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for chunk in request.stream():
                content += chunk
                if len(content) > MAX_BODY_BYTES:
                    raise BodyTooLarge(f"at most {MAX_BODY_BYTES} bytes")
    except TimeoutError:
        raise BodyTooSlow("the body did not come in time") from None
    return bytes(content)
