"""A double of a GA Realtime server: the real order of events on one side of a socket, faults on demand.

It shares no code with the program. Every message that it sends is held against the `openai` package's types, unless it
is malformed on purpose, and so is every message that it gets.
"""

import asyncio
import base64
import http
import itertools
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.openai_types import check_client_event, check_server_event

BYTES_PER_MS = {"audio/pcmu": 8, "audio/pcm": 48}
DELTA_MS = 100


@dataclass
class Behaviour:
    """What is wrong with it. All of it can be changed while it runs."""

    http_status: int | None = None
    http_body: bytes = b""
    api_key: str | None = None
    greets: bool = True
    """Sends `session.created`."""
    error_first: tuple[str, str | None] | None = None
    """Type and code of an error in place of `session.created`."""
    close_first: int | None = None
    """Close code in place of `session.created`."""
    close_on: dict[str, int] = field(default_factory=dict)
    """Close code on receiving an event of this type."""
    drop_echoes: int = 0
    alter_echoes: int = 0
    """The next so many echoes don't say what was asked for."""
    hold_echoes: bool = False
    """Kept back until `release_echoes`."""
    update_error: tuple[str, str | None] | None = None
    """Type and code of the answer to the next `session.update`s."""
    response_error: tuple[str, str | None] | None = None
    drop_metadata: bool = False
    deaf_to: set[str] = field(default_factory=set)
    """Events of these types are not answered."""
    hold_after_deltas: int | None = None
    """Responses stop after so many pieces of audio, until `release` or a cancel."""
    end_status: tuple[str, dict[str, Any] | None] = ("completed", None)
    """Status and details of responses that are not cancelled."""
    silent: bool = False
    """Responses carry no audio."""
    words_per_delta: int = 1


