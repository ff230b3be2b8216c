"""The way of sound, with an ear that counts every byte."""

import base64
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.core import signals as s
from greenroom.ports.caller import BYTES_PER_MS
from greenroom.runtime.audio_bridge import LONGEST_REPLY_MS, MARK_EVERY_MS, AudioBridge
from greenroom.runtime.metrics import Metrics
from greenroom.runtime.playback import decoded_bytes, tail_of
from tests.runtime.simulated_ear import FakeClock, SimulatedEar


class FakeEngine:
    def __init__(self) -> None:
        self.got: list[bytes] = []

    def append_audio(self, payload: bytes) -> None:
        self.got.append(payload)


class Rig:
    def __init__(self, audio_format: str = "audio/pcmu", *, echoes: bool = True) -> None:
        self.clock = FakeClock()
        self.signals: list[s.Signal] = []
        self.overdue_at: float | None = None
        self.bridge = AudioBridge(self.clock, Metrics(), self.signals.append, self._schedule)
        self.ear = SimulatedEar(self.clock, audio_format, echoes=echoes)
        self.ear.on_mark = self.bridge.mark_played
        self.bridge.attach_caller(self.ear)
        self.per_ms = BYTES_PER_MS[audio_format]

    def _schedule(self, at: float | None) -> None:
        self.overdue_at = at

    def play(self, ms: float) -> None:
        self.ear.play(ms)
        if self.overdue_at is not None and self.clock.at >= self.overdue_at:
            self.overdue_at = None
            self.bridge.playout_overdue()

    def of(self, kind: type[s.Signal]) -> list[s.Signal]:
        return [signal for signal in self.signals if isinstance(signal, kind)]


def speech(length: int) -> bytes:
    """Bytes that tell where they are from: no stretch of them comes twice."""
    return random.Random(1).randbytes(length)


def pieces(audio: bytes, sizes: list[int]) -> list[bytes]:
    out: list[bytes] = []
    at = number = 0
    while at < len(audio):
        size = sizes[number % len(sizes)]
        out.append(base64.b64encode(audio[at : at + size]))
        at, number = at + size, number + 1
    return out


@pytest.mark.parametrize("audio_format", ["audio/pcmu", "audio/pcm"])
def test_a_reply_is_heard_whole_in_order_and_reported_once(audio_format: str) -> None:
    rig = Rig(audio_format)
    audio = speech(3000 * rig.per_ms)
    rig.bridge.play("r1")
    for piece in pieces(audio, [160 * 3]):
        rig.bridge.reply_audio("r1", piece)
    rig.bridge.complete("r1")
    rig.play(2990)
    assert not rig.of(s.ReplyPlayed)
    rig.play(20)
    assert rig.of(s.ReplyPlayed) == [s.ReplyPlayed("r1", 3000)]
    assert bytes(rig.ear.heard) == audio
    assert rig.of(s.ReplyBegan) == [s.ReplyBegan("r1")]
    assert 14 <= rig.ear.marks <= 17


def test_audio_of_a_reply_that_was_not_let_through_is_never_heard() -> None:
    rig = Rig()
    rig.bridge.reply_audio("stray", base64.b64encode(speech(800)))
    rig.bridge.play("r1")
    rig.bridge.reply_audio("stray", base64.b64encode(speech(800)))
    rig.play(300)
    assert not rig.ear.heard
    assert not rig.signals


def test_the_gate_decides_whether_the_engine_hears_the_caller() -> None:
    rig = Rig()
    engine = FakeEngine()
    rig.bridge.attach_engine(engine)  # pyright: ignore[reportArgumentType] half an engine is enough
    rig.bridge.caller_audio(b"AAAA")
    rig.bridge.hear(on=True)
    rig.bridge.caller_audio(b"AAAB")
    rig.bridge.hear(on=False)
    rig.bridge.caller_audio(b"AAAC")
    assert engine.got == [b"AAAB"]


def test_a_caller_that_echoes_no_marks_is_believed_by_the_clock() -> None:
    rig = Rig(echoes=False)
    rig.bridge.play("r1")
    rig.bridge.reply_audio("r1", base64.b64encode(speech(8 * 1000)))
    rig.bridge.complete("r1")
    rig.play(1000)
    assert not rig.of(s.ReplyPlayed)
    rig.play(2100)
    assert rig.of(s.ReplyPlayed)


def test_a_reply_without_any_sound_is_over_at_once() -> None:
    rig = Rig()
    rig.bridge.play("r1")
    rig.bridge.complete("r1")
    assert rig.of(s.ReplyPlayed) == [s.ReplyPlayed("r1", 0)]


@pytest.mark.parametrize("at_once", [True, False])
def test_what_an_engine_sends_beyond_the_longest_reply_is_dropped_however_it_comes(at_once: bool) -> None:
    rig = Rig()
    rig.bridge.play("r1")
    audio = speech((LONGEST_REPLY_MS + 30_000) * rig.per_ms)
    for piece in [base64.b64encode(audio)] if at_once else pieces(audio, [8000]):
        rig.bridge.reply_audio("r1", piece)
    assert LONGEST_REPLY_MS <= rig.bridge.ear.received_ms <= LONGEST_REPLY_MS + 1000
    sent = b"".join(entry for entry in rig.ear.queue if isinstance(entry, bytes))
    assert audio.startswith(bytes(rig.ear.heard) + sent)


