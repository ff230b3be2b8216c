"""Reading `lines.toml`: what the interviewer says beside its questions, in every scenario."""

import dataclasses

from greenroom.core.director import MOST_LAST_WORDS
from greenroom.core.plan import Lines
from greenroom.scenarios.reading import Table
from greenroom.scenarios.schema import MOST_LINE_WORDS
from greenroom.scenarios.wording import Wording, check_all

_KEYS = tuple(field.name for field in dataclasses.fields(Lines))
_NEEDED = {
    "repeat": "question",
    "try_again": "question",
    "rephrase": "question",
    "was_gone": "question",
    "again": "question",
    "time_left": "time",
    "told": "fact",
    "back": "question",
    "go_on": "question",
}
_ALSO = {"time_left": "question", "off_topic": "question", "hostile": "question", "language": "question"}
_MOST_WORDS = {"must_end": MOST_LAST_WORDS}
"""It has to be over within the grace."""
_ADVISED = 3
"""With fewer variants one soon hears the same again."""


def read_lines(shared: Table, own: Table, names: dict[str, int], top: list[str]) -> Lines:
    """The shared lines, with those of the scenario in their place. `names`: placeholders of the scenario."""
    found: dict[str, tuple[str, ...]] = {}
    for key in _KEYS:
        if key in own:
            found[key] = _variants(own, key, names)
            shared.value(key)
        else:
            found[key] = _variants(shared, key, {})
            own.value(key)
    shared.done()
    own.done(top)
    return Lines(**found)


def _variants(table: Table, key: str, names: dict[str, int]) -> tuple[str, ...]:
    texts = table.texts(key)
    needed = _NEEDED.get(key, "")
    known = [name for name in (needed, _ALSO.get(key, "")) if name]
    wording = Wording(
        _MOST_WORDS.get(key, MOST_LINE_WORDS), placeholders={**dict.fromkeys(known, 1), **names}, needs=needed
    )
    check_all(table, key, texts, wording)
    if texts and len(texts) < _ADVISED:
        table.note(key, f"{_ADVISED} or more variants serve better than {len(texts)}", warning=True)
    return texts
