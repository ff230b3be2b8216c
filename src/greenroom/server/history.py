"""Sessions as REST shows them."""

from typing import Any

import msgspec

from greenroom.core.record import replay
from greenroom.ports.store import SessionRow
from greenroom.runtime.envelope import rfc3339, unseal
from greenroom.runtime.shown import turn_as_shown
from greenroom.server.ports import Sessions

PAGE_EVENTS = 1000


def summary(row: SessionRow) -> dict[str, Any]:
    """A session in a list."""
    return {
        "sessionId": row.session_id,
        "logId": row.log_id,
        "scenarioId": row.scenario_id,
        "channel": row.channel,
        "status": row.status,
        "reason": row.reason,
        "createdAt": rfc3339(row.created_at_ms),
        "endedAt": None if row.ended_at_ms is None else rfc3339(row.ended_at_ms),
        "headSeq": row.head_seq,
    }


async def whole(sessions: Sessions, row: SessionRow) -> dict[str, Any]:
    """A session with its configuration, turns and usage."""
    live = sessions.live(row.session_id)
    if live is not None:
        told: dict[str, Any] = {"configuration": live.configuration(), "turns": live.turns(), "usage": live.usage()}
    else:
        told = {
            "configuration": msgspec.json.decode(row.configuration or b"{}"),
            "turns": await _stored_turns(sessions, row),
            "usage": {},
        }
    return {**summary(row), **told}


async def _stored_turns(sessions: Sessions, row: SessionRow) -> list[dict[str, Any]]:
    lines: list[Any] = []
    after = 0
    while page := await sessions.events(row.session_id, after=after, limit=PAGE_EVENTS):
        lines += (event for line in page if (event := unseal(line)) is not None)
        after = page[-1].seq
    return [turn_as_shown(turn) for turn in replay(lines).turns]


def cursor_of(row: SessionRow) -> str:
    """Where the next page of a list begins."""
    return f"{row.created_at_ms}.{row.session_id}"


def parse_cursor(text: str) -> tuple[int, str]:
    """Raises `ValueError`."""
    at_ms, _, session_id = text.partition(".")
    if not (at_ms.isascii() and at_ms.isdigit() and len(at_ms) <= 15 and session_id):
        raise ValueError(text)
    return int(at_ms), session_id
