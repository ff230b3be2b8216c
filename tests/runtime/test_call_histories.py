"""Call histories: what the carrier, the person and the candidate do, in every order that the carrier's rules allow.

The orders are those of docs/adr/0027. Each history is a line of words (see `phone_house.Story`), the statuses that a page
must see, the reason, and how often the carrier was asked to hang up.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenroom.core.errors import CallLimitReached, NoSuchSession, OutOfOrder
from greenroom.core.phases import NEXT, Phase
from greenroom.runtime.calls import CallSettings
from greenroom.runtime.fair_use import CallLimits
from greenroom.stores.memory import MemoryStore
from tests.doubles.carrier import Carrier
from tests.runtime import virtual_time
from tests.runtime.phone_house import PhoneHouse, Story, an_order, phone_house

TALK = "calling ringing connecting connected"


@dataclass(frozen=True)
class History:
    script: str
    statuses: str
    """Without `ended`, which comes last in every one."""
    reason: str
    hang_ups: int
    inbound: bool = False
    go_on: bool = False
    placed: int = 1
    """How often the carrier was asked for a call."""


HISTORIES = {
    # The person answers, and hangs up; the end is told in every order, with losses.
    "hung up, everything told": History("reply initiated ringing in-progress stream media stop completed", TALK, "caller_hung_up", 1),
    "hung up, the status first": History("reply ringing in-progress stream media completed stop", TALK, "caller_hung_up", 0),
    "hung up, only the stop": History("reply ringing in-progress stream media stop", TALK, "caller_hung_up", 1),
    "hung up, only the status": History("reply ringing in-progress stream media completed", TALK, "caller_hung_up", 0),
    "hung up, the socket cut before the status": History("reply ringing stream media cut completed", TALK + " interrupted", "caller_hung_up", 0),
    "hung up, the socket cut and nothing else": History("reply ringing stream media cut", TALK + " interrupted", "caller_lost", 1),
    "hung up, and the stream just fell silent": History("reply ringing stream media silent", TALK + " interrupted", "caller_lost", 1),
    "hung up, found by asking after silence": History("reply ringing stream media hangs_up_unheard suspect", TALK, "caller_hung_up", 0),
    "silent for a moment, and still there": History("reply ringing stream media suspect media end", TALK, "user_ended", 1),
    "the stop told twice, and late callbacks": History("reply ringing stream media stop stop ringing in-progress completed completed", TALK, "caller_hung_up", 1),
    # Callbacks late, twice, out of order.
    "stream before the answer to the request": History("reached stream media reply ringing in-progress end", "calling connecting connected", "user_ended", 1),
    "stream before any callback": History("reply stream media ringing in-progress initiated end", "calling connecting connected", "user_ended", 1),
    "callbacks before the answer to the request": History("reached initiated ringing in-progress reply stream media end", TALK, "user_ended", 1),
    "callbacks backwards": History("reply in-progress ringing initiated queued stream media end", "calling connecting connected", "user_ended", 1),
    "every callback twice": History("reply initiated initiated ringing ringing in-progress in-progress stream media end", TALK, "user_ended", 1),
    "no callback at all": History("reply stream media end", "calling connecting connected", "user_ended", 1),
    "final before the answer to the request": History("reached busy reply", "calling", "busy", 0),
    "everything again after the end": History("reply ringing busy ringing in-progress completed no-answer machine stream", "calling ringing", "busy", 0),
    # It never comes to a conversation.
    "busy": History("reply initiated busy", "calling", "busy", 0),
    "busy after ringing": History("reply initiated ringing busy", "calling ringing", "busy", 0),
    "no answer": History("reply initiated ringing no-answer", "calling ringing", "no_answer", 0),
    "no answer, told twice": History("reply ringing no-answer no-answer", "calling ringing", "no_answer", 0),
    "failed": History("reply failed", "calling", "failed", 0),
    "cancelled by the carrier": History("reply ringing canceled", "calling ringing", "cancelled", 0),
    "answered and hung up before the stream": History("reply ringing in-progress completed", "calling ringing", "caller_hung_up", 0),
    "answered, and the stream never came": History("reply ringing in-progress", "calling ringing", "failed", 1),
    "rang, and nothing more was heard": History("reply ringing", "calling ringing", "no_answer", 1),
    "taken, and nothing more was heard": History("reply", "calling", "failed", 1),
    # The request.
    "refused": History("refused", "calling", "failed", 0),
    "the carrier too busy each time": History("busy_carrier wait busy_carrier wait busy_carrier", "calling", "failed", 0, placed=3),
    "the carrier too busy, then not": History("busy_carrier wait reply ringing stream media end", TALK, "user_ended", 1, placed=2),
    "the carrier too busy, and the candidate gone meanwhile": History("busy_carrier end wait", "calling", "cancelled", 0),
    "the answer lost, the call made": History("lost ringing in-progress stream media end", TALK, "user_ended", 1),
    "the answer lost, known by its stream": History("lost stream media end", "calling connecting connected", "user_ended", 1),
    "the answer lost, no call made": History("unreached", "calling", "failed", 0),
    "the answer lost, given up, and then it rings": History("lost end ringing", "calling", "cancelled", 1),
    # The candidate gives up.
    "cancelled while ringing": History("reply ringing end", "calling ringing", "cancelled", 1),
    "cancelled while ringing, then told": History("reply ringing end canceled canceled", "calling ringing", "cancelled", 1),
    "cancelled, and answered in that moment": History("reply ringing end in-progress stream completed", "calling ringing", "cancelled", 1),
    "cancelled before the request was answered": History("reached end reply", "calling", "cancelled", 1),
    "cancelled before, and the request then refused": History("end refused", "calling", "cancelled", 0),
    "cancelled before the answer, which is a callback": History("reached end initiated ringing reply", "calling", "cancelled", 1),
    "cancelled twice": History("reply end end ringing", "calling", "cancelled", 1),
    "ended while connecting": History("engine_slow reply ringing stream end engine_ready", "calling ringing connecting", "user_ended", 1),
    "ended in the conversation": History("reply ringing in-progress stream media end stop completed", TALK, "user_ended", 1),
    "hung up while connecting": History("engine_slow reply ringing stream stop engine_ready completed", "calling ringing connecting", "caller_hung_up", 1),
    "hung up in the farewell": History("reply ringing stream media deaf limit stop completed", TALK + " ending", "time_limit", 1),
    "the call over in the farewell": History("reply ringing stream media deaf limit completed", TALK + " ending", "time_limit", 0),
    "cut in the farewell": History("reply ringing stream media deaf limit cut", TALK + " ending", "time_limit", 1),
    "the farewell is never heard to its end": History("reply ringing stream media deaf limit wait wait wait wait wait", TALK + " ending", "time_limit", 1),
    "the time is up": History("reply ringing stream media limit", TALK + " ending", "time_limit", 1),
    "the operator's reset while ringing": History("reply ringing reset", "calling ringing", "reset", 1),
    # Machines.
    "a machine answers": History("reply ringing in-progress stream media machine completed", TALK, "voicemail", 1),
    "a machine, told before the stream": History("reply ringing in-progress machine stream", "calling ringing", "voicemail", 1),
    "a machine, told before the answer to the request": History("reached ringing machine reply", "calling ringing", "voicemail", 1),
    "a machine, told twice and late": History("reply ringing in-progress stream end machine machine", TALK, "user_ended", 1),
    "a machine that may listen": History("reply ringing in-progress stream media machine end", TALK, "user_ended", 1, go_on=True),
    "a person": History("reply ringing in-progress stream media human end", TALK, "user_ended", 1),
    # The stream is lost and taken up again.
    "cut, and taken up again": History("reply ringing stream media cut again media end", TALK + " interrupted connected", "user_ended", 1),
    "silent, and taken up again": History("reply ringing stream media silent again media stop", TALK + " interrupted connected", "caller_hung_up", 1),
    "replaced before the loss was noticed": History("reply ringing stream media again media end", TALK + " connected", "user_ended", 1),
    "cut while connecting, and taken up again": History("engine_slow reply ringing stream cut engine_ready again media end", "calling ringing connecting interrupted connected", "user_ended", 1),
    # The carrier can't be reached for the hang-up.
    "the hang-up has to be tried again": History("reply ringing carrier_down end carrier_up", "calling ringing", "cancelled", 1),
    "the hang-up is never taken in": History("reply ringing carrier_refuses end", "calling ringing", "cancelled", 0),
    "told that it is over while the hang-up fails": History("reply ringing carrier_down end canceled carrier_up", "calling ringing", "cancelled", 0),
    # Calls that come in.
    "called, and hung up": History("stream media stop completed", "ringing connecting connected", "caller_hung_up", 1, inbound=True),
    "called, and gave up before the stream": History("completed", "ringing", "caller_hung_up", 0, inbound=True),
    "called, and no stream came": History("in-progress", "ringing", "failed", 1, inbound=True),
    "called, and the candidate ended it on the page": History("stream media end", "ringing connecting connected", "user_ended", 1, inbound=True),
    "called, cut, and taken up again": History("stream media cut again media stop", "ringing connecting connected interrupted connected", "caller_hung_up", 1, inbound=True),
}  # fmt: skip
STAY_UP = {"the hang-up is never taken in"}
"""Left to the carrier's own time limit."""


