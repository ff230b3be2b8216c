"""Real speech for a fake microphone, and what a page let sound, brought back to words."""

import base64
import wave
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

SPOKEN = "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness"
"""The first sentences of a recording that comes with the speech models."""
RATE_HZ = 48_000
HEARD_HZ = 16_000
FRAME_S = 0.02
QUIET = 400
PAUSE_S = 0.6

RECORDER = """
{
  const recorders = []
  const connect = AudioNode.prototype.connect
  AudioNode.prototype.connect = function (to, ...more) {
    if (to instanceof AudioDestinationNode) {
      const stream = this.context.createMediaStreamDestination()
      const recorder = new MediaRecorder(stream.stream)
      const pieces = []
      recorder.ondataavailable = (event) => pieces.push(event.data)
      recorders.push({ recorder, pieces })
      connect.call(this, stream)
      recorder.start()
    }
    return connect.call(this, to, ...more)
  }
  window.heard = async () => {
    const { recorder, pieces } = recorders.pop()
    if (recorder.state !== "inactive") {
      const stopped = new Promise((done) => recorder.addEventListener("stop", done))
      recorder.stop()
      await stopped
    }
    const packed = await new Blob(pieces).arrayBuffer()
    const sound = await new OfflineAudioContext(1, 1, 16000).decodeAudioData(packed)
    const pcm = Int16Array.from(sound.getChannelData(0), (sample) => Math.max(-1, Math.min(1, sample)) * 32767)
    return new Uint8Array(pcm.buffer).toBase64?.() ??
      btoa(Array.from(new Uint8Array(pcm.buffer), (byte) => String.fromCharCode(byte)).join(""))
  }
}
"""
"""Records whatever goes to the loudspeaker; `heard()` is the latest player's, as base64 of PCM16 at 16 kHz."""


def first_sentences() -> NDArray[np.int16]:
    """`SPOKEN`, at 48 kHz."""
    spec = find_spec("moonshine_voice")
    assert spec is not None
    assert spec.origin is not None
    with wave.open(str(Path(spec.origin).parent / "assets" / "two_cities.wav")) as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE_HZ, 1)
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
    return next(piece for piece in stretches(pcm, RATE_HZ) if len(piece) > 5 * RATE_HZ)


def stretches(pcm: NDArray[np.int16], rate_hz: int, pause_s: float = PAUSE_S) -> list[NDArray[np.int16]]:
    """The stretches of speech between its pauses, each with a little silence around it."""
    frame = int(rate_hz * FRAME_S)
    loud = np.flatnonzero(np.abs(pcm[: len(pcm) // frame * frame].astype(int)).reshape(-1, frame).max(axis=1) > QUIET)
    if not len(loud):
        return []
    cuts = np.split(loud, np.flatnonzero(np.diff(loud) * FRAME_S > pause_s) + 1)
    return [pcm[max(0, cut[0] - 8) * frame : (cut[-1] + 9) * frame] for cut in cuts]


def write(path: Path, pcm: NDArray[np.int16], before_s: float, after_s: float) -> None:
    """A WAV file for a fake microphone, with silence around the speech; the browser plays it again and again."""
    silence = [np.zeros(int(seconds * RATE_HZ), np.int16) for seconds in (before_s, after_s)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.concatenate([silence[0], pcm, silence[1]]).astype("<i2").tobytes())


def heard(page: Page) -> NDArray[np.int16]:
    """What the page let sound since its player was opened, at 16 kHz."""
    return np.frombuffer(base64.b64decode(page.evaluate("heard()")), "<i2").astype(np.int16)


def words_of(pcm: NDArray[np.int16]) -> str:
    """The words in this, `good-bye` as one."""
    from greenroom.localvoice.models import speech_folder
    from greenroom.localvoice.speech_to_text import Moonshine

    model = Moonshine(speech_folder())
    pieces = stretches(pcm, HEARD_HZ, pause_s=0.18)
    return " ".join(model.transcribe((piece / 32768).astype(np.float32)) for piece in pieces).replace("-", "")
