"""A call that outlives its engine's connections: nothing is lost, said twice or noticed."""

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.core.rollover import OVERLAP_MS
from greenroom.core.session import Limits
from greenroom.ports.engine import EngineConfiguration, EngineEvents, PastTurn
from greenroom.runtime.session_runner import SessionRunner
from tests.runtime.house import House, TalkingLeg
from tests.runtime.renewing import (
    FRAME_MS,
    REQUEST,
    PlayingPhone,
    RenewingEngine,
    RenewingLeg,
    Speaker,
    read_frame,
    renewing_house,
    transcript,
)
from tests.runtime.virtual_time import run

LONG = {"jobTitle": "Engineer", "company": "Acme", "lengthMinutes": 20}


@dataclass
class Call:
    """One that has been greeted."""

    house: House
    engine: RenewingEngine
    runner: SessionRunner
    speaker: Speaker
    began_at: int
    """The first frame that an engine got."""

    @property
    def legs(self) -> list[RenewingLeg]:
        return self.engine.renewing

    @property
    def heard(self) -> list[RenewingLeg]:
        """Those that were given some of the call."""
        return [leg for leg in self.legs if leg.frames]

    def losses(self) -> int:
        return self.house.metrics.engine_reconnects + len(self.runner.session.record.lost_legs)

    def cues(self) -> list[str]:
        return [cue.kind for leg in self.legs for cue in leg.cues]

    async def end_and_read(self) -> list[dict[str, Any]]:
        """End it, and read its log."""
        await self.house.directory.end(self.runner.session_id, "user_ended")
        await asyncio.to_thread(time.sleep, 0.2)  # the recorder's thread lives in real time
        events = await self.house.directory.events(self.runner.session_id, after=0, limit=100_000)
        return [msgspec.json.decode(event.body) for event in events]

    def check_frames(self) -> None:
        """Every frame since the beginning reached a connection, in order; of those that reached two, there are few.

        Each utterance reached one of them whole.
        """
        due = self.began_at
        for leg in self.heard:
            first, last = leg.frames[0][0], leg.frames[-1][0]
            assert leg.frames == self.speaker.sent[first : last + 1]
            assert due - OVERLAP_MS / FRAME_MS <= first <= due
            due = last + 1
        assert due == len(self.speaker.sent)
        for utterance in {spoken for _, spoken in self.speaker.sent if spoken}:
            whole = [entry for entry in self.speaker.sent if entry[1] == utterance]
            assert any([entry for entry in leg.frames if entry[1] == utterance] == whole for leg in self.heard)

    def samples_missed(self) -> int:
        got = {number for leg in self.heard for number, _ in leg.frames}
        return sum(number not in got for number, _ in self.speaker.sent[self.began_at :]) * FRAME_MS * 8


async def greeted(house: House, engine: RenewingEngine) -> Call:
    runner = await house.session(config=LONG)
    phone = PlayingPhone()
    phone.events = runner.attach_caller(phone)
    speaker = Speaker(phone)
    while not any(turn["speaker"] == "interviewer" and not turn["open"] for turn in runner.turns()):
        await speaker.be(0.1)
    return Call(house, engine, runner, speaker, engine.renewing[0].frames[0][0])