def test_there_are_enough_of_them() -> None:
    assert len(HISTORIES) >= 40


async def tell(at: PhoneHouse, script: str, *, inbound: bool = False) -> Story:
    story = await at.story(inbound=inbound)
    await story.go(script)
    await story.settle()
    return story


def nothing_is_left(at: PhoneHouse) -> None:
    assert len(at.calls) == 0
    assert at.house.metrics.calls_open == 0
    assert at.calls.fair_use.look(at_ms=0).calls_open == 0
    assert at.house.directory.runners() == []
    assert all(phone_closed for phone_closed in (leg.closed for leg in at.engine.legs))
    assert len(at.deadlines) == 1, "the retention's"


@pytest.mark.parametrize("name", HISTORIES)
def test_a_call_goes_through_the_right_states_to_one_end_and_leaves_nothing(name: str) -> None:
    history = HISTORIES[name]

    async def live_through() -> None:
        async with phone_house(settings=CallSettings(hang_up_on_machines=not history.go_on)) as at:
            story = await tell(at, history.script, inbound=history.inbound)
            assert story.statuses == [*history.statuses.split(), "ended"]
            assert story.reason == history.reason
            assert len(at.carrier.hung_up) == history.hang_ups
            assert at.carrier.up == ([] if name not in STAY_UP else ["CA1"])
            assert len(at.carrier.asked) == (0 if history.inbound else history.placed)
            assert all(phone.closed is not None for phone in story.phones)
            nothing_is_left(at)

    virtual_time.run(live_through())


