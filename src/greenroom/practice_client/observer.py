"""A reader of a session's log that comes back where it was."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

from greenroom.practice_client import closing
from greenroom.practice_client.backoff import Backoff
from greenroom.practice_client.connection import Close, ConnectFailed, JsonSocket, SocketClosed, connect
from greenroom.practice_client.cursor import Cursor, Seen
from greenroom.practice_client.rest import Rest, RestError, Unreachable
from greenroom.websocket import Heartbeats

ATTACHED_WITHIN_S = 10.0


class Stopped(Exception):
    """The session can't be watched any further; the message says why."""


async def attach(
    base_url: str, session_id: str, ticket: str, after: dict[str, Any] | None = None, *together: dict[str, Any]
) -> tuple[JsonSocket, dict[str, Any]]:
    """One connection to /logs and the answer to its `attach`. `together` is sent in the same flight.

    Raises `ConnectFailed`, or `SocketClosed` if the server closes instead of answering.
    """
    socket = await connect(base_url, "/logs", JsonSocket)
    message = {"type": "attach", "sessionId": session_id, "ticket": ticket}
    socket.send_json(message | ({"after": after} if after is not None else {}))
    for further in together:
        socket.send_json(further)
    try:
        async with asyncio.timeout(ATTACHED_WITHIN_S):
            return socket, await socket.until("attached")
    except TimeoutError:
        socket.abort()
        raise ConnectFailed("the server did not answer the attach") from None
    except BaseException:
        socket.abort()
        raise


class Observer:
    """Reads a whole session, over as many connections as it takes.

    `on_message` gets every message once and in order; `on_restart` is told when what was read so far is void.
    `on_reconnect(delay_s, why)` is told before each further attempt.
    """

    def __init__(
        self,
        rest: Rest,
        session_id: str,
        on_message: Callable[[dict[str, Any]], None],
        *,
        ticket: str | None = None,
        on_restart: Callable[[], None] = lambda: None,
        on_reconnect: Callable[[float, str], None] = lambda _delay_s, _why: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.cursor = Cursor()
        self._rest = rest
        self._session_id = session_id
        self._ticket = ticket
        self._on_message = on_message
        self._on_restart = on_restart
        self._on_reconnect = on_reconnect
        self._backoff = Backoff(chance)
        self._socket: JsonSocket | None = None

    def send(self, message: dict[str, Any]) -> bool:
        """Send one message; False if there is no connection just now."""
        if self._socket is None or not self._socket.is_open:
            return False
        self._socket.send_json(message)
        return True

    async def run(self) -> None:
        """Read until the session is over. Raises `Stopped` when it can't be watched (any longer)."""
        heartbeats = Heartbeats()
        heartbeats.start()
        try:
            while True:
                wait_s, why = await self._once(heartbeats)
                if wait_s is None:
                    return
                if self._backoff.given_up:
                    raise Stopped(f"gave up after {self._backoff.failures} attempts: {why}")
                self._on_reconnect(wait_s, why)
                await asyncio.sleep(wait_s)
        finally:
            heartbeats.stop()

    async def _once(self, heartbeats: Heartbeats) -> tuple[float | None, str]:
        """One connection to its end: how long to wait before the next (None: it is over), and why."""
        loop = asyncio.get_running_loop()
        told_s: float | None = None
        try:
            close = await self._read(heartbeats)
            why = closing.meaning(close.code, close.reason)
            match closing.after(close.code):
                case closing.Next.OVER:
                    return None, why
                case closing.Next.STOP:
                    raise Stopped(why)
                case closing.Next.WAIT:
                    told_s = closing.retry_after_s(close.reason)
                case closing.Next.AGAIN:
                    pass
        except RestError as error:
            if error.status in {401, 403, 404}:
                raise Stopped(str(error)) from None
            told_s, why = error.retry_after_s, str(error)
        except (ConnectFailed, Unreachable) as error:
            told_s, why = getattr(error, "retry_after_s", None), str(error)
        self._backoff.lost(loop.time())
        return max(told_s or 0.0, self._backoff.delay_s()), why

    async def _read(self, heartbeats: Heartbeats) -> Close:
        ticket, self._ticket = self._ticket or await self._rest.ticket(self._session_id), None
        try:
            socket, answer = await attach(self._rest.base_url, self._session_id, ticket, self.cursor.after())
        except SocketClosed as closed:
            return closed.close
        heartbeats.add(socket)
        self._socket = socket
        try:
            self._backoff.opened(asyncio.get_running_loop().time())
            before = self.cursor.seq
            if not self.cursor.attached(answer) and before:
                self._on_restart()
            self._on_message(answer)
            while True:
                message = await socket.receive()
                match self.cursor.take(message):
                    case Seen.NEW:
                        self._on_message(message)
                    case Seen.AGAIN:
                        pass
                    case Seen.GAP:
                        return Close(1006, "an event was missing")
        except SocketClosed as closed:
            return closed.close
        finally:
            heartbeats.discard(socket)
            self._socket = None
            if socket.ended is None:
                socket.abort()
