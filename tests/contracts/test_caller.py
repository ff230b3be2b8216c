"""What the bridge and the runner rely on in a caller's leg, over every implementation."""

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenroom.ports.caller import BYTES_PER_MS
from greenroom.ports.telephony import OutOfTurn
from tests.contracts.caller_benches import BENCHES, Bench, Ear

pytestmark = pytest.mark.parametrize("kind", BENCHES)

LOSSES = [1001, 1006, 1011, 4408]


def bench(kind: str) -> Bench:
    return BENCHES[kind]()


def admitted(kind: str) -> tuple[Bench, Ear]:
    made, ear = bench(kind), Ear()
    made.arrive()
    made.admit(ear)
    return made, ear


def frame(made: Bench, fill: int = 7) -> bytes:
    """20 ms."""
    return bytes([fill]) * (BYTES_PER_MS[made.leg.audio_format] * 20)


def test_what_the_caller_says_is_reported_byte_for_byte_as_base64(kind: str) -> None:
    made, ear = admitted(kind)
    sound = [frame(made, fill) for fill in (1, 2, 255)]
    for piece in sound:
        made.speak(piece)
    assert ear.said == [("audio", piece) for piece in sound]


def test_what_is_sent_arrives_in_order_with_its_marks(kind: str) -> None:
    made, _ = admitted(kind)
    leg, sound = made.leg, frame(made)
    leg.reply_started("r1", 0)
    leg.send_audio(base64.b64encode(sound))
    leg.send_mark("m1")
    leg.send_audio(base64.b64encode(sound))
    leg.clear()
    leg.reply_started("r1", 20)
    leg.send_audio(base64.b64encode(sound[:6]))
    assert made.sent == [("audio", sound), ("mark", "m1"), ("audio", sound), ("clear",), ("audio", sound[:6])]


def test_an_echoed_mark_is_reported_by_its_name(kind: str) -> None:
    made, ear = admitted(kind)
    made.leg.send_mark('m"7')
    made.echo('m"7')
    assert ear.said == [("mark", 'm"7')]


@pytest.mark.parametrize("code", LOSSES)
def test_a_broken_connection_is_a_loss_with_its_code_told_once(kind: str, code: int) -> None:
    made, ear = admitted(kind)
    made.hang(code)
    made.hang(code)
    assert ear.said == [("gone", str(code))]


def test_what_was_closed_by_us_reports_nothing_more(kind: str) -> None:
    made, ear = admitted(kind)
    made.leg.close(1000, "user_ended")
    made.speak(frame(made))
    made.echo("m1")
    made.hang(1000)
    assert ear.said == []
    assert made.sent == [("closed", 1000)]


def test_what_is_said_before_it_is_admitted_is_heard_by_nobody(kind: str) -> None:
    made, ear = bench(kind), Ear()
    made.arrive()
    made.speak(frame(made))
    made.echo("m1")
    made.admit(ear)
    made.speak(frame(made, 9))
    assert ear.said == [("audio", frame(made, 9))]


@pytest.mark.parametrize("early", ["speak", "echo"])
def test_nothing_may_come_before_the_first_word(kind: str, early: str) -> None:
    made = bench(kind)
    acts = {"speak": lambda: made.speak(frame(made)), "echo": lambda: made.echo("m1")}
    with pytest.raises(OutOfTurn):
        acts[early]()


def test_a_second_first_word_is_refused(kind: str) -> None:
    made, _ = admitted(kind)
    with pytest.raises(OutOfTurn):
        made.arrive()


acts = st.sampled_from(["speak", "echo", "hang", "close", "send", "mark", "clear"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(acts, max_size=30))
def test_orders_never_raise_and_nothing_is_told_after_the_end(kind: str, script: list[str]) -> None:
    made, ear = admitted(kind)
    leg, over = made.leg, False
    for act in script:
        told = len(ear.said)
        match act:
            case "speak":
                made.speak(frame(made))
            case "echo":
                made.echo("m")
            case "hang":
                made.hang(1006)
            case "close":
                leg.close(1000, "reset")
            case "send":
                leg.send_audio(base64.b64encode(frame(made)))
            case "mark":
                leg.send_mark("m")
            case _:
                leg.clear()
        assert not over or len(ear.said) == told
        over = over or act in ("hang", "close")
