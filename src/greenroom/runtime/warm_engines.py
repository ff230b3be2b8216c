"""A pool of warm connections: open and greeted before a call needs one. Itself an engine, around any that can prepare."""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

import structlog

from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.ports.engine import EngineConfiguration, EngineEvents, EngineLeg, PastTurn
from greenroom.ports.spare import PreparingEngine, SpareLeg

log = structlog.get_logger()

_Failure = EngineRefusal | EngineUnreachable


@dataclass(frozen=True, slots=True)
class Keeping:
    """How connections are kept, in seconds."""

    most_idle_s: float = 900.0
    """Then one is replaced, used or not: what lies between may forget a connection that is silent for long."""
    least_idle_s: float = 5.0
    """One that can't be kept so long, since it expires too soon, is not worth having."""
    calm_s: float = 30.0
    """One that lives shorter than this, unless it is taken, counts as a failure: greeted and thrown out is no success."""
    retry_first_s: float = 0.5
    retry_most_s: float = 30.0
    refused_s: float = 300.0
    """After a refusal, which trying again won't change, but the operator may."""
    after_taking_s: float = 0.5
    """Then the next is opened in its place: not while the call that took it waits for the first word."""
    at_once: int = 4
    """Opened at the same time."""


class _Kept:
    """One connection in the pool. `over` is done when it was taken or lost."""

    __slots__ = ("opened_at", "over", "spare", "taken")

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.over: asyncio.Future[_Failure | None] = loop.create_future()
        self.opened_at = 0.0
        self.spare: SpareLeg | None = None
        self.taken = False

    def end(self, failure: _Failure | None) -> None:
        if not self.over.done():
            self.over.set_result(failure)


