"""A language model words what the director intends; when it can't, the director's own words are said."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from greenroom.localvoice import LocalVoiceSettings, voice
from greenroom.localvoice.inference import Inference
from tests.localvoice.client import COMMITTED, client_of, engine
from tests.localvoice.models import SPEECH, FakeDetector, FakeSpeaker, FakeTranscriber

OWN_WORDS = "Tell me about your last job."
WORDED = "How interesting. And what did you do in your last job?"
CUE = {"greenroom_say": OWN_WORDS, "greenroom_intent": "Ask about the last job."}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

Answer = Callable[[asyncio.StreamWriter], Any]


def streamed(text: str) -> bytes:
    """As a chat-completions server streams it, a word at a time."""
    pieces = [f"{word} " for word in text.split()]
    chunks = [json.dumps({"choices": [{"delta": {"content": piece}}]}) for piece in ("", *pieces)]
    return HEAD + "".join(f"data: {chunk}\n\n" for chunk in chunks).encode() + b"data: [DONE]\n\n"


class ChatServer:
    """Gives one answer to everything."""

    def __init__(self, answer: bytes, *, hangs: bool = False) -> None:
        self.answer = answer
        self.hangs = hangs
        self.requests: list[dict[str, Any]] = []
        self.heads: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        self.heads.append(head)
        self.requests.append(json.loads(await reader.readexactly(length)))
        writer.write(self.answer)
        if self.hangs:
            await reader.read()  # until the other side has had enough
        writer.close()
        await writer.wait_closed()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[LocalVoiceSettings]:
        async with await asyncio.start_server(self.serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            yield LocalVoiceSettings(llm_url=f"http://127.0.0.1:{port}/v1/", llm_model="small", llm_key="secret")


async def said(
    settings: LocalVoiceSettings, metadata: dict[str, str] | None = None, words: str = "I was a cook."
) -> str:
    transcriber = FakeTranscriber()
    transcriber.text = words
    async with (
        engine(Inference(transcriber, FakeSpeaker(), FakeDetector), settings) as server,
        client_of(server.port) as client,
    ):
        await client.on_the_phone(None)
        await client.update(instructions="You interview cooks.")
        await client.say(SPEECH)
        await client.asked("input_audio_buffer.commit", COMMITTED)
        done = await client.asked("response.create", "response.done", response={"metadata": metadata})
        assert done["response"]["status"] == "completed"
        return done["response"]["output"][0]["content"][0]["transcript"]


async def test_the_model_is_told_the_conversation_and_the_intent_and_its_words_are_said() -> None:
    chat = ChatServer(streamed(WORDED))
    async with chat.running() as settings:
        assert await said(settings, CUE) == WORDED
    (request,) = chat.requests
    assert (request["model"], request["stream"]) == ("small", True)
    assert "authorization: bearer secret" in chat.heads[0].lower()
    roles = [message["role"] for message in request["messages"]]
    assert roles == ["system", "user", "system"]
    first, heard, last = (message["content"] for message in request["messages"])
    assert (first, heard) == ("You interview cooks.", "I was a cook.")
    assert CUE["greenroom_intent"] in last


async def test_a_client_without_a_director_talks_with_the_model() -> None:
    async with ChatServer(streamed(WORDED)).running() as settings:
        assert await said(settings) == WORDED


async def test_exact_words_are_not_the_models_business() -> None:
    chat = ChatServer(streamed(WORDED))
    async with chat.running() as settings:
        assert await said(settings, {"greenroom_say": OWN_WORDS}) == OWN_WORDS
    assert chat.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 401 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        HEAD + b"<html>It works!</html>",
        HEAD + b'data: {"choices":[]}\n\ndata: 7\n\ndata: {"choices":[{"delta":null}]}\n\ndata: {\n\n',
        HEAD,
        b"\x16\x03\x01 what?",
        b"",
    ],
)
async def test_when_the_model_talks_nonsense_the_directors_words_are_said(answer: bytes) -> None:
    async with ChatServer(answer).running() as settings:
        assert await said(settings, CUE) == OWN_WORDS


async def test_when_there_is_no_model_the_directors_words_are_said() -> None:
    for url in ("http://127.0.0.1:1/v1", "no address at all", "http://[::1"):
        assert await said(LocalVoiceSettings(llm_url=url), CUE) == OWN_WORDS


async def test_when_the_model_is_slow_the_directors_words_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "FIRST_SENTENCE_S", 0.1)
    async with ChatServer(HEAD, hangs=True).running() as settings:
        assert await said(settings, CUE) == OWN_WORDS


async def test_what_it_said_before_it_got_stuck_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "WHOLE_ANSWER_S", 0.3)
    stuck = streamed("How interesting. Go on. And").replace(b"data: [DONE]\n\n", b"")
    async with ChatServer(stuck, hangs=True).running() as settings:
        assert await said(settings, CUE) == "How interesting. Go on."


async def test_a_model_that_does_not_stop_is_stopped() -> None:
    async with ChatServer(streamed("Well now. " * 400)).running() as settings:
        assert len((await said(settings, CUE)).split()) <= voice.MAX_WORDS
    async with ChatServer(streamed("and so on " * 800)).running() as settings:
        assert len((await said(settings, CUE)).split()) <= voice.MAX_WORDS
