"""Sessions begin, end and fail alone."""

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import psutil
import pytest
import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from greenroom.localvoice import LocalVoiceSettings
from greenroom.localvoice.inference import Inference
from greenroom.localvoice.server import LocalVoice
from greenroom.websocket import Heartbeats
from tests.localvoice.client import COMMITTED, COMPLETED, FAILED, STARTED, STOPPED, Client, client_of, engine
from tests.localvoice.models import SPEECH, DoubtfulDetector, FakeDetector, FakeSpeaker, FakeTranscriber
from tests.localvoice.sounds import silence

INTERVIEW = {"type": "server_vad"}


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 what it waits for are callbacks of the loop, which nothing tells of
            await asyncio.sleep(0)


async def until_alone(server: LocalVoice) -> None:
    await until(lambda: not server.connections)


async def test_a_turn_is_answered_by_the_interviewer_when_the_client_wants_that(
    client: Client, transcriber: FakeTranscriber, speaker: FakeSpeaker
) -> None:
    await client.on_the_phone(INTERVIEW)
    for _ in range(3):
        await client.say(SPEECH)
        await client.say(silence(1))
        done = await client.until("response.done")
        assert done["response"]["status"] == "completed"
    assert len(client.of("response.created")) == 3
    kinds = client.kinds()
    order = [STARTED, STOPPED, "input_audio_buffer.committed", "conversation.item.done", "response.created"]
    assert [kinds.index(kind) for kind in order] == sorted(kinds.index(kind) for kind in order)
    assert len(set(speaker.said)) == len(speaker.said)
    stopped, started = client.of(STOPPED)[1], client.of(STARTED)[1]
    # A second of speech, 300 ms before it and 600 ms behind it.
    assert 1800 <= stopped["audio_end_ms"] - started["audio_start_ms"] <= 2000


async def test_a_cough_without_words_is_not_answered(client: Client, transcriber: FakeTranscriber) -> None:
    transcriber.text = ""
    await client.on_the_phone(INTERVIEW)
    await client.say(SPEECH)
    await client.say(silence(4))
    assert (await client.until(COMPLETED))["transcript"] == ""
    await client.update()
    assert "response.created" not in client.kinds()


async def test_what_may_be_a_breath_has_no_words_and_the_model_is_not_asked(transcriber: FakeTranscriber) -> None:
    async with (
        engine(Inference(transcriber, FakeSpeaker(), DoubtfulDetector)) as server,
        client_of(server.port) as client,
    ):
        await client.on_the_phone(INTERVIEW)
        await client.say(SPEECH)
        await client.say(silence(4))
        assert (await client.until(COMPLETED))["transcript"] == ""
        await client.update()
    assert "response.created" not in client.kinds()
    assert transcriber.heard == []


async def test_speech_over_a_reply_ends_it_when_the_client_wants_that(client: Client, speaker: FakeSpeaker) -> None:
    await client.on_the_phone(INTERVIEW)
    speaker.gate.shut()
    await client.asked("response.create", "response.created")
    await client.say(SPEECH)
    done = (await client.until("response.done"))["response"]
    assert (done["status"], done["status_details"]["reason"]) == ("cancelled", "turn_detected")
    speaker.gate.open()


async def test_an_unfinished_sentence_gets_time_and_a_longer_silence_can_be_asked_for(
    client: Client, transcriber: FakeTranscriber
) -> None:
    transcriber.text = "I talked to my"
    await client.on_the_phone()
    for pause_s in (2, 3, 2.5):
        await client.say(SPEECH)
        await client.say(silence(pause_s))
    assert (await client.asked("conversation.item.retrieve", "error", item_id="x"))["error"]["code"] == "item_not_found"
    assert client.of(STOPPED) == []
    await client.say(silence(1.5))
    await client.until(COMPLETED)
    transcriber.text = "I talked to my manager."
    detection = {**INTERVIEW, "create_response": False, "silence_duration_ms": 2000}
    await client.on_the_phone(detection)
    await client.say(SPEECH)
    await client.say(silence(1.8))
    await client.say(SPEECH)
    await client.say(silence(2.2))
    await client.until(COMPLETED)
    assert len(client.of(STARTED)) == 2


