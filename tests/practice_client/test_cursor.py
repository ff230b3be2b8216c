from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from greenroom.practice_client.cursor import Cursor, Seen


def event(seq: int, log_id: str = "log") -> dict[str, Any]:
    return {"type": "notice", "logId": log_id, "seq": seq}


def at(seq: int) -> Cursor:
    return Cursor("log", seq)


def test_a_newcomer_has_no_position() -> None:
    assert Cursor().after() is None
    assert at(4).after() == {"logId": "log", "seq": 4}


def test_events_are_taken_once_and_in_order() -> None:
    cursor = at(4)
    assert cursor.take(event(5)) is Seen.NEW
    assert cursor.take(event(5)) is Seen.AGAIN
    assert cursor.take(event(3)) is Seen.AGAIN
    assert cursor.take(event(7)) is Seen.GAP
    assert cursor.take(event(6)) is Seen.NEW
    assert cursor.seq == 6


def test_what_is_not_stored_moves_nothing() -> None:
    cursor = at(4)
    assert cursor.take({"type": "transcript.delta"}) is Seen.NEW
    assert cursor.seq == 4


def test_another_log_is_a_gap() -> None:
    assert at(4).take(event(5, "other")) is Seen.GAP


def test_not_resumed_means_from_the_beginning() -> None:
    cursor = at(4)
    assert not cursor.attached({"resumed": False, "logId": "other"})
    assert cursor.after() == {"logId": "other", "seq": 0}
    assert cursor.take(event(1, "other")) is Seen.NEW


@given(st.lists(st.integers(1, 12), max_size=80))
def test_whatever_comes_what_is_taken_has_no_gap_and_nothing_twice(seqs: list[int]) -> None:
    cursor = at(0)
    taken = [seq for seq in seqs if cursor.take(event(seq)) is Seen.NEW]
    assert taken == list(range(1, len(taken) + 1))
