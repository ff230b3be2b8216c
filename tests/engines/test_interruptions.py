"""Five hundred interruptions of replies that were made in a moment: cut where the person stopped hearing, or not at all.

Real sessions, the real bridge and the real leg; the double holds every truncation against what it sent, and the ear is
simulated on a clock that only the test moves.
"""

import asyncio
import random
import sys
from dataclasses import dataclass, field

import pytest

from greenroom.core.session import Limits
from greenroom.ports.caller import BYTES_PER_MS
from greenroom.runtime.audio_bridge import MARK_EVERY_MS
from greenroom.websocket import Heartbeats
from tests.doubles.engine_house import EngineCall, engine_call, realtime_engine, until
from tests.doubles.realtime_server import Behaviour, RealtimeDouble, Session, realtime_double
from tests.runtime.simulated_ear import DistantEar, FakeClock

INTERRUPTIONS = 50
"""A round."""
LIMITS = Limits(barge_in_wait_s=30)


@dataclass(frozen=True)
class Line:
    """How the caller is connected, and what may be expected then."""

    audio_format: str = "audio/pcmu"
    way_ms: tuple[int, int] = (0, 0)
    """Each way, at random between these."""
    tells: bool = False
    """A page: it says where it fell silent."""
    channel: str = "phone"
    rounds: int = 10
    most_off_ms: float = MARK_EVERY_MS
    most_lost_ms: float = 0.0
    most_repeated_ms: float = 0.0


LINES = {
    "phone": Line(),
    "phone_far": Line(way_ms=(60, 60), rounds=2),
    "phone_unsteady": Line(way_ms=(20, 80), rounds=2, most_lost_ms=60, most_repeated_ms=120),
    # A page counts in whole milliseconds, and the part of one that sounded is played again.
    "page": Line("audio/pcm", (0, 80), tells=True, channel="browser", most_off_ms=1, most_repeated_ms=1),
}


@dataclass
class Found:
    """What the interruptions came to."""

    off_ms: list[float] = field(default_factory=list[float])
    """What was truncated less what was heard, of each confirmed one."""
    lost_ms: list[float] = field(default_factory=list[float])
    """What a resumed reply left out, of each unconfirmed one, to the sample."""
    repeated_ms: list[float] = field(default_factory=list[float])
    """What it played twice."""
    complaints: list[object] = field(default_factory=list[object])

    def __len__(self) -> int:
        return len(self.off_ms) + len(self.lost_ms)


