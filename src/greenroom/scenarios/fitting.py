"""How well each question fits a topic: by its field, its words and its meaning."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from greenroom.scenarios import draw, vectors
from greenroom.scenarios.schema import ANY_LEVEL, GENERAL, BankQuestion, Content
from greenroom.scenarios.topic import Topic
from greenroom.scenarios.wording import PLACEHOLDER
from greenroom.scenarios.words import STOPWORDS, stem

if TYPE_CHECKING:
    from greenroom.scenarios.vectors import Vector

TITLE_WEIGHT = 4
MOST_COUNTED = 3
"""How often a word of the text counts, however often it stands there."""
FIELD_SHARE = 0.5
"""Of the best field's score: fields below it are not asked about."""
NEAR_SHARE = 0.7
"""Of the nearness of the nearest field that the words tell: fields that are farther are not asked about."""
LEAST_NEAR, CLEARLY = 0.35, 1.3
"""A field that no word tells is taken when it is so near, and so many times nearer than the next."""
BEST_FIELD, OTHER_FIELD = 4.0, 3.0
TERMS, MEANING = 2.0, 2.0
"""The most that a question's terms and its nearness in meaning count."""
_TITLE_MEANING = 0.6
"""Of the nearness; the rest is the text's."""

_WORD = re.compile(r"[^\W_](?:[^\W_]|['+#])*")
_ASKING = frozenset(
    """tell describe time give example think walk talk happened happen handle handled made make thing things way someone
    something anything kind first last next most hard hardest difficult question let come came went go know say said
    like really want wanted choose chose show see take took find found feel felt step part one two three people
    me now need ask asked change changed different imagine keep kept put best side let's that's i'm i'd don't""".split()
)
"""Words of asking: they say nothing about what is asked."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a topic stands among a scenario's fields and questions."""

    title: str
    fields: tuple[str, ...]
    """Those that it is in, best first; none when nothing tells."""
    level: str
    weights: Mapping[str, int]
    nearness: Sequence[float]
    """Of each question, from 0 to `MEANING`."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """A question and how well it fits."""

    question: BankQuestion
    fit: float


class Matcher:
    """The questions of a scenario, prepared once."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._fields = {name: stems(words) for name, words in content.fields.items()}
        self._levels = {name: stems(words) for name, words in content.levels.items()}
        self._subjects = {
            question.question_id: frozenset(subject_words(f"{question.ask} {question.rephrase}"))
            for question in content.questions
        }
        self._terms = {question.question_id: stems(question.terms) for question in content.questions}

    @cached_property
    def _vectors(self) -> "tuple[Vector, Vector] | None":
        """Of the questions, and of the fields."""
        known = vectors.loaded()
        if known is None:
            return None
        questions = [subject_of(" ".join((one.ask, *sorted(one.terms)))) for one in self._content.questions]
        return known.of(questions), known.of([" ".join(sorted(words)) for words in self._content.fields.values()])

    def warm_up(self) -> None:
        """Compute the vectors now."""
        _ = self._vectors

    def place(self, topic: Topic) -> Place:
        """Where this topic stands. Pure but for the vectors' cache."""
        weights = weights_of(topic.title, topic.text)
        near, near_fields = self._near(topic)
        least, most = min(near), max(near)
        # Rounded: the last digits differ from machine to machine.
        nearness = [round(MEANING * (one - least) / max(most - least, 1e-6), 1) for one in near]
        fields = tuple(self._fields_of(weights, near_fields))
        return Place(topic.title, fields, self.level_of(topic.title), weights, nearness)

    def ranked(self, place: Place) -> list[Fitting]:
        """The questions that fit the topic's fields and level, best first."""
        found: list[Fitting] = []
        for question, near in zip(self._content.questions, place.nearness, strict=True):
            if question.field not in (GENERAL, *place.fields) or question.level not in (ANY_LEVEL, place.level):
                continue
            own = sum(place.weights.get(term, 0) for term in self._terms[question.question_id])
            fit = _of_field(question, place.fields) + TERMS * min(own / (2 * TITLE_WEIGHT), 1.0)
            found.append(Fitting(question, round(fit + near, 2)))
        # Of those that fit alike, another topic has others first.
        return sorted(found, key=lambda one: (-one.fit, draw.number(0, place.title, one.question.question_id)))

    def subject(self, topic: Topic, place: Place, questions: Iterable[BankQuestion]) -> frozenset[str]:
        """The words of the topic, its fields and these questions, in lower case."""
        words = set(subject_words(" ".join((*topic.whole_names.values(), topic.title, topic.text))))
        for name in place.fields:
            words |= self._content.fields[name]
        return frozenset(words.union(*(self._subjects[question.question_id] for question in questions)))

    def level_of(self, title: str) -> str:
        """The level that the title tells; "" when it tells none, or two alike."""
        words = set(stems(_words(title)))
        counts = sorted(((len(words & terms), name) for name, terms in self._levels.items()), reverse=True)
        if not counts or not counts[0][0] or (len(counts) > 1 and counts[0][0] == counts[1][0]):
            return ""
        return counts[0][1]

    def _fields_of(self, weights: Mapping[str, int], near: Mapping[str, float]) -> list[str]:
        """By words, and of those the ones that are near in meaning; where no word tells, by meaning alone."""
        scores = {name: sum(weights.get(term, 0) for term in terms) for name, terms in self._fields.items()}
        best = max(scores.values(), default=0)
        told = [name for name, score in scores.items() if score > 0 and score >= best * FIELD_SHARE]
        if not told:
            return _clearly_nearest(near)
        nearest = max((near.get(name, 0.0) for name in told), default=0.0)
        fitting = [name for name in told if near.get(name, nearest) >= nearest * NEAR_SHARE]
        return sorted(fitting, key=lambda name: (-scores[name], -near.get(name, 0.0), name))

    def _near(self, topic: Topic) -> tuple[list[float], dict[str, float]]:
        """The nearness in meaning of each question and each field to the topic; nothing tells without vectors."""
        known, own = vectors.loaded(), self._vectors
        title, text = subject_of(topic.title), subject_of(topic.text)
        if known is None or own is None or not (title or text):
            return [0.0] * len(self._content.questions), {}
        of_title, of_text = known.of([title, text])
        share = _TITLE_MEANING if title and text else 1.0 if title else 0.0
        of_topic = share * of_title + (1 - share) * of_text
        questions, fields = (cast("list[float]", (vector @ of_topic).tolist()) for vector in own)
        return questions, dict(zip(self._fields, (round(one, 2) for one in fields), strict=True))


