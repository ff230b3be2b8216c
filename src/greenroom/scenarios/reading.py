"""Reading TOML tables as typed values: each mistake is noted with its place, and reading goes on."""

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import Any, TypeVar, cast

from greenroom.scenarios.positions import Path, lines_of
from greenroom.scenarios.problems import Problem

V = TypeVar("V")

_SYNTAX_PLACE = " (at line "
_LABELS = ("id", "name")


@dataclass
class Document:
    """One file, and the mistakes found in it."""

    file: str
    text: str = ""
    data: Mapping[str, object] = field(default_factory=dict[str, object])
    problems: list[Problem] = field(default_factory=list[Problem])

    @cached_property
    def _lines(self) -> dict[Path, int]:
        return lines_of(self.text)

    def line_of(self, path: Path) -> int:
        """Where this key stands; for one that is missing, where the table stands that lacks it."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return 1 if self.data else 0

    def note(self, path: Path, key: str, text: str, *, warning: bool = False) -> None:
        self.problems.append(Problem(self.file, self.line_of(path), key, text, warning))

    def root(self) -> "Table":
        return Table(self, (), "", self.data)


def read_document(file: Traversable, shown_as: str) -> Document:
    """The file's content; one that is missing, unreadable or no TOML is empty and has its problem noted."""
    document = Document(shown_as)
    try:
        # As it is: line ends count for places.
        document.text = file.read_bytes().decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        document.problems.append(Problem(shown_as, 0, "", "expected a file, found none"))
    except UnicodeDecodeError as wrong:
        line = file.read_bytes().count(b"\n", 0, wrong.start) + 1
        document.problems.append(Problem(shown_as, line, "", "expected text in UTF-8, found other bytes"))
    except OSError as wrong:
        document.problems.append(Problem(shown_as, 0, "", f"expected a file that can be read: {wrong.strerror}"))
    else:
        _parse(document)
    return document


def _parse(document: Document) -> None:
    try:
        document.data = tomllib.loads(document.text)
    except tomllib.TOMLDecodeError as wrong:
        what, _, place = str(wrong).partition(_SYNTAX_PLACE)
        line = int(place.split(",")[0]) if place else document.text.count("\n") + 1
        document.problems.append(Problem(document.file, line, "", f"expected TOML: {what}"))


