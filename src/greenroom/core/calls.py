"""The life of one phone call, purely: what the carrier tells, in whatever order, becomes signals and orders.

The orders of events that must be borne are listed in docs/adr/0027. News only lead onwards; a final status is final.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from greenroom.core import signals as s

STREAMS_IN_VAIN = 3
"""Streams asked for in a row that never came: the next one won't come either."""

FINAL = {
    "completed": "caller_hung_up",
    "busy": "busy",
    "no-answer": "no_answer",
    "failed": "failed",
    "canceled": "cancelled",
}
"""The carrier's final statuses, with the reason that a session ends for."""


class Stage(IntEnum):
    """How far a call has come; it never goes back."""

    ASKED = 0
    RINGING = 1
    ANSWERED = 2
    OVER = 3


_STAGES = {
    "queued": Stage.ASKED,
    "initiated": Stage.ASKED,
    "ringing": Stage.RINGING,
    "answered": Stage.ANSWERED,
    "in-progress": Stage.ANSWERED,
    **dict.fromkeys(FINAL, Stage.OVER),
}


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call."""

    inbound: bool = False
    hang_up_on_machines: bool = True
    call_id: str | None = None
    """The carrier's."""
    stage: Stage = Stage.ASKED
    asking: bool = False
    """The request that places it is not answered yet."""
    wanted: bool = True
    """Its session goes on."""
    hanging_up: bool = False
    streamed: bool = False
    in_vain: int = 0
    """Streams asked for since one came."""

    @property
    def settled(self) -> bool:
        """Nothing about it is left to do or to wait for."""
        return self.stage is Stage.OVER and not self.wanted and not self.asking


# News.


@dataclass(frozen=True, slots=True)
class News:
    """Base of what is learnt of a call."""


@dataclass(frozen=True, slots=True)
class Placed(News):
    """The carrier has taken the call, and this is its name there."""

    call_id: str


@dataclass(frozen=True, slots=True)
class NotPlaced(News):
    """There is no call: it was refused, or never asked for."""


@dataclass(frozen=True, slots=True)
class ReplyLost(News):
    """There may be a call, or not."""


@dataclass(frozen=True, slots=True)
class Told(News):
    """The carrier told a status; None: it told something else."""

    call_id: str
    status: str | None = None
    by_machine: bool = False
    """A machine, not a person, has answered."""


@dataclass(frozen=True, slots=True)
class StreamCame(News):
    call_id: str | None


@dataclass(frozen=True, slots=True)
class StreamAsked(News):
    """The carrier was told to open a stream (again)."""


@dataclass(frozen=True, slots=True)
class StreamsFailed(News):
    """The carrier was told to open a stream often enough, and none came."""


@dataclass(frozen=True, slots=True)
class NothingCame(News):
    """The time is up in which something should have been heard of it."""


@dataclass(frozen=True, slots=True)
class SessionOver(News):
    """Its session has ended, whatever the cause."""


@dataclass(frozen=True, slots=True)
class HungUp(News):
    """The carrier agrees that it is over."""


@dataclass(frozen=True, slots=True)
class NotHungUp(News):
    """The carrier could not be reached, however often it was tried: its own time limit ends the call."""


# Orders.


@dataclass(frozen=True, slots=True)
class Tell:
    """A signal for the session."""

    signal: s.Signal


@dataclass(frozen=True, slots=True)
class HangUp:
    """Have the carrier end this call, until it agrees."""

    call_id: str


Order = Tell | HangUp
Step = tuple[Call, tuple[Order, ...]]


def step(call: Call, news: News) -> Step:
    """What follows from a piece of news. Never fails: whatever comes late or twice changes nothing."""
    return _RULES[type(news)](call, news)


def _placed(call: Call, news: Placed) -> Step:
    call = replace(call, asking=False)
    if call.call_id not in (None, news.call_id):
        # Somebody else's news was taken for ours: the one that we placed is the one that is billed to us.
        return call, (HangUp(news.call_id),)
    return _hang_up_if_unwanted(replace(call, call_id=news.call_id))


