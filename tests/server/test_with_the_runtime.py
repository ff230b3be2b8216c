"""The server's surface on the real runtime: a whole call over real sockets."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from websockets.asyncio.client import connect

from greenroom.config import read
from greenroom.runtime.directory import Directory
from greenroom.server.ports import Sessions
from greenroom.server.surface import open_surface
from greenroom.telephony.browser.leg import BrowserLeg
from greenroom.telephony.twilio.leg import TwilioLeg
from tests.runtime.house import CONFIG, RealClock
from tests.runtime.house import House as Runtime
from tests.runtime.house import house as runtime_house
from tests.server.echo import until
from tests.server.fakes import close_of, next_json

PAYLOAD = base64.b64encode(b"\xff" * 160).decode()
FRAME = {"event": "media", "media": {"payload": PAYLOAD}}


class Open:
    def __init__(self, runtime: Runtime, port: int) -> None:
        self.runtime = runtime
        self.ws = f"ws://127.0.0.1:{port}"
        self.http = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False)

    async def new(self, channel: str = "phone") -> dict[str, Any]:
        body = {"scenarioId": "job_interview", "config": CONFIG, "channel": channel}
        answer = await self.http.post("/api/sessions", json=body)
        assert answer.status_code == 201
        return answer.json()

    async def ticket(self, session_id: str, role: str = "observer") -> str:
        answer = await self.http.post(f"/api/sessions/{session_id}/tickets", json={"role": role})
        return answer.json()["ticket"]


@asynccontextmanager
async def open_house(tmp_path: Path) -> AsyncGenerator[Open]:
    environ = {"GREENROOM_PORT": "0", "GREENROOM_DATA": str(tmp_path), "GREENROOM_CONNECTS_PER_IP_PER_MINUTE": "0"}
    settings = read(environ, tmp_path)
    tasks = len(asyncio.all_tasks())
    async with runtime_house() as runtime:
        sessions: Sessions = runtime.directory
        async with open_surface(
            settings.server,
            settings.limits,
            settings.phone,
            sessions=sessions,
            metrics=runtime.metrics,
            clock=RealClock(),
            make_phone_leg=TwilioLeg,
            make_voice_leg=BrowserLeg,
        ) as surface:
            at = Open(runtime, surface.port)
            async with at.http:
                yield at
            await runtime.directory.end_all("reset", at_once=True)
        assert len(surface.sockets) == 0
    assert runtime.metrics.legs_open.total() == 0
    assert len(asyncio.all_tasks()) == tasks


def fits(directory: Directory) -> Sessions:
    """The real directory is what the server asks for: the type checker holds this."""
    return directory


async def until_type(socket: Any, kind: str, seen: list[dict[str, Any]]) -> dict[str, Any]:
    while True:
        message = await next_json(socket)
        seen.append(message)
        if message["type"] == kind:
            return message


async def test_a_call_is_made_watched_reconfigured_ended_and_read_again(tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []
    async with open_house(tmp_path) as at:
        made = await at.new()
        session_id = made["sessionId"]
        async with connect(at.ws + "/logs") as page, connect(at.ws + "/call") as phone:
            await page.send(json.dumps({"type": "attach", "sessionId": session_id, "ticket": made["ticket"]}))
            again = {"type": "scenario.configuration", "scenarioId": "job_interview", "config": CONFIG, "revision": 1}
            await page.send(json.dumps({**again, "id": "first", "voice": "heart"}))
            # The log may be a moment behind: events are shown once they are stored, the answer comes at once.
            while "inReplyTo" not in (state := await until_type(page, "configuration.accepted", seen)):
                pass
            assert (state["inReplyTo"], state["revision"]) == ("first", 1)
            assert seen[0]["type"] == "attached"
            parameters = {"token": made["streamToken"]}
            await phone.send(
                json.dumps({"event": "start", "start": {"streamSid": "MZ1", "customParameters": parameters}})
            )
            await phone.send(json.dumps(FRAME))
            while (await until_type(page, "call.status_changed", seen))["status"] != "connected":
                pass
            started = await until_type(page, "turn.started", seen)
            assert started["speaker"] == "interviewer"
            assert (await next_json(phone))["event"] == "media"
            leg = at.runtime.engine.legs[0]
            await page.send(json.dumps({"type": "job.configuration", "jobTitle": "Cook", "company": "Inn"}))
            while (await until_type(page, "configuration.applied", seen))["revision"] != 2:
                pass
            await phone.send(json.dumps(FRAME))
            await until(lambda: leg.audio == [PAYLOAD.encode()])
            await page.send(json.dumps({"type": "call.end", "id": "end"}))
            while (ended := await until_type(page, "call.status_changed", seen))["status"] != "ended":
                pass
            assert ended["reason"] == "user_ended"
            assert await close_of(page) == (4410, "user_ended")
            assert await close_of(phone) == (1000, "user_ended")
        stored = [message for message in seen if "seq" in message]
        assert [message["seq"] for message in stored] == list(range(1, len(stored) + 1))
        shown = (await at.http.get(f"/api/sessions/{session_id}")).json()
        assert (shown["status"], shown["reason"]) == ("ended", "user_ended")
        assert shown["configuration"]["config"]["jobTitle"] == "Cook"
        assert shown["turns"][0]["speaker"] == "interviewer"
        log = (await at.http.get(f"/api/sessions/{session_id}/events")).json()
        assert log["events"] == stored
        cursor = {"logId": log["logId"], "seq": 2}
        async with connect(at.ws + "/logs") as late:
            first = {"type": "attach", "sessionId": session_id, "ticket": await at.ticket(session_id), "after": cursor}
            await late.send(json.dumps(first))
            assert (await next_json(late))["resumed"] is True
            assert [(await next_json(late))["seq"] for _ in stored[2:]] == [message["seq"] for message in stored[2:]]
            assert (await close_of(late))[0] == 4410
        assert (await at.http.delete(f"/api/sessions/{session_id}")).status_code == 204
        assert (await at.http.get(f"/api/sessions/{session_id}")).status_code == 404


async def test_twenty_sessions_at_once_are_each_seen_by_their_own_observer(tmp_path: Path) -> None:
    async def practise(at: Open, number: int) -> None:
        made = await at.new()
        async with connect(at.ws + "/logs") as page, connect(at.ws + "/call") as phone:
            await page.send(json.dumps({"type": "attach", "sessionId": made["sessionId"], "ticket": made["ticket"]}))
            parameters = {"token": made["streamToken"]}
            sid = f"MZ{number}"
            await phone.send(
                json.dumps({"event": "start", "start": {"streamSid": sid, "customParameters": parameters}})
            )
            seen: list[dict[str, Any]] = []
            await until_type(page, "turn.started", seen)
            if number % 2:
                await phone.send(json.dumps({"event": "stop"}))
            else:
                phone.transport.abort()
                await until_type(page, "leg.lost", seen)
                await page.send(json.dumps({"type": "call.end"}))
            while (message := await until_type(page, "call.status_changed", seen))["status"] != "ended":
                pass
            assert message["reason"] == ("caller_hung_up" if number % 2 else "user_ended")
            assert (await close_of(page))[0] == 4410
        assert {message["sessionId"] for message in seen} == {made["sessionId"]}
        assert {message.get("streamSid") for message in seen} <= {None, sid}

    async with open_house(tmp_path) as at, asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(practise(at, number))


async def joined(at: Open, voice: Any, session_id: str) -> None:
    ticket = await at.ticket(session_id, "voice")
    await voice.send(json.dumps({"type": "join", "sessionId": session_id, "ticket": ticket}))
    assert (await next_json(voice))["type"] == "joined"


async def hear(voice: Any, size_bytes: int) -> str:
    """So much sound and no more, and the mark behind it."""
    heard = 0
    while True:
        async with asyncio.timeout(5):
            message = await voice.recv()
        if isinstance(message, bytes):
            heard += len(message)
        elif heard > size_bytes - 48:  # positions are told in whole milliseconds
            assert heard <= size_bytes
            return json.loads(message)["name"]


async def test_a_page_talks_is_cut_off_joins_again_and_hears_the_rest(tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []
    async with open_house(tmp_path) as at:
        at.runtime.engine.reply_bytes = 100_000
        made = await at.new("browser")
        session_id = made["sessionId"]
        async with connect(at.ws + "/logs") as page:
            await page.send(json.dumps({"type": "attach", "sessionId": session_id, "ticket": made["ticket"]}))
            async with connect(at.ws + "/voice") as voice:
                await joined(at, voice, session_id)
                assert (await until_type(page, "call.status_changed", seen))["status"] == "connecting"
                while (await until_type(page, "call.status_changed", seen))["status"] != "connected":
                    pass
                leg = at.runtime.engine.legs[0]
                # The engine is asked for what the page speaks: nothing is resampled on the way.
                assert {wanted.audio_format for wanted in leg.configured} == {"audio/pcm"}
                started = await next_json(voice)
                assert (started["type"], started["fromMs"]) == ("reply.started", 0)
                await hear(voice, 100_000)
                await voice.send(bytes(960))
                await until(lambda: leg.audio == [base64.b64encode(bytes(960))])
                voice.transport.abort()
            while (await until_type(page, "call.status_changed", seen))["status"] != "interrupted":
                pass
            async with connect(at.ws + "/voice") as voice:
                await joined(at, voice, session_id)
                while (await until_type(page, "call.status_changed", seen))["status"] != "connected":
                    pass
                again = await next_json(voice)
                assert (again["type"], again["replyId"]) == ("reply.started", started["replyId"])
                # It is taken to have heard no more than up to the first mark that it did not answer.
                assert again["fromMs"] <= 200
                mark = await hear(voice, 100_000 - again["fromMs"] * 48)
                await voice.send(json.dumps({"type": "mark.played", "name": mark}))
                await until_type(page, "turn.completed", seen)
                assert len(at.runtime.engine.legs) == 1
                await page.send(json.dumps({"type": "call.end"}))
                while (told := await next_json(voice))["type"] != "end":
                    pass
                assert told["reason"] == "user_ended"
                assert await close_of(voice) == (1000, "user_ended")
            assert await close_of(page) == (4410, "user_ended")
    assert not any(event["type"] == "leg.lost" and event["leg"] == "engine" for event in seen)
