"""Every way of losing the voice model at every phase of a call. `python -m tests.runtime.engine_cells` prints what came
of each: seconds from the loss until the candidate has the floor again, or why the call ended."""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from websockets.exceptions import ConnectionClosed

from greenroom.core.session import Limits
from greenroom.engines.realtime.reading import MALFORMED_IN_A_ROW
from greenroom.websocket import Heartbeats
from tests.doubles.engine_house import EngineCall, ListeningPhone, engine_call, realtime_engine, until
from tests.doubles.realtime_server import Behaviour, RealtimeDouble, Session, realtime_double

UP_AGAIN_S = 4.0
"""From the loss to the interviewer's next line having been heard; the heartbeat's 0.15 s and one retry are in it."""
LIMITS = Limits(reply_s=1.0, worded_s=1.0, prompt_words_s=1.0, connect_s=6.0)
ANSWER = "I led a team of five people who build bridges for a living"


@dataclass
class Cell:
    """A call in which the model is about to be lost."""

    double: RealtimeDouble
    call: EngineCall
    kind: str
    heartbeats: Heartbeats
    resumes: set[str] = field(default_factory=set[str])
    """Items that were all made before the loss: the rest of them may still be heard."""

    @property
    def behaviour(self) -> Behaviour:
        return self.double.behaviour

    @property
    def server(self) -> Session:
        return self.double.session

    @property
    def phone(self) -> ListeningPhone:
        return self.call.phone

    @property
    def fails(self) -> bool:
        return self.kind == "failed_responses"

    async def greeting_heard(self) -> None:
        self.call.pick_up()
        await self.call.page.until(lambda: bool(self.call.spoken()))

    async def answered(self, text: str = ANSWER) -> None:
        """The candidate answers the question that stands, in real sound."""
        self.behaviour.hears.append(text)
        self.phone.speak(1600)
        self.phone.pause()


# The phases: each leaves the call right where the loss comes.


async def opening(cell: Cell) -> None:
    cell.behaviour.greets = False
    cell.call.pick_up()
    await cell.double.until(lambda: cell.double.open == 1)
    cell.behaviour.greets = True
    if cell.fails:
        await cell.server.send("session.created", session=cell.server.session)


async def configuring(cell: Cell) -> None:
    cell.behaviour.hold_echoes = True
    cell.call.pick_up()
    await until(lambda: cell.double.sessions and cell.server.held_echoes)
    cell.behaviour.hold_echoes = False
    if cell.fails:
        await cell.server.release_echoes()


async def greeting_asked(cell: Cell) -> None:
    if not cell.fails:
        cell.behaviour.deaf_to.add("response.create")
    cell.call.pick_up()
    await until(lambda: cell.double.sessions and cell.server.of_type("response.create"))
    cell.behaviour.deaf_to.clear()


async def greeting_sounding(cell: Cell) -> None:
    if cell.fails:
        cell.behaviour.fail_after_deltas = 12
    cell.behaviour.hold_after_deltas = None if cell.fails else 12
    cell.phone.at_once = False
    cell.call.pick_up()
    await cell.call.page.until(lambda: bool(cell.call.begun()))
    await cell.server.until(lambda: len(audio_of(cell.server)) == 12)
    cell.phone.listen(800)
    cell.behaviour.hold_after_deltas = cell.behaviour.fail_after_deltas = None


async def candidate_speaking(cell: Cell) -> None:
    await cell.greeting_heard()
    cell.phone.speak(1600)
    await cell.call.page.until(lambda: bool(cell.call.begun("candidate")))


async def words_awaited(cell: Cell) -> None:
    await candidate_speaking(cell)
    cell.phone.pause()
    await until(lambda: cell.call.runner.session.awaiting_words)


async def reply_sounding(cell: Cell) -> None:
    await cell.greeting_heard()
    cell.phone.at_once = False
    await cell.answered()
    await cell.call.page.until(lambda: len(cell.call.begun()) == 2)
    await cell.server.until(lambda: cell.server.active is None)
    await until(lambda: (reply := cell.call.runner.session.reply) is not None and reply.made)
    cell.phone.listen(500)
    cell.resumes.add(audio_of(cell.server)[-1])


