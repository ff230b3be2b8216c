"""Questions about phrases of the topic's own text: "The description mentions {phrase}"."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from greenroom.scenarios import spoken
from greenroom.scenarios.keyphrases import KeyPhrase
from greenroom.scenarios.schema import MOST_PROMPT_WORDS, ROUNDS, BankQuestion
from greenroom.scenarios.topic import Topic

_MOST_USES = 3
"""How often a phrase comes in five rounds, where there are enough of them."""


@dataclass(frozen=True, slots=True)
class AboutPhrase:
    """A question and the phrase that it is asked about."""

    question: BankQuestion
    phrase: str

    @property
    def question_id(self) -> str:
        words = re.findall(r"[a-z0-9]+", self.phrase.lower())
        return "-".join((self.question.question_id, *words)) if words else self.question.question_id


def about_phrases(templates: Sequence[BankQuestion], topic: Topic, most: int, round_: int) -> list[AboutPhrase]:
    """At most so many for this round: no phrase twice in it, and nothing of an earlier one of the five rounds.

    A short text has fewer phrases than five rounds need: then a phrase comes again, in another question, and each round
    has fewer of them. What is only guessed to matter is asked about only where nothing better was found.
    """
    sure = [phrase for phrase in topic.phrases if phrase.sure]
    phrases = sure or topic.phrases
    most = min(most, max(1, len(sure) * _MOST_USES // ROUNDS))
    used: set[tuple[str, str]] = set()
    uses: dict[str, int] = {}
    found: list[AboutPhrase] = []
    for _ in range(round_ % ROUNDS + 1):
        found = []
        for _ in range(most):
            one = _next(templates, topic, phrases, found, used, uses)
            if one is None:
                break
            found.append(one)
            used.add((one.question.question_id, one.phrase))
            for name in (one.question.question_id, one.phrase):
                uses[name] = uses.get(name, 0) + 1
    return found


def _next(
    templates: Sequence[BankQuestion],
    topic: Topic,
    phrases: Sequence[KeyPhrase],
    found: Sequence[AboutPhrase],
    used: set[tuple[str, str]],
    uses: Mapping[str, int],
) -> AboutPhrase | None:
    """The phrase that was used least, in the question that was used least, of another competency where that goes."""
    taken = {other.phrase for other in found}
    had = {other.question.competency for other in found}

    def rank(question: BankQuestion) -> tuple[bool, int, bool]:
        # Those that fit anything are kept for the phrases that need them.
        return question.competency in had, uses.get(question.question_id, 0), question.phrase == "any"

    left = [phrase for phrase in phrases if phrase.text not in taken]
    for phrase in sorted(left, key=lambda phrase: uses.get(phrase.text, 0)):
        fitting = [
            question
            for question in templates
            if _fits(question, phrase, topic) and (question.question_id, phrase.text) not in used
        ]
        if fitting:
            return AboutPhrase(min(fitting, key=rank), phrase.text)
    return None


def _fits(question: BankQuestion, phrase: KeyPhrase, topic: Topic) -> bool:
    if phrase.doing != (question.phrase == "doing") or (not phrase.sure and question.phrase != "any"):
        return False
    return spoken.word_count(topic.fill(question.ask, phrase=phrase.text)) <= MOST_PROMPT_WORDS
