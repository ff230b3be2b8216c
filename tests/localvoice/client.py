"""A client of the engine that holds every event against the `openai` package's own types."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from greenroom.localvoice import LocalVoiceSettings
from greenroom.localvoice.inference import Inference
from greenroom.localvoice.server import LocalVoice, running
from greenroom.websocket import Heartbeats
from tests.localvoice.sounds import Sound, ulaw
from tests.openai_types import check_server_event

PCMU = {"type": "audio/pcmu"}
BY_THE_DIRECTOR = {"type": "server_vad", "create_response": False, "interrupt_response": False}
WITHIN_S = 15.0
COMPLETED = "conversation.item.input_audio_transcription.completed"
FAILED = "conversation.item.input_audio_transcription.failed"
COMMITTED = "input_audio_buffer.committed"
STARTED = "input_audio_buffer.speech_started"
STOPPED = "input_audio_buffer.speech_stopped"


class Client:
    """`events` has all that came, as JSON, in order."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.events: list[dict[str, Any]] = []
        self._seen = 0

    async def send(self, kind: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN_S):
            data = await self.socket.recv()
        check_server_event(data)
        event = json.loads(data)
        self.events.append(event)
        return event

    async def until(self, *kinds: str) -> dict[str, Any]:
        """The next event of one of these kinds; others before it are kept in `events`."""
        while (event := await self.next())["type"] not in kinds:
            pass
        return event

    async def asked(self, kind: str, answer: str, **fields: Any) -> dict[str, Any]:
        await self.send(kind, **fields)
        return await self.until(answer)

    async def update(self, **session: Any) -> dict[str, Any]:
        return await self.asked("session.update", "session.updated", session={"type": "realtime", **session})

    async def on_the_phone(self, turn_detection: dict[str, Any] | None = BY_THE_DIRECTOR) -> None:
        """Mu-law both ways, as a phone call's."""
        audio = {"input": {"format": PCMU, "turn_detection": turn_detection}, "output": {"format": PCMU}}
        await self.update(audio=audio)

    async def say(self, sound: Sound, piece_s: float = 0.1) -> None:
        """Feed mu-law as fast as it is taken."""
        data = ulaw(sound)
        size = int(8000 * piece_s)
        for at in range(0, len(data), size):
            audio = base64.b64encode(data[at : at + size]).decode()
            await self.send("input_audio_buffer.append", audio=audio)

    async def refused(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The error that the next message meets; it must name the message."""
        error = (await self.asked(kind, "error", event_id=f"mine-{kind}", **fields))["error"]
        assert error["event_id"] == f"mine-{kind}"
        return error

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    def sound(self, response_id: str | None = None) -> bytes:
        """All that was said to it."""
        deltas = self.of("response.output_audio.delta")
        return b"".join(
            base64.b64decode(delta["delta"]) for delta in deltas if response_id in (None, delta["response_id"])
        )


@asynccontextmanager
async def engine(
    inference: Inference, settings: LocalVoiceSettings | None = None, heartbeats: Heartbeats | None = None
) -> AsyncGenerator[LocalVoice]:
    """The server, on a port of its own."""
    try:
        async with running(settings or LocalVoiceSettings(), inference, heartbeats) as server:
            yield server
    finally:
        inference.stop()


@asynccontextmanager
async def client_of(port: int) -> AsyncGenerator[Client]:
    """Connected, with `session.created` taken."""
    async with connect(
        f"ws://127.0.0.1:{port}/v1/realtime?model=greenroom-local", max_size=None, max_queue=None, ping_interval=None
    ) as socket:
        client = Client(socket)
        await client.until("session.created")
        yield client
