"""The embedded engine's own process, and a client of the `openai` package whose every message is checked strictly."""

import asyncio
import base64
import functools
import subprocess
import sys
import wave
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from openai import AsyncOpenAI

from greenroom.audio.g711 import pcm_to_ulaw, ulaw_to_pcm
from greenroom.audio.resample import resample
from tests.openai_types import check_server_event

ULAW_SILENCE = b"\xff"
PHONE_HZ = 8000


@contextmanager
def engine_process() -> Generator[int]:
    """The port of an engine that has loaded its models; it is gone afterwards."""
    command = [sys.executable, "-m", "greenroom.localvoice", "--port", "0", "--ends-with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(msgspec.json.decode(process.stdout.readline())["port"])
        finally:
            process.stdin.close()
            assert process.wait(10) == 0


class Client:
    """One session. Events are plain dictionaries, kept in `seen`."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.seen: list[dict[str, Any]] = []

    async def send(self, **event: Any) -> None:
        await self._connection.send(event)

    async def send_raw(self, event: Any) -> None:
        """Something that the package would not send, or bytes as they are."""
        data = event if isinstance(event, str | bytes) else msgspec.json.encode(event).decode()
        await self._connection._connection.send(data)

    async def next(self) -> dict[str, Any]:
        data = await self._connection.recv_bytes()
        check_server_event(data)
        event = msgspec.json.decode(data)
        self.seen.append(event)
        return event

    async def until(self, *types: str, seconds: float = 15) -> dict[str, Any]:
        """The next event of one of these types."""
        async with asyncio.timeout(seconds):
            while True:
                event = await self.next()
                if event["type"] in types:
                    return event

    async def configure(self, **session: Any) -> dict[str, Any]:
        await self.send(type="session.update", session={"type": "realtime", **session})
        return (await self.until("session.updated", "error"))["session"]

    async def hear(self, sound: bytes, piece: int = 1600) -> None:
        """Send mu-law, faster than it is spoken."""
        for start in range(0, len(sound), piece):
            audio = base64.b64encode(sound[start : start + piece]).decode()
            await self.send(type="input_audio_buffer.append", audio=audio)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.seen if event["type"] == kind]

    def audio(self) -> NDArray[np.int16]:
        """All of what was said to us, when it came as mu-law."""
        return ulaw_to_pcm(b"".join(base64.b64decode(e["delta"]) for e in self.of("response.output_audio.delta")))


@asynccontextmanager
async def session(port: int) -> AsyncGenerator[Client]:
    """A session that is there."""
    base = f"127.0.0.1:{port}/v1"
    async with (
        AsyncOpenAI(api_key="none", base_url=f"http://{base}", websocket_base_url=f"ws://{base}") as package,
        package.realtime.connect(model="greenroom-local") as connection,
    ):
        client = Client(connection)
        await client.until("session.created")
        yield client


def phone(*, create_response: bool = False, interrupt_response: bool = False, **turns: Any) -> dict[str, Any]:
    """The `audio` of a session whose caller is on the phone."""
    detection = {"type": "server_vad", "create_response": create_response, "interrupt_response": interrupt_response}
    pcmu = {"type": "audio/pcmu"}
    return {"input": {"format": pcmu, "turn_detection": {**detection, **turns}}, "output": {"format": pcmu}}


def recording(name: str) -> NDArray[np.int16]:
    """One of the speech package's recordings, at 8 kHz."""
    spec = find_spec("moonshine_voice")
    assert spec is not None
    assert spec.origin is not None
    with wave.open(str(Path(spec.origin).parent / "assets" / name)) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
        return resample(pcm, file.getframerate(), PHONE_HZ)


@functools.cache
def spoken(text: str) -> bytes:
    """Mu-law of these words in the engine's own voice, with half a second of silence before and none behind."""
    from greenroom.localvoice.text_to_speech import SAMPLE_RATE_HZ

    pcm = resample(_voice().speak(text), SAMPLE_RATE_HZ, PHONE_HZ)
    last = int(np.flatnonzero(np.abs(pcm) > 100)[-1])
    return silence(0.5) + pcm_to_ulaw(pcm[: last + 1])


def silence(seconds: float) -> bytes:
    return ULAW_SILENCE * int(seconds * PHONE_HZ)


@functools.cache
def _voice() -> Any:
    from greenroom.localvoice.text_to_speech import Hibari

    return Hibari()
