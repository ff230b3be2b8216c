import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.ports.telephony import NotUnderstood, OutOfTurn, PhoneLeg, StreamRefused, StreamStart
from greenroom.telephony.twilio import messages as m
from greenroom.telephony.twilio.leg import TwilioLeg

RECORDED = (Path(__file__).parent / "recordings" / "twilio_inbound.jsonl").read_bytes().splitlines()
START, FRAME = RECORDED[1], RECORDED[2]


class Stage:
    """The wire, the desk and the session of a leg, as one list of what happened."""

    def __init__(self, *, admits: bool = True) -> None:
        self.sent: list[Any] = []
        self.said: list[tuple[Any, ...]] = []
        self.starts: list[StreamStart] = []
        self._admits = admits
        self.leg = TwilioLeg(self, self)

    def send_text(self, data: bytes) -> None:
        self.sent.append(json.loads(data))

    def close(self, code: int, reason: str = "") -> None:
        self.sent.append((code, reason))

    def started(self, leg: PhoneLeg, start: StreamStart) -> None:
        self.starts.append(start)
        if self._admits:
            leg.admitted(self)

    def audio(self, payload: bytes) -> None:
        self.said.append(("audio", payload))

    def mark_played(self, name: str) -> None:
        self.said.append(("mark", name))

    def cleared(self, reply_id: str, played_ms: int) -> None:
        self.said.append(("cleared", reply_id, played_ms))

    def hung_up(self) -> None:
        self.said.append(("hung up",))

    def lost(self, code: str) -> None:
        self.said.append(("lost", code))


def test_a_recorded_stream_is_reported_as_it_was() -> None:
    stage = Stage()
    for line in RECORDED:
        stage.leg.received(line)
    stage.leg.gone(1000)
    assert stage.starts == [
        StreamStart("MZ00000000000000000000000000000001", "a-token", {"scenarioId": "job_interview"})
    ]
    assert stage.said == [
        ("audio", b"/v7+/v7+/v7+/v7+"),
        ("audio", b"fn5+fn5+fn5+fg=="),
        ("mark", "r1:1"),
        ("hung up",),
    ]


def test_orders_become_twilios_messages() -> None:
    stage = Stage()
    stage.leg.received(START)
    stage.leg.reply_started("r1", 0)
    stage.leg.send_audio(b"AAAA")
    stage.leg.send_mark('r1:"1"')
    stage.leg.clear()
    stage.leg.close(1000, "user_ended")
    sid = stage.leg.stream_sid
    assert stage.sent == [
        {"event": "media", "streamSid": sid, "media": {"payload": "AAAA"}},
        {"event": "mark", "streamSid": sid, "mark": {"name": 'r1:"1"'}},
        {"event": "clear", "streamSid": sid},
        (1000, "user_ended"),
    ]


@pytest.mark.parametrize(("code", "said"), [(1000, ("hung up",)), (1006, ("lost", "1006")), (1001, ("lost", "1001"))])
def test_a_clean_close_is_a_hang_up_and_any_other_a_loss(code: int, said: tuple[Any, ...]) -> None:
    stage = Stage()
    stage.leg.received(START)
    stage.leg.gone(code)
    assert stage.said == [said]


def test_what_was_closed_by_us_or_is_over_reports_nothing_more() -> None:
    stage = Stage()
    stage.leg.received(START)
    stage.leg.close(1000, "user_ended")
    stage.leg.received(FRAME)
    stage.leg.received(RECORDED[5])
    stage.leg.received(RECORDED[6])
    stage.leg.gone(1000)
    assert stage.said == []


def test_a_stream_that_stops_before_it_is_admitted_hangs_up_when_it_is() -> None:
    stage = Stage(admits=False)
    stage.leg.received(START)
    stage.leg.received(FRAME)
    stage.leg.received(RECORDED[6])
    assert stage.said == []
    stage.leg.admitted(stage)
    stage.leg.received(FRAME)
    assert stage.said == [("hung up",)]


@pytest.mark.parametrize("early", [FRAME, RECORDED[5], RECORDED[6]])
def test_nothing_may_come_before_the_start(early: bytes) -> None:
    with pytest.raises(OutOfTurn):
        Stage().leg.received(early)


def test_a_second_start_is_refused() -> None:
    stage = Stage()
    stage.leg.received(START)
    with pytest.raises(OutOfTurn):
        stage.leg.received(START)


def media(payload: Any) -> bytes:
    return json.dumps({"event": "media", "media": {"payload": payload}}).encode()


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"hello",
        b"[]",
        b"{}",
        b'{"event":7}',
        b'{"event":"media"}',
        b'{"event":"media","media":{"payload":"AAAA"}',
        b'{"event":"media","media":' + b"[" * 30_000,
        b'{"event":"clear"}',
        b'{"event":"mark","mark":{}}',
        b"\xff\xfe",
        media(None),
        media("AAA"),
        media("AA=A"),
        media("===="),
        media("A==="),
        media('AA"}'),
        media("AA\\A"),
        media("AA\nA"),
        media("AAé="),
        media("AA-_"),
    ],
)  # fmt: skip
def test_what_twilio_would_never_send_is_not_understood(bad: bytes) -> None:
    stage = Stage()
    stage.leg.received(START)
    with pytest.raises(NotUnderstood):
        stage.leg.received(bad)
    assert stage.said == []


