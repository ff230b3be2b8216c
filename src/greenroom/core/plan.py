"""The plan of a practice: what a scenario makes of a configuration, and what the director keeps to."""

from dataclasses import dataclass, field
from typing import Literal

from greenroom.core.tools import ToolSpec

StepKind = Literal["opening", "questions", "candidate_questions", "close"]


@dataclass(frozen=True, slots=True)
class Element:
    """Something that a good answer holds, such as its result, and the words that show that it is there."""

    name: str
    cues: tuple[str, ...]
    """Patterns of words, as `core.answers` reads them."""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """A short question about what an answer lacked."""

    element: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask, and what a good answer to it holds."""

    question_id: str
    prompt: str
    """At most 30 words, the lead included."""
    rephrase: str = ""
    """The same in other words, for someone who did not answer."""
    wants: tuple[str, ...] = ()
    """Names of elements, in the order in which they are asked for when they are missing."""
    probes: tuple[Probe, ...] = ()
    competency: str = ""
    lead: str = ""
    """What is said before it the first time it is put."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One part of the conversation, with its time box."""

    step_id: str
    title: str
    kind: StepKind
    seconds: int
    questions: tuple[Question, ...] = ()
    """The first is asked; the others when there is time left in the box. The close has none."""
    spare: tuple[Question, ...] = ()
    """Asked last, when all others are used up."""


@dataclass(frozen=True, slots=True)
class Lines:
    """What the interviewer says beside its questions: variants of each, used in turn.

    `{question}` is the question that stands, `{fact}` a sentence from the form, `{time}` a length of time in words.
    """

    repeat: tuple[str, ...]
    """`{question}`: asked to say it again."""
    moment: tuple[str, ...]
    """Asked for time to think."""
    skip: tuple[str, ...]
    """Before the next question, when this one is skipped."""
    dont_know: tuple[str, ...]
    """Before the next question, when the candidate has no answer."""
    try_again: tuple[str, ...]
    """`{question}` in other words, when the candidate has no answer at first or asks what is meant."""
    patience: tuple[str, ...]
    """After 8 s of silence."""
    rephrase: tuple[str, ...]
    """`{question}` in other words, after 20 s of silence, with the offer to skip it."""
    presence: tuple[str, ...]
    """After 45 s of silence."""
    lost_you: tuple[str, ...]
    """The line was gone while the candidate was speaking."""
    was_gone: tuple[str, ...]
    """`{question}`: the line was gone while the interviewer was speaking."""
    must_end: tuple[str, ...]
    """The line is gone for good: the whole farewell, a short one."""
    again: tuple[str, ...]
    """`{question}`: it was spoken over before it could be understood."""
    time_left: tuple[str, ...]
    """`{time}`, `{question}`: asked how much time is left."""
    told: tuple[str, ...]
    """`{fact}`: the answer to a question that the form answers."""
    not_told: tuple[str, ...]
    """The answer to a question that the form doesn't answer."""
    back: tuple[str, ...]
    """`{question}`: back to it, after an answer in between."""
    what_else: tuple[str, ...]
    """The candidate may ask another question."""
    off_topic: tuple[str, ...]
    """`{question}`: back to it from something else."""
    hostile: tuple[str, ...]
    """`{question}`: calm, after an insult; the candidate may stop."""
    language: tuple[str, ...]
    """`{question}`: it was another language."""
    confirm_end: tuple[str, ...]
    """Asks whether the candidate wishes to stop."""
    go_on: tuple[str, ...]
    """`{question}`: they don't."""
    cut_in: tuple[str, ...]
    """Before the next question, into an answer that takes more than its time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the interviewer may say, and when."""

    steps: tuple[PlanStep, ...]
    length_s: int
    greeting: str
    farewell: str
    acknowledgements: tuple[str, ...]
    lines: Lines
    elements: tuple[Element, ...] = ()
    facts: tuple[str, ...] = ()
    """Sentences that the candidate gave about the subject: the only source of answers about it."""
    spare: tuple[Question, ...] = ()
    """Asked in any step of questions, in this order, when its own are used up and there is time."""
    tools: tuple[ToolSpec, ...] = ()
    """Functions of the scenario's that a model may call."""
    instructions: str = ""
    """For a model that words the interviewer's lines."""
    role_play: bool = False
    """The interviewer plays a person: the candidate's questions and goodbyes belong to its answers."""
    any_topic: bool = False
    """Nothing is off the topic."""
    subject: frozenset[str] = field(default_factory=frozenset[str])
    """Words that belong to the subject, in lower case: talk that has them is not off it."""
