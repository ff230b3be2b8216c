"""Client sockets that speak JSON."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import picows

from greenroom.websocket import BINARY, TEXT, Messages

S = TypeVar("S", bound=Messages)
HANDSHAKE_S = 10.0
MAX_MESSAGE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Close:
    """How a connection ended: the code of the side that closed first; 1006 if there was none."""

    code: int
    reason: str = ""


class ConnectFailed(Exception):
    """No connection came to be. `status` is the HTTP answer's, None if there was none."""

    def __init__(self, message: str, status: int | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s


class SocketClosed(Exception):
    """The connection is over and everything that came on it has been read."""

    def __init__(self, close: Close) -> None:
        super().__init__(f"closed with {close.code} {close.reason}".rstrip())
        self.close = close


async def connect(
    base_url: str,
    path: str,
    factory: Callable[[], S],
    *,
    origin: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> S:
    """Open a WebSocket on a server that is named by its http(s) URL. Raises `ConnectFailed`."""
    url = "ws" + base_url.rstrip("/").removeprefix("http") + path
    sent = {**(headers or {}), **({"Origin": origin} if origin else {})}
    try:
        _, listener = await picows.ws_connect(  # pyright: ignore[reportUnknownMemberType] its keyword arguments
            factory, url, extra_headers=sent or None, websocket_handshake_timeout=HANDSHAKE_S, max_redirects=0
        )
    except picows.WSHandshakeError as error:
        answer = error.response
        if answer is None:
            raise ConnectFailed(f"no WebSocket at {url}") from None
        raise ConnectFailed(
            f"{url} answered {int(answer.status)}", int(answer.status), _seconds(answer.headers.get("Retry-After"))
        ) from None
    except (OSError, TimeoutError, picows.WSError) as error:
        raise ConnectFailed(f"no connection to {url}: {error or 'it took too long'}") from None
    assert isinstance(listener, Messages)
    return listener  # pyright: ignore[reportReturnType] what the factory made


class JsonSocket(Messages):
    """A socket whose messages wait to be received, each with the time on the loop's clock at which it came."""

    def __init__(self) -> None:
        super().__init__(MAX_MESSAGE_BYTES)
        self.ended: Close | None = None
        self._inbox: asyncio.Queue[tuple[float, dict[str, Any]] | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._gone = asyncio.Event()

    def message(self, kind: picows.WSMsgType, data: bytes) -> None:
        if kind == TEXT:
            self._inbox.put_nowait((self._loop.time(), msgspec.json.decode(data)))
        elif kind == BINARY:
            self._inbox.put_nowait((self._loop.time(), {"type": "audio", "data": data}))

    def closed(self, code: int, reason: str) -> None:
        self.ended = Close(code, reason)
        self._inbox.put_nowait(None)
        self._gone.set()

    def send_json(self, message: dict[str, Any]) -> None:
        self.send_text(msgspec.json.encode(message))

    async def receive_timed(self) -> tuple[float, dict[str, Any]]:
        """The next message and when it came. Raises `SocketClosed` after the last one."""
        item = await self._inbox.get()
        if item is None:
            self._inbox.put_nowait(None)
            assert self.ended is not None
            raise SocketClosed(self.ended)
        return item

    async def receive(self) -> dict[str, Any]:
        return (await self.receive_timed())[1]

    async def until(self, kind: str, **fields: object) -> dict[str, Any]:
        """The next message of this type with these fields; those before it are dropped."""
        while True:
            message = await self.receive()
            if message.get("type") == kind and all(message.get(name) == value for name, value in fields.items()):
                return message

    async def wait_closed(self) -> Close:
        await self._gone.wait()
        assert self.ended is not None
        return self.ended


def _seconds(text: str | None) -> float | None:
    try:
        return None if text is None else max(0.0, float(text))
    except ValueError:
        return None
