"""The recorder: one thread writes the log, many events a transaction; nothing on the loop ever waits for the disk."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

import structlog

from greenroom.ports.store import NewEvents, NewSession, Store, StoreError, Write, session_of

log = structlog.get_logger()

_FIRST_RETRY_S = 0.05
_LONGEST_RETRY_S = 1.0
_LAST_TRY_S = 1.5
"""After `stop` has given up flushing, for what is under way: longer than a store waits for a lock."""
_SECOND_LOOK_S = 0.25
_OVERHEAD_BYTES = 256


@dataclass(slots=True, eq=False)
class _Item:
    write: Write
    committed: Callable[[], None] | None
    recorded_at: float
    size: int
    refusal: str | None = None
    """Why the store will never take it; set by the thread before it reports."""


@dataclass(slots=True, eq=False)
class _Flush:
    upto: int
    """Done when this many items are settled, counted from the start."""
    done: asyncio.Future[bool]
    whole: bool = True


class Recorder:
    """Keeps the order of what is recorded, and tells when it is durable.

    The loop owns all state but `_queue`, `_idle` and the two requests, which `_wake` guards. The thread takes the whole
    queue as one transaction, at most one each `commit_every_s` (the first at once), and reports once a commit.

    Trouble that may pass (a lock, a full disk) is tried again with backoff; what waits is kept, in order. A write that
    the store refuses for good (its `StoreError` has `transient = False`) is found by halving, dropped and told to
    `on_lost`; the others are stored. When the oldest write has waited `max_lag_s`, or more than `max_pending_bytes`
    wait, `on_unavailable` is called once; until a commit succeeds again, `record` refuses what it is given.
    """

    def __init__(
        self,
        store: Store,
        *,
        commit_every_s: float = 0.025,
        max_pending_bytes: int = 32 << 20,
        max_lag_s: float = 5.0,
        on_unavailable: Callable[[str], None],
        on_lost: Callable[[Write, str], None] | None = None,
    ) -> None:
        self._store = store
        self._commit_every_s = commit_every_s
        self._max_pending_bytes = max_pending_bytes
        self._max_lag_s = max_lag_s
        self._on_unavailable = on_unavailable
        self._on_lost = on_lost

        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ended: asyncio.Future[None] | None = None
        self._items: deque[_Item] = deque()
        self._bytes = 0
        self._recorded = 0
        self._settled = 0
        self._flushes: deque[_Flush] = deque()
        self._watch: asyncio.TimerHandle | None = None
        self._trouble = ""
        self._available = True

        self._wake = threading.Condition()
        self._queue: list[_Item] = []
        self._idle = False
        self._hurried = False
        self._stopping = False

    @property
    def lag_s(self) -> float:
        """How long the oldest write that is not durable has waited."""
        return monotonic() - self._items[0].recorded_at if self._items else 0.0

    @property
    def pending(self) -> int:
        """Writes that are not durable yet."""
        return len(self._items)

    @property
    def available(self) -> bool:
        return self._available

    def start(self) -> None:
        """Start the thread; needs a running loop."""
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()
        # A daemon: a disk that hangs for ever must not keep the process from ending. `stop` joins it all the same.
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def record(self, write: Write, committed: Callable[[], None] | None = None) -> bool:
        """Take a write; `committed` is called on the loop once it is durable. False: refused, nothing was taken."""
        if not self._available or self._stopping:
            return False
        size = _size(write)
        if self._bytes + size > self._max_pending_bytes:
            self._give_up(f"{self._bytes >> 20} MB of events wait to be stored")
            return False
        now = monotonic()
        item = _Item(write, committed, now, size)
        self._items.append(item)
        self._bytes += size
        self._recorded += 1
        with self._wake:
            self._queue.append(item)
            if self._idle:
                self._wake.notify()
        if self._watch is None and self._loop is not None:
            self._watch = self._loop.call_later(self._max_lag_s, self._look)
        return True

    async def flush(self, within_s: float) -> bool:
        """True when all that waited at this call is durable; False when some of it was lost, or time is up."""
        if not self._items:
            return True
        flush = _Flush(self._recorded, asyncio.get_running_loop().create_future())
        self._flushes.append(flush)
        self._ask(hurry=True)
        try:
            async with asyncio.timeout(within_s):
                return await flush.done
        except TimeoutError:
            return False
        finally:
            if flush in self._flushes:
                self._flushes.remove(flush)

    async def stop(self, within_s: float = 5.0) -> None:
        """Flush, then end the thread. What can't be stored in time is lost, and counted in a log line."""
        thread, ended = self._thread, self._ended
        if thread is None or ended is None:
            return
        await self.flush(within_s)
        self._ask(stop=True)
        await asyncio.wait([ended], timeout=_LAST_TRY_S)
        if not ended.done():
            log.error("recorder did not stop", pending=len(self._items))
            return
        thread.join()
        self._thread = None
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if self._items:
            log.error("events lost", count=len(self._items), why=self._trouble)

    # On the loop.

    def _ask(self, *, hurry: bool = False, stop: bool = False) -> None:
        with self._wake:
            self._hurried |= hurry
            self._stopping |= stop
            self._wake.notify()

    def _settle(self, items: Sequence[_Item]) -> None:
        """The thread is done with these, the oldest ones."""
        for item in items:
            self._items.popleft()
            self._bytes -= item.size
            self._settled += 1
            if item.refusal is not None:
                self._lose(item, item.refusal)
            elif item.committed is not None:
                _call(item.committed)
        while self._flushes and self._flushes[0].upto <= self._settled:
            flush = self._flushes.popleft()
            if not flush.done.done():
                flush.done.set_result(flush.whole)
        if not self._available and self.lag_s < self._max_lag_s:
            self._available = True
            self._trouble = ""
            log.info("events are stored again")

    def _lose(self, item: _Item, why: str) -> None:
        log.error("event dropped", session_id=session_of(item.write), kind=type(item.write).__name__, why=why)
        for flush in self._flushes:
            flush.whole = flush.whole and flush.upto < self._settled
        if self._on_lost is not None:
            on_lost = self._on_lost
            _call(lambda: on_lost(item.write, why))

    def _look(self, again: bool = False) -> None:
        """The one timer: armed while something waits, it looks when the oldest of that could be too old."""
        self._watch = None
        if not self._items or self._loop is None:
            return
        left_s = self._max_lag_s - self.lag_s
        if left_s > 0:
            self._watch = self._loop.call_later(left_s, self._look)
        elif not again:
            # If it was the whole process that stood still, the thread's report is on its way.
            self._watch = self._loop.call_later(_SECOND_LOOK_S, self._look, True)
        else:
            self._give_up(f"the oldest event has waited {self.lag_s:.1f} s to be stored")
            self._watch = self._loop.call_later(self._max_lag_s, self._look)

    def _give_up(self, what: str) -> None:
        if self._available and self._loop is not None:
            self._available = False
            message = f"{what}: {self._trouble}" if self._trouble else what
            log.error("events can't be stored", why=message)
            # Not now: who is told may end sessions, and one of them may be recording this very moment.
            self._loop.call_soon(_call, lambda: self._on_unavailable(message))

    def _note(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            log.warning("storing events fails; trying again", why=trouble)

    # On the thread.

    def _run(self) -> None:
        try:
            while batch := self._take():
                self._write(batch)
        finally:
            self._tell(self._end)

    def _end(self) -> None:
        while self._flushes:
            flush = self._flushes.popleft()
            if not flush.done.done():
                flush.done.set_result(False)
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)

    def _take(self) -> list[_Item]:
        """Wait for something to write; empty: stop."""
        with self._wake:
            self._idle = True
            self._wake.wait_for(lambda: self._queue or self._stopping)
            self._idle = False
            batch, self._queue = self._queue, []
            return batch

    def _write(self, batch: list[_Item]) -> None:
        retry_s = _FIRST_RETRY_S
        while True:
            began = monotonic()
            batch, trouble = self._try(batch)
            if trouble is None:
                self._pause(began + self._commit_every_s - monotonic())
                return
            self._tell(self._note, trouble)
            with self._wake:
                if self._stopping:
                    return
                self._wake.wait_for(lambda: self._stopping, retry_s)
                # What came meanwhile goes with it: one commit may then put all of it right.
                batch, self._queue = batch + self._queue, []
            retry_s = min(2 * retry_s, _LONGEST_RETRY_S)

    def _pause(self, pause_s: float) -> None:
        with self._wake:
            if pause_s > 0:
                self._wake.wait_for(lambda: self._hurried or self._stopping, pause_s)
            self._hurried = False

    def _try(self, batch: list[_Item]) -> tuple[list[_Item], str | None]:
        """Write them as one; where that is refused, halve until the refused one is alone. What is left, and why."""
        failure = self._attempt(batch)
        if failure is None:
            self._tell(self._settle, batch)
            return [], None
        why, transient = failure
        if transient:
            return batch, why
        if len(batch) == 1:
            batch[0].refusal = why
            self._tell(self._settle, batch)
            return [], None
        half = len(batch) // 2
        left, trouble = self._try(batch[:half])
        if trouble is not None:
            return left + batch[half:], trouble
        return self._try(batch[half:])

    def _attempt(self, batch: list[_Item]) -> tuple[str, bool] | None:
        """None: it is durable. Else why not, and whether that may pass."""
        try:
            self._store.write([item.write for item in batch])
        except StoreError as error:
            return str(error), bool(getattr(error, "transient", True))
        except Exception as error:  # noqa: BLE001  one faulty write must not end the thread that serves them all
            return repr(error), False
        return None

    def _tell(self, call: Callable[..., None], *args: object) -> None:
        try:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(call, *args)
        except RuntimeError:  # the loop was closed without `stop`: write what there is, then end
            with self._wake:
                self._stopping = True


def _call(call: Callable[[], None]) -> None:
    try:
        call()
    except Exception:
        log.exception("a recorder's callback failed")


def _size(write: Write) -> int:
    """About what it takes in memory while it waits."""
    match write:
        case NewSession(row):
            return _OVERHEAD_BYTES + len(row.configuration)
        case NewEvents():
            size = _OVERHEAD_BYTES + len(write.configuration or b"")
            for event in write.events:
                size += _OVERHEAD_BYTES + len(event.body)
            return size
        case _:
            return _OVERHEAD_BYTES
