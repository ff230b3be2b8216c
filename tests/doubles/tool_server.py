"""A server with one function behind a URL, and what it was asked."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class ToolServer:
    url: str = ""
    status: int = 200
    body: bytes = b'{"known":"The team has four engineers."}'
    hangs: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: list[str] = field(default_factory=list[str])
    open: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.headers.append(head)
            length = next(int(line[15:]) for line in head.lower().splitlines() if line.startswith("content-length:"))
            self.asked.append(json.loads(await reader.readexactly(length)))
            if self.hangs:
                await reader.read()  # until it is given up
                return
            told = f"HTTP/1.1 {self.status} X\r\nContent-Length: {len(self.body)}\r\nConnection: close\r\n\r\n"
            writer.write(told.encode() + self.body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # given up before it was asked
        finally:
            self.open -= 1
            writer.close()


@asynccontextmanager
async def tool_server() -> AsyncGenerator[ToolServer]:
    made = ToolServer()
    async with await asyncio.start_server(made.answer, "127.0.0.1", 0) as server:
        made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/look_up"
        yield made
