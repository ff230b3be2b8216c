"""The rules by which speech begins, pauses and goes on."""

from greenroom.localvoice.voice_activity import Activity, Change, SpeechGate

LOUD, ECHO, INAUDIBLE = -25.0, -48.0, -70.0
SURE, PROBABLE, ALMOST, NONE = 0.9, 0.6, 0.42, 0.05


def test_three_sure_chunks_of_five_are_speech_from_the_first_of_them() -> None:
    gate = SpeechGate()
    assert [gate.take(p, ECHO) for p in (NONE, SURE, NONE, SURE)] == [None] * 4
    assert gate.take(SURE, ECHO) == Activity(Change.BEGAN, 1)


def test_three_looks_of_two_chunks_that_are_almost_sure_are_enough_for_a_caller() -> None:
    gate = SpeechGate()
    assert gate.take(NONE, LOUD, (NONE, NONE, ALMOST)) is None
    assert gate.take(NONE, LOUD, (ALMOST, ALMOST, NONE)) == Activity(Change.BEGAN, 0)


def test_a_word_that_begins_loud_may_go_on_softly() -> None:
    gate = SpeechGate()
    assert gate.take(NONE, LOUD, (NONE, NONE, NONE)) is None
    assert gate.take(NONE, ECHO, (ALMOST, ALMOST, ALMOST)) == Activity(Change.BEGAN, 1)


def test_an_echo_needs_the_sure_chunks() -> None:
    gate = SpeechGate()
    assert [gate.take(SURE, ECHO, (SURE, SURE, SURE)) for _ in range(2)] == [None, None]
    assert gate.take(SURE, ECHO, (SURE, SURE, SURE)) == Activity(Change.BEGAN, 0)


def test_speech_that_began_soon_is_sure_with_three_chunks_of_five_and_one_beyond_doubt() -> None:
    gate = SpeechGate()
    assert gate.take(NONE, LOUD, (ALMOST, ALMOST, ALMOST)) == Activity(Change.BEGAN, 0)
    for probability in (PROBABLE, NONE, PROBABLE, PROBABLE):
        gate.take(probability, LOUD)
        assert not gate.sure
    gate.take(SURE, LOUD)
    assert gate.sure
    gate.reset()
    assert not gate.sure


def test_many_probable_chunks_are_sure_too() -> None:
    gate = SpeechGate()
    for _ in range(7):
        gate.take(PROBABLE, LOUD)
    assert gate.speaking
    assert not gate.sure
    gate.take(PROBABLE, LOUD)
    assert gate.sure


def test_looks_that_are_two_chunks_apart_do_not_add_up() -> None:
    gate = SpeechGate()
    looks = (ALMOST, NONE, ALMOST, NONE, ALMOST, NONE)
    assert [gate.take(NONE, LOUD, (look, look, NONE)) for look in looks] == [None] * 6


def test_what_cannot_be_heard_is_no_speech() -> None:
    gate = SpeechGate()
    assert [gate.take(SURE, INAUDIBLE, (SURE, SURE, SURE)) for _ in range(6)] == [None] * 6


def test_speech_pauses_goes_on_and_begins_anew_after_a_reset() -> None:
    gate = SpeechGate()
    assert [gate.take(SURE, LOUD) for _ in range(3)] == [None, None, Activity(Change.BEGAN, 0)]
    assert gate.take(NONE, LOUD) == Activity(Change.PAUSED, 3)
    assert gate.take(NONE, LOUD) is None
    assert gate.take(SURE, LOUD) == Activity(Change.RESUMED, 5)
    gate.reset()
    assert [gate.take(SURE, LOUD) for _ in range(3)] == [None, None, Activity(Change.BEGAN, 6)]