class WarmEngines:
    """`most` connections of `engine`, those that are being opened included. Use `running()` around everything else.

    A place of the pool is a task that holds one connection at most, so there can't be more. Each connection is taken
    once and never given back. `tell` gets how many are ready whenever that changes; `chance` gives numbers from 0 to 1.
    """

    def __init__(
        self,
        engine: PreparingEngine,
        most: int,
        tell: Callable[[int], None] = lambda _: None,
        *,
        keeping: Keeping | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.name = engine.name
        self.prompt_words = engine.prompt_words
        self._engine = engine
        self._most = most
        self._tell = tell
        self._keeping = keeping or Keeping()
        self._chance = chance
        self._ready: list[_Kept] = []
        """The newest is last."""
        self._places: list[asyncio.Task[None]] = []
        self._opening = asyncio.Semaphore(self._keeping.at_once)
        self._alone = asyncio.Lock()
        """Held by the one that tries while nothing works."""
        self._woken = asyncio.Event()
        self._failures = 0
        self._not_before = 0.0
        self._told: str | None = None
        """The refusal that the operator has been told."""

    @property
    def ready(self) -> int:
        """How many wait for a call."""
        return len(self._ready)

    async def open(self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> EngineLeg:
        """See `ports.engine.Engine`. The newest that is ready, else a new one."""
        leg = await self._taken(events, wanted, history)
        if leg is None:
            leg = await self._engine.open(events, wanted, history)
        self._succeeded()
        return leg

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator["WarmEngines"]:
        """Keep connections, from entering to leaving; then none of the pool's is open any more."""
        async with asyncio.TaskGroup() as tasks:
            self._places = [tasks.create_task(self._keep(), name=f"warm engine {n}") for n in range(self._most)]
            try:
                yield self
            finally:
                self.stop()

    def stop(self) -> None:
        """Close what waits and open no more; whoever needs one from now on gets a new one. Idempotent."""
        for place in self._places:
            place.cancel()
        self._places = []

    async def _taken(
        self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]
    ) -> EngineLeg | None:
        """The newest that is ready. Whoever meets a dead one gets a new one: what killed it may have killed them all."""
        if not self._ready:
            return None
        kept = self._ready.pop()
        self._tell(len(self._ready))
        kept.taken = True
        kept.end(None)
        assert kept.spare is not None
        try:
            return await kept.spare.take(events, wanted, history)
        except EngineUnreachable as error:
            log.info("warm engine was dead", engine=self.name, message=error.message)
            return None

    # A place.

    async def _keep(self) -> None:
        while True:
            kept = _Kept()
            try:
                spare = await self._prepared(kept)
            except (EngineRefusal, EngineUnreachable) as error:
                self._failed(error)
                continue
            except Exception:
                # A fault of the engine's code must not take the server with it.
                log.exception("warm engine failed", engine=self.name)
                self._failed(EngineUnreachable("the engine failed"))
                continue
            try:
                await self._hold(kept, spare)
            finally:
                self._forget(kept)
                if not kept.taken:
                    await spare.close()

    async def _prepared(self, kept: _Kept) -> SpareLeg:
        """The next connection, when it is time for one."""
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(self._opening)
            if self._failures:
                await stack.enter_async_context(self._alone)
            await self._time_to_try()
            return await self._engine.prepare(lambda failure: self._lost(kept, failure))

    async def _hold(self, kept: _Kept, spare: SpareLeg) -> None:
        """Offer it until it is taken, lost, or as old as it may get."""
        loop = asyncio.get_running_loop()
        kept.spare, kept.opened_at = spare, loop.time()
        idle_s = self._idle_s(spare)
        if idle_s < self._keeping.least_idle_s:
            self._failed(EngineUnreachable("its connections expire as soon as they are open"))
            return
        if not kept.over.done():
            self._ready.append(kept)
            self._tell(len(self._ready))
            await asyncio.wait((kept.over,), timeout=idle_s)
        if kept.taken:
            await self._sleep(self._keeping.after_taking_s)
        elif kept.over.done() and loop.time() - kept.opened_at < self._keeping.calm_s:
            self._failed(kept.over.result() or EngineUnreachable("it went away"))
        else:
            self._succeeded()
            if kept.over.done():
                # They often die all at once, and need not come back all at once.
                await self._sleep(self._chance() * self._keeping.retry_first_s)

    def _idle_s(self, spare: SpareLeg) -> float:
        """How long to keep it: half of its life at most, so that a call gets at least as much."""
        most_s = self._keeping.most_idle_s
        if spare.expires_at is not None:
            most_s = min(most_s, (spare.expires_at - asyncio.get_running_loop().time()) / 2)
        # Opened together, they need not be renewed together.
        return most_s * (1 - self._chance() / 4)

    def _lost(self, kept: _Kept, failure: _Failure) -> None:
        # At once, before a call could take it.
        self._forget(kept)
        kept.end(failure)

    def _forget(self, kept: _Kept) -> None:
        if kept in self._ready:
            self._ready.remove(kept)
            self._tell(len(self._ready))

    # The pace.

    def _succeeded(self) -> None:
        """The engine works: whoever waits to try again may."""
        if self._told is not None:
            log.info("warm engines accepted again", engine=self.name)
        self._told = None
        if self._failures:
            self._failures = 0
            self._not_before = 0.0
            self._woken.set()

    def _failed(self, error: _Failure) -> None:
        """Wait longer after each failure, by chance a little less than the others that lost the same engine."""
        keeping, now = self._keeping, asyncio.get_running_loop().time()
        if now >= self._not_before:
            self._failures += 1  # one outage is one failure, however many connections notice it
        if isinstance(error, EngineRefusal):
            delay_s = keeping.refused_s
            if error.message != self._told:
                self._told = error.message
                log.error("warm engine refused", engine=self.name, message=error.message, retryInSeconds=delay_s)
        else:
            delay_s = min(keeping.retry_most_s, keeping.retry_first_s * 2 ** min(self._failures - 1, 20))
            log.info("warm engine lost", engine=self.name, message=error.message, failures=self._failures)
        self._not_before = max(self._not_before, now + delay_s * (0.5 + self._chance() / 2))

    async def _time_to_try(self) -> None:
        loop = asyncio.get_running_loop()
        while (wait_s := self._not_before - loop.time()) > 0:
            await self._sleep(wait_s)

    async def _sleep(self, seconds: float) -> None:
        """At most so long; less when the engine turns out to work."""
        self._woken.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
