"""A scenario as a folder: `scenario.toml` and `questions.toml`."""

import threading
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import Any

from greenroom.core.errors import BadConfiguration
from greenroom.core.plan import Plan
from greenroom.scenarios.content import content_of
from greenroom.scenarios.form import clean
from greenroom.scenarios.planning import Planner
from greenroom.scenarios.schema import Content

_SHOWN_VOICE_CHARS = 40


class FolderScenario:
    """The scenario in one folder. Nothing of it is read before it is asked for; then `BrokenScenario` may be raised."""

    def __init__(self, folder: Traversable, shown_as: str = "") -> None:
        self.scenario_id = folder.name
        self._folder = folder
        self._shown_as = shown_as or folder.name
        self._lock = threading.Lock()

    def describe(self) -> dict[str, Any]:
        content = self.content
        return {
            "scenarioId": self.scenario_id,
            "title": content.title,
            "description": content.description,
            "fields": content.form.describe(),
            "voices": list(content.voices),
            "defaultVoice": content.default_voice,
        }

    def check(self, config: dict[str, Any], voice: str) -> tuple[dict[str, Any], str]:
        return self.content.form.check(config), self._voice(voice)

    def plan(self, config: dict[str, Any], seed: int, round: int = 0) -> Plan:  # noqa: A002 - the port's word
        return self._planner.plan(config, seed, round)

    def warm_up(self) -> None:
        """Read the folder and prepare for the first plan: about 0.1 s, in any thread."""
        self._planner.warm_up()

    @property
    def content(self) -> Content:
        return self._read[0]

    @property
    def _planner(self) -> Planner:
        return self._read[1]

    @property
    def _read(self) -> tuple[Content, Planner]:
        with self._lock:
            return self._made

    @cached_property
    def _made(self) -> tuple[Content, Planner]:
        content = content_of(self._folder, self._shown_as)
        return content, Planner(content)

    def _voice(self, voice: object) -> str:
        content = self.content
        if voice is None or voice == "":
            return content.default_voice
        if not isinstance(voice, str):
            raise BadConfiguration("voice must be a text")
        if voice not in content.voices:
            known = ", ".join(content.voices)
            raise BadConfiguration(f"voice must be one of {known}; {clean(voice)[:_SHOWN_VOICE_CHARS]!r} is not")
        return voice