class Session:
    """One connection, and what a test makes happen on it."""

    def __init__(self, connection: ServerConnection, behaviour: Behaviour) -> None:
        self.connection = connection
        self.behaviour = behaviour
        self.received: list[dict[str, Any]] = []
        """Without audio."""
        self.audio_chars = 0
        self.items: dict[str, dict[str, Any]] = {}
        self.item_audio_ms: dict[str, int] = {}
        self.active: str | None = None
        self.most_active = 0
        self.held_echoes: list[dict[str, Any]] = []
        self._ids = itertools.count(1)
        self._last_item: str | None = None
        self._going: asyncio.Task[None] | None = None
        self._cancelled = asyncio.Event()
        self._released = asyncio.Event()
        self._changed = asyncio.Event()
        self.session: dict[str, Any] = {
            "type": "realtime",
            "object": "realtime.session",
            "id": "sess_double",
            "model": "gpt-realtime-2.1",
            "expires_at": 4102444800,
            "output_modalities": ["audio"],
            "instructions": "Be helpful.",
            "audio": {
                "input": {
                    "format": {"type": "audio/pcm", "rate": 24000},
                    "transcription": None,
                    "noise_reduction": None,
                    "turn_detection": {
                        "type": "server_vad",
                        "threshold": 0.5,
                        "prefix_padding_ms": 300,
                        "silence_duration_ms": 500,
                        "idle_timeout_ms": None,
                        "create_response": True,
                        "interrupt_response": True,
                    },
                },
                "output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "alloy", "speed": 1.0},
            },
            "tools": [],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "truncation": "auto",
            "tracing": None,
            "prompt": None,
            "include": None,
        }

    # What a test uses.

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.received if event["type"] == kind]

    async def until(self, fact: Callable[[], bool], within_s: float = 2.0) -> None:
        """Wait until something that was received makes this true."""
        async with asyncio.timeout(within_s):
            while not fact():
                self._changed.clear()
                await self._changed.wait()

    async def got(self, kind: str, count: int = 1) -> dict[str, Any]:
        """The latest event of a type, once there are so many."""
        await self.until(lambda: len(self.of_type(kind)) >= count)
        return self.of_type(kind)[-1]

    def release(self) -> None:
        """Let held responses go on."""
        self._released.set()

    async def release_echoes(self, *, newest_first: bool = False) -> None:
        echoes, self.held_echoes = self.held_echoes, []
        for session in reversed(echoes) if newest_first else echoes:
            await self.send("session.updated", session=session)

    async def send(self, kind: str, **fields: Any) -> None:
        """One event, checked."""
        event: dict[str, Any] = {"type": kind, "event_id": self._id("event"), **fields}
        known = {**event, "session": _typed_part(event["session"])} if "session" in event else event
        check_server_event(json.dumps(known))
        await self.connection.send(json.dumps(event, separators=(",", ":")))

    async def send_raw(self, message: str | bytes) -> None:
        await self.connection.send(message)

    async def send_error(
        self, kind: str, code: str | None, event_id: str | None = None, param: str | None = None
    ) -> None:
        error = {"type": kind, "code": code, "message": f"about {code}", "param": param, "event_id": event_id}
        await self.send("error", error=error)

    async def close(self, code: int) -> None:
        await self.connection.close(code)

    async def speech_started(self, audio_start_ms: int) -> str:
        item_id = self._id("item")
        await self.send("input_audio_buffer.speech_started", audio_start_ms=audio_start_ms, item_id=item_id)
        return item_id

    async def speech_stopped(self, item_id: str, audio_end_ms: int) -> None:
        await self.send("input_audio_buffer.speech_stopped", audio_end_ms=audio_end_ms, item_id=item_id)
        await self.send("input_audio_buffer.committed", item_id=item_id, previous_item_id=self._last_item)
        content = [{"type": "input_audio", "transcript": None}]
        await self._add_item(
            {"id": item_id, "object": "realtime.item", "type": "message", "role": "user", "content": content}
        )

    async def transcript(self, item_id: str, text: str, *, pieces: bool = True) -> None:
        kind = "conversation.item.input_audio_transcription"
        if pieces:
            await self.transcript_deltas(item_id, text)
        usage = {"type": "duration", "seconds": 2.0}
        await self.send(f"{kind}.completed", item_id=item_id, content_index=0, transcript=text, usage=usage)

    async def transcript_deltas(self, item_id: str, text: str) -> None:
        for piece in _word_pieces(text):
            await self.send(
                "conversation.item.input_audio_transcription.delta", item_id=item_id, content_index=0, delta=piece
            )

    async def transcript_failed(self, item_id: str) -> None:
        error = {"type": "transcription_error", "code": "audio_unintelligible", "message": "no words"}
        await self.send(
            "conversation.item.input_audio_transcription.failed", item_id=item_id, content_index=0, error=error
        )

    async def respond_unasked(self) -> None:
        """A response that the server makes by itself."""
        await self._respond({})

    # The server.

    async def serve(self) -> None:
        """From the handshake to the end of the connection."""
        try:
            await self._greet()
            async for message in self.connection:
                await self._take(message)
        except ConnectionClosed:
            pass
        finally:
            self._changed.set()
            if self._going is not None:
                self._going.cancel()
                with suppress(asyncio.CancelledError, ConnectionClosed):
                    await self._going

    async def _greet(self) -> None:
        behaviour = self.behaviour
        if behaviour.error_first is not None:
            await self.send_error(*behaviour.error_first)
        elif behaviour.close_first is not None:
            await self.close(behaviour.close_first)
        elif behaviour.greets:
            await self.send("session.created", session=self.session)

    async def _take(self, message: str | bytes) -> None:
        event = json.loads(message)
        if event["type"] == "input_audio_buffer.append":
            self.audio_chars += len(event["audio"])
            self._changed.set()
            return
        check_client_event(message)
        self.received.append(event)
        self._changed.set()
        if event["type"] in self.behaviour.close_on:
            await self.close(self.behaviour.close_on[event["type"]])
        elif event["type"] not in self.behaviour.deaf_to:
            await self._answer(event)

    async def _answer(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "session.update":
                await self._update(event)
            case "conversation.item.create":
                await self._add_item({"id": self._id("item"), "object": "realtime.item", **event["item"]})
            case "conversation.item.truncate":
                await self._truncate(event)
            case "response.create":
                await self._create_response(event)
            case "response.cancel":
                if self.active is None or event.get("response_id") not in (None, self.active):
                    await self.send_error("invalid_request_error", "response_cancel_not_active", event["event_id"])
                else:
                    self._cancelled.set()
                    self._released.set()
            case "input_audio_buffer.clear":
                await self.send("input_audio_buffer.cleared")
            case kind:
                raise AssertionError(kind)

    async def _update(self, event: dict[str, Any]) -> None:
        behaviour = self.behaviour
        if behaviour.update_error is not None:
            await self.send_error(*behaviour.update_error, event["event_id"], "session.audio.output.voice")
            return
        _merge(self.session, event["session"])
        echo = json.loads(json.dumps(self.session))
        if behaviour.drop_echoes > 0:
            behaviour.drop_echoes -= 1
            return
        if behaviour.alter_echoes > 0:
            behaviour.alter_echoes -= 1
            echo["instructions"] += " (shortened)"
        if behaviour.hold_echoes:
            self.held_echoes.append(echo)
            self._changed.set()
        else:
            await self.send("session.updated", session=echo)

    async def _truncate(self, event: dict[str, Any]) -> None:
        item_id, end_ms = event["item_id"], event["audio_end_ms"]
        if item_id not in self.item_audio_ms:
            await self.send_error("invalid_request_error", "item_not_found", event["event_id"])
        elif end_ms > self.item_audio_ms[item_id]:
            await self.send_error("invalid_request_error", "invalid_value", event["event_id"], "audio_end_ms")
        else:
            await self.send("conversation.item.truncated", item_id=item_id, content_index=0, audio_end_ms=end_ms)

    async def _create_response(self, event: dict[str, Any]) -> None:
        if self.behaviour.response_error is not None:
            await self.send_error(*self.behaviour.response_error, event["event_id"])
        elif self.active is not None:
            code = "conversation_already_has_active_response"
            await self.send_error("invalid_request_error", code, event["event_id"])
        else:
            self.active = "about to be"
            self._cancelled.clear()
            self._released.clear()
            self._going = asyncio.create_task(self._respond(event.get("response") or {}))

    async def _respond(self, asked: dict[str, Any]) -> None:
        response_id, item_id = self._id("resp"), self._id("item")
        self.active = response_id
        metadata = None if self.behaviour.drop_metadata else asked.get("metadata")
        text = _said_in(asked.get("metadata") or {}) or "Hello there."
        response: dict[str, Any] = {
            "id": response_id,
            "object": "realtime.response",
            "status": "in_progress",
            "status_details": None,
            "output": [],
            "conversation_id": "conv_double",
            "output_modalities": ["audio"],
            "max_output_tokens": "inf",
            "audio": {"output": {"format": self.session["audio"]["output"]["format"], "voice": "marin"}},
            "usage": None,
            "metadata": metadata,
        }
        await self.send("response.created", response=response)
        item: dict[str, Any] = {
            "id": item_id,
            "object": "realtime.item",
            "type": "message",
            "status": "in_progress",
            "role": "assistant",
            "content": [],
        }
        where = {"response_id": response_id, "item_id": item_id, "output_index": 0, "content_index": 0}
        if not self.behaviour.silent:
            await self.send("response.output_item.added", response_id=response_id, output_index=0, item=item)
            await self._add_item(item, done=False)
            await self.send("response.content_part.added", **where, part={"type": "audio", "transcript": ""})
            item["status"] = "completed" if await self._talk(text, where) else "incomplete"
            item["content"] = [{"type": "output_audio", "transcript": text}]
            await self.send("response.output_audio.done", **where)
            await self.send("response.output_audio_transcript.done", **where, transcript=text)
            await self.send("response.content_part.done", **where, part={"type": "audio", "transcript": text})
            await self.send("conversation.item.done", item=item, previous_item_id=self._last_item)
            await self.send("response.output_item.done", response_id=response_id, output_index=0, item=item)
            response["output"] = [item]
        status, details = self.behaviour.end_status
        if self._cancelled.is_set():
            status, details = "cancelled", {"type": "cancelled", "reason": "client_cancelled"}
        self.active = None
        usage = {"total_tokens": 20, "input_tokens": 12, "output_tokens": 8}
        ended = {**response, "status": status, "status_details": details, "usage": usage}
        await self.send("response.done", response=ended)
        await self.send("rate_limits.updated", rate_limits=[{"name": "tokens", "limit": 1, "remaining": 1}])

    async def _talk(self, text: str, where: dict[str, Any]) -> bool:
        """Audio and transcript in turn; False when cancelled."""
        form = self.session["audio"]["output"]["format"]["type"]
        piece = base64.b64encode(bytes([0x7F, 0x3F]) * (BYTES_PER_MS[form] * DELTA_MS // 2)).decode()
        for number, words in enumerate(_word_pieces(text)):
            if number == self.behaviour.hold_after_deltas:
                await self._released.wait()
            if self._cancelled.is_set():
                return False
            await self.send("response.output_audio_transcript.delta", **where, delta=words)
            self.item_audio_ms[where["item_id"]] = self.item_audio_ms.get(where["item_id"], 0) + DELTA_MS
            await self.send("response.output_audio.delta", **where, delta=piece)
        if self.behaviour.hold_after_deltas is not None:
            await self._released.wait()
        return not self._cancelled.is_set()

    async def _add_item(self, item: dict[str, Any], *, done: bool = True) -> None:
        previous, self._last_item = self._last_item, item["id"]
        self.items[item["id"]] = item
        await self.send("conversation.item.added", item=item, previous_item_id=previous)
        if done:
            await self.send("conversation.item.done", item={**item, "status": "completed"}, previous_item_id=previous)

    def _id(self, what: str) -> str:
        return f"{what}_{next(self._ids):024d}"


class RealtimeDouble:
    """The server; `url` is where it is, `sessions` what connected."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.url = ""
        self.sessions: list[Session] = []
        self.requests: list[Request] = []
        self.open = 0
        self.faults: list[Exception] = []
        """What went wrong in the double, a message that the package's types don't have above all."""
        self._changed = asyncio.Event()

    @property
    def session(self) -> Session:
        """The one that connected last."""
        return self.sessions[-1]

    async def until(self, fact: Callable[[], bool], within_s: float = 2.0) -> None:
        """Wait until a connection's coming or going makes this true."""
        async with asyncio.timeout(within_s):
            while not fact():
                self._changed.clear()
                await self._changed.wait()

    async def handle(self, connection: ServerConnection) -> None:
        session = Session(connection, self.behaviour)
        self.sessions.append(session)
        self.open += 1
        self._changed.set()
        try:
            await session.serve()
        except Exception as fault:
            self.faults.append(fault)
            raise
        finally:
            self.open -= 1
            self._changed.set()

    def check(self, connection: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        behaviour = self.behaviour
        if behaviour.http_status is not None:
            response = connection.respond(http.HTTPStatus(behaviour.http_status), "")
            response.body = behaviour.http_body
            response.headers["Content-Length"] = str(len(behaviour.http_body))
            if 300 <= behaviour.http_status < 400:
                response.headers["Location"] = "ws://127.0.0.1:9/elsewhere"
            return response
        wanted = behaviour.api_key
        if wanted is not None and request.headers.get("Authorization") != f"Bearer {wanted}":
            return connection.respond(http.HTTPStatus.UNAUTHORIZED, '{"error":{"code":"invalid_api_key"}}')
        return None


@asynccontextmanager
async def realtime_double(behaviour: Behaviour | None = None) -> AsyncGenerator[RealtimeDouble]:
    """A double on a port of its own."""
    double = RealtimeDouble(behaviour or Behaviour())
    async with serve(double.handle, "127.0.0.1", 0, process_request=double.check, close_timeout=0.2) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        double.url = f"ws://127.0.0.1:{port}/v1/realtime"
        yield double
    if double.faults:
        raise ExceptionGroup("in the double", double.faults)


def _merge(into: dict[str, Any], update: dict[str, Any]) -> None:
    """As the real one does: what is left out stays, formats and turn detection are replaced whole."""
    for key, value in update.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict) and key not in ("format", "transcription"):
            _merge(into[key], value)
        else:
            into[key] = value


def _typed_part(session: dict[str, Any]) -> dict[str, Any]:
    """What the package has types for; the API sends three fields more."""
    return {name: value for name, value in session.items() if name not in ("id", "object", "expires_at")}


def _said_in(metadata: dict[str, str]) -> str:
    pieces = [metadata.get("greenroom_say", "")]
    pieces += [metadata.get(f"greenroom_say_{number}", "") for number in range(2, 17)]
    return "".join(pieces)


def _word_pieces(text: str) -> list[str]:
    words = text.split(" ")
    return [word if index == 0 else f" {word}" for index, word in enumerate(words)]
