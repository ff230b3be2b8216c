"""A session as REST shows it, in the wire's field names."""

from typing import Any

import msgspec

from greenroom.core.record import Record, Turn
from greenroom.core.usage import Usage


def configuration_as_stored(record: Record) -> dict[str, Any]:
    """What was accepted last; empty before anything was."""
    accepted = record.configuration
    if accepted is None:
        return {}
    return {
        "revision": accepted.revision,
        "scenarioId": accepted.scenario_id,
        "config": accepted.config,
        "voice": accepted.voice,
    }


def usage_as_shown(record: Record, audio_ms: int) -> dict[str, Any]:
    """What it has cost: tokens in all, and apart for replies and transcripts; `audio_ms` since it was connected."""
    spent = record.spent
    parts = {"replies": _every_field(spent.replies), "transcripts": _every_field(spent.transcripts)}
    return {"audioMs": audio_ms, "tokens": spent.tokens, **parts}


def _every_field(usage: Usage) -> dict[str, Any]:
    return {
        wire: getattr(usage, name)
        for name, wire in zip(Usage.__struct_fields__, Usage.__struct_encode_fields__, strict=True)
    }


def turn_as_shown(turn: Turn) -> dict[str, Any]:
    """A turn in the wire's field names, for REST."""
    shown: dict[str, Any] = {
        "turnId": turn.turn_id,
        "speaker": turn.speaker,
        "afterTurnId": turn.after_turn_id,
        "open": turn.completed is None,
    }
    for event in (turn.completed, turn.interrupted):
        if event is not None:
            shown |= {key: value for key, value in msgspec.to_builtins(event).items() if key != "type"}
    return shown
