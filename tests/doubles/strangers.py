"""Servers that are no Realtime servers, where an address is wrong."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

_PAGE = b"<html><body>It works!</body></html>"


@asynccontextmanager
async def web_server() -> AsyncGenerator[str]:
    """Answers every request with a page; gives a WebSocket URL to it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(_PAGE)}\r\n\r\n"
        writer.write(head.encode() + _PAGE)
        writer.close()

    async with _tcp_server(answer) as url:
        yield url


@asynccontextmanager
async def mail_server() -> AsyncGenerator[str]:
    """Greets before it was asked, in another protocol than HTTP."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        await reader.read()
        writer.close()

    async with _tcp_server(answer) as url:
        yield url


@asynccontextmanager
async def mute_server() -> AsyncGenerator[str]:
    """Accepts connections and never answers."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the other side is gone: an upgrade is far below the buffer's limit
        writer.close()

    async with _tcp_server(answer) as url:
        yield url


@asynccontextmanager
async def echo_server() -> AsyncGenerator[str]:
    """Sends every WebSocket message back, after a word of welcome that is no JSON."""

    async def echo(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            await connection.send("welcome")
            async for message in connection:
                await connection.send(message)

    async with serve(echo, "127.0.0.1", 0, close_timeout=0.2) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1/realtime"


@asynccontextmanager
async def _tcp_server(answer: object) -> AsyncGenerator[str]:
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:  # pyright: ignore[reportArgumentType]
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/realtime"
