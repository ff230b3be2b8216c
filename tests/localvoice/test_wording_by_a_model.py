"""A language model words what the director intends; where it can't or won't, the director's own words are said."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from greenroom.core.session import Limits
from greenroom.core.wording import intent_of
from greenroom.localvoice import LocalVoiceSettings, voice
from greenroom.localvoice.inference import Inference
from tests.localvoice.chat_server import DONE, HEAD, ChatServer, deltas, event, failing, streamed
from tests.localvoice.client import COMMITTED, Client, client_of, engine
from tests.localvoice.models import SPEECH, FakeDetector, FakeSpeaker, FakeTranscriber

QUESTION = "How did your last job end?"
LINE = f"Thank you for that. {QUESTION}"
WORDED = "I see, you were a cook. And how did that last job end?"
INTENT = intent_of("question", LINE, QUESTION)
CUE = {"greenroom_cue": "c1", "greenroom_say": LINE, "greenroom_intent": INTENT}


@dataclass
class Reply:
    transcript: str
    spoken: list[str]
    """As the voice was given them."""
    first_sound_s: float
    whole_s: float


@asynccontextmanager
async def interviewed(settings: LocalVoiceSettings, speaker: FakeSpeaker) -> AsyncGenerator[Client]:
    """A client whose candidate has said something."""
    transcriber = FakeTranscriber()
    transcriber.text = "I was a cook."
    async with (
        engine(Inference(transcriber, speaker, FakeDetector), settings) as server,
        client_of(server.port) as client,
    ):
        await client.on_the_phone(None)
        await client.update(instructions="You interview cooks.")
        await client.say(SPEECH)
        await client.asked("input_audio_buffer.commit", COMMITTED)
        yield client


async def reply_of(settings: LocalVoiceSettings, metadata: dict[str, str] | None = None) -> Reply:
    speaker, loop = FakeSpeaker(), asyncio.get_running_loop()
    async with interviewed(settings, speaker) as client:
        began = loop.time()
        await client.asked("response.create", "response.output_audio.delta", response={"metadata": metadata})
        first = loop.time()
        done = await client.until("response.done")
        assert done["response"]["status"] == "completed"
        transcript = done["response"]["output"][0]["content"][0]["transcript"]
        heard = [delta["delta"] for delta in client.of("response.output_audio_transcript.delta")]
        assert "".join(heard) == transcript
        return Reply(transcript, speaker.said, first - began, loop.time() - began)


async def said(settings: LocalVoiceSettings, metadata: dict[str, str] | None = None) -> str:
    return (await reply_of(settings, metadata)).transcript


# What it is told.


async def test_the_model_is_told_the_conversation_and_the_intent_and_its_words_are_said() -> None:
    chat = ChatServer(streamed(WORDED))
    async with chat.running() as settings:
        assert await said(settings, CUE) == WORDED
    (request,) = chat.requests
    assert (request["model"], request["stream"]) == ("small", True)
    assert "authorization: bearer secret" in chat.heads[0].lower()
    first, last = request["messages"]
    assert (first["role"], last["role"]) == ("system", "user")
    assert first["content"].startswith("You interview cooks.")
    assert last["content"] == f"I was a cook.\n\n[Director] {INTENT} The director would say: {LINE}"


async def test_instructions_that_only_repeat_the_intent_are_not_told_twice() -> None:
    chat = ChatServer(streamed(WORDED))
    async with chat.running() as settings, interviewed(settings, FakeSpeaker()) as client:
        own = f"You interview cooks.\n\nDecided: {INTENT}"
        await client.asked("response.create", "response.done", response={"metadata": CUE, "instructions": own})
        await client.asked(
            "response.create", "response.done", response={"metadata": CUE, "instructions": "Be a pirate."}
        )
    repeated, other = (request["messages"][0]["content"] for request in chat.requests)
    assert repeated.startswith("You interview cooks.\n\nYou speak")
    assert other.startswith("Be a pirate.")


async def test_a_client_without_a_director_talks_with_the_model() -> None:
    async with ChatServer(streamed(WORDED)).running() as settings:
        assert await said(settings) == WORDED
    async with ChatServer(failing("500 Oops")).running() as settings:
        assert await said(settings) == voice.GREETING


@pytest.mark.parametrize(
    "line", ["That brings us to the end. Goodbye.", f"Of course. {QUESTION}", "Would you like to end here?"]
)
async def test_a_line_without_an_intent_is_said_word_for_word_and_the_model_is_not_asked(line: str) -> None:
    chat = ChatServer(streamed(WORDED))
    async with chat.running() as settings:
        assert await said(settings, {"greenroom_cue": "c1", "greenroom_say": line}) == line
    assert chat.requests == []


# A model that fails.

FAILURES = {
    "500": failing("500 Oops"),
    "401": failing("401 No"),
    "429": failing("429 Too Many Requests"),
    "moved": b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "a page": HEAD + b"<html>It works!</html>",
    "invalid JSON": HEAD + b"data: {\n\ndata: 7\n\ndata: []\n\ndata: \xff\xfe\n\n" + DONE,
    "other JSON": HEAD
    + b'data: {"choices":[]}\n\ndata: {"choices":[{"delta":null}]}\n\ndata: {"choices":7}\n\n'
    + DONE,
    "empty deltas": HEAD + event("") * 50 + event(None) * 50 + event(None, "stop") + DONE,
    "an error in the stream": HEAD + b'data: {"error":{"message":"overloaded"}}\n\n' + DONE,
    "nothing": HEAD,
    "no HTTP": b"\x16\x03\x01 what?",
    "closed": b"",
    "only thoughts": streamed("<think>What might I ask? I could ask how it ended."),
    "a refusal": streamed("I'm sorry, but as an AI language model I can't do interviews. How can I help you?"),
    "cut off at once": deltas("And how did that last job") + event(None, "length") + DONE,
}


@pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES.keys())
async def test_when_the_model_fails_the_directors_words_are_said_at_once(answer: bytes) -> None:
    async with ChatServer(answer).running() as settings:
        reply = await reply_of(settings, CUE)
    assert reply.transcript == LINE
    assert reply.first_sound_s < 1.0


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1", "no address at all", "http://[::1", "https://127.0.0.1:1/v1"])
async def test_when_the_model_is_down_the_directors_words_are_said_at_once(url: str) -> None:
    reply = await reply_of(LocalVoiceSettings(llm_url=url), CUE)
    assert reply.transcript == LINE
    assert reply.first_sound_s < 1.0


async def test_the_log_tells_why_and_nothing_of_what_was_said() -> None:
    async with ChatServer(failing("429 Too Many Requests")).running() as settings:
        with capture_logs() as logs:
            await said(settings, CUE)
    (line,) = [log for log in logs if "language model" in log["event"]]
    assert line["why"] == "status 429"
    assert "job" not in str(line)


# A model that is slow.


@pytest.mark.parametrize("head", [b"", HEAD, deltas("And how did that last"), deltas("Great answer! Excellent! And")])
async def test_when_nothing_can_be_said_in_time_the_directors_words_are(
    monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(voice, "FIRST_SENTENCE_S", 0.3)
    chat = ChatServer(head, hangs=True)
    async with chat.running() as settings:
        reply = await reply_of(settings, CUE)
        async with asyncio.timeout(5):
            await chat.left.wait()
    assert reply.transcript == LINE
    assert 0.3 <= reply.first_sound_s < 1.0


async def test_when_it_gets_stuck_after_its_first_sentence_the_directors_question_follows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(voice, "NEXT_SENTENCE_S", 0.3)
    chat = ChatServer(deltas("I see, you were a cook. And how did"), hangs=True)
    async with chat.running() as settings:
        reply = await reply_of(settings, CUE)
    assert reply.spoken == ["I see, you were a cook.", QUESTION]
    assert reply.first_sound_s < 0.3
    assert 0.3 <= reply.whole_s < 1.2


async def test_an_answer_that_dribbles_in_has_a_limit_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "WHOLE_ANSWER_S", 0.4)
    chat = ChatServer(deltas("I see, you were a cook. And how did"), hangs=True)
    async with chat.running() as settings:
        reply = await reply_of(settings, CUE)
    assert reply.spoken == ["I see, you were a cook.", QUESTION]
    assert reply.whole_s < 1.2


async def test_a_stream_that_is_cut_off_costs_its_last_sentence_only() -> None:
    async with ChatServer(deltas("I see, you were a cook. And how")).running() as settings:
        assert await said(settings, CUE) == f"I see, you were a cook. {QUESTION}"


@pytest.mark.timing
async def test_with_the_limits_as_they_are_the_first_sound_comes_before_the_core_gives_up() -> None:
    async with ChatServer(HEAD, hangs=True).running() as settings:
        reply = await reply_of(settings, CUE)
    assert reply.transcript == LINE
    assert voice.FIRST_SENTENCE_S <= reply.first_sound_s < voice.FIRST_SENTENCE_S + 0.5 < Limits().worded_s


# A model that does not obey.

DISOBEYS = {
    "two questions": ("I see. How did your last job end? And why? And who was in it?", f"I see. {QUESTION}"),
    "no question": ("I see, you were a cook.", f"I see, you were a cook. {QUESTION}"),
    "another question": ("I see. What is your favourite colour?", f"I see. {QUESTION}"),
    "grading": ("Great answer! That was excellent. How did your last job end?", QUESTION),
    "blame": ("That was rather weak. I see. How did your last job end?", f"I see. {QUESTION}"),
    "grading in the question": ("Well done, so how did your last job end?", "So how did your last job end?"),
    "goodbye": ("I see. That's all for today. Goodbye and good luck!", f"I see. {QUESTION}"),
    "markup": ("**I see.** How did your *last job* end?", f"I see. {QUESTION}"),
    "a list": ("- I see\n- How did your last job end?\n- What next?", f"I see. {QUESTION}"),
    "a label": ("Interviewer: I see. How did your last job end?", f"I see. {QUESTION}"),
    "both sides": ("I see.\nCandidate: It ended well.\nInterviewer: Who was your boss?", f"I see. {QUESTION}"),
    "stage directions": ("*nods* I see. (He looks up.) How did your last job end?", f"I see. {QUESTION}"),
    "quotes": ('"I see. How did your last job end?"', f"I see. {QUESTION}"),
    "emoji": ("I see 😀! How did your last job end? 🎉", f"I see! {QUESTION}"),
    "another language": ("Vielen Dank. Wie endete Ihre letzte Arbeit?", LINE),
    "half of it in another language": ("Vielen Dank für alles. How did your last job end?", QUESTION),
    "talk about its task": ("Sure, here's my response: The candidate was a cook. How did your last job end?", QUESTION),
    "a figure that nobody gave": ("So you cooked for 300 guests. How did your last job end?", QUESTION),
    "thoughts": ("<think>Who? A cook.</think>I see. How did your last job end?", f"I see. {QUESTION}"),
    "much talk": ("So you worked there with all of them day by day. " * 9, f"So you worked there with all of them day by day. {QUESTION}"),
    "a long question": (f"I see. How did your {'very ' * 30}last job end?", f"I see. {QUESTION}"),
    "JSON": ('{"question": "How did your last job end?"}', LINE),
}  # fmt: skip


@pytest.mark.parametrize(("written", "spoken"), DISOBEYS.values(), ids=DISOBEYS.keys())
async def test_what_was_decided_is_said_however_the_model_disobeys(written: str, spoken: str) -> None:
    async with ChatServer(streamed(written)).running() as settings:
        assert await said(settings, CUE) == spoken


@pytest.mark.parametrize(
    ("first", "then", "spoken"),
    [
        (deltas("I see."), event(" And it went on, and on."), f"I see. And it went on, and on. {QUESTION}"),
        (deltas("And"), event(" so on and"), LINE),
        (HEAD, event(""), LINE),
        (HEAD, b"data: " + b"x" * 1000, LINE),
        (deltas("I see. How did your last job end?"), event(" And then?"), f"I see. {QUESTION}"),
    ],
    ids=["statements", "one sentence", "empty deltas", "one line", "questions"],
)
async def test_a_model_that_does_not_stop_is_stopped(
    monkeypatch: pytest.MonkeyPatch, first: bytes, then: bytes, spoken: str
) -> None:
    monkeypatch.setattr(voice, "FIRST_SENTENCE_S", 1.0)
    chat = ChatServer(first, goes_on=then)
    async with chat.running() as settings:
        transcript = await said(settings, CUE)
        async with asyncio.timeout(5):
            await chat.left.wait()
    assert transcript == spoken


async def test_long_sentences_reach_the_voice_in_pieces() -> None:
    long = f"So you worked in {'neighbourhood restaurants, ' * 12}and at home."
    async with ChatServer(streamed(f"{long} {QUESTION}")).running() as settings:
        reply = await reply_of(settings, CUE)
    assert reply.transcript == f"{long} {QUESTION}"
    assert len(reply.spoken) == 3
    assert max(len(piece) for piece in reply.spoken) <= 220
