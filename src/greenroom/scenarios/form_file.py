"""Reading the `[[fields]]` of a scenario.toml as a form."""

import re
from typing import cast

from greenroom.core.errors import BadConfiguration
from greenroom.scenarios import defaults
from greenroom.scenarios.form import Choice, Field, Form, Kind
from greenroom.scenarios.reading import Table
from greenroom.scenarios.schema import LENGTH_FIELD

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_KINDS = ("text", "number", "choice")
MOST_CHARS = 20_000
MOST_MINUTES = 60


def read_form(root: Table, top: list[str]) -> Form:
    """The form, with the usual field for the length where it has none of its own."""
    fields: list[Field] = []
    for table in root.tables("fields"):
        field = _field(table)
        table.done(top)
        if any(field.name == other.name for other in fields):
            table.note("name", f"expected another name: there is a field {field.name!r} already")
        elif field.name:
            fields.append(field)
    if not any(field.name == LENGTH_FIELD for field in fields):
        fields += [_field(table) for table in defaults.table().tables("fields")]
    return Form(tuple(fields))


def _field(table: Table) -> Field:
    name = table.text("name")
    if name and not _NAME.fullmatch(name):
        table.note("name", f"expected a name of letters and digits, found {name!r}")
    label = table.text("label")
    kind = table.one_of("kind", _KINDS, "choice" if name == LENGTH_FIELD else "text")
    field = Field(
        name=name,
        label=label,
        kind=cast("Kind", kind),
        required=table.yes_or_no("required"),
        help=table.text("help", "", empty=True),
        limit=int(table.number("max_length", 200, whole=True, least=1)) if kind == "text" else 0,
        multiline=table.yes_or_no("multiline") if kind == "text" else False,
        least=table.number("min", None) if kind == "number" else None,
        most=table.number("max", None) if kind == "number" else None,
        choices=_choices(table) if kind == "choice" else (),
        default=_plain(table.value("default")),
    )
    _check(table, field)
    return field


def _choices(table: Table) -> tuple[Choice, ...]:
    choices: list[Choice] = []
    for entry in table.tables("choices"):
        value = entry.value("value")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            entry.note("value", "expected a text or a number")
            continue
        if any(value == other.value for other in choices):
            entry.note("value", f"expected another value: there is a choice {value!r} already")
        choices.append(Choice(value, entry.text("label", str(value))))
        entry.done()
    if not choices:
        table.note("choices", 'expected at least one choice such as { value = "a", label = "A" }, found none')
    return tuple(choices)


def _check(table: Table, field: Field) -> None:
    if field.limit > MOST_CHARS:
        table.note("max_length", f"expected at most {MOST_CHARS} characters, found {field.limit}")
    if field.least is not None and field.most is not None and field.least > field.most:
        table.note("min", f"expected at most the max of {field.most:g}, found {field.least:g}")
    if field.name == LENGTH_FIELD:
        _check_length(table, field)
    _check_default(table, field)


def _check_length(table: Table, field: Field) -> None:
    minutes = [choice.value for choice in field.choices]
    if field.kind != "choice":
        table.note("kind", f"expected choice for the field {LENGTH_FIELD}, found {field.kind}")
    elif any(not isinstance(value, int) or not 1 <= value <= MOST_MINUTES for value in minutes):
        table.note("choices", f"expected whole minutes from 1 to {MOST_MINUTES}, found {minutes}")


def _check_default(table: Table, field: Field) -> None:
    if "default" not in table:
        # A select element always has one chosen, and a plan needs a number.
        if field.kind != "text" and not field.required:
            table.note("default", f"expected a default or required = true for a {field.kind}, found neither")
        return
    try:
        fits = field.default is not None and field.check(field.default) == field.default
    except BadConfiguration:
        fits = False
    if not fits:
        table.note("default", "expected a default that the field itself takes")


def _plain(value: object) -> str | int | float | None:
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None
