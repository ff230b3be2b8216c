"""Connecting to a Realtime server, and every way in which that fails."""

import asyncio
import socket
from typing import Any
from unittest.mock import Mock

import pytest

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.engines.realtime import RealtimeEngine, RealtimeSettings
from greenroom.engines.realtime.connection import Connection
from greenroom.ports.engine import PastTurn
from greenroom.websocket import Heartbeats
from tests.doubles.engine_events import HeardEvents
from tests.engines.conftest import WANTED, Line, answered_with, open_sockets, until


def engine_at(url: str, **more: Any) -> RealtimeEngine:
    return RealtimeEngine(RealtimeSettings(url, "m", "sk-secret", **more), Heartbeats())


async def test_the_key_goes_in_a_header_and_the_model_in_the_url(line: Line) -> None:
    await line.open()
    request = line.double.requests[-1]
    assert request.headers["Authorization"] == "Bearer sk-secret"
    assert request.path == "/v1/realtime?model=gpt-realtime-2.1"
    assert "OpenAI-Beta" not in request.headers


async def test_the_key_may_go_in_azures_header(line: Line) -> None:
    settings = RealtimeSettings(line.double.url, api_key="azure-secret", key_header="api-key")
    leg = await RealtimeEngine(settings, line.heartbeats).open(line.heard, WANTED, ())
    request = line.double.requests[-1]
    assert request.headers["api-key"] == "azure-secret"
    assert "Authorization" not in request.headers
    await leg.close()


async def test_without_a_key_no_header_is_sent(line: Line) -> None:
    engine = RealtimeEngine(RealtimeSettings(line.double.url), line.heartbeats)
    leg = await engine.open(line.heard, WANTED, ())
    request = line.double.requests[-1]
    assert not {"Authorization", "api-key"} & set(request.headers)
    assert request.path == "/v1/realtime"
    await leg.close()


async def test_configuration_and_history_go_ahead_of_everything_else(line: Line) -> None:
    leg = await line.open(history=(PastTurn("interviewer", "Who?"), PastTurn("candidate", "Me.")))
    leg.say(Cue("c1", "question", "And?"))
    await line.server.got("response.create")
    kinds = [event["type"] for event in line.server.received]
    assert kinds == ["conversation.item.create", "conversation.item.create", "session.update", "response.create"]
    assert all(event["event_id"] for event in line.server.received)
    contents = [event["item"]["content"][0] for event in line.server.of_type("conversation.item.create")]
    assert contents == [{"type": "output_text", "text": "Who?"}, {"type": "input_text", "text": "Me."}]


def test_settings_never_show_the_key_or_a_secret_in_the_url() -> None:
    settings = RealtimeSettings("wss://user:pw@host:8443/v1?api-key=hidden", "gpt", "sk-secret")
    assert "secret" not in repr(settings)
    assert "hidden" not in repr(settings) + settings.shown
    assert settings.shown == "wss://host:8443/v1"
    assert settings.target == "wss://user:pw@host:8443/v1?api-key=hidden&model=gpt"
    assert settings.secure


@pytest.mark.parametrize("status", [400, 401, 403, 404, 301, 418, 200])
async def test_statuses_that_trying_again_does_not_change(line: Line, status: int) -> None:
    line.behaviour.http_status = status
    line.behaviour.http_body = b'{"error":{"code":"x","message":"Incorrect key provided: sk-secret"}}'
    with pytest.raises(EngineRefusal) as refusal:
        await line.open()
    assert str(status) in refusal.value.message
    assert "secret" not in refusal.value.message
    assert len(line.double.requests) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
async def test_statuses_that_may_pass(line: Line, status: int) -> None:
    line.behaviour.http_status = status
    line.behaviour.http_body = b"not json \xff"
    with pytest.raises(EngineUnreachable):
        await line.open()


