"""How picows' WebSockets live on uvicorn's port.

uvicorn's HTTP protocol, on an upgrade request, makes an `UpgradeProtocol`, hands it the transport, then the request's
bytes, and then leaves: from there on the transport feeds picows directly. picows reads through `get_buffer` and
`buffer_updated`, so the request is copied into that buffer once. The constructor's arguments are no part of picows'
public face: its version is pinned, and the tests hold every behaviour that is relied on.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import picows
import structlog
from picows import WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener
from uvicorn.server import ServerState

from greenroom.core.errors import BadInput, GreenroomError
from greenroom.server.answers import error_body, new_request_id
from greenroom.server.handshake import retry_after, upgradable
from greenroom.server.lingering import LingeringTransport
from greenroom.server.sockets import RESTART, Sockets
from greenroom.websocket import Messages

if TYPE_CHECKING:

    class WSProtocol:
        """As far as it is used here; picows has no types for it."""

        transport: picows.WSTransport
        listener: picows.WSListener | None

        def __init__(self, *options: Any) -> None: ...
        def connection_made(self, transport: Any) -> None: ...
        def connection_lost(self, exc: Exception | None) -> None: ...
        def get_buffer(self, size_hint: int) -> memoryview: ...
        def buffer_updated(self, nbytes: int) -> None: ...

else:
    from picows.picows import WSProtocol

HANDSHAKE_S = 5.0
READ_BUFFER_BYTES = 4096
MAX_REQUEST_BYTES = 16 * 1024
"""picows drops longer ones without a word."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class RequestTooLarge(BadInput):
    code = "request_too_large"
    http_status = 431


class _PicowsLog:
    """What picows would log. A peer's mistakes are its own affair and are counted; an exception is a fault of ours.

    Not a `logging.Logger` on purpose: picows makes each connection a logger of its own out of one.
    """

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802
        return level >= logging.CRITICAL

    def exception(self, message: str, *args: object) -> None:
        log.exception("socket failed", what=message % args if args else message)  # noqa: LOG004 called inside one

    def _nothing(self, *args: object) -> None:
        pass

    log = debug = info = warning = error = _nothing


_PICOWS_LOG = _PicowsLog()


class UpgradeProtocol(WSProtocol):
    """One connection that asked to become a WebSocket."""

    def __init__(self, sockets: Sockets, *, server_state: ServerState, **_unused: Any) -> None:
        self._sockets = sockets
        self._connections: set[Any] = server_state.connections
        auto_ping = False  # `Heartbeats` does that, with one timer for all
        super().__init__(
            None,
            None,
            False,
            self._listener_for,
            _PICOWS_LOG,
            True,
            HANDSHAKE_S,
            auto_ping,
            20.0,
            20.0,
            picows.WSAutoPingStrategy.PING_WHEN_IDLE,
            True,
            sockets.max_message_bytes,
            None,
            READ_BUFFER_BYTES,
        )

    @property
    def peer_may_still_send(self) -> bool:
        """Whether there may be more to come that nobody wants: not before the upgrade, nor after the peer's close."""
        # Before any close frame there is no such object, whatever picows' stubs say.
        handshake: Any = self.transport.close_handshake
        return self.listener is not None and (handshake is None or handshake.recv is None)

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._tcp = transport
        self._connections.add(self)
        super().connection_made(LingeringTransport(transport, self))

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take the upgrade request from uvicorn; everything later comes through the buffer."""
        if len(data) >= MAX_REQUEST_BYTES:
            self._refuse(RequestTooLarge("the request's headers are too long"))
            return
        request = upgradable(data)
        while request:
            buffer = self.get_buffer(-1)
            n = min(len(request), len(buffer))
            buffer[:n] = request[:n]
            del buffer
            try:
                self.buffer_updated(n)
            except UnicodeEncodeError:
                # picows wants to say what is wrong with a header, and can't put it into letters.
                self._refuse(BadInput("the request's headers are no text"))
                return
            request = request[n:]

    def shutdown(self) -> None:
        """Close, since the server stops."""
        if isinstance(self.listener, Messages):
            self.listener.close(RESTART, "draining")
        else:
            self._tcp.close()

    def _refuse(self, refusal: GreenroomError) -> None:
        self._tcp.write(_response(refusal).to_bytes())
        self._tcp.close()

    def _listener_for(self, request: WSUpgradeRequest) -> Messages | WSUpgradeResponseWithListener:
        peer: Any = self._tcp.get_extra_info("peername")
        try:
            return self._sockets.admit(request, peer[0] if peer else None)
        except GreenroomError as refusal:
            return WSUpgradeResponseWithListener(_response(refusal), None)


def _response(refusal: GreenroomError) -> WSUpgradeResponse:
    request_id = new_request_id()
    headers = {"Content-Type": "application/json", "X-Request-Id": request_id, **retry_after(refusal)}
    return WSUpgradeResponse.create_error_response(
        HTTPStatus(refusal.http_status), error_body(refusal, request_id), headers
    )
