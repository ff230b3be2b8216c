"""`look_up`: what the form says about something, so that the model need not make it up."""

from typing import Any

from greenroom.core.tools import ToolSpec
from greenroom.core.understanding.facts import answer_from
from greenroom.ports.tools import ToolContext


class LookUp:
    """A `Tool` of every scenario. It answers with one of the sentences that the candidate gave, never with another."""

    spec = ToolSpec(
        "look_up",
        "Find out what is known about what the candidate just asked, such as pay, hours or the team. Say nothing about "
        "such things that this did not give.",
        {
            "type": "object",
            "properties": {"about": {"type": "string", "minLength": 2, "maxLength": 200}},
            "required": ["about"],
            "additionalProperties": False,
        },
    )
    limit_s = 1.0

    def serves(self, scenario_id: str) -> bool:  # noqa: ARG002 every scenario has facts, if only none
        return True

    async def call(self, arguments: dict[str, Any], context: ToolContext) -> dict[str, str | None]:
        return {"known": answer_from(context.facts, arguments["about"])}