def test_samples_that_are_cut_in_two_are_put_together_again() -> None:
    rig = Rig("audio/pcm")
    audio = speech(700 * rig.per_ms)
    rig.bridge.play("r1")
    for piece in pieces(audio, [961, 1, 2, 1919]):
        rig.bridge.reply_audio("r1", piece)
    assert all(len(entry) % 2 == 0 for entry in rig.ear.queue if isinstance(entry, bytes))
    rig.bridge.complete("r1")
    rig.play(800)
    assert bytes(rig.ear.heard) == audio


def test_a_new_stream_goes_on_where_the_ear_was() -> None:
    rig = Rig()
    audio = speech(8 * 2000)
    rig.bridge.play("r1")
    rig.bridge.reply_audio("r1", base64.b64encode(audio))
    rig.bridge.complete("r1")
    rig.play(900)
    first = bytes(rig.ear.heard)
    rig.bridge.detach_caller()
    rig.clock.at += 5
    rig.ear = SimulatedEar(rig.clock)
    rig.ear.on_mark = rig.bridge.mark_played
    rig.bridge.attach_caller(rig.ear)
    rig.play(2000)
    again = bytes(rig.ear.heard)
    assert audio.endswith(again)
    assert abs(len(first) + len(again) - len(audio)) <= MARK_EVERY_MS * 8
    assert rig.of(s.ReplyPlayed)


deeds = st.lists(st.tuples(st.sampled_from(["play", "stop", "resume"]), st.integers(1, 700)), max_size=25)


@settings(max_examples=60, deadline=None)
@given(
    deeds,
    st.lists(st.integers(1, 6000), min_size=1, max_size=5),
    st.sampled_from(["audio/pcmu", "audio/pcm"]),
    st.integers(200, 3000),
)
def test_whatever_stops_and_resumes_the_ear_hears_all_of_it_in_order(
    script: list[tuple[str, int]], sizes: list[int], audio_format: str, length_ms: int
) -> None:
    rig = Rig(audio_format)
    audio = speech(length_ms * rig.per_ms)
    within = MARK_EVERY_MS * rig.per_ms
    rig.bridge.play("r1")
    waiting = pieces(audio, [size * 2 for size in sizes])
    position = 0  # in the reply, of what the ear has truly heard
    heard_before = 0

    def advance() -> None:
        nonlocal position, heard_before
        new = bytes(rig.ear.heard[heard_before:])
        heard_before = len(rig.ear.heard)
        if not new:
            return
        # It may repeat a little, never skip, never mix.
        start = next(at for at in range(position, -1, -1) if audio[at : at + len(new)] == new)
        assert position - start <= within, "repeated more than a mark's worth"
        position = max(position, start + len(new))

    held = False
    for deed, ms in script:
        for piece in waiting[:2]:
            rig.bridge.reply_audio("r1", piece)
        del waiting[:2]
        if deed == "stop":
            rig.bridge.stop("r1")
            held = True
        elif deed == "resume":
            rig.bridge.resume("r1")
            held = False
        else:
            rig.play(ms)
        advance()
        ear = rig.bridge.ear
        assert ear.heard_ms <= ear.received_ms
        assert abs(ear.heard_ms * rig.per_ms - position) <= within + rig.per_ms
    for piece in waiting:
        rig.bridge.reply_audio("r1", piece)
    rig.bridge.complete("r1")
    if held:
        rig.bridge.resume("r1")
    # In steps: what is repeated is looked for near where the ear is.
    for _ in range(length_ms // 100 + 60):
        rig.play(100)
        advance()
    assert position == len(audio)
    assert len(rig.of(s.ReplyPlayed)) == 1


@given(st.binary(max_size=200))
def test_lengths_are_told_without_decoding(data: bytes) -> None:
    assert decoded_bytes(base64.b64encode(data)) == len(data)


@given(st.binary(min_size=1, max_size=400), st.data())
def test_a_cut_loses_nothing(data: bytes, chance: st.DataObject) -> None:
    skip = chance.draw(st.integers(0, len(data) - 1))
    tail = base64.b64decode(tail_of(base64.b64encode(data), skip), validate=True)
    assert data.endswith(tail)
    assert 0 <= len(tail) - (len(data) - skip) < 6


@pytest.mark.parametrize("played_ms", [0, 310, 420, 580, 5000])
def test_a_reply_goes_on_from_where_the_caller_says_that_it_fell_silent(played_ms: int) -> None:
    rig = Rig("audio/pcm")
    audio = speech(3000 * rig.per_ms)
    rig.bridge.play("r1")
    for piece in pieces(audio, [480]):
        rig.bridge.reply_audio("r1", piece)
    rig.play(450)
    rig.bridge.stop("r1")
    heard = len(rig.ear.heard)
    rig.bridge.cleared("r1", played_ms)
    # Not before the last echoed mark, since that is gone from memory.
    ear_ms = max(played_ms, 400) if played_ms < 3000 else 3000
    assert rig.of(s.ReplyStopped) == [s.ReplyStopped("r1", ear_ms)]
    assert rig.bridge.ear.heard_ms == ear_ms
    rig.bridge.resume("r1")
    rig.play(4000)
    assert bytes(rig.ear.heard[heard:]) == audio[ear_ms * rig.per_ms :]


def test_where_a_reply_fell_silent_is_of_no_matter_once_it_goes_on() -> None:
    rig = Rig("audio/pcm")
    rig.bridge.play("r1")
    rig.bridge.reply_audio("r1", base64.b64encode(speech(48 * 1000)))
    rig.play(300)
    rig.bridge.cleared("r1", 100)
    rig.bridge.stop("r1")
    rig.bridge.cleared("r0", 100)
    rig.bridge.resume("r1")
    rig.bridge.cleared("r1", 100)
    assert not rig.of(s.ReplyStopped)
