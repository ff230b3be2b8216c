"""What is said: a director's exact words, a language model's wording of them, or the small fixed interviewer's."""

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from greenroom.localvoice.settings import LocalVoiceSettings
from greenroom.localvoice.text_to_speech import sentences

SAY = "greenroom_say"
INTENT = "greenroom_intent"
FIRST_SENTENCE_S = 2.5
WHOLE_ANSWER_S = 15.0
MAX_WORDS = 60
"""Of a language model's answer; what is more is not said."""
_LONGEST_TEXT = 2000

GREETING = "Hello, I'm listening. What would you like to talk about?"
FOLLOW_UPS = (
    "Tell me more about that.",
    "What was your own part in it?",
    "What did you learn from that?",
    "How did it turn out in the end?",
    "What would you do differently today?",
    "What made that difficult?",
)
_NUMBERED = re.compile(rf"{SAY}(?:_(\d+))?")


def directed(metadata: dict[str, str] | None) -> str | None:
    """The words that a director put into a response's metadata: `greenroom_say`, `greenroom_say_2` and so on."""
    pieces = [
        (int(found[1] or 1), text) for key, text in (metadata or {}).items() if (found := _NUMBERED.fullmatch(key))
    ]
    return "".join(text for _, text in sorted(pieces)) or None


def fixed(replies_before: int) -> str:
    """The fixed interviewer's next line: never the same twice in a row."""
    return GREETING if replies_before == 0 else FOLLOW_UPS[(replies_before - 1) % len(FOLLOW_UPS)]


async def promptly_worded(
    settings: LocalVoiceSettings, instructions: str, chat: list[dict[str, str]], intent: str | None
) -> AsyncGenerator[str]:
    """Sentences in which a language model says what is intended, as they come; none when it can't or takes too long.

    What it has said so far counts when it fails in the middle.
    """
    began = asyncio.get_running_loop().time()
    source = _worded(settings, instructions, chat, intent)
    limit_s = FIRST_SENTENCE_S
    try:
        while True:
            try:
                async with asyncio.timeout_at(began + limit_s):
                    sentence = await anext(source)
            except (StopAsyncIteration, TimeoutError, LookupError):
                return  # it costs the wording only
            yield sentence
            limit_s = WHOLE_ANSWER_S
    finally:
        await source.aclose()


async def _worded(
    settings: LocalVoiceSettings, instructions: str, chat: list[dict[str, str]], intent: str | None
) -> AsyncGenerator[str]:
    """The same, however long it takes. Raises `LookupError` when it can't."""
    import httpx2

    system = (
        "You are the interviewer in a spoken practice conversation. Answer in at most 30 words, as speech, without lists "
        "or markup, with one question at most."
    )
    if intent:
        system += f" What to say now: {intent}"
    first = [{"role": "system", "content": instructions}] if instructions else []
    body = {
        "model": settings.llm_model or "default",
        "messages": [*first, *chat[-20:], {"role": "system", "content": system}],
        "stream": True,
        "max_tokens": 120,
    }
    headers = {"Authorization": f"Bearer {settings.llm_key}"} if settings.llm_key else {}
    text = ""
    said = words = 0
    try:
        async with (
            httpx2.AsyncClient(timeout=WHOLE_ANSWER_S, trust_env=False) as client,
            client.stream(
                "POST", f"{(settings.llm_url or '').rstrip('/')}/chat/completions", json=body, headers=headers
            ) as answer,
        ):
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                text += _piece(line)
                for sentence in sentences(text)[said:-1]:
                    kept = sentence.split()[: MAX_WORDS - words]
                    said, words = said + 1, words + len(kept)
                    if kept:
                        yield " ".join(kept)
                if words >= MAX_WORDS:
                    return
                if len(text) > _LONGEST_TEXT:
                    break
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise LookupError(str(error)) from None
    for sentence in sentences(text)[said:]:
        kept = sentence.split()[: MAX_WORDS - words]
        words += len(kept)
        if kept:
            yield " ".join(kept)


def _piece(line: str) -> str:
    if not line.startswith("data:") or line.endswith("[DONE]"):
        return ""
    try:
        event: Any = msgspec.json.decode(line[5:])
        return event["choices"][0]["delta"].get("content") or ""
    except (msgspec.DecodeError, KeyError, IndexError, TypeError, AttributeError):
        return ""
