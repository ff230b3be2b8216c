import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.runtime.limits import Gcra

# Halves of a second add up exactly, so nothing below is a matter of rounding.
moments = st.lists(st.integers(0, 400).map(lambda n: n / 2), max_size=80).map(sorted)
rates = st.sampled_from([(1, 8.0), (2, 8.0), (4, 2.0), (8, 64.0)])
bursts = st.integers(1, 6)


def test_as_many_as_the_limit_at_once_then_one_an_interval() -> None:
    limit = Gcra(3, 60.0)
    assert [limit.take("a", 0.0) for _ in range(3)] == [0, 0, 0]
    assert limit.take("a", 0.0) == 20.0
    assert limit.take("a", 15.0) == 5.0
    assert limit.take("a", 20.0) == 0
    assert limit.take("a", 20.0) == 20.0
    assert limit.take("a", 1000.0) == 0


def test_one_key_does_not_count_for_another() -> None:
    limit = Gcra(1, 60.0)
    assert limit.take("a", 0.0) == 0
    assert limit.take("b", 0.0) == 0
    assert limit.take("a", 0.0) > 0


def test_a_burst_is_its_own_number() -> None:
    limit = Gcra(60, 60.0, burst=2)
    assert [limit.take("a", 0.0) for _ in range(3)] == [0, 0, 1.0]


@given(st.integers(1, 200), st.floats(0, 1e6))
def test_rounding_takes_no_place_away(per: int, at: float) -> None:
    limit = Gcra(per, 60.0)
    assert [limit.take("a", at) for _ in range(per)] == [0] * per
    wait_s = limit.take("a", at)
    assert wait_s == pytest.approx(60.0 / per)
    assert limit.take("a", at + wait_s) == 0


def test_looking_takes_nothing() -> None:
    limit = Gcra(1, 60.0)
    assert [limit.peek("a", 0.0) for _ in range(3)] == [0, 0, 0]
    limit.take("a", 0.0)
    assert limit.peek("a", 10.0) == 50.0
    assert len(limit) == 1


@pytest.mark.parametrize("wrong", [(0, 1.0, 1), (1, 0.0, 1), (1, 1.0, 0)])
def test_a_limit_that_allows_nothing_is_a_mistake(wrong: tuple[int, float, int]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Gcra(*wrong)


@given(rates, bursts, moments)
def test_in_any_span_no_more_are_allowed_than_promised(
    rate: tuple[int, float], burst: int, moments: list[float]
) -> None:
    per, window_s = rate
    limit = Gcra(per, window_s, burst)
    allowed = [at for at in moments if limit.take("a", at) == 0]
    for first, begin in enumerate(allowed):
        for last, end in enumerate(allowed[first:], 1):
            assert last <= burst + per * (end - begin) / window_s


@given(rates, bursts, moments)
def test_whoever_waits_as_told_is_allowed_and_a_moment_earlier_is_not(
    rate: tuple[int, float], burst: int, moments: list[float]
) -> None:
    limit = Gcra(*rate, burst)
    for at in moments:
        wait_s = limit.take("a", at)
        if wait_s > 0:
            assert limit.peek("a", at + wait_s / 2) > 0
            assert limit.peek("a", at + wait_s) == 0


@given(rates, bursts, moments)
def test_refused_attempts_cost_nothing(rate: tuple[int, float], burst: int, moments: list[float]) -> None:
    patient, pushy = Gcra(*rate, burst), Gcra(*rate, burst)
    for at in moments:
        answers = [pushy.take("a", at)]
        if answers[0] > 0:
            answers += [pushy.take("a", at) for _ in range(3)]
            assert patient.peek("a", at) == answers[0]
        else:
            assert patient.take("a", at) == 0
        assert len(set(answers)) == 1


@given(rates, bursts, st.lists(st.tuples(st.integers(0, 5), st.integers(0, 400).map(lambda n: n / 2)), max_size=80))
def test_forgetting_keys_at_rest_changes_nothing(
    rate: tuple[int, float], burst: int, attempts: list[tuple[int, float]]
) -> None:
    together = Gcra(*rate, burst)
    apart = [Gcra(*rate, burst) for _ in range(6)]
    for key, at in sorted(attempts, key=lambda attempt: attempt[1]):
        assert together.take(key, at) == apart[key].take("only", at)


def test_keys_are_bounded_under_a_flood() -> None:
    limit = Gcra(1, 3600.0, max_keys=1000)
    for n in range(5000):
        assert limit.take(n, 0.0) == 0
    assert len(limit) == 1000
    assert limit.take(4999, 0.0) > 0


def test_keys_at_rest_are_forgotten_as_others_come() -> None:
    limit = Gcra(10, 10.0)
    for n in range(5000):
        limit.take(n, n / 100)
    assert len(limit) < 250
