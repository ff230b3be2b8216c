"""One reply at a time on a Realtime server: asked for, heard, cut, truncated, and what goes wrong with it."""

from typing import Any

import pytest

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.engines.realtime import replies
from tests.doubles.engine_events import Sound
from tests.engines.conftest import WANTED, Line

LONG = "one two three four five six seven eight nine ten"


def cue(number: int = 1, text: str = "What do you do?") -> Cue:
    return Cue(f"c{number}", "question", text)


async def halfway(line: Line, pieces: int = 3, text: str = LONG) -> str:
    """A reply of which so many pieces of 100 ms were made, and no more are."""
    line.behaviour.hold_after_deltas = pieces
    await line.open()
    line.leg.say(cue(1, text))
    started = await line.heard.wait_for(s.ReplyStarted, cue_id="c1")
    await line.heard.until(lambda: len(line.heard.sounds(started.reply_id)) == pieces)
    return started.reply_id


async def test_the_words_go_in_metadata_and_in_instructions(line: Line) -> None:
    await line.open()
    line.leg.say(cue(1, "x" * 600))
    asked = (await line.server.got("response.create"))["response"]
    assert asked["metadata"] == {"greenroom_cue": "c1", "greenroom_say": "x" * 512, "greenroom_say_2": "x" * 88}
    assert "x" * 600 in asked["instructions"]


async def test_never_two_responses_at_a_time(line: Line) -> None:
    first = await halfway(line)
    line.leg.say(cue(2))
    await line.server.got("response.cancel")
    line.behaviour.hold_after_deltas = None
    await line.heard.wait_for(s.ReplyStarted, cue_id="c2")
    await line.heard.wait_for(s.ReplyFinished, status="completed")
    assert line.heard.of(s.ReplyFinished)[0] == s.ReplyFinished(first, "cancelled")
    assert not line.counted
    kinds = [event["type"] for event in line.server.received if event["type"].startswith("response.")]
    assert kinds == ["response.create", "response.cancel", "response.create"]
    assert line.server.of_type("response.cancel")[0]["response_id"] == first


async def test_a_cue_that_was_replaced_while_it_waited_is_never_asked_for(line: Line) -> None:
    await halfway(line)
    for number in range(2, 6):
        line.leg.say(cue(number))
    line.behaviour.hold_after_deltas = None
    await line.heard.wait_for(s.ReplyFinished, status="completed")
    asked = [event["response"]["metadata"]["greenroom_cue"] for event in line.server.of_type("response.create")]
    assert asked == ["c1", "c5"]
    assert len(line.server.of_type("response.cancel")) == 1


async def test_what_waits_can_be_taken_back(line: Line) -> None:
    first = await halfway(line)
    line.leg.say(cue(2))
    line.leg.cancel(None)
    await line.heard.wait_for(s.ReplyFinished, reply_id=first, status="cancelled")
    line.behaviour.hold_after_deltas = None
    line.leg.say(cue(3))
    await line.heard.wait_for(s.ReplyFinished, status="completed")
    assert [reply.cue_id for reply in line.heard.of(s.ReplyStarted)] == ["c1", "c3"]


async def test_a_cue_that_was_replaced_stays_unheard_when_its_successor_is_taken_back(line: Line) -> None:
    await line.open()
    line.leg.say(cue(1))
    line.leg.say(cue(2))
    line.leg.cancel(None)
    await line.server.got("response.cancel")
    line.leg.say(cue(3))
    await line.heard.wait_for(s.ReplyFinished, status="completed")
    assert [reply.cue_id for reply in line.heard.of(s.ReplyStarted)] == ["c3"]


async def test_an_unasked_response_does_not_come_before_a_cue_that_waits(line: Line) -> None:
    line.behaviour.response_error = ("invalid_request_error", "conversation_already_has_active_response")
    await line.open()
    line.leg.say(cue(1))
    await line.server.got("response.cancel")
    line.behaviour.response_error = None
    await line.server.respond_unasked()
    await line.heard.wait_for(s.ReplyFinished, status="completed")
    assert [reply.cue_id for reply in line.heard.of(s.ReplyStarted)] == ["c1"]