def test_fifty_rollovers_in_one_call_lose_no_sample_and_nobody_notices(
    record_property: Callable[[str, object], None],
) -> None:
    async def story() -> Call:
        engine, chance = RenewingEngine(lasts_s=8.0), random.Random(4)
        lives: list[tuple[list[PastTurn], list[PastTurn]]] = []
        async with renewing_house(engine) as house:
            call = await greeted(house, engine)
            engine.on_live = lambda leg: lives.append((list(leg.history), transcript(call.runner)))
            said = 0
            while len(call.heard) <= 50:
                said += 1
                turns = len(transcript(call.runner))
                await call.speaker.be(chance.uniform(0.6, 3.0))
                await call.speaker.be(chance.uniform(0.3, 1.0), utterance=said)
                while len(transcript(call.runner)) < turns + 2:
                    await call.speaker.be(0.1)
            call.check_frames()
            assert call.losses() == 0
            assert call.runner.status == "connected"
            # Each knew all that had been said, as far as it was heard.
            assert len(lives) >= 50
            assert all(known == said for known, said in lives)
            assert [len(known) for known, _ in lives] == sorted(len(known) for known, _ in lives)
            heard = [turn.text for turn in transcript(call.runner) if turn.speaker == "candidate"]
            assert heard == [REQUEST] * said
            assert call.cues().count("greeting") == 1
            assert "bridge" not in call.cues()
            events = await call.end_and_read()
            assert {"turn.completed", "call.status_changed"} <= {event["type"] for event in events}
            assert not [event for event in events if event["type"] in ("leg.lost", "leg.restored", "turn.interrupted")]
            assert house.metrics.legs_open["engine"] == 0
            assert all(leg.closed for leg in call.legs)
        return call

    call = run(story(), threads=True)
    gap_ms = 1000 * max(later - earlier for earlier, later in itertools.pairwise(call.engine.arrivals))
    record_property("rollovers", len(call.heard) - 1)
    record_property("samples that reached nobody", call.samples_missed())
    record_property("longest gap in ms", round(gap_ms))
    assert gap_ms <= 300


def test_an_utterance_that_begins_around_a_change_reaches_one_connection_whole() -> None:
    async def story(after_frames: int) -> int:
        engine = RenewingEngine(lasts_s=10.0)
        async with renewing_house(engine) as house:
            call = await greeted(house, engine)
            await until_state(call, "opening")
            await call.speaker.be(after_frames * FRAME_MS / 1000)
            await call.speaker.be(1.5, utterance=1)
            await call.speaker.be(2.5)
            call.check_frames()
            assert call.losses() == 0
            (hearer,) = [number for number, leg in enumerate(call.legs) if PastTurn("candidate", REQUEST) in leg.said]
            assert [turn.text for turn in transcript(call.runner) if turn.speaker == "candidate"] == [REQUEST]
            return hearer

    hearers = [run(story(after_frames), threads=True) for after_frames in range(18)]
    # Early enough, it puts the change off; later, it is heard by the next.
    assert hearers == sorted(hearers)
    assert set(hearers) == {0, 1}


@pytest.mark.parametrize("error", [EngineUnreachable("nobody there"), EngineRefusal("no"), None])
def test_a_next_one_that_cannot_be_had_at_first_is_tried_again(error: EngineUnreachable | EngineRefusal | None) -> None:
    async def story() -> None:
        engine = RenewingEngine(lasts_s=20.0)
        async with renewing_house(engine) as house:
            call = await greeted(house, engine)
            if error is None:
                engine.agrees = False  # it is there and never agrees, which is no reason to give up what works
                await call.speaker.be(12)
                engine.agrees = True
                call.legs[1].configure(call.legs[1].configured[-1])
            else:
                engine.plans.extend([error, error])
            await call.speaker.be(12 if error is None else 20)
            assert len(call.heard) >= 2
            assert call.losses() == 0
            call.check_frames()

    run(story(), threads=True)


def test_without_a_next_one_the_end_is_an_ordinary_loss() -> None:
    async def story() -> None:
        engine = RenewingEngine(lasts_s=10.0)
        async with renewing_house(engine) as house:
            call = await greeted(house, engine)
            engine.plans.extend([EngineUnreachable("nobody there")] * 6)
            while len(call.heard) < 2:
                await call.speaker.be(0.5)
            await call.speaker.be(1)
            assert call.losses() == 1
            assert call.runner.status == "connected"
            assert call.cues().count("greeting") == 1

    run(story(), threads=True)