class Talk:
    """One session, its ear and the model's side."""

    def __init__(
        self, call: EngineCall, clock: FakeClock, double: RealtimeDouble, chance: random.Random, line: Line
    ) -> None:
        self.line = line
        self.per_ms = BYTES_PER_MS[line.audio_format]
        self.call = call
        self.clock = clock
        self.double = double
        self.chance = chance
        self.ear = DistantEar(clock, line.audio_format, way_ms=lambda: chance.randint(*line.way_ms), tells=line.tells)
        self.since = 0
        """The ear's position when the reply began."""
        self.item_id = ""

    @property
    def server(self) -> Session:
        return self.double.session

    @property
    def said(self) -> bytes:
        return bytes(self.server.sounds.of_item[self.item_id])

    @property
    def heard(self) -> int:
        """Bytes of the reply that have truly sounded; none of them twice, as long as it was not resumed."""
        return len(self.ear.heard) - self.since

    @property
    def goes_on(self) -> bool:
        return self.call.runner.status == "connected"

    def pick_up(self) -> None:
        events = self.call.runner.attach_caller(self.ear)
        self.ear.on_mark = events.mark_played
        self.ear.on_cleared = events.cleared

    async def greeted(self) -> None:
        """The first reply is asked for."""
        await until(lambda: self.call.runner.session.reply is not None)

    def play(self, ms: int) -> None:
        """Time passes."""
        self.ear.play(ms)
        self.call.deadlines.run_due(self.clock.now())

    async def reply(self) -> None:
        """The next reply is there: all of it, or, of every third one, some pieces."""
        self.since = len(self.ear.heard)
        if self.call.runner.session.reply is None:
            self.choose_pieces()
            self.call.runner.give_cue("repeat")
        await until(lambda: next(reversed(self.server.sounds.of_item), "") != self.item_id)
        self.item_id = next(reversed(self.server.sounds.of_item))
        pieces = self.double.behaviour.hold_after_deltas
        await until(lambda: self.made or (pieces and len(self.said) == pieces * 200 * self.per_ms))
        await until(lambda: self.call.runner.bridge.ear.received_ms * self.per_ms == len(self.said))

    def choose_pieces(self) -> None:
        """Of the reply to come."""
        self.double.behaviour.hold_after_deltas = self.chance.randint(4, 9) if self.chance.random() < 1 / 3 else None

    @property
    def made(self) -> bool:
        reply = self.call.runner.session.reply
        return reply is not None and reply.made

    async def speak_over(self) -> str:
        """The candidate's voice over the reply, which is silent from then on."""
        item_id = await self.server.speech_started(0)
        await until(lambda: (reply := self.call.runner.session.reply) is not None and reply.held)
        return item_id

    async def fall_silent(self, item_id: str) -> None:
        await self.server.speech_stopped(item_id, 0)
        await self.server.transcript_failed(item_id)
        await until(lambda: not self.call.runner.session.hearings)

    def fallen_silent(self, ms: int) -> int:
        """Where in the reply the ear fell silent; so much time has passed since it was told to."""
        out_ms = self.line.way_ms[1]
        self.play(out_ms)
        position = self.heard
        self.play(ms - out_ms)
        assert self.heard == position, "it sounded on after it was stopped"
        return position

    async def cough(self, found: Found) -> None:
        """Too short to be an interruption: the reply goes on from where the ear was."""
        item_id = await self.speak_over()
        position = self.fallen_silent(self.chance.randint(20 + 2 * self.line.way_ms[1], 400))
        await self.fall_silent(item_id)
        self.play(20 + self.line.way_ms[1])
        again = self.said.find(bytes(self.ear.heard[self.since + position :][:24]))
        assert again >= 0
        found.lost_ms.append(max(0, again - position) / self.per_ms)
        found.repeated_ms.append(max(0, position - again) / self.per_ms)
        self.since += position - again  # from here on, as if nothing had been repeated

    async def interrupt(self, found: Found) -> None:
        """Long enough: the model forgets what was not heard."""
        self.choose_pieces()
        asked = len(self.server.of_type("conversation.item.truncate"))
        item_id = await self.speak_over()
        position = self.fallen_silent(self.chance.randint(520, 900))
        if self.chance.random() < 0.5:
            await self.server.transcript_deltas(item_id, "No wait a moment")
        await self.fall_silent(item_id)
        truncation = await self.server.got("conversation.item.truncate", asked + 1)
        assert truncation["item_id"] == self.item_id
        found.off_ms.append(truncation["audio_end_ms"] - position / self.per_ms)

    async def to_its_end(self) -> None:
        """Nobody speaks any more: all of it is heard, once."""
        self.server.release()
        await until(lambda: self.made)
        await until(lambda: self.call.runner.bridge.ear.received_ms * self.per_ms == len(self.said))
        reply = self.call.runner.session.reply
        assert reply is not None
        for _ in range(len(self.said) // (100 * self.per_ms) + 5):
            now = self.call.runner.session.reply
            if now is None or now.cue is not reply.cue:
                break
            self.play(100)
        assert bytes(self.ear.heard[-200:]) == self.said[-200:]
        assert self.heard == len(self.said)


async def interrupted(talk: Talk, found: Found) -> None:
    """One reply with what befalls it."""
    await talk.reply()
    coughs = talk.chance.choice((0, 0, 1, 2))
    for _ in range(coughs + 1):
        left_ms = (len(talk.said) - talk.heard) // talk.per_ms
        if left_ms < 200 + talk.line.way_ms[1]:
            break
        talk.play(talk.chance.randint(20, left_ms // 2))
        if coughs:
            coughs -= 1
            await talk.cough(found)
        else:
            await talk.interrupt(found)
            return
    await talk.to_its_end()


async def interruptions(line: Line, seed: int, number: int) -> Found:
    """So many of them, in as many sessions as it takes."""
    chance, found = random.Random(seed), Found()
    heartbeats = Heartbeats()
    while len(found) < number:
        async with realtime_double(Behaviour(ms_per_word=200)) as double:
            engine = realtime_engine(double.url, heartbeats, lambda _: None)
            clock = FakeClock()
            async with engine_call(engine, LIMITS, clock, channel=line.channel) as call:
                talk = Talk(call, clock, double, chance, line)
                talk.pick_up()
                await talk.greeted()
                for _ in range(40):
                    if len(found) < number and talk.goes_on:
                        await interrupted(talk, found)
            found.complaints += double.session.complaints
    return found


ROUNDS = [(name, seed) for name, line in LINES.items() for seed in range(line.rounds)]


@pytest.mark.parametrize(("name", "seed"), ROUNDS)
async def test_interruptions_are_cut_where_the_person_stopped_hearing(name: str, seed: int) -> None:
    line = LINES[name]
    found = await interruptions(line, seed, INTERRUPTIONS)
    assert not found.complaints  # of a truncation past what was sent above all
    assert len(found.off_ms) >= INTERRUPTIONS // 4
    assert max(map(abs, found.off_ms)) <= line.most_off_ms
    assert len(found.lost_ms) >= INTERRUPTIONS // 4
    assert max(found.lost_ms) <= line.most_lost_ms
    assert max(found.repeated_ms) <= line.most_repeated_ms


async def _table() -> None:
    for name, line in LINES.items():
        found = [await interruptions(line, seed, INTERRUPTIONS) for seed in range(line.rounds)]
        off = sorted(abs(ms) for one in found for ms in one.off_ms)
        lost = [ms for one in found for ms in one.lost_ms]
        repeated = [ms for one in found for ms in one.repeated_ms]
        complaints = sum(len(one.complaints) for one in found)
        sys.stdout.write(
            f"{name:<16}{len(off):>4} confirmed, off by {off[len(off) // 2]:.1f} ms (median), {off[-1]:.1f} (most); "
            f"{len(lost):>4} not, lost {max(lost):.2f} ms (most), repeated {max(repeated):.2f}; {complaints} complaints\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_table())