WORDS = st.sampled_from(
    "reply reached lost unreached refused busy_carrier queued initiated ringing in-progress completed busy no-answer "
    "failed canceled machine human stream again media stop cut silent suspect deaf end limit reset engine_slow "
    "engine_ready carrier_down carrier_up hangs_up_unheard wait".split()
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(WORDS, max_size=25), st.booleans(), st.booleans())
def test_in_any_order_whatsoever_there_is_one_end_and_nothing_is_left(
    words: list[str], inbound: bool, go_on: bool
) -> None:
    async def live_through() -> None:
        async with phone_house(settings=CallSettings(hang_up_on_machines=not go_on)) as at:
            story = await at.story(inbound=inbound)
            await story.go(" ".join(words))
            connected = "connected" in story.statuses
            assert not connected or story.phones, "connected without a stream"
            await story.go("carrier_up engine_ready end end")
            while at.carrier.is_asked:
                story.do("unreached")
                await story.settle()
            await story.settle()
            if at.carrier.up:  # its answer was lost, and nothing has named it: it is known by its next word
                assert at.carrier.hung_up == []
                await story.go("ringing")
            assert story.statuses.count("ended") == 1
            assert story.statuses[-1] == "ended"
            assert all(onward(*pair) for pair in zip(["idle", *story.statuses], story.statuses, strict=False))
            assert all(at.carrier.hung_up.count(call_id) <= 1 for call_id in at.carrier.calls)
            assert at.carrier.up == []
            assert len(at.carrier.asked) <= 1 + words.count("busy_carrier")
            nothing_is_left(at)

    virtual_time.run(live_through())


def onward(before: str, after: str) -> bool:
    return any(Phase(after) in targets for targets in NEXT[Phase(before)].values())


async def outcome(at: PhoneHouse, number: str) -> str:
    try:
        await at.story(number)
    except CallLimitReached:
        return "refused"
    return "placed"


@pytest.mark.parametrize("limit", ["per_day", "per_number", "per_address", "at_once"])
def test_of_a_hundred_who_want_the_last_call_exactly_one_gets_it(limit: str) -> None:
    async def race() -> None:
        bounds: dict[str, Any] = {limit: 3}
        async with phone_house(replace(CallLimits(0, 0, 0, 0, 0), **bounds)) as at:
            at.carrier.answers_at_once = True
            for before in range(2):
                story = await at.story("n" if limit == "per_number" else f"before {before}")
                if limit != "at_once":
                    story.call_id = f"CA{before + 1}"
                    await story.go("busy")
            async with asyncio.TaskGroup() as group:
                numbers = ["n" if limit == "per_number" else f"n{number}" for number in range(100)]
                tries = [group.create_task(outcome(at, number)) for number in numbers]
            assert sorted(task.result() for task in tries).count("placed") == 1
            assert len(at.carrier.asked) == 3
            assert len(at.house.store.calls_since(0)) == 3
            await at.house.directory.reset()

    virtual_time.run(race())