@pytest.mark.parametrize(("text", "turns"), [("I talked to my manager.", 2), ("I talked to my", 1)])
async def test_sound_that_comes_faster_than_it_is_spoken_waits_for_the_words_that_decide(
    client: Client, transcriber: FakeTranscriber, text: str, turns: int
) -> None:
    """However slow the machine: they are asked for in the pause, and known only when all of the sound is there."""
    transcriber.text = text
    transcriber.gate.shut()
    await client.on_the_phone()
    await client.say(np.concatenate((SPEECH, silence(0.8), SPEECH, silence(4))), piece_s=20)
    await asyncio.to_thread(transcriber.gate.reached.wait, 5)
    await client.asked("conversation.item.retrieve", "error", item_id="x")
    transcriber.gate.open()
    await client.asked("input_audio_buffer.commit", COMMITTED)
    while len(client.of(COMPLETED)) < turns:
        await client.until(COMPLETED)
    assert len(client.of(STARTED)) == turns


async def test_a_turn_is_heard_with_as_much_silence_behind_it_however_long_was_waited(
    client: Client, transcriber: FakeTranscriber
) -> None:
    await client.on_the_phone()
    await client.say(silence(0.512))
    for text in ("I talked to my manager.", "I talked to my", "I talked to my manager."):
        transcriber.text = text
        await client.say(np.concatenate((SPEECH, silence(4.024))))  # whole chunks of the detector
        await client.until(COMPLETED)
    assert len(transcriber.heard_carefully) == 3
    assert len(set(transcriber.heard_carefully)) == 1


async def test_words_that_could_not_be_found_are_told_as_failed_and_the_session_goes_on(
    client: Client, transcriber: FakeTranscriber
) -> None:
    transcriber.error = RuntimeError("out of order")
    await client.on_the_phone()
    await client.say(SPEECH)
    await client.say(silence(2))
    assert (await client.until(FAILED))["error"]["code"] == "transcription_failed"
    transcriber.error = None
    await client.say(SPEECH)
    await client.say(silence(2))
    assert (await client.until(COMPLETED))["transcript"] == transcriber.text


async def test_a_voice_that_fails_fails_the_response_and_not_the_session(client: Client, speaker: FakeSpeaker) -> None:
    speaker.error = ZeroDivisionError("said in confidence")
    failed = (await client.asked("response.create", "response.done"))["response"]
    assert (failed["status"], failed["status_details"]["error"]["code"]) == ("failed", "server_error")
    assert "confidence" not in str(failed)
    speaker.error = None
    assert (await client.asked("response.create", "response.done"))["response"]["status"] == "completed"


