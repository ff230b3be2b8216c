"""Whether there is enough: time for every step, and questions for every practice."""

from collections.abc import Iterator

from greenroom.scenarios.boxes import Box, boxes
from greenroom.scenarios.reading import Table, listed
from greenroom.scenarios.schema import ANY_LEVEL, GENERAL, LEAST_STEP_S, ROUNDS, BankQuestion, Content, Step

LEAST_QUESTION_S = 20


def check_time(root: Table, content: Content) -> None:
    """Every step has some time in every length, and they add up to it."""
    for minutes in content.lengths:
        found = boxes(content.steps, minutes, _most(content))
        total = sum(sum(box.seconds) for box in found)
        if total != minutes * 60:
            given = ", ".join(f"{box.step.step_id} {sum(box.seconds)}" for box in found)
            root.note("steps", f"expected {minutes * 60} seconds for {minutes} minutes in all, found {total} ({given})")
        for box in found:
            least = LEAST_QUESTION_S if box.step.kind == "questions" else LEAST_STEP_S
            if min(box.seconds) < least:
                text = f"expected at least {least} seconds for each of {len(box.seconds)} in {minutes} minutes"
                root.note("steps", f"{box.step.step_id}: {text}, found {min(box.seconds)}")


def check_groups(root: Table, steps: tuple[Step, ...]) -> None:
    """Each step takes from a group of its own."""
    taken: dict[str, str] = {}
    for step in steps:
        if step.group and step.group in taken:
            text = f"expected another group than step {taken[step.group]!r} takes from, found {step.group!r}"
            root.note("steps", f"{step.step_id}: {text}")
        taken[step.group] = step.step_id


def check_questions(root: Table, content: Content) -> None:
    """Enough for the longest conversation about anything, and, as a warning, for five without the same again."""
    for box in _longest(content):
        fitting = [question for question in content.questions if _fits_all(question, box.step)]
        needed = len(box.seconds)
        group = f"group {box.step.group!r}"
        which = "questions" if needed > 1 else "question"
        if len(fitting) < needed:
            text = f"expected at least {needed} {which} in {group} that fit every topic and level, found {len(fitting)}"
            root.note("questions", text)
        elif len(fitting) < needed * ROUNDS:
            text = f"{ROUNDS} practices share no question from {needed * ROUNDS} in {group} up; found {len(fitting)}"
            root.note("questions", f"{text} that fit every topic and level", warning=True)


def check_use(root: Table, content: Content) -> None:
    """Competencies that no question is about."""
    used = {question.competency for question in content.questions}
    unused = [name for name in content.competencies if name not in used]
    if unused:
        root.note("competencies", f"no question is about {listed(unused)}", warning=True)


def _longest(content: Content) -> Iterator[Box]:
    every = [boxes(content.steps, minutes, _most(content)) for minutes in content.lengths]
    for of_step in zip(*every, strict=True):
        if of_step[0].step.kind != "close":
            yield max(of_step, key=lambda box: len(box.seconds))


def _most(content: Content) -> dict[str, object]:
    """A form with every number at its greatest."""
    return {field.name: field.most for field in content.form.fields if field.kind == "number"}


def _fits_all(question: BankQuestion, step: Step) -> bool:
    general = question.field == GENERAL and question.level == ANY_LEVEL and not question.phrase
    return general and question.group == step.group