async def test_too_many_requests_for_want_of_credit_is_a_refusal(line: Line) -> None:
    line.behaviour.http_status = 429
    line.behaviour.http_body = b'{"error":{"code":"insufficient_quota","message":"sk-secret"}}'
    with pytest.raises(EngineRefusal, match="no credit"):
        await line.open()


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        ("invalid_request_error", "invalid_api_key", EngineRefusal),
        ("invalid_request_error", "model_not_found", EngineRefusal),
        ("insufficient_quota", "insufficient_quota", EngineRefusal),
        ("server_error", "internal_error", EngineUnreachable),
        ("invalid_request_error", "session_expired", EngineUnreachable),
    ],
)
async def test_an_error_in_place_of_the_session(line: Line, kind: str, code: str, expected: type[Exception]) -> None:
    line.behaviour.error_first = (kind, code)
    with pytest.raises(expected):
        await line.open()
    assert not line.heard.facts


@pytest.mark.parametrize(
    ("code", "expected"),
    [(1013, EngineUnreachable), (1001, EngineUnreachable), (1000, EngineUnreachable), (3000, EngineRefusal)],
)
async def test_a_close_in_place_of_the_session(line: Line, code: int, expected: type[Exception]) -> None:
    line.behaviour.close_first = code
    with pytest.raises(expected):
        await line.open()
    assert not line.heard.facts


async def test_a_server_that_never_greets_is_given_up_in_time(line: Line) -> None:
    line.behaviour.greets = False
    engine = engine_at(line.double.url, connect_timeout_s=0.1)
    with pytest.raises(EngineUnreachable, match="in time"):
        await engine.open(line.heard, WANTED, ())
    await line.double.until(lambda: line.double.open == 0)


async def test_a_port_that_nobody_listens_on() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(EngineUnreachable, match="can't be reached"):
            await engine_at(f"ws://127.0.0.1:{port}/").open(HeardEvents(), WANTED, ())


async def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(EngineUnreachable):
        await engine_at("ws://nowhere.invalid/").open(HeardEvents(), WANTED, ())


async def test_an_address_that_is_none() -> None:
    with pytest.raises(EngineRefusal):
        await engine_at("http://127.0.0.1/").open(HeardEvents(), WANTED, ())


async def test_a_server_that_hangs_up_before_it_answers() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with await answered_with(hang_up) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(EngineUnreachable):
            await engine_at(f"ws://127.0.0.1:{port}/").open(HeardEvents(), WANTED, ())


@pytest.mark.parametrize("greeting", ["never answers", "never greets"])
async def test_cancelling_leaves_nothing_open(line: Line, greeting: str) -> None:
    asked, ended = asyncio.Event(), asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await reader.read()  # until the other side is gone
        writer.close()
        ended.set()

    before = open_sockets()
    async with await answered_with(hold) as server:
        if greeting == "never greets":
            line.behaviour.greets = False
            engine = engine_at(line.double.url)
        else:
            engine = engine_at(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        opening = asyncio.create_task(engine.open(line.heard, WANTED, ()))
        if greeting == "never greets":
            await line.double.until(lambda: line.double.open == 1)
        else:
            await asked.wait()
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        if greeting == "never greets":
            await line.double.until(lambda: line.double.open == 0)
        else:
            async with asyncio.timeout(1):
                await ended.wait()
    await until(lambda: open_sockets() == before)
    assert not line.heard.facts


async def test_a_leg_lost_while_it_is_opened_is_told_to_the_opener_only(line: Line) -> None:
    line.behaviour.greets = False
    opening = asyncio.create_task(line.open())
    await line.double.until(lambda: line.double.open == 1)
    await line.server.close(1012)
    with pytest.raises(EngineUnreachable, match="closed_1012"):
        await opening
    assert not line.heard.of(s.EngineLost)


def test_a_handshake_that_is_done_too_late_opens_nothing() -> None:
    heartbeats = Heartbeats()
    connection = Connection(heartbeats, lambda kind, data: None, lambda code: None)
    connection.leave()
    transport = Mock()
    connection.on_ws_connected(transport)
    transport.disconnect.assert_called_once_with(False)
    assert len(heartbeats) == 0
