"""What holds for a scenario that doesn't say it itself: `defaults.toml`, and the lines that all share."""

from functools import cache
from importlib.resources import files

from greenroom.scenarios.reading import Document, Table, read_document

_FOLDER = files("greenroom.scenarios")


@cache
def _document() -> Document:
    return read_document(_FOLDER / "defaults.toml", "defaults.toml")


def table() -> Table:
    """The defaults, in the form of a scenario.toml; they are right, which a test holds."""
    return _document().root()


def style() -> Table:
    return table().table("styles").table("default")


def shared_lines() -> Document:
    """`lines.toml`, read anew."""
    return read_document(_FOLDER / "lines.toml", "lines.toml")
