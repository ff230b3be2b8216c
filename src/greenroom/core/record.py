"""What a session's log says: the part of a session that is rebuilt from its events, whenever and wherever."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from greenroom.core import events as e
from greenroom.core.phases import Phase
from greenroom.core.usage import NOTHING_SPENT, Spent


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the interviewer is to be set up with, as the client sent it."""

    revision: int
    scenario_id: str
    config: dict[str, Any]
    voice: str

    def same_content(self, scenario_id: str, config: dict[str, Any], voice: str) -> bool:
        return (self.scenario_id, self.config, self.voice) == (scenario_id, config, voice)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the transcript."""

    turn_id: str
    speaker: e.Speaker
    after_turn_id: str | None
    completed: e.TurnCompleted | None = None
    interrupted: e.TurnInterrupted | None = None

    @property
    def heard_text(self) -> str:
        """The words that reached the other side."""
        if self.interrupted is not None:
            return self.interrupted.heard_text
        return self.completed.text if self.completed is not None else ""


@dataclass(frozen=True, slots=True)
class Record:
    """A session as its log tells it."""

    phase: Phase = Phase.IDLE
    reason: str | None = None
    channel: str = ""
    stream_sid: str | None = None
    configuration: Configuration | None = None
    applied_revision: int = 0
    turns: tuple[Turn, ...] = ()
    plan_index: int = 0
    lost_legs: frozenset[str] = frozenset()
    calls: tuple[tuple[int, e.ToolUsed], ...] = ()
    """Each with how many turns had begun before it."""
    spent: Spent = NOTHING_SPENT

    def open_turns(self) -> tuple[Turn, ...]:
        return tuple(turn for turn in self.turns if turn.completed is None)


def fold(record: Record, event: e.Event) -> Record:
    """The record after one more event."""
    match event:
        case e.SessionCreated(channel=channel):
            return replace(record, channel=channel)
        case e.ConfigurationAccepted(revision=revision, scenario_id=scenario_id, config=config, voice=voice):
            return replace(record, configuration=Configuration(revision, scenario_id, config, voice))
        case e.ConfigurationApplied(revision=revision):
            return replace(record, applied_revision=revision)
        case e.CallStatusChanged(status=status, stream_sid=stream_sid, reason=reason):
            return replace(
                record,
                phase=Phase(status),
                stream_sid=stream_sid,
                reason=reason if isinstance(reason, str) else record.reason,
            )
        case e.TurnStarted(turn_id=turn_id, speaker=speaker, after_turn_id=after_turn_id):
            return replace(record, turns=(*record.turns, Turn(turn_id, speaker, after_turn_id)))
        case e.TurnCompleted():
            return replace(record, turns=_changed(record.turns, event.turn_id, completed=event))
        case e.TurnInterrupted():
            return replace(record, turns=_changed(record.turns, event.turn_id, interrupted=event))
        case e.PlanAdvanced(index=index):
            return replace(record, plan_index=index)
        case e.ToolUsed():
            return replace(record, calls=(*record.calls, (len(record.turns), event)))
        case e.UsageCounted(purpose=purpose, usage=usage):
            return replace(record, spent=record.spent.plus(purpose, usage))
        case e.LegLost(leg=leg):
            return replace(record, lost_legs=record.lost_legs | {leg})
        case e.LegRestored(leg=leg):
            return replace(record, lost_legs=record.lost_legs - {leg})
        case _:
            return record


def replay(log: Iterable[e.Event]) -> Record:
    """The record that a whole log tells."""
    return reduce(fold, log, Record())


def closing(record: Record, reason: str, at_ms: int) -> list[e.Event]:
    """The events that end this log properly: open turns closed, then `ended`. Nothing for one that has ended."""
    if record.phase is Phase.ENDED:
        return []
    closed: list[e.Event] = [
        e.TurnCompleted(turn.turn_id, turn.speaker, "", at_ms, at_ms, available=False) for turn in record.open_turns()
    ]
    return [*closed, e.CallStatusChanged(Phase.ENDED.value, record.stream_sid, reason)]


def _changed(turns: tuple[Turn, ...], turn_id: str, **changes: Any) -> tuple[Turn, ...]:
    return tuple(replace(turn, **changes) if turn.turn_id == turn_id else turn for turn in turns)
