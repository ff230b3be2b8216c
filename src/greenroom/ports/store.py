"""The store: the log of every session, and the history made from it.

Bodies are the wire events as JSON, whole: what an observer is shown is what was stored, byte for byte.
"""

from collections.abc import Sequence
from typing import ClassVar, Protocol

import msgspec


class StoredEvent(msgspec.Struct, frozen=True, gc=False):
    """One line of a session's log."""

    seq: int
    """Starts at 1 and grows by one within its log."""
    type: str
    at_ms: int
    """Unix time in milliseconds."""
    body: bytes
    """The wire event, envelope included, as UTF-8 JSON."""


class SessionRow(msgspec.Struct, frozen=True):
    """One session in the history; the log holds everything else."""

    session_id: str
    log_id: str
    owner_id: str
    """Empty: the admin's."""
    channel: str
    scenario_id: str
    created_at_ms: int
    status: str = "idle"
    reason: str | None = None
    configuration: bytes = b"{}"
    """`{"revision","scenarioId","config","voice"}` as JSON, as last accepted."""
    node_id: str = ""
    """The process that serves it, or served it."""
    head_seq: int = 0
    ended_at_ms: int | None = None


class NewSession(msgspec.Struct, frozen=True, tag=True):
    """Write: a session begins."""

    row: SessionRow


class NewEvents(msgspec.Struct, frozen=True, tag=True):
    """Write: lines for a session's log, and what they change in its row."""

    session_id: str
    events: tuple[StoredEvent, ...]
    status: str | None = None
    reason: str | None = None
    configuration: bytes | None = None
    scenario_id: str | None = None
    ended_at_ms: int | None = None


class Erasure(msgspec.Struct, frozen=True, tag=True):
    """Write: a session and its log are deleted; unknown ones are fine."""

    session_id: str


class CallRow(msgspec.Struct, frozen=True):
    """A phone call that counts against the limits. It says neither who was called nor in which session."""

    call_id: str
    """Ours, made for this row."""
    at_ms: int
    """Unix time in milliseconds."""
    number_key: str = ""
    """A keyed hash of the number; empty where none is known."""
    number_ends: str = ""
    """Its two last digits."""
    address_key: str = ""
    """A keyed hash of the address that asked for it; empty for the operator's own and for calls that came in."""


class NewCall(msgspec.Struct, frozen=True, tag=True):
    """Write: a call is about to be made."""

    row: CallRow


class CallUndone(msgspec.Struct, frozen=True, tag=True):
    """Write: a call that never came to be; unknown ones are fine."""

    call_id: str


class OldCalls(msgspec.Struct, frozen=True, tag=True):
    """Write: calls from before this time are forgotten."""

    before_ms: int


Write = NewSession | NewEvents | Erasure | NewCall | CallUndone | OldCalls


def session_of(write: Write) -> str | None:
    """The id of the session that a write is about, if it is about one."""
    match write:
        case NewSession(row):
            return row.session_id
        case NewEvents() | Erasure():
            return write.session_id
        case _:
            return None


class Store(Protocol):
    """Synchronous on purpose: one writer thread writes, other threads read at the same time.

    `write` is one transaction: all of it is durable when it returns, or none of it is and it raises `StoreError`.
    Events for a session that does not exist (it was erased) are dropped without an error. A line whose seq is in the
    log already raises `StoreError`.
    """

    def open(self) -> None:
        """Make ready, the schema included (migrated only if its version differs). Raises `StoreError`, in words."""
        ...

    def close(self) -> None: ...

    def write(self, batch: Sequence[Write]) -> None: ...

    def session(self, session_id: str) -> SessionRow | None: ...

    def sessions(
        self, *, owner_id: str | None = None, before: tuple[int, str] | None = None, limit: int = 50
    ) -> list[SessionRow]:
        """Newest first, by (created_at_ms, session_id) descending; `before` is the last row's pair of the page before."""
        ...

    def practices(self, owner_id: str, scenario_id: str) -> int:
        """How many sessions of this scenario the owner has in the history."""
        ...

    def unended(self, node_id: str | None = None) -> list[SessionRow]:
        """Sessions without an end, of one node or of all; what recovery closes at start."""
        ...

    def events(self, session_id: str, *, after: int = 0, limit: int = 1000) -> list[StoredEvent]:
        """The log from `after` on, in order of seq."""
        ...

    def calls_since(self, at_ms: int) -> list[CallRow]:
        """Calls from this time on, the oldest first."""
        ...

    def ended_before(self, at_ms: int, limit: int = 1000) -> list[str]:
        """Ids of sessions that ended before this time: what retention erases."""
        ...


class StoreError(Exception):
    """The store can't do what was asked: full, locked, read-only, broken. The message says which, and what to do."""

    transient: ClassVar[bool] = True
    """Whether the same may succeed later."""
