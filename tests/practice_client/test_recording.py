import wave
from pathlib import Path

import numpy as np
import pytest

from greenroom.audio.g711 import ulaw_to_pcm
from greenroom.practice_client import recording


def write(path: Path, samples: np.ndarray, rate_hz: int, width: int = 2, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        if width == 1:
            raw = ((samples / 256) + 128).astype(np.uint8).tobytes()
        elif width == 2:
            raw = samples.astype("<i2").tobytes()
        elif width == 3:
            raw = b"".join(int(sample * 256).to_bytes(3, "little", signed=True) for sample in samples)
        else:
            raw = (samples.astype(np.int64) * 65536).astype("<i4").tobytes()
        file.writeframes(raw)
    return path


def tone(seconds: float, rate_hz: int) -> np.ndarray:
    return np.rint(8000 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate_hz)) / rate_hz)).astype(np.int64)


@pytest.mark.parametrize(("rate_hz", "width"), [(8000, 2), (16000, 2), (44100, 2), (48000, 1), (24000, 3), (22050, 4)])
def test_any_rate_and_width_becomes_telephone_sound(tmp_path: Path, rate_hz: int, width: int) -> None:
    pcm = recording.load(write(tmp_path / "a.wav", tone(1.0, rate_hz), rate_hz, width))
    assert len(pcm) == 8000
    middle = pcm[1000:7000].astype(float)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(8000 / np.sqrt(2), rel=0.05)


def test_two_channels_become_one(tmp_path: Path) -> None:
    both = np.stack((tone(0.5, 16000), np.zeros(8000, np.int64)), axis=1).reshape(-1)
    pcm = recording.load(write(tmp_path / "a.wav", both, 16000, channels=2))
    assert np.sqrt(np.mean(pcm[500:3500].astype(float) ** 2)) == pytest.approx(4000 / np.sqrt(2), rel=0.05)


def test_it_is_cut_at_long_pauses_only() -> None:
    silence = np.zeros(8000, np.int16)
    sound = tone(1.0, 8000).astype(np.int16)
    pcm = np.concatenate((silence, sound, silence, sound, silence, silence, sound, silence))
    pieces = recording.utterances(pcm)
    assert [round(len(piece) / 8000, 1) for piece in pieces] == [3.4, 1.4]
    assert recording.utterances(silence) == []
    assert recording.utterances(silence[:0]) == []


def test_what_was_heard_is_written_as_telephone_sound(tmp_path: Path) -> None:
    ulaw = bytes(range(256)) * 40
    recording.save(tmp_path / "out.wav", ulaw)
    with wave.open(str(tmp_path / "out.wav")) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1)
    assert (recording.load(tmp_path / "out.wav") == ulaw_to_pcm(ulaw)).all()


def test_what_is_no_recording_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("hello")
    (tmp_path / "empty.wav").write_bytes(b"")
    for name in ("text.wav", "empty.wav", "missing.wav"):
        with pytest.raises(recording.BadRecording, match=name):
            recording.load(tmp_path / name)
