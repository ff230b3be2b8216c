"""Disks, locks and kills."""

import random
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from greenroom.ports.store import Erasure, NewEvents, NewSession, SessionRow, StoredEvent, StoreError, Write
from greenroom.stores.sqlite import SqliteStore

ROW = SessionRow("s1", "l1", "o1", "browser", "job", 1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "data" / "greenroom.db")
    made.open()
    yield made
    made.close()


def line(seq: int, body: bytes = b"{}", session_id: str = "s1") -> NewEvents:
    return NewEvents(session_id, (StoredEvent(seq, "notice", 1, body),))


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_the_folder_and_its_files_are_for_this_user_only(tmp_path: Path, store: SqliteStore) -> None:
    store.write([NewSession(ROW)])
    folder = tmp_path / "data"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_the_file_is_closed_whole(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "a.db")
    store.open()
    store.write([NewSession(ROW)])
    assert store.session("s1") is not None
    store.close()
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]
    with pytest.raises(StoreError, match="not open"):
        store.write([])
    with pytest.raises(StoreError, match="not open"):
        store.session("s1")


@pytest.mark.parametrize("content", [b"This is no database. " * 400, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"not a database|damaged"):
        SqliteStore(path).open()
    assert path.read_bytes() == content


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.db").mkdir()
    with pytest.raises(StoreError, match="can't be opened for writing"):
        SqliteStore(tmp_path / "a.db").open()
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="can't be opened for writing"):
        SqliteStore(tmp_path / "file" / "a.db").open()


READ_ONLY = """
import os, sys
from pathlib import Path
from greenroom.ports.store import StoreError
from greenroom.stores.sqlite import SqliteStore
if os.getuid() == 0:
    os.setresuid(65534, 65534, 65534)  # nothing is read-only to root
try:
    SqliteStore(Path(sys.argv[1])).open()
except StoreError as error:
    print(error)
"""


def test_a_folder_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o555)
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(folder / "a.db")], capture_output=True, text=True, check=True, timeout=15
    )
    assert done.stdout.strip() == f"{folder / 'a.db'} can't be opened for writing: Permission denied"


def test_a_full_disk_loses_nothing_that_was_there_and_writing_goes_on_when_there_is_room(store: SqliteStore) -> None:
    store.write([NewSession(ROW), line(1)])
    writer = store._writer
    assert writer is not None
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="is full") as full:
        store.write([line(2), line(3, b"x" * 100_000)])
    assert getattr(full.value, "transient", True)
    assert [event.seq for event in store.events("s1")] == [1]
    writer.execute("PRAGMA max_page_count = 1000000")
    store.write([line(2), line(3, b"x" * 100_000)])
    assert [event.seq for event in store.events("s1")] == [1, 2, 3]


