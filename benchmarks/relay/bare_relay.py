"""The least that a relay can be: picows on both sides, the payload copied between its quotes, nothing else."""

import asyncio
import json
import sys

import picows
import uvloop
from picows import WSFrame, WSMsgType, WSTransport

MEDIA = b'"payload":"'
DELTA = b'"delta":"'


class Engine(picows.WSListener):
    def __init__(self, caller: "Caller") -> None:
        self.caller = caller

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        transport.send(WSMsgType.TEXT, b'{"type":"response.create","response":{}}')

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:  # noqa: ARG002
        data = frame.get_payload_as_bytes()
        at = data.find(DELTA)
        if at >= 0:
            start = at + len(DELTA)
            self.caller.transport.send(
                WSMsgType.TEXT,
                b'{"event":"media","streamSid":"MZ1","media":{"payload":"'
                + data[start : data.index(b'"', start)]
                + b'"}}',
            )


class Caller(picows.WSListener):
    engine: Engine | None = None

    def __init__(self, url: str, tasks: set[asyncio.Task[None]]) -> None:
        self.url = url
        self.tasks = tasks

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        task = asyncio.get_running_loop().create_task(self.connect())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def connect(self) -> None:
        _, listener = await picows.ws_connect(lambda: Engine(self), self.url)
        assert isinstance(listener, Engine)
        self.engine = listener

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
            return
        data = frame.get_payload_as_bytes()
        at = data.find(MEDIA)
        if at >= 0 and self.engine is not None:
            start = at + len(MEDIA)
            self.engine.transport.send(
                WSMsgType.TEXT,
                b'{"type":"input_audio_buffer.append","audio":"' + data[start : data.index(b'"', start)] + b'"}',
            )

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002
        if self.engine is not None:
            self.engine.transport.disconnect()


async def serve(url: str) -> None:
    tasks: set[asyncio.Task[None]] = set()
    server = await picows.ws_create_server(lambda _: Caller(url, tasks), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
