"""No phone number is left anywhere: a server is called, calls, fails, crashes and is searched for the numbers."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from greenroom.phone_simulator.behaviour import Person
from greenroom.phone_simulator.carrier import SimulatedCarrier
from greenroom.phone_simulator.webhooks import Reach, Webhooks
from tests.doubles.realtime_server import realtime_double
from tests.server.phone_lines import ADMIN, AUTH_TOKEN, FORM, ORIGIN, SID, twilio_signs

OURS = "+12125550142"
CALLED = ["+442079460958", "+447400987654", "+447400654321", "+12125550187", "+447400111222"]
CALLERS = ["+447400998877", "+447400887766"]
NOT_ALLOWED = ["+33142685301", "+449098790123", "+4420794609"]
CANARIES = [*CALLED, *CALLERS, *NOT_ALLOWED, OURS]

SERVER = """
import sys
from greenroom import wiring
from greenroom.cli.app import main
from greenroom.runtime.calls import Calls
from greenroom.server.switchboard import Switchboard
from greenroom.telephony.twilio.rest import TwilioDialler

places, takes = TwilioDialler.place, Switchboard.take

async def place(self, order):
    if order.to.endswith("1222"):
        raise RuntimeError("a fault in the middle of a call", order)
    return await places(self, order)

async def take(self, news):
    if news.caller.endswith("7766"):
        raise RuntimeError("a fault in a webhook")
    return await takes(self, news)

