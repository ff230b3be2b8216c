"""What is taken for speech, and how soon."""

import numpy as np
import pytest

from greenroom.localvoice.connection import Connection
from greenroom.localvoice.server import LocalVoice
from tests.localvoice.client import COMMITTED, STARTED, Client, client_of
from tests.localvoice.sounds import NOT_SPEECH, PHONE_HZ, Sound, not_speech, silence, spoken

pytestmark = pytest.mark.speech

STEP_MS = 20
SOON_MS = 100
SENTENCES = (
    "Sorry, could I just add something?",
    "How many people work in the team?",
    "Yes, that is right.",
    "For me it was the first time.",
    "Well, I would not say that.",
    "He had no idea what to do.",
    "Thank you, I have a question.",
    "Is it possible to work from home?",
    "Okay, let me think about it.",
    "Several of us were new there.",
    "Very often we had no time.",
    "Wait a moment, please.",
)


@pytest.mark.parametrize("name", NOT_SPEECH)
async def test_nobody_speaks_on_a_line_without_speech(real_client: Client, name: str) -> None:
    await real_client.on_the_phone()
    await real_client.say(not_speech(name, 300), piece_s=2)
    await real_client.asked("input_audio_buffer.commit", COMMITTED)
    assert real_client.of(STARTED) == []


async def test_speech_is_noticed_within_a_tenth_of_a_second(real_engine: LocalVoice) -> None:
    """As much sound as was fed when it was noticed, counted from the first that is louder than a breath."""
    late: dict[str, int] = {}
    for number, sentence in enumerate(SENTENCES):
        speech = spoken(sentence)
        onset = int(np.flatnonzero(np.abs(speech) > 600)[0])
        lead = silence(0.7 + number * 0.007)
        sound = np.concatenate((lead, speech, silence(0.1)))
        async with client_of(real_engine.port) as client:
            await client.on_the_phone()
            (connection,) = real_engine.connections
            late[sentence] = await _noticed_ms(connection, client, sound) - (len(lead) + onset) * 1000 // PHONE_HZ
    ordered = sorted(late.values())
    assert ordered[len(ordered) // 2] <= SOON_MS, late
    assert ordered[-1] <= SOON_MS + 60, late


async def _noticed_ms(connection: Connection, client: Client, sound: Sound) -> int:
    """How much of the sound had to be fed: a step at a time, each with an answer before the next."""
    size = STEP_MS * PHONE_HZ // 1000
    for number, at in enumerate(range(0, len(sound), size), 1):
        await client.say(sound[at : at + size], piece_s=STEP_MS / 1000)
        await client.refused("conversation.item.retrieve", item_id="none")
        await connection.heard_all()
        await client.refused("conversation.item.retrieve", item_id="none")
        if client.of(STARTED):
            return number * STEP_MS
    raise AssertionError("speech was not noticed")
