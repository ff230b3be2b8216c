"""A phone that speaks numbered frames, and plays what it is sent as fast as it sounds."""

import asyncio
import base64
import json

from benchmarks.relay.load import PAYLOAD, Call

FRAME_S = 0.02
FRAME_BYTES = 160
SAMPLES_A_SECOND = 8000
NUMBER_BYTES = 6
_QUIET, _LOUD = bytes([0xFF]), bytes([0x00, 0x80])


def frame(number: int, *, loud: bool) -> bytes:
    """20 ms of mu-law. The number is in its first bytes, four bits in each, too quiet to be heard."""
    head = bytes(0xF0 | number >> shift & 0xF for shift in range(4 * NUMBER_BYTES - 4, -1, -4))
    return head + (_LOUD if loud else _QUIET + _QUIET) * ((FRAME_BYTES - NUMBER_BYTES) // 2)


def numbers_in(sound: bytes | bytearray) -> list[int]:
    """Of the frames that this sound is made of."""
    heads = (sound[start : start + NUMBER_BYTES] for start in range(0, len(sound), FRAME_BYTES))
    return [sum((byte & 0xF) << 4 * (NUMBER_BYTES - 1 - place) for place, byte in enumerate(head)) for head in heads]


class NumberedPhone(Call):
    """`sent` tells of each frame whether it was speech; `played` is what came, and when."""

    def __init__(self) -> None:
        super().__init__(1, [])
        self.spoken: list[bool] = []
        self.played: list[tuple[float, bytes]] = []
        self.speaking = False
        self._silent_at = 0.0

    async def talk(self) -> None:
        """A frame every 20 ms, until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            payload = base64.b64encode(frame(len(self.spoken), loud=self.speaking))
            self.send_text(self.head + payload + b'"}}')
            self.spoken.append(self.speaking)
            due += FRAME_S
            await asyncio.sleep(max(0.0, due - loop.time()))

    def message(self, kind: object, data: bytes) -> None:  # noqa: ARG002
        loop = asyncio.get_running_loop()
        at = data.find(PAYLOAD)
        if at >= 0:
            self.talking.set()
            start = at + len(PAYLOAD)
            sound = base64.b64decode(data[start : data.index(b'"', start)])
            self.played.append((loop.time(), sound))
            self._silent_at = max(self._silent_at, loop.time()) + len(sound) / SAMPLES_A_SECOND
        elif b'"mark"' in data:
            loop.call_at(self._silent_at, self._echo, json.loads(data)["mark"]["name"])
        elif b'"clear"' in data:
            self._silent_at = 0.0

    def _echo(self, name: str) -> None:
        self.send_text(json.dumps({"event": "mark", "streamSid": self.sid, "mark": {"name": name}}).encode())
