"""An observer that comes back gets what it missed: nothing twice, nothing left out."""

from collections.abc import Callable
from typing import Any

from greenroom.cli.checking.ground import Ground, Made, Reader, all_of, is_status, is_type
from greenroom.cli.checking.result import Result

SESSIONS = 4
DROPS = 6


async def resumes(ground: Ground) -> Result:
    """Cut and attached again while events come; compared with the log at the end."""
    result = Result("resume", "attach")
    ground.progress("resuming")
    await all_of(result, [_one(ground, result) for _ in range(SESSIONS)])
    return result


async def _one(ground: Ground, result: Result) -> None:
    made = await ground.make()
    async with ground.connected(made) as (first, phone):
        reader, seen = first, first.events()
        for drop in range(DROPS):
            # Each time something happens while nobody is there.
            reader.socket.send_json({"type": "turn.text", "text": f"Answer {drop}.", "clientTurnId": f"drop-{drop}"})
            # Half of them say goodbye.
            if drop % 2:
                reader.socket.abort()
            else:
                reader.socket.close(1000)
                await reader.to_the_end()
                seen = _joined(seen, reader)
            reader = await _again(ground, result, made, seen)
            await reader.until(_later_than(seen[-1]["seq"]), 5)
            seen = _joined(seen, reader)
        reader.socket.send_json({"type": "call.end"})
        await reader.until(is_status("ended"), 10)
        await reader.to_the_end()
        seen = _joined(seen, reader)
        _compare(result, seen, await made.rest.events(made.session_id))
        phone.abort()
    await _strangers(ground, result, made, len(seen))


async def _again(ground: Ground, result: Result, made: Made, seen: list[dict[str, Any]]) -> Reader:
    last = seen[-1]
    reader = await ground.read(made, {"logId": last["logId"], "seq": last["seq"]}, result=result)
    result.tried += 1
    result.expect(reader.attached["resumed"] is True, "a known cursor was not resumed")
    return reader


async def _strangers(ground: Ground, result: Result, made: Made, length: int) -> None:
    """A cursor of another log, and one past the head: everything comes anew."""
    log_id = (await made.rest.events(made.session_id))[0]["logId"]
    for after in ({"logId": "of-another-log", "seq": 3}, {"logId": log_id, "seq": length + 1000}):
        reader = await ground.read(made, after)
        result.tried += 1
        result.expect(reader.attached["resumed"] is False, f"the cursor {after} was resumed")
        await reader.until(is_type("session.created"), 5)
        await reader.to_the_end()
        seqs = [event["seq"] for event in reader.events()]
        result.expect(seqs[:length] == list(range(1, length + 1)), f"after {after} came {seqs[:5]}…")


def _later_than(seq: int) -> Callable[[dict[str, Any]], bool]:
    return lambda message: message.get("seq", 0) > seq


def _joined(seen: list[dict[str, Any]], reader: Reader) -> list[dict[str, Any]]:
    """What this connection has brought, behind what the ones before it had: a repeat or a gap shows in the seqs."""
    mine = reader.events()
    overlap = next((index for index, event in enumerate(seen) if mine and event is mine[0]), len(seen))
    return seen[:overlap] + mine


def _compare(result: Result, seen: list[dict[str, Any]], stored: list[dict[str, Any]]) -> None:
    seqs = [event["seq"] for event in seen]
    result.expect(seqs == list(range(1, len(seqs) + 1)), f"events seen were {seqs}")
    head = min(len(seen), len(stored))
    differing = [one["seq"] for one, other in zip(seen[:head], stored[:head], strict=True) if one != other]
    result.expect(not differing, f"events {differing} differ from the log")
    result.expect(len(seen) >= len(stored) - 1, f"{len(seen)} events seen, {len(stored)} in the log")
