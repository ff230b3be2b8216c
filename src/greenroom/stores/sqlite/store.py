"""`SqliteStore`: one connection writes, others read at the same time, and what is erased leaves the file.

The reasons for the settings below are in docs/adr/0010 (durability), 0011 (no SQLAlchemy at run time) and
0012 (erasing).
"""

import os
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import Any, cast

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
    StoreError,
    Write,
)
from greenroom.stores.sqlite import compiled as sql
from greenroom.stores.sqlite.version import bring_up_to_date
from greenroom.stores.sqlite.words import in_words

LOCK_WAIT_MS = 1000
SCRUB_WAIT_MS = 100
SCRUB_AT_ONCE_BYTES = 16 << 20
"""A file up to this size is rewritten at each erasure: 0.1 s on an ordinary disk, 2 s on the card of a small computer."""
SCRUB_AT_CLOSE_BYTES = 256 << 20
"""A larger one up to this size is rewritten when the store is closed: 2 s on an ordinary disk."""
_IDLE_READERS = 4
_MAX_WAL_BYTES = 16 << 20

_CHANGES = ("status", "reason", "configuration", "scenario_id", "ended_at_ms")


class SqliteStore:
    """Keeps everything in one file. `write` from one thread at a time; reads from any."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: sqlite3.Connection | None = None
        self._writing = Lock()
        self._idle_readers: list[sqlite3.Connection] = []
        self._wal_holds_erased = False

    def open(self) -> None:
        """Make the folder (for this user only), the file and the schema where they are missing, and take it up."""
        self._make_file()
        writer: sqlite3.Connection | None = None
        try:
            writer = self._connect()
            self._prepare(writer)
        except BaseException as error:
            if writer is not None:
                writer.close()
            if isinstance(error, sqlite3.Error):
                raise in_words(error, self._path) from error
            raise
        self._writer = writer
        # A process that was killed between an erasure and its scrubbing has left this to us.
        self._wal_holds_erased = True
        self._scrub(SCRUB_AT_ONCE_BYTES)

    def close(self) -> None:
        with self._writing:
            if self._writer is None:
                return
            self._scrub(SCRUB_AT_CLOSE_BYTES)
            writer, self._writer = self._writer, None
            while self._idle_readers:
                self._idle_readers.pop().close()
            writer.close()

    def write(self, batch: Sequence[Write]) -> None:
        with self._writing:
            writer = self._opened()
            try:
                writer.execute("BEGIN IMMEDIATE")
                for kind, run in groupby(batch, key=type):
                    _apply(writer, kind, list(run))
                writer.execute("COMMIT")
            except BaseException as error:
                with suppress(sqlite3.Error):
                    writer.execute("ROLLBACK")  # refused where SQLite has rolled back by itself
                if isinstance(error, (sqlite3.Error, UnicodeError, OverflowError)):
                    raise in_words(error, self._path) from error
                raise
            if self._wal_holds_erased or any(isinstance(write, Erasure) for write in batch):
                self._wal_holds_erased = True
                self._scrub(SCRUB_AT_ONCE_BYTES)

    def compact(self) -> None:
        """Rewrite the file, however large: it shrinks, and nothing erased is left in it. Writes wait meanwhile."""
        with self._writing:
            writer = self._opened()
            try:
                writer.execute("PRAGMA user_version = 1")
            except sqlite3.Error as error:
                raise in_words(error, self._path) from error
            self._wal_holds_erased = True
            if not self._scrub(max_bytes=None):
                message = f"{self._path} could not be compacted: is there room for a second copy of it?"
                raise StoreError(message)

    def session(self, session_id: str) -> SessionRow | None:
        rows = self._read(sql.SESSION, {"session_id": session_id})
        return SessionRow(*rows[0]) if rows else None

    def sessions(
        self, *, owner_id: str | None = None, before: tuple[int, str] | None = None, limit: int = 50
    ) -> list[SessionRow]:
        if owner_id is None:
            statement = sql.SESSIONS if before is None else sql.SESSIONS_BEFORE
        else:
            statement = sql.SESSIONS_OF_OWNER if before is None else sql.SESSIONS_OF_OWNER_BEFORE
        before_ms, before_id = before or (0, "")
        values = {"owner_id": owner_id, "before_ms": before_ms, "before_id": before_id, "limit": max(0, limit)}
        return [SessionRow(*row) for row in self._read(statement, values)]

    def practices(self, owner_id: str, scenario_id: str) -> int:
        ((count,),) = self._read(sql.PRACTICES, {"owner_id": owner_id, "scenario_id": scenario_id})
        return count

    def unended(self, node_id: str | None = None) -> list[SessionRow]:
        statement = sql.UNENDED if node_id is None else sql.UNENDED_OF_NODE
        return [SessionRow(*row) for row in self._read(statement, {"node_id": node_id})]

    def events(self, session_id: str, *, after: int = 0, limit: int = 1000) -> list[StoredEvent]:
        values = {"session_id": session_id, "after": after, "limit": max(0, limit)}
        return [StoredEvent(*row) for row in self._read(sql.EVENTS, values)]

    def calls_since(self, at_ms: int) -> list[CallRow]:
        return [CallRow(*row) for row in self._read(sql.CALLS_SINCE, {"at_ms": at_ms})]

    def ended_before(self, at_ms: int, limit: int = 1000) -> list[str]:
        return [session_id for (session_id,) in self._read(sql.ENDED_BEFORE, {"at_ms": at_ms, "limit": max(0, limit)})]

    def _make_file(self) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # SQLite would make it readable by all; its side files take over the mode that they find here.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            message = f"{self._path} can't be opened for writing: {error.strerror}"
            raise StoreError(message) from error

    def _prepare(self, writer: sqlite3.Connection) -> None:
        bring_up_to_date(writer, self._path)
        # Only now: a file that is not ours has been left as it was.
        if writer.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            message = f"{self._path} is on a disk that can't share memory (a network share?): use a local one"
            raise StoreError(message)
        writer.execute("PRAGMA synchronous = FULL")
        writer.execute("PRAGMA secure_delete = ON")
        writer.execute(f"PRAGMA journal_size_limit = {_MAX_WAL_BYTES}")

    def _connect(self) -> sqlite3.Connection:
        # Opened on one thread, used on others, by one at a time; transactions are begun by hand.
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, cached_statements=32)
        connection.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_MS}")
        return connection

    def _opened(self) -> sqlite3.Connection:
        if self._writer is None:
            raise StoreError("the store is not open")
        return self._writer

    def _read(self, statement: str, values: dict[str, Any]) -> list[Any]:
        try:
            with self._reader() as reader:
                return reader.execute(statement, values).fetchall()
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise in_words(error, self._path) from error

    @contextmanager
    def _reader(self) -> Generator[sqlite3.Connection]:
        self._opened()
        try:
            reader = self._idle_readers.pop()
        except IndexError:
            reader = self._connect()
            reader.execute("PRAGMA query_only = ON")
        try:
            yield reader
        finally:
            if self._writer is None or len(self._idle_readers) >= _IDLE_READERS:
                reader.close()
            else:
                self._idle_readers.append(reader)

    def _scrub(self, max_bytes: int | None) -> bool:
        """Take what was erased out of the file and its log; what can't be done now is tried again after later writes.

        Never raises: the erasure itself is committed.
        """
        writer = self._opened()
        try:
            # user_version 1: lines were erased since the file was last rewritten (secure_delete leaves traces).
            if writer.execute("PRAGMA user_version").fetchone()[0]:
                pages, page_bytes = (writer.execute(f"PRAGMA page_{what}").fetchone()[0] for what in ("count", "size"))
                if max_bytes is None or pages * page_bytes <= max_bytes:
                    writer.execute("VACUUM")
                    writer.execute("PRAGMA user_version = 0")
            self._wal_holds_erased = not _truncate_wal(writer)
        except sqlite3.Error as error:
            import structlog

            structlog.get_logger().warning("erased lines not scrubbed yet", why=str(in_words(error, self._path)))
            return False
        return not self._wal_holds_erased


def _truncate_wal(writer: sqlite3.Connection) -> bool:
    """The write-ahead log keeps old pages until it is cut; a reader in mid-query prevents that."""
    writer.execute(f"PRAGMA busy_timeout = {SCRUB_WAIT_MS}")
    try:
        busy, _, _ = writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        writer.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_MS}")
    return not busy


def _apply(writer: sqlite3.Connection, kind: type[Write], run: list[Any]) -> None:
    """Neighbours of one kind go in together: few statements, so the loop's thread is seldom kept from running."""
    if kind is NewEvents:
        writes = cast("list[NewEvents]", run)
        writer.executemany(sql.ADD_LINE, [_line(write.session_id, event) for write in writes for event in write.events])
        changes = [change for write in writes if (change := _change(write))]
        if changes:
            writer.executemany(sql.CHANGE_SESSION, changes)
    elif kind is Erasure:
        ids = [{"session_id": write.session_id} for write in cast("list[Erasure]", run)]
        erased = writer.executemany(sql.ERASE_LINES, ids).rowcount + writer.executemany(sql.ERASE_SESSION, ids).rowcount
        if erased:
            writer.execute("PRAGMA user_version = 1")
    else:
        writer.executemany(*_PLAIN[kind](run))


_PLAIN: dict[type[Write], Callable[[list[Any]], tuple[str, list[dict[str, Any]]]]] = {
    NewSession: lambda run: (sql.ADD_SESSION, [msgspec.structs.asdict(write.row) for write in run]),
    NewCall: lambda run: (sql.ADD_CALL, [msgspec.structs.asdict(write.row) for write in run]),
    CallUndone: lambda run: (sql.UNDO_CALL, [msgspec.structs.asdict(write) for write in run]),
    OldCalls: lambda run: (sql.FORGET_CALLS, [msgspec.structs.asdict(write) for write in run]),
}


def _line(session_id: str, event: StoredEvent) -> dict[str, Any]:
    return {
        "session_id": session_id,
        "seq": event.seq,
        "type": event.type,
        "at_ms": event.at_ms,
        "body": event.body,
    }


def _change(write: NewEvents) -> dict[str, Any] | None:
    change: dict[str, Any] = {name: getattr(write, name) for name in _CHANGES}
    if all(value is None for value in change.values()):
        return None
    change["which"] = write.session_id
    return change
