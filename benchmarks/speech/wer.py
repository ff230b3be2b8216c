"""Word error rate."""

import re

_NUMBERS = {"1": "one", "2": "two", "3": "three", "4": "four", "5": "five"}


def words(text: str) -> list[str]:
    found: list[str] = re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))
    return [_NUMBERS.get(word, word) for word in found]


def errors(reference: str, heard: str) -> tuple[int, int]:
    """Edits (substitutions, insertions, deletions) that lead from one to the other, and words of the reference."""
    said, got = words(reference), words(heard)
    row = list(range(len(got) + 1))
    for number, word in enumerate(said, 1):
        above = row
        row = [number]
        for place, other in enumerate(got, 1):
            row.append(min(above[place] + 1, row[-1] + 1, above[place - 1] + (word != other)))
    return row[-1], len(said)


def rate(reference: str, heard: str) -> float:
    wrong, of = errors(reference, heard)
    return wrong / max(of, 1)
