"""What a scenario folder says, as typed values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from greenroom.core.plan import Element, Lines, Probe, StepKind
from greenroom.scenarios.form import Form

GENERAL = "general"
"""The field of questions that fit every topic."""
ANY_LEVEL = "any"
DEFAULT_STYLE = "default"
LENGTH_FIELD = "lengthMinutes"
ROUNDS = 5
"""So many practices of the same scenario share no question."""

MOST_PROMPT_WORDS = 30
MOST_LED_ASK_WORDS = 20
"""Of a question that a lead may come before."""
MOST_REPHRASE_WORDS = 25
MOST_PROBE_WORDS = 20
MOST_GREETING_WORDS = 30
MOST_FAREWELL_WORDS = 20
MOST_ACKNOWLEDGEMENT_WORDS = 10
MOST_LEAD_WORDS = 12
MOST_LINE_WORDS = 25
MOST_FACT_WORDS = 45
LEAST_STEP_S = 10
"""A step with less time is none."""

Phrase: TypeAlias = Literal["", "doing", "thing", "any"]
Minutes: TypeAlias = int


@dataclass(frozen=True, slots=True)
class Name:
    """What a placeholder such as `{title}` stands for: a field of the form, cut to a few words."""

    field: str
    most_words: int
    otherwise: str
    """When the field says nothing."""


@dataclass(frozen=True, slots=True)
class Style:
    """How the interviewer sounds."""

    manner: str
    greetings: tuple[str, ...]
    farewells: tuple[str, ...]
    acknowledgements: tuple[str, ...]
    leads: tuple[str, ...] = ()
    """`{ask}` is the question, behind something that ties it to the topic."""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the conversation, before it is known how long that is."""

    step_id: str
    title: str
    kind: StepKind
    group: str
    seconds: Mapping[Minutes, int]
    """Of the whole part, by length. Empty: what is usual for its kind, or a share of what is left."""
    count: Mapping[Minutes, int] | str | None = None
    """Main questions by length, or the field of the form that says how many; None: as many as there is time for."""


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """A question that may be asked."""

    question_id: str
    group: str
    ask: str
    rephrase: str = ""
    field: str = GENERAL
    competency: str = ""
    level: str = ANY_LEVEL
    wants: str = ""
    terms: frozenset[str] = frozenset()
    """Words, in lower case, that make it fit better."""
    probes: tuple[Probe, ...] = ()
    """Its own; what they leave out comes from the scenario's."""
    phrase: Phrase = ""
    """Whether it is about a phrase of the topic's text, and of which kind."""


@dataclass(frozen=True, slots=True)
class Content:
    """All of a scenario folder, the defaults filled in."""

    scenario_id: str
    title: str
    description: str
    voices: tuple[str, ...]
    default_voice: str
    instructions: str
    form: Form
    steps: tuple[Step, ...]
    styles: Mapping[str, Style]
    style_field: str
    """The choice of the form that names the style; "" when there is one style."""
    questions: tuple[BankQuestion, ...]
    lines: Lines
    names: Mapping[str, Name]
    role_play: bool = False
    any_topic: bool = False
    """The voice plays a person who is answered, as a customer or a patient."""
    facts: tuple[str, ...] = ()
    topic_title: tuple[str, ...] = ()
    """Fields whose words say most about the topic."""
    topic_text: tuple[str, ...] = ()
    """Fields with more about it: facts and phrases come from these."""
    competencies: Mapping[str, str] = field(default_factory=dict[str, str])
    elements: tuple[Element, ...] = ()
    wants: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    probes: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Words that tell that a topic is in a field."""
    levels: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    @property
    def lengths(self) -> tuple[Minutes, ...]:
        """What may be chosen as the length."""
        length = self.form.field(LENGTH_FIELD)
        return () if length is None else tuple(int(choice.value) for choice in length.choices)

    def style_of(self, config: Mapping[str, object]) -> Style:
        return self.styles[str(config[self.style_field]) if self.style_field else DEFAULT_STYLE]
