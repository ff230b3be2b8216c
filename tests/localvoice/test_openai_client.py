"""The official `openai` package holds conversations with the engine, and every event is one of its own types."""

import asyncio
import base64
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from openai import AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection

from greenroom.localvoice.server import LocalVoice
from tests.localvoice.fixtures import RealModels
from tests.localvoice.sounds import at_16k, pcm, recording, silence, spoken, ulaw
from tests.openai_types import check_server_event

pytestmark = pytest.mark.speech

REPLY = "Thank you. What did you learn from that?"
OPENING = [
    "response.created",
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
]
CLOSING = [
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
]
HEARD = [
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.committed",
    "conversation.item.added",
    "conversation.item.done",
    "conversation.item.input_audio_transcription.completed",
]
CAPTION = "conversation.item.input_audio_transcription.delta"


class Talk:
    """The package's connection, with each raw event checked before the package reads it."""

    def __init__(self, connection: AsyncRealtimeConnection) -> None:
        self.connection = connection
        self.events: list[Any] = []

    async def until(self, kind: str) -> Any:
        async with asyncio.timeout(15):
            while True:
                raw = await self.connection.recv_bytes()
                checked = check_server_event(raw)
                event = self.connection.parse_event(raw)
                assert type(event) is type(checked)
                self.events.append(event)
                if event.type == kind:
                    return event

    async def hear(self, data: bytes, piece: int) -> None:
        for at in range(0, len(data), piece):
            audio = base64.b64encode(data[at : at + piece]).decode()
            await self.connection.input_audio_buffer.append(audio=audio)

    def kinds(self, *, without: tuple[str, ...] = ()) -> list[str]:
        return [event.type for event in self.events if event.type not in without]

    @property
    def sound(self) -> bytes:
        deltas = [event for event in self.events if event.type == "response.output_audio.delta"]
        return b"".join(base64.b64decode(event.delta) for event in deltas)


@pytest.fixture
async def talk(real_engine: LocalVoice) -> AsyncGenerator[Talk]:
    at = f"127.0.0.1:{real_engine.port}/v1"
    async with (
        AsyncOpenAI(api_key="none", base_url=f"http://{at}", websocket_base_url=f"ws://{at}") as openai,
        openai.realtime.connect(model="greenroom-local") as connection,
    ):
        talk = Talk(connection)
        created = await talk.until("session.created")
        assert created.session.model == "greenroom-local"
        yield talk


async def configure(talk: Talk, form: dict[str, Any], turn_detection: dict[str, Any] | None) -> Any:
    audio = {"input": {"format": form, "turn_detection": turn_detection}, "output": {"format": form}}
    session: Any = {"type": "realtime", "instructions": "Be kind.", "audio": audio}
    await talk.connection.session.update(session=session)
    return await talk.until("session.updated")


async def test_a_phone_call_is_heard_answered_cancelled_and_truncated(talk: Talk, real_models: RealModels) -> None:
    detection = {"type": "server_vad", "create_response": False, "interrupt_response": False}
    updated = await configure(talk, {"type": "audio/pcmu"}, detection)
    assert updated.session.audio.input.turn_detection.silence_duration_ms == 600
    assert updated.session.instructions == "Be kind."

    talk.events.clear()
    await talk.hear(ulaw(recording("beckett.wav")[: 8000 * 6]) + ulaw(silence(2)), 160)
    completed = await talk.until(HEARD[-1])
    # Two words of a real voice: the small model hears "cried" where the pauses fall unluckily between the detector's chunks.
    assert completed.transcript.lower().startswith(("ever tried", "ever cried"))
    assert talk.kinds(without=(CAPTION,)) == HEARD
    assert len({event.item_id for event in talk.events if hasattr(event, "item_id")}) == 1

    talk.events.clear()
    await talk.connection.response.create(response={"metadata": {"greenroom_say": REPLY, "greenroom_cue": "c1"}})
    done = await talk.until("response.done")
    assert done.response.status == "completed"
    assert done.response.metadata == {"greenroom_say": REPLY, "greenroom_cue": "c1"}
    kinds = talk.kinds()
    assert kinds[:4] == OPENING
    assert kinds[-6:] == CLOSING
    assert set(kinds[4:-6]) == {"response.output_audio_transcript.delta", "response.output_audio.delta"}
    said = "".join(event.delta for event in talk.events if event.type == "response.output_audio_transcript.delta")
    assert said == REPLY == done.response.output[0].content[0].transcript
    heard = real_models.transcriber.transcribe(at_16k(talk.sound))
    assert heard.lower().replace(",", ".") == REPLY.lower()

    item_id = done.response.output[0].id
    await talk.connection.conversation.item.truncate(item_id=item_id, content_index=0, audio_end_ms=800)
    truncated = await talk.until("conversation.item.truncated")
    assert (truncated.item_id, truncated.audio_end_ms) == (item_id, 800)
    await talk.connection.conversation.item.retrieve(item_id=item_id)
    kept = (await talk.until("conversation.item.retrieved")).item.content[0].transcript
    assert kept
    assert REPLY.startswith(kept)
    assert kept != REPLY

    talk.events.clear()
    await talk.connection.response.create(response={"metadata": {"greenroom_say": f"{REPLY} " * 12}})
    await talk.until("response.output_audio.delta")
    await talk.connection.response.cancel()
    done = await talk.until("response.done")
    assert done.response.status == "cancelled"
    assert done.response.status_details.reason == "client_cancelled"
    assert done.response.output[0].status == "incomplete"
    assert talk.kinds()[-6:] == CLOSING


