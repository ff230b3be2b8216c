"""A Realtime server that answers every frame with itself, as one endless reply. A process of its own.

It speaks just enough of the protocol for a session to begin, and does as little as it can for each frame.
"""

import asyncio
import json
import re
import sys

import picows
import uvloop

from greenroom.websocket import Messages

APPEND = b'{"type":"input_audio_buffer.append","audio":"'
CUE = re.compile(rb'"greenroom_cue":"([^"]+)"')


class FakeEngine(Messages):
    """One connection."""

    def __init__(self) -> None:
        super().__init__()
        self.delta = b""

    def opened(self) -> None:
        session = {"type": "realtime", "object": "realtime.session", "id": "sess_1"}
        self.tell({"type": "session.created", "event_id": "e", "session": session})

    def tell(self, event: dict[str, object]) -> None:
        self.send_text(json.dumps(event).encode())

    def message(self, kind: object, data: bytes) -> None:  # noqa: ARG002
        if data.startswith(APPEND):
            if self.delta:
                self.send_text(self.delta + data[len(APPEND) : data.index(b'"', len(APPEND))] + b'"}')
            return
        event = json.loads(data)
        match event["type"]:
            case "session.update":
                self.tell({"type": "session.updated", "event_id": "e", "session": event["session"]})
            case "response.create":
                self.begin(event)
            case _:
                pass

    def begin(self, event: dict[str, dict[str, object]]) -> None:
        # Each bare relay's connection begins its own reply, too: it asks for one when it opens.
        response = {
            "object": "realtime.response",
            "id": "resp_1",
            "status": "in_progress",
            "output": [],
            "metadata": event.get("response", {}).get("metadata"),
        }
        self.tell({"type": "response.created", "event_id": "e", "response": response})
        item = {"id": "item_1", "object": "realtime.item", "type": "message", "role": "assistant", "content": []}
        self.tell(
            {
                "type": "response.output_item.added",
                "event_id": "e",
                "response_id": "resp_1",
                "output_index": 0,
                "item": item,
            }
        )
        self.delta = (
            b'{"type":"response.output_audio.delta","event_id":"e","response_id":"resp_1","item_id":"item_1",'
            b'"output_index":0,"content_index":0,"delta":"'
        )


async def serve() -> None:
    server = await picows.ws_create_server(lambda _: FakeEngine(), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        uvloop.run(serve())
    except KeyboardInterrupt:
        sys.exit(0)
