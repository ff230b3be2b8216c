"""Whether a text can be spoken as it is: its length, its placeholders, its signs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from greenroom.scenarios.reading import Table, listed, meant

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_UNSPOKEN = frozenset("<>[]()|\\*_#@&/•\n\t{}~^=")
_GRADING = frozenset(
    """great good excellent perfect wonderful amazing brilliant fantastic awesome superb impressive correct nice lovely
    terrific outstanding exactly""".split()
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What a kind of text may hold."""

    most_words: int
    """As it is written: a placeholder is a word."""
    most_filled: int = 0
    """With every placeholder at its longest; 0 for no such limit."""
    placeholders: Mapping[str, int] = field(default_factory=dict[str, int])
    """Those that exist here, and the most words that each stands for."""
    needs: str = ""
    """A placeholder that must be there."""
    one_question: bool = False

    def also(self, **placeholders: int) -> "Wording":
        return replace(self, placeholders={**self.placeholders, **placeholders})


def check(table: Table, key: str, text: str, wording: Wording, index: int | None = None) -> None:
    """Note what keeps this text of the table from being spoken."""
    names = placeholders_in(text)
    for name in names:
        if name not in wording.placeholders:
            known = listed(f"{{{known}}}" for known in wording.placeholders)
            guess = meant(name, wording.placeholders)
            table.note(key, f"there is no {{{name}}} here{guess}; there are {known}", index=index)
    if wording.needs and wording.needs not in names:
        table.note(key, f"expected {{{wording.needs}}} in it, found none", index=index)
    signs = sorted(set(PLACEHOLDER.sub("", text)) & _UNSPOKEN)
    if signs:
        found = " ".join("a line break" if sign == "\n" else "a tab" if sign == "\t" else sign for sign in signs)
        table.note(key, f"expected words that can be spoken, found {found}", index=index)
    if wording.one_question and text.count("?") > 1:
        table.note(key, f"expected one question, found {text.count('?')} question marks", index=index)
    _check_length(table, key, text, wording, index)


def check_all(table: Table, key: str, texts: tuple[str, ...], wording: Wording) -> None:
    for index, text in enumerate(texts):
        check(table, key, text, wording, index)


def check_ungraded(table: Table, key: str, texts: tuple[str, ...]) -> None:
    """An acknowledgement that says how good an answer was is a warning."""
    for index, text in enumerate(texts):
        graded = [word for word in re.findall(r"[a-z']+", text.lower()) if word in _GRADING]
        if graded:
            table.note(key, f"expected no grading, found {graded[0]!r}", index=index, warning=True)


def placeholders_in(text: str) -> list[str]:
    return [found[1] for found in PLACEHOLDER.finditer(text)]


def words_at_most(text: str, placeholders: Mapping[str, int]) -> int:
    """How many words it has with every placeholder at its longest."""
    return len(text.split()) + sum(placeholders.get(name, 1) - 1 for name in placeholders_in(text))


def _check_length(table: Table, key: str, text: str, wording: Wording, index: int | None) -> None:
    words = len(text.split())
    filled = words_at_most(text, wording.placeholders)
    if words > wording.most_words:
        table.note(key, f"expected at most {wording.most_words} words, found {words}", index=index)
    elif wording.most_filled and filled > wording.most_filled:
        wanted = f"expected at most {wording.most_filled} words with its placeholders filled in"
        table.note(key, f"{wanted}, found up to {filled}", index=index)
