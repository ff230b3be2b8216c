"""A double of a GA Realtime server on a port of its own: the real order of events, faults on demand."""

import asyncio
import http
import itertools
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from tests.doubles.realtime_behaviour import Behaviour
from tests.doubles.realtime_session import Session

__all__ = ["Behaviour", "RealtimeDouble", "Session", "realtime_double"]


class RealtimeDouble:
    """The server; `url` is where it is, `sessions` what connected."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.url = ""
        self.sessions: list[Session] = []
        self.requests: list[Request] = []
        self.open = 0
        self.most_open = 0
        self.faults: list[Exception] = []
        """What went wrong in the double, a message that the package's types don't have above all."""
        self._ids = itertools.count(1)
        self._changed = asyncio.Event()

    @property
    def session(self) -> Session:
        """The one that connected last."""
        return self.sessions[-1]

    def item_of(self, piece: bytes) -> tuple[int, str] | None:
        """The session, by its number, and the item that this piece of sound is of."""
        for number, session in enumerate(self.sessions):
            item_id = session.sounds.item_of(piece)
            if item_id is not None:
                return number, item_id
        return None

    async def until(self, fact: Callable[[], bool], within_s: float = 2.0) -> None:
        """Wait until a connection's coming or going makes this true."""
        async with asyncio.timeout(within_s):
            while not fact():
                self._changed.clear()
                await self._changed.wait()

    async def handle(self, connection: ServerConnection) -> None:
        session = Session(connection, self.behaviour, self._ids)
        self.sessions.append(session)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        self._changed.set()
        try:
            await session.serve()
        except Exception as fault:
            self.faults.append(fault)
            raise
        finally:
            self.open -= 1
            self._changed.set()

    def check(self, connection: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        behaviour = self.behaviour
        if behaviour.http_status is not None and behaviour.refuse_next != 0:
            if behaviour.refuse_next is not None:
                behaviour.refuse_next -= 1
            response = connection.respond(http.HTTPStatus(behaviour.http_status), "")
            response.body = behaviour.http_body
            response.headers["Content-Length"] = str(len(behaviour.http_body))
            if 300 <= behaviour.http_status < 400:
                response.headers["Location"] = "ws://127.0.0.1:9/elsewhere"
            return response
        wanted = behaviour.api_key
        if wanted is not None and request.headers.get("Authorization") != f"Bearer {wanted}":
            return connection.respond(http.HTTPStatus.UNAUTHORIZED, '{"error":{"code":"invalid_api_key"}}')
        return None


@asynccontextmanager
async def realtime_double(behaviour: Behaviour | None = None) -> AsyncGenerator[RealtimeDouble]:
    """A double on a port of its own; raises at the end what did not validate on the way."""
    double = RealtimeDouble(behaviour or Behaviour())
    async with serve(double.handle, "127.0.0.1", 0, process_request=double.check, close_timeout=0.2) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        double.url = f"ws://127.0.0.1:{port}/v1/realtime"
        yield double
    if double.faults:
        raise ExceptionGroup("in the double", double.faults)
