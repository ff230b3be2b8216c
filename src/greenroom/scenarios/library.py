"""Every scenario there is: those in this package, and those in a folder of one's own."""

import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from greenroom.scenarios.content import QUESTIONS_FILE, SCENARIO_FILE, read_content
from greenroom.scenarios.folder import FolderScenario
from greenroom.scenarios.problems import BrokenScenario, Problem, errors_in

DEFAULT = "job_interview"
_ID = re.compile(r"[a-z][a-z0-9_-]*")


@cache
def load(extra: Path | None = None) -> dict[str, FolderScenario]:
    """All scenarios by their id, the job interview first.

    `extra` is a folder of scenario folders, or one scenario folder; one with the id of a shipped scenario takes its
    place. Those of `extra` are read at once, and `BrokenScenario` is raised with all the mistakes of all of them; the
    shipped ones are read when they are first used.
    """
    found = {scenario.scenario_id: scenario for scenario in _shipped()}
    if extra is not None:
        problems = errors_in(check(extra))
        if problems:
            raise BrokenScenario(problems)
        found |= {folder.name: FolderScenario(folder) for folder in _folders_in(extra)}
    return found


def check(folder: Path) -> list[Problem]:
    """All mistakes and warnings of a scenario folder, or of the scenario folders in a folder."""
    folders = _folders_in(folder)
    if not folders:
        what = f"expected a folder with a {SCENARIO_FILE} in it or in a folder below it, found none"
        return [Problem(str(folder), 0, "", what)]
    problems: list[Problem] = []
    for one in folders:
        if not _ID.fullmatch(one.name):
            wanted = "expected a folder's name of small letters, digits, - and _, begun with a letter"
            problems.append(Problem(one.name, 0, "", f"{wanted}, found {one.name!r}"))
        problems += read_content(one, "" if one == folder.resolve() else one.name).problems
    return problems


def warm_up(extra: Path | None = None) -> None:
    """Read every scenario and load the word vectors, so that no first plan has to wait. For a thread of its own."""
    for scenario in load(extra).values():
        scenario.warm_up()


@cache
def _shipped() -> tuple[FolderScenario, ...]:
    folders = [entry for entry in files("greenroom.scenarios").iterdir() if _is_scenario(entry)]
    folders.sort(key=lambda entry: (entry.name != DEFAULT, entry.name))
    return tuple(FolderScenario(folder) for folder in folders)


def _folders_in(folder: Path) -> list[Path]:
    """The scenario folders; one with questions alone is taken for one that lacks its other file."""
    folder = folder.resolve()
    if _is_scenario(folder):
        return [folder]
    if not folder.is_dir():
        return []
    below = sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    return [entry for entry in below if _is_scenario(entry) or (entry / QUESTIONS_FILE).is_file()]


def _is_scenario(folder: Traversable) -> bool:
    return (folder / SCENARIO_FILE).is_file()
