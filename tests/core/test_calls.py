"""The rules for one call, without a session: what each piece of news leads to, and what no order of them can break."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.core import calls
from greenroom.core import signals as s
from greenroom.core.calls import (
    FINAL,
    Call,
    HangUp,
    HungUp,
    News,
    NothingCame,
    NotHungUp,
    NotPlaced,
    Placed,
    ReplyLost,
    SessionOver,
    Stage,
    StreamAsked,
    StreamCame,
    StreamsFailed,
    Tell,
    Told,
    may_stream_again,
    step,
)

DIALLED = Call(asking=True)
RINGING = Call(call_id="CA1", stage=Stage.RINGING)
STREAMED = Call(call_id="CA1", stage=Stage.ANSWERED, streamed=True)


def told(call: Call, *news: News) -> tuple[Call, list[calls.Order]]:
    orders: list[calls.Order] = []
    for one in news:
        call, more = step(call, one)
        orders += more
    return call, orders


@pytest.mark.parametrize(("status", "reason"), FINAL.items())
def test_a_final_status_before_any_stream_ends_the_session_under_its_own_name(status: str, reason: str) -> None:
    call, orders = told(RINGING, Told("CA1", status))
    expected = s.CallerHungUp() if reason == "caller_hung_up" else s.CallFailed(reason)
    assert (call.stage, orders) == (Stage.OVER, [Tell(expected)])


@pytest.mark.parametrize("status", FINAL)
def test_a_final_status_after_a_stream_is_the_end_of_a_conversation(status: str) -> None:
    assert told(STREAMED, Told("CA1", status))[1] == [Tell(s.CallerHungUp())]


def test_an_answered_call_shows_nothing_until_its_stream_comes() -> None:
    call, orders = told(DIALLED, Placed("CA1"), Told("CA1", "initiated"), Told("CA1", "in-progress"))
    assert (call.stage, orders) == (Stage.ANSWERED, [])


def test_ringing_is_told_once_and_not_after_the_answer() -> None:
    assert told(DIALLED, Told("CA1", "ringing"), Told("CA1", "ringing"))[1] == [Tell(s.CallRinging())]
    assert told(DIALLED, Told("CA1", "in-progress"), Told("CA1", "ringing"))[1] == []


def test_another_calls_news_are_passed_over() -> None:
    assert told(RINGING, Told("CA2", "busy")) == (RINGING, [])


def test_whoever_names_the_call_first_makes_it_known() -> None:
    for news in (Placed("CA1"), Told("CA1", "initiated"), StreamCame("CA1")):
        assert told(DIALLED, ReplyLost(), news)[0].call_id == "CA1"


def test_a_call_that_its_session_gave_up_is_hung_up_as_soon_as_it_is_known() -> None:
    for news in (Placed("CA1"), Told("CA1", "ringing"), StreamCame("CA1")):
        assert told(DIALLED, SessionOver(), news, news)[1] == [HangUp("CA1")]


def test_a_call_that_the_carrier_has_ended_is_not_hung_up() -> None:
    assert told(RINGING, Told("CA1", "busy"), SessionOver())[1] == [Tell(s.CallFailed("busy"))]


def test_a_call_that_was_never_placed_fails_and_leaves_nothing() -> None:
    call, orders = told(DIALLED, NotPlaced(), SessionOver())
    assert (call.settled, orders) == (True, [Tell(s.CallFailed("failed"))])


def test_a_machine_ends_the_call_or_not_as_the_policy_says() -> None:
    machine = Told("CA1", None, by_machine=True)
    assert told(STREAMED, machine)[1] == [Tell(s.CallFailed("voicemail"))]
    assert told(replace(STREAMED, hang_up_on_machines=False), machine)[1] == []


def test_silence_from_the_carrier_is_no_answer_if_it_rang_and_a_failure_else() -> None:
    assert told(RINGING, NothingCame())[1] == [Tell(s.CallFailed("no_answer"))]
    assert told(DIALLED, ReplyLost(), NothingCame())[1] == [Tell(s.CallFailed("failed"))]
    assert told(replace(RINGING, inbound=True), NothingCame())[1] == [Tell(s.CallFailed("failed"))]
    assert told(STREAMED, NothingCame())[1] == []


def test_a_call_that_was_never_heard_of_is_given_up_in_the_end() -> None:
    call, orders = told(DIALLED, ReplyLost(), SessionOver(), NothingCame())
    assert (call.settled, orders) == (True, [])


def test_streams_that_never_come_are_not_asked_for_for_ever() -> None:
    call, asked = STREAMED, 0
    while may_stream_again(call):
        call, asked = step(call, StreamAsked())[0], asked + 1
    assert asked == calls.STREAMS_IN_VAIN
    assert may_stream_again(step(call, StreamCame("CA1"))[0])
    assert told(call, StreamsFailed())[1] == [Tell(s.CallFailed("caller_lost"))]
    assert told(RINGING, StreamsFailed())[1] == [Tell(s.CallFailed("failed"))]


def test_no_stream_is_asked_for_when_session_or_call_is_over() -> None:
    assert not may_stream_again(told(STREAMED, SessionOver())[0])
    assert not may_stream_again(told(STREAMED, Told("CA1", "completed"))[0])


NEWS = st.lists(
    st.one_of(
        st.builds(Placed, st.sampled_from(["CA1", "CA2"])),
        st.just(NotPlaced()),
        st.just(ReplyLost()),
        st.builds(
            Told,
            st.sampled_from(["CA1", "CA2"]),
            st.sampled_from(["queued", "initiated", "ringing", "in-progress", "novelty", None, *FINAL]),
            st.booleans(),
        ),
        st.builds(StreamCame, st.sampled_from(["CA1", None])),
        st.sampled_from([StreamAsked(), StreamsFailed(), NothingCame(), SessionOver(), HungUp(), NotHungUp()]),
    ),
    max_size=25,
)


@given(NEWS, st.booleans(), st.booleans())
def test_in_any_order_a_call_only_goes_onwards_and_is_hung_up_at_most_once(
    news: list[News], inbound: bool, hang_up_on_machines: bool
) -> None:
    call = Call(inbound, hang_up_on_machines, "CA1" if inbound else None, asking=not inbound)
    placed: set[str] = set()
    hung_up: list[str] = []
    for one in news:
        if isinstance(one, Placed):
            placed.add(one.call_id)
        before = call
        call, orders = step(call, one)
        assert call.stage >= before.stage
        assert call.wanted <= before.wanted
        for order in orders:
            match order:
                case Tell():
                    assert before.wanted, "a session that is over is told nothing"
                    assert before.stage is not Stage.OVER
                case HangUp(call_id):
                    hung_up.append(call_id)
                    assert not call.wanted or call_id in placed
        if call.call_id is not None:
            assert hung_up.count(call.call_id) <= 1
    # Whatever came, the session's end and one word of the carrier leave nothing open.
    call, _ = told(call, SessionOver(), NotPlaced(), Told(call.call_id or "CA1", "completed"))
    assert call.settled