def test_a_lock_that_another_program_holds_is_said_and_passes(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write([NewSession(ROW)])
    assert store._writer is not None
    store._writer.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(tmp_path / "data" / "greenroom.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program") as locked:
        store.write([line(1)])
    assert getattr(locked.value, "transient", True)
    other.execute("ROLLBACK")
    other.close()
    store.write([line(1)])
    assert len(store.events("s1")) == 1


@pytest.mark.parametrize("seed", [2, 4, 5])
def test_of_an_erased_session_no_byte_is_left_in_any_file(store: SqliteStore, tmp_path: Path, seed: int) -> None:
    # Rows of many sizes, erased in any order: that makes SQLite move rows and leave copies, secure_delete or not.
    chance, heads, made = random.Random(seed), dict[str, int](), 0
    for _ in range(1000):
        if chance.random() < 0.9 or not heads:
            batch: list[Write] = []
            if chance.random() < 0.2 or not heads:
                name = f"s{made:05}"
                made, heads[name] = made + 1, 0
                batch.append(NewSession(SessionRow(name, "l", "o", "browser", "job", made)))
            else:
                name = chance.choice(list(heads))
            for _ in range(chance.randint(1, 5)):
                heads[name] += 1
                batch.append(line(heads[name], f"canary-{name}-".encode() * chance.choice([2, 10, 40, 400]), name))
            batch.append(NewEvents(name, (), configuration=f"canary-{name}-".encode() * chance.randint(1, 60)))
            store.write(batch)
        else:
            name = chance.choice(list(heads))
            assert len(store.events(name)) == heads.pop(name)  # a reader's connection is open, but reads nothing now
            assert f"canary-{name}-".encode() in on_disk(tmp_path / "data")
            store.write([Erasure(name)])
            assert f"canary-{name}-".encode() not in on_disk(tmp_path / "data")
    assert {row.session_id for row in store.sessions(limit=1000)} == set(heads)


def test_an_erasure_during_a_query_is_scrubbed_by_the_next_write(store: SqliteStore, tmp_path: Path) -> None:
    store.write([NewSession(ROW), line(1, b"canary" * 9)])
    reader = sqlite3.connect(tmp_path / "data" / "greenroom.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM events").fetchall()
    store.write([Erasure("s1")])
    assert b"canary" in on_disk(tmp_path / "data")
    reader.execute("COMMIT")
    store.write([])
    assert b"canary" not in on_disk(tmp_path / "data")
    reader.close()


def test_a_large_file_is_scrubbed_when_it_is_compacted(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("greenroom.stores.sqlite.store.SCRUB_AT_ONCE_BYTES", 0)
    store.write([NewSession(ROW), *(line(seq, b"x" * 5000) for seq in range(1, 100))])
    store.write([Erasure("s1")])
    path = tmp_path / "data" / "greenroom.db"
    large = path.stat().st_size
    store.compact()
    assert path.stat().st_size < large / 5


def test_a_large_file_is_scrubbed_when_it_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("greenroom.stores.sqlite.store.SCRUB_AT_ONCE_BYTES", 0)
    store = SqliteStore(tmp_path / "a.db")
    store.open()
    store.write([NewSession(ROW), *(line(seq, b"x" * 5000) for seq in range(1, 100))])
    store.write([Erasure("s1")])
    large = (tmp_path / "a.db").stat().st_size
    store.close()
    assert (tmp_path / "a.db").stat().st_size < large / 5


def test_an_erasure_that_cannot_be_scrubbed_yet_is_done_all_the_same(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write([NewSession(ROW), line(1, b"x" * 5000)])

    def no_room(_: sqlite3.Connection) -> bool:
        raise sqlite3.OperationalError("no room")

    with monkeypatch.context() as meanwhile, capture_logs() as logs:
        meanwhile.setattr("greenroom.stores.sqlite.store._truncate_wal", no_room)
        store.write([Erasure("s1")])
        with pytest.raises(StoreError, match="could not be compacted"):
            store.compact()
    assert [entry["event"] for entry in logs] == ["erased lines not scrubbed yet"] * 2
    assert store.session("s1") is None
    store.compact()


def test_a_kill_between_an_erasure_and_its_scrubbing_is_made_good_at_the_next_open(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from greenroom.ports.store import *
from greenroom.stores.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]))
store.open()
store.write([NewSession(SessionRow("s1", "l1", "o1", "browser", "job", 1)), NewEvents("s1", (StoredEvent(1, "t", 1, b"canary" * 50),))])
store._scrub = lambda max_bytes: os.kill(os.getpid(), signal.SIGKILL)
store.write([Erasure("s1")])
"""
    path = tmp_path / "data" / "a.db"
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False, timeout=15)
    assert done.returncode == -signal.SIGKILL
    assert b"canary" in on_disk(path.parent)
    store = SqliteStore(path)
    store.open()
    assert b"canary" not in on_disk(path.parent)
    store.close()


WRITER = """
import itertools, os, sys
from pathlib import Path
from greenroom.ports.store import *
from greenroom.stores.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]))
store.open()
if store.session("s1") is None:
    store.write([NewSession(SessionRow("s1", "l1", "o1", "browser", "job", 1))])
first = store.session("s1").head_seq + 1
for seq in itertools.count(first, 3):
    store.write([NewEvents("s1", tuple(StoredEvent(seq + n, "notice", 1, b"x" * 700) for n in range(3)))])
    os.write(1, b"%d\\n" % (seq + 2))
"""


def test_ten_kills_lose_no_line_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    for kill in range(10):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            acknowledged = [writer.stdout.readline() for _ in range(5 + 17 * kill)]
            writer.kill()
            acknowledged += writer.stdout.readlines()
        last = int(acknowledged[-1] if acknowledged[-1].endswith(b"\n") else acknowledged[-2])
        store = SqliteStore(path)
        store.open()
        found = [event.seq for event in store.events("s1", limit=1_000_000)]
        store.close()
        assert found == list(range(1, len(found) + 1))
        assert len(found) >= last
        assert len(found) % 3 == 0, "a transaction was written in part"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_closed_stores_hold_no_file_open(tmp_path: Path) -> None:
    def descriptors() -> set[str]:
        return {str(path.resolve()) for path in Path("/proc/self/fd").iterdir() if "a.db" in str(path.resolve())}

    store = SqliteStore(tmp_path / "a.db")
    store.open()
    store.write([NewSession(ROW)])
    store.sessions()
    assert descriptors()
    store.close()
    assert descriptors() == set()
