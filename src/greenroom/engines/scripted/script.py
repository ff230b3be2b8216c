"""What a scripted engine is to do: expect an order, then report something. Pure."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from greenroom.core.signals import Signal


@dataclass(frozen=True, slots=True)
class Call:
    """An order that the session gave: the name of the leg's method, and what it was given."""

    name: str
    args: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Expect:
    """Wait for this order. `about` narrows it down: only a call for which it is true is meant."""

    name: str
    about: Callable[[Call], bool] = lambda _: True

    def matches(self, call: Call) -> bool:
        return call.name == self.name and self.about(call)


@dataclass(frozen=True, slots=True)
class Emit:
    """Report this signal; a function makes it from the order that was expected last."""

    signal: Signal | Callable[[Call], Signal]

    def made(self, last: Call) -> Signal:
        return self.signal if isinstance(self.signal, Signal) else self.signal(last)


@dataclass(frozen=True, slots=True)
class Caption:
    """Show what was said so far."""

    ref_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Sound:
    """Send this much speech of a reply."""

    reply_id: str
    duration_ms: int


Step: TypeAlias = Expect | Emit | Caption | Sound


class Script:
    """Where in its steps an engine is. What nobody expects is let pass."""

    __slots__ = ("_last", "_steps")

    def __init__(self, steps: Iterable[Step]) -> None:
        self._steps = deque(steps)
        self._last = Call("open")

    @property
    def expects(self) -> Expect | None:
        """The order that it waits for; None: it is at its end."""
        return next((step for step in self._steps if isinstance(step, Expect)), None)

    def begin(self) -> Iterator[Emit | Caption | Sound]:
        """What is to be reported before any order."""
        while self._steps:
            step = self._steps[0]
            if isinstance(step, Expect):
                return
            self._steps.popleft()
            yield step if not isinstance(step, Emit) else Emit(step.made(self._last))

    def on(self, call: Call) -> Iterator[Emit | Caption | Sound]:
        """What is to be reported after this order."""
        if self._steps and isinstance(step := self._steps[0], Expect) and step.matches(call):
            self._steps.popleft()
            self._last = call
            yield from self.begin()
