"""A client of the embedded engine alone, which takes sound as fast as it is listened to."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from greenroom.practice_client.connection import connect
from greenroom.websocket import Messages

RATE = 8000
APPEND_BYTES = RATE // 5
CATCH_UP_EVERY = 50
STARTED = "input_audio_buffer.speech_started"
COMMITTED = "input_audio_buffer.committed"
COMPLETED = "conversation.item.input_audio_transcription.completed"
_TURNS = {"type": "server_vad", "create_response": False, "interrupt_response": False}
_INPUT = {"format": {"type": "audio/pcmu"}, "turn_detection": _TURNS}
_UPDATE = {"type": "session.update", "session": {"type": "realtime", "audio": {"input": _INPUT}}}


class Ear(Messages):
    """One session as a phone call's; `events` has what came."""

    def __init__(self) -> None:
        super().__init__(1 << 24)
        self.events: list[dict[str, Any]] = []
        self._changed = asyncio.Event()

    def message(self, kind: Any, data: bytes) -> None:  # noqa: ARG002
        self.events.append(json.loads(data))
        self._changed.set()

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    async def until(self, kind: str, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.of(kind)) < count:
                self._changed.clear()
                await self._changed.wait()

    async def configured(self) -> None:
        """Configure it again; answered when what came before was taken, and a commit before it was done."""
        before = len(self.of("session.updated"))
        self._tell(_UPDATE)
        await self.until("session.updated", before + 1)

    async def hear(self, ulaw: bytes) -> None:
        for number, at in enumerate(range(0, len(ulaw), APPEND_BYTES)):
            audio = base64.b64encode(ulaw[at : at + APPEND_BYTES]).decode()
            self._tell({"type": "input_audio_buffer.append", "audio": audio})
            if number % CATCH_UP_EVERY == 0:
                await self.configured()
        self._tell({"type": "input_audio_buffer.commit"})
        await self.configured()
        await self.until(COMPLETED, len(self.of(COMMITTED)))

    def _tell(self, event: dict[str, Any]) -> None:
        self.send_text(json.dumps(event).encode())


@asynccontextmanager
async def ear(engine_port: int) -> AsyncGenerator[Ear]:
    """A session with the engine at this port."""
    ear = await connect(f"http://127.0.0.1:{engine_port}", "/v1/realtime", Ear)
    try:
        await ear.configured()
        yield ear
    finally:
        ear.close(1000)
        await ear.transport.wait_disconnected()
