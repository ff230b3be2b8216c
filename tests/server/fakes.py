"""A runtime that is nothing but dicts, and a server surface on top of it."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from websockets import ConnectionClosed
from websockets.asyncio.client import ClientConnection, connect

from greenroom.config import read
from greenroom.core.errors import BadConfiguration, NoSuchSession, OutOfOrder, RevisionConflict, ServerFull
from greenroom.ports.caller import CallerLeg
from greenroom.ports.observer import Attached, Reader
from greenroom.ports.store import SessionRow, StoredEvent
from greenroom.runtime.metrics import Metrics
from greenroom.server.surface import Patiences, Surface, open_surface
from greenroom.telephony.twilio.leg import TwilioLeg
from greenroom.websocket import Heartbeats
from tests.server.echo import FakeClock

ADMIN = "the-admin-token"


class Call:
    """What a leg reported, as `CallerEvents`."""

    def __init__(self, leg: CallerLeg) -> None:
        self.leg = leg
        self.said: list[tuple[Any, ...]] = []
        self.changed = asyncio.Condition()

    def audio(self, payload: bytes) -> None:
        self.said.append(("audio", payload))

    def mark_played(self, name: str) -> None:
        self.said.append(("mark", name))

    def cleared(self, reply_id: str, played_ms: int) -> None:
        self.said.append(("cleared", reply_id, played_ms))

    def hung_up(self) -> None:
        self.said.append(("hung up",))

    def lost(self, code: str) -> None:
        self.said.append(("lost", code))


class FakeSession:
    def __init__(self, session_id: str, owner_id: str, channel: str, scenario_id: str, config: Any, voice: str) -> None:
        self.session_id = session_id
        self.owner_id = owner_id
        self.log_id = f"log-{session_id}"
        self.channel = channel
        self.status = "idle"
        self.wanted: dict[str, Any] = {"revision": 1, "scenarioId": scenario_id, "config": config, "voice": voice}
        self.asked: list[tuple[Any, ...]] = []
        self.calls: list[Call] = []
        self.log: list[StoredEvent] = []
        self.readers: list[Reader] = []
        self.publish("session.created", scenarioId=scenario_id, channel=channel)

    def publish(self, kind: str, **fields: Any) -> None:
        seq = len(self.log) + 1
        body = {"type": kind, "sessionId": self.session_id, "logId": self.log_id, "seq": seq, **fields}
        self.log.append(StoredEvent(seq, kind, 0, msgspec.json.encode(body)))
        for reader in tuple(self.readers):
            reader.event(self.log[-1].body, seq)

    def configuration(self) -> dict[str, Any]:
        return self.wanted

    def turns(self) -> list[dict[str, Any]]:
        return []

    def usage(self) -> dict[str, Any]:
        return {"audioMs": 0}

    def configure(self, *, scenario_id: str, config: Any, voice: str, revision: int | None) -> dict[str, Any] | None:
        if "bad" in config:
            raise BadConfiguration("bad is not a field of this form")
        content = {"scenarioId": scenario_id, "config": config, "voice": voice}
        revision = self.wanted["revision"] + 1 if revision is None else revision
        if revision == self.wanted["revision"]:
            if content.items() <= self.wanted.items():
                return {"type": "configuration.accepted", "sessionId": self.session_id, **self.wanted}
            raise RevisionConflict
        self.wanted = {"revision": revision, **content}
        self.publish("configuration.accepted", **self.wanted)
        return None

    def ask_end(self, reason: str) -> None:
        self.asked.append(("end", reason))
        self.status = "ended"
        self.publish("call.status_changed", status="ended", reason=reason)
        for call in self.calls:
            call.leg.close(1000, reason)
        for reader in tuple(self.readers):
            reader.end(4410, reason)
        self.readers.clear()

    def type_text(self, text: str) -> None:
        if text == "too early":
            raise OutOfOrder("idle", "TextTyped")
        self.asked.append(("text", text))
        self.publish("turn.completed", text=text, typed=True)

    def give_cue(self, cue: str) -> None:
        self.asked.append(("cue", cue))
        self.publish("notice", code="cue", message=cue)

    def attach_caller(self, leg: CallerLeg) -> Call:
        if self.status == "ended":
            raise OutOfOrder("ended", "CallerJoined")
        for call in self.calls:
            call.leg.close(4409, "replaced")
        self.calls.append(Call(leg))
        return self.calls[-1]


class FakeDirectory:
    """Sessions in a dict. `gate`, when set, holds every attach until it is opened."""

    def __init__(self) -> None:
        self.sessions: dict[str, FakeSession] = {}
        self.not_ready: str | None = None
        self.gate: asyncio.Event | None = None
        self.detached: list[str] = []

    async def create(
        self, *, owner_id: str, channel: str, scenario_id: str, config: dict[str, Any], voice: str
    ) -> FakeSession:
        if self.not_ready:
            raise ServerFull("all places are taken")
        if "bad" in config:
            raise BadConfiguration("bad is not a field of this form")
        session_id = f"s{len(self.sessions) + 1}"
        self.sessions[session_id] = FakeSession(session_id, owner_id, channel, scenario_id, config, voice)
        return self.sessions[session_id]

    def live(self, session_id: str) -> FakeSession | None:
        session = self.sessions.get(session_id)
        return None if session is None or session.status == "ended" else session

    async def row(self, session_id: str) -> SessionRow | None:
        session = self.sessions.get(session_id)
        if session is None:
            return None
        return SessionRow(
            session_id,
            session.log_id,
            session.owner_id,
            session.channel,
            session.wanted["scenarioId"],
            created_at_ms=int(session_id[1:]),
            status=session.status,
            configuration=msgspec.json.encode(session.wanted),
            head_seq=len(session.log),
        )

    async def rows(self, *, owner_id: str | None, before: tuple[int, str] | None, limit: int) -> list[SessionRow]:
        rows = [await self.row(session_id) for session_id in reversed(self.sessions)]
        mine = [row for row in rows if row and owner_id in (None, row.owner_id)]
        return [row for row in mine if before is None or (row.created_at_ms, row.session_id) < before][:limit]

    async def events(self, session_id: str, *, after: int, limit: int) -> list[StoredEvent]:
        return self.sessions[session_id].log[after : after + limit]

    async def end(self, session_id: str, reason: str) -> None:
        if session_id not in self.sessions:
            raise NoSuchSession
        if self.live(session_id):
            self.sessions[session_id].ask_end(reason)

    async def erase(self, session_id: str) -> None:
        await self.end(session_id, "erased")
        del self.sessions[session_id]

    async def reset(self) -> int:
        live = [session for session in self.sessions.values() if session.status != "ended"]
        for session in live:
            session.ask_end("reset")
        return len(live)

    def ready(self) -> str | None:
        return self.not_ready

    def scenarios(self) -> list[dict[str, Any]]:
        return [{"scenarioId": "job_interview"}]

    async def attach_observer(self, session_id: str, reader: Reader, after: tuple[str, int] | None) -> None:
        session = self.sessions.get(session_id)
        if session is None:
            raise NoSuchSession
        if self.gate is not None:
            await self.gate.wait()
        resumed = after is not None and after[0] == session.log_id and after[1] <= len(session.log)
        reader.attached(Attached(session.log_id, len(session.log), resumed, session.status, bool(session.calls)))
        for event in session.log[after[1] if resumed and after else 0 :]:
            reader.event(event.body, event.seq)
        if session.status == "ended":
            reader.end(4410, "ended")
        else:
            session.readers.append(reader)

    def detach_observer(self, session_id: str, reader: Reader) -> None:
        self.detached.append(session_id)
        session = self.sessions.get(session_id)
        if session is not None and reader in session.readers:
            session.readers.remove(reader)


@dataclasses.dataclass
class House:
    directory: FakeDirectory
    surface: Surface
    metrics: Metrics
    clock: FakeClock
    base_path: str = ""

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.surface.port}{self.base_path}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.surface.port}{self.base_path}"

    def ticket(self, session: FakeSession, role: Any = "observer", **options: Any) -> str:
        return self.surface.tickets.give(session.session_id, role, self.clock.now(), **options)

    async def session(self, channel: str = "phone", owner_id: str = "owner-1") -> FakeSession:
        return await self.directory.create(
            owner_id=owner_id, channel=channel, scenario_id="job_interview", config={"jobTitle": "Nurse"}, voice=""
        )

    def connect(self, path: str, **options: Any) -> connect:
        return connect(self.ws + path, compression=None, **options)


@asynccontextmanager
async def house(
    tmp_path: Path,
    *,
    environ: dict[str, str] | None = None,
    patiences: Patiences | None = None,
    heartbeats: Heartbeats | None = None,
) -> AsyncGenerator[House]:
    """A listening server. On leaving, everything it had open must be gone."""
    settings = read(
        {
            "GREENROOM_PORT": "0",
            "GREENROOM_DATA": str(tmp_path),
            "GREENROOM_ADMIN_TOKEN": ADMIN,
            "GREENROOM_CONNECTS_PER_IP_PER_MINUTE": "0",
            **(environ or {}),
        },
        tmp_path,
    )
    directory, metrics, clock = FakeDirectory(), Metrics(), FakeClock()
    tasks = len(asyncio.all_tasks())
    async with open_surface(
        settings.server,
        settings.limits,
        settings.phone,
        sessions=directory,
        metrics=metrics,
        clock=clock,
        make_phone_leg=TwilioLeg,
        patiences=patiences,
        heartbeats=heartbeats,
    ) as surface:
        yield House(directory, surface, metrics, clock, settings.server.base_path)
    assert len(surface.sockets) == surface.sockets.unattached == surface.serving.connections == 0
    assert len(surface.heartbeats) == len(surface.tasks) == 0
    assert metrics.legs_open.total() == metrics.sockets_open.total() == 0
    assert not any(session.readers for session in directory.sessions.values())
    assert len(asyncio.all_tasks()) == tasks


async def next_json(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(5):
        return msgspec.json.decode(await socket.recv())


async def close_of(socket: ClientConnection) -> tuple[int, str]:
    """Code and reason that the server closes with; what it sends before is passed over."""
    async with asyncio.timeout(6):
        with contextlib.suppress(ConnectionClosed):
            async for _ in socket:
                pass
        await socket.wait_closed()
    assert socket.close_code is not None
    return socket.close_code, socket.close_reason or ""
