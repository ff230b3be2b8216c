"""Alembic on one file, in one transaction: all steps are taken, or none."""

import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from greenroom.ports.store import StoreError
from greenroom.stores.sqlite.words import in_words

MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(path: Path) -> None:
    """Take the file to the newest version. Raises `StoreError`, and then the file is as it was."""
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
    event.listen(engine, "connect", _plain)
    event.listen(engine, "begin", _begin)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise in_words(error.orig if isinstance(error.orig, Exception) else error, path) from error
    except CommandError as error:
        message = f"{path} can't be migrated: {error}"
        raise StoreError(message) from error
    finally:
        engine.dispose()


def _plain(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver would commit before each change of the schema; transactions are begun by hand instead.
    connection.isolation_level = None
    connection.execute("PRAGMA secure_delete = ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
