"""A server with nothing but sockets that echo, and raw connections to it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from picows import WSMsgType
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from greenroom.runtime.metrics import Metrics
from greenroom.server.handshake import Door
from greenroom.server.origins import Origins
from greenroom.server.serving import Serving
from greenroom.server.sockets import ServerSocket, Sockets
from greenroom.websocket import Heartbeats

UPGRADE = (
    b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%b\r\n"
)


BURST = (10_000, 3, 20_000, 200, 70_000) * 100
"""Sizes of messages; together more than a socket takes at once."""


class FakeClock:
    def __init__(self) -> None:
        self.at = 1000.0

    def now(self) -> float:
        return self.at

    def unix_ms(self) -> int:
        return int(self.at * 1000)


class Echo(ServerSocket):
    kind = "echo"

    def opened(self) -> None:
        super().opened()
        self.settle()

    def message(self, kind: WSMsgType, data: bytes) -> None:
        if data == b"raise":
            raise RuntimeError("a fault of the server's")
        if data == b"burst":
            for size in BURST:
                self.send(kind, b"x" * size)
        self.send(kind, data)


class Mute(ServerSocket):
    """Never attaches."""

    kind = "mute"

    def message(self, kind: WSMsgType, data: bytes) -> None:
        pass


class Tries:
    """A rate limit that grants so many tries a key."""

    def __init__(self, tries: int) -> None:
        self.left: dict[str, int] = {}
        self._tries = tries

    def take(self, key: str, at: float) -> float:
        left = self.left.setdefault(key, self._tries)
        self.left[key] = left - 1
        return 0.0 if left > 0 else 7.2

    def peek(self, key: str, at: float) -> float:
        return 0.0 if self.left.get(key, self._tries) > 0 else 7.2


@dataclass
class Served:
    sockets: Sockets
    serving: Serving
    metrics: Metrics
    clock: FakeClock = field(default_factory=FakeClock)

    @property
    def port(self) -> int:
        return self.serving.port

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    async def raw(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def upgrade(self, path: str = "/echo", headers: str = "") -> bytes:
        """The answer's head to an upgrade request; the connection is closed then."""
        reader, writer = await self.raw()
        writer.write(UPGRADE % (path.encode(), headers.encode()))
        answer = await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()
        return answer


async def ok(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


@asynccontextmanager
async def served(
    *,
    base_path: str = "",
    attach_within_s: float = 5.0,
    half_open_s: float = 5.0,
    heartbeats: Heartbeats | None = None,
    max_message_bytes: int = 64 * 1024,
    connects: Any = None,
    public_origin: str | None = None,
    allowed_origins: frozenset[str] = frozenset(),
    **door: Any,
) -> AsyncGenerator[Served]:
    clock = FakeClock()
    metrics = Metrics()
    heartbeats = Heartbeats() if heartbeats is None else heartbeats
    sockets = Sockets(
        Door(Origins(public_origin, allowed_origins), connects, clock, **door),
        heartbeats,
        metrics,
        base_path=base_path,
        attach_within_s=attach_within_s,
        max_message_bytes=max_message_bytes,
    )
    sockets.serve("/echo", Echo)
    sockets.serve("/mute", Mute)
    app = Starlette(routes=[Route("/", ok)])
    heartbeats.start()
    try:
        async with Serving(app, sockets, "127.0.0.1", 0, half_open_s=half_open_s) as serving:
            yield Served(sockets, serving, metrics, clock)
    finally:
        heartbeats.stop()


def text_frame(data: bytes) -> bytes:
    """A masked text frame, as a client sends it."""
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return b"\x81" + size + bytes(4) + data


async def until(fact: Callable[[], bool], limit_s: float = 5.0) -> None:
    """Wait for a fact that no event tells of."""
    async with asyncio.timeout(limit_s):
        while not fact():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
