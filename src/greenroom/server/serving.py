"""The one listening port: uvicorn's HTTP, and WebSockets beside it."""

import asyncio
import socket
from email.utils import formatdate
from functools import partial
from types import TracebackType
from typing import Any, Self

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from greenroom.server.patience import Patience
from greenroom.server.sockets import Sockets
from greenroom.server.upgrade import MAX_REQUEST_BYTES, UpgradeProtocol

HALF_OPEN_S = 5.0
SHUTDOWN_S = 5
BACKLOG = 2048


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's, with limits on how long and how large a request's head may be; uvicorn waits forever for any."""

    def __init__(self, half_open: "Patience[HttpProtocol]", **options: Any) -> None:
        super().__init__(**options)
        self._half_open = half_open
        self._head_bytes: int | None = 0
        """Of a request's head that is still coming in; None while there is none."""
        self._upgraded = False

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._half_open.expect(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._half_open.done(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._upgraded:
            # The parser and this object hold each other; neither is needed any more.
            self.parser = None
        elif self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_REQUEST_BYTES and not self.transport.is_closing():
                self.transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n")
                self.transport.close()
        elif self._idles():
            self._half_open.expect(self)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        self._half_open.expect(self)

    def on_headers_complete(self) -> None:
        self._head_bytes = None
        self._half_open.done(self)
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        self._upgraded = True
        super().handle_websocket_upgrade()

    def _idles(self) -> bool:
        # Between requests, and uvicorn's own timer was stopped by bytes that are no request.
        answered: bool = self.cycle is not None and self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison]
        return answered and self.timeout_keep_alive_task is None and not self.transport.is_closing()


class Serving:
    """Serves from entering to leaving: `async with Serving(app, sockets, "127.0.0.1", 0) as serving: serving.port`.

    Signals are not touched. Leaving it closes the listener first, then every connection (sockets with 1012). A drain
    comes before that, while it still listens: `sockets.drain()`. Raises `OSError` when the address can't be had.
    """

    def __init__(self, app: Any, sockets: Sockets, host: str, port: int, *, half_open_s: float = HALF_OPEN_S) -> None:
        self.host = host
        self.port = port
        self._sockets = sockets
        self._half_open = Patience[HttpProtocol](half_open_s, _give_up)
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=partial(HttpProtocol, self._half_open),  # pyright: ignore[reportArgumentType]
                ws=partial(UpgradeProtocol, sockets),  # pyright: ignore[reportArgumentType]
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=SHUTDOWN_S,
            )
        )
        self._date: asyncio.TimerHandle | None = None
        self._asked_to_close = asyncio.Event()

    async def __aenter__(self) -> Self:
        listeners = await _bind(self.host, self.port)
        self.port = listeners[0].getsockname()[1]
        config = self._server.config
        config.load()
        self._server.lifespan = config.lifespan_class(config)
        await self._server.startup(sockets=listeners)
        self._tell_date()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._asked_to_close.set()
        if self._date is not None:
            self._date.cancel()
        await self._server.shutdown()
        self._half_open.stop()
        self._sockets.stop()

    def close(self) -> None:
        """Let `closed` return."""
        self._asked_to_close.set()

    async def closed(self) -> None:
        """Wait until `close` was called; leave the context then."""
        await self._asked_to_close.wait()

    @property
    def connections(self) -> int:
        """TCP connections that are open."""
        return len(self._server.server_state.connections)

    def _tell_date(self) -> None:
        self._server.server_state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        self._date = asyncio.get_running_loop().call_later(1.0, self._tell_date)


def _give_up(connection: HttpProtocol) -> None:
    connection.transport.close()


async def _bind(host: str, port: int) -> list[socket.socket]:
    """Listening sockets on every address of this host, on the same port."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    listeners: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in dict.fromkeys(found):
            listener = socket.socket(family, kind, protocol)
            listeners.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            chosen = listeners[0].getsockname()[1] if len(listeners) > 1 else port
            listener.bind((address[0], chosen, *address[2:]))
            listener.setblocking(False)
    except OSError:
        for listener in listeners:
            listener.close()
        raise
    return listeners
