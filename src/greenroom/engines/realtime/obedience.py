"""Whether a model said the exact words that it was told to say. It can be told only afterwards, by its own transcript. Pure."""

from difflib import SequenceMatcher

from greenroom.core.understanding import words

MOST_ASTRAY = 0.15
"""Of the words of both: numbers and names are written in more than one way."""


def astray(decided: str, said: str) -> float:
    """How much of the words of both is not the other's: 0 where they are the same, 1 where they have nothing in common."""
    return 1.0 - SequenceMatcher(None, words(decided), words(said), autojunk=False).ratio()
