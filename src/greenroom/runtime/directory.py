"""The directory of live sessions: made here, found here by id and nothing else, ended and cleaned up here."""

import asyncio
import contextlib
import random
import secrets
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog

from greenroom.core import signals as s
from greenroom.core.errors import Draining, LogUnavailable, NoSuchSession, ServerFull, Starting
from greenroom.core.record import closing, replay
from greenroom.core.session import Limits
from greenroom.core.step import create
from greenroom.ports.observer import Attached, Reader
from greenroom.ports.scenario import Scenario
from greenroom.ports.store import (
    Erasure,
    NewEvents,
    NewSession,
    OldCalls,
    SessionRow,
    Store,
    StoredEvent,
    StoreError,
    Write,
    session_of,
)
from greenroom.runtime.envelope import seal, unseal
from greenroom.runtime.fair_use import KEPT_MS
from greenroom.runtime.session_runner import OVER, Parts, SessionRunner

IDLE_SESSIONS_PER_PLACE = 10
"""Made but not joined sessions, for each session that may be live."""
STORED_WITHIN_S = 5.0
"""How long somebody waits for a new session; as long as the recorder itself waits before it gives up."""
END_WITHIN_S = 10.0
RETENTION_EVERY_S = 3600.0
PAGE_EVENTS = 1000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Admission:
    """How many sessions this process takes, and how long it keeps them."""

    max_sessions: int = 100
    keep_days: int = 30
    """0: until somebody deletes it."""
    limits: Limits = field(default_factory=Limits)


