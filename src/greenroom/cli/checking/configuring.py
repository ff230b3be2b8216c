"""A configuration reaches the engine, however early it is sent and however late the call comes."""

import asyncio
from typing import Any

from greenroom.cli.checking.ground import CONNECTED_WITHIN_S, Ground, Reader, all_of, is_type
from greenroom.cli.checking.result import Result

DELAYS_S = (0.0, 0.2, 1.0, 2.0)
ROUNDS = 3
LIMIT_MS = 5000.0


async def configurations(ground: Ground) -> Result:
    """Sent before the call, changed while nobody is there, changed again in mid-call: the last one counts each time."""
    result = Result("configuration", "call or change to applied", LIMIT_MS)
    ground.progress("configurations")
    await all_of(result, [_one(ground, result, delay_s) for delay_s in DELAYS_S for _ in range(ROUNDS)])
    return result


async def _one(ground: Ground, result: Result, delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    made = await ground.make(title="First title")
    reader = await ground.read(made, ticket=made.ticket)
    reader.socket.send_json(_configuration(2, "Second title"))
    await asyncio.sleep(delay_s / 2)
    reader.socket.send_json(_configuration(3, "Third title"))
    await asyncio.sleep(delay_s / 2)
    result.tried += 1
    async with ground.called(made, reader) as phone:
        applied = await _applied(reader, 3)
        result.took(applied - phone.began, f"a configuration sent {delay_s:g} s before the call")
        changed = loop.time()
        reader.socket.send_json(_configuration(4, "Fourth title"))
        result.took(await _applied(reader, 4) - changed, "a change in mid-call")
        await _repeats(result, reader)
        accepted = [event["revision"] for event in reader.events() if event["type"] == "configuration.accepted"]
        result.expect(accepted == [1, 2, 3, 4], f"accepted were {accepted}")
        kept = (await made.rest.session(made.session_id))["configuration"]["config"]["jobTitle"]
        result.expect(kept == "Fourth title", f"kept was {kept}")


async def _applied(reader: Reader, revision: int) -> float:
    """When the engine had this revision, which may have been told already."""
    is_it = is_type("configuration.applied", revision=revision)
    for at, message in reader.got:
        if is_it(message):
            return at
    return (await reader.until(is_it, CONNECTED_WITHIN_S))[0]


async def _repeats(result: Result, reader: Reader) -> None:
    """The same again is answered with the present state; other content or a lower revision is refused."""
    for revision, title, code in (
        (4, "Fourth title", None),
        (4, "Other title", "revision_conflict"),
        (2, "Second title", "stale_revision"),
    ):
        reader.socket.send_json(_configuration(revision, title) | {"id": title})
        _, answer = await reader.until(lambda message, title=title: message.get("inReplyTo") == title, 5)
        result.expect(answer.get("code") == code, f"expected {code or 'the state'}, got {answer.get('code')}")


def _configuration(revision: int, title: str) -> dict[str, Any]:
    config = {"jobTitle": title, "company": "Greenroom", "jobDescription": "", "lengthMinutes": 5}
    return {
        "type": "scenario.configuration",
        "scenarioId": "job_interview",
        "config": config,
        "voice": "heart",
        "revision": revision,
    }
