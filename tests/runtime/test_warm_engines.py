"""The pool of warm connections: what it may never do, whatever happens to them."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.engines.scripted import ScriptedEngine
from greenroom.ports.engine import EngineConfiguration, EngineEvents, EngineLeg, PastTurn
from greenroom.runtime.warm_engines import WarmEngines
from tests.doubles.engine_events import HeardEvents
from tests.runtime.virtual_time import run

WANTED = EngineConfiguration(1, "You are an interviewer.", "marin", "audio/pcmu")
HISTORY = (PastTurn("candidate", "Hello."),)


class Spare:
    """A connection, and what became of it."""

    def __init__(
        self, engine: "Preparing", lost: Callable[[EngineRefusal | EngineUnreachable], None], lasts_s: float | None
    ) -> None:
        now = asyncio.get_running_loop().time()
        self.engine = engine
        self.lost = lost
        self.expires_at = None if lasts_s is None else now + lasts_s
        self.opened_at = now
        self.state = "idle"
        self.dead_inside = False
        self.given: tuple[Any, ...] = ()

    async def take(self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> EngineLeg:
        assert self.state == "idle", "a connection is taken once, and only while it is there"
        self.state = "taken"
        await asyncio.sleep(0.01)
        if self.dead_inside:
            self.state = "closed"
            raise EngineUnreachable("dead")
        self.given = (wanted, tuple(history))
        return await ScriptedEngine.auto().open(events, wanted, history)

    async def close(self) -> None:
        assert self.state != "taken", "what a session has is the session's to close"
        await asyncio.sleep(0.005)
        self.state = "closed"

    def die(self) -> None:
        if self.state == "idle":
            self.state = "dead"
            self.lost(EngineUnreachable("closed_1006"))


class Preparing:
    """An engine whose mood a test sets: ok, unreachable, refusing, slow, hanging, expiring, dying, broken."""

    name = "preparing"
    prompt_words = True

    def __init__(self, most: int) -> None:
        self.most = most
        self.mood = "ok"
        self.lasts_s: float | None = 3600.0
        self.spares: list[Spare] = []
        self.tries: list[float] = []
        self.opening = 0
        self.opened_for_calls = 0

    @property
    def idle(self) -> list[Spare]:
        return [spare for spare in self.spares if spare.state == "idle"]

    async def prepare(self, lost: Callable[[EngineRefusal | EngineUnreachable], None]) -> Spare:
        loop = asyncio.get_running_loop()
        self.tries.append(loop.time())
        self.opening += 1
        self.check()
        try:
            await asyncio.sleep({"slow": 4.0, "hanging": 1e6}.get(self.mood, 0.2))
        finally:
            self.opening -= 1
        self._raise_mood()
        spare = Spare(self, lost, 0.5 if self.mood == "expiring" else self.lasts_s)
        self.spares.append(spare)
        self.check()
        if self.mood == "dying":
            spare.die()
        return spare

    async def open(self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> EngineLeg:
        self.opened_for_calls += 1
        await asyncio.sleep(0.2)
        self._raise_mood()
        return await ScriptedEngine.auto().open(events, wanted, history)

    def _raise_mood(self) -> None:
        if self.mood == "unreachable":
            raise EngineUnreachable("nobody there")
        if self.mood == "refusing":
            raise EngineRefusal("The voice engine does not accept the API key.")
        if self.mood == "broken":
            raise ZeroDivisionError

    def check(self) -> None:
        assert self.opening + len(self.idle) <= self.most, "more than the limit"


def kept(engine: Preparing, seed: int = 1, told: Callable[[int], None] = lambda _: None) -> WarmEngines:
    return WarmEngines(engine, engine.most, told, chance=random.Random(seed).random)


async def until(fact: Callable[[], bool], within_s: float = 60.0) -> None:
    async with asyncio.timeout(within_s):
        while not fact():  # noqa: ASYNC110 in virtual time this costs nothing
            await asyncio.sleep(0.01)


def test_a_call_takes_one_that_waits_as_if_newly_opened_and_another_one_takes_its_place() -> None:
    async def story() -> None:
        engine = Preparing(3)
        told: list[int] = []
        async with kept(engine, told=told.append).running() as pool:
            await until(lambda: pool.ready == 3)
            began = asyncio.get_running_loop().time()
            leg = await pool.open(HeardEvents(), WANTED, HISTORY)
            assert asyncio.get_running_loop().time() - began < 0.1
            (taken,) = [spare for spare in engine.spares if spare.state == "taken"]
            assert taken.given == (WANTED, HISTORY)
            assert pool.ready == 2
            await until(lambda: pool.ready == 3)
            assert engine.opened_for_calls == 0
            await leg.close()
        assert told[:3] == [1, 2, 3]
        assert told[3:5] == [2, 3]
        assert told[-1] == 0
        assert sorted({spare.state for spare in engine.spares}) == ["closed", "taken"]

    run(story())


def test_a_call_that_finds_none_opens_one() -> None:
    async def story() -> None:
        engine = Preparing(1)
        engine.mood = "slow"
        async with kept(engine).running() as pool:
            engine.mood = "ok"
            legs = await asyncio.gather(*(pool.open(HeardEvents(), WANTED, ()) for _ in range(5)))
            assert len(legs) == 5
            assert engine.opened_for_calls == 5

    run(story())


def test_one_that_turns_out_to_be_dead_costs_a_call_nothing_but_time() -> None:
    async def story() -> None:
        engine = Preparing(1)
        async with kept(engine).running() as pool:
            await until(lambda: pool.ready == 1)
            engine.spares[0].dead_inside = True
            await pool.open(HeardEvents(), WANTED, ())
            assert engine.opened_for_calls == 1
            await until(lambda: pool.ready == 1)

    run(story())


def test_a_refusal_is_told_once_and_tried_again_slowly() -> None:
    async def story() -> int:
        engine = Preparing(10)
        engine.mood = "refusing"
        async with kept(engine).running() as pool:
            await asyncio.sleep(3600)
            assert pool.ready == 0
            tries = len(engine.tries)
            engine.mood = "ok"
            await until(lambda: pool.ready == 10, within_s=400)
        return tries

    with structlog.testing.capture_logs() as lines:
        tries = run(story())
    # Four at once before anything is known; then one at a time, every two and a half to five minutes.
    assert 4 + 3600 / 300 <= tries <= 4 + 3600 / 150
    assert len([line for line in lines if line["event"] == "warm engine refused"]) == 1


@pytest.mark.parametrize("mood", ["unreachable", "expiring", "dying", "broken"])
def test_whatever_goes_wrong_at_once_is_not_tried_in_a_tight_loop(mood: str) -> None:
    async def story() -> list[float]:
        engine = Preparing(100)
        engine.mood = mood
        async with kept(engine).running():
            await asyncio.sleep(600)
        return engine.tries

    tries = run(story())
    assert len(tries) <= 4 + 600 / 15 + 10
    assert len([at for at in tries if at < 10]) <= 15


def test_one_outage_is_one_failure_however_many_connections_notice_it() -> None:
    async def story() -> None:
        engine = Preparing(8)
        async with kept(engine).running() as pool:
            await until(lambda: pool.ready == 8)
            for spare in engine.idle:
                spare.die()  # so young that it counts as a failure
            # After the first wait all of them come back, one at a time at first.
            await until(lambda: pool.ready == 8, within_s=2.5)

    run(story())


def test_lost_ones_are_replaced_and_soon_when_the_engine_is_well() -> None:
    async def story() -> None:
        engine = Preparing(4)
        async with kept(engine).running() as pool:
            await until(lambda: pool.ready == 4)
            await asyncio.sleep(60)
            for spare in engine.idle:
                spare.die()
            assert pool.ready == 0
            await until(lambda: pool.ready == 4, within_s=2)

    run(story())


def test_a_call_that_gets_through_ends_the_wait() -> None:
    async def story() -> None:
        engine = Preparing(2)
        engine.mood = "refusing"
        async with kept(engine).running() as pool:
            await asyncio.sleep(10)
            engine.mood = "ok"
            await pool.open(HeardEvents(), WANTED, ())
            await until(lambda: pool.ready == 2, within_s=2)

    run(story())


@pytest.mark.parametrize(("lasts_s", "most_s"), [(3600.0, 900.0), (600.0, 300.0), (None, 900.0)])
def test_each_is_renewed_with_at_least_half_of_its_life_before_it(lasts_s: float | None, most_s: float) -> None:
    async def story() -> None:
        engine = Preparing(3)
        engine.lasts_s = lasts_s
        ages: list[float] = []
        async with kept(engine).running() as pool:
            for _ in range(400):
                await asyncio.sleep(10)
                ages += [asyncio.get_running_loop().time() - spare.opened_at for spare in engine.idle]
                engine.check()
            assert pool.ready == 3
        assert max(ages) <= most_s
        assert max(ages) > most_s * 0.7
        # And no more often than that.
        assert len(engine.tries) <= 3 * (4000 / (most_s * 0.75) + 1)

    run(story())


def test_after_a_stop_nothing_waits_and_calls_are_still_served() -> None:
    async def story() -> None:
        engine = Preparing(3)
        async with kept(engine).running() as pool:
            await until(lambda: pool.ready == 3)
            pool.stop()
            await until(lambda: not engine.idle)
            assert pool.ready == 0
            await asyncio.sleep(100)
            assert len(engine.tries) == 3
            await pool.open(HeardEvents(), WANTED, ())
            assert engine.opened_for_calls == 1

    run(story())


deeds = st.one_of(
    st.tuples(st.just("wait"), st.floats(0.01, 40) | st.floats(40, 2000)),
    st.tuples(st.just("take"), st.just(0)),
    st.tuples(st.just("die"), st.integers(0, 5)),
    st.tuples(st.just("die inside"), st.integers(0, 5)),
    st.tuples(
        st.just("mood"),
        st.sampled_from(["ok", "ok", "unreachable", "refusing", "slow", "hanging", "expiring", "dying", "broken"]),
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 6), st.integers(0, 1000), st.lists(deeds, max_size=40))
def test_never_more_than_the_limit_never_one_twice_and_nothing_is_left(
    most: int, seed: int, deeds: list[tuple[str, Any]]
) -> None:
    async def story() -> None:
        engine = Preparing(most)
        told: list[int] = []
        calls: set[asyncio.Task[None]] = set()

        async def call(pool: WarmEngines) -> None:
            with contextlib.suppress(EngineRefusal, EngineUnreachable, ZeroDivisionError):
                await pool.open(HeardEvents(), WANTED, ())

        async with kept(engine, seed, told.append).running() as pool:
            for deed, value in deeds:
                idle = engine.idle
                match deed:
                    case "wait":
                        await asyncio.sleep(value)
                    case "take":
                        calls.add(asyncio.create_task(call(pool)))
                        await asyncio.sleep(0)
                    case "die" if idle:
                        idle[value % len(idle)].die()
                    case "die inside" if idle:
                        idle[value % len(idle)].dead_inside = True
                    case "mood":
                        engine.mood = str(value)
                    case _:
                        pass
                engine.check()
                assert pool.ready <= len(engine.idle)
            engine.mood = "ok"
            await asyncio.gather(*calls)
        assert engine.opening == 0
        assert engine.idle == []
        assert all(0 <= ready <= most for ready in told)
        assert all(spare.state != "dead" or not spare.given for spare in engine.spares)

    with structlog.testing.capture_logs():  # what breaks is told with its traceback, thousands of times here
        run(story())
