"""The embedded engine's server: a WebSocket at `/v1/realtime`, in a process of its own."""

import asyncio
import contextlib
import json
import signal
import sys
from urllib.parse import parse_qs, urlsplit

import picows
from picows import WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener

from greenroom.localvoice.connection import Connection
from greenroom.localvoice.inference import Inference, loaded
from greenroom.localvoice.settings import DEFAULT_MODEL, LocalVoiceSettings

PATH = "/v1/realtime"
RESTART = 1012


class LocalVoice:
    """Who is connected, and what serves them."""

    def __init__(self, settings: LocalVoiceSettings, inference: Inference, tasks: asyncio.TaskGroup) -> None:
        self.port = 0
        self.connections: set[Connection] = set()
        self._settings = settings
        self._inference = inference
        self._tasks = tasks
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        self._server = await picows.ws_create_server(
            self._welcome, self._settings.host, self._settings.port, max_frame_size=16 << 20
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in tuple(self.connections):
            connection.close(RESTART, "stopping")

    def _welcome(self, request: WSUpgradeRequest) -> Connection | WSUpgradeResponseWithListener:
        url = urlsplit(request.path.decode("latin-1"))
        if url.path.rstrip("/") != PATH:
            return _refusal(404, f"there is {PATH} here, and nothing else")
        if len(self.connections) >= self._settings.max_sessions:
            return _refusal(503, "all sessions are taken")
        model = parse_qs(url.query).get("model", [DEFAULT_MODEL])[0]
        return Connection(self._inference, self._settings, model, self._admit, self.connections.discard)

    def _admit(self, connection: Connection) -> asyncio.TaskGroup:
        self.connections.add(connection)
        return self._tasks


@contextlib.asynccontextmanager
async def running(settings: LocalVoiceSettings, inference: Inference):
    """Serve while inside."""
    async with asyncio.TaskGroup() as tasks:
        server = LocalVoice(settings, inference, tasks)
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
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    if settings.ends_with_parent:
        loop.add_reader(sys.stdin.fileno(), _read_parent, stop)
    async with loaded() as inference, running(settings, inference) as server:
        print(json.dumps({"event": "localvoice ready", "port": server.port}), flush=True)  # noqa: T201 told to the parent
        await stop.wait()


def _read_parent(stop: asyncio.Event) -> None:
    if not sys.stdin.buffer.raw.read(1024):  # type: ignore[attr-defined]
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stop.set()


def _refusal(status: int, message: str) -> WSUpgradeResponseWithListener:
    body = json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()
    return WSUpgradeResponseWithListener(
        WSUpgradeResponse.create_error_response(status, body, {"Content-Type": "application/json"}), None
    )
