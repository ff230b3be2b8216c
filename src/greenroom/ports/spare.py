"""What an engine may offer beyond `ports.engine`: connections that are made ahead of calls."""

from collections.abc import Callable, Sequence
from typing import Protocol

from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.ports.engine import Engine, EngineConfiguration, EngineEvents, EngineLeg, PastTurn


class SpareLeg(Protocol):
    """A connection to a voice model that is up and belongs to no session: nothing was ever said, set or heard on it."""

    @property
    def expires_at(self) -> float | None:
        """As `EngineLeg.expires_at`."""
        ...

    async def take(self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> EngineLeg:
        """Make it a session's, for good, with `wanted` and `history` sent ahead of everything else.

        Returns when it has answered. Raises `EngineUnreachable` when it turns out to be dead, `EngineRefusal` when it
        refuses the session; then, and when this is cancelled, nothing of it is left open.
        """
        ...

    async def close(self) -> None:
        """End it; idempotent. Not for one that was taken."""
        ...


class PreparingEngine(Engine, Protocol):
    """An engine whose connections can be made before anybody needs one."""

    async def prepare(self, lost: Callable[[EngineRefusal | EngineUnreachable], None]) -> SpareLeg:
        """A connection that is up. `lost` is called once if it goes away before it is taken or closed.

        Raises `EngineUnreachable` (try again) or `EngineRefusal` (not soon). Cancelling it leaves nothing open.
        """
        ...
