"""Which schema a file has, and bringing it to ours. Alembic is imported only when there is something to migrate."""

import sqlite3
from pathlib import Path

from greenroom.ports.store import StoreError
from greenroom.stores.sqlite.compiled import SCHEMA

VERSION = "0002"
"""The newest of `migrations/versions`: four digits, counting up."""

_STAMP = ("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",)


def bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    """Make the schema in an empty file, migrate an older one, refuse a newer or a foreign one with `StoreError`."""
    found = _version(connection, path)
    if found is None:
        _create(connection, path)
    elif found != VERSION:
        if found > VERSION:
            message = (
                f"{path} was written by a newer Greenroom (its schema is {found}, this one's {VERSION}):"
                " start the newer program, or name another data folder"
            )
            raise StoreError(message)
        from greenroom.stores.sqlite.migrate import migrate

        migrate(path)


def _version(connection: sqlite3.Connection, path: Path) -> str | None:
    """The schema's version; None in an empty file."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return None
    row = (
        connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if "alembic_version" in tables
        else None
    )
    if row is None:
        message = f"{path} is another program's database: name another data folder"
        raise StoreError(message)
    return str(row[0])


def _create(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection, path) is None:  # else another process was faster, and it made the same
            for statement in (*SCHEMA, *_STAMP):
                connection.execute(statement)
            connection.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (VERSION,))
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
