"""Facts, in the past tense. One core event is one wire event: its tag is the wire's `type`, its fields the wire's.

The envelope (`sessionId`, `logId`, `seq`, `at`) is put around it when it is recorded.
"""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from greenroom.core.usage import Purpose, Usage

Speaker = Literal["candidate", "interviewer"]


class Event(msgspec.Struct, frozen=True, tag_field="type", rename="camel"):
    """Base of all events."""


class Span(msgspec.Struct, frozen=True, rename="camel"):
    """A stretch of speech on the session's audio clock."""

    start_ms: int
    end_ms: int


class Word(msgspec.Struct, frozen=True, rename="camel"):
    """A word with its time on the session's audio clock."""

    text: str
    start_ms: int
    end_ms: int


class SessionCreated(Event, frozen=True, tag="session.created"):
    """A session exists; nobody is connected yet."""

    scenario_id: str
    channel: str


class ConfigurationAccepted(Event, frozen=True, tag="configuration.accepted"):
    """What the interviewer is to be set up with from now on."""

    revision: int
    scenario_id: str
    config: dict[str, Any]
    voice: str


class ConfigurationApplied(Event, frozen=True, tag="configuration.applied"):
    """The engine's own echo equals what is wanted."""

    revision: int


class ConfigurationFailed(Event, frozen=True, tag="configuration.failed"):
    """The engine was not set up as wanted, and why."""

    revision: int
    code: str
    message: str


class CallStatusChanged(Event, frozen=True, tag="call.status_changed"):
    """The session is in another phase; `reason` is there when it ended."""

    status: str
    stream_sid: str | None = None
    reason: str | UnsetType = UNSET
    stored: bool | UnsetType = UNSET


class Decision(msgspec.Struct, frozen=True, rename="camel"):
    """Why the interviewer says what it says: what the line does, the rule that chose it, and where in the plan."""

    act: str
    because: str
    step_id: str
    question_id: str | None


class TurnStarted(Event, frozen=True, tag="turn.started"):
    """Somebody began to speak; `after_turn_id` is the turn that this one answers, `decision` is the interviewer's."""

    turn_id: str
    speaker: Speaker
    after_turn_id: str | None
    decision: Decision | UnsetType = UNSET


class TurnCompleted(Event, frozen=True, tag="turn.completed"):
    """A turn is closed: every turn that started is completed exactly once."""

    turn_id: str
    speaker: Speaker
    text: str
    started_ms: int
    ended_ms: int
    speech: tuple[Span, ...] = ()
    words: tuple[Word, ...] | None = None
    verbatim: bool = False
    available: bool = True
    typed: bool = False


class TurnInterrupted(Event, frozen=True, tag="turn.interrupted"):
    """The candidate spoke over the interviewer, who was heard up to here."""

    turn_id: str
    heard_ms: int
    heard_text: str
    approximate: bool


class PlanAdvanced(Event, frozen=True, tag="plan.advanced"):
    """The interview is at another step of its plan; `index` counts from 1."""

    step_id: str
    title: str
    index: int
    count: int
    remaining_seconds: int


class UsageCounted(Event, frozen=True, tag="usage.counted"):
    """What one reply or one transcript has cost at the voice engine."""

    purpose: Purpose
    usage: Usage


class ToolUsed(Event, frozen=True, tag="tool.used"):
    """The model called a function and was answered; both are JSON text, `failed` is the code of an error."""

    call_id: str
    name: str
    arguments: str
    output: str
    failed: str | None = None


class LegLost(Event, frozen=True, tag="leg.lost"):
    leg: Literal["caller", "engine"]
    code: str


class LegRestored(Event, frozen=True, tag="leg.restored"):
    leg: Literal["caller", "engine"]
    code: str


class Notice(Event, frozen=True, tag="notice"):
    """What the page should tell the person."""

    code: str
    message: str


class ReportReady(Event, frozen=True, tag="report.ready"):
    code: str


class ReportFailed(Event, frozen=True, tag="report.failed"):
    code: str


AnyEvent = (
    SessionCreated
    | ConfigurationAccepted
    | ConfigurationApplied
    | ConfigurationFailed
    | CallStatusChanged
    | TurnStarted
    | TurnCompleted
    | TurnInterrupted
    | PlanAdvanced
    | UsageCounted
    | ToolUsed
    | LegLost
    | LegRestored
    | Notice
    | ReportReady
    | ReportFailed
)

EVENTS: tuple[type[Event], ...] = AnyEvent.__args__


def tag_of(event: type[Event] | Event) -> str:
    """The wire's `type` of an event."""
    kind = event if isinstance(event, type) else type(event)
    return str(kind.__struct_config__.tag)
