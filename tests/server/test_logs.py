import asyncio
import json
import socket as sockets
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection

from greenroom.core.errors import BadInput
from greenroom.server import observer_messages as m
from greenroom.server.logs import BAD_MESSAGES, BURST, EARLY_FRAMES
from greenroom.server.surface import Patiences
from greenroom.websocket import Heartbeats
from tests.server.echo import UPGRADE, text_frame, until
from tests.server.fakes import FakeSession, House, close_of, house, next_json


async def attach(at: House, socket: ClientConnection, session: FakeSession, **more: Any) -> dict[str, Any]:
    message = {"type": "attach", "sessionId": session.session_id, "ticket": at.ticket(session), **more}
    await socket.send(json.dumps(message))
    return await next_json(socket)


async def tell(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def test_an_observer_is_attached_then_given_the_log_then_what_happens(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as socket:
        session = await at.session()
        session.publish("turn.started", turnId="t1")
        assert await attach(at, socket, session) == {
            "type": "attached",
            "sessionId": "s1",
            "logId": "log-s1",
            "headSeq": 2,
            "resumed": False,
            "status": "idle",
            "callerPresent": False,
            "pingMs": 10000,
        }
        assert [(await next_json(socket))["seq"] for _ in range(2)] == [1, 2]
        session.publish("turn.completed", turnId="t1")
        assert (await next_json(socket))["type"] == "turn.completed"
        assert at.metrics.legs_open["observer"] == 1
        assert at.surface.sockets.unattached == 0


async def test_an_observer_that_comes_back_goes_on_from_its_cursor(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as socket:
        session = await at.session()
        session.publish("turn.started")
        answer = await attach(at, socket, session, after={"logId": "log-s1", "seq": 1})
        assert answer["resumed"] is True
        assert (await next_json(socket))["seq"] == 2


async def test_configuration_may_come_in_the_same_flight_and_frames_are_handled_in_order(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as socket:
        session = await at.session()
        at.directory.gate = asyncio.Event()
        ticket = at.ticket(session)
        await tell(socket, type="attach", sessionId="s1", ticket=ticket)
        await tell(socket, type="scenario.configuration", scenarioId="x", config={"a": 1}, voice="v", revision=2)
        await tell(socket, type="turn.text", text="hello")
        await tell(socket, type="ping", t=7)
        await asyncio.wait_for(socket.ping(), 2)
        assert session.asked == []
        at.directory.gate.set()
        types = [(await next_json(socket))["type"] for _ in range(5)]
        assert types == ["attached", "session.created", "configuration.accepted", "turn.completed", "pong"]


async def test_each_wish_is_answered_by_an_event_or_by_an_error_that_names_it(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as socket:
        session = await at.session()
        await attach(at, socket, session)
        await next_json(socket)
        await tell(socket, type="job.configuration", id="c1", jobTitle="Cook", company="Inn", jobDescription="")
        assert (await next_json(socket))["config"] == {"jobTitle": "Cook", "company": "Inn", "jobDescription": ""}
        config = {"jobTitle": "Cook", "company": "Inn", "jobDescription": ""}
        again = {"type": "scenario.configuration", "id": 9, "revision": 2, "scenarioId": "job_interview"}
        await tell(socket, **again, config=config, voice="")
        state = await next_json(socket)
        assert (state["type"], state["inReplyTo"], state["revision"]) == ("configuration.accepted", 9, 2)
        for message, code in (
            ({"type": "scenario.configuration", "scenarioId": "x", "config": {}, "revision": 2}, "revision_conflict"),
            ({"type": "scenario.configuration", "scenarioId": "x", "config": {"bad": 1}}, "bad_configuration"),
            ({"type": "scenario.configuration", "scenarioId": "x", "config": {}, "revision": "2"}, "bad_input"),
            ({"type": "turn.text", "text": "too early"}, "out_of_order"),
            ({"type": "turn.text", "text": ""}, "bad_input"),
            ({"type": "interviewer.cue", "cue": "sing"}, "bad_input"),
            ({"type": "attach", "sessionId": "s1", "ticket": "x"}, "out_of_order"),
            ({"type": "no.such.thing"}, "bad_input"),
            ({"no": "type"}, "bad_input"),
        ):
            await tell(socket, id="m1", **message)
            answer = await next_json(socket)
            assert (answer["type"], answer["code"], answer["inReplyTo"]) == ("error", code, "m1")
            assert answer["retryable"] is False
            assert answer["requestId"]
        await tell(socket, type="interviewer.cue", cue="skip")
        assert (await next_json(socket))["message"] == "skip"
        assert session.asked[-1] == ("cue", "skip")
        assert at.metrics.rejected_by_code["out_of_order"] == 2


async def test_a_ping_is_answered_with_its_own_mark(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as socket:
        await attach(at, socket, await at.session())
        await next_json(socket)
        await tell(socket, type="ping", t=12.5)
        assert await next_json(socket) == {"type": "pong", "t": 12.5}


async def test_the_end_is_told_to_every_observer_and_closes_them_with_4410(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as one, at.connect("/logs") as other:
        session = await at.session()
        for socket in (one, other):
            await attach(at, socket, session)
            await next_json(socket)
        await tell(one, type="call.end")
        for socket in (one, other):
            assert (await next_json(socket))["reason"] == "user_ended"
            assert await close_of(socket) == (4410, "user_ended")
        async with at.connect("/logs") as late:
            assert (await attach(at, late, session))["status"] == "ended"
            assert [(await next_json(late))["seq"] for _ in range(2)] == [1, 2]
            assert (await close_of(late))[0] == 4410
        assert at.metrics.observers_dropped_by_code.total() == 0


@pytest.mark.parametrize("case", ["unknown", "spent", "voice", "foreign", "expired"])
async def test_a_bad_ticket_is_closed_with_4401(tmp_path: Path, case: str) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as socket:
        session, other = await at.session(), await at.session()
        ticket = at.ticket(other if case == "foreign" else session, "voice" if case == "voice" else "observer")
        if case == "spent":
            at.surface.tickets.redeem(ticket, "observer", at.clock.now())
        if case == "expired":
            at.clock.at += 31
        if case == "unknown":
            ticket = "x" * 32
        with capture_logs() as lines:
            await tell(socket, type="attach", sessionId=session.session_id, ticket=ticket)
            assert (await close_of(socket))[0] == 4401
        assert ticket not in repr(lines)
        assert at.metrics.rejected_by_code["ticket_refused"] == 1


async def test_a_session_that_does_not_exist_is_closed_with_4404(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as socket, at.connect("/logs") as other:
        session = await at.session()
        await tell(socket, type="attach", sessionId="nobody", ticket="x")
        assert (await close_of(socket))[0] == 4404
        ticket = at.ticket(session)
        del at.directory.sessions["s1"]
        await tell(other, type="attach", sessionId="s1", ticket=ticket)
        assert (await close_of(other))[0] == 4404


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ("not json", 1003),
        ("", 1003),
        ("[" * 50_000, 1008),
        ('{"type":"attach","x":' + "[" * 50_000, 1003),
        (b"\x00\x01", 1003),
        ('{"type":"ping"}', 1008),
        ('{"type":"call.end"}', 1008),
        ('{"type":"attach"}', 1008),
        ('{"type":"attach","sessionId":7,"ticket":"x"}', 1008),
        ('{"type":"attach","sessionId":"s1","ticket":"x","after":{"logId":"l","seq":-1}}', 1008),
        ("[]", 1008),
        ("x" * 70_000, 1009),
    ],
)
async def test_a_bad_first_frame_is_closed_with_the_code_that_says_why(tmp_path: Path, first: Any, code: int) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as socket:
        await at.session()
        await socket.send(first)
        assert (await close_of(socket))[0] == code


async def test_an_attach_that_never_comes_is_closed_with_1008(tmp_path: Path) -> None:
    async with house(tmp_path, patiences=Patiences(attach_within_s=0.05)) as at, at.connect("/logs") as socket:
        assert (await close_of(socket))[0] == 1008


@pytest.mark.parametrize("later", ["no json", b"binary"])
async def test_what_is_no_json_later_is_closed_with_1003(tmp_path: Path, later: Any) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as socket:
        await attach(at, socket, await at.session())
        await socket.send(later)
        assert (await close_of(socket))[0] == 1003
        await until(lambda: at.metrics.observers_dropped_by_code["1003"] == 1)


async def test_too_much_before_the_attach_is_answered_is_closed(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as socket:
        session = await at.session()
        at.directory.gate = asyncio.Event()
        await tell(socket, type="attach", sessionId="s1", ticket=at.ticket(session))
        for _ in range(EARLY_FRAMES + 1):
            await tell(socket, type="ping")
        assert (await close_of(socket))[0] == 1008
        at.directory.gate.set()


async def test_a_flood_is_answered_with_errors_and_then_closed(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as socket:
        await attach(at, socket, await at.session())
        await next_json(socket)
        for _ in range(BURST + 1):
            await tell(socket, type="ping")
        answers = [(await next_json(socket)) for _ in range(BURST + 1)]
        assert [answer["type"] for answer in answers] == ["pong"] * BURST + ["error"]
        assert answers[-1]["code"] == "rate_limited"
        assert answers[-1]["retryable"] is True
        at.clock.at += 1
        await tell(socket, type="ping")
        assert (await next_json(socket))["type"] == "pong"
        for _ in range(BAD_MESSAGES):
            await tell(socket, type="nonsense")
        assert (await close_of(socket))[0] == 1008


async def test_an_observer_that_leaves_is_forgotten_at_any_moment(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        session = await at.session()
        with capture_logs() as lines:
            async with at.connect("/logs") as socket:
                await attach(at, socket, session)
            async with at.connect("/logs") as aborted:
                await attach(at, aborted, session)
                aborted.transport.abort()
            at.directory.gate = asyncio.Event()
            async with at.connect("/logs") as early:
                await tell(early, type="attach", sessionId="s1", ticket=at.ticket(session))
                await until(lambda: at.metrics.legs_open["observer"] == 1)
            await until(lambda: at.metrics.legs_open["observer"] == 0)
            at.directory.gate.set()
            await until(lambda: len(at.surface.tasks) == 0)
        assert session.readers == []
        story = [line["event"] for line in lines if line.get("sessionId") == "s1"]
        assert story[:3] == ["observer connected", "observer attached", "observer cleaned up"]
        assert story.count("observer connected") == story.count("observer cleaned up") == 3


async def test_a_reader_that_takes_nothing_is_dropped_with_4508_and_delays_nobody(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as quick:
        session = await at.session()
        await attach(at, quick, session)
        slow = sockets.socket()
        slow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        slow.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(slow, ("127.0.0.1", at.surface.port))
        first = json.dumps({"type": "attach", "sessionId": "s1", "ticket": at.ticket(session)}).encode()
        await loop.sock_sendall(slow, UPGRADE % (b"/logs", b""))
        await until(lambda: at.metrics.sockets_open["observer"] == 2)
        await loop.sock_sendall(slow, text_frame(first))
        await until(lambda: len(session.readers) == 2)
        for number in range(3000):
            session.publish("notice", code="c", message="x" * 4000)
            if number % 20 == 0:
                while (await next_json(quick))["seq"] < number:
                    pass
            if len(session.readers) == 1:
                break
        assert len(session.readers) == 1
        seen = b""
        async with asyncio.timeout(5):
            while chunk := await loop.sock_recv(slow, 1 << 20):
                seen = (seen + chunk)[-200:]
        slow.close()
        assert (4508).to_bytes(2, "big") + b"too slow" in seen
        await until(lambda: at.metrics.observers_dropped_by_code["4508"] == 1)


async def test_a_long_replay_to_a_slow_reader_is_not_taken_for_slowness(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/logs", max_queue=1) as socket:
        session = await at.session()
        for _ in range(2000):
            session.publish("notice", code="c", message="x" * 3000)
        await attach(at, socket, session)
        await asyncio.sleep(0)
        assert [(await next_json(socket))["seq"] for _ in range(2001)] == list(range(1, 2002))


async def test_an_end_comes_after_what_was_shown_before(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/logs", max_queue=1) as socket:
        session = await at.session()
        for _ in range(1000):
            session.publish("notice", code="c", message="x" * 3000)
        await attach(at, socket, session)
        session.ask_end("user_ended")
        assert [(await next_json(socket))["seq"] for _ in range(1002)] == list(range(1, 1003))
        assert (await close_of(socket))[0] == 4410


async def test_a_silent_observer_is_dropped_with_4408_and_counted(tmp_path: Path) -> None:
    heartbeats = Heartbeats(tick_s=0.01, ping_after_s=0.05, drop_after_s=0.15)
    async with house(tmp_path, heartbeats=heartbeats) as at:
        session = await at.session()
        reader, writer = await asyncio.open_connection("127.0.0.1", at.surface.port)
        writer.write(UPGRADE % (b"/logs", b""))
        await reader.readuntil(b"\r\n\r\n")
        first = json.dumps({"type": "attach", "sessionId": "s1", "ticket": at.ticket(session)}).encode()
        writer.write(text_frame(first))
        async with asyncio.timeout(3):
            assert (4408).to_bytes(2, "big") + b"no heartbeat" in await reader.read()
        writer.close()
        await until(lambda: at.metrics.observers_dropped_by_code["4408"] == 1)


async def test_a_reset_closes_sockets_that_have_not_attached_with_1012(tmp_path: Path) -> None:
    async with house(tmp_path) as at, at.connect("/logs") as socket:
        await until(lambda: at.surface.sockets.unattached == 1)
        assert at.surface.sockets.close_unattached() == 1
        assert (await close_of(socket))[0] == 1012


async def test_below_a_base_path_observers_attach_there(tmp_path: Path) -> None:
    async with house(tmp_path, environ={"GREENROOM_BASE_PATH": "/practice"}) as at, at.connect("/logs") as socket:
        assert (await attach(at, socket, await at.session()))["type"] == "attached"


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_whatever_comes_is_a_message_or_a_refusal(data: bytes) -> None:
    try:
        message = m.parse(data)
    except (m.NotJson, BadInput):
        m.id_of(data)
    else:
        assert m.parse(m.encode(message)) == message


@given(
    st.builds(
        m.Attach, session_id=st.text(max_size=20), ticket=st.text(max_size=20), id=st.none() | st.text(max_size=9)
    )
    | st.builds(m.TurnText, text=st.text(min_size=1, max_size=20), id=st.integers(-(2**63), 2**63))
    | st.builds(m.InterviewerCue, cue=st.sampled_from(["repeat", "skip", "moment"]))
    | st.builds(m.Ping, t=st.integers(-(2**53), 2**53))
    | st.builds(m.CallEnd)
)
def test_parse_and_build_are_inverse(message: m.AnyMessage) -> None:
    assert m.parse(m.encode(message)) == message