@pytest.mark.parametrize(
    "start",
    [
        b'{"event":"start"}',
        b'{"event":"start","start":{}}',
        b'{"event":"start","start":{"streamSid":"MZ1","customParameters":{"token":7}}}',
        b'{"event":"start","start":{"streamSid":"MZ1","mediaFormat":{"encoding":"audio/l16"}}}',
        b'{"event":"start","start":{"streamSid":"MZ1","mediaFormat":{"sampleRate":16000}}}',
        b'{"event":"novelty"}',
    ],
)
def test_a_start_that_can_not_be_used_is_not_understood(start: bytes) -> None:
    with pytest.raises(NotUnderstood):
        Stage().leg.received(start)


def test_a_novelty_in_a_running_stream_is_passed_over() -> None:
    stage = Stage()
    stage.leg.received(START)
    for _ in range(3):
        stage.leg.received(b'{"event":"novelty","x":1}')
    stage.leg.received(FRAME)
    assert stage.said == [("audio", b"/v7+/v7+/v7+/v7+")]


def test_simulators_may_write_their_json_as_they_like() -> None:
    stage = Stage()
    stage.leg.received(b'{ "start" : {"streamSid": "MZ1"}, "event": "start" }')
    stage.leg.received(b'{"media": {"payload": "\\/v7+", "track": "inbound"}, "event": "media"}')
    stage.leg.received(b'{"event":"media","media":{"payload":""}}')
    assert stage.said == [("audio", b"/v7+"), ("audio", b"")]
    assert stage.starts == [StreamStart("MZ1", None, {})]


@given(st.binary(max_size=400))
def test_all_audio_comes_through_as_it_was_sent(audio: bytes) -> None:
    stage = Stage()
    stage.leg.received(START)
    payload = base64.b64encode(audio)
    stage.leg.received(media(payload.decode()))
    stage.leg.send_audio(payload)
    assert stage.said == [("audio", payload)]
    assert base64.b64decode(stage.sent[0]["media"]["payload"]) == audio


@given(st.text(max_size=40))
def test_whatever_passes_for_base64_is_base64_and_fits_between_quotes(payload: str) -> None:
    try:
        passed = m.audio_of(m.Media(m.MediaBody(payload)))
    except ValueError:
        return
    base64.b64decode(passed, validate=True)
    assert msgspec.json.decode(b'"%b"' % passed) == payload


texts = st.text(max_size=20)
messages = st.one_of(
    st.builds(m.Connected, protocol=texts, version=texts),
    st.builds(
        m.Start,
        stream_sid=texts,
        start=st.builds(
            m.StartBody, stream_sid=texts, call_sid=texts, custom_parameters=st.dictionaries(texts, texts, max_size=3)
        ),
    ),
    st.builds(m.Media, media=st.builds(m.MediaBody, payload=texts), stream_sid=texts),
    st.builds(m.Mark, mark=st.builds(m.MarkBody, name=texts), stream_sid=texts),
    st.builds(m.Dtmf, dtmf=st.builds(m.DtmfBody, digit=texts), stream_sid=texts),
    st.builds(m.Stop, stream_sid=texts),
    st.builds(m.Clear, stream_sid=texts),
)


@given(messages)
def test_parse_and_build_are_inverse(message: m.AnyMessage) -> None:
    assert m.parse(m.build(message)) == message


@given(st.lists(st.sampled_from(RECORDED) | st.binary(max_size=60) | messages.map(m.build), max_size=12))
def test_whatever_comes_is_taken_or_refused(frames: list[bytes]) -> None:
    stage = Stage()
    for frame in frames:
        try:
            stage.leg.received(frame)
        except StreamRefused:
            stage.leg.gone(1003)
            break
    assert len(stage.starts) <= 1
    assert sum(said[0] in ("hung up", "lost") for said in stage.said) <= 1


@given(st.sampled_from(RECORDED), st.data())
def test_a_mutated_message_is_taken_or_refused(line: bytes, data: Any) -> None:
    at = data.draw(st.integers(0, len(line) - 1))
    changed = line[:at] + data.draw(st.binary(max_size=3)) + line[at + data.draw(st.integers(0, 3)) :]
    stage = Stage()
    stage.leg.received(START)
    codes: list[int] = []
    try:
        stage.leg.received(changed)
    except StreamRefused as refusal:
        codes.append(refusal.close_code)
    assert set(codes) <= {1003, 1008}
