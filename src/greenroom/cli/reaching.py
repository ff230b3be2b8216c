"""How a command finds the running server, and the operator's token for it."""

import asyncio
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from greenroom.cli.failing import Failed
from greenroom.config import ConfigurationError, Settings, read

T = TypeVar("T")


def settings() -> Settings:
    """The settings as a server started here would read them. Raises `Failed`."""
    try:
        return read(os.environ, Path.cwd())
    except ConfigurationError as error:
        raise Failed(str(error)) from None


def server_url(url: str | None) -> str:
    """The given one, else that of a server started with these settings. Raises `Failed`."""
    if url is not None:
        if not url.startswith(("http://", "https://")):
            raise Failed(f"{url} is not an http:// or https:// URL")
        return url.rstrip("/")
    server = settings().server
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(server.host, server.host)  # noqa: S104
    return f"http://{host}:{server.port}{server.base_path}"


def admin_token() -> str:
    """From the settings, else from the data folder, where the server keeps it. Raises `Failed`."""
    from greenroom.server.secret import ADMIN_TOKEN_FILE

    server = settings().server
    if server.admin_token:
        return server.admin_token
    path = server.data / ADMIN_TOKEN_FILE
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        raise Failed(f"no admin token: set GREENROOM_ADMIN_TOKEN, or GREENROOM_DATA to where the server keeps {path.name}") from None  # fmt: skip
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{path} can't be read: {error}") from None


def stream_headers() -> dict[str, str]:
    """The signature that a phone stream needs where a phone provider is set up, if the settings here know how."""
    from greenroom.telephony.twilio.signature import HEADER, sign

    try:
        found = settings()
    except Failed:
        return {}  # a server elsewhere is meant, which has settings of its own
    auth_token, origin = found.phone.twilio_auth_token, found.server.public_origin
    if auth_token is None or origin is None:
        return {}
    return {HEADER: sign(auth_token, f"ws{origin.removeprefix('http')}{found.server.base_path}/call", {})}


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run it on an event loop. What a server refuses, or that there is none, is a `Failed`."""
    from greenroom.practice_client.connection import ConnectFailed, SocketClosed
    from greenroom.practice_client.observer import Stopped
    from greenroom.practice_client.rest import RestError, Unreachable

    try:
        return asyncio.run(_alone(work))
    except Unreachable as error:
        raise Failed(f"{error}. Is the server running? Start it with: greenroom serve") from None
    except RestError as error:
        later = f"; try again in {error.retry_after_s:g} s" if error.retry_after_s else ""
        raise Failed(f"{error} ({error.code}){later}") from None
    except (ConnectFailed, SocketClosed, Stopped) as error:
        raise Failed(str(error)) from None


async def _alone(work: Coroutine[Any, Any, T]) -> T:
    """A single failure out of a task group, without the group around it."""
    try:
        return await work
    except BaseExceptionGroup as group:
        error: Any = group
        while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType] of anything
            error = error.exceptions[0]  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        raise error from None