def test_redialled_at_once_after_a_hang_up_calls_do_not_overlap_and_are_billed_once_each() -> None:
    async def redial() -> None:
        async with phone_house(CallLimits(0, 0, 0, 0, cooldown_s=5)) as at:
            first = await at.story("n")
            await first.go("reply ringing in-progress stream media carrier_down end")
            with pytest.raises(CallLimitReached) as refused:
                await at.story("n")  # the first line is not free yet
            assert refused.value.retry_after_s > 0
            await first.go("carrier_up wait wait")
            assert at.carrier.up == []
            with pytest.raises(CallLimitReached) as refused:
                await at.story("n")
            assert 0 < refused.value.retry_after_s <= 5
            await asyncio.sleep(5)
            second = await at.story("n")
            await second.go("reply ringing in-progress stream media")
            first.do("completed")  # late news of the first are nothing to the second
            first.do("machine")
            await second.go("end")
            await second.settle()
            assert [first.reason, second.reason] == ["user_ended", "user_ended"]
            assert second.statuses == [*TALK.split(), "ended"]
            assert at.carrier.hung_up == ["CA1", "CA2"]
            assert len(at.carrier.asked) == sum(call.billed for call in at.carrier.calls.values()) == 2

    virtual_time.run(redial())


def test_asked_twice_for_the_same_session_only_one_call_is_made() -> None:
    async def twice() -> None:
        async with phone_house() as at:
            story = await at.story()
            with pytest.raises(OutOfOrder):
                at.calls.dial(story.runner.session_id, "n", "58", "a", an_order)
            await story.go("reply end")
            with pytest.raises((OutOfOrder, NoSuchSession)):
                at.calls.dial(story.runner.session_id, "n", "58", "a", an_order)
            assert len(at.carrier.asked) == 1

    virtual_time.run(twice())


def test_what_was_counted_outlives_the_process_and_a_refused_call_is_not_counted() -> None:
    async def before_and_after() -> None:
        store = MemoryStore()
        limits = CallLimits(per_number=2, per_address=0, per_day=3, at_once=0, cooldown_s=0)
        async with phone_house(limits, store=store) as at:
            for script in ("reply busy", "refused", "reply no-answer"):
                await (await at.story("n")).go(script)
            await (await at.story("m")).go("reply end")
        async with phone_house(limits, store=store) as at:
            with pytest.raises(CallLimitReached):
                await at.story("n")
            with pytest.raises(CallLimitReached):
                await at.story("somebody else")
            assert at.carrier.asked == []

    virtual_time.run(before_and_after())


def test_a_call_that_goes_on_after_everybody_forgot_it_is_hung_up_and_only_once() -> None:
    async def stray() -> None:
        async with phone_house() as at:
            story = await at.story()
            await story.go("lost end")
            await story.settle()
            assert len(at.calls) == 0
            await story.go("ringing in-progress ringing")
            assert at.carrier.hung_up == ["CA1"]
            await story.go("completed")
            assert at.carrier.up == []

    virtual_time.run(stray())


def test_calls_are_hung_up_even_when_the_server_fails_around_them() -> None:
    async def fail() -> None:
        async def serve_and_fail() -> None:
            async with phone_house() as at:
                carriers.append(at.carrier)
                await (await at.story()).go("reply ringing stream media")
                raise RuntimeError

        carriers: list[Carrier] = []
        with pytest.raises(ExceptionGroup):
            await serve_and_fail()
        assert carriers[0].hung_up == ["CA1"]

    virtual_time.run(fail())


def test_the_process_does_not_stop_before_its_calls_are_hung_up() -> None:
    async def stop() -> None:
        async with phone_house() as at:
            story = await at.story()
            await story.go("reply ringing carrier_down")
            asyncio.get_running_loop().call_later(1.0, story.do, "carrier_up")
        assert story.reason == "drained"
        assert at.carrier.hung_up == ["CA1"]

    virtual_time.run(stop())
