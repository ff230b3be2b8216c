"""A language model's sentences, held to what the director decided. Pure.

The model words; it decides nothing. What it may not say is left out, and what it had to ask and did not is asked in the
director's own words.
"""

import enum
import itertools
import math
import re
from dataclasses import dataclass

from greenroom.core.wording import asks, question_in, sentences_of
from greenroom.localvoice.plain_speech import is_other_speaker, spoken
from greenroom.localvoice.unwanted import allowed, refuses

MAX_WORDS = 45
"""Of a whole reply."""
MAX_QUESTION_WORDS = 30
MAX_SENTENCE_CHARS = 500
"""Written longer, it is not even looked at."""
MOST_WORDS_OF_A_MERE_LEAD = 8
"""A longer one, such as the answer to what the candidate asked, is not dropped without another in its place."""
_LEAST_SHARE = 1 / 3
"""Of a decided sentence's words that mean something, in what the model makes of it."""

_LEAST_SHARE_OF_COMMON = 3 / 4


class Form(enum.Enum):
    """How the point is put: with a question mark, as "Tell me about …", or as something that is told."""

    QUESTION = enum.auto()
    REQUEST = enum.auto()
    TOLD = enum.auto()


@dataclass(frozen=True, slots=True)
class Decided:
    """What the director decided."""

    line: str
    """In its own words."""
    point: str
    """The end of the line that must be put: its question, or in a role what the other one says; may be empty."""
    known: frozenset[str] = frozenset()
    """Figures that may be said, since somebody gave them."""

    @property
    def lead(self) -> str:
        return self.line.removesuffix(self.point).strip()

    @property
    def form(self) -> Form:
        if "?" in self.point:
            return Form.QUESTION
        return Form.REQUEST if any(asks(sentence) for sentence in sentences_of(self.point)) else Form.TOLD

    @property
    def needed(self) -> tuple["_Sense", ...]:
        """Of every sentence up to the one that asks; what may follow that is not needed."""
        said = sentences_of(self.point)
        asking = [place for place, one in enumerate(said) if "?" in one] or [
            place for place, one in enumerate(said) if asks(one)
        ]
        last = asking[-1] if asking else len(said) - 1
        return tuple(_sense(sentence) for sentence in said[: last + 1])


def decided(line: str, intent: str, known: str = "") -> Decided:
    """The point is what the intent repeats of the line's end; by itself, the line's last question. `known`: texts whose
    figures may be said."""
    said = sentences_of(line)
    ends = (" ".join(said[place:]) for place in range(len(said)))
    point = next((end for end in ends if end in intent), "")
    if not point or (point == " ".join(said) and not asks(point)):
        point = question_in(line)
    return Decided(line, point, figures(known) | figures(line))


