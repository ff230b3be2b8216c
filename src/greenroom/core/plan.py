"""The plan of a practice: what a scenario makes of a configuration, and what the director keeps to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One part of the conversation, with its time box."""

    step_id: str
    title: str
    kind: str
    """`question` (the warm-up is one, too), `candidate_questions` or `close`."""
    seconds: int
    prompt: str
    """What the interviewer asks, at most 30 words."""
    rephrase: str = ""
    """The same in other words, for someone who did not answer."""
    probes: tuple[str, ...] = ()
    """What to ask about an answer that was thin, in order."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the interviewer may say, and when."""

    steps: tuple[PlanStep, ...]
    length_s: int
    greeting: str
    farewell: str
    acknowledgements: tuple[str, ...]
    facts: tuple[str, ...] = ()
    """Sentences that the candidate gave about the job: the only source of answers about it."""
    instructions: str = ""
    """For a model that words the interviewer's lines."""