async def reply_asked(cell: Cell) -> None:
    await cell.greeting_heard()
    if not cell.fails:
        cell.behaviour.deaf_to.add("response.create")
    await cell.answered()
    await cell.server.got("response.create", 2)
    cell.behaviour.deaf_to.clear()


async def spoken_over(cell: Cell) -> None:
    await reply_sounding(cell)
    cell.phone.speak(200)
    await until(lambda: (reply := cell.call.runner.session.reply) is not None and reply.held)


async def caller_away(cell: Cell) -> None:
    await cell.greeting_heard()
    await until(lambda: cell.call.runner.session.silence_since is not None)
    assert cell.phone.events is not None
    cell.phone.events.lost("1006")


async def between_turns(cell: Cell) -> None:
    await cell.greeting_heard()
    await until(lambda: cell.call.runner.session.silence_since is not None)


async def ending(cell: Cell) -> None:
    await cell.greeting_heard()
    cell.phone.at_once = False
    if not cell.fails:
        cell.behaviour.hold_after_deltas = 3
    cell.call.runner.ask_end("time_limit")
    if not cell.fails:
        await cell.call.page.until(lambda: len(cell.call.begun()) == 2)
    cell.phone.listen()


PHASES: dict[str, Callable[[Cell], Awaitable[None]]] = {
    phase.__name__: phase
    for phase in (
        opening,
        configuring,
        greeting_asked,
        greeting_sounding,
        candidate_speaking,
        words_awaited,
        reply_asked,
        reply_sounding,
        spoken_over,
        between_turns,
        caller_away,
        ending,
    )
}


# The losses.


async def expired(server: Session) -> None:
    with suppress(ConnectionClosed):
        await server.expire()


async def reset(server: Session) -> None:
    server.reset()


async def swallowed(server: Session) -> None:
    server.swallow()


def closed(code: int) -> Callable[[Session], Awaitable[None]]:
    async def close(server: Session) -> None:
        await server.close(code)

    return close


async def babbled(server: Session) -> None:
    with suppress(ConnectionClosed):
        for number in range(MALFORMED_IN_A_ROW):
            await server.send_raw(f"This is no event, number {number}.")


async def nothing_more(server: Session) -> None:
    """Responses that fail are told to the double beforehand."""


KINDS: dict[str, Callable[[Session], Awaitable[None]]] = {
    "closed_1000": closed(1000),
    "closed_1001": closed(1001),
    "closed_1011": closed(1011),
    "reset_1006": reset,
    "silence": swallowed,
    "session_expired": expired,
    "garbage": babbled,
    "refused_twice": reset,
    "failed_responses": nothing_more,
}


@asynccontextmanager
async def cell_of(kind: str, limits: Limits = LIMITS) -> AsyncGenerator[Cell]:
    heartbeats = Heartbeats(tick_s=0.02, ping_after_s=0.04, drop_after_s=0.15)
    heartbeats.start()
    try:
        async with realtime_double(Behaviour(vad=True)) as double:
            engine = realtime_engine(double.url, heartbeats, lambda _: None, words_are_prompt=True)
            async with engine_call(engine, limits) as call:
                yield Cell(double, call, kind, heartbeats)
            await double.until(lambda: double.open == 0)
            assert len(heartbeats) == 0
    finally:
        heartbeats.stop()


def audio_of(server: Session) -> list[str]:
    """The item of every piece of sound that was sent."""
    return [event["item_id"] for event in server.sent if event["type"] == "response.output_audio.delta"]


FAILS_AT_ONCE = ("opening", "configuring", "greeting_asked")
"""Phases in which the responses that fail are those of the greeting."""


