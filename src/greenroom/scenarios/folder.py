"""A scenario as a folder: `scenario.toml` with its form and voices, and `plan.py`, whose `make` makes the plan."""

import importlib
import tomllib
from collections.abc import Callable
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import Any

from greenroom.core.errors import BadConfiguration
from greenroom.core.plan import Plan
from greenroom.scenarios.form import Form, clean, form_from

_SHOWN_VOICE_CHARS = 40


class FolderScenario:
    """The scenario in one folder of this package. Nothing of it is read before it is asked for."""

    def __init__(self, folder: Traversable) -> None:
        self.scenario_id = folder.name
        self._folder = folder

    def describe(self) -> dict[str, Any]:
        return {
            "scenarioId": self.scenario_id,
            "title": self._tables["title"],
            "description": self._tables["description"],
            "fields": self._form.describe(),
            "voices": list(self._tables["voices"]),
            "defaultVoice": self._tables["default_voice"],
        }

    def check(self, config: dict[str, Any], voice: str) -> tuple[dict[str, Any], str]:
        return self._form.check(config), self._voice(voice)

    def plan(self, config: dict[str, Any], seed: int) -> Plan:
        return self._make(config, seed)

    @cached_property
    def _tables(self) -> dict[str, Any]:
        return read_tables(self._folder / "scenario.toml")

    @cached_property
    def _form(self) -> Form:
        return form_from(self._tables["fields"])

    @cached_property
    def _make(self) -> Callable[[dict[str, Any], int], Plan]:
        return importlib.import_module(f"greenroom.scenarios.{self.scenario_id}.plan").make

    def _voice(self, voice: object) -> str:
        if voice is None or voice == "":
            return self._tables["default_voice"]
        if not isinstance(voice, str):
            raise BadConfiguration("voice must be a text")
        if voice not in self._tables["voices"]:
            known = ", ".join(self._tables["voices"])
            raise BadConfiguration(f"voice must be one of {known}; {clean(voice)[:_SHOWN_VOICE_CHARS]!r} is not")
        return voice


def read_tables(file: Traversable) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
