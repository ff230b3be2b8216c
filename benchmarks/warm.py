"""What a pool of warm connections gains: from Twilio's `start` to the first audio, with and without.

    python -m benchmarks.warm

The model's server is a small one in this process that takes 200 ms for `session.created`, as one far away does.
"""

import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import picows

from benchmarks.relay.load import Call
from greenroom import config, wiring
from greenroom.websocket import Messages

SETUP_S = 0.2
CALLS = 9
APPEND = b'{"type":"input_audio_buffer.append","audio":"'
SOUND = "f39/" * 400


class SlowSession(Messages):
    """One connection: greets late, agrees to everything, answers every `response.create` with 150 ms of sound."""

    def __init__(self, server: "SlowServer") -> None:
        super().__init__()
        self.server = server
        self.received: list[dict[str, Any]] = []
        """Without audio."""
        self.audio: list[bytes] = []
        self.gone = False

    def opened(self) -> None:
        self.server.sessions.append(self)
        asyncio.get_running_loop().call_later(self.server.setup_s, self.greet)

    def greet(self) -> None:
        session: dict[str, Any] = {"type": "realtime", "object": "realtime.session", "id": "sess_1"}
        lasts_s = self.server.lasts_s
        if lasts_s is not None:
            expires_at = int(time.time() + lasts_s)
            session["expires_at"] = expires_at
            asyncio.get_running_loop().call_later(expires_at - time.time(), self.expire)
        self.tell("session.created", session=session)

    def expire(self) -> None:
        if not self.gone:
            self.close(1001, "expired")

    def tell(self, kind: str, **fields: object) -> None:
        if not self.gone:
            self.send_text(json.dumps({"type": kind, "event_id": "e", **fields}).encode())

    def message(self, kind: object, data: bytes) -> None:  # noqa: ARG002
        if data.startswith(APPEND):
            self.audio.append(data[len(APPEND) : data.index(b'"', len(APPEND))])
            return
        event = json.loads(data)
        self.received.append(event)
        if event["type"] == "session.update":
            self.tell("session.updated", session=event["session"])
        elif event["type"] == "response.create":
            self.respond(f"resp_{len(self.received)}", event["response"]["metadata"])

    def respond(self, response_id: str, metadata: dict[str, str]) -> None:
        response = {"object": "realtime.response", "id": response_id, "output": [], "metadata": metadata}
        where = {"response_id": response_id, "item_id": f"item_{response_id}", "output_index": 0, "content_index": 0}
        self.tell("response.created", response={**response, "status": "in_progress"})
        self.tell("response.output_audio.delta", **where, delta=SOUND)
        self.tell("response.output_audio_transcript.done", **where, transcript=metadata["greenroom_say"])
        self.tell("response.done", response={**response, "status": "completed"})

    def closed(self, code: int, reason: str) -> None:  # noqa: ARG002
        self.gone = True


class SlowServer:
    """`url` is where it listens."""

    def __init__(self, setup_s: float = SETUP_S, lasts_s: float | None = None) -> None:
        self.setup_s = setup_s
        self.lasts_s = lasts_s
        self.sessions: list[SlowSession] = []
        self.url = ""

    @property
    def open(self) -> list[SlowSession]:
        return [session for session in self.sessions if not session.gone]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator["SlowServer"]:
        server = await picows.ws_create_server(lambda _: SlowSession(self), "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/realtime"
        async with server:
            yield self


@contextlib.asynccontextmanager
async def serving(server: SlowServer, warm: int) -> AsyncGenerator[wiring.Running]:
    """Greenroom with this server as its engine, and its pool full."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {
            "GREENROOM_PORT": "0",
            "GREENROOM_DATA": folder,
            "GREENROOM_ENGINE": server.url,
            "GREENROOM_ENGINE_WARM": str(warm),
            "GREENROOM_PHONE_REQUIRE_TOKEN": "false",
            "GREENROOM_CONNECTS_PER_IP_PER_MINUTE": "0",
        }
        async with wiring.running(config.read(environ, Path(folder))) as running:
            await filled(running, warm)
            yield running


async def filled(running: wiring.Running, warm: int) -> None:
    async with asyncio.timeout(5):
        while running.metrics.engine_warm < warm:  # noqa: ASYNC110 it is a number, and nobody tells
            await asyncio.sleep(0.01)


async def first_audio_ms(port: int, number: int) -> float:
    """From sending `start` to the first sound of a call, which then hangs up."""
    call = Call(number, [])
    began = time.perf_counter()
    transport, _ = await picows.ws_connect(call.made, f"ws://127.0.0.1:{port}/call")
    began = time.perf_counter()
    async with asyncio.timeout(5):
        await call.talking.wait()
    took_ms = 1000 * (time.perf_counter() - began)
    transport.disconnect(graceful=False)
    return took_ms


async def measure(warm: int, calls: int = CALLS) -> list[float]:
    """Milliseconds to the first audio of calls, one after the other."""
    took: list[float] = []
    async with SlowServer().running() as server, serving(server, warm) as running:
        for number in range(calls + 1):
            took.append(await first_audio_ms(running.surface.port, number))
            await filled(running, warm)
    return took[1:]  # the first call of a process pays for what is imported late


def main() -> int:
    cold, warm = (statistics.median(asyncio.run(measure(warm))) for warm in (0, 2))
    print(
        f"start to first audio, {CALLS} calls, p50: {cold:.0f} ms without, {warm:.0f} ms with a pool; set-up {SETUP_S * 1000:.0f} ms"
    )
    return int(cold - warm < SETUP_S * 1000)


if __name__ == "__main__":
    sys.exit(main())
