"""What things cost, and what may still be used: told by the server, counted and heeded."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.core.record import replay
from greenroom.core.session import Limits
from greenroom.core.usage import Usage
from greenroom.engines.realtime.rate_limits import MAX_WAIT_S, RateLimits
from greenroom.engines.realtime.usage import of_reply, of_transcript
from greenroom.ports.store import StoredEvent
from greenroom.realtime import conversations as conv
from greenroom.realtime.server_events import RateLimit
from greenroom.runtime.envelope import unseal
from greenroom.websocket import Heartbeats
from tests.doubles.engine_house import engine_call, realtime_engine
from tests.doubles.realtime_server import Behaviour, realtime_double
from tests.engines.conftest import Line

ANSWER = "I led a team of five people who build bridges for a living"


async def test_a_replys_usage_is_told_apart_by_kind(line: Line) -> None:
    await line.open()
    line.leg.say(Cue("c1", "question", "one two"))
    came = await line.heard.wait_for(s.UsageCame)
    assert came.purpose == "reply"
    assert came.usage == Usage(
        tokens=140,
        input_text_tokens=100,
        input_audio_tokens=20,
        cached_text_tokens=64,
        output_text_tokens=4,
        output_audio_tokens=16,
    )


async def test_a_reply_that_was_cancelled_is_paid_for_too(line: Line) -> None:
    line.behaviour.hold_after_deltas = 1
    await line.open()
    line.leg.say(Cue("c1", "question", "one two"))
    await line.heard.wait_for(s.ReplyStarted)
    line.leg.cancel(None)
    assert (await line.heard.wait_for(s.UsageCame)).usage.tokens > 0


async def test_a_reply_that_is_told_to_be_done_twice_is_paid_for_once(line: Line) -> None:
    await line.open()
    line.leg.say(Cue("c1", "question", "one two"))
    await line.heard.wait_for(s.ReplyFinished)
    [done] = [event for event in line.server.sent if event["type"] == "response.done"]
    await line.server.send("response.done", response=done["response"])
    line.leg.say(Cue("c2", "question", "three"))
    await line.heard.wait_for(s.ReplyFinished, 2)
    await line.heard.wait_for(s.UsageCame, 2)
    assert len(line.heard.of(s.UsageCame)) == 2


async def test_a_transcripts_usage_is_counted(line: Line) -> None:
    await line.open()
    item_id = await line.server.speech_started(0)
    await line.server.speech_stopped(item_id, 2000)
    await line.server.transcript(item_id, "hello there")
    assert await line.heard.wait_for(s.UsageCame) == s.UsageCame("transcript", Usage(seconds=2.0))


def test_usage_that_lacks_most_of_it_is_read_as_far_as_it_goes() -> None:
    assert of_reply(conv.Usage(input_tokens=3, output_tokens=4)) == Usage(tokens=7)
    cached = conv.TokenDetails(text_tokens=9, cached_tokens=5)
    assert of_reply(conv.Usage(total_tokens=9, input_token_details=cached)).cached_text_tokens == 5
    by_tokens = conv.TokensUsage(input_tokens=30, output_tokens=4, total_tokens=34)
    assert of_transcript(by_tokens) == Usage(tokens=34, output_text_tokens=4)


# A whole session.


async def test_a_session_that_has_used_up_its_tokens_says_goodbye_and_its_log_tells_what_it_cost() -> None:
    behaviour, heartbeats = Behaviour(vad=True), Heartbeats()
    async with (
        realtime_double(behaviour) as double,
        engine_call(
            realtime_engine(double.url, heartbeats, lambda _: None), Limits(budget_tokens=300, prompt_words_s=1.0)
        ) as call,
    ):
        call.pick_up()
        await call.page.until(lambda: bool(call.spoken()))
        behaviour.hears.append(ANSWER)
        call.phone.speak(1600)
        call.phone.pause()
        await call.page.until(lambda: call.reason is not None)
        assert call.reason == "budget"
        farewell = call.runner.session.plan.farewell
        assert [turn["text"] for turn in call.spoken()][-1] == farewell
        told = [response for _, _, response in double.session.responses]
        assert len(told) == 2
        usage = call.runner.usage()
        assert usage["replies"]["count"] == 2
        assert usage["tokens"] == usage["replies"]["tokens"] == sum(120 + 10 * len(text.split()) for text in told)
        assert usage["transcripts"]["seconds"] == 2.0
        assert call.metrics.engine_tokens["output_audio"] == usage["replies"]["outputAudioTokens"]
        assert call.metrics.engine_transcript_seconds == 2.0
        lines = [StoredEvent(event["seq"], event["type"], 0, json.dumps(event).encode()) for event in call.page.events]
        stored = [unseal(line) for line in lines]
        assert replay(event for event in stored if event is not None).spent == call.runner.session.record.spent


# Rate limits.


def limits(**left: tuple[int, float]) -> list[RateLimit]:
    return [
        RateLimit(name="tokens" if name == "tokens" else "requests", limit=1000, remaining=many, reset_seconds=reset_s)
        for name, (many, reset_s) in left.items()
    ]


def test_a_limit_that_is_used_up_is_waited_for() -> None:
    heeded = RateLimits()
    assert heeded.wait_s(0) == 0
    heeded.told(limits(requests=(0, 0.5), tokens=(1000, 9.0)), 10.0)
    assert heeded.wait_s(10.1) == pytest.approx(0.4)
    assert heeded.wait_s(10.6) <= 0
    heeded.told(limits(requests=(5, 0.5)), 10.2)
    assert heeded.wait_s(10.2) == 0


def test_a_reply_that_would_exceed_what_is_left_waits_too() -> None:
    heeded = RateLimits()
    heeded.note_cost(300)
    heeded.told(limits(tokens=(299, 2.0)), 0.0)
    assert heeded.wait_s(0.0) == 2.0
    heeded.told(limits(tokens=(300, 2.0)), 0.0)
    assert heeded.wait_s(0.0) == 0


@given(
    st.lists(
        st.builds(
            RateLimit,
            name=st.sampled_from(["requests", "tokens", None]),
            remaining=st.none() | st.integers(-5, 5),
            reset_seconds=st.none() | st.floats(-10, 1e9),
        )
    )
)
def test_no_wait_is_longer_than_its_bound(told: list[RateLimit]) -> None:
    heeded = RateLimits()
    heeded.told(told, 100.0)
    assert 0 <= max(heeded.wait_s(100.0), 0) <= MAX_WAIT_S
    assert heeded.wait_s(100.0 + MAX_WAIT_S) <= 0


async def use_up(line: Line, reset_s: float) -> None:
    """The server says that nothing is left for so long, and that is heard."""
    await line.server.send_limits(0, reset_s=reset_s)
    async with asyncio.timeout(2):
        while "engine_rate_limited" not in line.counted:  # noqa: ASYNC110 it is counted, not told
            await asyncio.sleep(0)


async def test_a_line_is_held_back_until_there_is_something_left(line: Line) -> None:
    await line.open()
    await use_up(line, 0.15)
    asked_at = asyncio.get_running_loop().time()
    line.leg.say(Cue("c1", "question", "Hello?"))
    await line.server.got("response.create")
    assert asyncio.get_running_loop().time() - asked_at >= 0.1
    assert line.counted.count("engine_rate_limited") == 1
    await line.heard.wait_for(s.ReplyFinished, status="completed")


async def test_a_line_that_is_held_back_can_be_taken_back(line: Line) -> None:
    await line.open()
    await use_up(line, 0.15)
    line.leg.say(Cue("c1", "question", "Never asked."))
    line.leg.cancel(None)
    line.leg.say(Cue("c2", "question", "Asked."))
    await line.heard.wait_for(s.ReplyFinished)
    assert [cue_id for _, cue_id, _ in line.server.responses] == ["c2"]
