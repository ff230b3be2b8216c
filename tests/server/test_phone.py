import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection

from greenroom.server.surface import Patiences
from tests.server.echo import until
from tests.server.fakes import FakeSession, House, close_of, house, next_json

PAYLOAD = base64.b64encode(b"\xff" * 160).decode()
NO_TOKEN = {"GREENROOM_PHONE_REQUIRE_TOKEN": "false"}


async def tell(socket: ClientConnection, event: str, **fields: Any) -> None:
    await socket.send(json.dumps({"event": event, "streamSid": "MZ1", **fields}))


async def start(socket: ClientConnection, token: str | None, **parameters: str) -> None:
    parameters |= {"token": token} if token is not None else {}
    await tell(socket, "connected", protocol="Call", version="1.0.0")
    await tell(socket, "start", start={"streamSid": "MZ1", "callSid": "CA1", "customParameters": parameters})


async def media(socket: ClientConnection, payload: Any = PAYLOAD) -> None:
    await tell(socket, "media", media={"track": "inbound", "chunk": "1", "timestamp": "5", "payload": payload})


async def called(at: House, socket: ClientConnection, session: FakeSession) -> None:
    before = len(session.calls)
    await start(socket, at.ticket(session, "stream"))
    await until(lambda: len(session.calls) == before + 1)


