"""A phone call as Twilio Media Streams would bring it, to a server's /call."""

import asyncio
import base64
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
import picows

from greenroom.practice_client.connection import Close, connect
from greenroom.practice_client.playout import Playout
from greenroom.practice_client.talker import Talker
from greenroom.websocket import TEXT, Messages

FRAME_S = 0.02
MAX_MESSAGE_BYTES = 1 << 20


class Phone(Messages):
    """One call: sends a frame every 20 ms, plays what comes, echoes marks when they are reached.

    A frame's time is counted from the first, so delays never add up; after a hold-up the missed ones follow at once, as
    the network would deliver them.
    """

    def __init__(
        self, parameters: dict[str, str], utterances: Iterable[bytes] = (), *, call_sid: str | None = None
    ) -> None:
        super().__init__(MAX_MESSAGE_BYTES)
        self.stream_sid = "MZ" + secrets.token_hex(16)
        self.call_sid = call_sid or "CA" + secrets.token_hex(16)
        self.playout = Playout()
        self.talker = Talker(utterances)
        self.ended: Close | None = None
        self.frames_received = 0
        self.clears = 0
        self.began = 0.0
        """On the loop's clock."""
        self.first_audio: float | None = None
        self.closed_at: float | None = None
        self.on_audio: Callable[[float], None] = lambda _at: None
        """Told of every piece of audio that comes."""
        self.on_clear: Callable[[], None] = lambda: None
        """Told when the line was silenced."""
        self._parameters = parameters
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._frames = 0
        self._sequence = 0
        self._gone = asyncio.Event()

    @property
    def now(self) -> float:
        return self._loop.time()

    def opened(self) -> None:
        self.send_text(b'{"event":"connected","protocol":"Call","version":"1.0.0"}')
        start = {
            "accountSid": "AC" + "0" * 32,
            "streamSid": self.stream_sid,
            "callSid": self.call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": self._parameters,
        }
        self._send("start", start)
        self.began = self.now
        self._tick()

    def message(self, kind: picows.WSMsgType, data: bytes) -> None:
        if kind != TEXT:
            return
        message: dict[str, Any] = msgspec.json.decode(data)
        at = self.now
        match message.get("event"):
            case "media":
                ulaw = base64.b64decode(message["media"]["payload"])
                self.frames_received += 1
                if self.first_audio is None:
                    self.first_audio = at
                self.playout.add_audio(ulaw, at)
                self.on_audio(at)
            case "mark":
                self.playout.add_mark(message["mark"]["name"], at)
                self._echo(self.playout.reached(at))
            case "clear":
                self.clears += 1
                self._echo(self.playout.reached(at) + self.playout.clear(at))
                self.on_clear()
            case _:
                pass

    def closed(self, code: int, reason: str) -> None:
        self.ended = Close(code, reason)
        self.closed_at = self.now
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._gone.set()

    def hang_up(self) -> None:
        """Say `stop` and close, as Twilio does when the caller hangs up."""
        self.stop()
        self.close(1000)

    def stop(self) -> None:
        """Say `stop` and nothing more."""
        self.fall_silent()
        self._send("stop", {"accountSid": "AC" + "0" * 32, "callSid": self.call_sid})

    def fall_silent(self) -> None:
        """Send no audio any more, as a line that died."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def break_off(self) -> None:
        """Be gone without a word."""
        self.fall_silent()
        self.abort()

    async def wait_closed(self) -> Close:
        await self._gone.wait()
        assert self.ended is not None
        return self.ended

    def _tick(self) -> None:
        while self.began + self._frames * FRAME_S <= self.now:
            at = self.began + self._frames * FRAME_S
            self._send_frame(self.talker.frame(self.playout.silent_s(at), self.playout.heard_s(at)))
        self._echo(self.playout.reached(self.now))
        if self.ended is None:
            self._timer = self._loop.call_at(self.began + self._frames * FRAME_S, self._tick)

    def _send_frame(self, ulaw: bytes) -> None:
        self._frames += 1
        self._sequence += 1
        payload = base64.b64encode(ulaw).decode()
        self.send_text(
            f'{{"event":"media","sequenceNumber":"{self._sequence}","media":{{"track":"inbound",'
            f'"chunk":"{self._frames}","timestamp":"{self._frames * 20}","payload":"{payload}"}},'
            f'"streamSid":"{self.stream_sid}"}}'.encode()
        )

    def _echo(self, names: list[str]) -> None:
        for name in names:
            self._send("mark", {"name": name})

    def _send(self, event: str, content: dict[str, Any]) -> None:
        self._sequence += 1
        self.send_text(
            msgspec.json.encode(
                {
                    "event": event,
                    "sequenceNumber": str(self._sequence),
                    event: content,
                    "streamSid": self.stream_sid,
                }
            )
        )


async def call(
    base_url: str,
    stream_token: str | None,
    utterances: Iterable[bytes] = (),
    *,
    headers: Mapping[str, str] | None = None,
    **parameters: str,
) -> Phone:
    """Ring up; the phone is live when this returns. Raises `ConnectFailed`."""
    given = parameters | ({"token": stream_token} if stream_token is not None else {})
    return await connect(base_url, "/call", lambda: Phone(given, utterances), headers=headers)
