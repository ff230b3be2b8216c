"""The one pure step that decides everything: no I/O, no clock, no randomness."""

from collections.abc import Callable
from typing import Any

from greenroom.core import configuring, endings, gaps, legs, listening, speaking
from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.draft import Draft
from greenroom.core.phases import Phase, allowed
from greenroom.core.plan import Plan
from greenroom.core.session import Ear, Limits, Session, Step

NOTHING_HEARD = Ear()


def create(
    *,
    session_id: str,
    seed: int,
    channel: str,
    scenario_id: str,
    config: dict[str, Any],
    voice: str,
    plan: Plan,
    limits: Limits,
    at: float,
) -> Step:
    """A new session: made, nobody connected."""
    draft = Draft(Session(session_id, seed, plan, limits), at, NOTHING_HEARD, frozenset())
    draft.record(e.SessionCreated(scenario_id, channel))
    draft.record(e.ConfigurationAccepted(1, scenario_id, config, voice))
    draft.set_deadline("expire", limits.idle_s)
    return draft.step()


def step(session: Session, signal: s.Signal, at: float, ear: Ear = NOTHING_HEARD) -> Step:
    """What follows from `signal`, observed at `at` (seconds on a clock that never goes back).

    Raises `OutOfOrder` for a signal that can't come in this phase, and what its rule raises for bad content; the
    session then stays as it was.
    """
    draft = Draft(session, at, ear, allowed(session.record.phase, signal))
    if session.record.phase is not Phase.ENDED:
        _RULES[type(signal)](draft, signal)
    return draft.step()


def _on_deadline(draft: Draft, signal: s.DeadlineCame) -> None:
    due = dict(draft.now.deadlines).get(signal.name)
    if due is None or due > draft.at + 1e-6:
        return  # cleared or moved while it was on its way
    kept = tuple(entry for entry in draft.now.deadlines if entry[0] != signal.name)
    draft.set(deadlines=kept)
    name, _, item_id = signal.name.partition(" ")
    if item_id:
        listening.on_deadline(draft, item_id)
    else:
        _DEADLINES[name](draft)


_DEADLINES: dict[str, Callable[[Draft], None]] = {
    "expire": lambda draft: endings.finish(draft, "expired"),
    "connect": legs.on_connect_timeout,
    "grace": legs.on_grace_over,
    "engine_retry": legs.on_engine_retry,
    "configure": configuring.on_timeout,
    "reply": speaking.on_no_reply,
    "gap": gaps.on_unfilled,
    "last_words": gaps.on_last_words,
    "silence": speaking.on_silence,
    "barge_in": speaking.confirm_interruption,
    "words": listening.on_words_late,
    "answer": listening.on_answer_too_long,
    "time_limit": lambda draft: endings.ask(draft, "time_limit"),
    "farewell": lambda draft: endings.finish(draft, draft.now.end_reason or "interviewer_ended"),
}

_RULES: dict[type[s.Signal], Callable[[Draft, Any], None]] = {
    s.CallDialled: legs.on_call_progress,
    s.CallRinging: legs.on_call_progress,
    s.CallFailed: legs.on_call_failed,
    s.CallerJoined: legs.on_caller_joined,
    s.CallerHungUp: lambda draft, _: legs.on_caller_hung_up(draft),
    s.CallerLost: legs.on_caller_lost,
    s.OwnerWatching: legs.on_owner_watching,
    s.TextTyped: listening.on_typed,
    s.CueGiven: listening.on_cue,
    s.ConfigurationSent: configuring.on_sent,
    s.EndAskedFor: lambda draft, signal: endings.ask(draft, signal.reason),
    s.DeadlineCame: _on_deadline,
    s.EngineReady: legs.on_engine_ready,
    s.EngineLost: legs.on_engine_lost,
    s.EngineRefused: legs.on_engine_refused,
    s.ConfigurationEchoed: configuring.on_echoed,
    s.ConfigurationRejected: configuring.on_rejected,
    s.CallerSpoke: listening.on_spoke,
    s.SpeechConfirmed: listening.on_confirmed,
    s.CallerStopped: listening.on_stopped,
    s.TranscriptCame: listening.on_transcript,
    s.TranscriptFailed: listening.on_transcript_failed,
    s.ReplyStarted: speaking.on_started,
    s.ReplyWorded: speaking.on_worded,
    s.ReplyFinished: speaking.on_finished,
    s.ReplyBegan: speaking.on_began,
    s.ReplyStopped: speaking.on_stopped,
    s.ReplyPlayed: speaking.on_played,
}
