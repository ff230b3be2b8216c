"""Nobody sees another's session."""

import asyncio
import secrets

import msgspec

from greenroom.cli.checking.ground import CONNECTED_WITHIN_S, Ground, all_of, is_status, is_type
from greenroom.cli.checking.result import Result
from greenroom.practice_client.connection import SocketClosed
from greenroom.practice_client.rest import Rest, RestError

SESSIONS = 20


async def isolation(ground: Ground, sessions: int = SESSIONS) -> Result:
    """Visitors of their own, each with a canary in the form and in a typed answer, all at the same time."""
    result = Result("isolation")
    canaries = [f"canary{secrets.token_hex(8)}" for _ in range(sessions)]
    ids: list[str] = []
    everyone = asyncio.Barrier(sessions)

    async def one(canary: str) -> None:
        async with Rest(ground.url) as visitor:
            made = await ground.make(visitor, description=f"You will look after the {canary}.")
            ids.append(made.session_id)
            reader = await ground.read(made, ticket=made.ticket)
            async with asyncio.timeout(4 * CONNECTED_WITHIN_S):
                await everyone.wait()
            async with ground.called(made, reader):
                typed = {"type": "turn.text", "text": f"I said {canary}.", "clientTurnId": canary}
                reader.socket.send_json(typed)
                await reader.until(is_type("turn.completed", typed=True), CONNECTED_WITHIN_S)
                reader.socket.send_json({"type": "call.end"})
                await reader.until(is_status("ended"), 10)
                await reader.to_the_end()
            seen = msgspec.json.encode([message for _, message in reader.got]).decode()
            stored = msgspec.json.encode(await visitor.events(made.session_id)).decode()
            for text, where in ((seen, "an observer"), (stored, "the log")):
                result.expect(text.count(canary) > 1, f"{where} did not see all of its own session")
                others = [other for other in canaries if other != canary and other in text]
                result.expect(not others, f"{where} saw {len(others)} other sessions")
            foreign = {message["sessionId"] for message in reader.events()} - {made.session_id}
            result.expect(not foreign, f"an observer got events of {len(foreign)} other sessions")
            await _look_elsewhere(result, visitor, [other for other in ids if other != made.session_id][:3])
            result.tried += 1

    ground.progress(f"isolation: {sessions} sessions side by side")
    await all_of(result, [one(canary) for canary in canaries])
    return result


async def _look_elsewhere(result: Result, visitor: Rest, others: list[str]) -> None:
    """What belongs to somebody else is refused, by every way to it."""
    for other in others:
        for attempt in (visitor.session, visitor.events, visitor.ticket, visitor.end, visitor.erase):
            try:
                await attempt(other)
            except RestError as error:
                result.expect(error.status in {403, 404}, f"a foreign session was answered with {error.status}")
            except SocketClosed:
                pass
            else:
                result.wrong.append(f"{attempt.__name__} of a foreign session was allowed")
