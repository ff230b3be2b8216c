"""Short phrases of a real voice, with pauses of two thirds of a second between them, are one turn.

Without connection, clock or recogniser: the detector's pauses beside what the words before them ask for. Where in the
detector's chunks the sound happens to begin must not decide.
"""

import numpy as np
import pytest

from greenroom.localvoice.endpointing import FINISHED_S, pause_s
from greenroom.localvoice.silero import Silero
from greenroom.localvoice.voice_activity import CHUNK_MS, CHUNK_SAMPLES, Change, SpeechGate, level_dbfs
from tests.localvoice.sounds import PHONE_HZ, at_16k, recording, silence, ulaw

pytestmark = pytest.mark.speech

SAID = ("Ever tried.", "Ever tried, ever failed.", "Ever tried, ever failed, no matter.")
"""What is heard of the recording when its first three pauses have begun."""
STEP = 32
"""Samples at 8 kHz, an eighth of a chunk."""


def pauses_ms(offset: int) -> list[int]:
    """Of the recording's first six seconds, those that are long enough for the words to be asked about them."""
    sound = at_16k(
        ulaw(np.concatenate((silence(0.5)[: PHONE_HZ // 4 + offset], recording("beckett.wav")[: PHONE_HZ * 6])))
    )
    detector, gate = Silero(), SpeechGate()
    found: list[int] = []
    paused = 0
    for at in range(0, len(sound) - CHUNK_SAMPLES + 1, CHUNK_SAMPLES):
        chunk = sound[at : at + CHUNK_SAMPLES]
        probability, *earlier = detector.probabilities(chunk)
        match gate.take(probability, level_dbfs(chunk), earlier):
            case None:
                pass
            case activity if activity.change is Change.PAUSED:
                paused = activity.chunk
            case activity if activity.change is Change.RESUMED:
                found.append((activity.chunk - paused) * CHUNK_MS)
            case _:
                pass
    return [pause for pause in found if pause > 256]


@pytest.mark.parametrize("offset", range(0, PHONE_HZ * CHUNK_MS // 1000, STEP))
def test_pauses_between_short_phrases_are_shorter_than_what_ends_a_turn(offset: int) -> None:
    pauses = pauses_ms(offset)
    assert len(pauses) == len(SAID)
    # They would end a whole sentence.
    assert min(pauses) >= FINISHED_S * 1000
    for pause, text in zip(pauses, SAID, strict=True):
        assert pause < pause_s(text) * 1000 - CHUNK_MS, text
