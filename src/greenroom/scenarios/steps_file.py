"""Reading the `[[steps]]` of a scenario.toml: the parts of the conversation and their time."""

from collections.abc import Mapping
from typing import cast

from greenroom.core.plan import StepKind
from greenroom.scenarios.form import Form
from greenroom.scenarios.reading import Table, listed, meant
from greenroom.scenarios.schema import LEAST_STEP_S, LENGTH_FIELD, Minutes, Step

_KINDS = ("opening", "questions", "candidate_questions", "close")


def read_steps(tables: list[Table], form: Form, top: list[str]) -> tuple[Step, ...]:
    """The steps in their order."""
    steps: list[Step] = []
    for table in tables:
        step = _step(table, form)
        table.done(top)
        if any(step.step_id == other.step_id for other in steps):
            table.note("id", f"expected another id: there is a step {step.step_id!r} already")
        steps.append(step)
    _check_kinds(tables, steps)
    return tuple(steps)


def _step(table: Table, form: Form) -> Step:
    step_id = table.text("id")
    title = table.text("title")
    kind = cast("StepKind", table.one_of("kind", _KINDS, "questions"))
    return Step(
        step_id,
        title,
        kind,
        "" if kind == "close" else table.text("group", step_id),
        _by_length(table, "seconds", form, LEAST_STEP_S),
        _count(table, form) if kind == "questions" else None,
    )


def _by_length(table: Table, key: str, form: Form, least: int) -> Mapping[Minutes, int]:
    """A whole number for every length, or one for all; empty where it is left out."""
    value, lengths = table.value(key), _lengths(form)
    if value is None:
        return {}
    if not isinstance(value, dict):
        number = table.number(key, None, whole=True, least=least)
        return {} if number is None else dict.fromkeys(lengths, int(number))
    entries = table.table(key)
    found: dict[Minutes, int] = {}
    for length in lengths:
        if str(length) not in entries:
            entries.note("", f"expected a number for {length} minutes, found {listed(entries.keys())}")
            continue
        found[length] = int(entries.number(str(length), least, whole=True, least=least))
    for name in entries.keys():  # noqa: SIM118 - a Table has no iteration of its own
        if name not in {str(length) for length in lengths}:
            entries.note(name, f"expected one of the lengths {listed(lengths)}, found {name}")
    return found


def _count(table: Table, form: Form) -> Mapping[Minutes, int] | str | None:
    value = table.value("count")
    if not isinstance(value, str):
        return _by_length(table, "count", form, 1) or None
    numbers = [field.name for field in form.fields if field.kind == "number"]
    field = form.field(value)
    if field is None or field.kind != "number":
        table.note(
            "count", f"expected a number field of the form, {listed(numbers)}, found {value!r}{meant(value, numbers)}"
        )
        return None
    if field.least is None or field.least < 1 or field.most is None:
        table.note("count", f"expected the field {value!r} to have a min of at least 1 and a max")
        return None
    return value


def _check_kinds(tables: list[Table], steps: list[Step]) -> None:
    """An opening, questions, the candidate's questions, the close: in this order."""
    wanted = ["opening", *["questions"] * max(1, len(steps) - 3), "candidate_questions", "close"]
    for position, (table, step, kind) in enumerate(zip(tables, steps, wanted, strict=False)):
        if step.kind != kind:
            place = "first" if position == 0 else "last" if position == len(wanted) - 1 else f"{position + 1}th"
            table.note("kind", f"expected {kind} for the {place} of {len(steps)} steps, found {step.kind}")
    if steps and len(steps) < len(wanted):
        tables[-1].note("", f"expected at least {len(wanted)} steps, {listed(wanted)}, found {len(steps)}")


def _lengths(form: Form) -> list[Minutes]:
    field = form.field(LENGTH_FIELD)
    return [] if field is None else [choice.value for choice in field.choices if isinstance(choice.value, int)]