async def test_a_fault_in_a_task_of_one_session_ends_that_one_alone(
    fake_engine: LocalVoice, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("told in confidence")

    first = set(fake_engine.connections)
    with structlog.testing.capture_logs() as logs:
        async with client_of(fake_engine.port) as other:
            (connection,) = fake_engine.connections - first
            monkeypatch.setattr(connection._conversation, "note_sent", broken)
            done = await other.asked("response.create", "response.done")
            assert done["response"]["status"] == "failed"
            error = (await other.until("error"))["error"]
            assert (error["type"], error["code"]) == ("server_error", "internal_error")
            with pytest.raises(ConnectionClosed) as closed:
                await other.next()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1011
    assert [entry["error"] for entry in logs] == ["KeyError"]
    assert "confidence" not in str(logs)
    assert (await client.asked("response.create", "response.done"))["response"]["status"] == "completed"


async def test_an_exception_while_an_event_is_taken_ends_that_session_alone(
    fake_engine: LocalVoice, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Any) -> None:
        raise KeyError("told in confidence")

    first = set(fake_engine.connections)
    with structlog.testing.capture_logs() as logs:
        async with client_of(fake_engine.port) as other:
            (connection,) = fake_engine.connections - first
            monkeypatch.setattr(connection, "_respond", broken)
            await other.asked("response.create", "error")
            with pytest.raises(ConnectionClosed):
                await other.next()
    assert [entry["error"] for entry in logs] == ["KeyError"]
    assert "confidence" not in str(logs)
    await client.update()


@pytest.mark.parametrize("stage", ["transcribing", "speaking"])
async def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(
    fake_engine: LocalVoice, transcriber: FakeTranscriber, speaker: FakeSpeaker, stage: str
) -> None:
    gate = transcriber.gate if stage == "transcribing" else speaker.gate
    gate.shut()
    async with client_of(fake_engine.port) as client:
        await client.on_the_phone()
        await client.say(SPEECH)
        await client.say(silence(0.4))
        await client.until(STARTED)
        await client.asked("response.create", "response.created")
        await asyncio.to_thread(gate.reached.wait, 5)
        (connection,) = fake_engine.connections
        assert connection.tasks
    await until_alone(fake_engine)
    gate.open()
    await until(lambda: not connection.tasks)
    async with client_of(fake_engine.port) as client:
        await client.asked("response.create", "response.done")


async def test_one_too_many_is_told_before_the_upgrade(transcriber: FakeTranscriber, speaker: FakeSpeaker) -> None:
    inference = Inference(transcriber, speaker, FakeDetector)
    async with engine(inference, LocalVoiceSettings(max_sessions=1)) as server, client_of(server.port):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://127.0.0.1:{server.port}/v1/realtime"):
                pass
        assert refused.value.response.status_code == 503
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://127.0.0.1:{server.port}/v1/elsewhere"):
                pass
        assert refused.value.response.status_code == 404


async def test_a_peer_that_vanished_gives_its_session_free(transcriber: FakeTranscriber, speaker: FakeSpeaker) -> None:
    inference = Inference(transcriber, speaker, FakeDetector)
    heartbeats = Heartbeats(tick_s=0.01, ping_after_s=0.02, drop_after_s=0.06)
    async with engine(inference, heartbeats=heartbeats) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        writer.write(
            f"GET /v1/realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}\r\n".encode()
        )
        await reader.readuntil(b"session.created")
        assert len(server.connections) == 1
        await until_alone(server)
        writer.close()


async def test_two_sessions_share_nothing(fake_engine: LocalVoice, client: Client) -> None:
    async with client_of(fake_engine.port) as other:
        await client.on_the_phone()
        await other.on_the_phone(None)
        mine = await client.asked("response.create", "response.done", response={"metadata": {"greenroom_say": "One."}})
        theirs = await other.asked("response.create", "response.done", response={"metadata": {"greenroom_say": "Two."}})
        assert _said(mine) == "One."
        assert _said(theirs) == "Two."
        item_id = mine["response"]["output"][0]["id"]
        assert (await other.refused("conversation.item.retrieve", item_id=item_id))["code"] == "item_not_found"
        await client.say(SPEECH)
        await client.until(STARTED)
        await other.update()
        assert STARTED not in other.kinds()


def _said(done: dict[str, Any]) -> str:
    return done["response"]["output"][0]["content"][0]["transcript"]


async def test_memory_is_steady_over_many_sessions(fake_engine: LocalVoice) -> None:
    process = psutil.Process()

    async def session() -> None:
        async with client_of(fake_engine.port) as client:
            await client.on_the_phone(INTERVIEW)
            await client.say(SPEECH)
            await client.say(silence(1))
            await client.until("response.done")

    for _ in range(10):
        await session()
    gc.collect()
    before = process.memory_info().rss
    for _ in range(50):
        await session()
    await until_alone(fake_engine)
    gc.collect()
    assert process.memory_info().rss - before < 8 << 20
