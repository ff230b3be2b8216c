"""Reading a questions.toml: the questions that a plan chooses from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from greenroom.core.plan import Probe
from greenroom.scenarios import defaults, keyphrases
from greenroom.scenarios.reading import Table, listed, meant
from greenroom.scenarios.schema import (
    ANY_LEVEL,
    GENERAL,
    MOST_LED_ASK_WORDS,
    MOST_PROBE_WORDS,
    MOST_PROMPT_WORDS,
    MOST_REPHRASE_WORDS,
    BankQuestion,
    Phrase,
    Step,
)
from greenroom.scenarios.wording import Wording, check

_PHRASES = ("doing", "thing", "any")
_DEFAULT_GROUP = "questions"
_TOP = ["fields", "levels", "questions"]
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_ID_WORDS = 6
_MOST_OWN_PROBES = 3


@dataclass(frozen=True, slots=True)
class Known:
    """What questions may refer to."""

    steps: tuple[Step, ...]
    competencies: Mapping[str, str]
    wants: Mapping[str, tuple[str, ...]]
    elements: tuple[str, ...]
    placeholders: Mapping[str, int]
    led: bool
    """Whether leads may come before questions."""

    def groups(self, *kinds: str) -> list[str]:
        return [step.group for step in self.steps if step.kind in kinds]


@dataclass(frozen=True, slots=True)
class Bank:
    questions: tuple[BankQuestion, ...]
    fields: Mapping[str, frozenset[str]]
    levels: Mapping[str, frozenset[str]]


def read_bank(root: Table, known: Known) -> Bank:
    """The questions, those for the candidate's own included where the scenario has none."""
    fields = root.table("fields").entries(_words)
    levels = root.table("levels").entries(_words)
    found: list[BankQuestion] = []
    for table in root.tables("questions"):
        question = _question(table, known, list(fields), list(levels))
        table.done(_TOP)
        if any(question.question_id == other.question_id for other in found):
            table.note("id", f"expected another id: there is a question {question.question_id!r} already")
        if any(question.ask == other.ask for other in found if question.ask):
            table.note("ask", "expected another question: this one is there already")
        found.append(question)
    root.done()
    return Bank((*found, *_usual(found, known)), fields, levels)


def _words(table: Table, key: str) -> frozenset[str]:
    return frozenset(table.text(key).lower().split())


def _question(table: Table, known: Known, fields: list[str], levels: list[str]) -> BankQuestion:
    ask = table.text("ask")
    question_id = table.text("id", _made_id(ask))
    if not _ID.fullmatch(question_id) and "id" in table:
        table.note("id", f"expected small letters, digits and hyphens, found {question_id!r}")
    groups = known.groups("opening", "questions", "candidate_questions")
    phrase = cast("Phrase", table.one_of("phrase", _PHRASES, ""))
    main = known.groups("questions")
    question = BankQuestion(
        question_id,
        table.one_of("group", main if phrase else groups, _DEFAULT_GROUP, what="a group of the steps:"),
        ask,
        table.text("rephrase", ""),
        table.one_of("field", [*fields, GENERAL], GENERAL, what="a field of [fields]:"),
        table.one_of("competency", known.competencies, "", what="an id of [competencies]:"),
        table.one_of("level", [*levels, ANY_LEVEL], ANY_LEVEL, what="a level of [levels]:"),
        table.one_of("wants", [*known.wants, ""], next(iter(known.wants), ""), what="a key of [wants]:"),
        frozenset(table.text("terms", "").lower().split()),
        _own_probes(table, known),
        phrase,
    )
    if "group" not in table and question.group not in groups:
        table.note("group", f"expected a group of the steps: {listed(groups)}, found nothing")
    _check_texts(table, question, known)
    _check_probes(table, question, known)
    return question


def _check_texts(table: Table, question: BankQuestion, known: Known) -> None:
    placeholders = dict(known.placeholders)
    if question.phrase:
        # A longer phrase is passed over when the plan is made.
        placeholders["phrase"] = keyphrases.MOST_WORDS - 2
    led = known.led and not question.phrase and question.group in known.groups("questions")
    ask = Wording(
        MOST_LED_ASK_WORDS if led else MOST_PROMPT_WORDS,
        MOST_PROMPT_WORDS,
        placeholders,
        needs="phrase" if question.phrase else "",
        one_question=True,
    )
    check(table, "ask", question.ask, ask)
    check(table, "rephrase", question.rephrase, Wording(MOST_REPHRASE_WORDS, MOST_PROMPT_WORDS, placeholders))
    own = table.table("probes")
    for probe in question.probes:
        check(own, probe.element, probe.text, Wording(MOST_PROBE_WORDS, MOST_PROBE_WORDS + 5, placeholders))


def _own_probes(table: Table, known: Known) -> tuple[Probe, ...]:
    own = table.table("probes")
    for key in own.keys():  # noqa: SIM118
        if key not in known.elements:
            own.note(key, f"expected an element: {listed(known.elements)}, found {key!r}{meant(key, known.elements)}")
    return tuple(Probe(element, text) for element, text in own.entries(Table.text).items())


def _check_probes(table: Table, question: BankQuestion, known: Known) -> None:
    own = table.table("probes")
    wanted = known.wants.get(question.wants, ())
    for probe in question.probes:
        if probe.element in known.elements and probe.element not in wanted:
            own.note(probe.element, f"expected an element that {question.wants!r} wants: {listed(wanted)}")
    if len(question.probes) > _MOST_OWN_PROBES:
        table.note("probes", f"expected at most {_MOST_OWN_PROBES}, found {len(question.probes)}")


def _usual(own: list[BankQuestion], known: Known) -> list[BankQuestion]:
    groups = [group for group in known.groups("candidate_questions") if all(group != other.group for other in own)]
    return [
        BankQuestion(table.text("id"), group, table.text("ask"), table.text("rephrase"))
        for group in groups
        for table in defaults.table().tables("questions")
    ]


def _made_id(ask: str) -> str:
    """The first words, so that a question keeps its id when others come before it."""
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in ask.lower().replace("'", "")).split()
    return "-".join(words[:_ID_WORDS])
