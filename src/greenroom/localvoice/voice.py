"""What is said: a director's exact words, a language model's wording of them, or the small fixed interviewer's."""

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


async def worded(settings: LocalVoiceSettings, chat: list[dict[str, str]], intent: str) -> AsyncGenerator[str]:
    """Sentences in which a language model says what is intended, as they come. Raises `LookupError` when it can't."""
    import httpx2

    system = (
        "You are the interviewer in a spoken practice conversation. Say what you are asked to, in at most 30 words, as "
        f"speech, without lists or markup, one question at most. What to say now: {intent}"
    )
    body = {
        "model": settings.llm_model or "default",
        "messages": [*chat[-20:], {"role": "system", "content": system}],
        "stream": True,
        "max_tokens": 120,
    }
    headers = {"Authorization": f"Bearer {settings.llm_key}"} if settings.llm_key else {}
    text = ""
    said = words = 0
    try:
        async with (
            httpx2.AsyncClient(timeout=FIRST_SENTENCE_S, trust_env=False) as client,
            client.stream(
                "POST", f"{(settings.llm_url or '').rstrip('/')}/chat/completions", json=body, headers=headers
            ) as answer,
        ):
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                text += _piece(line)
                for sentence in sentences(text)[said:-1]:
                    said, words = said + 1, words + len(sentence.split())
                    yield sentence
                if words > MAX_WORDS:
                    return
    except (httpx2.HTTPError, ValueError) as error:
        raise LookupError(str(error)) from None
    for sentence in sentences(text)[said:]:
        yield sentence


def _piece(line: str) -> str:
    if not line.startswith("data:") or line.endswith("[DONE]"):
        return ""
    try:
        event: Any = msgspec.json.decode(line[5:])
        return event["choices"][0]["delta"].get("content") or ""
    except (msgspec.DecodeError, KeyError, IndexError, TypeError, AttributeError):
        return ""
