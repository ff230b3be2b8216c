import pytest

from greenroom.practice_client import closing
from greenroom.practice_client.backoff import Backoff
from greenroom.practice_client.closing import Next


def test_the_first_wait_is_up_to_a_second_then_half_a_second_doubles_to_ten() -> None:
    backoff = Backoff(chance=lambda: 1.0)
    waits = []
    for _ in range(9):
        backoff.lost(0.0)
        waits.append(backoff.delay_s())
    assert waits == [1.0, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]


def test_the_jitter_is_full() -> None:
    backoff = Backoff(chance=lambda: 0.0)
    for _ in range(5):
        backoff.lost(0.0)
        assert backoff.delay_s() == 0.0


def test_it_gives_up_after_ten_failures_in_a_row() -> None:
    backoff = Backoff()
    for number in range(10):
        assert not backoff.given_up, number
        backoff.opened(0.0)
        backoff.lost(29.9)
    assert backoff.given_up


def test_half_a_minute_of_calm_begins_anew() -> None:
    backoff = Backoff(chance=lambda: 1.0)
    for _ in range(9):
        backoff.lost(0.0)
    backoff.opened(100.0)
    backoff.lost(130.0)
    assert backoff.failures == 1
    assert backoff.delay_s() == 1.0


@pytest.mark.parametrize(
    ("code", "next_"),
    [(code, Next.AGAIN) for code in (1000, 1001, 1005, 1006, 1011, 1012, 4408, 4508)]
    + [(code, Next.STOP) for code in (4401, 4403, 4404, 4409, 1008, 1009, 1003)]
    + [(4410, Next.OVER), (4429, Next.WAIT)],
)
def test_every_close_code_says_what_to_do(code: int, next_: Next) -> None:
    assert closing.after(code) is next_
    assert closing.meaning(code)


@pytest.mark.parametrize(("reason", "seconds"), [('{"retryAfter":7}', 7.0), ("", 1.0), ("later", 1.0), ("[]", 1.0), ('{"retryAfter":-1}', 0.0)])  # fmt: skip
def test_the_wait_is_read_from_the_reason(reason: str, seconds: float) -> None:
    assert closing.retry_after_s(reason) == seconds
