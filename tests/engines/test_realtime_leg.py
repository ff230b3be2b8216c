"""A session on a Realtime server: hearing, ends of every kind, and messages that are not as they should be."""

import base64
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.engines.realtime.hearing import MAX_ITEMS, Hearing, has_words
from greenroom.engines.realtime.leg import MALFORMED_IN_A_ROW
from tests.doubles.engine_events import HeardEvents
from tests.engines.conftest import Line

FRAME = base64.b64encode(bytes(160))


async def alive(line: Line, number: int = 1) -> None:
    """It still answers, and everything before has been taken in."""
    line.leg.say(Cue(f"alive{number}", "presence", "Still there?"))
    started = await line.heard.wait_for(s.ReplyStarted, cue_id=f"alive{number}")
    await line.heard.wait_for(s.ReplyFinished, reply_id=started.reply_id, status="completed")


# Hearing.


async def test_audio_goes_out_as_it_came(line: Line) -> None:
    await line.open()
    for _ in range(5):
        line.leg.append_audio(FRAME)
    await line.server.until(lambda: line.server.audio_chars == 5 * len(FRAME))


async def test_times_are_those_of_the_speech_itself_on_the_sessions_clock(line: Line) -> None:
    await line.open()
    # The API counts 300 ms before the speech and 600 ms of silence behind it to the turn.
    item_id = await line.server.speech_started(1700)
    await line.server.speech_stopped(item_id, 4600)
    assert await line.heard.wait_for(s.CallerSpoke) == s.CallerSpoke(item_id, 10_000 + 2000)
    assert await line.heard.wait_for(s.CallerStopped) == s.CallerStopped(item_id, 10_000 + 4000)


async def test_a_transcript_that_failed_is_told(line: Line) -> None:
    await line.open()
    item_id = await line.server.speech_started(0)
    await line.server.speech_stopped(item_id, 1000)
    await line.server.transcript_failed(item_id)
    await line.heard.wait_for(s.TranscriptFailed, item_id=item_id)


async def test_words_of_what_nobody_spoke_are_ignored(line: Line) -> None:
    await line.open()
    await line.server.transcript("item_typed", "I typed this some time ago.")
    await alive(line)
    assert not line.heard.of(s.TranscriptCame)
    assert not line.heard.captions("item_typed")


async def test_words_that_come_before_the_end_of_speech_are_told_after_it(line: Line) -> None:
    await line.open()
    item_id = await line.server.speech_started(0)
    await line.server.transcript(item_id, "Too early.")
    await line.server.speech_stopped(item_id, 1000)
    await line.heard.wait_for(s.TranscriptCame)
    kinds = [type(signal) for signal in line.heard.signals if getattr(signal, "item_id", "") == item_id]
    assert kinds == [s.CallerSpoke, s.SpeechConfirmed, s.CallerStopped, s.TranscriptCame]


async def test_words_after_the_end_confirm_nothing(line: Line) -> None:
    await line.open()
    item_id = await line.server.speech_started(0)
    await line.server.speech_stopped(item_id, 1000)
    await line.server.transcript(item_id, "I did say something.")
    await line.heard.wait_for(s.TranscriptCame)
    assert not line.heard.of(s.SpeechConfirmed)


async def test_transcripts_out_of_order_find_their_items(line: Line) -> None:
    await line.open()
    items = [await line.server.speech_started(number * 3000) for number in range(3)]
    for number, item_id in enumerate(items):
        await line.server.speech_stopped(item_id, number * 3000 + 2000)
    for item_id in reversed(items):
        await line.server.transcript(item_id, f"words of {item_id}")
    await line.heard.wait_for(s.TranscriptCame, number=3)
    assert [came.item_id for came in line.heard.of(s.TranscriptCame)] == items[::-1]
    assert all(came.text.endswith(came.item_id) for came in line.heard.of(s.TranscriptCame))


async def test_discarded_speech_is_not_told_of_again(line: Line) -> None:
    await line.open()
    item_id = await line.server.speech_started(0)
    await line.heard.wait_for(s.CallerSpoke)
    line.leg.discard_input()
    await line.server.got("input_audio_buffer.clear")
    await line.server.speech_stopped(item_id, 1000)
    await line.server.transcript(item_id, "never mind me")
    await alive(line)
    assert not line.heard.of(s.CallerStopped)
    assert not line.heard.of(s.TranscriptCame)


