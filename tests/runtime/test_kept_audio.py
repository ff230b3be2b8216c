"""What is said while nobody hears it: kept in order, the latest of it, and given in pieces."""

import base64
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.ports.caller import BYTES_PER_MS
from greenroom.runtime.kept_audio import KEPT_MS, PIECE_MS, KeptAudio
from tests.runtime.simulated_ear import SimulatedEar
from tests.runtime.test_audio_bridge import FakeEngine, Rig

FRAME_MS = 20


def frames(audio: bytes, per_ms: int) -> list[bytes]:
    size = FRAME_MS * per_ms
    return [base64.b64encode(audio[at : at + size]) for at in range(0, len(audio), size)]


def sound_of(pieces: list[bytes]) -> bytes:
    return b"".join(base64.b64decode(piece, validate=True) for piece in pieces)


@pytest.mark.parametrize("per_ms", BYTES_PER_MS.values())
def test_the_latest_thirty_seconds_are_kept_and_no_more(per_ms: int) -> None:
    audio = random.Random(1).randbytes((KEPT_MS + 7_310) * per_ms)
    kept = KeptAudio(per_ms)
    for frame in frames(audio, per_ms):
        kept.add(frame)
    given_back = list(kept.pieces())
    assert sound_of(given_back) == audio[-KEPT_MS * per_ms :]
    assert len(given_back) == KEPT_MS // PIECE_MS


@given(st.lists(st.binary(max_size=500)), st.sampled_from([8, 48]))
def test_whatever_comes_in_comes_out_in_order(sounds: list[bytes], per_ms: int) -> None:
    kept = KeptAudio(per_ms)
    for sound in sounds:
        kept.add(base64.b64encode(sound))
    assert sound_of(list(kept.pieces())) == b"".join(sounds)


def test_what_is_no_base64_is_no_audio() -> None:
    kept = KeptAudio(8)
    for payload in (b"AAA", b"A", b"=", b"", b"\xff\xfe!"):
        kept.add(payload)
    kept.add(b"AAAB")
    assert sound_of(list(kept.pieces())) == b"\x00\x00\x01"


def test_the_bridge_gives_what_was_said_in_a_gap_to_the_next_engine_ahead_of_what_follows() -> None:
    rig, lost, found = Rig(), FakeEngine(), FakeEngine()
    audio = random.Random(2).randbytes(5_000 * rig.per_ms)
    said = frames(audio, rig.per_ms)
    rig.bridge.attach_engine(lost)  # pyright: ignore[reportArgumentType] half an engine is enough
    rig.bridge.hear(on=True)
    for frame in said[:50]:
        rig.bridge.caller_audio(frame)
    rig.bridge.hear(on=False, keep=True)
    for frame in said[50:125]:
        rig.bridge.caller_audio(frame)
    rig.bridge.attach_engine(None)
    rig.bridge.hear(on=False, keep=True)  # lost again: it is the same gap
    for frame in said[125:200]:
        rig.bridge.caller_audio(frame)
    rig.bridge.attach_engine(found)  # pyright: ignore[reportArgumentType]
    rig.bridge.hear(on=True)
    for frame in said[200:]:
        rig.bridge.caller_audio(frame)
    assert lost.got == said[:50]
    assert sound_of(found.got) == audio[1000 * rig.per_ms :]
    # The next engine's clock began where the gap did: what it hears a second into it was said three seconds ago.
    assert rig.bridge.behind_ms(1000) == 3000


def test_nothing_is_kept_while_nobody_is_to_be_listened_to() -> None:
    rig, engine = Rig(), FakeEngine()
    rig.bridge.attach_engine(engine)  # pyright: ignore[reportArgumentType]
    rig.bridge.caller_audio(b"AAAA")
    rig.bridge.hear(on=False, keep=True)
    rig.bridge.caller_audio(b"AAAB")
    rig.bridge.hear(on=False)
    rig.bridge.caller_audio(b"AAAC")
    rig.bridge.hear(on=True)
    assert engine.got == []


def test_a_caller_with_another_format_leaves_nothing_of_the_one_before() -> None:
    rig, engine = Rig(), FakeEngine()
    rig.bridge.attach_engine(engine)  # pyright: ignore[reportArgumentType]
    rig.bridge.hear(on=False, keep=True)
    rig.bridge.caller_audio(b"AAAA")
    rig.bridge.attach_caller(SimulatedEar(rig.clock, "audio/pcm"))
    rig.bridge.caller_audio(b"AAABAAAB")
    rig.bridge.hear(on=True)
    assert engine.got == [b"AAABAAAB"]
