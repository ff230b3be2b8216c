"""A gap: the engine was lost in mid-conversation. What was going on is put by, and taken up again on the next one."""

from greenroom.core import commands as c
from greenroom.core import director, listening, speaking
from greenroom.core.draft import Draft
from greenroom.core.events import Decision
from greenroom.core.phases import Phase
from greenroom.core.session import Owed, Reply

SAID_IN_PASSING = ("patience", "presence")
"""Lines that nobody misses."""
SAID_WHOLE = ("answer", "confirm")
"""Lines that are no question of the plan, and are put again as they were; of the others, their question is."""


def cut_off(draft: Draft) -> None:
    """The engine is gone: what it was hearing is closed as far as it came, and so is what it was saying, unless all of it
    is here, when it is heard to its end."""
    now, reply = draft.now, draft.now.reply
    listened = now.awaiting_words is not None or any(hearing.ended_ms is None for hearing in now.hearings)
    listening.give_up_on_all(draft)
    if reply is None:
        draft.set(candidate_cut_off=now.candidate_cut_off or listened)
    elif not (reply.made and reply.turn_id is not None):
        put_by(draft, reply)


def put_by(draft: Draft, reply: Reply) -> None:
    """End this reply, heard in part or not at all; what is missing of it is owed."""
    if reply.turn_id is None:
        owed = None if reply.cue.kind in SAID_IN_PASSING else speaking.owed_for(draft, reply)
        draft.set(director=reply.before, owed=owed)
        speaking.drop_reply(draft)
        return
    speaking.drop_reply(draft)
    heard = draft.now.record.turns[-1].heard_text
    owe_the_rest(draft, reply, heard)


def owe_the_rest(draft: Draft, reply: Reply, heard: str) -> None:
    """Of a line that ended by itself where it should not have: put it again if it could not be understood."""
    if reply.cue.kind in SAID_IN_PASSING or speaking.was_put(reply, heard):
        return
    now = draft.now
    unsaid = reply.cue.text if reply.cue.kind in SAID_WHOLE else ""
    line = director.after_gap(now.plan, now.director, draft.elapsed_s, now.seed, unsaid=unsaid)
    draft.set(owed=Owed(line, reply.answers), interrupted_before=reply.before)


def go_on(draft: Draft) -> None:
    """Both legs are there: the conversation goes on where it stood."""
    now = draft.now
    if now.reply is not None:
        speaking.resume(draft)
    elif now.engine_revision == 0:
        return  # as soon as the new engine is set up
    elif now.candidate_cut_off:
        # They may still be speaking, or have spoken all the time: what was kept of it is with the engine now.
        draft.set_deadline("gap", now.limits.gap_s)
    elif now.owed is not None:
        speaking.say(draft, now.owed.line, answers=now.owed.answers)
    elif now.director.closing:
        speaking.say(draft, director.close(now.plan, now.director))
    else:
        speaking.wait_for_answer(draft)


def on_unfilled(draft: Draft) -> None:
    """Nothing was found in what was kept of the gap."""
    now = draft.now
    if now.candidate_cut_off and now.reply is None and draft.phase is Phase.CONNECTED:
        speaking.say(draft, director.lost_you(now.plan, now.director, draft.elapsed_s, now.seed))


def on_last_words(draft: Draft) -> None:
    """The grace is nearly over: another voice says goodbye within it, so that the end itself need not wait."""
    now = draft.now
    if draft.phase is not Phase.INTERRUPTED or now.engine_here or not now.caller_here:
        return
    speaking.drop_reply(draft)
    line = director.last_words(now.plan, now.director, draft.elapsed_s, now.seed)
    cue = c.Cue(draft.new_cue_id(), line.kind, line.text, last=True)
    step_id = now.plan.steps[now.director.step].step_id
    decision = Decision(line.kind, line.because, step_id, None)
    draft.set(reply=Reply(cue, now.director, draft.at, decision, text=line.text))
    draft.order(c.SayLastWords(cue))


def are_last_words(draft: Draft, reply: Reply | None) -> bool:
    """Whether this is the other voice's farewell."""
    return reply is not None and reply.cue.last and draft.phase is Phase.INTERRUPTED


def said_goodbye(draft: Draft) -> bool:
    """Whether the other voice is to be heard: nobody comes back after that."""
    reply = draft.now.reply
    return are_last_words(draft, reply) and reply is not None and reply.turn_id is not None


def take_back_last_words(draft: Draft) -> None:
    """The engine is back before they were heard."""
    if are_last_words(draft, draft.now.reply):
        speaking.drop_reply(draft)
        draft.order(c.TakeBackLastWords())