def _not_placed(call: Call, _news: NotPlaced) -> Step:
    return replace(call, asking=False, stage=Stage.OVER), _failed(call, "failed")


def _reply_lost(call: Call, _news: ReplyLost) -> Step:
    return replace(call, asking=False), ()


def _told(call: Call, news: Told) -> Step:
    if call.stage is Stage.OVER or call.call_id not in (None, news.call_id):
        return call, ()
    call = replace(call, call_id=news.call_id)
    stage = _STAGES.get(news.status or "", call.stage)
    if stage is Stage.OVER:
        return replace(call, stage=stage), _ended(call, FINAL[news.status or ""])
    orders: tuple[Order, ...] = ()
    if stage > call.stage:
        call = replace(call, stage=stage)
        if stage is Stage.RINGING and call.wanted:
            orders = (Tell(s.CallRinging()),)
    if news.by_machine and call.hang_up_on_machines:
        orders = (*orders, *_failed(call, "voicemail"))
    call, more = _hang_up_if_unwanted(call)
    return call, orders + more


def _stream_came(call: Call, news: StreamCame) -> Step:
    if call.stage is Stage.OVER:
        return call, ()
    known = call.call_id if call.call_id is not None else news.call_id
    return _hang_up_if_unwanted(replace(call, call_id=known, stage=Stage.ANSWERED, streamed=True, in_vain=0))


def _stream_asked(call: Call, _news: StreamAsked) -> Step:
    return replace(call, in_vain=call.in_vain + 1), ()


def _streams_failed(call: Call, _news: StreamsFailed) -> Step:
    return call, _failed(call, "caller_lost" if call.streamed else "failed")


def may_stream_again(call: Call) -> bool:
    """Whether another stream may be asked for: the session goes on, and streams do come."""
    return call.wanted and call.stage is not Stage.OVER and call.in_vain < STREAMS_IN_VAIN


def _nothing_came(call: Call, _news: NothingCame) -> Step:
    if call.streamed or call.stage is Stage.OVER:
        return call, ()
    if not call.wanted and call.call_id is None:
        return replace(call, stage=Stage.OVER, asking=False), ()  # there never was one
    unanswered = not call.inbound and call.stage is Stage.RINGING
    return call, _failed(call, "no_answer" if unanswered else "failed")


def _session_over(call: Call, _news: SessionOver) -> Step:
    return _hang_up_if_unwanted(replace(call, wanted=False))


def _hung_up(call: Call, _news: HungUp | NotHungUp) -> Step:
    return (call, ()) if call.stage is Stage.OVER else (replace(call, stage=Stage.OVER), _ended(call, "caller_hung_up"))


def _hang_up_if_unwanted(call: Call) -> Step:
    if call.wanted or call.hanging_up or call.call_id is None or call.stage is Stage.OVER:
        return call, ()
    return replace(call, hanging_up=True), (HangUp(call.call_id),)


def _ended(call: Call, reason: str) -> tuple[Order, ...]:
    if not call.wanted:
        return ()
    if call.streamed or reason == "caller_hung_up":
        return (Tell(s.CallerHungUp()),)
    return _failed(call, reason)


def _failed(call: Call, reason: str) -> tuple[Order, ...]:
    return (Tell(s.CallFailed(reason)),) if call.wanted and call.stage is not Stage.OVER else ()


_RULES: dict[type[News], Callable[[Call, Any], Step]] = {
    Placed: _placed,
    NotPlaced: _not_placed,
    ReplyLost: _reply_lost,
    Told: _told,
    StreamCame: _stream_came,
    StreamAsked: _stream_asked,
    StreamsFailed: _streams_failed,
    NothingCame: _nothing_came,
    SessionOver: _session_over,
    HungUp: _hung_up,
    NotHungUp: _hung_up,
}
