"""A little chat-completions server over HTTP that answers with server-sent events, as told."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from greenroom.localvoice import LocalVoiceSettings

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
DONE = b"data: [DONE]\n\n"


def failing(status: str) -> bytes:
    body = json.dumps({"error": {"message": "no"}}).encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def event(content: str | None, finish: str | None = None) -> bytes:
    delta = {} if content is None else {"content": content}
    chunk = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def deltas(text: str) -> bytes:
    """The text, a word at a time, without an end."""
    pieces = re.findall(r"\s*\S+", text)
    return HEAD + event("") + b"".join(event(piece) for piece in pieces)


def streamed(text: str) -> bytes:
    """A whole answer."""
    return deltas(text) + event(None, "stop") + DONE


Answers = Callable[[dict[str, Any]], bytes]


class ChatServer:
    """Gives an answer to every request: always the same, or what a function of the request says.

    `hangs`: keeps the connection open after it. `goes_on`: what it repeats until the other side has had enough.
    """

    def __init__(self, answer: bytes | Answers, *, hangs: bool = False, goes_on: bytes = b"") -> None:
        self._answer = answer
        self._hangs = hangs
        self._goes_on = goes_on
        self.requests: list[dict[str, Any]] = []
        self.heads: list[str] = []
        self.left = asyncio.Event()
        """The other side has closed its connection."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        self.heads.append(head)
        request = json.loads(await reader.readexactly(length))
        self.requests.append(request)
        writer.write(self._answer if isinstance(self._answer, bytes) else self._answer(request))
        try:
            while self._goes_on:
                writer.write(self._goes_on)
                await writer.drain()
            if self._hangs:
                await reader.read()
        except ConnectionError:
            pass
        self.left.set()
        writer.close()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[LocalVoiceSettings]:
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            yield LocalVoiceSettings(llm_url=f"http://127.0.0.1:{port}/v1/", llm_model="small", llm_key="secret")