async def test_a_typed_answer_is_given_to_the_model(line: Line) -> None:
    await line.open()
    line.leg.add_text("By hand.")
    item = (await line.server.got("conversation.item.create"))["item"]
    assert (item["role"], item["content"]) == ("user", [{"type": "input_text", "text": "By hand."}])


@pytest.mark.parametrize(
    ("caption", "speech"),
    [
        ("", False),
        ("Hm.", False),
        ("Uh…", False),
        ("I do", True),
        ("Well,", False),
        ("Certainly", True),
        ("12 34", True),
    ],
)
def test_what_counts_as_words(caption: str, speech: bool) -> None:
    assert has_words(caption) is speech


_EVENTS = st.lists(
    st.tuples(st.sampled_from(["start", "stop", "words", "complete", "fail", "discard"]), st.sampled_from("abc"))
)


@given(_EVENTS)
def test_whatever_order_events_come_in_an_item_is_told_in_one_order(events: list[tuple[str, str]]) -> None:
    heard = HeardEvents()
    hearing = Hearing(heard, 300, 600)
    for what, item_id in events:
        match what:
            case "start":
                hearing.started(item_id, 100)
            case "stop":
                hearing.stopped(item_id, 2000)
            case "words":
                hearing.words(item_id, " and so on")
            case "complete":
                hearing.completed(item_id, "and so on")
            case "fail":
                hearing.failed(item_id)
            case _:
                hearing.discard()
    order = (s.CallerSpoke, s.SpeechConfirmed, s.CallerStopped, s.TranscriptCame, s.TranscriptFailed)
    for item_id in "abc":
        ranks = [order.index(type(fact)) for fact in heard.signals if getattr(fact, "item_id", "") == item_id]
        for before, after in itertools.pairwise(ranks):
            # Up through the order, or begun anew.
            assert after > before or after == 0
            assert not (before == 3 and after == 4)


def test_items_whose_words_never_come_are_forgotten() -> None:
    heard = HeardEvents()
    hearing = Hearing(heard, 300, 600)
    for number in range(MAX_ITEMS + 1):
        hearing.started(f"i{number}", number * 1000)
        hearing.stopped(f"i{number}", number * 1000 + 900)
    hearing.completed("i0", "too late")
    hearing.completed(f"i{MAX_ITEMS}", "in time")
    assert [came.text for came in heard.of(s.TranscriptCame)] == ["in time"]


# Ends.


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1013, 4000])
async def test_any_close_that_was_not_asked_for_is_a_loss(line: Line, code: int) -> None:
    await line.open()
    await line.server.close(code)
    assert await line.heard.wait_for(s.EngineLost) == s.EngineLost(f"closed_{code}")


async def test_a_connection_that_breaks_is_a_loss(line: Line) -> None:
    await line.open()
    line.server.connection.transport.abort()
    assert await line.heard.wait_for(s.EngineLost) == s.EngineLost("closed_1006")


@pytest.mark.parametrize("point", ["session.update", "response.create", "response.cancel", "conversation.item.create"])
async def test_a_close_at_any_point_is_told_once(line: Line, point: str) -> None:
    line.behaviour.close_on[point] = 1011
    line.behaviour.hold_after_deltas = 1
    await line.open()
    line.leg.say(Cue("c1", "question", "What do you do?"))
    line.leg.add_text("something")
    if point == "response.cancel":
        await line.heard.wait_for(s.ReplyStarted)
        line.leg.cancel(None)
    await line.heard.wait_for(s.EngineLost)
    told = len(line.heard.facts)
    line.leg.say(Cue("c2", "question", "Anybody?"))
    await line.leg.close()
    assert len(line.heard.facts) == told
    assert len(line.heard.of(s.EngineLost)) == 1


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("insufficient_quota", "engine_out_of_credit"),
        ("billing_hard_limit_reached", "engine_out_of_credit"),
        ("invalid_api_key", "engine_key_refused"),
        ("account_deactivated", "engine_account_closed"),
    ],
)
async def test_errors_after_which_nothing_helps_refuse_the_session_in_words(line: Line, code: str, told: str) -> None:
    await line.open()
    await line.server.send_error("invalid_request_error", code)
    refused = await line.heard.wait_for(s.EngineRefused)
    assert refused.code == told
    assert refused.message.endswith(".")
    assert "about" not in refused.message  # the server's own words stay out of it
    await line.double.until(lambda: line.double.open == 0)
    assert not line.heard.of(s.EngineLost)


