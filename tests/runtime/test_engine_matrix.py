"""The voice model is lost in every way at every phase of a call: it goes on on a new connection, or ends with a reason."""

import asyncio

import pytest

from greenroom.core import signals as s
from greenroom.core.session import Limits
from tests.doubles.engine_house import until
from tests.runtime.engine_cells import (
    KINDS,
    PHASES,
    UP_AGAIN_S,
    between_turns,
    cell_of,
    check_sound,
    goes_on,
    lose,
    notice,
    up_again,
)


@pytest.mark.parametrize("phase", [phase for phase in PHASES if phase != "ending"])
@pytest.mark.parametrize("kind", KINDS)
async def test_the_call_goes_on_after_the_model_was_lost(kind: str, phase: str) -> None:
    async with cell_of(kind) as cell:
        call = cell.call
        await lose(cell, phase)
        before = len(cell.phone.pieces)
        await notice(cell, phase)
        await up_again(cell)
        await goes_on(cell)

        half_said = cell.fails and phase == "greeting_sounding"  # it fails where some of it was heard: no connection is
        assert len(cell.double.sessions) == (1 if half_said else 2)
        assert cell.double.open == 1
        assert cell.server.conversation() == call.heard_turns()
        greetings = [turn for turn in call.begun() if turn["decision"]["act"] == "greeting"]
        assert len(greetings) == 1
        bridges = [turn for turn in call.begun() if turn["decision"]["act"] == "bridge"]
        cut_off = phase == "greeting_sounding" or (phase in ("candidate_speaking", "words_awaited") and not cell.fails)
        assert len(bridges) == cut_off
        if not cell.fails:
            check_sound(cell, before)
        assert len([signal for signal in call.signals if isinstance(signal, s.EngineLost)]) <= 3
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
        await up_again(cell)
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
        await up_again(cell)
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