async def lose(cell: Cell, phase: str) -> None:
    """Bring the call to this phase, and lose the model there."""
    if cell.fails and phase in FAILS_AT_ONCE:
        cell.behaviour.fail_next = 2
    await PHASES[phase](cell)
    if cell.fails and phase not in (*FAILS_AT_ONCE, "greeting_sounding"):
        cell.behaviour.fail_next = 2
    if cell.kind == "refused_twice":
        cell.behaviour.http_status, cell.behaviour.refuse_next = 503, 2
    await KINDS[cell.kind](cell.server)


async def notice(cell: Cell, phase: str) -> None:
    """Until it is another connection that speaks, or will."""
    if not cell.fails:
        await until(lambda: len(cell.double.sessions) > 1)
    if phase == "caller_away":
        cell.call.pick_up()
    if cell.fails and phase in ("candidate_speaking", "words_awaited"):
        cell.phone.pause()
    elif cell.fails and phase in ("reply_asked", "reply_sounding", "spoken_over", "between_turns", "caller_away"):
        # What fails is the line after the one that stands.
        if phase == "spoken_over":
            cell.behaviour.hears.append(None)
        cell.phone.pause()
        cell.phone.listen()
        await until(lambda: settled(cell))
        await cell.answered()
        await until(lambda: cell.behaviour.fail_next == 0)


async def up_again(cell: Cell) -> None:
    """The interviewer has had its say."""
    cell.phone.listen()
    await until(lambda: settled(cell), UP_AGAIN_S)


async def goes_on(cell: Cell) -> None:
    """The candidate answers, and is answered."""
    call = cell.call
    said, answers = len(call.spoken()), len(call.spoken("candidate"))
    await cell.answered("And then we built a much longer one")
    await call.page.until(lambda: len(call.spoken("candidate")) > answers, UP_AGAIN_S)
    await call.page.until(lambda: len(call.spoken()) > said, UP_AGAIN_S)
    await until(lambda: settled(cell), UP_AGAIN_S)


def settled(cell: Cell) -> bool:
    """Both legs are there, nothing is said, and the candidate has the floor."""
    now = cell.call.runner.session
    quiet = now.reply is None and now.awaiting_words is None and now.owed is None and now.silence_since is not None
    return cell.call.runner.status == "connected" and quiet and now.engine_revision > 0 and not now.hearings


def check_sound(cell: Cell, before: int) -> None:
    """Nothing of an old connection is played, but for the rest of what had all been made."""
    latest = len(cell.double.sessions) - 1
    for piece in cell.phone.pieces[before:]:
        owner = cell.double.item_of(piece)
        assert owner is not None
        number, item_id = owner
        assert number == latest or item_id in cell.resumes, f"stale audio of connection {number}"


@dataclass(frozen=True)
class Outcome:
    """What came of a loss."""

    took_s: float
    """Until the candidate has the floor again, or the end was told."""
    reason: str | None
    connections: int


async def outcome(cell: Cell, phase: str) -> Outcome:
    """Lose the model at this phase, and see."""
    await lose(cell, phase)
    began = time.monotonic()
    if phase == "ending":
        await cell.call.page.until(lambda: cell.call.reason is not None, UP_AGAIN_S)
    else:
        await notice(cell, phase)
        await up_again(cell)
    return Outcome(time.monotonic() - began, cell.call.reason, len(cell.double.sessions))


async def _table() -> None:
    width = max(map(len, PHASES)) + 2
    sys.stdout.write(" " * width + "".join(f"{kind:>18}" for kind in KINDS) + "\n")
    slowest = 0.0
    for phase in PHASES:
        row = ""
        for kind in KINDS:
            async with cell_of(kind) as cell:
                found = await outcome(cell, phase)
                if found.reason is None:
                    await goes_on(cell)
            slowest = max(slowest, found.took_s)
            row += f"{found.reason or 'up again':>12}{found.took_s:6.2f}"
        sys.stdout.write(f"{phase:<{width}}{row}" + "\n")
    sys.stdout.write(f"{len(PHASES) * len(KINDS)} cells, the slowest {slowest:.2f} s" + "\n")


if __name__ == "__main__":
    asyncio.run(_table())
