"""Utterances as rows of plain words, and small grammars over them."""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[a-z0-9']+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_EXPANSIONS = tuple(
    (re.compile(rf"\b{short}\b"), whole)
    for short, whole in (
        ("let's|lets", "let us"),
        ("can't|cannot", "can not"),
        ("won't", "will not"),
        ("shan't", "shall not"),
        ("gonna", "going to"),
        ("wanna", "want to"),
        ("gotta", "got to"),
        ("dunno", "do not know"),
        ("gimme", "give me"),
        ("good bye", "goodbye"),
        ("any more", "anymore"),
        (r"(\w+)n't", r"\1 not"),
        (r"(\w+)'ll", r"\1 will"),
        (r"(\w+)'re", r"\1 are"),
        (r"(\w+)'ve", r"\1 have"),
        (r"(\w+)'d", r"\1 would"),
        ("i'm|im", "i am"),
        (r"(it|that|what|who|where|there|here|he|she|how|when)'s", r"\1 is"),
        ("whats", "what is"),
        ("thats", "that is"),
        ("dont", "do not"),
        ("didnt", "did not"),
        ("ok", "okay"),
    )
)
_NOISES = re.compile(r"\b(?:um+|uh+|er+|erm+|ah+|oh+|hm+|mm+|huh)\b ?")

PAD = (
    r"okay|so|well|yes|yeah|yep|no|right|alright|all right|sorry|please|thanks|thank you|"
    r"thanks a lot|many thanks|cheers|just|actually|honestly|i think|i guess|i believe|i am afraid|i am sorry|excuse me|pardon me|"
    r"now|then|but|and|you know|i mean|look|listen|hey|hi|hello|sure|of course|fine|great|good|oops|hmm|anyway|"
    r"if that is (?:okay|all right|alright|fine|possible)(?: with you)?|if (?:you do not mind|possible|i may|we may|we can|we could)|"
    r"do you mind|to be honest|for your time|for the (?:practice|help|chat|interview|questions|conversation)|for (?:everything|today)|"
    r"very much|so much|again|sir|madam|doctor"
)
"""What may stand around a request without changing it."""


def plain(text: str) -> str:
    """In lower case, without punctuation and hesitation, contractions written out."""
    said = text.lower().replace("’", "'").replace("%", " percent ")
    for short, whole in _EXPANSIONS:
        said = short.sub(whole, said)
    joined = " ".join(_WORD.findall(said))
    return _NOISES.sub("", f"{joined} ").strip()


_SOFTENERS = re.compile(r"\b(?:just|please|really|simply|quickly|kindly) ?")


def bare(said: str) -> str:
    """A plain utterance without the words that only soften it."""
    return _SOFTENERS.sub("", f"{said} ").strip()


def words(text: str) -> list[str]:
    """Its words, in lower case, as they were said."""
    return _WORD.findall(text.lower().replace("’", "'"))


def sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(text.strip()) if sentence]


def whole(phrases: Iterable[str], *, after: Iterable[str] = (), ending: str | None = None) -> re.Pattern[str]:
    """Matches an utterance that is made of these phrases and padding only, and has at least one of them.

    `after`: what may follow a phrase, too. `ending`: what may be at the very end, anything within bounds included; only
    there, since a free part within the row would take exponential time to match.
    """
    core, tail = "|".join(phrases), "|".join((PAD, *after))
    last = "" if ending is None else rf"(?: (?:{ending}))?"
    return re.compile(rf"(?:(?:{PAD}) )*(?:{core})(?: (?:{core}|{tail}))*{last}")


def opening(phrases: Iterable[str]) -> re.Pattern[str]:
    """Matches an utterance that begins with one of these phrases, padding left out."""
    return re.compile(rf"(?:(?:{PAD}) )*(?:{'|'.join(phrases)})\b.*")
