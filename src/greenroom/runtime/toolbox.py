"""All the tools there are: which of them a scenario has, and their calls, checked, bounded and answered whatever happens."""

import asyncio
import re
from collections.abc import Callable, Iterable
from typing import Any, cast

import msgspec
import structlog

from greenroom.core.tools import DIRECTED, ToolCall, ToolSpec
from greenroom.ports.tools import LONGEST_S, Tool, ToolContext, ToolFailed

MAX_ARGUMENT_CHARS = 16_000
MAX_OUTPUT_CHARS = 8_000

log = structlog.get_logger()

Check = Callable[[Any], Any]


class BadTool(Exception):
    """A tool can't be offered; the message says which, and why."""


class Answer(msgspec.Struct, frozen=True):
    """What the model is told: JSON text, and a code when it is an error."""

    output: str
    failed: str | None = None


class Toolbox:
    """Raises `BadTool` for a name that is taken or a schema that is none."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        self._tools: dict[str, Tool] = {}
        self._checks: dict[str, Check] = {}
        directed = {spec.name for spec in DIRECTED}
        for tool in tools:
            name = tool.spec.name
            if name in self._tools or name in directed:
                raise BadTool(f"there are two tools of the name {name}")
            self._tools[name] = tool
            self._checks[name] = _compiled(tool.spec)

    def specs(self, scenario_id: str) -> tuple[ToolSpec, ...]:
        """What sessions of this scenario may call."""
        return tuple(tool.spec for tool in self._tools.values() if tool.serves(scenario_id))

    async def answer(self, call: ToolCall, context: ToolContext) -> Answer:
        """What it gave, or why there is nothing. Raises nothing but the cancellation."""
        tool = self._tools.get(call.name)
        if tool is None or not tool.serves(context.scenario_id):
            return _error("unknown_tool", f"There is no function {call.name[:64]}.")
        try:
            arguments = self._arguments(call)
            async with asyncio.timeout(min(tool.limit_s, LONGEST_S)):
                output = msgspec.json.encode(await tool.call(arguments, context)).decode()
        except _BadArguments as error:
            return _error("bad_arguments", str(error))
        except TimeoutError:
            return _error("tool_timeout", "It took too long.")
        except ToolFailed as error:
            return _error("tool_failed", str(error))
        except Exception:
            # Whatever a plug-in does wrong, somebody is on the phone and is to hear an answer.
            log.exception("tool failed", sessionId=context.session_id, tool=call.name)
            return _error("tool_failed", "It could not be done.")
        if len(output) > MAX_OUTPUT_CHARS:
            return _error("tool_failed", "It gave more than can be told.")
        return Answer(output)

    def _arguments(self, call: ToolCall) -> dict[str, Any]:
        if len(call.arguments) > MAX_ARGUMENT_CHARS:
            raise _BadArguments("The arguments are too long.")
        try:
            arguments = msgspec.json.decode(call.arguments or "{}")
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise _BadArguments("The arguments are no JSON.") from None
        if not isinstance(arguments, dict):
            raise _BadArguments("The arguments are no object.")
        self._checks[call.name](arguments)
        return cast("dict[str, Any]", arguments)


class _BadArguments(Exception):
    """The model's own mistake, in words for it."""


def _compiled(spec: ToolSpec) -> Check:
    # Takes 35 ms to import, and most servers have no tools.
    import fastjsonschema

    if spec.parameters.get("type") != "object":
        raise BadTool(f"the schema of the tool {spec.name} is not of an object")
    try:
        # A schema may point at others only within itself: nothing is fetched.
        validate = fastjsonschema.compile(
            spec.parameters, handlers=dict.fromkeys(("http", "https", "file", "ftp"), _none)
        )
    except (fastjsonschema.JsonSchemaDefinitionException, ValueError, TypeError, AttributeError, re.error) as error:
        raise BadTool(f"the schema of the tool {spec.name} is none: {error}") from None

    def check(arguments: Any) -> None:
        try:
            validate(arguments)
        except fastjsonschema.JsonSchemaValueException as error:
            raise _BadArguments(str(error.message)) from None

    return check


def _none(uri: str) -> Any:
    raise ValueError(f"{uri} is outside of the schema")


def _error(code: str, message: str) -> Answer:
    return Answer(msgspec.json.encode({"error": {"code": code, "message": message}}).decode(), code)
