"""The simulated loudspeaker, with time as an argument."""

from hypothesis import given
from hypothesis import strategies as st

from greenroom.practice_client.playout import SAMPLE_RATE_HZ, Playout

SECOND = bytes(SAMPLE_RATE_HZ)


def test_a_mark_is_reached_when_the_audio_before_it_has_sounded() -> None:
    playout = Playout()
    playout.add_audio(SECOND, 10.0)
    playout.add_mark("one", 10.1)
    playout.add_audio(SECOND, 10.2)
    playout.add_mark("two", 10.2)
    assert playout.reached(10.99) == []
    assert playout.reached(11.0) == ["one"]
    assert playout.reached(11.99) == []
    assert playout.reached(12.5) == ["two"]
    assert playout.reached(13.0) == []


def test_a_mark_with_nothing_before_it_is_reached_at_once() -> None:
    playout = Playout()
    playout.add_mark("empty", 5.0)
    assert playout.reached(5.0) == ["empty"]


def test_clear_drops_what_has_not_sounded_and_gives_back_every_mark() -> None:
    playout = Playout()
    playout.add_audio(b"\x01" * SAMPLE_RATE_HZ, 0.0)
    playout.add_mark("one", 0.0)
    playout.add_audio(b"\x02" * SAMPLE_RATE_HZ, 0.0)
    playout.add_mark("two", 0.0)
    assert playout.clear(0.5) == ["one", "two"]
    assert playout.queued_s(0.5) == 0
    assert playout.heard(0.0, 1.0) == b"\x01" * 4000 + b"\xff" * 4000
    playout.add_audio(b"\x03" * 4000, 0.75)
    assert playout.heard(0.0, 1.25) == b"\x01" * 4000 + b"\xff" * 2000 + b"\x03" * 4000


def test_what_was_heard_lies_where_it_sounded() -> None:
    playout = Playout()
    playout.add_audio(b"\x01" * 160, 1.0)
    playout.add_audio(b"\x02" * 160, 1.01)
    assert playout.heard(1.0, 1.06) == b"\x01" * 160 + b"\x02" * 160 + b"\xff" * 160
    assert playout.heard(1.01, 1.03) == b"\x01" * 80 + b"\x02" * 80


def test_silence_is_told_from_never_having_sounded() -> None:
    playout = Playout()
    assert playout.silent_s(3.0) is None
    playout.add_audio(SECOND, 3.0)
    assert playout.silent_s(3.5) == 0
    assert playout.silent_s(4.25) == 0.25
    assert playout.heard_s(3.25) == 0.25


steps = st.lists(
    st.tuples(st.sampled_from(["audio", "mark", "clear", "look"]), st.integers(0, 400), st.integers(1, 2000)), max_size=60
)  # fmt: skip


@given(steps)
def test_every_mark_comes_once_in_order_and_never_early(taken: list[tuple[str, int, int]]) -> None:
    playout, at, sent, told = Playout(), 0.0, 0, []
    for kind, later_ms, size in taken:
        at += later_ms / 1000
        told += playout.reached(at)
        if kind == "audio":
            playout.add_audio(bytes(size), at)
        elif kind == "mark":
            playout.add_mark(str(sent), at)
            sent += 1
        elif kind == "clear":
            told += playout.clear(at)
            assert playout.queued_s(at) == 0
        assert 0 <= playout.heard_s(at) <= at + 1e-3
    told += playout.reached(at + 1000)
    assert told == [str(number) for number in range(sent)]
