"""What a pool of warm connections gains: from Twilio's `start` to the first audio, with and without.

    python -m benchmarks.warm

Two servers in this process, one with a pool and one without, are called in turn, and a bare connection is timed in between.
Their model is first the tests' double of OpenAI's server, which takes 150 ms for `session.created` as one far away does,
then the embedded engine in a process of its own.
"""

import asyncio
import json
import statistics
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import picows
from tests.contracts.engine_benches import localvoice_process
from tests.doubles.realtime_server import Behaviour, realtime_double

from benchmarks.relay.load import Call
from benchmarks.server import filled, serving
from greenroom import wiring
from greenroom.engines.realtime import RealtimeEngine, RealtimeSettings
from greenroom.websocket import Heartbeats

SETUP_S = 0.15
ROUNDS = 40
WARM = 2


@dataclass
class Took:
    """Milliseconds, one of each a round."""

    connecting: list[float] = field(default_factory=list[float])
    cold: list[float] = field(default_factory=list[float])
    warm: list[float] = field(default_factory=list[float])

    @property
    def gain_ms(self) -> float:
        return statistics.median(self.cold) - statistics.median(self.warm)


async def measure(url: str, rounds: int = ROUNDS) -> Took:
    took, numbers = Took(), iter(range(1, 3 * rounds + 3))
    async with AsyncExitStack() as stack:
        cold, warm = [await stack.enter_async_context(serving(url, size)) for size in (0, WARM)]
        for server in (cold, warm):  # the first call pays for what is imported late
            await first_audio_ms(server, next(numbers))
        for _ in range(rounds):
            took.connecting.append(await connecting_ms(url))
            took.cold.append(await first_audio_ms(cold, next(numbers)))
            await filled(warm, WARM)
            took.warm.append(await first_audio_ms(warm, next(numbers)))
    return took


async def connecting_ms(url: str) -> float:
    """From nothing to `session.created`."""
    began = time.perf_counter()
    spare = await RealtimeEngine(RealtimeSettings(url), Heartbeats()).prepare()
    took_ms = 1000 * (time.perf_counter() - began)
    await spare.close()
    return took_ms


async def first_audio_ms(server: wiring.Running, number: int) -> float:
    """From sending `start` to the first sound of a call, which then hangs up."""
    call = Call(number, [])
    await picows.ws_connect(call.made, f"ws://127.0.0.1:{server.surface.port}/call")
    began = time.perf_counter()
    async with asyncio.timeout(5):
        await call.talking.wait()
    took_ms = 1000 * (time.perf_counter() - began)
    call.send_text(json.dumps({"event": "stop", "streamSid": call.sid}).encode())
    async with asyncio.timeout(5):
        while server.directory.runners():  # noqa: ASYNC110 a look every few milliseconds
            await asyncio.sleep(0.005)
    return took_ms


def show(name: str, took: Took) -> None:
    connecting, cold, warm = (statistics.median(series) for series in (took.connecting, took.cold, took.warm))
    print(f"{name}, p50 of {len(took.cold)}: connecting takes {connecting:.1f} ms;", end=" ")
    print(f"start to first audio {cold:.1f} ms without, {warm:.1f} ms with a pool: {took.gain_ms:.1f} ms earlier")


async def with_the_double(rounds: int = ROUNDS) -> Took:
    async with realtime_double(Behaviour(greet_after_s=SETUP_S)) as double:
        return await measure(double.url, rounds)


def main() -> int:
    far = asyncio.run(with_the_double())
    show("double, session.created after 150 ms", far)
    with localvoice_process() as port:
        show("embedded engine", asyncio.run(measure(f"ws://127.0.0.1:{port}/v1/realtime")))
    return int(far.gain_ms < statistics.median(far.connecting))


if __name__ == "__main__":
    sys.exit(main())
