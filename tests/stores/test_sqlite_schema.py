import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from greenroom.ports.store import NewSession, SessionRow, StoreError
from greenroom.stores.schema import METADATA
from greenroom.stores.sqlite import SqliteStore, compiled, version
from greenroom.stores.sqlite import migrate as migrating
from greenroom.stores.sqlite.compile import texts

ROW = SessionRow("s1", "l1", "o1", "browser", "job", 1)

NEXT_VERSION = """
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.add_column("sessions", sa.Column("flavour", sa.Text))
    {then}
"""


def opened(path: Path) -> SqliteStore:
    store = SqliteStore(path)
    store.open()
    return store


def shape(path: Path) -> dict[str, object]:
    connection = sqlite3.connect(path)
    names = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_autoindex%' ORDER BY 1"
        )
    ]
    found: dict[str, object] = {}
    for name in names:
        columns = connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
        found[name] = columns, connection.execute(f"PRAGMA index_xinfo({name})").fetchall()
    found["version"] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    connection.close()
    return found


@pytest.fixture
def a_next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our migrations and one more, which is then the newest."""
    ours = migrating.MIGRATIONS
    copy = tmp_path / "migrations 100%"
    (copy / "versions").mkdir(parents=True)
    for path in (ours / "env.py", *(ours / "versions").glob("0*.py")):
        (copy / path.relative_to(ours)).write_text(path.read_text())
    (copy / "versions" / "0003_flavour.py").write_text(NEXT_VERSION.format(then=""))
    monkeypatch.setattr(version, "VERSION", "0003")
    monkeypatch.setattr(migrating, "MIGRATIONS", copy)
    return copy


def test_the_compiled_statements_are_those_of_the_schema() -> None:
    held = {name: getattr(compiled, name) for name in dir(compiled) if name.isupper()}
    stripped = {
        name: tuple(part.strip() for part in value) if isinstance(value, tuple) else value.strip()
        for name, value in held.items()
    }
    assert stripped == texts(), "run: python -m greenroom.stores.sqlite.compile"


def test_a_new_file_and_a_migrated_one_have_the_same_shape(tmp_path: Path) -> None:
    opened(tmp_path / "new.db").close()
    migrating.migrate(tmp_path / "migrated.db")
    assert shape(tmp_path / "new.db") == shape(tmp_path / "migrated.db")


def test_the_migrations_end_at_the_schema(tmp_path: Path) -> None:
    migrating.migrate(tmp_path / "a.db")
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_the_version_is_the_newest_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrating.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == version.VERSION


def test_an_older_file_is_migrated_and_keeps_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, a_next_version: Path
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(version, "VERSION", "0002")
        store = opened(tmp_path / "a.db")
        store.write([NewSession(ROW)])
        store.close()
    store = opened(tmp_path / "a.db")
    assert store.session("s1") == ROW
    store.close()
    found = shape(tmp_path / "a.db")
    assert found["version"] == [("0003",)]
    assert "flavour" in str(found["sessions"])


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, a_next_version: Path
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(version, "VERSION", "0002")
        opened(tmp_path / "a.db").close()
    before = shape(tmp_path / "a.db")
    (a_next_version / "versions" / "0003_flavour.py").write_text(
        NEXT_VERSION.format(then="op.execute('INSERT INTO nowhere VALUES (1)')")
    )
    with pytest.raises(StoreError, match="no such table: nowhere"):
        migrating.migrate(tmp_path / "a.db")
    assert shape(tmp_path / "a.db") == before


def test_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    opened(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="written by a newer Greenroom"):
        opened(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program's database"):
        opened(path)
    assert path.read_bytes() == before


def test_neither_a_first_nor_a_second_open_imports_alembic_or_sqlalchemy(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from greenroom.stores.sqlite import SqliteStore
for _ in range(2):
    store = SqliteStore(Path(sys.argv[1]))
    store.open()
    assert store.session("nobody") is None
    store.close()
print([name for name in ("alembic", "sqlalchemy") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "a.db")], capture_output=True, text=True, check=True, timeout=15
    )
    assert done.stdout.strip() == "[]"
