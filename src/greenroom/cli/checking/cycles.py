"""Sessions come and go, in good order and not."""

import asyncio

from greenroom.cli.checking.ground import CONNECTED_WITHIN_S, Ground, all_of, is_status, is_type
from greenroom.cli.checking.result import Result
from greenroom.cli.failing import Failed
from greenroom.practice_client.connection import JsonSocket, connect

AT_A_TIME = 4
READS = 16
TALK_FRAMES = 25


async def warm_up(ground: Ground) -> None:
    """Open what the server opens once and keeps (a log, a pool): it is none of what is looked for at the end."""
    ground.progress("warming up")
    result = await whole_calls(ground, 2)
    if result.wrong:
        raise Failed(f"a first call failed, so there is nothing to check: {result.wrong[0]}")
    await asyncio.gather(*(ground.visitor.sessions() for _ in range(READS)))


async def whole_calls(ground: Ground, cycles: int) -> Result:
    """Make, attach, call, hear the interviewer, talk, end: each to its end, a few at a time."""
    result = Result("whole calls", "call to first audio")
    seen: set[str] = set()
    # A ticket is good for half a minute: none is fetched long before there is a place for its call.
    begun = asyncio.Semaphore(AT_A_TIME)

    async def one(number: int) -> None:
        async with begun:
            ground.progress(f"whole calls: {number + 1} of {cycles}")
            made = await ground.make()
            result.expect(made.session_id not in seen, f"the id {made.session_id} came twice")
            seen.add(made.session_id)
            result.tried += 1
            async with ground.connected(made) as (reader, phone):
                await reader.until(is_type("turn.started", speaker="interviewer"), CONNECTED_WITHIN_S)
                if phone.first_audio is not None:
                    result.took(phone.first_audio - phone.began)
                phone.talker.say(_NOISE)
                await asyncio.sleep(TALK_FRAMES * 0.02)
                reader.socket.send_json({"type": "call.end"})
                _, ended = await reader.until(is_status("ended"), 10)
                result.expect(ended.get("reason") == "user_ended", f"ended with {ended.get('reason')}")
                close = await reader.to_the_end()
                result.expect(close is not None, "the observer's socket stayed open")

    await all_of(result, [one(number) for number in range(cycles)])
    return result


async def rapid_connects(ground: Ground, sessions: int = 10, rounds: int = 6) -> Result:
    """Connections that come and go as fast as they can, every third dropped without a closing handshake."""
    result = Result("rapid connects", "one connect")

    async def one(number: int) -> None:
        made = await ground.make()
        for round_ in range(rounds):
            match (number + round_) % 3:
                case 0:  # attaches and is dropped
                    (await ground.read(made, result=result)).socket.abort()
                case 1:  # attaches and leaves
                    (await ground.read(made, result=result)).socket.close(1000)
                case _:  # leaves before it has said anything
                    (await ground.patiently(lambda: connect(ground.url, "/logs", JsonSocket), result)).close(1000)
            result.tried += 1
        if number % 3 == 0:
            phone = await ground.ring(made)
            phone.abort()
            result.tried += 1
        await ground.finish(made)

    ground.progress("rapid connects")
    await all_of(result, [one(number) for number in range(sessions)])
    return result


# Half a second of something that is no speech: it must neither be answered nor break anything.
_NOISE = bytes((value * 73 + 41) % 251 for value in range(160 * TALK_FRAMES))
