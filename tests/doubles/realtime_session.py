"""One session on the double of a Realtime server: the real order of events, and what a test makes happen on it.

It shares no code with the program. Every message that it sends is held against the `openai` package's types, unless it
is malformed on purpose, and so is every message that it gets; what the API demands beyond its types is demanded here.
"""

import asyncio
import base64
import itertools
import json
import math
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from tests.doubles import realtime_beta as beta
from tests.doubles.realtime_behaviour import Behaviour
from tests.doubles.realtime_sound import Sounds, VoiceActivity
from tests.openai_types import check_client_event, check_server_event

SESSION_S = 3600
VOICES = ("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar")
"""That the API has, though the package's types take any."""
TRANSCRIPTION = "conversation.item.input_audio_transcription"


class Session:
    """One connection. `ids` gives numbers that no other session has, as the real one's ids do."""

    def __init__(self, connection: ServerConnection, behaviour: Behaviour, ids: "itertools.count[int]") -> None:
        self.connection = connection
        self.behaviour = behaviour
        self.received: list[dict[str, Any]] = []
        """Without audio."""
        self.sent: list[dict[str, Any]] = []
        """What was checked and sent; audio without its payload."""
        self.complaints: list[dict[str, Any]] = []
        """The errors that were answered."""
        self.audio_chars = 0
        self.sound = bytearray()
        """All that came of the caller's."""
        self.sound_at: list[float] = []
        """When, on the event loop's clock."""
        self.items: dict[str, dict[str, Any]] = {}
        self.item_audio_ms: dict[str, int] = {}
        self.sounds = Sounds()
        self.active: str | None = None
        self.responses: list[tuple[str, str, str]] = []
        """(response id, cue id, text) of all that were created."""
        self.held_echoes: list[dict[str, Any]] = []
        self._ids = ids
        self._event_ids: set[str] = set()
        self._last_item: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way: deque[tuple[float, str | bytes]] = deque()
        self._swallowing = False
        self._spoken_ms = 0
        self._speaking_item: str | None = None
        self._vad = VoiceActivity()
        self._cancelled = asyncio.Event()
        self._released = asyncio.Event()
        self._changed = asyncio.Event()
        self.session = _default_session(self._id("sess"), behaviour.lasts_s)

    # What a test looks at and waits for.

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.received if event["type"] == kind]

    async def until(self, fact: Callable[[], bool], within_s: float = 2.0) -> None:
        """Wait until something that was received or sent makes this true."""
        async with asyncio.timeout(within_s):
            while not fact():
                self._changed.clear()
                await self._changed.wait()

    async def got(self, kind: str, count: int = 1) -> dict[str, Any]:
        """The latest event of a type, once there are so many."""
        await self.until(lambda: len(self.of_type(kind)) >= count)
        return self.of_type(kind)[-1]

    def conversation(self) -> list[tuple[str, str]]:
        """Role and text of all items in the order in which they came, as the model knows them."""
        return [(item["role"], _text_of(item)) for item in self.items.values() if item["type"] == "message"]

    def calls(self) -> list[tuple[str, str, str]]:
        """Name, arguments and output of every function that was called and answered, as the model knows them."""
        items = list(self.items.values())
        outputs = {item["call_id"]: item["output"] for item in items if item["type"] == "function_call_output"}
        called = [item for item in items if item["type"] == "function_call" and item["call_id"] in outputs]
        return [(item["name"], item["arguments"], outputs[item["call_id"]]) for item in called]

    # What a test makes happen.

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
        if self.behaviour.checked:
            check_server_event(json.dumps(known))
        self.sent.append({**event, "delta": ""} if kind == "response.output_audio.delta" else event)
        if kind in self.behaviour.unknown_before:
            await self._put(json.dumps({"type": f"{kind}.hologram", "event_id": self._id("event"), "x": {"y": [1]}}))
        if self.behaviour.beta:
            event = beta.renamed(event) or {}
            if self.behaviour.beta in ("shapes", "all") and "session" in event:
                event["session"] = beta.flat_session(event["session"])
        if event:
            await self._put(json.dumps(event, separators=(",", ":")))

    async def send_raw(self, message: str | bytes) -> None:
        """Whatever it is."""
        await self._put(message)

    async def send_error(
        self, kind: str, code: str | None, event_id: str | None = None, param: str | None = None
    ) -> None:
        error = {"type": kind, "code": code, "message": f"about {code}", "param": param, "event_id": event_id}
        self.complaints.append(error)
        await self.send("error", error=error)

    async def send_limits(self, tokens_left: int, reset_s: float = 0.5) -> None:
        """What may still be used."""
        limits = [
            {"name": "requests", "limit": 1000, "remaining": 999, "reset_seconds": 0.06},
            {"name": "tokens", "limit": 200_000, "remaining": tokens_left, "reset_seconds": reset_s},
        ]
        await self.send("rate_limits.updated", rate_limits=limits)

    async def close(self, code: int) -> None:
        await self.connection.close(code)

    def reset(self) -> None:
        """End the TCP connection with a reset."""
        line = self.connection.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.transport.abort()

    def swallow(self) -> None:
        """From now on take everything and answer nothing, pings neither."""
        self._swallowing = True
        self.connection.data_received = lambda data: None

    async def expire(self) -> None:
        """The end of its time, as the real one ends it."""
        await self.send_error("invalid_request_error", "session_expired")
        await self.close(1001)

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
        if pieces:
            await self.transcript_deltas(item_id, text)
        if item_id in self.items:
            self.items[item_id]["content"][0]["transcript"] = text
        usage = {"type": "duration", "seconds": 2.0}
        await self.send(f"{TRANSCRIPTION}.completed", item_id=item_id, content_index=0, transcript=text, usage=usage)

    async def transcript_deltas(self, item_id: str, text: str) -> None:
        for piece in _word_pieces(text):
            await self.send(f"{TRANSCRIPTION}.delta", item_id=item_id, content_index=0, delta=piece)

    async def transcript_failed(self, item_id: str) -> None:
        error = {"type": "transcription_error", "code": "audio_unintelligible", "message": "no words"}
        await self.send(f"{TRANSCRIPTION}.failed", item_id=item_id, content_index=0, error=error)

    async def respond_unasked(self) -> None:
        """A response that the server makes by itself."""
        self._cancelled.clear()
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
            await self._stop()

    async def _stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        for outcome in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionClosed):
                raise outcome

    async def _greet(self) -> None:
        behaviour = self.behaviour
        if behaviour.error_first is not None:
            await self.send_error(*behaviour.error_first)
        elif behaviour.close_first is not None:
            await self.close(behaviour.close_first)
        elif behaviour.greets:
            await asyncio.sleep(behaviour.greet_after_s)
            await self.send("session.created", session=self.session)
            if behaviour.lasts_s is not None:
                self._start(self._expire_after(self.session["expires_at"] - time.time()))

    async def _expire_after(self, lasts_s: float) -> None:
        await asyncio.sleep(lasts_s)
        await self.expire()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Beside the reading of messages; what goes wrong in it is raised at the end of the session."""
        self._tasks.add(asyncio.create_task(work))

    async def _put(self, message: str | bytes) -> None:
        """On the line, in order, as late as was told."""
        self._changed.set()
        if self._swallowing:
            return
        if self.behaviour.delay_s <= 0 and not self._under_way:
            await self.connection.send(message)
            return
        self._under_way.append((asyncio.get_running_loop().time() + self.behaviour.delay_s, message))
        if len(self._under_way) == 1:
            self._start(self._deliver())

    async def _deliver(self) -> None:
        while self._under_way:
            due, message = self._under_way[0]
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            if not self._swallowing:
                await self.connection.send(message)
            self._under_way.popleft()

    async def _take(self, message: str | bytes) -> None:
        if self.behaviour.checked:
            check_client_event(message)
        event = json.loads(message)
        self._demand_event_id(event)
        if event["type"] == "input_audio_buffer.append":
            self.audio_chars += len(event["audio"])
            sound = base64.b64decode(event["audio"], validate=True)
            self.sound += sound
            self.sound_at.append(asyncio.get_running_loop().time())
            await self._hear(sound)
            self._changed.set()
            return
        self.received.append(event)
        self._changed.set()
        if event["type"] in self.behaviour.close_on:
            await self.close(self.behaviour.close_on[event["type"]])
        elif event["type"] not in self.behaviour.deaf_to:
            await self._answer(event)

    def _demand_event_id(self, event: dict[str, Any]) -> None:
        """Without one of its own, an error could not be told from another."""
        event_id = event["event_id"]
        assert 0 < len(event_id) <= 512, event
        assert event_id not in self._event_ids, f"{event_id} was used before"
        self._event_ids.add(event_id)

    def _answers_nothing(self, item: dict[str, Any]) -> bool:
        """Whether it is the output of a function that was never called."""
        called = {known["call_id"] for known in self.items.values() if known["type"] == "function_call"}
        return item["type"] == "function_call_output" and item["call_id"] not in called

    async def _answer(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "session.update":
                await self._update(event)
            case "conversation.item.create" if self._answers_nothing(event["item"]):
                await self.send_error(
                    "invalid_request_error", "invalid_tool_call_id", event["event_id"], "item.call_id"
                )
            case "conversation.item.create":
                await self._add_item({"id": self._id("item"), "object": "realtime.item", **event["item"]})
            case "conversation.item.truncate":
                await self._truncate(event)
            case "conversation.item.delete":
                del self.items[event["item_id"]]
                await self.send("conversation.item.deleted", item_id=event["item_id"])
            case "response.create":
                await self._create_response(event)
            case "response.cancel":
                if self.active is None or event.get("response_id") not in (None, self.active):
                    await self.send_error("invalid_request_error", "response_cancel_not_active", event["event_id"])
                else:
                    self._cancelled.set()
                    self._released.set()
            case "input_audio_buffer.clear":
                self._vad.clear()
                await self.send("input_audio_buffer.cleared")
            case kind:
                raise AssertionError(kind)

    # The configuration.

    async def _update(self, event: dict[str, Any]) -> None:
        behaviour, wanted = self.behaviour, event["session"]
        if behaviour.update_error is not None:
            await self.send_error(*behaviour.update_error, event["event_id"], "session.audio.output.voice")
            return
        if behaviour.beta == "all":
            await self.send_error("invalid_request_error", "unknown_parameter", event["event_id"], "session.type")
            return
        voice = wanted.get("audio", {}).get("output", {}).get("voice")
        if voice is not None and voice not in VOICES:
            await self.send_error(
                "invalid_request_error", "invalid_value", event["event_id"], "session.audio.output.voice"
            )
            return
        if self._spoken_ms and voice not in (None, self.session["audio"]["output"]["voice"]):
            await self.send_error(
                "invalid_request_error", "cannot_update_voice", event["event_id"], "session.audio.output.voice"
            )
            return
        _merge(self.session, wanted)
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

    # Hearing.

    async def _hear(self, sound: bytes) -> None:
        """Turns in the sound, as `server_vad` finds them."""
        turns = self.session["audio"]["input"]["turn_detection"]
        if not self.behaviour.vad or turns is None:
            return
        form = self.session["audio"]["input"]["format"]["type"]
        for what, at_ms in self._vad.take(sound, form, turns):
            if what == "started":
                self._speaking_item = await self.speech_started(at_ms)
                if turns["interrupt_response"] and self.active is not None:
                    self._cancelled.set()
                    self._released.set()
            elif self._speaking_item is not None:
                item_id, self._speaking_item = self._speaking_item, None
                await self.speech_stopped(item_id, at_ms)
                if self.session["audio"]["input"]["transcription"] is not None and self.behaviour.hears:
                    self._start(self._transcribe(item_id, self.behaviour.hears.popleft()))
                if turns["create_response"] and self.active is None:
                    self._begin({})

    async def _transcribe(self, item_id: str, text: str | None) -> None:
        await asyncio.sleep(self.behaviour.transcript_after_s)
        if text is None:
            await self.transcript_failed(item_id)
        else:
            await self.transcript(item_id, text)

    # The conversation.

    async def _truncate(self, event: dict[str, Any]) -> None:
        item_id, end_ms = event["item_id"], event["audio_end_ms"]
        if item_id not in self.item_audio_ms:
            await self.send_error("invalid_request_error", "item_not_found", event["event_id"])
        elif end_ms > self.item_audio_ms[item_id] or end_ms < 0 or event["content_index"] != 0:
            await self.send_error("invalid_request_error", "invalid_value", event["event_id"], "audio_end_ms")
        else:
            # The API forgets all of the text: it can't know which words were heard.
            self.items[item_id]["content"] = []
            await self.send("conversation.item.truncated", item_id=item_id, content_index=0, audio_end_ms=end_ms)

    async def _add_item(self, item: dict[str, Any], *, done: bool = True) -> None:
        previous, self._last_item = self._last_item, item["id"]
        self.items[item["id"]] = item
        await self.send("conversation.item.added", item=item, previous_item_id=previous)
        if done:
            await self.send("conversation.item.done", item={**item, "status": "completed"}, previous_item_id=previous)

    # Responses.

    async def _create_response(self, event: dict[str, Any]) -> None:
        asked = event.get("response") or {}
        metadata = asked.get("metadata") or {}
        assert len(metadata) <= 16, "the API takes 16 keys"
        assert all(len(key) <= 64 and len(value) <= 512 for key, value in metadata.items()), "and short ones"
        if self.behaviour.response_error is not None:
            await self.send_error(*self.behaviour.response_error, event["event_id"])
        elif self.active is not None:
            code = "conversation_already_has_active_response"
            await self.send_error("invalid_request_error", code, event["event_id"])
        else:
            self._begin(asked)

    def _begin(self, asked: dict[str, Any]) -> None:
        self.active = "about to be"
        self._cancelled.clear()
        self._released.clear()
        self._start(self._respond(asked))

    async def _respond(self, asked: dict[str, Any]) -> None:
        behaviour, metadata = self.behaviour, asked.get("metadata") or {}
        text = behaviour.says or _said_in(metadata) or "Hello there."
        response = self._response(None if behaviour.drop_metadata else asked.get("metadata"))
        self.active = response["id"]
        self.responses.append((response["id"], metadata.get("greenroom_cue", ""), text))
        await self.send("response.created", response=response)
        status, details = behaviour.end_status
        if behaviour.fail_next > 0:
            behaviour.fail_next -= 1
            status, details = "failed", failed(behaviour.failure)
        else:
            await self.send_limits(max(0, behaviour.tokens_left - 200))  # reserved for what it may become
            calls = self._calls_of(asked)
            if not behaviour.silent and (not calls or behaviour.calls_and_speaks):
                whole = await self._say(text, response)
                status, details = (status, details) if whole else ("failed", failed(behaviour.failure))
            for name, arguments in calls:
                await self._call(name, arguments, response)
        if self._cancelled.is_set():
            status, details = "cancelled", {"type": "cancelled", "reason": "client_cancelled"}
        self.active = None
        usage = None if status == "failed" and not response["output"] else _usage(len(text.split()))
        await self.send(
            "response.done", response={**response, "status": status, "status_details": details, "usage": usage}
        )
        await self.send_limits(behaviour.tokens_left)

    async def _say(self, text: str, response: dict[str, Any]) -> bool:
        """The one item of a response; False when it failed in the middle."""
        item_id, response_id = self._id("item"), response["id"]
        item: dict[str, Any] = {
            "id": item_id,
            "object": "realtime.item",
            "type": "message",
            "status": "in_progress",
            "role": "assistant",
            "content": [],
        }
        where = {"response_id": response_id, "item_id": item_id, "output_index": 0, "content_index": 0}
        await self.send("response.output_item.added", response_id=response_id, output_index=0, item=item)
        await self._add_item(item, done=False)
        await self.send("response.content_part.added", **where, part={"type": "audio", "transcript": ""})
        said, whole = await self._talk(text, where)
        item["status"] = "completed" if whole else "incomplete"
        item["content"] = [{"type": "output_audio", "transcript": said}]
        await self.send("response.output_audio.done", **where)
        await self.send("response.output_audio_transcript.done", **where, transcript=said)
        await self.send("response.content_part.done", **where, part={"type": "audio", "transcript": said})
        await self.send("conversation.item.done", item=item, previous_item_id=self._last_item)
        await self.send("response.output_item.done", response_id=response_id, output_index=0, item=item)
        response["output"] = [item]
        return whole or self._cancelled.is_set()

    def _calls_of(self, asked: dict[str, Any]) -> tuple[tuple[str, str], ...]:
        """What this response calls: nothing where it was told not to, or has no functions."""
        choice = asked.get("tool_choice") or self.session["tool_choice"]
        may = choice != "none" and self.session["tools"] and self.behaviour.calls
        return self.behaviour.calls.popleft() if may else ()

    async def _call(self, name: str, arguments: str, response: dict[str, Any]) -> None:
        item_id, call_id, response_id = self._id("item"), self._id("call"), response["id"]
        place = len(response["output"])
        item = {"id": item_id, "object": "realtime.item", "type": "function_call", "status": "in_progress"}
        item |= {"name": name, "call_id": call_id, "arguments": ""}
        await self.send("response.output_item.added", response_id=response_id, output_index=place, item=item)
        await self._add_item(item, done=False)
        where = {"response_id": response_id, "item_id": item_id, "output_index": place, "call_id": call_id}
        for piece in (arguments[:3], arguments[3:]):
            await self.send("response.function_call_arguments.delta", **where, delta=piece)
        await self.send("response.function_call_arguments.done", **where, arguments=arguments, name=name)
        item |= {"status": "completed", "arguments": arguments}
        await self.send("conversation.item.done", item=item, previous_item_id=self._last_item)
        await self.send("response.output_item.done", response_id=response_id, output_index=place, item=item)
        response["output"] = [*response["output"], item]

    async def _talk(self, text: str, where: dict[str, Any]) -> tuple[str, bool]:
        """Audio and transcript; what was said, and whether that is all."""
        behaviour, pieces = self.behaviour, _word_pieces(text)
        if behaviour.words == "first":
            await self._word(text, where)
        said = ""
        for number, words in enumerate(pieces):
            if number == behaviour.hold_after_deltas:
                await self._released.wait()
            if self._cancelled.is_set() or number == behaviour.fail_after_deltas:
                return said, False
            said += words
            if behaviour.words == "along":
                await self._word(words, where)
            await self._sound(where)
        if behaviour.words == "last":
            await self._word(text, where)
        if behaviour.hold_after_deltas is not None:
            await self._released.wait()
        return said, not self._cancelled.is_set()

    async def _word(self, words: str, where: dict[str, Any]) -> None:
        await self.send("response.output_audio_transcript.delta", **where, delta=words)

    async def _sound(self, where: dict[str, Any]) -> None:
        item_id, ms = where["item_id"], self.behaviour.ms_per_word
        payload = self.sounds.more(item_id, self.session["audio"]["output"]["format"]["type"], ms)
        self.item_audio_ms[item_id] = self.item_audio_ms.get(item_id, 0) + ms
        self._spoken_ms += ms
        await self.send("response.output_audio.delta", **where, delta=payload)
        if self.behaviour.speed is not None:
            await asyncio.sleep(ms / 1000 / self.behaviour.speed)

    def _response(self, metadata: dict[str, str] | None) -> dict[str, Any]:
        said = self.session["audio"]["output"]
        return {
            "id": self._id("resp"),
            "object": "realtime.response",
            "status": "in_progress",
            "status_details": None,
            "output": [],
            "conversation_id": "conv_double",
            "output_modalities": ["audio"],
            "max_output_tokens": "inf",
            "audio": {"output": {"format": said["format"], "voice": said["voice"]}},
            "usage": None,
            "metadata": metadata,
        }

    def _id(self, what: str) -> str:
        return f"{what}_{next(self._ids):016d}"


def failed(code: str) -> dict[str, Any]:
    """The `status_details` of a response that failed so."""
    return {"type": "failed", "error": {"type": code, "code": code, "message": f"about {code}"}}


def _default_session(session_id: str, lasts_s: float | None) -> dict[str, Any]:
    turns = {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    }
    form = {"type": "audio/pcm", "rate": 24000}
    return {
        "type": "realtime",
        "object": "realtime.session",
        "id": session_id,
        "model": "gpt-realtime-2.1",
        "expires_at": math.ceil(time.time() + (SESSION_S if lasts_s is None else lasts_s)),
        "output_modalities": ["audio"],
        "instructions": "Be helpful.",
        "audio": {
            "input": {"format": form, "transcription": None, "noise_reduction": None, "turn_detection": turns},
            "output": {"format": form, "voice": "alloy", "speed": 1.0},
        },
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "truncation": "auto",
        "tracing": None,
        "prompt": None,
        "include": None,
    }


def _usage(words: int) -> dict[str, Any]:
    heard, said = 120, 10 * words
    cached = {"text_tokens": 64, "audio_tokens": 0, "image_tokens": 0}
    inputs = {"text_tokens": 100, "audio_tokens": 20, "image_tokens": 0, "cached_tokens": 64}
    return {
        "total_tokens": heard + said,
        "input_tokens": heard,
        "output_tokens": said,
        "input_token_details": {**inputs, "cached_tokens_details": cached},
        "output_token_details": {"text_tokens": 2 * words, "audio_tokens": 8 * words},
    }


def _text_of(item: dict[str, Any]) -> str:
    return " ".join(part.get("text") or part.get("transcript") or "" for part in item["content"])


def _merge(into: dict[str, Any], update: dict[str, Any]) -> None:
    """As the real one does: what is left out stays; formats and transcription are replaced whole."""
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
