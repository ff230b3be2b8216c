"""Warm connections and rollover over real sockets: the whole server, a phone, and the double of a model's server."""

import asyncio
import statistics
from collections.abc import Callable
from dataclasses import asdict

import pytest
from benchmarks import rollover
from benchmarks.server import serving
from benchmarks.warm import first_audio_ms, with_the_double

from greenroom.core import signals as s
from greenroom.engines.realtime import RealtimeEngine, RealtimeSettings
from greenroom.ports.engine import EngineConfiguration
from greenroom.runtime.warm_engines import WarmEngines
from greenroom.websocket import Heartbeats
from tests.doubles.engine_events import HeardEvents
from tests.doubles.realtime_server import realtime_double

WANTED = EngineConfiguration(1, "You are an interviewer.", "marin", "audio/pcmu")


@pytest.mark.timing
async def test_the_first_audio_comes_earlier_by_what_connecting_takes(
    record_property: Callable[[str, object], None],
) -> None:
    took = await with_the_double(rounds=7)
    record_property("milliseconds", asdict(took))
    # All but a little, which is the machine's mood.
    assert took.gain_ms >= 0.95 * statistics.median(took.connecting)


async def test_a_warm_connection_that_died_silently_is_found_out_when_it_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("greenroom.engines.realtime.spare.PROOF_S", 0.2)
    full = asyncio.Event()
    async with realtime_double() as double:
        engine = RealtimeEngine(RealtimeSettings(double.url), Heartbeats())
        async with WarmEngines(engine, 1, lambda _: full.set()).running() as pool:
            await full.wait()
            dead = double.session
            dead.swallow()
            heard = HeardEvents()
            leg = await pool.open(heard, WANTED, ())
            leg.configure(WANTED)
            await heard.wait_for(s.ConfigurationEchoed)
            assert double.session is not dead
            assert not heard.of(s.EngineLost)
            await leg.close()


async def test_the_server_counts_what_waits_apart_and_lets_it_go_when_it_drains() -> None:
    async with realtime_double() as double, serving(double.url, 3) as running:
        assert running.metrics.engine_warm == 3
        assert running.metrics.legs_open["engine"] == 0
        await first_audio_ms(running, 1)
        assert running.metrics.legs_open["engine"] == 0
        assert double.most_open == 3
        assert running.warm is not None
        running.warm.stop()
        await double.until(lambda: double.open == 0)
        assert running.metrics.engine_warm == 0


@pytest.mark.timeout(60)
@pytest.mark.parametrize("changes", [3, pytest.param(50, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
async def test_a_call_goes_on_over_changes_of_its_connection(
    changes: int, record_property: Callable[[str, object], None]
) -> None:
    figures = await rollover.measure(changes)
    record_property("figures", asdict(figures))
    assert figures.changes >= changes
    assert figures.hold, figures
