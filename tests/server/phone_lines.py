"""The whole server with a simulated carrier behind it, whose requests the `twilio` package signs."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
from twilio.request_validator import RequestValidator

from greenroom import wiring
from greenroom.config import read
from greenroom.phone_simulator.behaviour import Person
from greenroom.phone_simulator.carrier import SimulatedCarrier
from greenroom.phone_simulator.webhooks import SIGNATURE_HEADER, Reach, Webhooks
from greenroom.practice_client.rest import Rest
from tests.doubles.realtime_server import RealtimeDouble, realtime_double

ORIGIN = "https://practice.example"
SID, AUTH_TOKEN = "AC" + "1" * 32, "the-auth-token"
OURS = "+15005550006"
THEIRS = "+442079460958"
FORM = {"jobTitle": "Nurse", "company": "Acme"}
ADMIN = "the-admin-token"


class Fields(dict[str, list[str]]):
    """A form as the validator takes one in which names repeat."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def twilio_signs(url: str, fields: Mapping[str, list[str]]) -> str:
    signature: str = RequestValidator(AUTH_TOKEN).compute_signature(url, Fields(fields))
    return signature


class PhoneLines:
    def __init__(self, server: wiring.Running, carrier: SimulatedCarrier, engine: RealtimeDouble, rest: Rest) -> None:
        self.server = server
        self.carrier = carrier
        self.engine = engine
        self.rest = rest
        self.base = f"http://127.0.0.1:{server.surface.port}"
        self.http = httpx2.AsyncClient(base_url=self.base, trust_env=False)

    async def new(self, number: str | None = THEIRS, status: int = 201) -> dict[str, Any]:
        body = {"scenarioId": "job_interview", "config": FORM, "channel": "phone"}
        answer = await self.http.post("/api/sessions", json=body | ({"phoneNumber": number} if number else {}))
        assert answer.status_code == status, answer.text
        return answer.json()

    async def call(self, session_id: str, status: int = 202) -> dict[str, Any]:
        answer = await self.http.post(f"/api/sessions/{session_id}/call")
        assert answer.status_code == status, answer.text
        return answer.json()

    async def dialled(self, number: str = THEIRS) -> str:
        session_id = (await self.new(number))["sessionId"]
        assert (await self.call(session_id))["status"] == "calling"
        return session_id

    async def ended(self, session_id: str, within_s: float = 10.0) -> str:
        """The reason, once everything of it is cleaned up."""
        await self.until(lambda: self.server.directory.live(session_id) is None, within_s)
        row = await self.server.directory.row(session_id)
        assert row is not None
        return str(row.reason)

    async def statuses(self, session_id: str) -> list[str]:
        events = await self.rest.events(session_id)
        return [event["status"] for event in events if event["type"] == "call.status_changed"]

    def status(self, session_id: str) -> str | None:
        live = self.server.directory.live(session_id)
        return None if live is None else live.status

    async def post(self, path: str, fields: Mapping[str, str], signature: str | None = None) -> httpx2.Response:
        """A webhook with this signature; empty: without one; None: with the right one."""
        if signature is None:
            signature = twilio_signs(ORIGIN + path, {name: [value] for name, value in fields.items()})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers |= {SIGNATURE_HEADER: signature} if signature else {}
        return await self.http.post(path, content=urlencode(fields), headers=headers)

    async def limits(self, number: str | None = None) -> dict[str, Any]:
        query = {} if number is None else {"phoneNumber": number}
        return (await self.http.get("/api/limits", params=query)).json()["phone"]

    async def until(self, fact: Callable[[], object], within_s: float = 10.0) -> None:
        """Wait for a fact that nothing tells of."""
        async with asyncio.timeout(within_s):
            while not fact():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def nothing_is_left(self) -> None:
        metrics = self.server.metrics
        assert (metrics.calls_open, metrics.sessions_live, metrics.legs_open.total()) == (0, 0, 0)
        assert self.carrier.up == []
        assert self.engine.open == 0


@asynccontextmanager
async def phone_lines(tmp_path: Path, person: Person | None = None, **environ: str) -> AsyncGenerator[PhoneLines]:
    """In real time. Leaving it checks that no call, socket, engine or task is left."""
    tasks = len(asyncio.all_tasks())
    async with realtime_double() as engine:
        webhooks = Webhooks(twilio_signs, Reach(ORIGIN, "http://127.0.0.1:9"))
        person = person or Person(rings_s=0.05, talks_s=0.3)
        carrier = SimulatedCarrier(SID, AUTH_TOKEN, webhooks, person=person, numbers=(OURS,))
        async with carrier.running(), carrier.serving() as api_url:
            settings = read(
                {
                    "GREENROOM_PORT": "0",
                    "GREENROOM_DATA": str(tmp_path / "data"),
                    "GREENROOM_ADMIN_TOKEN": ADMIN,
                    "GREENROOM_ENGINE": engine.url,
                    "GREENROOM_CONNECTS_PER_IP_PER_MINUTE": "0",
                    "GREENROOM_PUBLIC_ORIGIN": ORIGIN,
                    "GREENROOM_TWILIO_ACCOUNT_SID": SID,
                    "GREENROOM_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
                    "GREENROOM_TWILIO_API_URL": api_url,
                    "GREENROOM_TWILIO_NUMBERS": OURS,
                    "GREENROOM_PHONE_COUNTRIES": "GB,US",
                    "GREENROOM_CALL_COOLDOWN_SECONDS": "0",
                    **environ,
                },
                tmp_path,
            )
            async with wiring.running(settings) as server:
                base = f"http://127.0.0.1:{server.surface.port}"
                webhooks.reach = Reach(ORIGIN, base)
                async with Rest(base, ADMIN) as rest:
                    at = PhoneLines(server, carrier, engine, rest)
                    async with at.http:
                        yield at
                    await server.directory.end_all("reset", at_once=True)
                    await at.until(lambda: not carrier.up and server.metrics.calls_open == 0)
            at.nothing_is_left()
    assert len(asyncio.all_tasks()) == tasks
