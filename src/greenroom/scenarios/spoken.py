"""Text that was written for the eye, made fit for the ear."""

import re
import unicodedata

_TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z][^<>]{0,200}>", re.DOTALL)
_URL = re.compile(r"(?:https?://|www\.)\S+|\b[\w.+-]+@[\w-]+\.[\w.]+", re.IGNORECASE)
_BRACKETED = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]|\{[^{}]{0,200}\}")
_BULLET = re.compile(r"^\s*(?:[-*•·▪◦‣–—>#+]+|\(?\d{1,2}[.)]|\(?[a-z]\))\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？؟])\s+|\s*[\n;•▪◦‣|]+\s*")
_SPACES = re.compile(r"\s+")

_REPLACEMENTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), spoken)
    for pattern, spoken in (
        (r"(?i)\bC\+\+", "C plus plus"),
        (r"\b([CF])#", r"\1 sharp"),
        (r"(?i)(?<!\w)\.NET\b", "dot net"),
        (r"(?i)\bnode\.js\b", "Node JS"),
        (r"(?i)(?<=\w)\.js\b", " JS"),
        (r"(?i)\be\.\s?g\.,?", "for example"),
        (r"(?i)\bi\.\s?e\.,?", "that is"),
        (r"(?i)\betc\b\.?", "and so on"),
        (r"(?i)\bw/o\b", "without"),
        (r"(?i)\bw/(?=\s|\w)", "with "),
        (r"(?i)\bapprox\.", "about"),
        (r"(?i)\bincl\.", "including"),
        (r"(?i)\bSr\b\.?", "Senior"),
        (r"(?i)\bJr\b\.?", "Junior"),
        (r"(?i)\bAsst\b\.?", "Assistant"),
        (r"(?i)\bMgr\b\.?", "Manager"),
        (r"\bIII\b", "three"),
        (r"\bII\b", "two"),
        (r"\b24/7\b", "round-the-clock"),
        (r"(?i)\bCI/CD\b", "CI CD"),
        (r"(?i)\bP&L\b", "profit-and-loss"),
        (r"(?i)\bm/[fw](?:/[dx])?\b|\b[fw]/m(?:/[dx])?\b", " "),
        (r"(?i)\bR&D\b", "research and development"),
        (r"(?i)\bQ&A\b", "questions and answers"),
        (r"(?<=[\dkK])\s?[-–—]\s?(?=[£$€]?\s?\d)", " to "),
        (r"([£$€])\s?(\d[\d,.]*)\s?[kK]\b", r"\1\2 thousand"),
        (r"£\s?(\d[\d,.]*(?: thousand)?)", r"\1 pounds"),
        (r"\$\s?(\d[\d,.]*(?: thousand)?)", r"\1 dollars"),
        (r"€\s?(\d[\d,.]*(?: thousand)?)", r"\1 euros"),
        (r"(?<=\d)\s?\+", " or more"),
        (r"\s?%", " percent"),
        (r"\s?&\s?", " and "),
        (r"\s?\+\s?", " plus "),
        (r"(?<=\w)\s?/\s?(?=\w)", " or "),
        (r"\s[-–—]+\s|[–—]", ", "),
        (r"@", " at "),
        (r"[‘’`´]", "'"),
        (r"[“”„«»\"]", ""),
        (r"[_*~^=|\\<>\[\]{}()#/]", " "),
        (r"\s+([,.;:!?])", r"\1"),
        (r"([,;:])[,;:]+", r"\1"),
        (r"([.!?])[.!?]+", r"\1"),
    )
)


def sayable(text: str) -> str:
    """One line without tags, links, brackets, bullets and pictures, and with symbols as words."""
    text = _TAG.sub(" ", text)
    text = _URL.sub(" ", text)
    text = _BRACKETED.sub(" ", text)
    text = _BULLET.sub("", text)
    for pattern, spoken in _REPLACEMENTS:
        text = pattern.sub(spoken, text)
    text = "".join(char if _is_spoken(char) else " " for char in text)
    return _without_shouting(_SPACES.sub(" ", text).strip(" ,;:-"))


def name(text: str, most_words: int, otherwise: str) -> str:
    """A title or a company's name within a sentence: a few words, no full stop; `otherwise` if nothing is left."""
    said = sayable(text)
    # "Staff nurse, night shift" is the staff nurse; "Smith, Jones and Partners" stays whole.
    first = re.split(r"[.!?:;,]\s", said, maxsplit=1)[0]
    said = first if word_count(first) > 1 or word_count(said) > most_words else said
    words = [word[:40] for word in said.split()[:most_words]]
    while len(words) > 1 and words[-1].lower() in {"and", "or", "of", "the", "for", "in", "at", "with", "to", "a"}:
        words.pop()
    clipped = " ".join(words).strip(" .,;:!?-'")
    return clipped if any(char.isalnum() for char in clipped) else otherwise


def sentences(text: str) -> list[str]:
    """The sentences and bullets of a text, each fit to be spoken; empty ones are left out."""
    text = _BRACKETED.sub(" ", _URL.sub(" ", _TAG.sub("\n", text)))
    text = re.sub(r"(?i)\b(e\.g|i\.e|etc|approx|incl|vs|Sr|Jr)\.\s", lambda found: sayable(found[0]) + " ", text)
    found: list[str] = []
    for line in text.splitlines():
        for part in _SENTENCE_END.split(_BULLET.sub("", line)):
            said = sayable(part)
            if any(char.isalnum() for char in said):
                found.append(said)
    return found


def word_count(text: str) -> int:
    return len(text.split())


def clipped(text: str, most_words: int) -> str:
    """At most so many words, cut behind a comma where there is one."""
    words = text.split()
    if len(words) <= most_words:
        return text
    for end in range(most_words, most_words // 2, -1):
        if words[end - 1].endswith((",", ";", ":")):
            return " ".join(words[:end]).rstrip(",;: ") + "."
    return " ".join(words[:most_words]).rstrip(",;: ") + "."


def _is_spoken(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] in "LMN" or char in " .,;:!?'-…。！？؟،"


def _without_shouting(text: str) -> str:
    """`SENIOR NURSE` is read letter by letter by some voices; `REST` and `HTTPS` in a sentence should be."""
    if any(char.islower() for char in text) or not any(len(word) > 5 and word.isalpha() for word in text.split()):
        return text
    return " ".join(word.capitalize() if word.isalpha() and len(word) > 3 else word for word in text.split())
