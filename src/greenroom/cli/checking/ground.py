"""What all checks stand on: sessions made, joined and ended as a page and a phone do it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from greenroom.cli.checking.result import Result
from greenroom.cli.reaching import stream_headers
from greenroom.practice_client import observer
from greenroom.practice_client.connection import Close, ConnectFailed, JsonSocket, SocketClosed
from greenroom.practice_client.phone import Phone, call
from greenroom.practice_client.rest import Rest, RestError

T = TypeVar("T")
CONNECTED_WITHIN_S = 15.0
CLOSED_WITHIN_S = 10.0
LONGEST_WAIT_S = 3600.0
"""In all: many wait side by side."""
TOO_MANY_REQUESTS = 429


@dataclass(slots=True)
class Made:
    """A session just made, by whoever made it."""

    rest: Rest
    session_id: str
    ticket: str
    stream_token: str


@dataclass(slots=True)
class Reader:
    """One observer's connection and all that came on it, with the time of each message."""

    socket: JsonSocket
    attached: dict[str, Any]
    got: list[tuple[float, dict[str, Any]]] = field(default_factory=list[tuple[float, dict[str, Any]]])

    async def until(self, wanted: Callable[[dict[str, Any]], bool], within_s: float) -> tuple[float, dict[str, Any]]:
        """Read on to the first message like this. Raises `TimeoutError`, `SocketClosed`."""
        async with asyncio.timeout(within_s):
            while True:
                at, message = await self.socket.receive_timed()
                self.got.append((at, message))
                if wanted(message):
                    return at, message

    async def to_the_end(self, within_s: float = CLOSED_WITHIN_S) -> Close | None:
        """Read until the server closes; None if it does not."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    self.got.append(await self.socket.receive_timed())
        except SocketClosed as closed:
            return closed.close
        except TimeoutError:
            return None

    def events(self) -> list[dict[str, Any]]:
        return [message for _, message in self.got if "seq" in message]


class Ground:
    """A server under test, reached like by any visitor. Refusals for coming too often are waited out, and counted."""

    def __init__(self, url: str, progress: Callable[[str], None], calls_at_a_time: int = 6) -> None:
        self.url = url
        self.places = asyncio.Semaphore(calls_at_a_time)
        """Held by whoever has a call up: an engine on a small machine takes only so many."""
        self.waited_s = 0.0
        """For the server's own limits."""
        self.visitor = Rest(url)
        self.progress = progress
        self.stream_headers = stream_headers()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.visitor.close()

    async def make(self, rest: Rest | None = None, description: str = "", title: str = "Session checker") -> Made:
        config = {"jobTitle": title, "company": "Greenroom", "jobDescription": description, "lengthMinutes": 5}
        who = rest or self.visitor
        made = await self.patiently(lambda: who.create(config, channel="phone"))
        return Made(who, made["sessionId"], made["ticket"], made["streamToken"])

    async def read(
        self,
        made: Made,
        after: dict[str, Any] | None = None,
        *,
        ticket: str | None = None,
        result: Result | None = None,
    ) -> Reader:
        """Attach, with a fresh ticket unless there is one; timed into `result`."""
        given = [ticket] if ticket else []

        async def attempt() -> Reader:
            # One that was waited with may have run out.
            value = given.pop() if given else await made.rest.ticket(made.session_id)
            socket, attached = await observer.attach(self.url, made.session_id, value, after)
            return Reader(socket, attached)

        return await self.patiently(attempt, result)

    async def ring(self, made: Made) -> Phone:
        return await self.patiently(lambda: call(self.url, made.stream_token, headers=self.stream_headers))

    @asynccontextmanager
    async def connected(self, made: Made) -> AsyncGenerator[tuple[Reader, Phone]]:
        """An attached reader and a phone in a session that is `connected`; both are gone afterwards."""
        reader = await self.read(made, ticket=made.ticket)
        async with self.called(made, reader) as phone:
            yield reader, phone

    @asynccontextmanager
    async def called(self, made: Made, reader: Reader) -> AsyncGenerator[Phone]:
        """A phone in this session, which is `connected`; it, the reader and the session are over afterwards."""
        try:
            async with self.places:
                phone = await self.ring(made)
                try:
                    await reader.until(is_status("connected"), CONNECTED_WITHIN_S)
                    yield phone
                finally:
                    if phone.ended is None:
                        phone.abort()
                    await self.finish(made)
        finally:
            if reader.socket.ended is None:
                reader.socket.abort()
            await self.finish(made)

    async def finish(self, made: Made) -> None:
        """End it if it is not over yet."""
        try:
            await made.rest.end(made.session_id)
        except RestError as error:
            if error.status not in {404, 409}:
                raise

    async def patiently(self, attempt: Callable[[], Awaitable[T]], result: Result | None = None) -> T:
        """Try, and try again when the server says that it was too often. The attempt that succeeds is timed."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                done = await attempt()
            except (RestError, ConnectFailed) as error:
                if error.status != TOO_MANY_REQUESTS or self.waited_s > LONGEST_WAIT_S:
                    raise
                wait_s = error.retry_after_s or 1.0
            else:
                if result is not None:
                    result.took(loop.time() - began)
                return done
            self.waited_s += wait_s
            self.progress("the server limits how often one may come; waiting")
            await asyncio.sleep(wait_s)


async def all_of(result: Result, attempts: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run them side by side; what a server does wrong in one is noted and stops no other."""
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, TimeoutError | SocketClosed | ConnectFailed | RestError):
            result.wrong.append(str(outcome) or "an expected message did not come in time")
        elif isinstance(outcome, BaseException):
            raise outcome


def is_status(status: str) -> Callable[[dict[str, Any]], bool]:
    return lambda message: message["type"] == "call.status_changed" and message["status"] == status


def is_type(kind: str, **fields: object) -> Callable[[dict[str, Any]], bool]:
    return lambda message: message["type"] == kind and all(message.get(name) == value for name, value in fields.items())
