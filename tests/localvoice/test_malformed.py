"""Whatever is wrong in what a client sends is told in the real API's shape, and nobody else notices."""

import base64
from typing import Any

import pytest

from greenroom.localvoice.server import LocalVoice
from tests.localvoice.client import COMMITTED, COMPLETED, PCMU, STARTED, Client, client_of
from tests.localvoice.models import SPEECH, FakeSpeaker, FakeTranscriber
from tests.localvoice.sounds import silence, ulaw

VAD = {"type": "server_vad"}


def session(**fields: Any) -> dict[str, Any]:
    return {"type": "session.update", "session": {"type": "realtime", **fields}}


def audio_in(**fields: Any) -> dict[str, Any]:
    return session(audio={"input": fields})


def response(**fields: Any) -> dict[str, Any]:
    return {"type": "response.create", "response": fields}


def message(role: str, part: str) -> dict[str, Any]:
    content = [{"type": part, "text": "Hello."}]
    return {"type": "conversation.item.create", "item": {"type": "message", "role": role, "content": content}}


WRONG: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "unknown event": ({"type": "session.destroy"}, "invalid_value", "type"),
    "no type": ({"session": {}}, "missing_required_parameter", "type"),
    "no session": ({"type": "session.update"}, "missing_required_parameter", "session"),
    "unknown field": (session(volume=11), "unknown_parameter", "session.volume"),
    "unknown field inside": (audio_in(turn_detection={**VAD, "mood": 1}), "unknown_parameter", None),
    "beta field": (session(modalities=["audio"]), "unknown_parameter", "session.modalities"),
    "number for text": (session(instructions=7), "invalid_type", "session.instructions"),
    "text for a number": (audio_in(turn_detection={**VAD, "threshold": "high"}), "invalid_type", None),
    "a transcription session": (
        {"type": "session.update", "session": {"type": "transcription"}},
        "invalid_value",
        None,
    ),
    "unknown detection": (audio_in(turn_detection={"type": "psychic"}), "invalid_value", None),
    "mu-law with a rate": (
        audio_in(format={**PCMU, "rate": 8000}),
        "unknown_parameter",
        "session.audio.input.format.rate",
    ),
    "pcm at 16 kHz": (audio_in(format={"type": "audio/pcm", "rate": 16000}), "invalid_value", None),
    "unknown format": (audio_in(format={"type": "audio/opus"}), "invalid_value", "session.audio.input.format.type"),
    "both modalities": (session(output_modalities=["audio", "text"]), "invalid_value", "session.output_modalities"),
    "too slow": (session(audio={"output": {"speed": 0.1}}), "invalid_value", "session.audio.output.speed"),
    "no base64": ({"type": "input_audio_buffer.append", "audio": "%%%"}, "invalid_value", "audio"),
    "sound as a list": ({"type": "input_audio_buffer.append", "audio": [1, 2]}, "invalid_type", "audio"),
    "nothing to commit": ({"type": "input_audio_buffer.commit"}, "input_audio_buffer_commit_empty", None),
    "nothing to cancel": ({"type": "response.cancel"}, "response_cancel_not_active", None),
    "no such item to read": ({"type": "conversation.item.retrieve", "item_id": "x"}, "item_not_found", "item_id"),
    "no such item to delete": ({"type": "conversation.item.delete", "item_id": "x"}, "item_not_found", "item_id"),
    "no such item to truncate": (
        {"type": "conversation.item.truncate", "item_id": "x", "content_index": 0, "audio_end_ms": 0},
        "item_not_found",
        "item_id",
    ),
    "no such item before it": (
        {**message("user", "input_text"), "previous_item_id": "x"},
        "item_not_found",
        "previous_item_id",
    ),
    "words of the wrong side": (message("user", "output_text"), "invalid_value", "item.content[0].type"),
    "unknown role": (message("narrator", "input_text"), "invalid_value", "item.role"),
    "both modalities at once": (response(output_modalities=["text", "audio"]), "invalid_value", None),
    "too much metadata": (response(metadata={str(n): "" for n in range(17)}), "invalid_value", "response.metadata"),
    "too long metadata": (response(metadata={"a": "b" * 513}), "invalid_value", "response.metadata.a"),
    "elsewhere": (response(conversation="other"), "invalid_value", "response.conversation"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_event_is_refused_by_name_and_changes_nothing(client: Client, name: str) -> None:
    event, code, param = WRONG[name]
    before = await client.update()
    fields = {key: value for key, value in event.items() if key != "type"}
    if "type" in event:
        error = await client.refused(event["type"], **fields)
    else:
        await client.socket.send('{"session":{},"event_id":"mine"}')
        error = (await client.until("error"))["error"]
    assert (error["type"], error["code"]) == ("invalid_request_error", code)
    assert param is None or error["param"] == param
    assert (await client.update())["session"] == before["session"]


@pytest.mark.parametrize(
    "data", ["", "no", "[]", "7", '"text"', "null", "{", '{"type":7}', '{"type":{}}', "[" * 5000, b"\0\1"]
)
async def test_what_is_no_event_at_all_is_refused(client: Client, data: str | bytes) -> None:
    await client.socket.send(data)
    error = (await client.until("error"))["error"]
    assert error["type"] == "invalid_request_error"
    assert error["code"] in ("invalid_json", "invalid_type")
    await client.update()


async def test_two_megabytes_of_sound_in_one_event_are_taken(client: Client) -> None:
    await client.on_the_phone()
    sound = base64.b64encode(ulaw(silence(190))).decode()
    assert len(sound) > 2_000_000
    await client.send("input_audio_buffer.append", audio=sound)
    await client.say(SPEECH)
    await client.say(silence(1))
    await client.until(COMPLETED)


async def test_more_sound_than_can_be_kept_is_refused(client: Client) -> None:
    await client.on_the_phone()
    sound = base64.b64encode(ulaw(silence(601))).decode()
    assert (await client.refused("input_audio_buffer.append", audio=sound))["code"] == "rate_limit_exceeded"
    await client.update()


async def test_mistakes_of_one_client_are_not_told_to_another(fake_engine: LocalVoice, client: Client) -> None:
    async with client_of(fake_engine.port) as other:
        for _ in range(20):
            await other.socket.send("{")
        await client.update()
        assert client.kinds() == ["session.created", "session.updated"]


async def test_a_second_response_waits_for_the_first(client: Client, speaker: FakeSpeaker) -> None:
    speaker.gate.shut()
    await client.asked("response.create", "response.created")
    error = await client.refused("response.create")
    assert error["code"] == "conversation_already_has_active_response"
    assert (await client.refused("response.cancel", response_id="resp_other"))["code"] == "response_cancel_not_active"
    speaker.gate.open()
    assert (await client.until("response.done"))["response"]["status"] == "completed"


async def test_a_cancel_in_the_same_breath_ends_the_response_and_the_next_is_made(client: Client) -> None:
    await client.send("response.create")
    await client.send("response.cancel")
    await client.send("response.create")
    assert (await client.until("response.done"))["response"]["status"] == "cancelled"
    assert (await client.until("response.done"))["response"]["status"] == "completed"


async def test_the_voice_stays_once_it_was_heard(client: Client) -> None:
    await client.update(audio={"output": {"voice": "marin"}})
    await client.asked("response.create", "response.done")
    wanted = {"type": "realtime", "audio": {"output": {"voice": "cedar"}}}
    assert (await client.refused("session.update", session=wanted))["code"] == "cannot_update_voice"
    await client.update(audio={"output": {"voice": "marin"}})


async def test_no_more_can_be_cut_than_was_sent(client: Client) -> None:
    item_id = (await client.asked("response.create", "response.done"))["response"]["output"][0]["id"]
    cut = {"item_id": item_id, "content_index": 0}
    assert (await client.refused("conversation.item.truncate", **cut, audio_end_ms=10**7))["param"] == "audio_end_ms"
    assert (await client.refused("conversation.item.truncate", **cut, audio_end_ms=-1))["param"] == "audio_end_ms"
    wrong = {"item_id": item_id, "content_index": 1, "audio_end_ms": 0}
    assert (await client.refused("conversation.item.truncate", **wrong))["param"] == "content_index"
    await client.asked("conversation.item.truncate", "conversation.item.truncated", **cut, audio_end_ms=0)
    mine = (await client.asked(**_typed()))["item"]["id"]
    error = await client.refused("conversation.item.truncate", item_id=mine, content_index=0, audio_end_ms=0)
    assert error["code"] == "invalid_value"
    assert (await client.refused("conversation.item.create", item={**_typed()["item"], "id": mine}))[
        "code"
    ] == "item_exists"


def _typed() -> dict[str, Any]:
    return {
        "kind": "conversation.item.create",
        "answer": "conversation.item.done",
        "item": message("user", "input_text")["item"],
    }


async def test_without_turn_detection_what_is_committed_is_a_turn(client: Client, transcriber: FakeTranscriber) -> None:
    await client.on_the_phone(None)
    await client.say(SPEECH)
    await client.say(silence(2))
    await client.send("input_audio_buffer.commit")
    await client.send("response.create", response={"output_modalities": ["text"]})
    await client.until("response.done")
    kinds = client.kinds()
    assert kinds.index(COMMITTED) < kinds.index("response.created")
    assert STARTED not in kinds
    await client.send("input_audio_buffer.commit", event_id="again")
    while not client.of("error") or not client.of(COMPLETED):
        await client.next()
    assert client.of("error")[0]["error"]["code"] == "input_audio_buffer_commit_empty"
    assert client.of(COMPLETED)[0]["transcript"] == transcriber.text
    # The silence around it is not listened to.
    assert max(transcriber.heard) < 16_000 * 2
    assert "".join(event["delta"] for event in client.of("response.output_text.delta"))


async def test_silence_that_is_committed_has_no_words_and_is_not_listened_to(
    client: Client, transcriber: FakeTranscriber
) -> None:
    await client.on_the_phone(None)
    await client.say(silence(1))
    completed = await client.asked("input_audio_buffer.commit", COMPLETED)
    assert (completed["transcript"], transcriber.heard) == ("", [])


async def test_what_is_cleared_is_never_heard(client: Client) -> None:
    await client.on_the_phone()
    await client.say(SPEECH)
    await client.until(STARTED)
    await client.asked("input_audio_buffer.clear", "input_audio_buffer.cleared")
    await client.say(silence(2))
    assert (await client.asked("input_audio_buffer.commit", COMPLETED))["transcript"] == ""
    assert len(client.of(COMPLETED)) == 1
