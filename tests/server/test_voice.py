import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection

from greenroom.server.surface import Patiences
from tests.server.echo import until
from tests.server.fakes import FakeSession, House, close_of, house, next_json

FRAME = bytes(range(240)) * 4


async def say(socket: ClientConnection, kind: str, **fields: Any) -> None:
    await socket.send(json.dumps({"type": kind, **fields}))


async def join(socket: ClientConnection, session_id: str, ticket: str, rate_hz: int = 24000) -> None:
    await say(socket, "join", sessionId=session_id, ticket=ticket, sampleRateHz=rate_hz)


async def joined(at: House, socket: ClientConnection, session: FakeSession) -> None:
    await join(socket, session.session_id, at.ticket(session, "voice"))
    assert await next_json(socket) == {"type": "joined", "sessionId": session.session_id, "sampleRateHz": 24000}


async def test_a_page_with_a_ticket_becomes_its_sessions_caller(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/voice") as socket:
        session = await at.session("browser")
        await joined(at, socket, session)
        call = session.calls[0]
        assert call.leg.audio_format == "audio/pcm"
        assert (at.metrics.legs_open["caller"], at.metrics.sockets_open["voice"]) == (1, 1)
        await socket.send(FRAME)
        await say(socket, "mark.played", name="m1")
        await say(socket, "cleared", replyId="r1", playedMs=840)
        await until(lambda: len(call.said) == 3)
        assert [said[0] for said in call.said] == ["audio", "mark", "cleared"]
        call.leg.reply_started("r1", 0)
        call.leg.send_audio(b"AAAA" * 2)
        call.leg.clear()
        assert await next_json(socket) == {"type": "reply.started", "replyId": "r1", "fromMs": 0}
        assert await socket.recv() == bytes(6)
        assert await next_json(socket) == {"type": "clear"}


async def test_the_end_of_the_session_is_told_with_its_reason(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/voice") as socket:
        session = await at.session("browser")
        await joined(at, socket, session)
        session.ask_end("time_limit")
        assert await next_json(socket) == {"type": "end", "reason": "time_limit"}
        assert await close_of(socket) == (1000, "time_limit")
        assert session.calls[0].said == []


async def test_a_second_join_replaces_the_first(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/voice") as first, at.connect("/voice") as second:
        session = await at.session("browser")
        await joined(at, first, session)
        await joined(at, second, session)
        assert await close_of(first) == (4409, "replaced")
        await second.send(FRAME)
        await until(lambda: len(session.calls[1].said) == 1)
        assert session.calls[0].said == []
        assert at.metrics.legs_open["caller"] == 1


async def test_a_page_that_is_gone_is_lost_and_may_join_again(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        session = await at.session("browser")
        async with at.connect("/voice") as socket:
            await joined(at, socket, session)
            socket.transport.abort()
            await until(lambda: session.calls[0].said == [("lost", "1006")])
        async with at.connect("/voice") as socket:
            await joined(at, socket, session)
        await until(lambda: session.calls[1].said == [("lost", "1000")])


@pytest.mark.parametrize("case", ["unknown", "spent", "observer", "expired", "another's"])
async def test_without_a_good_ticket_the_page_is_closed_with_4401(tmp_path: Path, case: str) -> None:
    async with house(tmp_path) as at, at.connect("/voice") as socket:
        session, other = await at.session("browser"), await at.session("browser")
        ticket = at.ticket(other if case == "another's" else session, "observer" if case == "observer" else "voice")
        if case == "spent":
            at.surface.tickets.redeem(ticket, "voice", at.clock.now())
        if case == "expired":
            at.clock.at += 31
        with capture_logs() as lines:
            await join(socket, session.session_id, "x" * 32 if case == "unknown" else ticket)
            assert (await close_of(socket))[0] == 4401
        assert session.calls == []
        assert [line["event"] for line in lines] == ["caller refused"]
        assert ticket not in repr(lines)


async def test_a_session_that_is_over_gives_4410_and_one_that_never_was_4404(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        session = await at.session("browser")
        ticket = at.ticket(session, "voice")
        session.status = "ended"
        for session_id, value, code in (("s1", ticket, 4410), ("s9", "x", 4404), ("s1", "x", 4401)):
            async with at.connect("/voice") as socket:
                await join(socket, session_id, value)
                assert (await close_of(socket))[0] == code


async def test_a_session_by_phone_takes_no_page(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/voice") as socket:
        session = await at.session("phone")
        await join(socket, session.session_id, at.ticket(session, "voice"))
        assert await close_of(socket) == (1008, "wrong_channel")
        assert session.calls == []


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (["sound"], 1008),
        (["mute"], 1008),
        (["join", "join"], 1008),
        (["join", "half a sample"], 1003),
        (["join", "not json"], 1003),
        (["join", "novelty"], 1003),
        (["join", "big"], 1009),
        (["join", "flood"], 1008),
        (["not json"], 1003),
        (["48 kHz"], 1003),
        (["big"], 1009),
    ],
)
async def test_bad_input_is_closed_with_a_clear_code_and_one_line(tmp_path: Path, frames: list[str], code: int) -> None:
    async with house(tmp_path) as at, at.connect("/voice") as socket:
        session = await at.session("browser")
        ticket = at.ticket(session, "voice")
        sent = {
            "sound": FRAME,
            "mute": '{"type":"mute","on":true}',
            "half a sample": b"abc",
            "not json": "hello",
            "novelty": '{"type":"novelty"}',
            "big": bytes(70_000),
        }
        with capture_logs() as lines:
            for frame in frames:
                match frame:
                    case "join":
                        await join(socket, "s1", ticket)
                        await until(lambda: bool(session.calls))
                    case "48 kHz":
                        await join(socket, "s1", ticket, 48000)
                    case "flood":
                        for _ in range(25):
                            await socket.send(bytes(48_000))
                    case _:
                        await socket.send(sent[frame])
            assert (await close_of(socket))[0] == code
        assert len([line for line in lines if line["event"] == "caller refused"]) == (code != 1009)
        if frames[0] == "join":
            await until(lambda: session.calls[0].said[-1] == ("lost", str(code)))


async def test_sound_at_the_pace_of_speech_is_taken_for_as_long_as_it_lasts(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/voice") as socket:
        session = await at.session("browser")
        await joined(at, socket, session)
        for number in range(60):
            at.clock.at += 1.0
            await socket.send(bytes(48_000))
            await until(lambda number=number: len(session.calls[0].said) == number + 1)


async def test_a_join_that_never_comes_is_closed_with_1008(tmp_path: Path) -> None:
    async with house(tmp_path, patiences=Patiences(attach_within_s=0.05)) as at, at.connect("/voice") as socket:
        assert (await close_of(socket))[0] == 1008


async def test_fifty_pages_at_once_hear_only_their_own(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        sessions = [await at.session("browser") for _ in range(50)]
        connections = [await at.connect("/voice") for _ in sessions]
        for socket, session in zip(connections, sessions, strict=True):
            await joined(at, socket, session)
        for number, socket in enumerate(connections):
            await socket.send(bytes([number]) * 960)
            sessions[number].calls[0].leg.send_mark(f"m{number}")
        for number, socket in enumerate(connections):
            assert await next_json(socket) == {"type": "mark", "name": f"m{number}"}
        await until(lambda: all(len(session.calls[0].said) == 1 for session in sessions))
        assert len({session.calls[0].said[0][1] for session in sessions}) == 50
        await asyncio.gather(*(socket.close() for socket in connections))
