"""Scenario folders for tests: the orchard, which uses all of the format, and copies of it with mistakes."""

import shutil
from pathlib import Path

from greenroom.scenarios.folder import FolderScenario

ORCHARD = Path(__file__).parent / "orchard"


def orchard() -> FolderScenario:
    return FolderScenario(ORCHARD)


def copied(to: Path) -> Path:
    return Path(shutil.copytree(ORCHARD, to / "orchard"))


def changed(folder: Path, file: str, old: str, new: str) -> int:
    """Put `new` in the place of `old`, which is there once; the line on which it begins."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1
