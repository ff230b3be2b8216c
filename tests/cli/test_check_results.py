from greenroom.cli.checking.cleanup import Standing
from greenroom.cli.checking.result import Result, quantile


def test_quantiles_are_by_nearest_rank() -> None:
    assert quantile([], 0.5) is None
    assert quantile([3], 0.99) == 3
    assert quantile(range(1, 101), 0.5) == 50
    assert quantile(range(1, 101), 0.99) == 99


def test_a_time_above_the_limit_fails_the_check() -> None:
    result = Result("x", "one", 1000, tried=1)
    result.took(0.9)
    assert result.passed
    result.took(1.2, "stop")
    assert not result.passed
    assert result.wrong == ["stop took 1200 ms, more than 1000"]


def test_a_check_that_tried_nothing_has_not_passed() -> None:
    assert not Result("x").passed


def test_only_what_stayed_behind_is_named() -> None:
    before = Standing({"greenroom_sessions_live": 0, "process_open_fds": 20})
    assert not Standing({"greenroom_sessions_live": 0, "process_open_fds": 22}).above(before)
    now = Standing({"greenroom_sessions_live": 1, "process_open_fds": 40, 'greenroom_legs_open{leg="caller"}': 2})
    assert now.above(before) == {
        "greenroom_sessions_live": (0, 1),
        "process_open_fds": (20, 40),
        'greenroom_legs_open{leg="caller"}': (0, 2),
    }
