import base64
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.ports.telephony import NotUnderstood, OutOfTurn, StreamRefused
from greenroom.telephony.browser import messages as m
from greenroom.telephony.browser.leg import BrowserLeg

JOIN = b'{"type":"join","sessionId":"s1","ticket":"a-ticket","sampleRateHz":24000}'
FRAME = bytes(range(240)) * 4


class Stage:
    """The wire, the desk and the session of a leg, as lists of what happened."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.said: list[tuple[Any, ...]] = []
        self.asks: list[tuple[str, str]] = []
        self.leg = BrowserLeg(self, self)

    def send_text(self, data: bytes) -> None:
        self.sent.append(json.loads(data))

    def send_binary(self, data: bytes) -> None:
        self.sent.append(data)

    def close(self, code: int, reason: str = "") -> None:
        self.sent.append((code, reason))

    def asked(self, session_id: str, ticket: str) -> None:
        self.asks.append((session_id, ticket))
        self.leg.joining(session_id)
        self.leg.admitted(self)

    def audio(self, payload: bytes) -> None:
        self.said.append(("audio", base64.b64decode(payload)))

    def mark_played(self, name: str) -> None:
        self.said.append(("mark", name))

    def cleared(self, reply_id: str, played_ms: int) -> None:
        self.said.append(("cleared", reply_id, played_ms))

    def hung_up(self) -> None:
        self.said.append(("hung up",))

    def lost(self, code: str) -> None:
        self.said.append(("lost", code))

    def joined(self) -> "Stage":
        self.leg.received(JOIN)
        self.sent.clear()
        return self


def test_a_join_is_asked_for_and_answered_before_anything_else() -> None:
    stage = Stage()
    stage.leg.received(JOIN)
    assert stage.asks == [("s1", "a-ticket")]
    assert stage.sent == [{"type": "joined", "sessionId": "s1", "sampleRateHz": 24000}]


def test_what_a_page_says_is_reported() -> None:
    stage = Stage().joined()
    stage.leg.heard(FRAME)
    stage.leg.received(b'{"type":"mark.played","name":"m1"}')
    stage.leg.received(b'{"type":"cleared","replyId":"r1","playedMs":840}')
    assert stage.said == [("audio", FRAME), ("mark", "m1"), ("cleared", "r1", 840)]


def test_orders_become_messages_to_the_page() -> None:
    stage = Stage().joined()
    stage.leg.reply_started("r1", 0)
    stage.leg.send_audio(base64.b64encode(FRAME))
    stage.leg.send_mark("m1")
    stage.leg.clear()
    stage.leg.reply_started("r1", 400)
    stage.leg.close(1000, "user_ended")
    assert stage.sent == [
        {"type": "reply.started", "replyId": "r1", "fromMs": 0},
        FRAME,
        {"type": "mark", "name": "m1"},
        {"type": "clear"},
        {"type": "reply.started", "replyId": "r1", "fromMs": 400},
        {"type": "end", "reason": "user_ended"},
        (1000, "user_ended"),
    ]


def test_a_page_that_is_replaced_is_not_told_of_an_end() -> None:
    stage = Stage().joined()
    stage.leg.close(4409, "replaced")
    assert stage.sent == [(4409, "replaced")]


def test_while_it_is_mute_the_interviewer_hears_silence_of_the_same_length() -> None:
    stage = Stage().joined()
    stage.leg.received(b'{"type":"mute","on":true}')
    stage.leg.heard(FRAME)
    stage.leg.received(b'{"type":"mute","on":false}')
    stage.leg.heard(FRAME)
    assert stage.said == [("audio", bytes(len(FRAME))), ("audio", FRAME)]


@pytest.mark.parametrize("code", [1000, 1001, 1005, 1006])
def test_a_page_that_goes_may_come_back_whatever_it_closed_with(code: int) -> None:
    stage = Stage().joined()
    stage.leg.gone(code)
    assert stage.said == [("lost", str(code))]


@given(st.lists(st.binary(max_size=9), max_size=20))
def test_a_page_gets_whole_samples_however_the_engine_cuts_them(pieces: list[bytes]) -> None:
    stage = Stage().joined()
    stage.leg.reply_started("r1", 0)
    for piece in pieces:
        stage.leg.send_audio(base64.b64encode(piece))
    sound = [sent for sent in stage.sent if isinstance(sent, bytes)]
    whole = b"".join(pieces)
    assert b"".join(sound) == whole[: len(whole) // 2 * 2]
    assert all(len(piece) % 2 == 0 for piece in sound)


def test_half_a_sample_of_a_stopped_reply_does_not_get_into_the_next() -> None:
    stage = Stage().joined()
    stage.leg.send_audio(base64.b64encode(b"abc"))
    stage.leg.clear()
    stage.leg.send_audio(base64.b64encode(b"defg"))
    assert [sent for sent in stage.sent if isinstance(sent, bytes)] == [b"ab", b"defg"]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"hello",
        b"[]",
        b"{}",
        b'{"type":"novelty"}',
        b'{"type":"join"}',
        b'{"type":"mark.played"}',
        b'{"type":"cleared","replyId":"r1","playedMs":-1}',
        b'{"type":"cleared","replyId":"r1","playedMs":1e99}',
        b'{"type":"mute","on":"yes"}',
        b'{"type":"mark","name":"m1"}',
        b'{"type":' + b"[" * 5000,
        b'{"type":"mark.played","name":"' + b"x" * 201 + b'"}',
        b'{"type":"join","sessionId":"s1","ticket":"t","sampleRateHz":48000}',
    ],
)
def test_what_is_no_message_of_a_page_is_refused_with_1003(bad: bytes) -> None:
    for stage in (Stage(), Stage().joined()):
        with pytest.raises(NotUnderstood) as refusal:
            stage.leg.received(bad)
        assert refusal.value.close_code == 1003


def test_half_a_sample_from_a_page_is_refused() -> None:
    with pytest.raises(NotUnderstood):
        Stage().joined().leg.heard(b"abc")


@pytest.mark.parametrize("early", [b'{"type":"mute","on":true}', b'{"type":"mark.played","name":"m"}'])
def test_nothing_may_come_before_the_join(early: bytes) -> None:
    with pytest.raises(OutOfTurn):
        Stage().leg.received(early)


texts = st.text(max_size=20)
upward = st.one_of(
    st.builds(m.Join, session_id=texts, ticket=texts, sample_rate_hz=st.just(24_000)),
    st.builds(m.MarkPlayed, name=texts),
    st.builds(m.Cleared, reply_id=texts, played_ms=st.integers(0, 3_600_000)),
    st.builds(m.Mute, on=st.booleans()),
)


@given(upward)
def test_parse_and_build_are_inverse(message: m.Upward) -> None:
    assert m.parse(m.build(message)) == message


@given(st.lists(upward.map(m.build) | st.binary(max_size=60), max_size=12))
def test_whatever_comes_is_taken_or_refused(frames: list[bytes]) -> None:
    stage = Stage()
    for number, frame in enumerate(frames):
        try:
            (stage.leg.heard if number % 3 == 2 else stage.leg.received)(frame)
        except StreamRefused:
            stage.leg.gone(1003)
            break
    assert len(stage.asks) <= 1
    assert sum(said[0] == "lost" for said in stage.said) <= 1
    assert msgspec.json.encode(stage.asks)