async def test_an_sdk_that_asks_for_nothing_special_gets_an_interviewer_that_answers_by_itself(talk: Talk) -> None:
    await configure(talk, {"type": "audio/pcm", "rate": 24000}, {"type": "server_vad"})
    talk.events.clear()
    answer = spoken("I have worked as a nurse for seven years.", 24_000)
    await talk.hear(pcm(answer) + pcm(silence(1.5, 24_000)), 4800)
    done = await talk.until("response.done")
    assert done.response.status == "completed"
    # Nobody waits for the last word of the transcript.
    kinds = talk.kinds(without=(CAPTION, HEARD[-1]))
    assert kinds[: len(HEARD) + len(OPENING) - 1] == HEARD[:-1] + OPENING
    if HEARD[-1] not in talk.kinds():
        await talk.until(HEARD[-1])
    transcript = next(event.transcript for event in talk.events if event.type == HEARD[-1])
    assert "nurse for seven years" in transcript
    assert len(talk.sound) > 24_000 * 2

    # Its next words cut the next reply short.
    talk.events.clear()
    await talk.connection.response.create(response={"metadata": {"greenroom_say": f"{REPLY} " * 12}})
    await talk.until("response.output_audio.delta")
    await talk.hear(pcm(answer), 4800)
    done = await talk.until("response.done")
    assert (done.response.status, done.response.status_details.reason) == ("cancelled", "turn_detected")


async def test_a_client_that_says_itself_when_a_turn_is_over_is_heard_too(talk: Talk) -> None:
    await configure(talk, {"type": "audio/pcm", "rate": 24000}, None)
    talk.events.clear()
    await talk.hear(pcm(silence(1, 24_000)) + pcm(spoken("My name is not important.", 24_000)), 4800)
    await talk.connection.input_audio_buffer.commit()
    await talk.connection.response.create(response={"output_modalities": ["text"]})
    done = await talk.until("response.done")
    assert done.response.output[0].content[0].type == "output_text"
    if HEARD[-1] not in talk.kinds():
        await talk.until(HEARD[-1])
    kinds = talk.kinds()
    assert kinds[:3] == HEARD[2:5]
    assert "input_audio_buffer.speech_started" not in kinds
    transcript = next(event.transcript for event in talk.events if event.type == HEARD[-1])
    assert "not important" in transcript


async def test_typed_items_and_errors_are_the_packages_own(talk: Talk) -> None:
    item: Any = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello."}]}
    await talk.connection.conversation.item.create(item=item)
    added = await talk.until("conversation.item.done")
    await talk.connection.conversation.item.delete(item_id=added.item.id)
    await talk.until("conversation.item.deleted")
    await talk.connection.conversation.item.retrieve(item_id=added.item.id, event_id="e1")
    error = (await talk.until("error")).error
    assert (error.code, error.event_id) == ("item_not_found", "e1")
    await talk.connection.input_audio_buffer.clear()
    await talk.until("input_audio_buffer.cleared")
    await talk.connection.response.create(response={"conversation": "none", "input": []})
    done = await talk.until("response.done")
    assert "conversation.item.added" not in talk.kinds()[talk.kinds().index("response.created") :]
    assert done.response.output[0].content[0].transcript
