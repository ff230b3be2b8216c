"""The recorder on SQLite: events a second, how long a lone event takes to be durable, what it holds meanwhile.

`python benchmarks/store_bench.py` takes about ten seconds.
"""

import asyncio
import resource
import tempfile
import time
from pathlib import Path

import psutil

from greenroom.ports.store import NewEvents, NewSession, SessionRow, StoredEvent
from greenroom.runtime.recorder import Recorder
from greenroom.stores.sqlite import SqliteStore

BODY = b'{"type":"turn.completed","text":"' + b"a spoken sentence " * 25 + b'"}'
CALLS = 450
LIVE_S = 3.0
EVENTS_PER_CALL_SECOND = 1.0
FLOOD_EVENTS = 60_000
ALONE = 60


class Calls:
    """Sessions whose events come in turn."""

    def __init__(self, recorder: Recorder, count: int) -> None:
        self._recorder = recorder
        self._seqs = [0] * count
        self._turn = 0
        self.lags_ms: list[float] = []
        for n in range(count):
            recorder.record(NewSession(SessionRow(f"session-{n:05}", "log", "owner", "browser", "job", n)))

    def event(self) -> bool:
        n = self._turn = (self._turn + 1) % len(self._seqs)
        began = time.perf_counter()
        taken = self._recorder.record(
            NewEvents(f"session-{n:05}", (StoredEvent(self._seqs[n] + 1, "turn.completed", 1, BODY),), "connected"),
            lambda: self.lags_ms.append((time.perf_counter() - began) * 1e3),
        )
        self._seqs[n] += taken
        return taken


def rss_mb() -> float:
    return psutil.Process().memory_info().rss / 2**20


def at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def alone(recorder: Recorder) -> None:
    calls = Calls(recorder, 1)
    await recorder.flush(10)
    for _ in range(ALONE):
        calls.event()
        await recorder.flush(10)
        await asyncio.sleep(0.03)  # the next one finds the thread idle
    print(
        f"a lone event is durable and told after: p50 {at(calls.lags_ms, 0.5):.2f} ms, p99 {at(calls.lags_ms, 0.99):.2f} ms"
    )


async def live(recorder: Recorder) -> None:
    calls = Calls(recorder, CALLS)
    await recorder.flush(10)
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    sent = 0
    while (passed := time.perf_counter() - began) < LIVE_S:
        while sent < passed * CALLS * EVENTS_PER_CALL_SECOND:
            calls.event()
            sent += 1
        await asyncio.sleep(0.002)
    await recorder.flush(10)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{CALLS} calls with {EVENTS_PER_CALL_SECOND:g} event a second each: p50 {at(calls.lags_ms, 0.5):.1f} ms,"
        f" p99 {at(calls.lags_ms, 0.99):.1f} ms (commits are 25 ms apart),"
        f" {cpu_s / (LIVE_S * CALLS) * 1e6:.0f} µs of CPU a call-second, this driver included"
    )


async def flood(recorder: Recorder) -> None:
    calls = Calls(recorder, CALLS)
    await recorder.flush(10)
    before_mb, began, most = rss_mb(), time.perf_counter(), 0
    for n in range(FLOOD_EVENTS):
        calls.event()
        if n % 500 == 0:
            most = max(most, recorder.pending)
            if recorder.pending > 8000:
                await recorder.flush(30)
            await asyncio.sleep(0)
    assert await recorder.flush(30)
    took_s = time.perf_counter() - began
    print(
        f"{FLOOD_EVENTS} events as fast as they go: {FLOOD_EVENTS / took_s:,.0f} a second,"
        f" at most {most} waiting, {rss_mb() - before_mb:.1f} MB more in memory"
    )


async def stalled(folder: Path) -> None:
    store = SqliteStore(folder / "stalled.db")
    store.open()
    told: list[str] = []
    recorder = Recorder(store, on_unavailable=told.append, max_pending_bytes=8 << 20)
    recorder.start()
    with store._writing:  # pyright: ignore[reportPrivateUsage]
        calls, before_mb, taken = Calls(recorder, 1), rss_mb(), 0
        while calls.event():
            taken += 1
        refused = sum(not calls.event() for _ in range(100_000))
        print(
            f"a store that stands still, limit 8 MB: {taken} taken, {refused} refused, {rss_mb() - before_mb:.1f} MB more"
        )
        await asyncio.sleep(0)
    await recorder.stop()
    store.close()
    assert len(told) == 1


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        await stalled(Path(name))  # first: the memory that others have freed would hide what it takes
        for number, measure in enumerate((alone, live, flood)):
            store = SqliteStore(Path(name) / f"{number}.db")
            store.open()
            recorder = Recorder(store, on_unavailable=print)
            recorder.start()
            await measure(recorder)
            await recorder.stop()
            store.close()


if __name__ == "__main__":
    asyncio.run(main())