class Obedience:
    """Sentences in, as a model writes them; sentences out, as they may be said. Without a decision only the manner is kept.

    `over`: the model is not needed any more.
    """

    def __init__(self, decision: Decided | None) -> None:
        self.over = False
        self._free = decision is None
        self._decided = decision = decision or Decided("", "")
        self._line, self._point = decision.line, decision.point
        self._form, self._needed = decision.form, decision.needed
        self._put = not self._point
        self._said: list[str] = []
        self._words = 0
        self._stems = _NOTHING

    @property
    def fell_back(self) -> bool:
        """Nothing of the model's could be used."""
        return not self._said

    def take(self, written: str) -> list[str]:
        """What is to be said now."""
        sentence = spoken(written[: MAX_SENTENCE_CHARS + 1])
        if self.over or is_other_speaker(written) or refuses(sentence, self._line):
            self.over = True
            return []
        sentence = allowed(sentence, self._line)
        if not sentence or len(written) > MAX_SENTENCE_CHARS or sentence in self._said or self._invents(sentence):
            return []
        if "?" in sentence:
            return self._question(sentence)
        return self._request(sentence) if asks(sentence) else self._statement(sentence)

    def end(self) -> list[str]:
        """What is still to be said, when the model is done or has failed."""
        self.over = True
        if not self._said:
            return sentences_of(self._line)
        begun = itertools.dropwhile(self._said.__contains__, sentences_of(self._point))
        return [] if self._put else list(begun)

    def _question(self, sentence: str) -> list[str]:
        length = len(sentence.split())
        if length > MAX_QUESTION_WORDS or self._words + length > MAX_WORDS:
            return []
        if self._free:
            self.over = True
            return self._keep(sentence)
        if self._put or not self._covers(sentence):
            return []
        lead = "" if self._said else self._needed_lead()
        if len(lead.split()) + length > MAX_WORDS:
            return []
        self._put = self.over = True
        return [*sentences_of(lead), *self._keep(sentence)]

    def _request(self, sentence: str) -> list[str]:
        """It asks as a question does, or leads to one: "Think of a hard day. What made it hard?"."""
        if self._free:
            return self._statement(sentence)
        if self._form is Form.REQUEST and self._covers(sentence):
            return self._question(sentence)
        leads = any(sense.is_in(_stems(sentence)) for sense in self._needed[:-1])
        return self._statement(sentence) if leads else []

    def _statement(self, sentence: str) -> list[str]:
        puts = not self._put and self._form is Form.TOLD and self._covers(sentence)
        reserved = 0 if self._put or puts else len(self._point.split())
        if self._words + len(sentence.split()) + reserved > MAX_WORDS:
            return []
        self._put = self._put or puts
        return self._keep(sentence)

    def _needed_lead(self) -> str:
        lead = self._decided.lead
        return lead if len(lead.split()) > MOST_WORDS_OF_A_MERE_LEAD else ""

    def _keep(self, sentence: str) -> list[str]:
        self._said.append(sentence)
        self._words += len(sentence.split())
        self._stems |= _stems(sentence)
        return [sentence]

    def _covers(self, sentence: str) -> bool:
        """Whether with this sentence each one that is needed was said, as far as its words show it."""
        here = _stems(sentence)
        so_far = here | self._stems
        *before, last = self._needed or (_sense(""),)
        return last.is_in(here) and all(sense.is_in(so_far) for sense in before)

    def _invents(self, sentence: str) -> bool:
        return not (self._free or figures(sentence) <= self._decided.known)


_NOTHING: frozenset[str] = frozenset()
_LONGEST_FIGURE = 12
_WORD = re.compile(r"[a-z0-9]+")
_ENDING = re.compile(r"(?:ingly|ings|ing|edly|ed|ies|es|s|ers|er|ions|ion|ly|y|e)$")
_STEM = 6
_COMMON = frozenset(
    "a about after again all also am an and any are as at be because been before being but by can could d describe did do "
    "does doing don done each ever every example explain few for from get give go going had has have having he her here him his "
    "how i if in into is it its just kind let ll m make many may me might more most much must my no not now of off on one or "
    "other our out over own please put re s say see shall she should so some something sort such t take tell than that the "
    "their them then there these they thing things think this those through time to told too up us ve very was way we well "
    "were what when where which while who whom whose why will with would yes yet you your".split()
)


@dataclass(frozen=True, slots=True)
class _Sense:
    """What of a sentence's words must be there for it to be the same, in whatever words."""

    stems: frozenset[str]
    least: int

    def is_in(self, said: frozenset[str]) -> bool:
        return len(said & self.stems) >= self.least


def _sense(sentence: str) -> _Sense:
    meaning = _stems(" ".join(word for word in _WORD.findall(sentence.lower()) if word not in _COMMON))
    if meaning:
        return _Sense(meaning, math.ceil(len(meaning) * _LEAST_SHARE))
    # "What did you do?" has only words that any question has: then it takes nearly all of them.
    return _Sense(_stems(sentence), math.ceil(len(_stems(sentence)) * _LEAST_SHARE_OF_COMMON))


def _stems(text: str) -> frozenset[str]:
    """The beginnings of its words."""
    words = _WORD.findall(text.lower())
    return frozenset((_ENDING.sub("", word) if len(word) > 4 else word)[:_STEM] for word in words)


_SMALL = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBERS: dict[str, int] = {
    **{word: value for value, word in enumerate(_SMALL.split(), 2)},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    "one": 1,
    "dozen": 12,
    "hundred": 100,
    "thousand": 1000,
    "million": 1_000_000,
}


def figures(text: str) -> frozenset[str]:
    """The numbers in it, in digits or words: "25" for "twenty-five". "One" alone is none."""
    found: list[int] = []
    before = ""
    for word in _WORD.findall(text.lower().replace(",", "")):
        value = _NUMBERS.get(word)
        if value is None:
            value = int(word) if word.isdigit() and len(word) < _LONGEST_FIGURE else None
        if value is not None and before in _TENS and 0 < value < 10:
            found[-1] += value
        elif value is not None:
            found.append(value)
        before = word
    return frozenset(str(value) for value in found if value != 1)
