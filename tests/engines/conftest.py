"""A Realtime server's double, and an engine that is connected to it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from greenroom.engines.realtime import RealtimeEngine, RealtimeSettings
from greenroom.engines.realtime.leg import RealtimeLeg
from greenroom.ports.engine import EngineConfiguration, PastTurn
from greenroom.websocket import Heartbeats
from tests.doubles.engine_events import HeardEvents
from tests.doubles.realtime_server import Behaviour, RealtimeDouble, Session, realtime_double

WANTED = EngineConfiguration(1, "You are an interviewer.", "marin", "audio/pcmu")


@dataclass
class Line:
    """Both ends of a session on a Realtime server."""

    double: RealtimeDouble
    engine: RealtimeEngine
    heartbeats: Heartbeats
    heard: HeardEvents
    counted: list[str]
    legs: list[RealtimeLeg] = field(default_factory=list[RealtimeLeg])

    @property
    def behaviour(self) -> Behaviour:
        return self.double.behaviour

    @property
    def server(self) -> Session:
        return self.double.session

    @property
    def leg(self) -> RealtimeLeg:
        return self.legs[-1]

    async def open(self, wanted: EngineConfiguration = WANTED, history: tuple[PastTurn, ...] = ()) -> RealtimeLeg:
        leg = await self.engine.open(self.heard, wanted, history)
        assert isinstance(leg, RealtimeLeg)
        self.legs.append(leg)
        return leg


@pytest.fixture
async def line() -> AsyncGenerator[Line]:
    async with realtime_double() as double:
        counted: list[str] = []
        heartbeats = Heartbeats(tick_s=0.02, ping_after_s=0.04, drop_after_s=0.2)
        settings = RealtimeSettings(
            double.url, "gpt-realtime-2.1", "sk-secret", "gpt-transcribe", resend_every_s=0.02, takes_tools=True
        )
        engine = RealtimeEngine(settings, heartbeats, count=counted.append)
        made = Line(double, engine, heartbeats, HeardEvents(offset_ms=10_000), counted)
        yield made
        for leg in made.legs:
            await leg.close()
        heartbeats.stop()
        await double.until(lambda: double.open == 0)
        assert len(heartbeats) == 0


def open_sockets() -> int:
    """File descriptors of this process that are sockets."""
    links = (link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink())
    return sum(str(link).startswith("socket:") for link in links)


async def until(fact: Callable[[], bool], within_s: float = 2.0) -> None:
    """For what only the event loop's turns bring about."""
    async with asyncio.timeout(within_s):
        while not fact():  # noqa: ASYNC110 nothing tells when a transport has let go of its socket
            await asyncio.sleep(0)


async def answered_with(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> asyncio.Server:
    """A TCP server that does with every connection what it is told."""
    return await asyncio.start_server(answer, "127.0.0.1", 0)
