"""A scripted session that nobody has yet."""

from collections.abc import Awaitable, Callable, Sequence

from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.ports.engine import EngineConfiguration, EngineEvents, EngineLeg, PastTurn

Open = Callable[[EngineEvents, EngineConfiguration, Sequence[PastTurn]], Awaitable[EngineLeg]]


class ScriptedSpare:
    """A `SpareLeg`. `on_end` is told when it waits no more, for whatever reason."""

    def __init__(
        self,
        open_leg: Open,
        lost: Callable[[EngineRefusal | EngineUnreachable], None],
        *,
        on_end: Callable[["ScriptedSpare"], None],
    ) -> None:
        self.expires_at: float | None = None
        self._open_leg = open_leg
        self._lost = lost
        self._on_end = on_end
        self._waits = True

    async def take(self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> EngineLeg:
        if not self._waits:
            raise EngineUnreachable("it went away")
        self._end()
        return await self._open_leg(events, wanted, history)

    async def close(self) -> None:
        self._end()

    def lose(self) -> None:
        """The connection goes away, which a test makes happen."""
        if self._waits:
            self._end()
            self._lost(EngineUnreachable("it went away"))

    def _end(self) -> None:
        if self._waits:
            self._waits = False
            self._on_end(self)
