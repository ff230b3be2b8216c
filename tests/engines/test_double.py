"""The double itself: what it is told to do it does, in the order of the real one, or other tests would prove nothing."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.doubles.realtime_server import Behaviour, RealtimeDouble, realtime_double

LOUD, QUIET = b"\x00\x80" * 80, b"\xff" * 160  # 20 ms of mu-law
GA_UPDATE = {
    "type": "realtime",
    "audio": {
        "input": {"format": {"type": "audio/pcmu"}, "transcription": {"model": "gpt-transcribe"}},
        "output": {"format": {"type": "audio/pcmu"}},
    },
}


class Client:
    """A bare client of the protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.number = 0

    async def send(self, kind: str, **fields: Any) -> None:
        self.number += 1
        await self.socket.send(json.dumps({"type": kind, "event_id": f"e{self.number}", **fields}))

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """Everything up to the next event of this type."""
        events: list[dict[str, Any]] = []
        async with asyncio.timeout(2):
            while not events or events[-1]["type"] != kind:
                events.append(json.loads(await self.socket.recv()))
        return events

    async def say(self, text: str) -> None:
        await self.send("response.create", response={"metadata": {"greenroom_say": text}})


@asynccontextmanager
async def client_of(double: RealtimeDouble) -> AsyncGenerator[Client]:
    async with connect(double.url) as socket:
        client = Client(socket)
        await client.until("session.created")
        await client.send("session.update", session=GA_UPDATE)
        await client.until("session.updated")
        yield client


def kinds(events: list[dict[str, Any]]) -> list[str]:
    """The types in order, of repeated ones the first."""
    return list(dict.fromkeys(event["type"] for event in events))


async def test_a_response_comes_in_the_order_of_the_real_one() -> None:
    async with realtime_double() as double, client_of(double) as client:
        await client.say("one two")
        events = await client.until("response.done")
        assert kinds(events) == [
            "response.created",
            "rate_limits.updated",
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            "response.output_audio_transcript.delta",
            "response.output_audio.delta",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "conversation.item.done",
            "response.output_item.done",
            "response.done",
        ]
        response = events[-1]["response"]
        assert response["status"] == "completed"
        assert response["usage"]["total_tokens"] == response["usage"]["input_tokens"] + 20
        assert kinds(await client.until("rate_limits.updated")) == ["rate_limits.updated"]


async def test_turns_are_found_in_the_sound_itself() -> None:
    behaviour = Behaviour(vad=True, transcript_after_s=0.05)
    behaviour.hears.append("hello there")
    async with realtime_double(behaviour) as double, client_of(double) as client:
        sound = QUIET * 50 + LOUD * 40 + QUIET * 10 + LOUD * 20 + QUIET * 30
        for start in range(0, len(sound), 1600):
            piece = base64.b64encode(sound[start : start + 1600]).decode()
            await client.send("input_audio_buffer.append", audio=piece)
        events = await client.until("conversation.item.input_audio_transcription.completed")
        [started] = [event for event in events if event["type"] == "input_audio_buffer.speech_started"]
        [stopped] = [event for event in events if event["type"] == "input_audio_buffer.speech_stopped"]
        assert (started["audio_start_ms"], stopped["audio_end_ms"]) == (1000 - 300, 1000 + 1400 + 500)
        order = kinds(events)
        assert order.index("input_audio_buffer.committed") < order.index("conversation.item.added")
        assert order.index("conversation.item.added") < order.index("response.created")  # create_response is on
        assert events[-1]["transcript"] == "hello there"


async def test_a_transcript_that_is_late_comes_behind_the_response() -> None:
    behaviour = Behaviour(vad=True, transcript_after_s=0.2)
    behaviour.hears.append(None)
    async with realtime_double(behaviour) as double, client_of(double) as client:
        await client.send("input_audio_buffer.append", audio=base64.b64encode(LOUD * 30 + QUIET * 30).decode())
        order = kinds(await client.until("conversation.item.input_audio_transcription.failed"))
        assert order.index("response.done") < len(order) - 1


@pytest.mark.parametrize(("past", "code"), [(0, None), (1, "invalid_value")])
async def test_a_truncation_is_held_against_what_was_sent(past: int, code: str | None) -> None:
    async with realtime_double(Behaviour(ms_per_word=130)) as double, client_of(double) as client:
        await client.say("one two three")
        item = (await client.until("response.done"))[-1]["response"]["output"][0]["id"]
        await client.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=390 + past)
        events = await client.until("error" if code else "conversation.item.truncated")
        assert (events[-1]["error"]["code"] if code else None) == code
        assert len(double.session.complaints) == past


