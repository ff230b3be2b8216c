"""Conversations of the official `openai` package with the real engine; every message is held against its types."""

import asyncio
import base64
import itertools
from typing import Any

import numpy as np
import pytest
from benchmarks.speech.wer import rate

from greenroom.audio.g711 import ulaw_to_pcm
from greenroom.audio.resample import resample
from tests.localvoice.practice import phone, session, silence, spoken

pytestmark = pytest.mark.speech

ANSWER = "I have worked as an engineer for seven years."
QUESTION = "What was the most difficult problem that you solved last year? Please take your time."


async def test_a_turn_is_told_of_in_the_order_of_the_real_api(engine_port: int) -> None:
    async with session(engine_port) as client:
        await client.configure(audio=phone())
        await client.hear(spoken(ANSWER) + silence(2))
        completed = await client.until("conversation.item.input_audio_transcription.completed")
        assert rate(ANSWER, completed["transcript"]) == 0
        kinds = [event["type"] for event in client.seen[2:] if not event["type"].endswith("transcription.delta")]
        assert kinds == [
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "conversation.item.input_audio_transcription.completed",
        ]
        started, stopped, committed, added = (client.of(kind)[0] for kind in kinds[:4])
        assert started["item_id"] == stopped["item_id"] == committed["item_id"] == added["item"]["id"]
        assert committed["previous_item_id"] is None
        # Half a second of silence comes before the words, and 300 ms of it count to them.
        assert 100 <= started["audio_start_ms"] <= 320
        seconds = len(spoken(ANSWER)) / 8000
        assert abs(stopped["audio_end_ms"] - 600 - seconds * 1000) < 200
        assert completed["usage"]["type"] == "duration"
        assert abs(completed["usage"]["seconds"] - (seconds - 0.5)) < 0.3


async def test_captions_are_the_beginning_of_what_was_said_and_come_while_it_is_said(engine_port: int) -> None:
    async with session(engine_port) as client:
        await client.configure(audio=phone())
        sound = spoken(
            "Last year my team moved all of our services to another data center, and I planned the whole move."
        )
        for start in range(0, len(sound), 1600):  # as fast as it is spoken: captions are dropped by whoever is late
            await client.hear(sound[start : start + 1600])
            await asyncio.sleep(0.18)
        await client.hear(silence(2))
        completed = await client.until("conversation.item.input_audio_transcription.completed")
        captions = client.of("conversation.item.input_audio_transcription.delta")
        assert captions
        stopped = client.of("input_audio_buffer.speech_stopped")[0]
        assert client.seen.index(captions[0]) < client.seen.index(stopped)
        said = "".join(event["delta"] for event in captions)
        whole = completed["transcript"]
        assert rate(whole[: len(said)], said) <= 0.25


async def test_what_a_director_says_is_said_word_for_word(engine_port: int) -> None:
    """And the voice can be understood: it is heard by the engine's own ears."""
    async with session(engine_port) as client:
        await client.configure(audio=phone())
        metadata = {"greenroom_say": QUESTION[:40], "greenroom_say_2": QUESTION[40:], "greenroom_cue": "c1"}
        await client.send(type="response.create", response={"metadata": metadata})
        done = await client.until("response.done")
        kinds = [event["type"] for event in client.seen[2:]]
        audio = [n for n, kind in enumerate(kinds) if kind == "response.output_audio.delta"]
        once = [kind for kind in kinds if not kind.endswith(".delta")]
        assert once == [
            "response.created",
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "conversation.item.done",
            "response.output_item.done",
            "response.done",
        ]
        assert kinds.index("response.output_audio_transcript.delta") < audio[0]
        response = done["response"]
        assert (response["status"], response["metadata"]) == ("completed", metadata)
        assert client.of("response.created")[0]["response"]["metadata"] == metadata
        assert response["output"][0]["content"] == [{"type": "output_audio", "transcript": QUESTION}]
        assert response["usage"]["output_token_details"]["audio_tokens"] > 0
        lengths = [len(base64.b64decode(e["delta"])) for e in client.of("response.output_audio.delta")]
        assert max(lengths) <= 200 * 8
        words = await asyncio.to_thread(heard, client.audio())
        assert rate(QUESTION, words) <= 0.1


def heard(pcm: np.ndarray) -> str:
    """What speech-to-text makes of 8 kHz sound."""
    from greenroom.localvoice.models import speech_folder
    from greenroom.localvoice.speech_to_text import Moonshine

    return Moonshine(speech_folder()).transcribe((resample(pcm, 8000, 16000) / 32768).astype(np.float32))


