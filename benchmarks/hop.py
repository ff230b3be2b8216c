"""Our own share of a turn: from the engine's "speech stopped" coming out of its socket to `response.create` going into it.

    python -m benchmarks.hop

The whole server is between the two: reading the event, the step, the director, the log, the answer's building. The network
and the model are not.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from logging import WARNING

import picows
from picows import WSMsgType
from tests.doubles.realtime_server import Behaviour, realtime_double
from tests.doubles.realtime_session import Session

from benchmarks.relay.load import Call
from benchmarks.server import serving
from greenroom.engines.realtime.connection import Connection
from greenroom.server import logging

LIMIT_MS = 5.0
CALLS = 40
TURNS = 12
"""Of each call at most; a plan may be over sooner."""
NO_ANSWER_S = 0.3
"""The director waits for words here: no turn to measure."""


@contextmanager
def watched(took_ms: list[float], cpu_ms: list[float]) -> Generator[None]:
    """Times every hop of this process while inside."""
    message: Callable[..., None] = Connection.message
    send_text: Callable[..., None] = Connection.send_text
    began: dict[int, tuple[float, float]] = {}

    def take(self: Connection, kind: WSMsgType, data: bytes) -> None:
        if b"speech_stopped" in data:
            began[id(self)] = time.perf_counter(), time.thread_time()
        message(self, kind, data)
        began.pop(id(self), None)

    def send(self: Connection, data: bytes) -> None:
        send_text(self, data)
        if b'"response.create"' in data and id(self) in began:
            at, cpu_at = began.pop(id(self))
            took_ms.append(1000 * (time.perf_counter() - at))
            cpu_ms.append(1000 * (time.thread_time() - cpu_at))

    Connection.message, Connection.send_text = take, send
    try:
        yield
    finally:
        Connection.message, Connection.send_text = message, send_text


async def turn(session: Session, number: int) -> bool:
    """The candidate says something; whether it was answered."""
    before = len(session.of_type("response.create"))
    item_id = await session.speech_started(number * 1000)
    await session.speech_stopped(item_id, number * 1000 + 900)
    try:
        await session.until(lambda: len(session.of_type("response.create")) > before, NO_ANSWER_S)
    except TimeoutError:
        return False
    await asyncio.sleep(0.02)  # the reply is heard, as a caller's marks come back
    return True


async def measure(calls: int = CALLS) -> tuple[list[float], list[float]]:
    """Milliseconds of every hop in so many calls, one after the other: by the clock, and of the processor's time."""
    took_ms: list[float] = []
    cpu_ms: list[float] = []
    behaviour = Behaviour(checked=False, ms_per_word=5)
    async with realtime_double(behaviour) as double, serving(double.url) as running:
        for number in range(calls + 1):
            if number == 1:
                took_ms.clear()
                cpu_ms.clear()  # the first call of a process pays for what is imported late
            call = Call(number, [])
            with watched(took_ms, cpu_ms):
                transport, _ = await picows.ws_connect(call.made, f"ws://127.0.0.1:{running.surface.port}/call")
                async with asyncio.timeout(5):
                    await call.talking.wait()
                await asyncio.sleep(0.05)
                for one in range(TURNS):
                    if not await turn(double.session, one):
                        break
            call.send_text(json.dumps({"event": "stop", "streamSid": call.sid}).encode())
            transport.disconnect(graceful=True)
    return took_ms, cpu_ms


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main() -> int:
    logging.configure(level=WARNING)
    took_ms, cpu_ms = asyncio.run(measure())
    p50, p99 = statistics.median(took_ms), percentile(took_ms, 0.99)
    cpu50, cpu99 = statistics.median(cpu_ms), percentile(cpu_ms, 0.99)
    print(f"speech stopped to response.create, {len(took_ms)} turns: p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    print(f"of the processor's time: p50 {cpu50:.2f} ms, p99 {cpu99:.2f} ms; limit {LIMIT_MS:g} ms")
    return int(p99 > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
