"""How a session ends: with a farewell or without, once, whatever the cause."""

from greenroom.core import commands as c
from greenroom.core import director
from greenroom.core import events as e
from greenroom.core.apologies import apology
from greenroom.core.draft import Draft
from greenroom.core.phases import Phase

WITH_FAREWELL = frozenset({"interviewer_ended", "time_limit", "budget", "drained"})
"""Beside these, an end that the candidate asked for in speech."""


def ask(draft: Draft, reason: str) -> None:
    """End for this reason, with a farewell where it has one and the interviewer can speak."""
    if draft.phase is Phase.ENDED:
        return
    if draft.phase is Phase.ENDING:
        # The farewell is cut short, but the session ends for the reason that it was spoken for, unless it is erased.
        finish(draft, reason if reason in ("erased", "reset") else draft.now.end_reason or reason)
    elif reason in WITH_FAREWELL and draft.phase is Phase.CONNECTED and draft.now.begun:
        from greenroom.core import speaking

        speaking.say(draft, director.farewell(draft.now.plan, draft.now.director, reason))
    else:
        finish(draft, _before_the_call(draft, reason))


def begin(draft: Draft, reason: str) -> None:
    """The farewell is about to be spoken; from here on nobody is listened to."""
    draft.set(end_reason=reason)
    draft.order(c.HearCaller(on=False))
    for name in ("silence", "answer", "time_limit", "budget", "words", "barge_in", "gap"):
        draft.clear_deadline(name)
    draft.go(Phase.ENDING)
    draft.set_deadline("farewell", draft.now.limits.farewell_s)


def finish(draft: Draft, reason: str) -> None:
    """Close what is open and end."""
    from greenroom.core import speaking

    if draft.phase is Phase.ENDED:
        return
    reply = draft.now.reply
    if reply is not None:
        heard = (reply.heard_ms, reply.received_ms) if reply.held else (draft.ear.heard_ms, draft.ear.received_ms)
        speaking.close_turn(draft, reply, *heard)
    for hearing in draft.now.hearings:
        ended_ms = draft.at_ms if hearing.ended_ms is None else hearing.ended_ms
        draft.record(
            e.TurnCompleted(
                hearing.turn_id, "candidate", "", hearing.began_ms, max(hearing.began_ms, ended_ms), available=False
            )
        )
    if reason == "engine_lost":
        draft.record(e.Notice(reason, apology(reason)))
    draft.clear_all_deadlines()
    draft.set(reply=None, hearings=(), awaiting_words=None, owed=None)
    draft.go(Phase.ENDED, reason)
    draft.order(c.Finish(reason))


def _before_the_call(draft: Draft, reason: str) -> str:
    dialling = draft.phase in (Phase.CALLING, Phase.RINGING)
    return "cancelled" if dialling and reason == "user_ended" else reason
