import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from greenroom.ports.store import Erasure, NewEvents, NewSession, SessionRow, StoredEvent, StoreError, Write
from greenroom.runtime.recorder import Recorder
from greenroom.stores.errors import WriteRefused
from greenroom.stores.memory import MemoryStore
from greenroom.stores.sqlite import SqliteStore

HOUR_S = 3600.0


class FakeStore(MemoryStore):
    """Knows only its batches; `closed` holds writes up, `trouble` makes them fail, `poison` is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[int]] = []
        self.attempts = 0
        self.threads: set[str] = set()
        self.entered = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate.set()
        self.trouble: Exception | None = None
        self.poison: dict[int, Exception] = {}

    def write(self, batch: Sequence[Write]) -> None:
        self.attempts += 1
        self.threads.add(threading.current_thread().name)
        self.entered.release()
        assert self.gate.wait(10)
        if self.trouble is not None:
            raise self.trouble
        numbers = [number(write) for write in batch]
        for at in numbers:
            if at in self.poison:
                raise self.poison[at]
        self.batches.append(numbers)

    async def is_written_to(self) -> None:
        assert await asyncio.to_thread(self.entered.acquire, timeout=10)

    @property
    def stored(self) -> list[int]:
        return [number for batch in self.batches for number in batch]


def line(seq: int, body: bytes = b"{}") -> NewEvents:
    return NewEvents("s1", (StoredEvent(seq, "notice", 1, body),))


def number(write: Write) -> int:
    assert isinstance(write, NewEvents)
    return write.events[0].seq


class Told:
    """What the recorder has said, as something to wait for."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.lost: list[tuple[int, str]] = []
        self.committed: list[int] = []
        self._news = asyncio.Condition()
        self._notes: set[asyncio.Task[None]] = set()

    def unavailable(self, message: str) -> None:
        self.messages.append(message)
        self._note()

    def lose(self, write: Write, why: str) -> None:
        self.lost.append((number(write), why))
        self._note()

    def commit(self, seq: int) -> Callable[[], None]:
        def committed() -> None:
            self.committed.append(seq)
            self._note()

        return committed

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(true)

    def _note(self) -> None:
        async def notify() -> None:
            async with self._news:
                self._news.notify_all()

        task = asyncio.get_running_loop().create_task(notify())
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
async def told() -> Told:
    return Told()


@asynccontextmanager
async def recording(store: FakeStore, told: Told, **limits: float) -> AsyncGenerator[Recorder]:
    recorder = Recorder(store, on_unavailable=told.unavailable, on_lost=told.lose, **limits)  # pyright: ignore[reportArgumentType]
    recorder.start()
    try:
        yield recorder
    finally:
        store.gate.set()
        store.trouble = None
        await recorder.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "recorder"]


async def test_a_lone_event_is_committed_at_once(store: FakeStore, told: Told) -> None:
    async with recording(store, told, commit_every_s=HOUR_S) as recorder:
        assert recorder.record(line(1), told.commit(1))
        await told.until(lambda: told.committed == [1])
        assert recorder.pending == 0
        assert recorder.lag_s == 0
    assert store.batches == [[1]]


async def test_those_that_come_soon_after_go_together(store: FakeStore, told: Told) -> None:
    async with recording(store, told, commit_every_s=HOUR_S) as recorder:
        recorder.record(line(1), told.commit(1))
        await told.until(lambda: told.committed == [1])
        for seq in (2, 3, 4):
            recorder.record(line(seq), told.commit(seq))
        assert recorder.pending == 3
        assert await recorder.flush(5)
        assert told.committed == [1, 2, 3, 4]
    assert store.batches == [[1], [2, 3, 4]]


async def test_what_comes_during_a_commit_goes_into_the_next_one(store: FakeStore, told: Told) -> None:
    async with recording(store, told) as recorder:
        store.gate.clear()
        recorder.record(line(1))
        await store.is_written_to()
        for seq in range(2, 100):
            recorder.record(line(seq))
        store.gate.set()
        assert await recorder.flush(5)
    assert store.batches == [[1], list(range(2, 100))]


async def test_the_store_is_touched_by_one_thread_that_is_not_the_loops(store: FakeStore, told: Told) -> None:
    async with recording(store, told, commit_every_s=0) as recorder:
        for seq in range(1, 50):
            recorder.record(line(seq))
            assert await recorder.flush(5)
    assert store.threads == {"recorder"}


async def test_committed_is_told_in_order_on_the_loop_after_the_commit(store: FakeStore, told: Told) -> None:
    seen: list[tuple[int, bool, str]] = []
    async with recording(store, told, commit_every_s=0) as recorder:
        for seq in range(1, 200):
            recorder.record(
                line(seq), lambda seq=seq: seen.append((seq, seq in store.stored, threading.current_thread().name))
            )
            if seq % 7 == 0:
                await asyncio.sleep(0)
        assert await recorder.flush(5)
    assert seen == [(seq, True, threading.current_thread().name) for seq in range(1, 200)]


