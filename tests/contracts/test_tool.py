"""What every tool promises, whatever a model writes into its arguments."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from greenroom.core.tools import ToolCall
from greenroom.ports.tools import LONGEST_S, Tool, ToolContext
from greenroom.realtime.sessions import FunctionTool
from greenroom.runtime.toolbox import MAX_OUTPUT_CHARS, Toolbox
from greenroom.tools import LookUp, read_tools
from tests.doubles.tool_server import tool_server

CONTEXT = ToolContext("session", "job_interview", {"jobTitle": "Engineer"}, ("The team has four engineers.",))
FILE = """
[ask_the_team]
description = "What the team's own page says"
url = "{url}"

[ask_the_team.parameters]
type = "object"
required = ["about"]
additionalProperties = false
[ask_the_team.parameters.properties.about]
type = "string"
minLength = 2
"""


@pytest.fixture(params=["look_up", "web"])
async def tool(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Tool]:
    if request.param == "look_up":
        yield LookUp()
        return
    async with tool_server() as server:
        (tmp_path / "tools.toml").write_text(FILE.format(url=server.url))
        [made] = read_tools(tmp_path / "tools.toml")
        yield made
        async with asyncio.timeout(2):
            while server.open:  # noqa: ASYNC110 a socket's other end tells nobody
                await asyncio.sleep(0)


def called(tool: Tool, arguments: str = '{"about":"team"}') -> ToolCall:
    return ToolCall("call_1", tool.spec.name, arguments)


async def test_it_is_described_as_the_protocol_wants_it(tool: Tool) -> None:
    spec = {"type": "function", **msgspec.to_builtins(tool.spec)}
    assert msgspec.convert(spec, FunctionTool).name == tool.spec.name
    assert tool.spec.description
    assert 0 < tool.limit_s <= LONGEST_S


async def test_it_answers_with_something_that_can_be_written_down(tool: Tool) -> None:
    output = await tool.call({"about": "team"}, CONTEXT)
    assert "four engineers" in msgspec.json.encode(output).decode()


async def test_it_can_be_called_by_many_at_once(tool: Tool) -> None:
    outputs = await asyncio.gather(*(tool.call({"about": "team"}, CONTEXT) for _ in range(5)))
    assert all(output == outputs[0] for output in outputs)


@pytest.mark.parametrize(
    "arguments", ["", "{", "[]", "null", "7", "{}", '{"about":7}', '{"about":"team","more":1}', "[" * 100_000, "\ud800"]
)
async def test_arguments_that_do_not_fit_its_schema_never_reach_it(tool: Tool, arguments: str) -> None:
    answer = await Toolbox([tool]).answer(called(tool, arguments), CONTEXT)
    assert answer.failed == "bad_arguments"
    assert msgspec.json.decode(answer.output)["error"]["code"] == "bad_arguments"


async def test_in_a_box_it_answers_the_model(tool: Tool) -> None:
    box = Toolbox([tool])
    assert box.specs("job_interview") == (tool.spec,)
    answer = await box.answer(called(tool), CONTEXT)
    assert answer.failed is None
    assert "four engineers" in answer.output
    assert len(answer.output) <= MAX_OUTPUT_CHARS


async def test_it_can_be_cancelled_at_any_moment(tool: Tool) -> None:
    """That nothing stays open is seen when the other side is taken down."""
    for moments in range(12):
        call: asyncio.Task[Any] = asyncio.ensure_future(tool.call({"about": "team"}, CONTEXT))
        for _ in range(moments):
            await asyncio.sleep(0)
        call.cancel()
        await asyncio.wait((call,))
        assert call.cancelled() or "four engineers" in str(call.result())
