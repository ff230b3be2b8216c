"""What a session hears of its engine, kept for a test to look at and to wait for."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from greenroom.core.signals import Signal

SignalT = TypeVar("SignalT", bound=Signal)


@dataclass(frozen=True)
class Caption:
    ref_id: str
    text: str


@dataclass(frozen=True)
class Sound:
    reply_id: str
    payload: bytes


class HeardEvents:
    """`EngineEvents` that keep everything in order. The session's clock runs `offset_ms` ahead of the engine's."""

    def __init__(self, offset_ms: int = 0) -> None:
        self.facts: list[Any] = []
        self.offset_ms = offset_ms
        self.hook: Callable[[Signal], None] = lambda signal: None
        self._waiting: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []

    def signal(self, signal: Signal) -> None:
        self._add(signal)
        self.hook(signal)

    def caption(self, ref_id: str, text: str) -> None:
        self._add(Caption(ref_id, text))

    def audio(self, reply_id: str, payload: bytes) -> None:
        self._add(Sound(reply_id, payload))

    def session_ms(self, engine_ms: float) -> int:
        return round(engine_ms) + self.offset_ms

    @property
    def signals(self) -> list[Signal]:
        return [fact for fact in self.facts if isinstance(fact, Signal)]

    def of(self, kind: type[SignalT]) -> list[SignalT]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def captions(self, ref_id: str) -> list[str]:
        return [fact.text for fact in self.facts if isinstance(fact, Caption) and fact.ref_id == ref_id]

    def sounds(self, reply_id: str) -> list[bytes]:
        return [fact.payload for fact in self.facts if isinstance(fact, Sound) and fact.reply_id == reply_id]

    async def until(self, fact: Callable[[], Any], within_s: float = 3.0) -> Any:
        """Wait until what was heard makes this true; gives what it gave."""
        found = fact()
        if found:
            return found
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((fact, waiting))
        try:
            async with asyncio.timeout(within_s):
                return await waiting
        except TimeoutError:
            raise AssertionError(f"not within {within_s} s; heard {self.signals}") from None

    async def wait_for(self, kind: type[SignalT], number: int = 1, within_s: float = 3.0, **fields: Any) -> SignalT:
        """The so-manieth signal of a kind, with these fields."""

        def found() -> SignalT | None:
            fitting = [s for s in self.of(kind) if all(getattr(s, name) == value for name, value in fields.items())]
            return fitting[number - 1] if len(fitting) >= number else None

        return await self.until(found, within_s)

    def _add(self, fact: Any) -> None:
        self.facts.append(fact)
        for entry in tuple(self._waiting):
            check, waiting = entry
            if not waiting.done() and (found := check()):
                waiting.set_result(found)
            if waiting.done():
                self._waiting.remove(entry)
