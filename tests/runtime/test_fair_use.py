from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.core.errors import CallLimitReached, PhoneSwitchedOff
from greenroom.ports.store import CallRow
from greenroom.runtime import fair_use
from greenroom.runtime.fair_use import DAY_MS, HOUR_MS, CallLimits, FairUse

NOON = 20_000 * DAY_MS + DAY_MS // 2
FREE = CallLimits(per_number=0, per_address=0, per_day=0, at_once=0, cooldown_s=0)


def limits(**some: Any) -> CallLimits:
    return replace(FREE, **some)


def booked(use: FairUse, number: str = "n", address: str = "a", at_ms: int = NOON, **how: Any) -> CallRow:
    return use.book(number, "67", address, at_ms=at_ms, **how)


def refusal(use: FairUse, number: str = "n", address: str = "a", at_ms: int = NOON, **how: Any) -> tuple[str, float]:
    with pytest.raises(CallLimitReached) as refused:
        booked(use, number, address, at_ms, **how)
    assert refused.value.code == "rate_limited"
    return refused.value.message, refused.value.retry_after_s


@pytest.mark.parametrize(
    ("limit", "first", "other"),
    [("per_number", ("n", "a"), ("n", "b")), ("per_address", ("n", "a"), ("m", "a"))],
)
def test_an_hour_has_so_many_calls_for_a_number_and_for_an_address(
    limit: str, first: tuple[str, str], other: tuple[str, str]
) -> None:
    use = FairUse(limits(**{limit: 2}))
    use.over(booked(use, *first, at_ms=NOON), NOON)
    use.over(booked(use, *other, at_ms=NOON + 1000), NOON)
    words, after_s = refusal(use, *first, at_ms=NOON + 2000)
    assert "of this hour" in words
    assert after_s == HOUR_MS / 1000 - 2
    booked(use, "somebody", "else", at_ms=NOON + 2000)
    booked(use, *first, at_ms=NOON + HOUR_MS)
    refusal(use, *first, at_ms=NOON + HOUR_MS + 999)


