"""The log and the history in one SQLite file."""

from greenroom.stores.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
