"""SQLite's errors in words that say what to do."""

import sqlite3
from pathlib import Path

from greenroom.ports.store import StoreError
from greenroom.stores.errors import WriteRefused

_PRIMARY = 0xFF  # an extended code keeps its family in the low byte


def in_words(error: Exception, path: Path) -> StoreError:
    """The `StoreError` for what SQLite, or binding a value for it, has raised."""
    code = getattr(error, "sqlite_errorcode", None)
    match None if code is None else code & _PRIMARY:
        case sqlite3.SQLITE_CONSTRAINT:
            return WriteRefused(f"this line or this session is in the log already ({error})")
        case sqlite3.SQLITE_TOOBIG | sqlite3.SQLITE_MISMATCH | sqlite3.SQLITE_RANGE:
            return WriteRefused(f"this can't be stored: {error}")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreError(f"{path} is locked by another program: end it, or give this server a folder of its own")
        case sqlite3.SQLITE_FULL:
            return StoreError(f"the disk of {path} is full: make room, then writing goes on by itself")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return StoreError(f"{path} is read-only: let this user write to the file and its folder")
        case sqlite3.SQLITE_CANTOPEN:
            return StoreError(f"{path} can't be opened: let this user read and write the file and its folder")
        case sqlite3.SQLITE_NOTADB:
            return StoreError(f"{path} is not a database: move it away, or name another data folder")
        case sqlite3.SQLITE_CORRUPT:
            return StoreError(f"{path} is damaged: restore it from a backup, or move it away to begin anew")
        case sqlite3.SQLITE_IOERR:
            return StoreError(f"the disk of {path} does not read or write as it should: {error}")
        case None if isinstance(error, (UnicodeError, OverflowError, sqlite3.InterfaceError)):
            return WriteRefused(f"this can't be stored: {type(error).__name__}")
        case None if isinstance(error, sqlite3.ProgrammingError):
            # Without a code it comes from the driver: a value of a wrong type, or a closed connection.
            return WriteRefused(f"this can't be stored: {error}")
        case _:
            return StoreError(f"{path}: {error}")
