"""A configuration reaches the engine, however early it is sent and however late the call comes."""

import asyncio
from typing import Any

from greenroom.cli.checking.ground import CONNECTED_WITHIN_S, Ground, all_of, is_type
from greenroom.cli.checking.result import Result

DELAYS_S = (0.0, 0.2, 1.0, 2.0)
ROUNDS = 3
LIMIT_MS = 5000.0


async def configurations(ground: Ground) -> Result:
    """Sent before the call, changed while nobody is there, changed again in mid-call: the last one counts each time."""
    result = Result("configuration kept across delays (time: call or change to applied)", LIMIT_MS)
    ground.progress("configurations")
    await all_of(result, [_one(ground, result, delay_s) for delay_s in DELAYS_S for _ in range(ROUNDS)])
    return result


async def _one(ground: Ground, result: Result, delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    made = await ground.make(title="First title")
    reader = await ground.read(made, ticket=made.ticket)
    try:
        reader.socket.send_json(_configuration(2, "Second title"))
        await asyncio.sleep(delay_s / 2)
        reader.socket.send_json(_configuration(3, "Third title"))
        await asyncio.sleep(delay_s / 2)
        await reader.until(is_type("configuration.accepted", revision=3), CONNECTED_WITHIN_S)
        result.tried += 1
        phone = await ground.ring(made)
        try:
            await reader.until(is_type("configuration.applied", revision=3), CONNECTED_WITHIN_S)
            result.took(loop.time() - phone.began, f"a configuration sent {delay_s:g} s before the call")
            changed = loop.time()
            reader.socket.send_json(_configuration(4, "Fourth title"))
            await reader.until(is_type("configuration.applied", revision=4), CONNECTED_WITHIN_S)
            result.took(loop.time() - changed, "a change in mid-call")
            # The same again is answered with the present state, and is no other revision.
            reader.socket.send_json(_configuration(4, "Fourth title") | {"id": "again"})
            _, answer = await reader.until(lambda message: message.get("inReplyTo") == "again", 5)
            result.expect(answer["type"] != "error", f"the same configuration again was refused: {answer.get('code')}")
            for revision, title, code in (
                (4, "Other title", "revision_conflict"),
                (2, "Second title", "stale_revision"),
            ):
                reader.socket.send_json(_configuration(revision, title) | {"id": code})
                _, answer = await reader.until(lambda message, code=code: message.get("inReplyTo") == code, 5)
                result.expect(
                    answer.get("code") == code, f"expected {code}, got {answer.get('code') or answer['type']}"
                )
            accepted = [event["revision"] for event in reader.events() if event["type"] == "configuration.accepted"]
            result.expect(accepted == [1, 2, 3, 4], f"accepted were {accepted}")
            kept = (await made.rest.session(made.session_id))["configuration"]
            result.expect(_title(kept) == "Fourth title", f"kept was {_title(kept)}")
        finally:
            phone.abort()
    finally:
        reader.socket.abort()
        await ground.finish(made)


def _configuration(revision: int, title: str) -> dict[str, Any]:
    config = {"jobTitle": title, "company": "Greenroom", "jobDescription": "", "lengthMinutes": 5}
    return {
        "type": "scenario.configuration",
        "scenarioId": "job_interview",
        "config": config,
        "voice": "heart",
        "revision": revision,
    }


def _title(configuration: Any) -> str:
    return str(configuration.get("config", {}).get("jobTitle"))
