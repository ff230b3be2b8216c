"""How the length of a conversation is divided among its steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from greenroom.scenarios.schema import Minutes, Step

USUAL_QUESTION_S = 100
"""For a main question with its probes, where a scenario doesn't say how many there are."""
_USUAL = {"opening": (0.12, 30, 120), "candidate_questions": (0.12, 30, 180), "close": (0.03, 12, 20)}
"""Share of the length, and the least and most seconds."""


@dataclass(frozen=True, slots=True)
class Box:
    """The time of a step: for one of questions, of each main question."""

    step: Step
    seconds: tuple[int, ...]


def boxes(steps: Sequence[Step], minutes: Minutes, config: Mapping[str, object]) -> list[Box]:
    """The boxes of all steps; they add up to the length wherever some step shares what the others leave."""
    length_s = minutes * 60
    fixed = {step.step_id: _fixed_s(step, minutes) for step in steps}
    sharing = [step for step in steps if fixed[step.step_id] is None]
    left_s = length_s - sum(seconds or 0 for seconds in fixed.values())
    counts = {
        step.step_id: _count(step, minutes, config, fixed[step.step_id] or left_s // max(1, len(sharing)))
        for step in steps
    }
    shares = iter(_divided(left_s, sum(counts[step.step_id] for step in sharing)))
    found: list[Box] = []
    for step in steps:
        own, count = fixed[step.step_id], counts[step.step_id]
        seconds = [next(shares) for _ in range(count)] if own is None else _divided(own, count)
        found.append(Box(step, tuple(seconds)))
    return found


def _fixed_s(step: Step, minutes: Minutes) -> int | None:
    if minutes in step.seconds:
        return step.seconds[minutes]
    if step.kind == "questions":
        return None
    share, least, most = _USUAL[step.kind]
    return min(most, max(least, round(minutes * 60 * share)))


def _count(step: Step, minutes: Minutes, config: Mapping[str, object], seconds: int) -> int:
    if step.kind != "questions":
        return 1
    if isinstance(step.count, str):
        asked = config.get(step.count)
        return max(1, round(asked)) if isinstance(asked, int | float) else 1
    if step.count is None:
        return max(1, round(seconds / USUAL_QUESTION_S))
    return step.count.get(minutes, 1)


def _divided(seconds: int, parts: int) -> list[int]:
    """As equal as can be; the first parts take what can't be split."""
    share, rest = divmod(seconds, max(1, parts))
    return [share + (index < rest) for index in range(parts)]
