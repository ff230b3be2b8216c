"""The simulated phone against a small server that notes what it says."""

import asyncio
import base64
from typing import Any

import msgspec
import picows

from greenroom.practice_client.phone import call
from greenroom.websocket import Messages


class Peer(Messages):
    def __init__(self) -> None:
        super().__init__()
        self.got: list[dict[str, Any]] = []
        self.changed = asyncio.Event()
        self.ended: int | None = None

    def message(self, kind: picows.WSMsgType, data: bytes) -> None:
        self.got.append(msgspec.json.decode(data))
        self.changed.set()

    def closed(self, code: int, reason: str) -> None:
        self.ended = code
        self.changed.set()

    def of(self, event: str) -> list[dict[str, Any]]:
        return [message for message in self.got if message["event"] == event]

    async def until(self, event: str, count: int = 1) -> list[dict[str, Any]]:
        async with asyncio.timeout(5):
            while len(self.of(event)) < count:
                self.changed.clear()
                await self.changed.wait()
        return self.of(event)

    def give(self, event: str, **content: Any) -> None:
        self.send_text(msgspec.json.encode({"event": event, "streamSid": "MZ", **content}))

    def play(self, ulaw: bytes) -> None:
        self.give("media", media={"payload": base64.b64encode(ulaw).decode()})


async def test_a_call_goes_as_twilios() -> None:
    peers: list[Peer] = []

    def factory(_request: picows.WSUpgradeRequest) -> Peer:
        peers.append(Peer())
        return peers[-1]

    server = await picows.ws_create_server(factory, "127.0.0.1", 0)
    try:
        phone = await call(
            f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "secret", [b"\x01" * 160], jobTitle="Baker"
        )
        peer = peers[0]
        media = await peer.until("media", 3)
        assert [message["event"] for message in peer.got[:3]] == ["connected", "start", "media"]
        start = peer.of("start")[0]
        assert start["start"]["customParameters"] == {"jobTitle": "Baker", "token": "secret"}
        assert start["start"]["streamSid"] == start["streamSid"] == phone.stream_sid
        assert [message["media"]["chunk"] for message in media[:3]] == ["1", "2", "3"]
        assert base64.b64decode(media[0]["media"]["payload"]) == b"\xff" * 160

        peer.play(b"\x05" * 3200)
        peer.give("mark", mark={"name": "a"})
        peer.play(b"\x05" * 80000)
        peer.give("mark", mark={"name": "b"})
        peer.give("mark", mark={"name": "c"})
        assert (await peer.until("mark"))[0]["mark"] == {"name": "a"}
        peer.give("clear")
        assert [message["mark"]["name"] for message in await peer.until("mark", 3)] == ["a", "b", "c"]
        assert phone.playout.queued_s(phone.now) == 0

        async with asyncio.timeout(5):
            while not any(base64.b64decode(message["media"]["payload"])[0] == 1 for message in peer.of("media")):
                peer.changed.clear()
                await peer.changed.wait()
        sequence = [int(message["sequenceNumber"]) for message in peer.got[1:]]
        assert sequence == list(range(1, len(sequence) + 1))

        phone.hang_up()
        await peer.until("stop")
        assert (await phone.wait_closed()).code == 1000
    finally:
        server.close()
        await server.wait_closed()
