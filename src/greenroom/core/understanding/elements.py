"""Which elements an answer has: rows of words that show that they are there."""

import re
from collections.abc import Iterable
from functools import lru_cache

from greenroom.core.plan import Element

_WORD = re.compile(r"[a-z0-9']+")
_HESITATIONS = frozenset({"um", "uh", "er", "erm", "ah", "hm", "mm"})
_NUMBER = (
    r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|hundreds|thousand|thousands|"
    r"million|millions|dozen|dozens)"
)
"""One is left out: "one of them" is no figure."""


def elements_in(elements: Iterable[Element], text: str) -> frozenset[str]:
    """The names of the elements that this answer has."""
    found = _WORD.findall(text.lower().replace("’", "'").replace("%", " percent "))
    said = f" {' '.join(word for word in found if word not in _HESITATIONS)} "
    return frozenset(element.name for element in elements if element.cues and _compiled(element.cues).search(said))


@lru_cache(maxsize=256)
def _compiled(cues: tuple[str, ...]) -> re.Pattern[str]:
    rows = (" ".join(_token(token) for token in cue.lower().split()) for cue in cues)
    return re.compile(rf"(?<= )(?:{'|'.join(rows)})(?= )")


def _token(token: str) -> str:
    match token:
        case "#":
            return _NUMBER
        case "_":
            return r"[a-z0-9']+"
        case _:
            return re.escape(token).replace(r"\*", "[a-z0-9']*")