class Table:
    """One table of a document. What is asked for is read; `done` reports what nobody asked for."""

    def __init__(self, document: Document, path: Path, shown: str, entries: Mapping[str, object]) -> None:
        self.path = path
        self._document = document
        self._shown = shown
        self._entries = entries
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def keys(self) -> list[str]:
        return list(self._entries)

    def note(self, key: str, text: str, *, index: int | None = None, warning: bool = False) -> None:
        """A problem with this key, or the entry of its list at `index`."""
        path: Path = (*self.path, *([key] if key else []), *([] if index is None else [index]))
        shown = ".".join(part for part in (self._shown, key) if part) + ("" if index is None else f"[{index + 1}]")
        self._document.note(path, shown, text, warning=warning)

    def text(self, key: str, default: str | None = None, *, empty: bool = False) -> str:
        """A text; `default` where the key is left out, and None for one that must be there."""
        value = self._get(key, default, "a text")
        if value is None:
            return default or ""
        if not isinstance(value, str):
            self._expected(key, "a text", value)
            return default or ""
        if not value.strip() and not empty and key in self:
            self.note(key, "expected a text, found an empty one")
        return value

    def texts(self, key: str, *, least: int = 1, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of texts that are not empty, none twice."""
        wanted = f"a list of at least {least} text{'' if least == 1 else 's'}" if least else "a list of texts"
        value = self._get(key, default, wanted)
        if value is None or (value is default and default is not None):
            return tuple(default or ())
        if not isinstance(value, list):
            self._expected(key, wanted, value)
            return tuple(default or ())
        found: list[str] = []
        for index, entry in enumerate(cast("list[object]", value)):
            if not isinstance(entry, str) or not entry.strip():
                self.note(key, f"expected a text, found {described(entry)}", index=index)
            elif entry in found:
                self.note(key, "expected each text once, found this one again", index=index)
            else:
                found.append(entry)
        if len(cast("list[object]", value)) < least:
            self.note(key, f"expected {wanted}, found {len(found)}")
        return tuple(found)

    def yes_or_no(self, key: str) -> bool:
        value = self._get(key, default=False)
        if not isinstance(value, bool):
            self._expected(key, "true or false", value)
            return False
        return value

    def number(self, key: str, default: V, *, whole: bool = False, least: float | None = None) -> int | float | V:
        """A number, or `default` where it is left out or wrong."""
        wanted = ("a whole number" if whole else "a number") + ("" if least is None else f" of at least {least:g}")
        value = self._get(key, default)
        if value is default:
            return default
        kinds = int if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or (least is not None and value < least):
            self._expected(key, wanted, value)
            return default
        return value

    def one_of(self, key: str, options: Iterable[str], default: str | None = None, *, what: str = "one of") -> str:
        """One of these names; "" when it is none of them."""
        options = list(options)
        value = self.text(key, default, empty=True)
        if value in options or (value == default and key not in self):
            return value
        if isinstance(self._entries.get(key), str):
            self.note(key, f"expected {what} {listed(options)}, found {value!r}{meant(value, options)}")
        return default or ""

    def value(self, key: str) -> object:
        """As it stands there; None when it does not."""
        return self._get(key, None)

    def table(self, key: str, *, needed: bool = False) -> "Table":
        """The table of this name; an empty one where it is left out."""
        value = self._get(key, None if needed else {}, "a table")
        if value is not None and not isinstance(value, dict):
            self._expected(key, "a table", value)
        shown = f"{self._shown}.{key}" if self._shown else key
        entries: Mapping[str, object] = cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
        return Table(self._document, (*self.path, key), shown, entries)

    def tables(self, key: str) -> list["Table"]:
        """The tables of a list such as `[[steps]]`, shown by their id or name."""
        value = self._get(key, [], "a list of tables")
        if not isinstance(value, list):
            self._expected(key, f"tables that begin with [[{key}]]", value)
            return []
        found: list[Table] = []
        for index, entry in enumerate(cast("list[object]", value)):
            path = (*self.path, key, index)
            if not isinstance(entry, dict):
                self.note(key, f"expected a table, found {described(entry)}", index=index)
                continue
            entries = cast("Mapping[str, object]", entry)
            label = next((entries[name] for name in _LABELS if isinstance(entries.get(name), str)), index + 1)
            shown = f"{self._shown}.{key}" if self._shown else key
            found.append(Table(self._document, path, f"{shown}[{label}]", entries))
        return found

    def entries(self, read: Callable[["Table", str], V]) -> dict[str, V]:
        """What `read` makes of each key, for tables whose keys are the author's own names."""
        return {key: read(self, key) for key in self._entries}

    def done(self, top: Iterable[str] = ()) -> None:
        """Report the keys that nobody asked for. `top`: keys that belong to the top of the file."""
        for key in self._entries:
            if key not in self._known:
                if key in top and self.path:
                    self.note(key, "this key belongs to the top of the file, before the first [table]")
                else:
                    known = listed(sorted(self._known))
                    self.note(key, f"unknown key{meant(key, self._known)}; there are {known}")

    def _get(self, key: str, default: object, wanted: str = "") -> object:
        if key not in self._known:
            self._known.append(key)
        if key in self._entries:
            return self._entries[key]
        if default is None and wanted:
            self.note(key, f"expected {wanted}, found nothing")
        return default

    def _expected(self, key: str, wanted: str, found: object) -> None:
        self.note(key, f"expected {wanted}, found {described(found)}")


def described(value: object) -> str:
    """A value as a person calls it."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"a number ({value})"
        case str():
            return "a text" if value.strip() else "an empty text"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"


def listed(names: Iterable[object]) -> str:
    return ", ".join(str(name) for name in names) or "none"


def meant(name: str, options: Iterable[str]) -> str:
    """A guess at the name that was meant."""
    close: list[Any] = difflib.get_close_matches(name, list(options), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
