"""What every store must do; a new store is one line in `STORES`."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenroom.ports.store import (
    CallRow,
    CallUndone,
    Erasure,
    NewCall,
    NewEvents,
    NewSession,
    OldCalls,
    SessionRow,
    Store,
    StoredEvent,
    StoreError,
    Write,
)
from greenroom.stores.memory import MemoryStore
from greenroom.stores.sqlite import SqliteStore

STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda _: MemoryStore(),
    "sqlite": lambda folder: SqliteStore(folder / "greenroom.db"),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = STORES[request.param](tmp_path)
    made.open()
    yield made
    made.close()


def row(session_id: str = "s1", owner_id: str = "o1", created_at_ms: int = 1000, node_id: str = "n1") -> SessionRow:
    return SessionRow(session_id, f"log-{session_id}", owner_id, "browser", "job", created_at_ms, node_id=node_id)


def line(seq: int, body: bytes = b'{"type":"notice"}') -> StoredEvent:
    return StoredEvent(seq, "notice", 5000 + seq, body)


def lines(session_id: str, *seqs: int) -> NewEvents:
    return NewEvents(session_id, tuple(line(seq) for seq in seqs))


def seqs(store: Store, session_id: str = "s1", after: int = 0, limit: int = 1000) -> list[int]:
    return [event.seq for event in store.events(session_id, after=after, limit=limit)]


def test_a_session_is_read_as_it_was_written(store: Store) -> None:
    written = SessionRow("s1", "l1", "", "phone", "job", 7, "ended", "silence", b'{"title":"Koch"}', "n1", 0, 9)
    store.write([NewSession(written)])
    assert store.session("s1") == written
    assert store.session("s2") is None


def test_bodies_come_back_byte_for_byte(store: Store) -> None:
    body = '{"text":"Grüße 🙂 \\u0000 \\ud800"}'.encode()
    store.write([NewSession(row()), NewEvents("s1", (line(1, body), line(2, b"")))])
    assert [event.body for event in store.events("s1")] == [body, b""]
    assert type(store.events("s1")[0].body) is bytes


def test_the_head_is_the_last_line_of_the_log(store: Store) -> None:
    store.write([NewSession(row()), lines("s1", 1, 2)])
    store.write([lines("s1", 3)])
    for read in (store.session("s1"), store.sessions()[0], store.unended()[0]):
        assert read is not None
        assert read.head_seq == 3


def test_the_log_is_read_in_order_in_pieces(store: Store) -> None:
    store.write([NewSession(row()), lines("s1", 3, 1), lines("s1", 4, 2, 5)])
    assert seqs(store) == [1, 2, 3, 4, 5]
    assert seqs(store, after=2) == [3, 4, 5]
    assert seqs(store, after=1, limit=2) == [2, 3]
    assert seqs(store, after=5) == []
    assert seqs(store, limit=0) == []
    assert seqs(store, limit=-1) == []
    assert seqs(store, "nobody") == []


def test_events_change_in_the_row_only_what_they_name(store: Store) -> None:
    store.write([NewSession(row())])
    store.write([NewEvents("s1", (line(1),), status="connected", configuration=b'{"revision":2}', scenario_id="exam")])
    store.write([NewEvents("s1", (), status="ended", reason="silence", ended_at_ms=99)])
    read = store.session("s1")
    assert read is not None
    assert (read.status, read.reason, read.configuration, read.scenario_id, read.ended_at_ms, read.head_seq) == (
        "ended",
        "silence",
        b'{"revision":2}',
        "exam",
        99,
        1,
    )
    assert (read.owner_id, read.log_id, read.created_at_ms) == ("o1", "log-s1", 1000)


def test_a_line_twice_is_refused(store: Store) -> None:
    store.write([NewSession(row()), lines("s1", 1)])
    with pytest.raises(StoreError, match="in the log already"):
        store.write([lines("s1", 1)])
    with pytest.raises(StoreError, match="in the log already"):
        store.write([lines("s1", 2, 2)])
    assert seqs(store) == [1]


def test_a_session_twice_is_refused(store: Store) -> None:
    store.write([NewSession(row())])
    with pytest.raises(StoreError):
        store.write([NewSession(row(owner_id="o2"))])
    read = store.session("s1")
    assert read is not None
    assert read.owner_id == "o1"


def test_a_refused_write_says_that_trying_again_is_no_use(store: Store) -> None:
    store.write([NewSession(row()), lines("s1", 1)])
    with pytest.raises(StoreError) as refusal:
        store.write([lines("s1", 1)])
    assert getattr(refusal.value, "transient", True) is False


def test_a_batch_is_written_whole_or_not_at_all(store: Store) -> None:
    store.write([NewSession(row()), lines("s1", 1)])
    before = store.session("s1"), store.events("s1")
    with pytest.raises(StoreError):
        store.write(
            [
                NewSession(row("s2")),
                NewEvents("s1", (line(2),), status="ended", ended_at_ms=5),
                lines("s2", 1),
                Erasure("s1"),
                NewSession(row("s2")),
            ]
        )
    assert (store.session("s1"), store.events("s1")) == before
    assert store.session("s2") is None
    assert seqs(store, "s2") == []
    store.write([lines("s1", 2)])
    assert seqs(store) == [1, 2]


def test_an_empty_batch_is_fine(store: Store) -> None:
    store.write([])


def test_lines_for_an_erased_session_are_dropped(store: Store) -> None:
    store.write([NewSession(row()), NewSession(row("s2")), lines("s1", 1), lines("s2", 1)])
    store.write([Erasure("s1"), Erasure("never was")])
    store.write([lines("s1", 2), NewEvents("s1", (line(3), line(3)), status="ended"), lines("s2", 2)])
    assert store.session("s1") is None
    assert seqs(store) == []
    assert seqs(store, "s2") == [1, 2]


def test_within_a_batch_order_counts(store: Store) -> None:
    store.write(
        [
            lines("s1", 1),
            NewSession(row()),
            lines("s1", 2),
            Erasure("s1"),
            lines("s1", 3),
            NewSession(row()),
            lines("s1", 4),
        ]
    )
    assert seqs(store) == [4]
    store.write([NewEvents("s1", (), status="connected"), NewEvents("s1", (), status="interrupted")])
    read = store.session("s1")
    assert read is not None
    assert read.status == "interrupted"


def test_what_cannot_be_stored_is_refused_and_nothing_else_suffers(store: Store) -> None:
    store.write([NewSession(row())])
    try:
        store.write([NewEvents("s1", (StoredEvent(1 << 80, "notice", 1, b"{}"),))])
    except StoreError as refusal:
        assert getattr(refusal, "transient", True) is False  # noqa: PT017
    store.write([lines("s1", 1)])
    assert 1 in seqs(store)


def test_the_history_is_paged_newest_first(store: Store) -> None:
    store.write([NewSession(row(f"s{n}", owner_id=f"o{n % 2}", created_at_ms=1000 + n // 3)) for n in range(9)])
    page = store.sessions(limit=4)
    assert [read.session_id for read in page] == ["s8", "s7", "s6", "s5"]
    rest = store.sessions(before=(page[-1].created_at_ms, page[-1].session_id))
    assert [read.session_id for read in rest] == ["s4", "s3", "s2", "s1", "s0"]
    mine = store.sessions(owner_id="o1", before=(1002, "s7"), limit=2)
    assert [read.session_id for read in mine] == ["s5", "s3"]
    assert store.sessions(owner_id="nobody") == []
    assert store.sessions(limit=0) == []


def test_the_admins_sessions_are_those_without_an_owner(store: Store) -> None:
    store.write([NewSession(row("s1", owner_id="")), NewSession(row("s2"))])
    assert [read.session_id for read in store.sessions(owner_id="")] == ["s1"]


def test_the_practices_of_an_owner_are_counted_by_scenario(store: Store) -> None:
    rows = [row("one"), row("two"), row("three"), row("four")]
    rows[1] = msgspec.structs.replace(rows[1], scenario_id="sales_call")
    rows[2] = msgspec.structs.replace(rows[2], owner_id="somebody else")
    store.write([NewSession(one) for one in rows])
    assert store.practices(rows[0].owner_id, rows[0].scenario_id) == 2
    assert store.practices(rows[0].owner_id, "sales_call") == 1
    assert store.practices("nobody", "sales_call") == 0
    store.write([Erasure("one")])
    assert store.practices(rows[0].owner_id, rows[0].scenario_id) == 1


def test_recovery_finds_the_sessions_without_an_end(store: Store) -> None:
    store.write(
        [NewSession(row("s1", node_id="a")), NewSession(row("s2", node_id="b")), NewSession(row("s3", node_id="a"))]
    )
    store.write([NewEvents("s3", (line(1),), status="ended", reason="silence", ended_at_ms=50)])
    assert [read.session_id for read in store.unended()] == ["s1", "s2"]
    assert [read.session_id for read in store.unended("a")] == ["s1"]


def test_retention_finds_the_sessions_that_ended_long_ago(store: Store) -> None:
    store.write([NewSession(row(f"s{n}")) for n in range(4)])
    store.write([NewEvents(f"s{n}", (), status="ended", ended_at_ms=100 - n) for n in range(3)])
    assert store.ended_before(100) == ["s2", "s1"]
    assert store.ended_before(101, limit=1) == ["s2"]


def test_others_read_while_one_writes(store: Store) -> None:
    store.write([NewSession(row())])
    begun, failures = threading.Barrier(4), []

    def read() -> None:
        begun.wait()
        seen = 0
        while seen < 200:
            log = seqs(store)
            if log != list(range(1, len(log) + 1)) or len(log) < seen or len(log) % 2:
                failures.append(log)
                return
            seen = len(log)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    begun.wait()
    for seq in range(1, 200, 2):
        store.write([lines("s1", seq), lines("s1", seq + 1)])
    for reader in readers:
        reader.join()
    assert failures == []


ids = st.sampled_from(["a", "b", "ö", "c-1"])
few = st.integers(0, 6)
events_written = st.lists(
    st.builds(
        StoredEvent, st.integers(1, 12), st.sampled_from(["notice", "turn.started"]), few, st.binary(max_size=20)
    ),
    max_size=4,
).map(tuple)
maybe = st.none() | st.text(st.characters(codec="utf-8"), max_size=5)
writes: st.SearchStrategy[Write] = st.one_of(
    st.builds(
        NewSession,
        st.builds(
            SessionRow,
            session_id=ids,
            log_id=st.just("log"),
            owner_id=st.sampled_from(["", "o1", "o2"]),
            channel=st.sampled_from(["browser", "phone"]),
            scenario_id=st.just("job"),
            created_at_ms=few,
            node_id=st.sampled_from(["n1", "n2"]),
            ended_at_ms=st.none() | few,
        ),
    ),
    *[
        st.builds(
            NewEvents, ids, events_written, maybe, maybe, st.none() | st.binary(max_size=9), maybe, st.none() | few
        )
    ]
    * 3,
    st.builds(Erasure, ids),
    st.builds(NewCall, st.builds(CallRow, ids, few, maybe.map(str), st.just("67"), st.just(""))),
    st.builds(CallUndone, ids),
    st.builds(OldCalls, few),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(writes, max_size=6), max_size=12), st.integers(-1, 13), st.integers(-1, 5), few)
def test_all_stores_agree(batches: list[list[Write]], after: int, limit: int, at_ms: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stores = [make(Path(folder)) for make in STORES.values()]
        for store in stores:
            store.open()
        try:
            for batch in batches:
                assert len({accepted(store, batch) for store in stores}) == 1
                first, *others = [everything(store, after, limit, at_ms) for store in stores]
                assert all(other == first for other in others)
        finally:
            for store in stores:
                store.close()


def accepted(store: Store, batch: list[Write]) -> bool:
    try:
        store.write(batch)
    except StoreError:
        return False
    return True


def everything(store: Store, after: int, limit: int, at_ms: int) -> object:
    return (
        store.sessions(),
        store.sessions(owner_id="o1", before=(at_ms, "b"), limit=limit),
        store.sessions(before=(at_ms, "b")),
        store.unended(),
        store.unended("n2"),
        store.ended_before(at_ms),
        store.ended_before(at_ms, limit),
        store.calls_since(at_ms),
        [(store.events(read.session_id), store.session(read.session_id)) for read in store.sessions()],
        store.events("a", after=after, limit=limit),
    )


def test_the_suite_writes_every_kind() -> None:
    assert set(get_args(Write)) == {NewSession, NewEvents, Erasure, NewCall, CallUndone, OldCalls}


def a_call(call_id: str, at_ms: int) -> CallRow:
    return CallRow(call_id, at_ms, "a-hash", "67", "another")


def test_calls_are_read_from_a_time_on_the_oldest_first(store: Store) -> None:
    rows = [a_call("c3", 300), a_call("c1", 100), a_call("c2", 200)]
    store.write([NewCall(row) for row in rows])
    assert store.calls_since(0) == [rows[1], rows[2], rows[0]]
    assert store.calls_since(200) == [rows[2], rows[0]]
    assert store.calls_since(301) == []


def test_a_call_that_never_came_to_be_is_taken_back_and_old_ones_are_forgotten(store: Store) -> None:
    store.write([NewCall(a_call("c1", 100)), NewCall(a_call("c2", 200)), CallUndone("c2"), CallUndone("nobody")])
    assert [row.call_id for row in store.calls_since(0)] == ["c1"]
    store.write([NewCall(a_call("c3", 300)), OldCalls(300)])
    assert [row.call_id for row in store.calls_since(0)] == ["c3"]


def test_the_same_call_twice_is_refused_with_all_of_its_batch(store: Store) -> None:
    store.write([NewCall(a_call("c1", 100))])
    with pytest.raises(StoreError) as refusal:
        store.write([NewCall(a_call("c2", 200)), NewCall(a_call("c1", 100))])
    assert refusal.value.transient is False
    assert [row.call_id for row in store.calls_since(0)] == ["c1"]
