"""Warm connections and rollover over real sockets: the whole server, a phone, and a small server for the model."""

import asyncio
import base64
import itertools
import statistics
from collections.abc import Callable
from typing import Any

import pytest
from benchmarks.warm import SETUP_S, SlowServer, SlowSession, filled, first_audio_ms, measure, serving
from greenroom.ports.renewal import PreparingEngine, RenewableLeg

from greenroom.core import signals as s
from greenroom.core.errors import EngineUnreachable
from greenroom.engines.realtime import RealtimeEngine, RealtimeSettings
from greenroom.ports.engine import EngineConfiguration, PastTurn
from greenroom.runtime.warm_engines import WarmEngines
from greenroom.websocket import Heartbeats
from tests.doubles.engine_events import HeardEvents
from tests.runtime.house import Page
from tests.runtime.renewing import PlayingPhone, RenewingEngine, renewing_house

WANTED = EngineConfiguration(1, "You are an interviewer.", "marin", "audio/pcmu")
HISTORY = (PastTurn("candidate", "Hello."), PastTurn("interviewer", "Welcome."))


def engine_at(server: SlowServer, heartbeats: Heartbeats | None = None) -> RealtimeEngine:
    return RealtimeEngine(RealtimeSettings(server.url), heartbeats or Heartbeats())


async def until(fact: Callable[[], Any], within_s: float = 5.0) -> None:
    async with asyncio.timeout(within_s):
        while not fact():  # noqa: ASYNC110 the other side of a socket tells nobody
            await asyncio.sleep(0.005)


async def test_the_first_audio_comes_earlier_by_at_least_the_set_up(
    record_property: Callable[[str, object], None],
) -> None:
    cold, warm = await measure(0, calls=5), await measure(2, calls=5)
    record_property("without a pool, ms", [round(ms) for ms in cold])
    record_property("with a pool, ms", [round(ms) for ms in warm])
    # The slower half of these against the faster half of those: what is left is not the machine's mood.
    assert statistics.median(cold) - statistics.median(warm) >= SETUP_S * 1000 * 0.95
    assert min(cold) >= SETUP_S * 1000


async def test_what_waits_was_told_nothing_and_a_call_brings_all_of_it() -> None:
    heartbeats = Heartbeats()
    async with SlowServer(0.0).running() as server:
        engine = engine_at(server, heartbeats)
        assert isinstance(engine, PreparingEngine)
        async with WarmEngines(engine, 2).running() as pool:
            await until(lambda: pool.ready == 2)
            assert len(heartbeats) == 2
            assert [session.received for session in server.sessions] == [[], []]
            heard = HeardEvents()
            leg = await pool.open(heard, WANTED, HISTORY)
            (taken,) = [session for session in server.sessions if session.received]
            await until(lambda: len(taken.received) == 3)
            assert [event["type"] for event in taken.received] == ["session.update"] + ["conversation.item.create"] * 2
            assert taken.received[0]["session"]["instructions"] == WANTED.instructions
            await until(lambda: pool.ready == 2)
            assert isinstance(leg, RenewableLeg)
            await leg.close()
        await until(lambda: not server.open)
        assert len(heartbeats) == 0


async def test_a_warm_connection_that_died_silently_is_found_out_when_it_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("greenroom.engines.realtime.spare.PROOF_S", 0.2)
    async with SlowServer(0.0).running() as server:
        async with WarmEngines(engine_at(server), 1).running() as pool:
            await until(lambda: pool.ready == 1)
            server.sessions[0].message = lambda kind, data: None
            heard = HeardEvents()
            leg = await pool.open(heard, WANTED, ())
            await heard.wait_for(s.ConfigurationEchoed)
            assert not heard.of(s.EngineLost)
            await until(lambda: server.sessions[0].gone)
            await leg.close()
        await until(lambda: not server.open)


async def test_one_that_goes_away_while_it_waits_is_not_given_to_anybody() -> None:
    async with SlowServer(0.0).running() as server:
        lost: list[Exception] = []
        spare = await engine_at(server).prepare(lost.append)
        server.sessions[0].close(1001)
        await until(lambda: lost)
        assert isinstance(lost[0], EngineUnreachable)
        with pytest.raises(EngineUnreachable):
            await spare.take(HeardEvents(), WANTED, ())
        await until(lambda: not server.open)


async def test_the_server_counts_what_waits_apart_and_leaves_nothing() -> None:
    async with SlowServer(0.0).running() as server:
        async with serving(server, 3) as running:
            assert running.metrics.engine_warm == 3
            assert running.metrics.legs_open["engine"] == 0
            await first_audio_ms(running.surface.port, 1)
            await filled(running, 3)
            await running.directory.end_all("reset", at_once=True)
            assert running.metrics.legs_open["engine"] == 0
            await until(lambda: len(server.open) == 3)
            assert running.warm is not None
            running.warm.stop()
            await until(lambda: not server.open)
            assert running.metrics.engine_warm == 0
        assert not server.open


def numbered(number: int) -> bytes:
    return base64.b64encode(number.to_bytes(4, "big") + bytes(156))


async def talk_over_changes(changes: int, *, lasts_s: float) -> tuple[list[list[bytes]], list[bytes], Page, SlowServer]:
    """A call over so many changes of connection: what each got, what was sent, and what was shown."""
    async with SlowServer(0.05, lasts_s).running() as server:
        engine = engine_at(server)
        async with renewing_house(RenewingEngine(), engine=engine) as house:
            runner = await house.session()
            page = await house.watch(runner.session_id)
            phone = PlayingPhone()
            phone.events = events = runner.attach_caller(phone)
            await page.until(lambda: page.has("turn.completed"))
            sent: list[bytes] = []
            async with asyncio.timeout(3 * lasts_s * changes):
                while len([session for session in server.sessions if session.audio]) <= changes:
                    sent.append(numbered(len(sent)))
                    events.audio(sent[-1])
                    if len(sent) % 200 == 0:
                        runner.type_text("Could you repeat that, please?")
                    await asyncio.sleep(0.02)
            got = [session.audio for session in server.sessions]
            await until(lambda: sum(map(len, got)) == len(sent))
            assert house.metrics.engine_reconnects == 0
            assert runner.status == "connected"
            await house.directory.end(runner.session_id, "user_ended")
        await until(lambda: not server.open)
        return got, sent, page, server


@pytest.mark.parametrize("changes", [3, pytest.param(50, marks=[pytest.mark.long, pytest.mark.timeout(300)])])
async def test_a_realtime_call_goes_on_over_changes_of_its_connection(changes: int) -> None:
    got, sent, page, server = await talk_over_changes(changes, lasts_s=3.0)
    assert list(itertools.chain.from_iterable(got)) == sent
    assert not page.has("leg.lost")
    spoken = [event for one in server.sessions for event in one.received if event["type"] == "response.create"]
    greeting = spoken[0]["response"]["metadata"]["greenroom_say"]
    assert [event["response"]["metadata"]["greenroom_say"] for event in spoken].count(greeting) == 1
    for earlier, later in itertools.pairwise(server.sessions[: changes + 1]):
        known = conversation(earlier)
        assert known
        assert conversation(later)[: len(known)] == known


def conversation(session: SlowSession) -> list[str]:
    """All that this connection knows: what it was given, in order with what it said itself."""
    said: list[str] = []
    for event in session.received:
        match event:
            case {"type": "conversation.item.create", "item": {"content": [{"text": text}]}}:
                said.append(text)
            case {"type": "response.create", "response": {"metadata": {"greenroom_say": text}}}:
                said.append(text)
            case _:
                pass
    return said