async def test_a_callback_that_fails_does_not_keep_the_others_from_being_told(store: FakeStore, told: Told) -> None:
    def fail() -> None:
        raise RuntimeError

    with capture_logs() as logs:
        async with recording(store, told) as recorder:
            recorder.record(line(1), fail)
            recorder.record(line(2), told.commit(2))
            assert await recorder.flush(5)
    assert told.committed == [2]
    assert [entry["event"] for entry in logs] == ["a recorder's callback failed"]


async def test_a_flush_that_takes_too_long_is_false_and_loses_nothing(store: FakeStore, told: Told) -> None:
    async with recording(store, told) as recorder:
        store.gate.clear()
        recorder.record(line(1), told.commit(1))
        assert not await recorder.flush(0.01)
        assert told.committed == []
        store.gate.set()
        assert await recorder.flush(5)
        assert told.committed == [1]


async def test_a_flush_waits_only_for_what_was_recorded_before_it(store: FakeStore, told: Told) -> None:
    async with recording(store, told) as recorder:
        store.gate.clear()
        recorder.record(line(1))
        await store.is_written_to()
        flushing = asyncio.ensure_future(recorder.flush(5))
        await asyncio.sleep(0)
        recorder.record(line(2))
        store.poison[2] = WriteRefused("no")
        store.gate.set()
        assert await flushing


async def test_nothing_to_flush_is_flushed(store: FakeStore, told: Told) -> None:
    async with recording(store, told) as recorder:
        assert await recorder.flush(0)


async def test_a_poisonous_write_takes_no_other_with_it(store: FakeStore, told: Told) -> None:
    store.poison = {5: WriteRefused("line 5 is there"), 9: TypeError("no bytes")}
    with capture_logs() as logs:
        async with recording(store, told) as recorder:
            store.gate.clear()
            recorder.record(line(1), told.commit(1))
            await store.is_written_to()
            for seq in range(2, 12):
                recorder.record(line(seq), told.commit(seq))
            store.gate.set()
            assert not await recorder.flush(5), "two were lost"
            assert recorder.available
    good = [1, 2, 3, 4, 6, 7, 8, 10, 11]
    assert store.stored == good
    assert told.committed == good
    assert told.lost == [(5, "line 5 is there"), (9, "TypeError('no bytes')")]
    assert told.messages == []
    dropped = [entry for entry in logs if entry["event"] == "event dropped"]
    assert [entry["session_id"] for entry in dropped] == ["s1", "s1"]


async def test_a_lone_poisonous_write_is_dropped_at_once(store: FakeStore, told: Told) -> None:
    store.poison = {1: WriteRefused("no")}
    async with recording(store, told) as recorder:
        recorder.record(line(1), told.commit(1))
        assert not await recorder.flush(5)
        recorder.record(line(2), told.commit(2))
        assert await recorder.flush(5)
    assert told.committed == [2]
    assert told.lost == [(1, "no")]


async def test_trouble_that_passes_loses_nothing_and_keeps_the_order(store: FakeStore, told: Told) -> None:
    async with recording(store, told) as recorder:
        store.trouble = StoreError("locked")
        recorder.record(line(1), told.commit(1))
        await store.is_written_to()
        for seq in (2, 3):
            recorder.record(line(seq), told.commit(seq))
        await store.is_written_to()  # the second try has failed, too, or is about to
        store.trouble = None
        assert await recorder.flush(5)
        assert recorder.available
    assert store.stored == [1, 2, 3]
    assert told.committed == [1, 2, 3]
    assert told.messages == []


async def test_trouble_in_the_middle_of_halving_keeps_the_rest_in_order(store: FakeStore, told: Told) -> None:
    store.poison = {4: WriteRefused("no"), 6: StoreError("disk full")}
    async with recording(store, told) as recorder:
        store.gate.clear()
        recorder.record(line(1))
        await store.is_written_to()
        for seq in range(2, 10):
            recorder.record(line(seq), told.commit(seq))
        store.gate.set()
        await told.until(lambda: bool(told.lost))
        del store.poison[6]
        assert await recorder.flush(5)
    assert store.stored == [1, 2, 3, 5, 6, 7, 8, 9]
    assert told.committed == [2, 3, 5, 6, 7, 8, 9]