async def test_never_two_responses_and_no_cancel_without_one() -> None:
    async with realtime_double(Behaviour(hold_after_deltas=1)) as double, client_of(double) as client:
        await client.send("response.cancel")
        assert (await client.until("error"))[-1]["error"]["code"] == "response_cancel_not_active"
        await client.say("one two")
        await client.until("response.output_audio.delta")
        await client.say("three")
        error = (await client.until("error"))[-1]["error"]
        assert (error["code"], error["event_id"]) == ("conversation_already_has_active_response", "e4")
        await client.send("response.cancel")
        assert (await client.until("response.done"))[-1]["response"]["status"] == "cancelled"


async def test_a_session_expires_as_it_said() -> None:
    async with realtime_double(Behaviour(lasts_s=0.1)) as double, connect(double.url) as socket:
        client = Client(socket)
        created = (await client.until("session.created"))[-1]
        assert created["session"]["expires_at"] > 1_700_000_000
        assert (await client.until("error"))[-1]["error"]["code"] == "session_expired"
        with pytest.raises(ConnectionClosed) as end:
            await socket.recv()
        assert end.value.rcvd is not None
        assert end.value.rcvd.code == 1001


async def test_limits_that_are_used_up_fail_responses() -> None:
    behaviour = Behaviour(tokens_left=0, fail_next=1, failure="rate_limit_exceeded")
    async with realtime_double(behaviour) as double, client_of(double) as client:
        await client.say("one")
        done = (await client.until("response.done"))[-1]["response"]
        assert (done["status"], done["output"]) == ("failed", [])
        assert done["status_details"]["error"]["code"] == "rate_limit_exceeded"
        [limits] = await client.until("rate_limits.updated")
        assert [limit["remaining"] for limit in limits["rate_limits"]] == [999, 0]
        await client.say("one")
        assert (await client.until("response.done"))[-1]["response"]["status"] == "completed"


async def test_what_is_delayed_keeps_its_order() -> None:
    async with realtime_double() as double, client_of(double) as client:
        double.behaviour.delay_s = 0.1
        asked_at = asyncio.get_running_loop().time()
        await client.say("one two three")
        events = await client.until("response.done")
        assert asyncio.get_running_loop().time() - asked_at >= 0.1
        numbers = [int(event["event_id"].removeprefix("event_")) for event in events]
        assert numbers == sorted(numbers)


async def test_beta_and_unknown_events_are_sent_when_told() -> None:
    behaviour = Behaviour(beta="names", unknown_before=frozenset({"response.done"}))
    async with realtime_double(behaviour) as double, client_of(double) as client:
        await client.say("one")
        order = kinds(await client.until("response.done"))
        assert "response.audio.delta" in order
        assert "response.output_audio.delta" not in order
        assert order[-2:] == ["response.done.hologram", "response.done"]


async def test_the_voice_is_locked_once_it_was_heard() -> None:
    async with realtime_double() as double, client_of(double) as client:
        await client.say("one")
        await client.until("response.done")
        other = {"type": "realtime", "audio": {"output": {"voice": "cedar"}}}
        await client.send("session.update", session=other)
        assert (await client.until("error"))[-1]["error"]["code"] == "cannot_update_voice"


async def break_of(message: dict[str, Any]) -> list[BaseException]:
    """What the double finds wrong with a message of a client's."""
    found: list[BaseException] = []
    try:
        async with realtime_double() as double, connect(double.url) as socket:
            await socket.send(json.dumps(message))
            await socket.wait_closed()
    except* Exception as faults:  # noqa: BLE001 looked at by whoever asked
        found += faults.exceptions
    return found


@pytest.mark.parametrize(
    "message",
    [
        {"type": "response.create"},  # without an event_id
        {"type": "session.update", "event_id": "e", "session": {"type": "realtime", "modalities": ["audio"]}},
        {
            "type": "session.update",
            "event_id": "e",
            "session": {"type": "realtime", "audio": {"input": {"format": {"type": "audio/pcmu", "rate": 8000}}}},
        },
        {"type": "response.create", "event_id": "e", "response": {"metadata": {"k": "x" * 513}}},
        {"type": "conversation.item.truncate", "event_id": "e", "item_id": "i", "audio_end_ms": 1.5},
        {"type": "response.created", "event_id": "e"},
    ],
)
async def test_the_guard_on_what_clients_send_fails_when_they_err(message: dict[str, Any]) -> None:
    assert await break_of(message)
