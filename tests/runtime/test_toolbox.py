"""Tools that hang, fail or are wrong: the model is told so in time, and nothing else happens."""

import asyncio
from typing import Any

import msgspec
import pytest
import structlog

from greenroom.core.tools import ToolCall, ToolSpec
from greenroom.ports.tools import LONGEST_S, ToolContext, ToolFailed
from greenroom.runtime.toolbox import BadTool, Toolbox

CONTEXT = ToolContext("session", "job_interview", {}, ())
ANYTHING: dict[str, Any] = {"type": "object"}


class Odd:
    """A tool that does as its arguments say."""

    def __init__(self, name: str = "odd", schema: dict[str, Any] = ANYTHING, limit_s: float = 0.05) -> None:
        self.spec = ToolSpec(name, "Does odd things.", schema)
        self.limit_s = limit_s

    def serves(self, scenario_id: str) -> bool:
        return scenario_id == "job_interview"

    async def call(self, arguments: dict[str, Any], context: ToolContext) -> Any:
        match arguments.get("do"):
            case "hang":
                return await asyncio.Event().wait()
            case "fail":
                raise ToolFailed("The calendar is closed.")
            case "crash":
                raise KeyError("secret inner words")
            case "give an object":
                return object()
            case "give much":
                return "x" * 100_000
            case _:
                return {"done": True}


async def error_of(do: str, **changes: Any) -> tuple[str | None, str]:
    answer = await Toolbox([Odd()]).answer(
        ToolCall("c", changes.get("name", "odd"), msgspec.json.encode({"do": do}).decode()),
        msgspec.structs.replace(CONTEXT, scenario_id=changes.get("scenario_id", "job_interview")),
    )
    error = msgspec.json.decode(answer.output)["error"]
    assert error["code"] == answer.failed
    return answer.failed, error["message"]


async def test_one_that_hangs_is_answered_for_within_its_limit() -> None:
    async with asyncio.timeout(1):
        assert await error_of("hang") == ("tool_timeout", "It took too long.")


async def test_no_tool_may_take_longer_than_a_caller_can_wait() -> None:
    began = asyncio.get_running_loop().time()
    answer = await Toolbox([Odd(limit_s=60)]).answer(ToolCall("c", "odd", '{"do":"hang"}'), CONTEXT)
    assert answer.failed == "tool_timeout"
    assert asyncio.get_running_loop().time() - began < LONGEST_S + 1


async def test_one_that_fails_says_why() -> None:
    assert await error_of("fail") == ("tool_failed", "The calendar is closed.")


@pytest.mark.parametrize("do", ["crash", "give an object"])
async def test_one_that_is_broken_tells_the_log_and_not_the_model(do: str) -> None:
    with structlog.testing.capture_logs() as logs:
        assert await error_of(do) == ("tool_failed", "It could not be done.")
    [line] = logs
    assert (line["event"], line["tool"], line["sessionId"]) == ("tool failed", "odd", "session")


async def test_one_that_gives_too_much_is_answered_for() -> None:
    assert (await error_of("give much"))[0] == "tool_failed"


async def test_there_are_no_others() -> None:
    assert (await error_of("x", name="even"))[0] == "unknown_tool"
    assert (await error_of("x", scenario_id="sales_call"))[0] == "unknown_tool"
    assert Toolbox([Odd()]).specs("sales_call") == ()


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "string"},
        {"type": "object", "properties": 7},
        {"type": "object", "properties": {"a": {"type": "moon"}}},
        {"type": "object", "properties": {"a": {"pattern": "("}}},
        {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/schema"}}},
        {"type": "object", "properties": {"a": {"$ref": "file:///etc/passwd"}}},
        {"type": "object", "properties": {"a": {"$ref": "#/nowhere"}}},
    ],
)
def test_a_schema_that_is_none_is_found_before_any_call(schema: dict[str, Any]) -> None:
    with pytest.raises(BadTool, match="odd"):
        Toolbox([Odd(schema=schema)])


@pytest.mark.parametrize("name", ["odd", "end_call"])
def test_every_name_is_there_once(name: str) -> None:
    with pytest.raises(BadTool, match=name):
        Toolbox([Odd(), Odd(name)])
