"""Tools: functions that a scenario lets the voice model call."""

from typing import Any, Protocol

import msgspec

from greenroom.core.tools import ToolSpec

LONGEST_S = 3.0
"""A tool that takes longer is answered for: somebody waits on the phone."""


class ToolContext(msgspec.Struct, frozen=True):
    """What a call is about."""

    session_id: str
    scenario_id: str
    config: dict[str, Any]
    """The form's content."""
    facts: tuple[str, ...]
    """Sentences that the form has about the subject."""


class ToolFailed(Exception):
    """It could not be done. The message is for the model, and in its log for the operator."""


class Tool(Protocol):
    """One function. It may be called by many sessions at once."""

    spec: ToolSpec
    limit_s: float
    """How long it may take, `LONGEST_S` at most."""

    def serves(self, scenario_id: str) -> bool:
        """Whether sessions of this scenario may call it."""
        ...

    async def call(self, arguments: dict[str, Any], context: ToolContext) -> Any:
        """Do it, with arguments that fit the schema; what it gives can be written as JSON. Raises `ToolFailed`.

        It is cancelled when its time is up or the session ends.
        """
        ...
