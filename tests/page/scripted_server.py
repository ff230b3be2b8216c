"""A whole server whose voice model is scripted: it says what it is told to, as tones, and hears what the test says.

    python -m tests.page.scripted_server

Settings come from the environment; those of a phone provider on this machine bring a simulated one. The first line out is the port; then each line in is an order as JSON, and each line out
its answer.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from greenroom import wiring
from greenroom.config import Settings, read
from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.engines.scripted import ScriptedEngine, Speech
from greenroom.phone_simulator.behaviour import Person
from greenroom.phone_simulator.carrier import SimulatedCarrier
from greenroom.phone_simulator.webhooks import Reach, Webhooks
from greenroom.server import logging
from greenroom.telephony.twilio.signature import sign

NO_ENGINE = {"GREENROOM_ENGINE": "ws://127.0.0.1:9/v1/realtime", "GREENROOM_CONNECTS_PER_IP_PER_MINUTE": "0"}


class Puppet:
    """Carries out what the test orders."""

    def __init__(self, server: wiring.Running, engine: ScriptedEngine, carrier: SimulatedCarrier | None) -> None:
        self._server = server
        self._engine = engine
        self._carrier = carrier

    async def do(self, order: dict[str, Any]) -> Any:
        match order:
            case {"do": "erase", "sessionId": session_id}:
                await self._server.directory.erase(session_id)
            case {"do": "drain"}:
                self._server.surface.sockets.drain()
                await self._server.directory.drain(0)
            case {"do": "cut", "kind": kind}:
                for socket in tuple(self._server.surface.sockets._open):
                    if socket.kind == kind:
                        socket.abort()
            case {"do": "count"}:
                return self._count()
            case {"do": "calls"} if self._carrier is not None:
                return [call.status for call in self._carrier.calls]
            case _:
                self._act(order)
        return None

    def _act(self, order: dict[str, Any]) -> None:
        """What the voice model does."""
        match order:
            case {"do": "hear", "text": text}:
                self._engine.legs[-1].hear(text)
            case {"do": "caption", "text": text}:
                leg = self._engine.legs[-1]
                leg.caption(leg.start_speaking(), text)
            case {"do": "lose"}:
                self._engine.legs[-1].lose()
            case {"do": "fail", "times": times}:
                for _ in range(times):
                    self._engine.fail_next(EngineUnreachable("nobody there"))
            case {"do": "refuse"}:
                self._engine.fail_next(EngineRefusal("the key is wrong"))
            case {"do": "phone", **person} if self._carrier is not None:
                who: dict[str, Any] = {"rings_s": 0.5, "talks_s": None}
                self._carrier.person = Person(**who | person)
            case {"do": "faults", **faults} if self._carrier is not None:
                for name, value in faults.items():
                    setattr(self._carrier.faults, name, value)
            case _:
                raise ValueError(order)

    def _count(self) -> dict[str, Any]:
        server = self._server
        return {
            "tasks": len(asyncio.all_tasks()),
            "sockets": len(server.surface.sockets),
            "tickets": len(server.surface.tickets),
            "sessions": len(server.directory.runners()),
            "live": server.directory.live_count,
            "engines": len(self._engine.legs),
            "legs": {leg: count for leg, count in server.metrics.legs_open.items() if count},
            "files": len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0,
            "configured": [leg.wanted.instructions if leg.wanted else "" for leg in self._engine.legs],
        }


async def main() -> None:
    engine = ScriptedEngine.auto(Speech(ms_per_word=int(os.environ.get("TEST_MS_PER_WORD", "25")), least_ms=200))

    def scripted(*_: object) -> ScriptedEngine:
        return engine

    wiring.make_engine = scripted
    logging.configure()
    settings = read({**NO_ENGINE, **os.environ}, Path.cwd())
    stdin = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
    async with simulated_carrier(settings) as carrier, wiring.running(settings) as server:
        answer(server.surface.port)
        puppet = Puppet(server, engine, carrier)
        while line := await stdin.readline():
            answer(await puppet.do(json.loads(line)))


@contextlib.asynccontextmanager
async def simulated_carrier(settings: Settings) -> AsyncGenerator[SimulatedCarrier | None]:
    phone, origin = settings.phone, settings.server.public_origin
    if phone.twilio_account_sid is None or origin is None:
        yield None
        return
    token = phone.twilio_auth_token or ""
    api = urlsplit(phone.twilio_api_url)
    webhooks = Webhooks(lambda url, fields: sign(token, url, fields), Reach(origin, origin))
    carrier = SimulatedCarrier(phone.twilio_account_sid, token, webhooks)
    async with carrier.running(), carrier.serving(api.hostname or "", api.port or 0):
        yield carrier


def answer(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
