"""Calls over the phone protocol that send a frame every 20 ms and time its way to the engine and back."""

import asyncio
import base64
import json
import struct
import sys
import time

import picows
import uvloop

from greenroom.websocket import Messages

FRAME_S = 0.02
PAYLOAD = b'"payload":"'
FILLING = bytes(152)


class Call(Messages):
    """One call. A frame begins with the time at which it was sent."""

    def __init__(self, number: int, took: list[float]) -> None:
        super().__init__()
        self.number = number
        self.took = took
        self.counting = False
        self.sent = 0
        self.talking = asyncio.Event()

    def made(self) -> "Call":
        return self

    def opened(self) -> None:
        sid = f"MZ{self.number:032d}"
        start = {
            "event": "start",
            "sequenceNumber": "1",
            "streamSid": sid,
            "start": {
                "streamSid": sid,
                "accountSid": "AC0",
                "callSid": f"CA{self.number:032d}",
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": {"jobTitle": "Engineer", "company": "Acme"},
            },
        }
        self.send_text(b'{"event":"connected","protocol":"Call","version":"1.0.0"}')
        self.send_text(json.dumps(start).encode())
        self.head = f'{{"event":"media","sequenceNumber":"2","streamSid":"{sid}","media":{{"track":"inbound","chunk":"1","timestamp":"5","payload":"'.encode()
        self.sid = sid

    def frame(self) -> None:
        payload = base64.b64encode(struct.pack("<d", time.perf_counter()) + FILLING)
        self.send_text(self.head + payload + b'"}}')
        self.sent += self.counting

    def message(self, kind: object, data: bytes) -> None:  # noqa: ARG002
        at = data.find(PAYLOAD)
        if at < 0:
            if b'"mark"' in data:
                name = json.loads(data)["mark"]["name"]
                self.send_text(json.dumps({"event": "mark", "streamSid": self.sid, "mark": {"name": name}}).encode())
            return
        self.talking.set()
        if self.counting:
            start = at + len(PAYLOAD)
            (sent_at,) = struct.unpack("<d", base64.b64decode(data[start : start + 12])[:8])
            self.took.append(time.perf_counter() - sent_at)

    def closed(self, code: int, reason: str) -> None:
        if self.counting:
            print(f"call {self.number} closed: {code} {reason}", file=sys.stderr)


async def talk(call: Call, offset: float, until: float) -> None:
    """A frame every 20 ms on this call's own beat."""
    loop = asyncio.get_running_loop()
    due = loop.time() + offset
    while due < until:
        await asyncio.sleep(max(0.0, due - loop.time()))  # the beat of a phone, which is what this measures with
        call.frame()
        due += FRAME_S


async def main(url: str, calls: int, seconds: float) -> None:
    took: list[float] = []
    loop = asyncio.get_running_loop()
    listeners: list[Call] = []
    for number in range(calls):
        call = Call(number, took)
        await picows.ws_connect(call.made, url)
        listeners.append(call)
    warm = 3.0 + calls * 0.005
    until = loop.time() + warm + seconds
    async with asyncio.TaskGroup() as tasks:
        for number, call in enumerate(listeners):
            tasks.create_task(talk(call, FRAME_S * number / calls, until))
        await asyncio.sleep(warm)
        talking = sum(call.talking.is_set() for call in listeners)
        for call in listeners:
            call.counting = True
        print(json.dumps({"measuring": True, "talking": talking}), flush=True)
        await asyncio.sleep(seconds - 0.5)
        for call in listeners:
            call.counting = False
    sent = sum(call.sent for call in listeners)
    for call in listeners:
        call.send_text(json.dumps({"event": "stop", "streamSid": call.sid}).encode())
        call.close(1000)
    took.sort()
    print(
        json.dumps(
            {
                "sent": sent,
                "back": len(took),
                "p50_ms": round(took[len(took) // 2] * 1000, 3) if took else None,
                "p99_ms": round(took[len(took) * 99 // 100] * 1000, 3) if took else None,
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