async def test_a_store_that_stays_in_trouble_is_told_once_and_records_nothing_more_until_it_works(
    store: FakeStore, told: Told
) -> None:
    async with recording(store, told, max_lag_s=0.05) as recorder:
        store.trouble = StoreError("the disk is full")
        assert recorder.record(line(1), told.commit(1))
        await told.until(lambda: bool(told.messages))
        assert not recorder.available
        assert recorder.lag_s >= 0.05
        assert not recorder.record(line(2), told.commit(2))
        assert recorder.pending == 1
        while store.attempts < 4:
            await store.is_written_to()
        store.trouble = None
        assert await recorder.flush(5)
        assert recorder.available
        assert recorder.record(line(3), told.commit(3))
        assert await recorder.flush(5)
    assert len(told.messages) == 1
    assert "the disk is full" in told.messages[0]
    assert told.committed == [1, 3]


async def test_a_store_that_hangs_is_told_too(store: FakeStore, told: Told) -> None:
    async with recording(store, told, max_lag_s=0.05) as recorder:
        store.gate.clear()
        recorder.record(line(1))
        await told.until(lambda: bool(told.messages))
        assert not recorder.available
        store.gate.set()
        assert await recorder.flush(5)
        assert recorder.available


async def test_what_waits_is_bounded_in_bytes(store: FakeStore, told: Told) -> None:
    async with recording(store, told, max_pending_bytes=100_000) as recorder:
        store.gate.clear()
        taken = 0
        while recorder.record(line(taken + 1, b"x" * 1000), told.commit(taken + 1)):
            taken += 1
        assert 50 < taken < 100
        assert not recorder.available
        assert told.messages == [], "told later: whoever records is not called from within its own call"
        await told.until(lambda: bool(told.messages))
        assert not recorder.record(line(500))
        store.gate.set()
        assert await recorder.flush(5)
        assert recorder.available
    assert told.committed == list(range(1, taken + 1))
    assert len(told.messages) == 1


async def test_stopping_stores_what_was_recorded_and_ends_the_thread(store: FakeStore, told: Told) -> None:
    recorder = Recorder(store, commit_every_s=HOUR_S, on_unavailable=told.unavailable)
    recorder.start()
    for seq in (1, 2, 3):
        recorder.record(line(seq), told.commit(seq))
        await asyncio.sleep(0)
    await asyncio.gather(recorder.stop(), recorder.stop())
    await recorder.stop()
    assert store.stored == [1, 2, 3]
    assert told.committed == [1, 2, 3]
    assert not recorder.record(line(4))
    assert not [thread for thread in threading.enumerate() if thread.name == "recorder"]


async def test_stopping_does_not_wait_for_ever_for_a_broken_store(store: FakeStore, told: Told) -> None:
    store.trouble = StoreError("broken")
    recorder = Recorder(store, on_unavailable=told.unavailable)
    recorder.start()
    recorder.record(line(1), told.commit(1))
    with capture_logs() as logs:
        await recorder.stop(within_s=0.01)
    assert told.committed == []
    assert not [thread for thread in threading.enumerate() if thread.name == "recorder"]
    assert {"event": "events lost", "count": 1, "why": "broken", "log_level": "error"} in logs


async def test_stopping_what_never_started_is_fine(store: FakeStore, told: Told) -> None:
    await Recorder(store, on_unavailable=told.unavailable).stop()


def test_a_loop_that_is_closed_first_takes_the_thread_with_it(store: FakeStore) -> None:
    store.gate.clear()

    async def leave() -> None:
        recorder = Recorder(store, on_unavailable=lambda _: None)
        recorder.start()
        recorder.record(line(1))
        await store.is_written_to()
        recorder.record(line(2))

    asyncio.run(leave())
    threads = [thread for thread in threading.enumerate() if thread.name == "recorder"]
    store.gate.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert store.stored == [1, 2]


async def test_the_log_on_disk_is_the_log_that_was_told(tmp_path: Path, told: Told) -> None:
    store = SqliteStore(tmp_path / "a.db")
    store.open()
    recorder = Recorder(store, commit_every_s=0.001, on_unavailable=told.unavailable)
    recorder.start()
    recorder.record(NewSession(SessionRow("s1", "l1", "o1", "browser", "job", 1)))
    recorder.record(NewSession(SessionRow("s2", "l2", "o1", "browser", "job", 1)))
    read_when_told: list[int] = []
    for seq in range(1, 300):
        recorder.record(
            line(seq), lambda seq=seq: read_when_told.append(seq) if store.events("s1", after=seq - 1) else None
        )
        if seq % 10 == 0:
            await asyncio.sleep(0.001)
    recorder.record(Erasure("s2"))
    await recorder.stop()
    assert read_when_told == list(range(1, 300))
    assert [event.seq for event in store.events("s1")] == list(range(1, 300))
    assert store.session("s2") is None
    store.close()
