"""The server's WebSockets: every one of them is known here from its handshake to its end."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

import structlog
from picows import WSUpgradeRequest

from greenroom.core.errors import GreenroomError
from greenroom.runtime.metrics import Metrics
from greenroom.server.handshake import Door, Headers, Visitor, path_of
from greenroom.server.patience import Patience
from greenroom.websocket import Heartbeats, Messages

MAX_MESSAGE_BYTES = 64 * 1024
ATTACH_WITHIN_S = 5.0

POLICY = 1008
RESTART = 1012

_REFUSALS = {
    1002: "protocol_error",
    1003: "unsupported_data",
    1007: "invalid_text",
    1008: "policy_violation",
    1009: "message_too_big",
}

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class ServerSocket(Messages):
    """One WebSocket that somebody opened to this server. Until it is `settled` it has five seconds to say what for."""

    __slots__ = ("_sockets", "address")

    kind: ClassVar[str] = "socket"

    def __init__(self, sockets: "Sockets", visitor: Visitor, max_message_bytes: int = MAX_MESSAGE_BYTES) -> None:
        super().__init__(max_message_bytes)
        self.address = visitor.address
        self._sockets = sockets

    def opened(self) -> None:
        # The handshake is over: an idle socket need not keep its headers in memory.
        self.transport.request.headers.clear()
        self.transport.response.headers.clear()
        self._sockets.add(self)

    def closed(self, code: int, reason: str) -> None:  # noqa: ARG002 subclasses look at it
        self._sockets.discard(self, code)

    def settle(self) -> None:
        """It has said what it is here for, and may stay."""
        self._sockets.settled(self)


Factory = Callable[["Sockets", Visitor], ServerSocket]
Guard = Callable[[Headers, bytes], None]


class Sockets:
    """All open WebSockets, what is served on which path, and the limits that hold for every one."""

    def __init__(
        self,
        door: Door,
        heartbeats: Heartbeats,
        metrics: Metrics,
        *,
        base_path: str = "",
        attach_within_s: float = ATTACH_WITHIN_S,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
    ) -> None:
        self.max_message_bytes = max_message_bytes
        self.draining = False
        """While true, nobody new is let in."""
        self._door = door
        self._heartbeats = heartbeats
        self._metrics = metrics
        self._base_path = base_path
        self._routes: dict[str, Factory] = {}
        self._guards: dict[str, Guard] = {}
        self._open: set[ServerSocket] = set()
        self._unattached = Patience[ServerSocket](attach_within_s, _attach_never_came)
        self._all_closed: asyncio.Event | None = None

    def __len__(self) -> int:
        return len(self._open)

    def count(self, kind: str) -> int:
        """How many of this kind are open."""
        return sum(socket.kind == kind for socket in self._open)

    @property
    def unattached(self) -> int:
        """How many are open without having said what for."""
        return len(self._unattached)

    def serve(self, path: str, factory: Factory, guard: Guard | None = None) -> None:
        """Open a socket of this factory's for everyone who is let in at this path (below the base path).

        `guard` looks at the headers and the whole request target after the door did, and raises its refusal.
        """
        self._routes[self._base_path + path] = factory
        if guard is not None:
            self._guards[self._base_path + path] = guard

    def admit(self, request: WSUpgradeRequest, peer: str | None) -> ServerSocket:
        """The socket for an upgrade request. Raises the refusal, which is counted already."""
        factory = self._routes.get(path_of(request.path))
        try:
            visitor = self._door.admit(
                request.headers,
                peer,
                known=factory is not None,
                draining=self.draining,
                open_sockets=len(self._open),
            )
            guard = self._guards.get(path_of(request.path))
            if guard is not None:
                guard(request.headers, request.path)
        except GreenroomError as refusal:
            self._metrics.rejected(refusal.code)
            log.debug("socket refused", code=refusal.code)
            raise
        assert factory is not None
        return factory(self, visitor)

    # What the sockets themselves report.

    def add(self, socket: ServerSocket) -> None:
        self._open.add(socket)
        self._metrics.sockets_open[socket.kind] += 1
        self._unattached.expect(socket)
        self._heartbeats.add(socket)

    def settled(self, socket: ServerSocket) -> None:
        self._unattached.done(socket)

    def discard(self, socket: ServerSocket, code: int) -> None:
        if socket not in self._open:
            return
        self._open.remove(socket)
        self._metrics.sockets_open[socket.kind] -= 1
        self._unattached.done(socket)
        self._heartbeats.discard(socket)
        if code in _REFUSALS:
            self._metrics.rejected(_REFUSALS[code])
        if not self._open and self._all_closed is not None:
            self._all_closed.set()

    # What the server does with all of them.

    def drain(self) -> None:
        """Let nobody in from now on, and send away those that have not attached."""
        self.draining = True
        self.close_unattached(RESTART, "draining")

    def close_unattached(self, code: int = RESTART, reason: str = "reset") -> int:
        """Close all that have not said what they are here for; how many that were."""
        waiting = self._unattached.waiting()
        for socket in waiting:
            socket.close(code, reason)
        return len(waiting)

    def close_all(self, code: int = RESTART, reason: str = "draining") -> None:
        for socket in tuple(self._open):
            socket.close(code, reason)

    async def all_closed(self) -> None:
        """Wait until none is open."""
        if self._open:
            self._all_closed = asyncio.Event()
            await self._all_closed.wait()

    def stop(self) -> None:
        """Stop the timer; open sockets are left as they are."""
        self._unattached.stop()


def _attach_never_came(socket: ServerSocket) -> None:
    socket.close(POLICY, "attach within 5 s")
