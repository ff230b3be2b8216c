"""The voice model is lost in every way at every phase of a call: it goes on on a new connection, or ends with a reason."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from websockets.exceptions import ConnectionClosed

from greenroom.core import signals as s
from greenroom.core.session import Limits
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
        reply_sounding,
        between_turns,
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


async def nothing_more(server: Session) -> None:
    """Responses that fail are told to the double beforehand."""


KINDS: dict[str, Callable[[Session], Awaitable[None]]] = {
    "closed_1000": closed(1000),
    "closed_1001": closed(1001),
    "closed_1011": closed(1011),
    "reset_1006": reset,
    "silence": swallowed,
    "session_expired": expired,
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


async def lose(cell: Cell, phase: str) -> None:
    """Bring the call to this phase, and lose the model there."""
    if cell.fails and phase in ("opening", "configuring", "greeting_asked"):
        cell.behaviour.fail_next = 2
    await PHASES[phase](cell)
    if cell.fails and phase not in ("opening", "configuring", "greeting_asked", "greeting_sounding"):
        cell.behaviour.fail_next = 2
    await KINDS[cell.kind](cell.server)


async def goes_on(cell: Cell) -> None:
    """The interviewer has had its say, the candidate answers, and is answered."""
    call = cell.call
    cell.phone.listen()
    await until(lambda: settled(cell), UP_AGAIN_S)
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


@pytest.mark.parametrize("phase", [phase for phase in PHASES if phase != "ending"])
@pytest.mark.parametrize("kind", KINDS)
async def test_the_call_goes_on_after_the_model_was_lost(kind: str, phase: str) -> None:
    async with cell_of(kind) as cell:
        call = cell.call
        await lose(cell, phase)
        before = len(cell.phone.pieces)
        if cell.fails and phase in ("candidate_speaking", "words_awaited"):
            cell.phone.pause()
        if cell.fails and phase in ("reply_sounding", "between_turns"):
            # What fails is the line after the one that stands.
            cell.phone.listen()
            await until(lambda: settled(cell))
            await cell.answered()
            await until(lambda: cell.behaviour.fail_next == 0)
        elif not cell.fails:
            await until(lambda: len(cell.double.sessions) > 1)
        await goes_on(cell)

        half_said = cell.fails and phase == "greeting_sounding"  # it fails where some of it was heard: no connection is
        assert len(cell.double.sessions) == (1 if half_said else 2)
        assert cell.double.open == 1
        assert cell.server.conversation() == call.heard_turns()
        greetings = [turn for turn in call.begun() if turn["decision"]["act"] == "greeting"]
        assert len(greetings) == 1
        if not cell.fails:
            check_sound(cell, before)
        assert len([signal for signal in call.signals if isinstance(signal, s.EngineLost)]) <= 1
        for server in cell.double.sessions:
            assert not [error for error in server.complaints if error["code"] != "session_expired"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_farewell_that_is_cut_off_ends_the_call_for_its_reason(kind: str) -> None:
    async with cell_of(kind) as cell:
        await lose(cell, "ending")
        async with asyncio.timeout(UP_AGAIN_S):
            await cell.call.page.until(lambda: cell.call.reason is not None)
        assert cell.call.reason == "time_limit"
        assert len(cell.double.sessions) == 1


async def test_a_model_that_stays_away_ends_the_call_in_time() -> None:
    async with cell_of("closed_1001", Limits(grace_s=1.0, grace_watched_s=1.0)) as cell:
        await between_turns(cell)
        cell.behaviour.http_status = 503
        await cell.server.close(1001)
        await cell.call.page.until(lambda: cell.call.reason is not None)
        assert cell.call.reason == "engine_lost"
        assert 2 <= len(cell.double.requests) - 1 <= 6  # attempts: they grow rarer
        await until(lambda: cell.phone.closed == (1000, "engine_lost"))


async def test_a_model_that_is_back_after_some_attempts_goes_on() -> None:
    async with cell_of("closed_1001") as cell:
        await between_turns(cell)
        cell.behaviour.http_status, cell.behaviour.refuse_next = 503, 3
        await cell.server.close(1001)
        await until(lambda: len(cell.double.sessions) == 2)
        await goes_on(cell)
        assert cell.server.conversation() == cell.call.heard_turns()


async def test_a_model_lost_again_before_it_spoke_is_replaced_again() -> None:
    async with cell_of("closed_1001") as cell:
        await between_turns(cell)
        await cell.server.close(1001)
        for number in (2, 3):
            await until(lambda number=number: len(cell.double.sessions) == number and cell.double.open == 1)
            cell.server.reset()
        await until(lambda: len(cell.double.sessions) == 4)
        await goes_on(cell)
        assert cell.server.conversation() == cell.call.heard_turns()
        assert len([turn for turn in cell.call.begun() if turn["decision"]["act"] == "greeting"]) == 1


SOON = Limits(grace_s=1.0, grace_watched_s=1.0, configure_s=0.3, reply_s=0.3, worded_s=0.3, prompt_words_s=0.1)
MOST_CONNECTIONS = 10
"""In a grace of one second: attempts grow rarer."""


@pytest.mark.parametrize("what", ["ends at once", "fails every response", "never answers a response", "never agrees"])
async def test_a_model_that_can_be_reached_and_not_used_ends_the_call_in_time(what: str) -> None:
    async with cell_of("closed_1001", SOON) as cell:
        await between_turns(cell)
        match what:
            case "ends at once":
                cell.behaviour.close_on["session.update"] = 1011
            case "fails every response":
                cell.behaviour.fail_next = 1_000_000
            case "never answers a response":
                cell.behaviour.deaf_to.add("response.create")
            case _:
                cell.behaviour.deaf_to.add("session.update")
        if what in ("ends at once", "never agrees"):
            await cell.server.close(1001)
        else:
            await cell.answered()
        await cell.call.page.until(lambda: cell.call.reason is not None, 6.0)
        assert cell.call.reason == "engine_lost"
        assert len(cell.double.requests) <= MOST_CONNECTIONS


async def test_a_farewell_that_was_all_made_is_heard_to_its_end() -> None:
    async with cell_of("closed_1001") as cell:
        await cell.greeting_heard()
        cell.phone.at_once = False
        heard = len(cell.phone.sounded)
        cell.call.runner.ask_end("time_limit")
        await until(lambda: (reply := cell.call.runner.session.reply) is not None and reply.made)
        farewell = list(cell.server.sounds.of_item.values())[-1]
        cell.phone.listen(300)
        await cell.server.close(1001)
        await until(lambda: any(isinstance(signal, s.EngineLost) for signal in cell.call.signals))
        assert cell.call.runner.status == "ending"
        cell.phone.listen()
        await cell.call.page.until(lambda: cell.call.reason is not None)
        assert cell.call.reason == "time_limit"
        assert cell.phone.sounded[heard:] == farewell