async def test_servers_that_drop_metadata_are_understood_by_order(line: Line) -> None:
    line.behaviour.drop_metadata = True
    await line.open()
    for number in (1, 2):
        line.leg.say(cue(number))
        await line.heard.wait_for(s.ReplyFinished, number=number, status="completed")
    assert [reply.cue_id for reply in line.heard.of(s.ReplyStarted)] == ["c1", "c2"]


async def test_a_response_that_nobody_asked_for_is_reported_without_a_cue(line: Line) -> None:
    await line.open()
    await line.server.respond_unasked()
    started = await line.heard.wait_for(s.ReplyStarted, cue_id="")
    await line.heard.wait_for(s.ReplyFinished, reply_id=started.reply_id, status="completed")


async def test_of_servers_that_keep_metadata_an_unasked_one_is_not_taken_for_ours(line: Line) -> None:
    await line.open()
    line.leg.say(cue(1))
    await line.heard.wait_for(s.ReplyFinished)
    line.behaviour.deaf_to.add("response.create")
    line.leg.say(cue(2))
    await line.server.got("response.create", 2)
    await line.server.respond_unasked()
    await line.heard.wait_for(s.ReplyStarted, cue_id="")
    assert not [reply for reply in line.heard.of(s.ReplyStarted) if reply.cue_id == "c2"]


@pytest.mark.parametrize(
    ("status", "details"),
    [
        ("incomplete", {"type": "incomplete", "reason": "max_output_tokens"}),
        ("failed", {"type": "failed", "error": {"type": "server_error", "code": "server_error"}}),
        ("cancelled", {"type": "cancelled", "reason": "turn_detected"}),
    ],
)
async def test_how_a_reply_ended_is_told_apart(line: Line, status: str, details: dict[str, Any]) -> None:
    line.behaviour.end_status = (status, details)
    await line.open()
    line.leg.say(cue())
    finished = await line.heard.wait_for(s.ReplyFinished)
    assert finished.status == status


async def test_a_completed_response_without_a_sound_is_incomplete(line: Line) -> None:
    line.behaviour.silent = True
    await line.open()
    line.leg.say(cue())
    assert (await line.heard.wait_for(s.ReplyFinished)).status == "incomplete"


async def test_a_response_that_fails_for_want_of_credit_refuses_the_session(line: Line) -> None:
    error = {"type": "insufficient_quota", "code": "insufficient_quota"}
    line.behaviour.end_status = ("failed", {"type": "failed", "error": error})
    await line.open()
    line.leg.say(cue())
    refused = await line.heard.wait_for(s.EngineRefused)
    assert refused.code == "engine_out_of_credit"
    assert "credit" in refused.message


async def test_a_cue_that_is_refused_fails_at_once(line: Line) -> None:
    line.behaviour.response_error = ("invalid_request_error", "invalid_value")
    await line.open()
    line.leg.say(cue())
    finished = await line.heard.wait_for(s.ReplyFinished, status="failed")
    assert line.heard.of(s.ReplyStarted) == [s.ReplyStarted(finished.reply_id, "c1")]
    line.behaviour.response_error = None
    line.leg.say(cue(2))
    await line.heard.wait_for(s.ReplyFinished, status="completed")


async def test_a_reply_in_the_way_that_we_know_nothing_of_is_cleared(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "ASK_AGAIN_S", 0.01)
    line.behaviour.response_error = ("invalid_request_error", "conversation_already_has_active_response")
    await line.open()
    line.leg.say(cue())
    await line.server.got("response.cancel")
    line.behaviour.response_error = None
    await line.heard.wait_for(s.ReplyFinished, status="completed")
    assert [reply.cue_id for reply in line.heard.of(s.ReplyStarted)] == ["c1"]


async def test_a_reply_that_stays_in_the_way_fails_the_cue(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "ASK_AGAIN_S", 0.01)
    line.behaviour.response_error = ("invalid_request_error", "conversation_already_has_active_response")
    await line.open()
    line.leg.say(cue())
    await line.heard.wait_for(s.ReplyFinished, status="failed")
    assert len(line.server.of_type("response.create")) == replies.MAX_ASKS


async def test_a_server_that_loses_a_response_does_not_silence_the_interviewer(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "GIVE_UP_S", 0.05)
    await line.open()
    line.behaviour.deaf_to.add("response.create")
    line.leg.say(cue(1))
    await line.server.got("response.create")
    line.behaviour.deaf_to.clear()
    line.leg.say(cue(2))
    await line.heard.wait_for(s.ReplyFinished, status="completed")
    assert [reply.cue_id for reply in line.heard.of(s.ReplyStarted)] == ["c2"]


