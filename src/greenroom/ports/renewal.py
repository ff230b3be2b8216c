"""What an engine may offer beyond `ports.engine`: connections made ahead of calls, and legs that say when they end."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.ports.engine import Engine, EngineConfiguration, EngineEvents, EngineLeg, PastTurn


class SpareLeg(Protocol):
    """A connection to a voice model that is up and belongs to no session: nothing was ever said, set or heard on it."""

    @property
    def expires_at(self) -> float | None:
        """When the other side ends it, on the event loop's clock; None: it doesn't say."""
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


@runtime_checkable
class PreparingEngine(Engine, Protocol):
    """An engine whose connections can be made before anybody needs one."""

    async def prepare(self, lost: Callable[[EngineRefusal | EngineUnreachable], None]) -> SpareLeg:
        """A connection that is up. `lost` is called once if it goes away before it is taken or closed.

        Raises `EngineUnreachable` (try again) or `EngineRefusal` (not soon). Cancelling it leaves nothing open.
        """
        ...


@runtime_checkable
class RenewableLeg(EngineLeg, Protocol):
    """A leg that another one can take over from without the call noticing."""

    @property
    def expires_at(self) -> float | None:
        """As `SpareLeg.expires_at`."""
        ...

    def remember(self, history: Sequence[PastTurn]) -> None:
        """Know of these turns, too, behind everything it knows already."""
        ...

    def hold_audio(self) -> None:
        """Keep the caller's audio here from now on instead of sending it."""
        ...

    def send_held(self) -> None:
        """Send what was kept, and go on as before."""
        ...

    def give_held(self) -> Sequence[bytes]:
        """What was kept, in order, for another leg to send: this one won't, and takes no more."""
        ...