TwilioDialler.place, Switchboard.take = place, take
import structlog, logging
logging.getLogger().setLevel(logging.DEBUG)
sys.exit(main(["serve"]))
"""


OVER = {"greenroom_phone_calls_open 0.0", "greenroom_sessions_live 0.0"}


class Server:
    def __init__(self, process: asyncio.subprocess.Process, base: str) -> None:
        self.process = process
        self.base = base
        self.http = httpx2.AsyncClient(base_url=base, trust_env=False, headers={"Authorization": f"Bearer {ADMIN}"})

    async def call(self, number: str) -> str:
        body = {"scenarioId": "job_interview", "config": FORM, "channel": "phone", "phoneNumber": number}
        session_id = (await self.http.post("/api/sessions", json=body)).json()["sessionId"]
        await self.http.post(f"/api/sessions/{session_id}/call")
        return session_id

    async def over(self) -> None:
        """No session is live any more, and no call is up."""
        async with asyncio.timeout(10):
            while not OVER.issubset((await self.metrics()).splitlines()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def metrics(self) -> str:
        return (await self.http.get("/metrics")).text


@asynccontextmanager
async def server(environ: dict[str, str], output: Path) -> AsyncGenerator[Server]:
    with output.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SERVER, env=os.environ | environ, stdout=file, stderr=file
        )
        try:
            base = f"http://127.0.0.1:{await _port(output)}"
            at = Server(process, base)
            async with at.http:
                yield at
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _port(output: Path) -> int:
    async with asyncio.timeout(15):
        while not (found := re.search(r"http://127\.0\.0\.1:(\d+)", output.read_text())):  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.05)
    return int(found[1])


def found_in(text: str, where: str) -> list[str]:
    """Which numbers stand in a text, however they are written."""
    digits = re.sub(r"[\s().\-]|%20|%2B", "", text)
    return [f"{number} in {where}" for number in CANARIES if number[-9:] in digits]


async def test_no_phone_number_stays_in_logs_metrics_database_or_crash_output(tmp_path: Path) -> None:
    shown: list[str] = []
    output = tmp_path / "output.txt"
    (tmp_path / "cwd").mkdir()
    async with realtime_double() as engine:
        webhooks = Webhooks(twilio_signs, Reach(ORIGIN, "http://127.0.0.1:9"))
        carrier = SimulatedCarrier(SID, AUTH_TOKEN, webhooks, person=Person(rings_s=0.05, talks_s=0.2))
        async with carrier.running(), carrier.serving() as api_url:
            environ = {
                "GREENROOM_PORT": "0",
                "GREENROOM_DATA": str(tmp_path / "data"),
                "GREENROOM_ADMIN_TOKEN": ADMIN,
                "GREENROOM_ENGINE": engine.url,
                "GREENROOM_PUBLIC_ORIGIN": ORIGIN,
                "GREENROOM_TWILIO_ACCOUNT_SID": SID,
                "GREENROOM_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
                "GREENROOM_TWILIO_API_URL": api_url,
                "GREENROOM_TWILIO_NUMBERS": OURS,
                "GREENROOM_PHONE_COUNTRIES": "GB,US",
                "GREENROOM_PHONE_SCENARIOS": f"{OURS}=job_interview",
                "PYTHONPATH": os.pathsep.join(sys.path),
            }
            async with server(environ, output) as at:
                webhooks.reach = Reach(ORIGIN, at.base)
                await all_that_can_happen(at, carrier)
                shown += [await at.metrics(), (await at.http.get("/api/sessions")).text]
                for session in (await at.http.get("/api/sessions")).json()["sessions"]:
                    path = f"/api/sessions/{session['sessionId']}"
                    shown += [(await at.http.get(path)).text, (await at.http.get(f"{path}/events")).text]
                shown.append((await at.http.get("/api/limits", params={"phoneNumber": CALLED[0]})).text)
                shown.append((await at.http.get("/api/limits", params={"phoneNumber": NOT_ALLOWED[1]})).text)
                await at.call(CALLED[0])
                at.process.kill()  # in the middle of a call: what it leaves behind counts, too
                await at.process.wait()
    said = output.read_text()
    for expected in (
        "call placed",
        "call not placed",
        "call taken",
        "a fault in the middle of a call",
        "a fault in a webhook",
    ):
        assert expected in said, "the test itself looked at too little"
    leaks = found_in(said, "output")
    for number, text in enumerate(shown):
        leaks += found_in(text, f"answer {number}")
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert {"greenroom.db", "greenroom.db-wal"} <= {path.name for path in files}
    for path in files:
        leaks += found_in(path.read_bytes().decode("latin-1"), path.name)
    assert leaks == []


async def all_that_can_happen(at: Server, carrier: SimulatedCarrier) -> None:
    await at.call(CALLED[0])
    await at.over()
    carrier.faults.refuse = (400, 21211)  # with the number in its message
    await at.call(CALLED[1])
    await at.over()
    carrier.faults.refuse, carrier.faults.lose_reply = None, True
    await at.call(CALLED[2])
    await at.over()
    carrier.faults.lose_reply, carrier.faults.too_busy = False, 1
    await at.call(CALLED[3])
    await at.over()
    faulty = await at.call(CALLED[4])
    await at.http.post(f"/api/sessions/{faulty}/end")
    for caller in CALLERS:
        call = carrier.call_in(f"{ORIGIN}/twiml", caller=caller, called=OURS)
        await call.over.wait()
    for number in NOT_ALLOWED:
        refused: Any = await at.http.post(
            "/api/sessions",
            json={"scenarioId": "job_interview", "config": FORM, "channel": "phone", "phoneNumber": number},
        )
        assert refused.status_code in (400, 403)
        assert not found_in(refused.text, "refusal")
    for path in ("/twiml", "/twilio/status?session=x"):
        forged = await at.http.post(path, data={"CallSid": "CA1", "From": CALLERS[0], "To": OURS})
        assert forged.status_code == 403
        assert not found_in(forged.text, "refusal")


def test_a_bad_setting_is_told_without_the_numbers_in_it(tmp_path: Path) -> None:
    import pytest

    from greenroom.config import ConfigurationError, read

    for name in ("GREENROOM_TWILIO_NUMBERS", "GREENROOM_PHONE_SCENARIOS"):
        with pytest.raises(ConfigurationError) as refused:
            read({name: f"nonsense {OURS}"}, tmp_path)
        assert name in str(refused.value)
        assert found_in(str(refused.value).partition("expected")[0], name) == []
