"""What the server asks of the runtime: its `Directory` and `SessionRunner` are the real ones, tests have others."""

from typing import Any, Protocol

from greenroom.ports.caller import CallerEvents, CallerLeg
from greenroom.ports.observer import Reader
from greenroom.ports.store import SessionRow, StoredEvent

JOB_INTERVIEW = "job_interview"
"""The scenario that `job.configuration` and a phone stream without a session of its own mean."""


class LiveSession(Protocol):
    """A session that has not been cleaned up yet."""

    session_id: str
    owner_id: str
    channel: str
    """`browser` or `phone`."""

    @property
    def status(self) -> str: ...

    def configuration(self) -> dict[str, Any]: ...

    def turns(self) -> list[dict[str, Any]]: ...

    def usage(self) -> dict[str, Any]: ...

    def configure(
        self, *, scenario_id: str, config: dict[str, Any], voice: str, revision: int | None
    ) -> dict[str, Any] | None:
        """None: an event will tell. Else the present state, as an event would tell it: nothing has changed."""
        ...

    def ask_end(self, reason: str) -> None: ...

    def type_text(self, text: str) -> None: ...

    def give_cue(self, cue: str) -> None: ...

    def attach_caller(self, leg: CallerLeg) -> CallerEvents: ...


class Sessions(Protocol):
    """All sessions, live and stored."""

    async def create(
        self, *, owner_id: str, channel: str, scenario_id: str, config: dict[str, Any], voice: str
    ) -> LiveSession: ...

    def live(self, session_id: str) -> LiveSession | None: ...

    async def row(self, session_id: str) -> SessionRow | None: ...

    async def rows(self, *, owner_id: str | None, before: tuple[int, str] | None, limit: int) -> list[SessionRow]: ...

    async def events(self, session_id: str, *, after: int, limit: int) -> list[StoredEvent]: ...

    async def end(self, session_id: str, reason: str) -> None: ...

    async def erase(self, session_id: str) -> None: ...

    async def reset(self) -> int: ...

    def ready(self) -> str | None: ...

    def scenarios(self) -> list[dict[str, Any]]: ...

    async def attach_observer(self, session_id: str, reader: Reader, after: tuple[str, int] | None) -> None: ...

    def detach_observer(self, session_id: str, reader: Reader) -> None: ...