async def test_a_server_that_ignores_a_cancel_is_not_waited_for_for_ever(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "GIVE_UP_S", 0.05)
    monkeypatch.setattr(replies, "ASK_AGAIN_S", 0.01)
    line.behaviour.deaf_to.add("response.cancel")
    first = await halfway(line)
    line.leg.say(cue(2))
    await line.heard.wait_for(s.ReplyFinished, reply_id=first, status="cancelled")
    line.behaviour.deaf_to.clear()
    line.behaviour.hold_after_deltas = None
    await line.heard.wait_for(s.ReplyFinished, status="completed")
    assert len(line.heard.sounds(first)) == 3


async def test_truncating_never_asks_for_more_than_was_received(line: Line) -> None:
    reply_id = await halfway(line, pieces=3)
    line.leg.cancel(reply_id)
    line.leg.truncate(reply_id, 5000)
    asked = await line.server.got("conversation.item.truncate")
    assert (asked["audio_end_ms"], asked["content_index"]) == (300, 0)
    line.leg.truncate(reply_id, 120)
    asked = await line.server.got("conversation.item.truncate", 2)
    assert asked["audio_end_ms"] == 120
    assert not line.counted


async def test_nothing_is_truncated_of_which_nothing_came_or_all_was_heard(line: Line) -> None:
    line.behaviour.hold_after_deltas = 0
    await line.open()
    line.leg.say(cue())
    started = await line.heard.wait_for(s.ReplyStarted)
    line.leg.truncate(started.reply_id, 100)
    line.leg.cancel(None)
    await line.heard.wait_for(s.ReplyFinished, status="cancelled")
    line.behaviour.hold_after_deltas = None
    line.leg.say(cue(2, "one two three"))
    finished = await line.heard.wait_for(s.ReplyFinished, status="completed")
    line.leg.truncate(finished.reply_id, 300)
    line.leg.truncate(finished.reply_id, 299)
    asked = await line.server.got("conversation.item.truncate")
    assert len(line.server.of_type("conversation.item.truncate")) == 1
    assert asked["audio_end_ms"] == 299


async def test_a_truncation_that_the_server_refuses_ends_nothing(line: Line) -> None:
    reply_id = await halfway(line)
    line.server.item_audio_ms.clear()
    line.leg.cancel(reply_id)
    line.leg.truncate(reply_id, 100)
    await line.heard.wait_for(s.ReplyFinished)
    line.behaviour.hold_after_deltas = None
    line.leg.say(cue(2))
    await line.heard.wait_for(s.ReplyFinished, status="completed")
    assert not line.heard.of(s.EngineLost)


async def test_audio_of_unknown_and_finished_responses_is_dropped(line: Line) -> None:
    await line.open()
    line.leg.say(cue())
    finished = await line.heard.wait_for(s.ReplyFinished)
    before = len([fact for fact in line.heard.facts if isinstance(fact, Sound)])
    for reply_id in ("resp_unknown", finished.reply_id):
        where = {"response_id": reply_id, "item_id": "item_x", "output_index": 0, "content_index": 0}
        await line.server.send("response.output_audio.delta", **where, delta="AAAA")
        await line.server.send("response.output_audio_transcript.delta", **where, delta="late")
        await line.server.send("response.output_audio_transcript.done", **where, transcript="late")
    line.leg.say(cue(2, "Fine"))
    await line.heard.wait_for(s.ReplyFinished, number=2)
    assert len([fact for fact in line.heard.facts if isinstance(fact, Sound)]) == before + 1
    assert len(line.heard.of(s.ReplyWorded)) == 2


async def test_many_replies_keep_nothing_alive(line: Line) -> None:
    await line.open(WANTED)
    for number in range(1, replies.MAX_KEPT + 10):
        line.leg.say(cue(number, "Yes"))
        await line.heard.wait_for(s.ReplyFinished, number=number, status="completed")
    first = line.heard.of(s.ReplyFinished)[0]
    line.leg.truncate(first.reply_id, 10)  # forgotten
    line.leg.say(cue(99, "Yes"))
    await line.server.got("response.create", replies.MAX_KEPT + 10)
    assert not line.server.of_type("conversation.item.truncate")
