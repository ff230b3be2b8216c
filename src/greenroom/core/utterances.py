"""What a whole utterance asks of the interviewer, told by its words."""

import enum
import re
from collections.abc import Iterable

_WORD = re.compile(r"[a-z0-9']+")
_FILLERS = frozenset(
    [
        "um",
        "uh",
        "er",
        "erm",
        "ah",
        "oh",
        "so",
        "well",
        "okay",
        "ok",
        "yeah",
        "yes",
        "please",
        "thanks",
        "thank",
        "you",
        "just",
        "i",
        "think",
        "sorry",
        "now",
    ]
)
_COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "could",
        "do",
        "does",
        "for",
        "from",
        "have",
        "how",
        "i",
        "in",
        "is",
        "it",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "that",
        "the",
        "there",
        "they",
        "this",
        "to",
        "us",
        "was",
        "we",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "would",
        "you",
        "your",
        "tell",
        "about",
        "much",
        "many",
        "any",
    ]
)


class Request(enum.Enum):
    """What a candidate can ask for in speech, beside answering."""

    END = "end"
    REPEAT = "repeat"
    MOMENT = "moment"
    SKIP = "skip"


_PATTERNS: tuple[tuple[Request, re.Pattern[str]], ...] = tuple(
    (request, re.compile(pattern))
    for request, pattern in (
        (
            Request.END,
            r"(let's|let us|can we|could we|i want to|i'd like to|i would like to|we can|i need to)? ?"
            r"(stop|end|finish|quit)( (here|now|there|this|it|the (interview|call|session|practice)))+"
            r"( (here|now|there|today))?"
            r"|(goodbye|good bye|bye|bye bye)( (then|now))?"
            r"|(let's|let us) (stop|finish|end)"
            r"|that's all for today",
        ),
        (
            Request.REPEAT,
            r"(can|could|would) you (repeat|say) (that|the question|it)( (again|once more))?"
            r"|(pardon|say that again|repeat that|come again|repeat the question|what was the question)( me)?"
            r"|i didn't (catch|hear|get) (that|the question|you)",
        ),
        (
            Request.MOMENT,
            r"(i need|give me|let me have|can i have|could i have|may i have) (a|one) (moment|minute|second)"
            r"( (to think|to think about (it|that)))?|one moment|let me think( about (it|that))?( for a (moment|second))?"
            r"|(hold on|wait)( (a|one) (moment|minute|second))?",
        ),
        (
            Request.SKIP,
            r"(can|could) (we|you) (skip|move on)( (this|that|it|this question|the question|to the next question))?"
            r"|(skip|pass|next|next question|move on|skip (it|this|that|this question|that question))"
            r"|(let's|let us|i'd like to) (skip|move on)( (this|that|it|from this|this question))?",
        ),
    )
)

_REFUSAL = re.compile(
    r"(no|nope|nothing|none|not really|no questions?|i don't|i do not|i'm good|i am good|that's all|that is all|"
    r"that's it|that was all|all good|nothing else|no more|not at the moment|not right now|have none|don't have any)\b.*"
)


def words(text: str) -> list[str]:
    """The words of a text, in lower case, without punctuation."""
    return _WORD.findall(text.lower().replace("’", "'"))


def request_in(text: str) -> Request | None:
    """The request that this whole utterance is, if it is one; a mention inside an answer is none."""
    said = words(text)
    if not said or len(said) > 14:
        return None
    core = " ".join(_stripped(said))
    for candidate in {" ".join(said), core}:
        for request, pattern in _PATTERNS:
            if pattern.fullmatch(candidate):
                return request
    return None


def is_refusal(text: str) -> bool:
    """Whether this declines an offer ("no, thank you", "that's all")."""
    said = words(text)
    if len(said) > 14 or "?" in text:
        return False
    return not _stripped(said) or any(_REFUSAL.fullmatch(" ".join(form)) for form in (said, _stripped(said)))


def answer_from(facts: Iterable[str], question: str) -> str | None:
    """The given sentence that shares most of its rarer words with the question; None when none does."""
    asked = {_stem(word) for word in words(question)} - _COMMON
    best, best_shared = None, 0
    for fact in facts:
        shared = len(asked & {_stem(word) for word in words(fact)})
        if shared > best_shared:
            best, best_shared = fact, shared
    return None if best is None else f"The description says: {best}"


def _stripped(said: list[str]) -> list[str]:
    start, end = 0, len(said)
    while start < end and said[start] in _FILLERS:
        start += 1
    while end > start and said[end - 1] in _FILLERS:
        end -= 1
    return said[start:end]


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word.removesuffix(ending)
    return word
