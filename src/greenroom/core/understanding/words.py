"""Utterances as rows of plain words, and small grammars over them."""

import re
from collections.abc import Callable, Iterable, Iterator

_WORD = re.compile(r"[a-z0-9']+")
_SPACE = re.compile(" ")
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
        (r"i am (want|need|wish)ing to", r"i \1 to"),  # States put as if they were going on, by learners.
        (r"i am not (know|understand|hear|remember|want)ing", r"i do not \1"),
        ("for to", "to"),
    )
)
_STUTTER = re.compile(
    r"\b(\w+ \w+(?: \w+)?|i|we|you|it|that|the|a|my|to|can|could|is|want)(?: \1\b)+"  # "can we can we", "i i"
)
_NOISES = re.compile(r"\b(?:um+|uh+|er+|erm+|ah+|oh+|hm+|mm+|huh)\b ?")

Accepts = Callable[[str], bool]
"""Whether a plain utterance is one of a kind."""

PAD = "|".join(
    (
        "okay|so|well|yes|yeah|yep|no|right|alright|all right|sorry|please|thanks|thank you",
        "thanks a lot|many thanks|cheers|just|actually|honestly|i think|i guess|i believe|i am afraid|i am sorry",
        "excuse me|pardon me",
        "now|then|but|and|you know|i mean|look|listen|hey|hi|hello|sure|of course|fine|great|good|oops|hmm|anyway",
        "if that is (?:okay|all right|alright|fine|possible)(?: with you)?",
        "if (?:you do not mind|possible|i may|we may|we can|we could)",
        "do you mind|to be honest|for your time",
        "for the (?:practice|help|chat|interview|questions|conversation)|for (?:everything|today)",
        "very much|so much|again|sir|madam|doctor",
    )
)
"""What may stand around a request without changing it."""


def plain(text: str) -> str:
    """In lower case, without punctuation, hesitation and stutter, contractions written out."""
    said = text.lower().replace("’", "'").replace("%", " percent ")
    for short, whole in _EXPANSIONS:
        said = short.sub(whole, said)
    joined = " ".join(_WORD.findall(said))
    return _STUTTER.sub(r"\1", _NOISES.sub("", f"{joined} ").strip())


_SOFTENERS = re.compile(r"\b(?:just|please|really|simply|quickly|kindly) ?")


def bare(said: str) -> str:
    """A plain utterance without the words that only soften it."""
    return _SOFTENERS.sub("", f"{said} ").strip()


def words(text: str) -> list[str]:
    """Its words, in lower case, as they were said."""
    return _WORD.findall(text.lower().replace("’", "'"))


def sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(text.strip()) if sentence]


def one_of(*phrases: str) -> str:
    """One of these."""
    return f"(?:{'|'.join(phrases)})"


def some_of(*phrases: str) -> str:
    """Any number of these after what is before, none included."""
    return f"(?: {one_of(*phrases)})*"


def maybe(*phrases: str) -> str:
    """One of these after what is before, or none."""
    return f"(?: {one_of(*phrases)})?"


def whole(
    phrases: Iterable[str], *, before: Iterable[str] = (), after: Iterable[str] = (), ending: str | None = None
) -> Accepts:
    """Accepts an utterance that is made of these phrases and padding only, and has at least one of them.

    `before` and `after`: what may stand around a phrase, too. `ending`: what may be at the very end, anything within
    bounds included. The row is walked from word to word: one pattern for all of it would try every way to cut the
    same words into phrases, which takes exponential time.
    """
    core = one_of(*phrases)
    begins, phrase = re.compile(one_of(PAD, *before)), re.compile(core)
    goes_on = re.compile(one_of(core, PAD, *after))
    ends = None if ending is None else re.compile(ending)

    def accepts(said: str) -> bool:
        starts = [0, *(space.end() for space in _SPACE.finditer(said)), len(said) + 1]
        leading, following = {0}, set[int]()
        for start in starts[:-1]:
            if start in leading:
                leading.update(_nexts(begins, said, start, starts))
                following.update(_nexts(phrase, said, start, starts))
            if start in following:
                following.update(_nexts(goes_on, said, start, starts))
                if ends is not None and ends.fullmatch(said, start):
                    return True
        return starts[-1] in following

    return accepts


def _nexts(pattern: re.Pattern[str], said: str, start: int, starts: list[int]) -> Iterator[int]:
    """Where the next word begins after each way to match this from here."""
    if pattern.match(said, start) is not None:
        yield from (after for after in starts if after > start and pattern.fullmatch(said, start, after - 1))


def opening(phrases: Iterable[str]) -> Accepts:
    """Accepts an utterance that begins with one of these phrases, padding left out."""
    pattern = re.compile(rf"(?:(?:{PAD}) )*{one_of(*phrases)}\b.*")
    return lambda said: pattern.fullmatch(said) is not None
