"""The embedded engine's server: a WebSocket at `/v1/realtime`, in a process of its own."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import AsyncGenerator
from urllib.parse import parse_qs, urlsplit

import picows
import structlog
from picows import WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener

from greenroom.localvoice.connection import Connection
from greenroom.localvoice.inference import Inference, loaded
from greenroom.localvoice.settings import DEFAULT_MODEL, LocalVoiceSettings
from greenroom.websocket import Heartbeats

PATH = "/v1/realtime"
RESTART = 1012
GOODBYE_S = 0.3


class LocalVoice:
    """Who is connected, and what serves them."""

    def __init__(
        self, settings: LocalVoiceSettings, inference: Inference, tasks: asyncio.TaskGroup, heartbeats: Heartbeats
    ) -> None:
        self.port = 0
        self.connections: set[Connection] = set()
        self._settings = settings
        self._inference = inference
        self._tasks = tasks
        self._heartbeats = heartbeats
        self._server: asyncio.Server | None = None
        self._empty = asyncio.Event()

    async def open(self) -> None:
        self._server = await picows.ws_create_server(  # pyright: ignore[reportUnknownMemberType]
            self._welcome, self._settings.host, self._settings.port, max_frame_size=16 << 20
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._heartbeats.start()

    async def close(self) -> None:
        """Tell every client, wait a moment for their answers, and drop who gives none."""
        self._heartbeats.stop()
        if self._server is not None:
            self._server.close()
        for connection in tuple(self.connections):
            connection.stop()
            connection.close(RESTART, "stopping")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                while self.connections:
                    self._empty.clear()
                    await self._empty.wait()
        for connection in tuple(self.connections):
            connection.abort()

    def _welcome(self, request: WSUpgradeRequest) -> Connection | WSUpgradeResponseWithListener:
        url = urlsplit(request.path.decode("latin-1"))
        if url.path.rstrip("/") != PATH:
            return _refusal(404, f"there is {PATH} here, and nothing else")
        if len(self.connections) >= self._settings.max_sessions:
            return _refusal(503, "all sessions are taken")
        model = parse_qs(url.query).get("model", [DEFAULT_MODEL])[0]
        return Connection(self._inference, self._settings, model, self._admit, self._left)

    def _admit(self, connection: Connection) -> asyncio.TaskGroup:
        self.connections.add(connection)
        self._heartbeats.add(connection)
        return self._tasks

    def _left(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self._heartbeats.discard(connection)
        if not self.connections:
            self._empty.set()


@contextlib.asynccontextmanager
async def running(
    settings: LocalVoiceSettings, inference: Inference, heartbeats: Heartbeats | None = None
) -> AsyncGenerator[LocalVoice]:
    """Serve while inside. A client that is silent and answers no ping is dropped, so that its session is free again."""
    async with asyncio.TaskGroup() as tasks:
        server = LocalVoice(settings, inference, tasks, Heartbeats() if heartbeats is None else heartbeats)
        await server.open()
        try:
            yield server
        finally:
            await server.close()


def serve(settings: LocalVoiceSettings) -> None:
    """Serve until SIGTERM, SIGINT or, if so set, the end of standard input. Raises `ModelsMissing`, `OSError`."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(_serve(settings))
    else:
        uvloop.run(_serve(settings))


async def _serve(settings: LocalVoiceSettings) -> None:
    _log_to_stderr()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    if settings.ends_with_parent:
        threading.Thread(target=_await_parents_end, args=(loop, stop), name="parent", daemon=True).start()
    async with loaded() as inference:
        if stop.is_set():
            return
        async with running(settings, inference) as server:
            print(json.dumps({"event": "localvoice ready", "port": server.port}), flush=True)  # noqa: T201 for the parent
            await stop.wait()


def _await_parents_end(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    # By its descriptor: a reader's lock, held for ever, would keep the interpreter from ending.
    descriptor = sys.stdin.fileno()
    with contextlib.suppress(OSError):
        while os.read(descriptor, 1024):
            pass
    with contextlib.suppress(RuntimeError):  # it has ended already
        loop.call_soon_threadsafe(stop.set)


def _log_to_stderr() -> None:
    """Standard output is for the parent."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _refusal(status: int, message: str) -> WSUpgradeResponseWithListener:
    body = json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()
    return WSUpgradeResponseWithListener(
        WSUpgradeResponse.create_error_response(status, body, {"Content-Type": "application/json"}), None
    )
