"""Tickets and stream tokens open one thing, once."""

import asyncio
import secrets

from greenroom.cli.checking.ground import CLOSED_WITHIN_S, Ground, Made
from greenroom.cli.checking.result import Result
from greenroom.practice_client import observer
from greenroom.practice_client.connection import JsonSocket, SocketClosed
from greenroom.practice_client.phone import Phone, call
from greenroom.practice_client.rest import Rest

REFUSED = 4401
ROUNDS = 5


async def tickets(ground: Ground) -> Result:
    """Spent, foreign, made up, cut short, of the wrong role: each is refused with 4401."""
    result = Result("tickets", "attach to close")
    ground.progress("tickets")
    for _ in range(ROUNDS):
        await _one(ground, result)
    return result


async def _one(ground: Ground, result: Result) -> None:
    made, other = await ground.make(), await ground.make()
    spent, watching = await ground.patiently(lambda: _spend(ground, made))
    whole = await made.rest.ticket(made.session_id)
    bad = {
        "a spent ticket": spent,
        "a ticket of another session": await other.rest.ticket(other.session_id),
        "a ticket for the voice": await made.rest.ticket(made.session_id, "voice"),
        "a stream token": made.stream_token,
        "a ticket cut short": whole[:-1],
        "a ticket with one letter changed": whole[:-1] + ("A" if whole[-1] != "A" else "B"),
        "a made-up ticket": secrets.token_urlsafe(32),
    }
    for what, ticket in bad.items():
        await _refused(ground, result, made, what, ticket)
    watching.abort()
    for what, token in (("made up", secrets.token_urlsafe(32)), ("a ticket", whole), ("missing", None)):
        phone = await ground.patiently(lambda token=token: call(ground.url, token, headers=ground.stream_headers))
        result.tried += 1
        result.expect(await _is_closed(phone), f"a call whose stream token was {what} was taken")
        result.expect(phone.first_audio is None, f"a call whose stream token was {what} heard something")
        phone.abort()
    async with Rest(ground.url) as stranger:
        made_up = Made(stranger, secrets.token_hex(16), secrets.token_urlsafe(32), "")
        await _refused(ground, result, made_up, "an unknown session", made_up.ticket, {REFUSED, 4404})
    await ground.finish(made)
    await ground.finish(other)


async def _spend(ground: Ground, made: Made) -> tuple[str, JsonSocket]:
    """A ticket that was used, and the connection that it opened."""
    ticket = await made.rest.ticket(made.session_id)
    socket, _ = await observer.attach(ground.url, made.session_id, ticket)
    return ticket, socket


async def _refused(
    ground: Ground,
    result: Result,
    made: Made,
    what: str,
    ticket: str,
    codes: frozenset[int] | set[int] = frozenset({REFUSED}),
) -> None:
    loop = asyncio.get_running_loop()
    result.tried += 1
    began = loop.time()
    try:
        socket, _ = await ground.patiently(lambda: observer.attach(ground.url, made.session_id, ticket))
    except SocketClosed as closed:
        result.took(loop.time() - began)
        result.expect(closed.close.code in codes, f"{what}: closed with {closed.close.code}")
    else:
        result.wrong.append(f"{what} was taken")
        socket.abort()


async def _is_closed(phone: Phone) -> bool:
    try:
        async with asyncio.timeout(CLOSED_WITHIN_S):
            await phone.wait_closed()
    except TimeoutError:
        return False
    return True
