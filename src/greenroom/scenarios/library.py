"""Every scenario there is: a folder with a `scenario.toml` is one."""

from functools import cache
from importlib.resources import files

from greenroom.ports.scenario import Scenario
from greenroom.scenarios.folder import FolderScenario

DEFAULT = "job_interview"


@cache
def _found() -> tuple[FolderScenario, ...]:
    folders = sorted(files("greenroom.scenarios").iterdir(), key=lambda entry: (entry.name != DEFAULT, entry.name))
    return tuple(FolderScenario(folder) for folder in folders if (folder / "scenario.toml").is_file())


def load() -> dict[str, Scenario]:
    """All scenarios by their id, the job interview first. Cheap: a folder's files are read when it is first used."""
    return {scenario.scenario_id: scenario for scenario in _found()}
