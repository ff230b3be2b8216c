"""Tools behind URLs: how their file is read, and what comes of servers that are not as they should be."""

from pathlib import Path

import msgspec
import pytest

from greenroom.config import ConfigurationError, read
from greenroom.core.tools import ToolCall
from greenroom.ports.tools import ToolContext
from greenroom.runtime.toolbox import Toolbox
from greenroom.tools import WebTool, read_tools
from greenroom.tools.web import BadToolsFile
from greenroom.wiring import make_toolbox
from tests.doubles.tool_server import ToolServer, tool_server

CONTEXT = ToolContext("s1", "job_interview", {"jobTitle": "A secret of the form"}, ())
DOCS = Path(__file__).parents[2] / "docs" / "engines.md"


def tools_in(folder: Path, text: str) -> list[WebTool]:
    path = folder / "tools.toml"
    path.write_text(text)
    return read_tools(path)


async def outcome(server: ToolServer, tmp_path: Path, more: str = "") -> str | None:
    [tool] = tools_in(tmp_path, f'[ask]\ndescription = "d"\nurl = "{server.url}"\nseconds = 0.3\n{more}')
    answer = await Toolbox([tool]).answer(ToolCall("c", "ask", '{"about":"pay"}'), CONTEXT)
    return answer.failed


async def test_it_is_told_the_arguments_and_whose_they_are_and_no_more(tmp_path: Path) -> None:
    async with tool_server() as server:
        assert await outcome(server, tmp_path, 'headers = { Authorization = "Bearer t" }') is None
        assert server.asked == [{"arguments": {"about": "pay"}, "sessionId": "s1", "scenarioId": "job_interview"}]
        assert "bearer t" in server.headers[0].lower()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": 500}, "tool_failed"),
        ({"status": 302}, "tool_failed"),
        ({"body": b"<html>"}, "tool_failed"),
        ({"body": b'"\xff"'}, "tool_failed"),
        ({"body": b'"' + b"x" * 200_000 + b'"'}, "tool_failed"),
        ({"hangs": True}, "tool_timeout"),
    ],
)
async def test_a_server_that_is_not_as_it_should_be_is_an_answer_to_the_model(
    tmp_path: Path, change: dict[str, object], code: str
) -> None:
    async with tool_server() as server:
        for name, value in change.items():
            setattr(server, name, value)
        assert await outcome(server, tmp_path) == code


async def test_so_is_one_that_is_not_there(tmp_path: Path) -> None:
    assert await outcome(ToolServer("http://127.0.0.1:9/"), tmp_path) == "tool_failed"


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "ask = 7",
        '[ask]\nurl = "http://x/"',
        '[ask]\ndescription = "d"\nurl = "ftp://x/"',
        '[ask]\ndescription = "d"\nurl = "http://x/"\nseconds = 30',
        '[ask]\ndescription = "d"\nurl = "http://x/"\nsecond = 1',
        '["not a name"]\ndescription = "d"\nurl = "http://x/"',
    ],
)
def test_mistakes_in_the_file_stop_the_start_with_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadToolsFile) as caught:
        tools_in(tmp_path, text)
    settings = read({"GREENROOM_ENGINE": "openai", "GREENROOM_TOOLS": str(tmp_path / "tools.toml")}, tmp_path)
    with pytest.raises(ConfigurationError, match="GREENROOM_TOOLS") as told:
        make_toolbox(settings.engine)
    assert str(caught.value) in str(told.value)
    assert "\n" not in str(told.value).strip()


def test_the_example_in_the_docs_is_one(tmp_path: Path) -> None:
    example = DOCS.read_text().partition("```toml\n")[2].partition("```")[0]
    [tool] = tools_in(tmp_path, example)
    assert tool.serves("job_interview")
    assert not tool.serves("sales_call")
    settings = read({"GREENROOM_ENGINE": "openai", "GREENROOM_TOOLS": str(tmp_path / "tools.toml")}, tmp_path)
    offered = make_toolbox(settings.engine).specs("job_interview")
    assert [spec.name for spec in offered] == ["look_up", tool.spec.name]
    assert msgspec.json.encode(tool.spec)


def test_an_engine_that_takes_no_functions_has_none(tmp_path: Path) -> None:
    assert make_toolbox(read({}, tmp_path).engine).specs("job_interview") == ()
