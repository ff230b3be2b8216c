"""The observer against a small server that drops it, repeats and skips."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import msgspec
import picows
import pytest

from greenroom.practice_client.observer import Observer, Stopped
from greenroom.practice_client.rest import Rest, RestError
from greenroom.websocket import Messages

Script = Callable[[Messages, dict[str, Any]], None]


class Tickets:
    """Only as much of a REST client as an observer needs."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.given = 0
        self.refusals: list[RestError] = []

    async def ticket(self, session_id: str, role: str = "observer") -> str:
        if self.refusals:
            raise self.refusals.pop(0)
        self.given += 1
        return f"ticket-{self.given}"


class Peer(Messages):
    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script

    def message(self, kind: picows.WSMsgType, data: bytes) -> None:
        self._script(self, msgspec.json.decode(data))


@asynccontextmanager
async def serving(script: Script) -> AsyncGenerator[Tickets]:
    server = await picows.ws_create_server(lambda _request: Peer(script), "127.0.0.1", 0)
    try:
        yield Tickets(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    finally:
        server.close()
        await server.wait_closed()


def send(peer: Messages, *messages: dict[str, Any]) -> None:
    for message in messages:
        peer.send_text(msgspec.json.encode(message))


def attached(*, resumed: bool, log_id: str = "log") -> dict[str, Any]:
    return {"type": "attached", "logId": log_id, "resumed": resumed}


def event(seq: int, log_id: str = "log") -> dict[str, Any]:
    return {"type": "notice", "logId": log_id, "seq": seq}


async def watch(tickets: Tickets, first_ticket: str | None = None) -> tuple[list[dict[str, Any]], int]:
    got: list[dict[str, Any]] = []
    restarts = 0

    def restart() -> None:
        nonlocal restarts
        restarts += 1
        got.clear()

    observer = Observer(
        cast("Rest", tickets), "s", got.append, ticket=first_ticket, on_restart=restart, chance=lambda: 0.0
    )
    async with asyncio.timeout(5):
        await observer.run()
    return [message for message in got if "seq" in message], restarts


async def test_it_comes_back_with_a_fresh_ticket_where_it_was() -> None:
    attaches: list[dict[str, Any]] = []

    def script(peer: Messages, message: dict[str, Any]) -> None:
        attaches.append(message)
        if len(attaches) == 1:
            send(peer, attached(resumed=False), event(1), event(2))
            peer.close(1012, "draining")
        elif len(attaches) == 2:
            send(peer, attached(resumed=True), event(2), event(3))
            peer.abort()
        else:
            send(peer, attached(resumed=True), event(4))
            peer.close(4410)

    async with serving(script) as tickets:
        got, restarts = await watch(tickets, "from-post")
    assert [message["seq"] for message in got] == [1, 2, 3, 4]
    assert restarts == 0
    assert [message["ticket"] for message in attaches] == ["from-post", "ticket-1", "ticket-2"]
    assert [message.get("after") for message in attaches] == [
        None,
        {"logId": "log", "seq": 2},
        {"logId": "log", "seq": 3},
    ]


async def test_a_gap_makes_it_attach_again() -> None:
    attaches: list[dict[str, Any]] = []

    def script(peer: Messages, message: dict[str, Any]) -> None:
        attaches.append(message)
        if len(attaches) == 1:
            send(peer, attached(resumed=False), event(1), event(3))
        else:
            send(peer, attached(resumed=True), event(2), event(3))
            peer.close(4410)

    async with serving(script) as tickets:
        got, _ = await watch(tickets)
    assert [message["seq"] for message in got] == [1, 2, 3]


async def test_another_log_empties_the_view() -> None:
    attaches: list[dict[str, Any]] = []

    def script(peer: Messages, message: dict[str, Any]) -> None:
        attaches.append(message)
        if len(attaches) == 1:
            send(peer, attached(resumed=False), event(1), event(2))
            peer.close(1012)
        else:
            send(peer, attached(resumed=False, log_id="new"), event(1, "new"))
            peer.close(4410)

    async with serving(script) as tickets:
        got, restarts = await watch(tickets)
    assert [(message["logId"], message["seq"]) for message in got] == [("new", 1)]
    assert restarts == 1


@pytest.mark.parametrize(
    ("code", "words"), [(4401, "ticket"), (4403, "somebody else"), (4404, "no such session"), (1008, "policy")]
)
async def test_some_codes_stop_it_with_words(code: int, words: str) -> None:
    async with serving(lambda peer, _: peer.close(code)) as tickets:
        with pytest.raises(Stopped, match=words):
            await watch(tickets)
        assert tickets.given == 1


async def test_it_gives_up_after_ten_failures() -> None:
    async with serving(lambda peer, _: peer.abort()) as tickets:
        with pytest.raises(Stopped, match="gave up after 10"):
            await watch(tickets)
        assert tickets.given == 10


async def test_a_refused_ticket_is_a_failed_attempt() -> None:
    def script(peer: Messages, message: dict[str, Any]) -> None:
        send(peer, attached(resumed=False), event(1))
        peer.close(4410)

    async with serving(script) as tickets:
        tickets.refusals = [RestError(503, "draining", "later"), RestError(429, "rate_limited", "later", 0.01)]
        got, _ = await watch(tickets)
        assert [message["seq"] for message in got] == [1]
        tickets.refusals = [RestError(404, "no_such_session", "there is no such session")]
        with pytest.raises(Stopped, match="no such session"):
            await watch(tickets)
