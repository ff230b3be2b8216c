"""A scenario: what is practised."""

from typing import Any, Protocol

from greenroom.core.plan import Plan


class Scenario(Protocol):
    """One kind of conversation: its form, its voices and the plan made from a filled-in form."""

    scenario_id: str

    def describe(self) -> dict[str, Any]:
        """What `GET /api/scenarios` shows: `{scenarioId, title, description, fields, voices, defaultVoice}`."""
        ...

    def check(self, config: dict[str, Any], voice: str) -> tuple[dict[str, Any], str]:
        """The form's content with defaults filled in, and the voice. Raises `BadConfiguration`, naming the field."""
        ...

    def plan(self, config: dict[str, Any], seed: int, round: int = 0) -> Plan:  # noqa: A002 - the field's word
        """The plan for a checked configuration; the same for the same arguments.

        `round` counts the person's earlier practices of this scenario: with the same form, the first five share no
        question. `seed` varies the wording around the questions, never which questions come.
        """
        ...
