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


Write = NewSession | NewEvents | Erasure


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

    def ended_before(self, at_ms: int, limit: int = 1000) -> list[str]:
        """Ids of sessions that ended before this time: what retention erases."""
        ...


class StoreError(Exception):
    """The store can't do what was asked: full, locked, read-only, broken. The message says which, and what to do."""

    transient: ClassVar[bool] = True
    """Whether the same may succeed later."""