def _clearly_nearest(near: Mapping[str, float]) -> list[str]:
    ranked = sorted(near, key=lambda name: -near[name])
    second = near[ranked[1]] if len(ranked) > 1 else 0.0
    return ranked[:1] if ranked and near[ranked[0]] >= max(LEAST_NEAR, CLEARLY * second) else []


def stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in words)


def weights_of(title: str, text: str) -> dict[str, int]:
    """How much each stem says about the topic."""
    counts: dict[str, int] = {}
    for word in _stems_in(text):
        counts[word] = min(counts.get(word, 0) + 1, MOST_COUNTED)
    for word in _stems_in(title):
        counts[word] = counts.get(word, 0) + TITLE_WEIGHT
    return counts


def subject_words(text: str) -> list[str]:
    """The words, in lower case, that say what a text is about."""
    words = [word.lower().strip("'") for word in _words(PLACEHOLDER.sub(" ", text))]
    plain = [word.removesuffix("'s") for word in words if word not in STOPWORDS and word not in _ASKING]
    return [word for word in plain if len(word) > 1 and "'" not in word]


def subject_of(text: str) -> str:
    return " ".join(subject_words(text))


def _of_field(question: BankQuestion, fields: Sequence[str]) -> float:
    if question.field == GENERAL:
        return 0.0
    return BEST_FIELD if question.field == fields[0] else OTHER_FIELD


def _stems_in(text: str) -> list[str]:
    return [stem(word) for word in _words(text) if word.lower() not in STOPWORDS]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.replace("’", "'"))
