"""Sessions as REST shows them."""

from typing import Any

import msgspec

from greenroom.core.events import CallStatusChanged, Event
from greenroom.core.phases import Phase
from greenroom.core.record import replay
from greenroom.ports.store import SessionRow, StoredEvent
from greenroom.runtime.envelope import rfc3339, unseal
from greenroom.runtime.shown import turn_as_shown, usage_as_shown
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
        told = await _stored(sessions, row)
    return {**summary(row), **told}


async def _stored(sessions: Sessions, row: SessionRow) -> dict[str, Any]:
    """What the log tells."""
    lines: list[StoredEvent] = []
    while page := await sessions.events(row.session_id, after=len(lines), limit=PAGE_EVENTS):
        lines += page
    known = [(line.at_ms, event) for line in lines if (event := unseal(line)) is not None]
    record = replay(event for _, event in known)
    return {
        "configuration": msgspec.json.decode(row.configuration or b"{}"),
        "turns": [turn_as_shown(turn) for turn in record.turns],
        "usage": usage_as_shown(record, _connected_ms(known)),
    }


def _connected_ms(log: list[tuple[int, Event]]) -> int:
    """From being connected first to the end."""
    changes = [(at_ms, event.status) for at_ms, event in log if isinstance(event, CallStatusChanged)]
    connected = next((at_ms for at_ms, status in changes if status == Phase.CONNECTED), None)
    return 0 if connected is None else changes[-1][0] - connected


def cursor_of(row: SessionRow) -> str:
    """Where the next page of a list begins."""
    return f"{row.created_at_ms}.{row.session_id}"


def parse_cursor(text: str) -> tuple[int, str]:
    """Raises `ValueError`."""
    at_ms, _, session_id = text.partition(".")
    if not (at_ms.isascii() and at_ms.isdigit() and len(at_ms) <= 15 and session_id):
        raise ValueError(text)
    return int(at_ms), session_id
