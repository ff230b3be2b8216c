"""Which line of a TOML file each of its keys stands on, since `tomllib` tells only what it found."""

import re
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""The way to a value: `("styles", "tough", "greetings", 2)`; entries of lists count from 0."""

_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_SPACES = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRINGS = (
    re.compile(r'"""(?:\\.|[^\\])*?"""(?:"{0,2})', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\])*"'),
    re.compile(r"'[^']*'"),
)
_SCALAR = re.compile(r"[^,\]}\n#]+")


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of every table, key and list entry. `text` is TOML that `tomllib` takes."""
    return _Scanner(text.replace("\r\n", "\n")).found


class _Scanner:
    """One pass over a file that is known to be right: what is skipped here was checked there."""

    def __init__(self, text: str) -> None:
        self.found: dict[Path, int] = {}
        self._text = text
        self._at = 0
        self._line, self._counted = 1, 0
        self._last: dict[Path, int] = {}
        """The last entry of each list of tables."""
        table: Path = ()
        while self._skip(_BLANK) < len(text):
            if text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        brackets = 2 if self._text.startswith("[[", self._at) else 1
        start = self._at
        self._at += brackets
        path = self._within(self._keys(), new_entry=brackets == 2)
        self._at += brackets
        self._mark(path, start)
        return path

    def _within(self, keys: list[str], *, new_entry: bool) -> Path:
        """The table of a header: behind the name of a list of tables, its last entry is meant."""
        path: Path = ()
        for index, key in enumerate(keys):
            path = (*path, key)
            self._mark(path, self._at)
            if new_entry and index == len(keys) - 1:
                self._last[path] = self._last.get(path, -1) + 1
            if path in self._last:
                path = (*path, self._last[path])
        return path

    def _pair(self, table: Path) -> None:
        start = self._at
        path = table
        for key in self._keys():
            path = (*path, key)
            self._mark(path, start)
        self._at += 1
        self._skip(_SPACES)
        self._value(path)

    def _keys(self) -> list[str]:
        """A key's parts, up to the sign behind them."""
        keys: list[str] = []
        while True:
            self._skip(_SPACES)
            start = self._at
            if self._text[start] in "\"'":
                self._string()
                keys.append(self._text[start + 1 : self._at - 1])
            else:
                keys.append(self._text[start : self._skip(_BARE_KEY)])
            self._skip(_SPACES)
            if self._text[self._at] != ".":
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        match self._text[self._at]:
            case "[":
                self._list(path)
            case "{":
                self._inline(path)
            case '"' | "'":
                self._string()
            case _:
                self._skip(_SCALAR)

    def _list(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._text[self._skip(_BLANK)] != "]":
            if self._text[self._at] == ",":
                self._at += 1
                continue
            self._mark((*path, index), self._at)
            self._value((*path, index))
            index += 1
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        while self._text[self._skip(_BLANK)] != "}":
            if self._text[self._at] == ",":
                self._at += 1
            else:
                self._pair(path)
        self._at += 1

    def _string(self) -> None:
        for pattern in _STRINGS:
            found = pattern.match(self._text, self._at)
            if found is not None:
                self._at = found.end()
                return

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        self._at = self._at if found is None else found.end()
        return self._at

    def _mark(self, path: Path, at: int) -> None:
        if path not in self.found:
            self._line += self._text.count("\n", self._counted, at)
            self._counted = at
            self.found[path] = self._line
