"""Five minutes each of what is not speech, as fast as the embedded engine takes it."""

import asyncio
import base64
import json
from typing import Any

import numpy as np
import uvloop
from numpy.typing import NDArray

from greenroom.audio.g711 import pcm_to_ulaw
from greenroom.localvoice import LocalVoiceSettings
from greenroom.localvoice.inference import loaded
from greenroom.localvoice.server import running
from greenroom.practice_client.connection import connect
from greenroom.websocket import Messages

RATE = 8000
SECONDS = 300
APPEND_S = 0.2


def sounds() -> dict[str, NDArray[np.float64]]:
    """-1 to 1, at 8 kHz."""
    rng = np.random.default_rng(5)
    t = np.arange(RATE * SECONDS) / RATE
    white = rng.normal(0, 1, len(t))
    spectrum = np.fft.rfft(white)
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), len(t))
    keys = [(697, 1209), (770, 1336), (852, 1477), (941, 1633)]
    dtmf = np.zeros(len(t))
    for number in range(SECONDS):
        at = slice(number * RATE, number * RATE + RATE // 5)
        low, high = keys[number % 4]
        dtmf[at] = 0.2 * (np.sin(2 * np.pi * low * t[at]) + np.sin(2 * np.pi * high * t[at]))
    return {
        "silence": np.zeros(len(t)),
        "white noise": white * 0.05,
        "loud white noise": white * 0.25,
        "pink noise": pink / np.abs(pink).max() * 0.4,
        "hum": 0.2 * np.sin(2 * np.pi * 50 * t) + 0.08 * np.sin(2 * np.pi * 150 * t),
        "tones": 0.3 * np.sin(2 * np.pi * (200 + 300 * np.floor(t % 10)) * t),
        "keys of a phone": dtmf,
    }


class Ear(Messages):
    def __init__(self) -> None:
        super().__init__(1 << 24)
        self.began = 0
        self.ready = asyncio.Event()

    def message(self, kind: Any, data: bytes) -> None:  # noqa: ARG002
        event = json.loads(data)
        self.began += event["type"] == "input_audio_buffer.speech_started"
        if event["type"] in ("session.updated", "input_audio_buffer.cleared"):
            self.ready.set()

    async def answered(self, event: dict[str, Any]) -> None:
        self.ready.clear()
        self.send_text(json.dumps(event).encode())
        await self.ready.wait()


async def _count() -> dict[str, int]:
    found: dict[str, int] = {}
    turns = {"type": "server_vad", "create_response": False, "interrupt_response": False}
    pcmu = {"type": "audio/pcmu"}
    update = {"type": "realtime", "audio": {"input": {"format": pcmu, "turn_detection": turns}}}
    async with loaded() as inference, running(LocalVoiceSettings(), inference) as server:
        for name, sound in sounds().items():
            ear = await connect(f"http://127.0.0.1:{server.port}", "/v1/realtime", Ear)
            await ear.answered({"type": "session.update", "session": update})
            ulaw = pcm_to_ulaw((np.clip(sound, -1, 1) * 32767).astype(np.int16))
            step = int(RATE * APPEND_S)
            for number, at in enumerate(range(0, len(ulaw), step)):
                audio = base64.b64encode(ulaw[at : at + step]).decode()
                ear.send_text(json.dumps({"type": "input_audio_buffer.append", "audio": audio}).encode())
                if number % 50 == 0:  # let it catch up: an update is answered after what came before it was taken
                    await ear.answered({"type": "session.update", "session": update})
            for connection in tuple(server.connections):
                await connection.heard_all()
            found[name] = ear.began
            print(f"   {name}: {ear.began}", flush=True)
            ear.close(1000)
            await ear.transport.wait_disconnected()
    return found


def false_turns() -> dict[str, int]:
    """By kind of sound, how often speech was believed to begin."""
    return uvloop.run(_count())
