"""What a language model is told to say, in its own words. Pure.

The director decides; a model may word what it decided. Where the exact words matter (the farewell, a repetition, a
question to be answered with yes or no) there is no intent, and nothing to word.
"""

import re

MAX_INTENT_CHARS = 512
"""It travels as one value of a response's metadata, which has at most so many."""
_SHORTEST_LEAD = 24
"""Characters; of a lead that must be cut to less, nothing is told."""
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+")
_REQUEST = re.compile(
    r"(?:(?:and|so|now|then|please|okay|well|to begin|first|next|just|could you|can you|would you|will you),? )*"
    r"(?:tell (?:me|us)|describe|explain|elaborate|expand on|outline|summari[sz]e|walk me|talk me|take me (?:through|back)|"
    r"give (?:me|us)|show me|share|name|list|think of|think back|remind me|say (?:something|more|a)|imagine|go on|"
    r"let's (?:hear|talk about)|let me hear|(?:i'd|i would) (?:like|love) (?:to (?:hear|know|understand)|you to)|"
    r"i(?:'m| am) (?:curious|wondering|interested))\b"
)


def sentences_of(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE_END.split(text.strip()) if sentence]


def asks(sentence: str) -> bool:
    """Whether it wants an answer: a question, or a request such as "Tell me about …"."""
    return "?" in sentence or _REQUEST.match(sentence.strip().lower().replace("’", "'")) is not None


def question_in(text: str) -> str:
    """The end of this text from its last question on, or its last request; empty when it asks nothing."""
    said = sentences_of(text)
    places = [place for place, sentence in enumerate(said) if "?" in sentence]
    places = places or [place for place, sentence in enumerate(said) if asks(sentence)]
    return " ".join(said[places[-1] :]) if places else ""


def intent_of(kind: str, text: str, asks: str) -> str:
    """The intent of a line, for a model; empty when its words are fixed. `asks`: the question that it must ask.

    A line that is too long to be told in `MAX_INTENT_CHARS` is said in its own words, too.
    """
    match kind:
        case "question":
            return _fitting(_LEAD_OVER, _before(text, asks), _ASK.format(asks))
        case "probe":
            return _fitting(_LEAD_OVER, _before(text, asks), _PROBE.format(asks))
        case "answer":
            question = question_in(text)
            return _fitting(_ANSWER, _before(text, question), _ASK.format(question) if question else _ASK_NOTHING)
        case _:
            return ""


_LEAD_OVER = (
    "Say in a few words that you heard what was said, without judging it, not even kindly",
    ', somewhat like "{}"',
)
_ANSWER = (
    "Answer in one short sentence what the candidate asked, and add nothing that is not told here or in the material of "
    "your instructions",
    '; the answer: "{}"',
)
_ASK = " Then ask only this, in the same sense and with its key words: {}"
_PROBE = " Then ask only this short question, in the same sense and with its key words, about what was missing: {}"
_ASK_NOTHING = " Ask nothing."


def _before(text: str, question: str) -> str:
    """What leads to the question."""
    return text.removesuffix(question).strip()


def _fitting(first: tuple[str, str], lead: str, then: str) -> str:
    """Both parts, with as much of the lead as there is room for."""
    told, example = first
    room = MAX_INTENT_CHARS - len(told) - len(example) - len(then)
    if room < 0:
        return ""
    if len(lead) > room:
        lead = lead[: room - 1].rpartition(" ")[0] + "…"
    shown = example.format(lead) if len(lead) >= _SHORTEST_LEAD or (lead and "…" not in lead) else ""
    return f"{told}{shown}.{then}"
