"""Forms: what a scenario asks for, and the check of what came."""

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from greenroom.core.errors import BadConfiguration

Kind: TypeAlias = Literal["text", "number", "choice"]
Value: TypeAlias = str | int | float

_DROPPED = frozenset({"Cc", "Cs", "Co", "Cn"})
# They turn the direction of what follows, which can make a line on a screen say something else; letters of
# right-to-left scripts need none of them, and joiners (in emoji, in Persian) are kept.
_DIRECTION_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_SHOWN_NAME_CHARS = 40


@dataclass(frozen=True, slots=True)
class Choice:
    value: Value
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of a form. `limit` counts characters of a text; `least` and `most` bound a number."""

    name: str
    label: str
    kind: Kind
    required: bool = False
    default: Value | None = None
    help: str = ""
    limit: int = 0
    multiline: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[Choice, ...] = ()

    def describe(self) -> dict[str, Any]:
        """As `GET /api/scenarios` shows it."""
        shown: dict[str, Any] = {
            "name": self.name,
            "label": self.label,
            "kind": self.kind,
            "required": self.required,
            "default": self.default,
            "help": self.help,
        }
        match self.kind:
            case "text":
                shown |= {"maxLength": self.limit, "multiline": self.multiline}
            case "number":
                shown |= {"min": self.least, "max": self.most}
            case "choice":
                shown["choices"] = [{"value": choice.value, "label": choice.label} for choice in self.choices]
        return shown

    def check(self, given: object) -> Value:
        """The value as it is kept. Raises `BadConfiguration`."""
        match self.kind:
            case "text":
                return self._text(given)
            case "number":
                return self._number(given)
            case "choice":
                return self._choice(given)

    def _text(self, given: object) -> str:
        if not isinstance(given, str):
            raise self._wrong("must be a text")
        text = clean(given, multiline=self.multiline)
        if self.required and not text:
            raise self._wrong("is required")
        if len(text) > self.limit:
            raise self._wrong(f"has {len(text)} characters; at most {self.limit} are allowed")
        return text

    def _number(self, given: object) -> int | float:
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise self._wrong("must be a number")
        if isinstance(given, float) and not math.isfinite(given):
            raise self._wrong("must be a number")
        if self.least is not None and given < self.least:
            raise self._wrong(f"must be at least {self.least:g}")
        if self.most is not None and given > self.most:
            raise self._wrong(f"must be at most {self.most:g}")
        return given

    def _choice(self, given: object) -> Value:
        # A page's select element has texts only: "10" chooses 10.
        if isinstance(given, str | int | float) and not isinstance(given, bool):
            for choice in self.choices:
                if given in (choice.value, str(choice.value)):
                    return choice.value
        raise self._wrong("must be one of " + ", ".join(str(choice.value) for choice in self.choices))

    def _wrong(self, what: str) -> BadConfiguration:
        return BadConfiguration(f"{self.name} {what}")


@dataclass(frozen=True, slots=True)
class Form:
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    def describe(self) -> list[dict[str, Any]]:
        return [field.describe() for field in self.fields]

    def check(self, config: object) -> dict[str, Value]:
        """Every field with its value or default. Whatever is handed in, the only error is `BadConfiguration`."""
        if not isinstance(config, Mapping):
            raise BadConfiguration("config must be an object")
        given = cast("Mapping[object, object]", config)
        names = {field.name for field in self.fields}
        for key in given:
            if key not in names:
                raise BadConfiguration(f"{_shown(key)} is not a field of this form")
        checked: dict[str, Value] = {}
        for field in self.fields:
            value = given.get(field.name)
            if value is not None:
                checked[field.name] = field.check(value)
            elif field.required:
                raise BadConfiguration(f"{field.name} is required")
            else:
                checked[field.name] = field.default if field.default is not None else ""
        return checked


def clean(text: str, *, multiline: bool = False) -> str:
    """The text without control characters, lone surrogates and direction overrides, trimmed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    kept: list[str] = []
    for char in text:
        if char == "\n":
            kept.append("\n" if multiline else " ")
        elif char == "\t":
            kept.append(" ")
        elif char not in _DIRECTION_CONTROLS and unicodedata.category(char) not in _DROPPED:
            kept.append(char)
    return "".join(kept).strip()


def _shown(key: object) -> str:
    name = clean(key) if isinstance(key, str) else repr(key)
    return repr(name[:_SHOWN_NAME_CHARS])
