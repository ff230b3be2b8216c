"""Tools of an operator's own: functions behind URLs, described in a TOML file."""

import http
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from greenroom.core.tools import ToolSpec
from greenroom.ports.tools import LONGEST_S, ToolContext, ToolFailed

MAX_ANSWER_BYTES = 64 * 1024


class BadToolsFile(Exception):
    """The file can't be used; the message is one line that says where and why."""


class _Described(msgspec.Struct, forbid_unknown_fields=True):
    """A tool as the file has it."""

    description: str
    url: str
    parameters: dict[str, Any] = msgspec.field(default_factory=lambda: {"type": "object", "properties": {}})
    seconds: float = 2.0
    scenarios: tuple[str, ...] = ()
    """Empty: all of them."""
    headers: dict[str, str] = {}


class WebTool:
    """A `Tool` that is a `POST` to a URL: `{"arguments", "sessionId", "scenarioId"}` as JSON, answered with JSON.

    Nothing of the form is sent but what the model puts into the arguments.
    """

    def __init__(self, name: str, described: _Described) -> None:
        self.spec = ToolSpec(name, described.description, described.parameters)
        self.limit_s = described.seconds
        self._described = described

    def serves(self, scenario_id: str) -> bool:
        return not self._described.scenarios or scenario_id in self._described.scenarios

    async def call(self, arguments: dict[str, Any], context: ToolContext) -> Any:
        import httpx2

        body = {"arguments": arguments, "sessionId": context.session_id, "scenarioId": context.scenario_id}
        told = self._described
        try:
            async with (
                httpx2.AsyncClient(timeout=self.limit_s, trust_env=False) as client,
                client.stream("POST", told.url, json=body, headers=told.headers) as response,
            ):
                if response.status_code != http.HTTPStatus.OK:
                    raise ToolFailed(f"It answered with HTTP {response.status_code}.")
                answer = bytearray()
                async for piece in response.aiter_bytes():
                    answer += piece
                    if len(answer) > MAX_ANSWER_BYTES:
                        raise ToolFailed("It gave more than can be told.")
        except httpx2.TimeoutException:
            raise TimeoutError from None
        except httpx2.HTTPError:
            raise ToolFailed("It can't be reached.") from None
        try:
            return msgspec.json.decode(answer)
        except (msgspec.DecodeError, UnicodeError):
            raise ToolFailed("It did not answer with JSON.") from None


def read_tools(path: Path) -> list[WebTool]:
    """The tools of this file, one table each. Raises `BadToolsFile`."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadToolsFile(f"{path}: {error}") from None
    return [_tool(path, name, table) for name, table in tables.items()]


def _tool(path: Path, name: str, table: Any) -> WebTool:
    try:
        described = msgspec.convert(table, _Described)
    except msgspec.ValidationError as error:
        raise BadToolsFile(f"{path}: {name}: {error}") from None
    if not name.isascii() or not name.isidentifier() or len(name) > 64:
        raise BadToolsFile(f"{path}: {name}: expected a name of letters, digits and _")
    if not described.url.startswith(("http://", "https://")):
        raise BadToolsFile(f"{path}: {name}: expected a url of http:// or https://")
    if not 0 < described.seconds <= LONGEST_S:
        raise BadToolsFile(f"{path}: {name}: expected seconds up to {LONGEST_S:g}")
    return WebTool(name, described)
