"""What every engine must do whose connections can be made ahead of calls."""

from collections.abc import AsyncGenerator

import pytest

from greenroom.core import signals as s
from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.ports.engine import PastTurn
from greenroom.ports.spare import PreparingEngine, SpareLeg
from tests.contracts.engine_benches import WANTED, RealtimeBench, ScriptedBench, realtime
from tests.doubles.engine_events import HeardEvents

HISTORY = (PastTurn("interviewer", "Who are you?"), PastTurn("candidate", "I am Ada."))


class Waiting:
    """An engine, and a connection of it that was made ahead."""

    def __init__(self, bench: ScriptedBench | RealtimeBench) -> None:
        self.bench = bench
        self.engine: PreparingEngine = bench.scripted if isinstance(bench, ScriptedBench) else bench.realtime
        self.lost: list[Exception] = []

    async def spare(self) -> SpareLeg:
        return await self.engine.prepare(self.lost.append)

    async def lose(self) -> None:
        """The connection that waits goes away."""
        if isinstance(self.bench, ScriptedBench):
            self.bench.scripted.spares[-1].lose()
        else:
            await self.bench.lose()
            await self.bench.double.until(lambda: bool(self.lost))

    def waiting(self) -> int:
        """Connections that belong to nobody."""
        if isinstance(self.bench, ScriptedBench):
            return len(self.bench.scripted.spares)
        return self.bench.double.open


@pytest.fixture(params=["scripted", "realtime"])
async def waiting(request: pytest.FixtureRequest) -> AsyncGenerator[Waiting]:
    if request.param == "scripted":
        yield Waiting(ScriptedBench())
        return
    async with realtime() as bench:
        yield Waiting(bench)


async def test_one_that_waits_is_told_nothing_and_the_call_that_takes_it_brings_all(waiting: Waiting) -> None:
    spare = await waiting.spare()
    assert waiting.waiting() == 1
    if isinstance(waiting.bench, RealtimeBench):
        assert waiting.bench.double.session.received == []
    heard = HeardEvents()
    leg = await spare.take(heard, WANTED, HISTORY)
    leg.configure(WANTED)
    await heard.wait_for(s.ConfigurationEchoed, revision=WANTED.revision)
    if isinstance(waiting.bench, RealtimeBench):
        await waiting.bench.double.session.got("conversation.item.create", 2)
    assert waiting.bench.remembered() == [("assistant", "Who are you?"), ("user", "I am Ada.")]
    await leg.close()
    assert await waiting.bench.nothing_left_open()
    assert not waiting.lost


async def test_one_that_goes_away_is_told_once_and_given_to_nobody(waiting: Waiting) -> None:
    spare, heard = await waiting.spare(), HeardEvents()
    await waiting.lose()
    with pytest.raises(EngineUnreachable):
        await spare.take(heard, WANTED, ())
    await spare.close()
    assert [type(error) for error in waiting.lost] == [EngineUnreachable]
    assert not heard.facts
    assert await waiting.bench.nothing_left_open()


async def test_one_that_nobody_needs_is_closed_without_a_word(waiting: Waiting) -> None:
    spare = await waiting.spare()
    await spare.close()
    await spare.close()
    assert not waiting.lost
    assert await waiting.bench.nothing_left_open()


async def test_none_can_be_made_of_an_engine_that_is_not_there(waiting: Waiting) -> None:
    waiting.bench.unreachable()
    with pytest.raises(EngineUnreachable):
        await waiting.spare()
    assert not waiting.lost


async def test_none_can_be_made_of_an_engine_that_refuses(waiting: Waiting) -> None:
    waiting.bench.refusing()
    with pytest.raises(EngineRefusal):
        await waiting.spare()
    assert not waiting.lost