def test_a_configuration_that_changes_meanwhile_is_agreed_before_the_change() -> None:
    async def story() -> None:
        engine = RenewingEngine(lasts_s=10.0)
        async with renewing_house(engine) as house:
            call = await greeted(house, engine)
            while len(call.legs) < 2:
                await call.speaker.be(FRAME_MS / 1000)
            call.runner.configure(
                scenario_id="job_interview", config=LONG | {"company": "Other"}, voice="heart", revision=None
            )
            while len(call.heard) < 2:
                await call.speaker.be(FRAME_MS / 1000)
            assert call.legs[1].configured[-1].revision == 2
            assert call.losses() == 0
            call.check_frames()

    run(story(), threads=True)


def test_near_the_end_a_line_that_is_made_may_play_on_over_the_change() -> None:
    async def story() -> None:
        engine = RenewingEngine(lasts_s=30.0)
        limits = Limits(rollover_s=15.0, rollover_latest_s=7.5)
        async with renewing_house(engine, limits) as house:
            call = await greeted(house, engine)
            first = call.heard[0]
            assert first.expires_at is not None
            loop = asyncio.get_running_loop()
            # Somebody who talks until seven seconds are left.
            await call.speaker.be(first.expires_at - 16 - loop.time())
            await call.speaker.be(first.expires_at - 7 - loop.time(), utterance=1)
            while len(call.heard) < 2:
                await call.speaker.be(FRAME_MS / 1000)
            reply = call.runner.session.reply
            assert reply is not None
            assert reply.text not in [turn.text for turn in call.legs[1].history]
            await call.speaker.be(2)
            assert call.runner.session.reply is None
            # Told when it was known how much of it was heard.
            assert call.legs[1].history[-1].text == reply.text
            assert call.losses() == 0
            call.check_frames()

    run(story(), threads=True)


@pytest.mark.parametrize("state", ["opening", "ready", "closing"])
def test_an_end_in_the_middle_of_a_change_leaves_nothing_open(state: str) -> None:
    async def story() -> None:
        engine = RenewingEngine(lasts_s=10.0)
        async with renewing_house(engine) as house:
            call = await greeted(house, engine)
            engine.open_s = 2.0
            engine.echo_s = 1.0
            engine.close_s = 1.0
            await until_state(call, state)
            await house.directory.end(call.runner.session_id, "user_ended")
            assert house.metrics.legs_open["engine"] == 0
            assert all(leg.closed for leg in call.legs)
            assert [task for task in asyncio.all_tasks() if "engine" in task.get_name()] == []

    run(story(), threads=True)


class FaultyEngine(RenewingEngine):
    """Its second connection fails by a fault of the code, and the first is lost while the session falls apart of it."""

    async def open(self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> TalkingLeg:
        if not self.legs:
            return await super().open(events, wanted, history)
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.call_soon, self.renewing[0].lose)
        raise ZeroDivisionError


def test_a_session_that_fails_in_the_middle_of_a_change_leaves_nothing_open() -> None:
    async def story() -> None:
        engine = FaultyEngine(lasts_s=10.0)
        async with renewing_house(engine) as house:
            call = await greeted(house, engine)
            while house.directory.live(call.runner.session_id) is not None:
                await call.speaker.be(FRAME_MS / 1000)
            assert house.metrics.legs_open["engine"] == 0
            assert all(leg.closed for leg in call.legs)

    run(story(), threads=True)


async def until_state(call: Call, state: str) -> None:
    def tasks(name: str) -> bool:
        return any(name in task.get_name() for task in asyncio.all_tasks())

    facts: dict[str, Callable[[], bool]] = {
        "opening": lambda: tasks("open next engine"),
        "ready": lambda: len(call.legs) == 2,
        "closing": lambda: tasks("close engine"),
    }
    while not facts[state]():
        await call.speaker.be(FRAME_MS / 1000)


def test_a_frame_tells_its_number_and_its_utterance() -> None:
    from tests.runtime.renewing import frame

    assert read_frame(frame(70_000, 51)) == (70_000, 51)
