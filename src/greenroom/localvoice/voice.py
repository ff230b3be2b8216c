"""What is said: a director's exact words, a language model's wording of them, or the small fixed interviewer's."""

import asyncio
import re
from collections.abc import AsyncGenerator

import structlog

from greenroom.localvoice import language_model
from greenroom.localvoice.briefing import Brief, messages
from greenroom.localvoice.language_model import ModelFailed
from greenroom.localvoice.obedience import Decided, Obedience, decided
from greenroom.localvoice.plain_speech import Sentences
from greenroom.localvoice.settings import LocalVoiceSettings

SAY = "greenroom_say"
INTENT = "greenroom_intent"
FIRST_SENTENCE_S = 2.5
"""For the first words that may be said."""
NEXT_SENTENCE_S = 2.5
"""For more, once what was to be said has been sent: about as long as its sound lasts."""
WHOLE_ANSWER_S = 15.0

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

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


async def worded(settings: LocalVoiceSettings, brief: Brief) -> AsyncGenerator[str]:
    """What a language model says for it, sentence by sentence, as far as it obeys; the director's own words for the rest.

    None at all when there is no director and the model failed. It is late by the limits above, whatever it sends.
    """
    held = Obedience(_decision(brief))
    failed = None
    source = _written(settings, brief)
    limit = asyncio.get_running_loop().time() + WHOLE_ANSWER_S
    within_s = FIRST_SENTENCE_S
    try:
        while not held.over:
            now = asyncio.get_running_loop().time()
            async with asyncio.timeout_at(min(now + within_s, limit)):
                sentences = await _usable(source, held)
            for sentence in sentences:
                yield sentence
            within_s = NEXT_SENTENCE_S
    except StopAsyncIteration:
        pass
    except TimeoutError:
        failed = "late"
    except ModelFailed as error:
        failed = error.why
    finally:
        await source.aclose()
    own = held.end()
    if failed is not None or own:
        why = failed or ("nothing usable" if held.fell_back else "question not put")
        log.warning("the language model's words were not enough", why=why, some_said=not held.fell_back)
    for sentence in own:
        yield sentence


def _decision(brief: Brief) -> Decided | None:
    if not brief.line:
        return None
    known = " ".join((brief.instructions, *(item["content"] for item in brief.chat)))
    return decided(brief.line, brief.intent, known)


async def _usable(written: AsyncGenerator[str], held: Obedience) -> list[str]:
    """The next sentences that may be said; empty when no more are wanted. Raises `StopAsyncIteration` at the end."""
    while not held.over:
        if sentences := held.take(await anext(written)):
            return sentences
    return []


async def _written(settings: LocalVoiceSettings, brief: Brief) -> AsyncGenerator[str]:
    """Sentences as the model writes them. Raises `ModelFailed` behind the last one that was whole."""
    text = Sentences()
    source = language_model.answer(settings, messages(brief))
    try:
        async for piece in source:
            for sentence in text.add(piece):
                yield sentence
    except ModelFailed:
        for sentence in text.rest(complete=False):
            yield sentence
        raise
    finally:
        await source.aclose()
    for sentence in text.rest(complete=True):
        yield sentence
