"""Time in a conversation: where a step's box ends, whether there is room for another question, how long an answer may be. Pure."""

from greenroom.core.plan import Plan

FIRST_PACE_S = 20.0
"""What a question and its answer take, before anything is known of the candidate."""
PACE_MEMORY = 0.5
LEAST_ANSWER_S = 30.0
"""Nobody is cut short before."""
ANSWER_SHARE = 1.3
"""An answer may take so many times its fair share of what is left."""


def step_ends_s(plan: Plan, step: int) -> float:
    """When the time box of this step is over, on the interview's clock."""
    return float(sum(part.seconds for part in plan.steps[: step + 1]))


def questions_end_s(plan: Plan) -> float:
    """When the interviewer's own questions have to be over, so that the candidate's can be offered."""
    after = (part.seconds for part in plan.steps if part.kind in ("candidate_questions", "close"))
    return plan.length_s - float(sum(after))


def room_for_another(plan: Plan, step: int, elapsed_s: float, pace_s: float) -> bool:
    """Whether another question still fits: half of it may reach over the end of the box."""
    return elapsed_s + pace_s / 2 < min(step_ends_s(plan, step), questions_end_s(plan))


def answer_limit_s(plan: Plan, step: int, elapsed_s: float) -> float:
    """How long an answer may go on before the interviewer steps in."""
    part = plan.steps[step]
    if part.kind == "candidate_questions":
        return max(LEAST_ANSWER_S, plan.length_s - plan.steps[-1].seconds - elapsed_s)
    left_s = questions_end_s(plan) - elapsed_s
    to_come = sum(later.kind in ("opening", "questions") for later in plan.steps[step:])
    return max(LEAST_ANSWER_S, ANSWER_SHARE * left_s / max(to_come, 1))


def pace_after(pace_s: float, exchange_s: float) -> float:
    """The candidate's pace, one exchange later."""
    return PACE_MEMORY * pace_s + (1 - PACE_MEMORY) * exchange_s


def in_words(seconds: float) -> str:
    """A length of time as one says it: "about four minutes", "less than a minute"."""
    minutes = round(seconds / 60)
    if seconds < 45:
        return "less than a minute"
    return "about one minute" if minutes <= 1 else f"about {_NUMBERS.get(minutes, str(minutes))} minutes"


_NUMBERS = dict(enumerate("zero one two three four five six seven eight nine ten eleven twelve".split()))
