"""The director: keeps the plan, the time and the ending, and says what comes next. The engine only speaks.

Pure: what was said, how much time has passed and a number drawn beforehand go in, the next line and the next state
come out. It decides from plan and time when no words are there (yet).
"""

from dataclasses import dataclass, replace

from greenroom.core import utterances
from greenroom.core.plan import Plan, PlanStep

THIN_ANSWER_WORDS = 25
"""An answer with fewer words is asked about."""
MAX_PROBES = 2
MAX_CANDIDATE_QUESTIONS = 4
SILENCE_LADDER_S = (8.0, 20.0, 45.0, 75.0)
"""Take your time; rephrase; are you still there; the end."""
PROBE_LIMIT_SHARE = 0.75
"""Of a step's time box; later no probe is begun."""


@dataclass(frozen=True, slots=True)
class DirectorState:
    """Where the conversation is."""

    step: int = 0
    probes: int = 0
    """Asked in this step."""
    turns: int = 0
    """Lines spoken, so that acknowledgements vary."""
    asked: str = ""
    """The question that stands."""
    step_began_s: float = 0.0
    more_time: bool = False
    """The candidate asked for time: silence is given twice as long."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the interviewer says next, and where that leaves the conversation."""

    state: DirectorState
    kind: str
    text: str
    end_reason: str | None = None
    """The conversation ends with this line, for this reason."""


def begin(plan: Plan) -> Line:
    """The greeting and the first question in one breath."""
    step = plan.steps[0]
    state = DirectorState(asked=step.prompt, turns=1)
    return Line(state, "greeting", f"{plan.greeting} {step.prompt}")


def needs_words(plan: Plan, state: DirectorState) -> bool:
    """Whether what the candidate says here can't be answered without its words."""
    return plan.steps[state.step].kind == "candidate_questions"


def after_turn(plan: Plan, state: DirectorState, text: str | None, elapsed_s: float, seed: int) -> Line:
    """What follows the candidate's turn. `text` is None while its words are not known."""
    step = plan.steps[state.step]
    if text is not None:
        match utterances.request_in(text):
            case utterances.Request.END:
                return Line(state, "farewell", plan.farewell, "user_ended")
            case utterances.Request.REPEAT:
                return repeat(plan, state)
            case utterances.Request.MOMENT:
                return moment(state)
            case utterances.Request.SKIP:
                return skip(plan, state, elapsed_s)
            case None:
                pass
    if step.kind == "candidate_questions":
        return _candidate_asked(plan, state, text, elapsed_s)
    if _wants_probe(plan, state, step, text, elapsed_s):
        probe = step.probes[state.probes]
        line = f"{_acknowledge(plan, state, seed)} {probe}".strip()
        return Line(replace(state, probes=state.probes + 1, turns=state.turns + 1, asked=probe), "probe", line)
    return _advance(plan, state, elapsed_s, _acknowledge(plan, state, seed))


def repeat(plan: Plan, state: DirectorState) -> Line:
    """The question that stands, again."""
    return Line(state, "repeat", f"Of course. {state.asked or plan.steps[state.step].prompt}")


def moment(state: DirectorState) -> Line:
    """Time to think, and more of it from now on."""
    return Line(replace(state, more_time=True), "patience", "Of course, take your time.")


def skip(plan: Plan, state: DirectorState, elapsed_s: float) -> Line:
    """The next part of the plan."""
    return _advance(plan, state, elapsed_s, "That's fine, let's move on.")


def on_silence(plan: Plan, state: DirectorState, level: int) -> Line | None:
    """What is said at this rung of the ladder (from 0); None is the end."""
    step = plan.steps[state.step]
    match level:
        case 0:
            return Line(state, "patience", "Take your time.")
        case 1:
            again = step.rephrase or state.asked
            return Line(
                replace(state, asked=again), "rephrase", f"Let me put it another way. {again} Or we can skip it."
            )
        case 2:
            return Line(state, "presence", "Are you still there?")
        case _:
            return None


def silence_s(state: DirectorState, level: int) -> float:
    """Seconds of silence after which this rung of the ladder (from 0) is reached."""
    return SILENCE_LADDER_S[min(level, len(SILENCE_LADDER_S) - 1)] * (2 if state.more_time else 1)


def after_gap(state: DirectorState, *, candidate_was_speaking: bool) -> Line:
    """What is said when the line to the interviewer is up again."""
    if candidate_was_speaking:
        return Line(state, "bridge", "Sorry, I lost you for a moment. Could you say that again, please?")
    return Line(state, "bridge", f"Sorry, I was gone for a moment. {state.asked}")


def again_after_interruption(state: DirectorState) -> Line:
    """The question that the candidate spoke over before it could be understood."""
    return Line(state, "repeat", f"Let me ask that again. {state.asked}")


def time_is_up(plan: Plan, state: DirectorState) -> Line:
    return Line(state, "farewell", plan.farewell, "time_limit")


def farewell(plan: Plan, state: DirectorState, reason: str) -> Line:
    """The fixed farewell for an end that was decided elsewhere."""
    return Line(state, "farewell", plan.farewell, reason)


def replan(old: Plan, new: Plan, state: DirectorState) -> Plan:
    """In mid-call: what was asked stays, the rest is made anew."""
    kept = old.steps[: state.step + 1]
    return replace(new, steps=kept + new.steps[state.step + 1 :]) if len(new.steps) > state.step + 1 else old


def remaining_s(plan: Plan, elapsed_s: float) -> int:
    return max(0, round(plan.length_s - elapsed_s))


def _wants_probe(plan: Plan, state: DirectorState, step: PlanStep, text: str | None, elapsed_s: float) -> bool:
    if text is None or state.probes >= min(len(step.probes), MAX_PROBES) or state.step == 0:
        return False
    if elapsed_s - state.step_began_s > step.seconds * PROBE_LIMIT_SHARE or _must_close(plan, elapsed_s):
        return False
    return len(text.split()) < THIN_ANSWER_WORDS


def _candidate_asked(plan: Plan, state: DirectorState, text: str | None, elapsed_s: float) -> Line:
    enough = state.probes >= MAX_CANDIDATE_QUESTIONS or elapsed_s > plan.length_s
    if enough or text is None or utterances.is_refusal(text):
        return _advance(plan, state, elapsed_s, "")
    answer = utterances.answer_from(plan.facts, text)
    said = (
        answer or "I only have the description that you gave me, and it doesn't say. That is a good question to keep."
    )
    asked = "What else would you like to ask?"
    return Line(
        replace(state, probes=state.probes + 1, turns=state.turns + 1, asked=asked), "answer", f"{said} {asked}"
    )


def _advance(plan: Plan, state: DirectorState, elapsed_s: float, lead: str) -> Line:
    following = state.step + 1
    if _must_close(plan, elapsed_s):
        # The candidate's questions are always offered, however late it is.
        while plan.steps[following].kind == "question":
            following += 1
    step = plan.steps[following]
    moved = replace(state, step=following, probes=0, turns=state.turns + 1, asked=step.prompt, step_began_s=elapsed_s)
    if step.kind == "close":
        return Line(moved, "farewell", plan.farewell, "interviewer_ended")
    return Line(moved, "question", f"{lead} {step.prompt}".strip())


def _must_close(plan: Plan, elapsed_s: float) -> bool:
    reserve = sum(step.seconds for step in plan.steps if step.kind != "question")
    return elapsed_s >= plan.length_s - reserve


def _acknowledge(plan: Plan, state: DirectorState, seed: int) -> str:
    choices = plan.acknowledgements
    return choices[(seed + state.turns) % len(choices)] if choices else ""