def test_the_days_budget_opens_again_at_midnight_utc() -> None:
    use = FairUse(limits(per_day=2))
    booked(use)
    booked(use, "m", "b")
    words, after_s = refusal(use, "o", "c", NOON + 1000)
    assert (words, after_s) == (fair_use.WORDS[fair_use.DAY], DAY_MS / 2000 - 1)
    assert use.look(at_ms=NOON).left_today == 0
    booked(use, "o", "c", NOON + DAY_MS // 2)
    assert use.look(at_ms=NOON + DAY_MS // 2).left_today == 1


def test_a_number_has_one_call_at_a_time_and_a_pause_after_it() -> None:
    use = FairUse(limits(cooldown_s=30))
    row = booked(use)
    assert refusal(use)[0] == fair_use.WORDS[fair_use.IN_CALL]
    use.over(row, NOON + 60_000)
    assert refusal(use, at_ms=NOON + 70_000) == (fair_use.WORDS[fair_use.COOLDOWN], 20.0)
    booked(use, at_ms=NOON + 90_000)


def test_who_calls_in_is_not_kept_waiting_by_a_pause() -> None:
    use = FairUse(limits(cooldown_s=30))
    use.over(booked(use, inbound=True), NOON)
    use.over(booked(use, inbound=True), NOON)
    refusal(use)


def test_so_many_calls_at_once_and_an_end_makes_room() -> None:
    use = FairUse(limits(at_once=2))
    first = booked(use, "1")
    booked(use, "2")
    assert refusal(use, "3")[0] == fair_use.WORDS[fair_use.LINES]
    use.over(first, NOON)
    use.over(first, NOON)
    booked(use, "3")
    refusal(use, "4")


def test_a_call_that_never_was_is_given_back_except_to_whoever_asked() -> None:
    use = FairUse(limits(per_number=1, per_day=1, per_address=2, at_once=1))
    for _ in range(2):
        row = booked(use)
        use.undo(row)
        use.undo(row)
    assert use.look("n", "b", at_ms=NOON) == fair_use.Standing(None, None, 1, 1, 2, 0)
    assert refusal(use)[0] == fair_use.WORDS[fair_use.ADDRESS]


def test_what_was_stored_counts_as_if_it_had_been_seen() -> None:
    earlier = [CallRow(str(n), NOON - 1000 * n, "n", "67", "a") for n in range(3)]
    use = FairUse(limits(per_number=3, per_address=4, per_day=5, cooldown_s=30), earlier)
    standing = use.look("n", "a", at_ms=NOON)
    assert (standing.left_for_number, standing.left_for_address, standing.left_today) == (0, 1, 2)
    assert (standing.closed_by, standing.opens_at_ms) == (fair_use.NUMBER, NOON - 2000 + HOUR_MS)
    yesterday = FairUse(limits(per_day=1), [CallRow("1", NOON - DAY_MS, "n", "67", "a")])
    assert yesterday.look(at_ms=NOON).left_today == 1


def test_of_several_limits_the_one_that_opens_last_is_named() -> None:
    use = FairUse(limits(per_number=1, at_once=1, cooldown_s=30))
    row = booked(use)
    assert use.look("n", at_ms=NOON).closed_by == fair_use.NUMBER
    use.over(row, NOON)
    assert use.look("n", at_ms=NOON).closed_by == fair_use.NUMBER
    assert use.look("n", at_ms=NOON + HOUR_MS - 1).closed_by == fair_use.NUMBER
    assert use.look("n", at_ms=NOON + HOUR_MS).closed_by is None


def test_switched_off_no_call_goes_either_way() -> None:
    use = FairUse(limits(switched_on=False))
    for inbound in (False, True):
        with pytest.raises(PhoneSwitchedOff):
            booked(use, inbound=inbound)
    assert use.look(at_ms=NOON).closed_by == "phone_off"


def test_who_is_not_known_is_not_counted() -> None:
    use = FairUse(limits(per_number=1, per_address=1))
    for _ in range(5):
        use.over(booked(use, "", ""), NOON)


@given(
    st.lists(
        st.tuples(st.sampled_from("nm"), st.sampled_from("ab"), st.integers(0, 3 * HOUR_MS), st.booleans()), max_size=60
    )
)
def test_no_hour_and_no_day_ever_has_more_than_its_calls(tries: list[tuple[str, str, int, bool]]) -> None:
    use = FairUse(limits(per_number=3, per_address=4, per_day=6))
    had: list[CallRow] = []
    waits: list[float] = []
    refusals: list[str | None] = []
    for number, address, at_ms, ends in sorted(tries, key=lambda one: one[2]):
        standing = use.look(number, address, at_ms=NOON + at_ms)
        try:
            row = booked(use, number, address, NOON + at_ms)
        except CallLimitReached as refused:
            waits.append(refused.retry_after_s)
            continue
        finally:
            refusals.append(standing.closed_by)
        had.append(row)
        if ends:
            use.over(row, NOON + at_ms)
    for row in had:
        hour = [other for other in had if row.at_ms - HOUR_MS < other.at_ms <= row.at_ms]
        assert sum(other.number_key == row.number_key for other in hour) <= 3
        assert sum(other.address_key == row.address_key for other in hour) <= 4
    assert len(had) <= 6
    assert len(waits) == sum(refusal is not None for refusal in refusals)
    assert all(wait_s > 0 for wait_s in waits)
    # Whatever was booked is what a new process, which reads the rows, would count.
    again = FairUse(limits(per_number=3, per_address=4, per_day=6), had)
    for number in "nm":
        for address in "ab":
            then = NOON + 3 * HOUR_MS
            fields = ("left_today", "left_for_number", "left_for_address")
            now, later = use.look(number, address, at_ms=then), again.look(number, address, at_ms=then)
            assert [getattr(now, name) for name in fields] == [getattr(later, name) for name in fields]