async def test_an_expired_session_is_a_loss(line: Line) -> None:
    await line.open()
    await line.server.send_error("invalid_request_error", "session_expired")
    assert await line.heard.wait_for(s.EngineLost) == s.EngineLost("session_expired")
    await line.double.until(lambda: line.double.open == 0)
    assert len(line.heard.of(s.EngineLost)) == 1


async def test_a_server_that_went_silent_is_a_loss(line: Line) -> None:
    await line.open()
    line.server.connection.transport.pause_reading()
    line.heartbeats.start()
    assert await line.heard.wait_for(s.EngineLost) == s.EngineLost("no_heartbeat")
    assert len(line.heartbeats) == 0
    line.server.connection.transport.resume_reading()


async def test_a_server_that_answers_pings_is_alive(line: Line) -> None:
    await line.open()
    line.heartbeats.start()
    for number in range(1, 8):
        await line.server.connection.ping()
        await alive(line, number)
    assert not line.heard.of(s.EngineLost)
    assert len(line.heartbeats) == 1


async def test_errors_that_are_none_end_nothing(line: Line) -> None:
    await line.open()
    for code in ("response_cancel_not_active", "conversation_already_has_active_response"):
        await line.server.send_error("invalid_request_error", code, "cancel-1")
    await line.server.send_error("invalid_request_error", "some_news", "truncate-1")
    await alive(line)
    assert line.counted == ["engine_error"]


# Odd messages.


async def test_unknown_events_are_counted_and_ignored(line: Line) -> None:
    await line.open()
    await line.server.send_raw('{"type":"response.hologram.delta","event_id":"e","delta":{"x":1}}')
    await alive(line)
    assert line.counted == ["engine_unknown_event"]


@pytest.mark.parametrize(
    "message",
    [
        "",
        "nonsense",
        "[]",
        "7",
        '{"type":7}',
        '{"event_id":"e"}',
        '{"type":"response.created","event_id":"e"}',
        '{"type":"response.output_audio.delta","delta":"AAAA"}',
        '{"type":"session.updated","event_id":"e","session":7}',
        '{"type":"error","event_id":"e","error":"oh"}',
        b"\x00\x01\x02",
        '{"a":' * 2000,
    ],
)
async def test_malformed_messages_are_counted_and_survived(line: Line, message: Any) -> None:
    await line.open()
    await line.server.send_raw(message)
    await alive(line)
    assert line.counted == ["engine_malformed_event"]


async def test_a_flood_of_them_is_no_realtime_server(line: Line) -> None:
    await line.open()
    await line.heard.wait_for(s.ConfigurationEchoed)
    for _ in range(MALFORMED_IN_A_ROW):
        await line.server.send_raw("nonsense")
    assert await line.heard.wait_for(s.EngineLost) == s.EngineLost("protocol_error")


async def test_malformed_ones_among_good_ones_are_no_flood(line: Line) -> None:
    await line.open()
    for number in range(1, 4):
        for _ in range(MALFORMED_IN_A_ROW - 1):
            await line.server.send_raw("nonsense")
        await alive(line, number)


async def test_beta_names_are_understood(line: Line) -> None:
    await line.open()
    line.behaviour.hold_after_deltas = 0
    line.leg.say(Cue("c1", "question", "What?"))
    started = await line.heard.wait_for(s.ReplyStarted)
    where = f'"response_id":"{started.reply_id}","item_id":"i","output_index":0,"content_index":0'
    await line.server.send_raw(f'{{"type":"response.audio.delta",{where},"delta":"AAAA"}}')
    await line.server.send_raw(f'{{"type": "response.audio.delta",{where}, "delta": "BBBB"}}')
    await line.server.send_raw(f'{{"type":"response.audio_transcript.delta",{where},"delta":"Beta"}}')
    await line.heard.until(lambda: line.heard.captions(started.reply_id) == ["Beta"])
    assert line.heard.sounds(started.reply_id) == [b"AAAA", b"BBBB"]
    line.leg.cancel(None)
    await line.heard.wait_for(s.ReplyFinished)