class Directory:
    """All sessions of this process. Use `running()` around everything else."""

    def __init__(
        self, parts: Parts, store: Store, scenarios: Callable[[], Iterable[Scenario]], admission: Admission
    ) -> None:
        self._parts = parts
        self._store = store
        self._scenarios = scenarios
        self._admission = admission
        self._live: dict[str, SessionRunner] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._changed = asyncio.Condition()
        self.draining = False

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator["Directory"]:
        """Close what a process that died left open, then own every session's task until all have ended."""
        await self._recover()
        async with asyncio.TaskGroup() as self._tasks:
            self._expire_old_ones()
            yield self
            self.draining = True
            self._parts.deadlines.clear("retention")
            await self.end_all("drained", at_once=True)

    # Making and finding.

    def ready(self) -> str | None:
        """None when a session can be made; else why not."""
        if self._tasks is None:
            return "starting"
        if self.draining:
            return "draining"
        if not self._parts.recorder.available:
            return "log_unavailable"
        return "server_full" if self._full() else None

    async def create(
        self, *, owner_id: str, channel: str, scenario_id: str, config: dict[str, Any], voice: str
    ) -> SessionRunner:
        """A new session that nobody is connected to yet, stored already: from now on a server that dies knows of it.

        Raises `BadConfiguration`, `UnknownScenario`, `ServerFull`, `Draining`, `LogUnavailable`.
        """
        # Before anything is looked at: what follows has to happen at once, or two could take the last place.
        try:
            practised = await asyncio.to_thread(self._store.practices, owner_id, scenario_id)
        except StoreError as error:
            raise LogUnavailable("sessions can't be stored at the moment") from error
        match self.ready():
            case "starting":
                raise Starting("the server has only just started; try again in a moment")
            case "draining":
                raise Draining("the server is about to stop")
            case "log_unavailable":
                raise LogUnavailable("sessions can't be stored at the moment")
            case "server_full":
                raise ServerFull("all places are taken; try again in a while")
            case _:
                pass
        scenario = self._parts.scenario(scenario_id)
        checked, voice = scenario.check(config, voice)
        seed = random.getrandbits(31)
        session_id = secrets.token_hex(12)
        made = create(
            session_id=session_id,
            seed=seed,
            channel=channel,
            scenario_id=scenario_id,
            config=checked,
            voice=voice,
            plan=self._parts.plan(scenario_id, checked, seed, practised),
            limits=self._admission.limits,
            at=self._parts.clock.now(),
        )
        row = SessionRow(
            session_id=session_id,
            log_id=secrets.token_hex(8),
            owner_id=owner_id,
            channel=channel,
            scenario_id=scenario_id,
            created_at_ms=self._parts.clock.unix_ms(),
        )
        if not self._parts.recorder.record(NewSession(row)):
            raise LogUnavailable("sessions can't be stored at the moment")
        runner = SessionRunner(row, made, self._parts, self._reader_of(session_id), practised)
        self._live[session_id] = runner
        assert self._tasks is not None
        self._tasks.create_task(self._serve(runner), name=f"session {session_id}")
        if not await self._parts.recorder.flush(within_s=STORED_WITHIN_S):
            runner.ask_end("log_unavailable")
            raise LogUnavailable("the session could not be stored")
        return runner

    def live(self, session_id: str) -> SessionRunner | None:
        """The session of exactly this id, unless it has ended and was cleaned up."""
        return self._live.get(session_id)

    def runners(self) -> list[SessionRunner]:
        return list(self._live.values())

    @property
    def live_count(self) -> int:
        return sum(runner.live for runner in self._live.values())

    def scenarios(self) -> list[dict[str, Any]]:
        return [scenario.describe() for scenario in self._scenarios()]

    # The history.

    async def row(self, session_id: str) -> SessionRow | None:
        runner = self._live.get(session_id)
        if runner is not None:
            return runner.row()
        return await asyncio.to_thread(self._store.session, session_id)

    async def rows(self, *, owner_id: str | None, before: tuple[int, str] | None, limit: int) -> list[SessionRow]:
        stored = await asyncio.to_thread(self._store.sessions, owner_id=owner_id, before=before, limit=limit)
        return [runner.row() if (runner := self._live.get(row.session_id)) else row for row in stored]

    async def events(self, session_id: str, *, after: int, limit: int) -> list[StoredEvent]:
        return await asyncio.to_thread(self._store.events, session_id, after=after, limit=limit)

    # Ending.

    async def end(self, session_id: str, reason: str) -> None:
        """End it and wait until it was cleaned up. Raises `NoSuchSession`; a no-op for one that has ended."""
        runner = self._live.get(session_id)
        if runner is None:
            if await asyncio.to_thread(self._store.session, session_id) is None:
                raise NoSuchSession("there is no such session")
            return
        runner.ask_end(reason)
        await self._gone([runner])

    async def erase(self, session_id: str) -> None:
        """End it if it is live, then delete it and everything said in it. Raises `NoSuchSession`."""
        await self.end(session_id, "erased")
        done = asyncio.Event()
        if not self._parts.recorder.record(Erasure(session_id), done.set):
            raise LogUnavailable("the session can't be erased at the moment")
        async with asyncio.timeout(END_WITHIN_S):
            await done.wait()

    async def reset(self) -> int:
        """End every session."""
        ended = await self.end_all("reset")
        log.info("all sessions reset", sessions=ended)
        return ended

    async def end_all(self, reason: str, *, at_once: bool = False) -> int:
        """End all of them for this reason and wait until they were cleaned up. `at_once`: no farewell is waited for."""
        runners = list(self._live.values())
        for runner in runners:
            runner.ask_end(reason)
            if at_once and not runner.ended:
                runner.ask_end(reason)  # asked a second time, a farewell is cut short
        await self._gone(runners)
        return len(runners)

    async def drain(self, within_s: float) -> None:
        """Take no more sessions, let live ones go on until the deadline, then end them with a farewell."""
        self.draining = True
        log.info("draining", sessions=self.live_count, withinSeconds=within_s)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s), self._changed:
                await self._changed.wait_for(lambda: self.live_count == 0)
        await self.end_all("drained")

    # Observers.

    async def attach_observer(self, session_id: str, reader: Reader, after: tuple[str, int] | None) -> None:
        """Replay the log from the cursor, then live; an ended session is replayed and closed. Raises `NoSuchSession`."""
        runner = self._live.get(session_id)
        if runner is not None and "pairing" in self._parts.breaks:
            runner = next(iter(self._live.values()))
        if runner is not None:
            await runner.attach_observer(reader, after)
        else:
            await self._replay_ended(session_id, reader, after)

    def detach_observer(self, session_id: str, reader: Reader) -> None:
        """Forget a reader; unknown ones are fine."""
        runner = self._live.get(session_id)
        if runner is not None:
            runner.detach_observer(reader)

    # Inside.

    def _full(self) -> bool:
        most = self._admission.max_sessions
        live = self.live_count
        return live >= most or len(self._live) - live >= most * IDLE_SESSIONS_PER_PLACE

    def _reader_of(self, session_id: str) -> Callable[[int, int], Any]:
        async def read(after: int, limit: int) -> list[StoredEvent]:
            return await self.events(session_id, after=after, limit=limit)

        return read

    async def _serve(self, runner: SessionRunner) -> None:
        try:
            await runner.run()
        except Exception:
            # One session's fault must not take the others with it; what it left open is told and closed.
            log.exception("session failed", sessionId=runner.session_id)
            await runner.abandon()
        finally:
            self._live.pop(runner.session_id, None)
            async with self._changed:
                self._changed.notify_all()

    async def _gone(self, runners: list[SessionRunner]) -> None:
        waiting = {runner.session_id for runner in runners}
        async with asyncio.timeout(END_WITHIN_S), self._changed:
            await self._changed.wait_for(lambda: waiting.isdisjoint(self._live))

    async def _replay_ended(self, session_id: str, reader: Reader, after: tuple[str, int] | None) -> None:
        row = await asyncio.to_thread(self._store.session, session_id)
        if row is None:
            raise NoSuchSession("there is no such session")
        resumed = after is not None and after[0] == row.log_id and after[1] <= row.head_seq
        seq = after[1] if resumed and after is not None else 0
        reader.attached(
            Attached(log_id=row.log_id, head_seq=row.head_seq, resumed=resumed, status=row.status, caller_present=False)
        )
        while page := await self.events(session_id, after=seq, limit=PAGE_EVENTS):
            for event in page:
                reader.event(event.body, event.seq)
            seq = page[-1].seq
        reader.end(OVER, row.reason or "ended")

    async def _recover(self) -> None:
        """Sessions that were live when the process died end as `node_lost`, their transcripts whole."""
        for row in await asyncio.to_thread(self._store.unended):
            lines = await self._whole_log(row.session_id)
            record = replay(event for line in lines if (event := unseal(line)) is not None)
            at_ms = self._parts.clock.unix_ms()
            sealed = tuple(
                seal(event, session_id=row.session_id, log_id=row.log_id, seq=len(lines) + number, at_ms=at_ms)
                for number, event in enumerate(closing(record, "node_lost", _last_ms(record.turns)), 1)
            )
            self._parts.recorder.record(
                NewEvents(row.session_id, sealed, status="ended", reason="node_lost", ended_at_ms=at_ms)
            )
            log.info("session ended", sessionId=row.session_id, reason="node_lost")
            self._parts.metrics.ended("node_lost")
        await self._parts.recorder.flush(within_s=END_WITHIN_S)

    async def _whole_log(self, session_id: str) -> list[StoredEvent]:
        lines: list[StoredEvent] = []
        while page := await self.events(session_id, after=len(lines), limit=PAGE_EVENTS):
            lines += page
        return lines

    def _expire_old_ones(self) -> None:
        now = self._parts.clock.now()
        self._parts.deadlines.set("retention", now + RETENTION_EVERY_S, self._expire_old_ones)
        assert self._tasks is not None
        self._tasks.create_task(self._erase_old_ones(), name="retention")

    async def _erase_old_ones(self) -> None:
        self._parts.recorder.record(OldCalls(self._parts.clock.unix_ms() - KEPT_MS))
        if self._admission.keep_days == 0:
            return
        before = self._parts.clock.unix_ms() - self._admission.keep_days * 86_400_000
        while old := await asyncio.to_thread(self._store.ended_before, before, 100):
            for session_id in old:
                self._parts.recorder.record(Erasure(session_id))
            log.info("old sessions erased", sessions=len(old))
            if not await self._parts.recorder.flush(within_s=END_WITHIN_S):
                return


def log_unavailable(directory: Directory) -> None:
    """Nothing can be stored any more: end what is live, in words."""
    for runner in directory.runners():
        runner.signal(s.EndAskedFor("log_unavailable"))


def write_lost(directory: Directory, write: Write) -> None:
    """A write that will never be stored: its session's log has a gap, so the session ends."""
    session_id = session_of(write)
    runner = None if session_id is None else directory.live(session_id)
    if runner is not None:
        runner.signal(s.EndAskedFor("log_unavailable"))


def _last_ms(turns: Iterable[Any]) -> int:
    return max((turn.completed.ended_ms for turn in turns if turn.completed is not None), default=0)
