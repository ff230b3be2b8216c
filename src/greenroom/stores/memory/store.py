"""`MemoryStore`: the store's contract in dictionaries."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from threading import Lock

import msgspec

from greenroom.ports.store import (
    CallRow,
    CallUndone,
    Erasure,
    NewCall,
    NewEvents,
    NewSession,
    OldCalls,
    SessionRow,
    StoredEvent,
    Write,
)
from greenroom.stores.errors import WriteRefused

_CHANGES = ("status", "reason", "configuration", "scenario_id", "ended_at_ms")


@dataclass(slots=True)
class _Session:
    row: SessionRow
    log: list[StoredEvent]
    """In order of seq; shared with the state before the batch until that is committed."""
    added: dict[int, StoredEvent] = field(default_factory=dict[int, StoredEvent])

    def with_head(self) -> SessionRow:
        return msgspec.structs.replace(self.row, head_seq=self.log[-1].seq if self.log else 0)


class MemoryStore:
    """Writes and reads from any thread."""

    def __init__(self) -> None:
        self._sessions: dict[str, _Session] = {}
        self._calls: dict[str, CallRow] = {}
        self._lock = Lock()

    def open(self) -> None: ...

    def close(self) -> None: ...

    def write(self, batch: Sequence[Write]) -> None:
        with self._lock:
            staged: dict[str, _Session | None] = {}
            calls = self._calls
            for write in batch:
                if isinstance(write, (NewCall, CallUndone, OldCalls)):
                    calls = _with_calls(calls, write)
                else:
                    self._stage(staged, write)
            self._calls = calls
            for session_id, session in staged.items():
                if session is None:
                    self._sessions.pop(session_id, None)
                else:
                    log = sorted([*session.log, *session.added.values()], key=_seq) if session.added else session.log
                    self._sessions[session_id] = _Session(session.row, log)

    def session(self, session_id: str) -> SessionRow | None:
        with self._lock:
            session = self._sessions.get(session_id)
            return None if session is None else session.with_head()

    def sessions(
        self, *, owner_id: str | None = None, before: tuple[int, str] | None = None, limit: int = 50
    ) -> list[SessionRow]:
        rows = [row for row in self._oldest_first() if owner_id is None or row.owner_id == owner_id]
        return [row for row in reversed(rows) if before is None or _place(row) < before][: max(0, limit)]

    def practices(self, owner_id: str, scenario_id: str) -> int:
        return sum((row.owner_id, row.scenario_id) == (owner_id, scenario_id) for row in self._oldest_first())

    def unended(self, node_id: str | None = None) -> list[SessionRow]:
        rows = [row for row in self._oldest_first() if row.ended_at_ms is None]
        return [row for row in rows if node_id is None or row.node_id == node_id]

    def events(self, session_id: str, *, after: int = 0, limit: int = 1000) -> list[StoredEvent]:
        with self._lock:
            session = self._sessions.get(session_id)
            log = [] if session is None else session.log
            start = bisect_right(log, after, key=_seq)
            return log[start : start + max(0, limit)]

    def calls_since(self, at_ms: int) -> list[CallRow]:
        with self._lock:
            rows = [row for row in self._calls.values() if row.at_ms >= at_ms]
        return sorted(rows, key=lambda row: (row.at_ms, row.call_id))

    def ended_before(self, at_ms: int, limit: int = 1000) -> list[str]:
        ends = [(row.ended_at_ms, row.session_id) for row in self._oldest_first() if row.ended_at_ms is not None]
        return [session_id for ended_at_ms, session_id in sorted(ends) if ended_at_ms < at_ms][: max(0, limit)]

    def _stage(self, staged: dict[str, _Session | None], write: NewSession | NewEvents | Erasure) -> None:
        session_id = write.row.session_id if isinstance(write, NewSession) else write.session_id
        if session_id not in staged:
            known = self._sessions.get(session_id)
            staged[session_id] = None if known is None else _Session(known.row, known.log)
        session = staged[session_id]
        match write:
            case NewSession(row):
                if session is not None:
                    message = f"session {session_id} is there already"
                    raise WriteRefused(message)
                staged[session_id] = _Session(row, [])
            case NewEvents():
                if session is not None:
                    _add(session, write)
            case Erasure():
                staged[session_id] = None

    def _oldest_first(self) -> list[SessionRow]:
        with self._lock:
            return sorted((session.with_head() for session in self._sessions.values()), key=_place)


def _with_calls(calls: dict[str, CallRow], write: NewCall | CallUndone | OldCalls) -> dict[str, CallRow]:
    match write:
        case NewCall(row):
            if row.call_id in calls:
                message = f"call {row.call_id} is there already"
                raise WriteRefused(message)
            return {**calls, row.call_id: row}
        case CallUndone(call_id):
            return {known: row for known, row in calls.items() if known != call_id}
        case OldCalls(before_ms):
            return {known: row for known, row in calls.items() if row.at_ms >= before_ms}


def _add(session: _Session, write: NewEvents) -> None:
    for event in write.events:
        # Lines nearly always come in order: the last one tells.
        at = bisect_right(session.log, event.seq, key=_seq)
        if event.seq in session.added or (at > 0 and session.log[at - 1].seq == event.seq):
            message = f"line {event.seq} of session {write.session_id} is in the log already"
            raise WriteRefused(message)
        session.added[event.seq] = event
    changes = {name: value for name in _CHANGES if (value := getattr(write, name)) is not None}
    if changes:
        session.row = msgspec.structs.replace(session.row, **changes)


def _place(row: SessionRow) -> tuple[int, str]:
    return row.created_at_ms, row.session_id


_seq = attrgetter("seq")
