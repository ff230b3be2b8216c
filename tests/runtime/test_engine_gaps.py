"""Between two connections to the voice model: what is said there is heard, what sounds there is remembered as far as it
was heard, and who waits in vain is told goodbye."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from greenroom.core.session import Limits
from greenroom.websocket import Heartbeats
from tests.doubles.engine_house import EngineCall, engine_call, realtime_engine, until
from tests.doubles.realtime_server import Behaviour, RealtimeDouble, realtime_double
from tests.runtime.engine_cells import (
    ANSWER,
    Cell,
    between_turns,
    candidate_speaking,
    cell_of,
    reply_sounding,
    settled,
)

PIECE_CHARS = 10668
"""Of a second of a phone's audio, as base64."""


def acts(call: EngineCall) -> list[str]:
    return [turn["decision"]["act"] for turn in call.begun()]


async def lose_for_a_while(cell: Cell, attempts: int = 3) -> None:
    cell.behaviour.http_status, cell.behaviour.refuse_next = 503, attempts
    await cell.server.close(1011)
    await until(lambda: cell.call.runner.status == "interrupted")


async def test_what_is_said_while_the_model_is_gone_is_heard_and_answered_by_the_next_one() -> None:
    async with cell_of("closed_1011") as cell:
        call = cell.call
        await between_turns(cell)
        await lose_for_a_while(cell)
        await cell.answered()
        said = len(acts(call))
        assert len(cell.double.sessions) == 1
        await call.page.until(lambda: bool(call.spoken("candidate")))
        (turn,) = call.spoken("candidate")
        assert turn["text"] == ANSWER
        assert turn["available"]
        assert turn["endedMs"] <= call.runner.at_ms
        await until(lambda: settled(cell))
        assert cell.server.audio_chars == 2 * PIECE_CHARS + 3200
        await call.page.until(lambda: len(acts(call)) > said)
        assert "bridge" not in acts(call)
        assert cell.server.conversation() == call.heard_turns()


async def test_an_answer_that_goes_on_through_the_gap_is_answered_without_a_word_about_it() -> None:
    async with cell_of("closed_1011") as cell:
        call = cell.call
        await candidate_speaking(cell)
        await lose_for_a_while(cell)
        await cell.answered()
        await call.page.until(lambda: len(call.spoken("candidate")) == 2)
        assert [turn["available"] for turn in call.spoken("candidate")] == [False, True]
        await until(lambda: settled(cell))
        assert "bridge" not in acts(call)
        assert cell.server.conversation() == call.heard_turns()


async def test_the_next_model_remembers_of_a_line_that_it_did_not_say_what_was_heard() -> None:
    async with cell_of("closed_1011") as cell:
        call = cell.call
        await reply_sounding(cell)
        await lose_for_a_while(cell)
        cell.phone.listen(300)  # it sounds on meanwhile
        assert call.runner.session.reply is not None
        await until(lambda: call.runner.status == "connected" and call.runner.session.engine_revision > 0)
        heard = cell.server.conversation()
        assert len(heard) == 2  # the greeting and the answer: of this line nobody knows how much will be heard
        cell.phone.listen(200)
        cell.behaviour.hears.append("Sorry, before you go on, it was six people")
        cell.phone.speak(1600)
        await call.page.until(lambda: any(event["type"] == "turn.interrupted" for event in call.page.events))
        cell.phone.pause()
        cell.phone.listen()
        cut = next(turn for turn in call.runner.session.record.turns if turn.interrupted is not None)
        assert cut.completed is not None
        assert 0 < len(cut.heard_text) < len(cut.completed.text)
        await call.page.until(lambda: len(call.spoken("candidate")) == 2)
        await until(lambda: settled(cell))
        assert cell.server.conversation() == call.heard_turns()
        assert ("assistant", cut.heard_text) in cell.server.conversation()
        assert not cell.server.complaints  # nobody asked to truncate what it never said


async def test_a_line_that_ends_in_the_gap_is_remembered_whole() -> None:
    async with cell_of("closed_1011") as cell:
        call = cell.call
        await reply_sounding(cell)
        await lose_for_a_while(cell)
        cell.phone.listen()
        await until(lambda: call.runner.session.reply is None)
        assert call.runner.status == "interrupted"
        await until(lambda: settled(cell))
        assert cell.server.conversation() == call.heard_turns()
        assert not [turn for turn in call.runner.session.record.turns if turn.interrupted is not None]


SOON = Limits(grace_s=1.6, grace_watched_s=1.6, last_words_s=1.3, reply_s=1.0, worded_s=1.0, prompt_words_s=1.0)


@asynccontextmanager
async def with_another_voice(limits: Limits = SOON) -> AsyncGenerator[tuple[Cell, RealtimeDouble]]:
    heartbeats = Heartbeats()
    async with realtime_double(Behaviour(vad=True)) as double, realtime_double(Behaviour(ms_per_word=20)) as other:
        engine = realtime_engine(double.url, heartbeats, lambda _: None, words_are_prompt=True)
        voice = realtime_engine(other.url, heartbeats, lambda _: None)
        async with engine_call(engine, limits, other_voice=voice) as call:
            yield Cell(double, call, "closed_1011", heartbeats), other
        await double.until(lambda: double.open == 0)
        await other.until(lambda: other.open == 0)


async def test_another_voice_says_goodbye_when_the_model_does_not_come_back() -> None:
    async with with_another_voice() as (cell, other):
        call = cell.call
        await between_turns(cell)
        heard = len(cell.phone.sounded)
        await lose_for_a_while(cell, 1000)
        await call.page.until(lambda: call.reason is not None)
        assert call.reason == "engine_lost"
        last = call.spoken()[-1]
        assert last["text"] in call.runner.session.plan.lines.must_end
        assert bytes(cell.phone.sounded[heard:]) == b"".join(other.session.sounds.of_item.values())
        statuses = [event["status"] for event in call.page.events if event["type"] == "call.status_changed"]
        assert statuses[-2:] == ["interrupted", "ended"]
        assert not other.session.complaints
        assert other.session.audio_chars == 0  # nobody is listened to there


async def test_a_model_that_is_back_in_time_needs_nobody_to_say_goodbye() -> None:
    async with with_another_voice(Limits(grace_s=6, grace_watched_s=6, last_words_s=5.7)) as (cell, other):
        call = cell.call
        other.behaviour.hold_echoes = True
        await between_turns(cell)
        cell.behaviour.http_status = 503
        await cell.server.close(1011)
        await until(lambda: other.sessions and other.session.held_echoes)
        cell.behaviour.http_status = None
        await until(lambda: settled(cell), 8.0)
        await other.until(lambda: other.open == 0)
        assert not other.session.of_type("response.create")
        assert call.runner.status == "connected"
        assert acts(call) == ["greeting"]


async def test_another_voice_that_is_away_too_delays_nothing() -> None:
    async with with_another_voice() as (cell, other):
        other.behaviour.greets = False
        await between_turns(cell)
        at_ms = cell.call.runner.at_ms
        await lose_for_a_while(cell, 1000)
        await cell.call.page.until(lambda: cell.call.reason is not None)
        assert cell.call.reason == "engine_lost"
        assert cell.call.runner.at_ms - at_ms <= (SOON.grace_s + 1.0) * 1000
