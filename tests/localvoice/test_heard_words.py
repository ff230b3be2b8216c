"""How well real speech is heard over a phone line, and how well the reply is spoken, through the whole engine."""

import pytest
from benchmarks.speech.wer import errors

from greenroom.localvoice.server import LocalVoice
from tests.localvoice.client import COMMITTED, COMPLETED, STARTED, Client, client_of
from tests.localvoice.fixtures import RealModels
from tests.localvoice.sounds import Sound, at_16k, recording, silence, with_white_noise
from tests.speech_references import REFERENCES

pytestmark = pytest.mark.speech

SAID = (
    "Welcome, and thank you for taking the time to practise with me today.",
    "Could you tell me about a project that did not go as planned?",
    "What was your own part in the work of the team?",
    "I see. How did your manager react to the news?",
    "That is all from my side. Thank you very much, and goodbye.",
)


async def heard(client: Client, sound: Sound) -> str:
    """All that the engine makes of it."""
    await client.on_the_phone()
    await client.say(sound)
    # Longer than any pause within a turn; and what is committed behind it comes after everything else.
    await client.say(silence(4))
    await client.asked("input_audio_buffer.commit", COMMITTED)
    while not (len(client.of(COMPLETED)) == len(client.of(COMMITTED)) == len(client.of(STARTED)) + 1):
        await client.next()
    return " ".join(event["transcript"] for event in client.of(COMPLETED)).strip()


async def test_read_speech_over_the_phone_loses_less_than_one_word_in_twelve(real_engine: LocalVoice) -> None:
    wrong = total = 0
    for name, text in REFERENCES.items():
        async with client_of(real_engine.port) as client:
            off, of = errors(text, await heard(client, recording(name)))
            wrong, total = wrong + off, total + of
    assert wrong / total <= 0.08, f"{wrong} of {total}"


async def test_noise_on_the_line_costs_words_but_not_the_sense(real_client: Client) -> None:
    """The model itself, not the engine around it, is this hard of hearing in white noise."""
    name = "two_cities.wav"
    wrong, of = errors(REFERENCES[name], await heard(real_client, with_white_noise(recording(name), 20)))
    assert wrong / of <= 0.25, f"{wrong} of {of}"


async def test_what_is_said_is_understood_again(real_client: Client, real_models: RealModels) -> None:
    await real_client.on_the_phone()
    wrong = total = 0
    for line in SAID:
        done = await real_client.asked(
            "response.create", "response.done", response={"metadata": {"greenroom_say": line}}
        )
        assert done["response"]["output"][0]["content"][0]["transcript"] == line
        sound = real_client.sound(done["response"]["id"])
        off, of = errors(line.replace("practise", "practice"), real_models.transcriber.transcribe(at_16k(sound)))
        wrong, total = wrong + off, total + of
    assert wrong / total <= 0.1, f"{wrong} of {total}"
