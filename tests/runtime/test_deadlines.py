import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from greenroom.runtime.deadlines import Deadlines


class FakeClock:
    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def unix_ms(self) -> int:
        return int(self.time * 1000)


class RealClock:
    def now(self) -> float:
        return time.monotonic()

    def unix_ms(self) -> int:
        return time.time_ns() // 1_000_000


@pytest.fixture
def deadlines() -> Deadlines:
    return Deadlines(FakeClock())


def test_what_is_due_is_called_in_order_of_time(deadlines: Deadlines) -> None:
    called: list[str] = []
    for key, at in (("late", 103.0), ("first", 101.0), ("second", 101.0), ("early", 100.5)):
        deadlines.set(key, at, lambda key=key: called.append(key))
    deadlines.run_due(100.4)
    assert called == []
    deadlines.run_due(101.0)
    assert called == ["early", "first", "second"]
    assert len(deadlines) == 1
    deadlines.run_due(999.0)
    assert called == ["early", "first", "second", "late"]
    assert len(deadlines) == 0


def test_setting_a_key_again_replaces_its_deadline(deadlines: Deadlines) -> None:
    called: list[int] = []
    deadlines.set("silence", 101.0, lambda: called.append(1))
    deadlines.set("silence", 105.0, lambda: called.append(2))
    assert len(deadlines) == 1
    deadlines.run_due(104.0)
    assert called == []
    deadlines.set("silence", 104.5, lambda: called.append(3))
    deadlines.run_due(200.0)
    assert called == [3]


def test_a_cleared_deadline_never_comes(deadlines: Deadlines) -> None:
    deadlines.set("a", 101.0, pytest.fail)
    deadlines.clear("a")
    deadlines.clear("a")
    deadlines.clear("never set")
    deadlines.run_due(200.0)
    assert len(deadlines) == 0


def test_a_call_may_clear_or_move_another_that_is_due_at_the_same_moment(deadlines: Deadlines) -> None:
    called: list[str] = []

    def first() -> None:
        deadlines.clear("cleared")
        deadlines.set("moved", 300.0, lambda: called.append("moved"))

    deadlines.set("first", 101.0, first)
    deadlines.set("cleared", 101.0, pytest.fail)
    deadlines.set("moved", 101.0, pytest.fail)
    deadlines.run_due(102.0)
    assert called == []
    deadlines.run_due(300.0)
    assert called == ["moved"]


def test_a_call_that_sets_itself_again_does_not_hold_up_the_loop(deadlines: Deadlines) -> None:
    called: list[int] = []

    def again() -> None:
        called.append(1)
        deadlines.set("again", 100.0, again)

    deadlines.set("again", 100.0, again)
    deadlines.run_due(101.0)
    assert len(called) == 1
    deadlines.run_due(101.0)
    assert len(called) == 2


def test_one_that_fails_does_not_lose_the_others(deadlines: Deadlines) -> None:
    called: list[str] = []

    def fail() -> None:
        raise ZeroDivisionError

    deadlines.set("bad", 101.0, fail)
    deadlines.set("good", 101.0, lambda: called.append("good"))
    with capture_logs() as logs:
        deadlines.run_due(102.0)
    assert called == ["good"]
    assert [(entry["event"], entry["key"]) for entry in logs] == [("deadline failed", "bad")]


def test_cleared_and_replaced_ones_do_not_pile_up(deadlines: Deadlines) -> None:
    for n in range(10):
        deadlines.set(n, 500.0 + n, pytest.fail)
    for turn in range(10_000):
        deadlines.set("silence", 1000.0 + turn, pytest.fail)
        deadlines.set(("call", turn), 1000.0, pytest.fail)
        deadlines.clear(("call", turn))
    assert len(deadlines) == 11
    assert len(deadlines._heap) < 200


async def test_the_loop_calls_what_is_due_with_a_single_timer() -> None:
    deadlines, called = Deadlines(RealClock()), asyncio.Event()
    order: list[str] = []
    now = time.monotonic()
    deadlines.set("far", now + 3600, pytest.fail)
    deadlines.start()
    first_timer = deadlines._timer
    assert first_timer is not None
    deadlines.set("soon", now + 0.02, lambda: order.append("soon") or called.set())
    assert first_timer.cancelled()
    deadlines.set("sooner", now + 0.01, lambda: order.append("sooner"))
    deadlines.set("past", now - 5, lambda: order.append("past"))
    async with asyncio.timeout(5):
        await called.wait()
    assert order == ["past", "sooner", "soon"]
    assert time.monotonic() >= now + 0.02
    assert len(deadlines) == 1
    deadlines.clear("far")
    deadlines.stop()
    assert deadlines._timer is None


async def test_nothing_is_called_after_stop() -> None:
    deadlines = Deadlines(RealClock())
    deadlines.start()
    deadlines.set("a", time.monotonic(), pytest.fail)
    deadlines.stop()
    deadlines.set("b", time.monotonic(), pytest.fail)
    passed = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.01, passed.set_result, None)
    await passed
    assert len(deadlines) == 2


keys = st.integers(0, 4)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("set"), keys, st.integers(0, 20)),
        st.tuples(st.just("clear"), keys, st.none()),
        st.tuples(st.just("run"), keys, st.none()),
    )
)


@given(steps)
def test_it_agrees_with_a_dictionary_that_is_searched(steps: list[tuple[str, int, int | None]]) -> None:
    deadlines, model = Deadlines(FakeClock()), dict[int, int]()
    called: list[int] = []
    now = 0
    for what, key, at in steps:
        match what:
            case "set":
                assert at is not None
                deadlines.set(key, at, lambda key=key: called.append(key))
                model[key] = at
            case "clear":
                deadlines.clear(key)
                model.pop(key, None)
            case _:
                now += key
                called.clear()
                deadlines.run_due(now)
                due = {key for key, at in model.items() if at <= now}
                assert set(called) == due
                assert [model[key] for key in called] == sorted(model[key] for key in called)
                model = {key: at for key, at in model.items() if key not in due}
        assert len(deadlines) == len(model)
