"""Question banks, and which of their questions fit a job."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from greenroom.scenarios import draw
from greenroom.scenarios.words import STOPWORDS, stem

GENERAL = "general"
"""The field of questions that fit every job."""
TITLE_WEIGHT = 4
MOST_COUNTED = 3
"""How often a word of the description counts, however often it stands there."""
FIELD_SHARE = 0.5
"""Of the best field's score: fields below it are not asked about."""


@dataclass(frozen=True, slots=True)
class Question:
    question_id: str
    field: str
    competency: str
    ask: str
    rephrase: str
    probes: tuple[str, ...]
    terms: frozenset[str] = frozenset()
    """Stems that make this question fit better."""
    doing: bool = False
    """About an activity, for questions about a phrase."""
    any_thing: bool = False
    """Fits a phrase of which it is not sure how much it matters."""


@dataclass(frozen=True, slots=True)
class Bank:
    questions: tuple[Question, ...]
    about_phrase: tuple[Question, ...]
    fields: Mapping[str, frozenset[str]]
    """The stems that tell that a job is in a field."""


def bank_from(tables: Mapping[str, Any]) -> Bank:
    """The bank in a questions.toml."""
    fields: Mapping[str, str] = tables.get("fields", {})
    return Bank(
        tuple(_question_from(table) for table in tables.get("questions", [])),
        tuple(_question_from(table) for table in tables.get("about_phrase", [])),
        {name: stems(terms.split()) for name, terms in fields.items()},
    )


def stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in words)


def weights_of(title: str, description: str) -> dict[str, int]:
    """How much each stem says about the job."""
    counts: dict[str, int] = {}
    for word in _words(description):
        counts[word] = min(counts.get(word, 0) + 1, MOST_COUNTED)
    for word in _words(title):
        counts[word] = counts.get(word, 0) + TITLE_WEIGHT
    return counts


def fields_of(bank: Bank, weights: Mapping[str, int]) -> list[str]:
    """The fields that the job is in, best first; none when nothing tells."""
    scores = {name: sum(weights.get(term, 0) for term in terms) for name, terms in bank.fields.items()}
    best = max(scores.values(), default=0)
    fitting = [name for name, score in scores.items() if score > 0 and score >= best * FIELD_SHARE]
    return sorted(fitting, key=lambda name: (-scores[name], name))


def choose(bank: Bank, weights: Mapping[str, int], count: int, seed: int) -> list[Question]:
    """So many questions, none twice, competencies as different as can be; the job's own field first.

    The same job asks the same with the same seed; another seed turns the order among questions that fit alike.
    """
    fields = fields_of(bank, weights)

    def fit(question: Question) -> float:
        own = sum(weights.get(term, 0) for term in question.terms)
        # Up to two points by lot, so that practising again is not the same interview again.
        return min(own, 2 * TITLE_WEIGHT) + draw.number(seed, question.question_id) % 1000 / 500

    ranked: list[Question] = []
    pools = [[question for question in bank.questions if question.field == field] for field in [*fields, GENERAL]]
    for pool in pools:
        pool.sort(key=lambda question: (-fit(question), question.question_id))
    own_pools, general = pools[:-1], pools[-1]
    # Two of the best field, then one of each in turn, then what fits everyone.
    if own_pools:
        ranked += own_pools[0][:2]
        for depth in range(max(len(pool) for pool in own_pools)):
            ranked += [pool[depth] for pool in own_pools if depth < len(pool) and pool[depth] not in ranked]
    ranked += general
    return _varied(ranked, count)


def _varied(ranked: Sequence[Question], count: int) -> list[Question]:
    chosen: list[Question] = []
    for question in ranked:
        if len(chosen) < count and all(question.competency != other.competency for other in chosen):
            chosen.append(question)
    chosen += [question for question in ranked if question not in chosen][: count - len(chosen)]
    return chosen


def _words(text: str) -> list[str]:
    words = "".join(char if char.isalnum() or char in "'+#" else " " for char in text).split()
    return [stem(word) for word in words if word.lower() not in STOPWORDS]


def _question_from(table: Mapping[str, Any]) -> Question:
    return Question(
        table["id"],
        table.get("field", GENERAL),
        table["competency"],
        table["ask"],
        table["rephrase"],
        tuple(table["probes"]),
        stems(table.get("terms", "").split()),
        table.get("doing", False),
        table.get("any_thing", False),
    )