async def test_a_stream_with_a_token_becomes_its_sessions_caller(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/call") as socket:
        session = await at.session()
        await called(at, socket, session)
        call = session.calls[0]
        assert (call.leg.stream_sid, call.leg.audio_format) == ("MZ1", "audio/pcmu")
        assert at.metrics.legs_open["caller"] == 1
        await media(socket)
        await tell(socket, "dtmf", dtmf={"digit": "5"})
        await tell(socket, "mark", mark={"name": "r1:1"})
        call.leg.send_audio(b"AAAA")
        assert await next_json(socket) == {"event": "media", "streamSid": "MZ1", "media": {"payload": "AAAA"}}
        call.leg.clear()
        assert (await next_json(socket))["event"] == "clear"
        await tell(socket, "stop")
        await until(lambda: len(call.said) == 3)
        assert call.said == [("audio", PAYLOAD.encode()), ("mark", "r1:1"), ("hung up",)]


async def test_the_end_of_the_session_closes_the_stream(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/call") as socket:
        session = await at.session()
        await called(at, socket, session)
        session.ask_end("time_limit")
        assert await close_of(socket) == (1000, "time_limit")
        assert session.calls[0].said == []


async def test_a_broken_line_is_a_loss_and_a_clean_close_a_hang_up(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        session = await at.session()
        async with at.connect("/call") as socket:
            await called(at, socket, session)
            socket.transport.abort()
            await until(lambda: session.calls[0].said == [("lost", "1006")])
        async with at.connect("/call") as socket:
            await called(at, socket, session)
        await until(lambda: session.calls[1].said == [("hung up",)])


async def test_a_second_stream_replaces_the_first(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/call") as first, at.connect("/call") as second:
        session = await at.session()
        await called(at, first, session)
        await called(at, second, session)
        assert await close_of(first) == (4409, "replaced")
        await media(second)
        await until(lambda: len(session.calls[1].said) == 1)
        assert session.calls[0].said == []


@pytest.mark.parametrize("case", ["none", "unknown", "spent", "observer", "expired"])
async def test_without_a_good_token_the_stream_is_closed_with_4401(tmp_path: Path, case: str) -> None:
    async with house(tmp_path) as at, at.connect("/call") as socket:
        session = await at.session()
        token = at.ticket(session, "observer" if case == "observer" else "stream")
        if case == "spent":
            at.surface.tickets.redeem(token, "stream", at.clock.now())
        if case == "expired":
            at.clock.at += 15 * 60 + 1
        with capture_logs() as lines:
            await start(socket, {"none": None, "unknown": "x" * 32}.get(case, token))
            assert (await close_of(socket))[0] == 4401
        assert session.calls == []
        assert [line["event"] for line in lines] == ["caller refused"]
        assert token not in repr(lines)


async def test_a_token_of_a_session_that_is_over_gives_4404(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/call") as socket:
        session = await at.session()
        token = at.ticket(session, "stream")
        session.status = "ended"
        await start(socket, token)
        assert (await close_of(socket))[0] == 4404


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (["media"], 1008),
        (["stop"], 1008),
        (["start", "start"], 1008),
        (["start", "bad base64"], 1003),
        (["start", "not json"], 1003),
        (["start", "binary"], 1003),
        (["start", "big"], 1009),
        (["not json"], 1003),
        (["binary"], 1003),
        (["unknown"], 1003),
        (["big"], 1009),
    ],
)
async def test_bad_input_is_closed_with_a_clear_code_and_one_line(tmp_path: Path, frames: list[str], code: int) -> None:
    async with house(tmp_path) as at, at.connect("/call") as socket:
        session = await at.session()
        token = at.ticket(session, "stream")
        with capture_logs() as lines:
            for frame in frames:
                match frame:
                    case "media":
                        await media(socket)
                    case "stop":
                        await tell(socket, "stop")
                    case "start":
                        await start(socket, token)
                        # picows leaves out a frame that comes in one piece with one that breaks the rules.
                        await until(lambda: bool(session.calls))
                    case "bad base64":
                        await media(socket, "no base64!")
                    case "not json":
                        await socket.send("hello")
                    case "binary":
                        await socket.send(b"\x00\x01")
                    case "unknown":
                        await tell(socket, "novelty")
                    case _:
                        await media(socket, "A" * (2 << 20))
            assert (await close_of(socket))[0] == code
        assert len([line for line in lines if line["event"] == "caller refused"]) == (code != 1009)
        if frames[0] == "start":
            await until(lambda: session.calls[0].said == [("lost", str(code))])
        await until(lambda: at.metrics.rejected_by_code.total() >= 1)


async def test_a_start_that_never_comes_is_closed_with_1008(tmp_path: Path) -> None:
    async with house(tmp_path, patiences=Patiences(attach_within_s=0.05)) as at, at.connect("/call") as socket:
        await tell(socket, "connected")
        assert (await close_of(socket))[0] == 1008


async def test_where_no_token_is_required_a_stream_has_a_session_of_its_own(tmp_path: Path) -> None:
    async with house(tmp_path, environ=NO_TOKEN) as at, at.connect("/call") as socket:
        await start(socket, None, jobTitle="Cook", company="Inn", voice="echo", callerName="x")
        await media(socket)
        await until(lambda: bool(at.directory.sessions) and bool(at.directory.sessions["s1"].calls))
        session = at.directory.sessions["s1"]
        assert (session.owner_id, session.channel) == ("", "phone")
        assert session.wanted["config"] == {"jobTitle": "Cook", "company": "Inn", "jobDescription": ""}
        assert (session.wanted["scenarioId"], session.wanted["voice"]) == ("job_interview", "echo")
        await media(socket)
        await until(lambda: ("audio", PAYLOAD.encode()) in session.calls[0].said)


async def test_a_wrong_token_is_refused_even_where_none_is_required(tmp_path: Path) -> None:
    async with house(tmp_path, environ=NO_TOKEN) as at, at.connect("/call") as socket:
        await start(socket, "wrong")
        assert (await close_of(socket))[0] == 4401
        assert at.directory.sessions == {}


async def test_a_session_that_can_not_be_made_closes_the_stream(tmp_path: Path) -> None:
    async with house(tmp_path, environ=NO_TOKEN) as at:
        at.directory.not_ready = "server_full"
        async with at.connect("/call") as socket:
            await start(socket, None)
            assert await close_of(socket) == (1012, "server_full")
        at.directory.not_ready = None
        async with at.connect("/call") as socket:
            await start(socket, None, scenarioId="other", bad="1")
            assert await close_of(socket) == (1008, "bad_configuration")


async def test_fifty_calls_at_once_hear_only_their_own(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        sessions = [await at.session() for _ in range(50)]
        connections = [await at.connect("/call") for _ in sessions]
        for socket, session in zip(connections, sessions, strict=True):
            await start(socket, at.ticket(session, "stream"))
        payloads = [base64.b64encode(str(number).encode() * 3).decode() for number in range(100, 150)]
        for _ in range(5):
            for socket, payload in zip(connections, payloads, strict=True):
                await media(socket, payload)
        await until(lambda: all(session.calls and len(session.calls[0].said) == 5 for session in sessions))
        for session, payload in zip(sessions, payloads, strict=True):
            assert session.calls[0].said == [("audio", payload.encode())] * 5
        await asyncio.gather(*(socket.close() for socket in connections))