async def test_a_client_that_directs_nothing_is_interviewed(engine_port: int) -> None:
    async with session(engine_port) as client:
        await client.configure(audio=phone(create_response=True))
        lines = []
        for _ in range(3):
            await client.hear(spoken(ANSWER) + silence(2))
            done = await client.until("response.done")
            lines.append(done["response"]["output"][0]["content"][0]["transcript"])
        assert all(lines)
        assert all(one != other for one, other in itertools.pairwise(lines))


async def test_formats_of_both_ways_can_differ(engine_port: int) -> None:
    async with session(engine_port) as client:
        shown = await client.configure(
            audio={
                "input": {"format": {"type": "audio/pcm", "rate": 24000}, "turn_detection": None},
                "output": {"format": {"type": "audio/pcmu"}},
            }
        )
        assert shown["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24000}
        assert shown["audio"]["input"]["turn_detection"] is None
        pcm = resample(ulaw_to_pcm(spoken(ANSWER)), 8000, 24000).astype("<i2").tobytes()
        await client.send(type="input_audio_buffer.append", audio=base64.b64encode(pcm).decode())
        await client.send(type="input_audio_buffer.commit")
        completed = await client.until("conversation.item.input_audio_transcription.completed")
        assert rate(ANSWER, completed["transcript"]) == 0
        assert not client.of("input_audio_buffer.speech_started")
        assert not client.of("input_audio_buffer.speech_stopped")
        await client.send(type="response.create", response={"metadata": {"greenroom_say": "Good."}})
        await client.until("response.done")
        assert 0.3 < len(client.audio()) / 8000 < 1.5


async def test_text_responses_have_no_sound(engine_port: int) -> None:
    async with session(engine_port) as client:
        await client.send(
            type="response.create",
            response={"output_modalities": ["text"], "metadata": {"greenroom_say": "Hello there. And welcome."}},
        )
        done = await client.until("response.done")
        assert done["response"]["output"][0]["content"] == [
            {"type": "output_text", "text": "Hello there. And welcome."}
        ]
        assert not [event for event in client.seen if "audio" in event["type"]]
        assert [event["delta"] for event in client.of("response.output_text.delta")] == [
            "Hello there.",
            " And welcome.",
        ]


LONG = " ".join(f"This is sentence number {number} of a long story that nobody wants to hear." for number in range(12))


async def test_a_response_is_cancelled_and_another_may_follow(engine_port: int) -> None:
    async with session(engine_port) as client:
        long = {"greenroom_say": LONG[:500], "greenroom_say_2": LONG[500:]}
        await client.send(type="response.create", response={"metadata": long})
        await client.until("response.output_audio.delta")
        await client.send(type="response.create", event_id="second")
        refused = await client.until("error")
        assert refused["error"]["code"] == "conversation_already_has_active_response"
        assert refused["error"]["event_id"] == "second"
        await client.send(type="response.cancel")
        done = await client.until("response.done")
        assert done["response"]["status"] == "cancelled"
        assert done["response"]["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
        assert done["response"]["output"][0]["status"] == "incomplete"
        await client.send(type="response.cancel", event_id="third")
        refused = await client.until("error")
        assert (refused["error"]["code"], refused["error"]["event_id"]) == ("response_cancel_not_active", "third")
        await client.send(type="response.create", response={"metadata": {"greenroom_say": "Good."}})
        assert (await client.until("response.done"))["response"]["status"] == "completed"


async def test_a_cancellation_in_the_same_breath_ends_the_response(engine_port: int) -> None:
    async with session(engine_port) as client:
        for _ in range(5):
            await client.send(type="response.create", response={"metadata": {"greenroom_say": LONG[:500]}})
            await client.send(type="response.cancel")
            assert (await client.until("response.done"))["response"]["status"] == "cancelled"
        assert not client.of("error")


async def test_speech_over_a_response_interrupts_it_when_that_is_wanted(engine_port: int) -> None:
    async with session(engine_port) as client:
        await client.configure(audio=phone(interrupt_response=True))
        # Enough to be still at work when speech comes.
        texts = {f"greenroom_say{'' if n == 1 else f'_{n}'}": LONG[:512] for n in range(1, 16)}
        await client.send(type="response.create", response={"metadata": texts})
        await client.until("response.output_audio.delta")
        await client.hear(spoken(ANSWER) + silence(2))
        done = await client.until("response.done")
        assert done["response"]["status_details"] == {"type": "cancelled", "reason": "turn_detected"}


async def test_a_heard_reply_is_cut_to_what_was_heard(engine_port: int) -> None:
    async with session(engine_port) as client:
        await client.configure(audio=phone())
        await client.send(type="response.create", response={"metadata": {"greenroom_say": QUESTION}})
        item_id = (await client.until("response.done"))["response"]["output"][0]["id"]
        sent_ms = len(client.audio()) // 8
        cut = {"type": "conversation.item.truncate", "item_id": item_id, "content_index": 0}
        await client.send(**cut, audio_end_ms=sent_ms + 500, event_id="over")
        refused = await client.until("error")
        assert (refused["error"]["type"], refused["error"]["event_id"]) == ("invalid_request_error", "over")
        await client.send(**cut, audio_end_ms=sent_ms // 2)
        assert (await client.until("conversation.item.truncated"))["audio_end_ms"] == sent_ms // 2
        await client.send(type="conversation.item.retrieve", item_id=item_id)
        item = (await client.until("conversation.item.retrieved"))["item"]
        kept = item["content"][0]["transcript"]
        assert QUESTION.startswith(kept)
        assert 0.3 < len(kept) / len(QUESTION) < 0.7


async def test_items_are_made_read_and_deleted(engine_port: int) -> None:
    async with session(engine_port) as client:
        user = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello."}]}
        await client.send(type="conversation.item.create", item={**user, "id": "one"})
        await client.until("conversation.item.done")
        await client.send(
            type="conversation.item.create", item={**user, "role": "system", "id": "zero"}, previous_item_id="root"
        )
        assert (await client.until("conversation.item.done"))["previous_item_id"] is None
        call = {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "c"}
        await client.send(type="conversation.item.create", item=call)
        assert (await client.until("conversation.item.done"))["previous_item_id"] == "one"
        output = {"type": "function_call_output", "call_id": "c", "output": "{}"}
        await client.send(type="conversation.item.create", item=output)
        await client.until("conversation.item.done")
        await client.send(type="conversation.item.delete", item_id="one")
        assert (await client.until("conversation.item.deleted"))["item_id"] == "one"
        await client.send(type="conversation.item.retrieve", item_id="one", event_id="gone")
        assert (await client.until("error"))["error"]["event_id"] == "gone"


async def test_the_voice_locks_with_the_first_sound(engine_port: int) -> None:
    async with session(engine_port) as client:
        shown = await client.configure(audio={"output": {"voice": "marin"}})
        assert shown["audio"]["output"]["voice"] == "marin"
        await client.send(type="response.create", response={"metadata": {"greenroom_say": "Good."}})
        await client.until("response.done")
        update = {"type": "realtime", "audio": {"output": {"voice": "cedar"}}}
        await client.send(type="session.update", session=update, event_id="late")
        refused = await client.until("error")
        assert (refused["error"]["code"], refused["error"]["event_id"]) == ("cannot_update_voice", "late")
        shown = await client.configure(instructions="Be kind.")
        assert (shown["instructions"], shown["audio"]["output"]["voice"]) == ("Be kind.", "marin")


@pytest.mark.parametrize(
    ("session_update", "param"),
    [
        ({"audio": {"input": {"format": {"type": "audio/pcmu", "rate": 8000}}}}, "session.audio.input.format.rate"),
        ({"audio": {"output": {"format": {"type": "audio/pcm", "rate": 16000}}}}, "session.audio.output.format.rate"),
        ({"output_modalities": ["audio", "text"]}, "session.output_modalities"),
        ({"temperature": 0.8}, "session.temperature"),
        ({"tool_choice": "sometimes"}, "session.tool_choice"),
    ],
)
async def test_what_the_session_cannot_be_is_refused_and_changes_nothing(
    engine_port: int, session_update: dict[str, Any], param: str
) -> None:
    async with session(engine_port) as client:
        before = await client.configure()
        await client.send_raw(
            {"type": "session.update", "event_id": "e", "session": {"type": "realtime", **session_update}}
        )
        error = (await client.until("error"))["error"]
        assert (error["type"], error["param"], error["event_id"]) == ("invalid_request_error", param, "e")
        assert await client.configure() == before


async def test_a_microphone_that_goes_dead_ends_the_turn(engine_port: int) -> None:
    async with session(engine_port) as client:
        await client.configure(audio=phone())
        await client.hear(spoken("I wanted to say that I"))
        await client.until("input_audio_buffer.speech_stopped", seconds=6)
        await client.until("conversation.item.input_audio_transcription.completed")
