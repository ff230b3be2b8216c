"""The interviewer's side: one reply at a time, asked for, heard, spoken over, taken back."""

from dataclasses import replace

from greenroom.core import commands as c
from greenroom.core import director, endings, gaps
from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.draft import Draft
from greenroom.core.phases import Phase
from greenroom.core.position import heard_part
from greenroom.core.session import Owed, Reply

UNDERSTOOD_SHARE = 0.6
"""A question that the candidate spoke over, of which less was heard, is not taken for asked."""
PUT_SHARE = 0.85
"""The same for one that broke off by itself: nobody chose the place, and what is asked comes last."""
MAX_TRIES = 2


def say(draft: Draft, line: director.Line, *, answers: str | None = None) -> None:
    """Have the interviewer say this line now; whatever it was saying is over."""
    drop_reply(draft)
    cue = c.Cue(draft.new_cue_id(), line.kind, line.text, line.intent, last=line.end_reason is not None)
    before, question = draft.now.director, line.state.question
    step_id = draft.now.plan.steps[line.state.step].step_id
    decision = e.Decision(line.kind, line.because, step_id, None if question is None else question.question_id)
    draft.set(
        director=line.state,
        reply=Reply(cue, before, draft.at, decision, answers=answers, text=line.text),
        awaiting_words=None,
        silence_since=None,
        owed=None,
        candidate_cut_off=False,
    )
    for name in ("silence", "words", "gap"):
        draft.clear_deadline(name)
    if line.end_reason is not None:
        endings.begin(draft, line.end_reason)
    _ask_for(draft, cue)


def _ask_for(draft: Draft, cue: c.Cue) -> None:
    draft.order(c.Say(cue))
    draft.set_deadline("reply", draft.now.limits.worded_s if cue.intent else draft.now.limits.reply_s)


def on_started(draft: Draft, signal: s.ReplyStarted) -> None:
    reply = draft.now.reply
    if reply is None or reply.reply_id is not None or reply.cue.cue_id != signal.cue_id:
        # Nobody waits for it any more (or nobody asked): it must not be heard.
        draft.order(c.CancelReply(signal.reply_id))
        draft.order(c.DropReply(signal.reply_id))
        return
    draft.set(reply=replace(reply, reply_id=signal.reply_id))
    draft.order(c.PlayReply(signal.reply_id))


def on_began(draft: Draft, signal: s.ReplyBegan) -> None:
    reply = draft.now.reply
    if reply is None or reply.reply_id != signal.reply_id or reply.turn_id is not None:
        return
    turn_id = draft.new_turn_id()
    draft.clear_deadline("reply")
    draft.set(reply=replace(reply, turn_id=turn_id, began_ms=draft.at_ms), sounded=True)
    if draft.now.engine_here:
        # A connection that can be made proves nothing: only now is the model back.
        draft.set(engine_attempts=0, engine_failing_since=None)
    announce_step(draft)
    draft.record(e.TurnStarted(turn_id, "interviewer", reply.answers, reply.decision))


def announce_step(draft: Draft) -> None:
    """Tell where in the plan the conversation is, once a step."""
    state, plan = draft.now.director, draft.now.plan
    if draft.now.record.plan_index == state.step + 1:
        return
    step = plan.steps[state.step]
    remaining = director.remaining_s(plan, draft.elapsed_s)
    draft.record(e.PlanAdvanced(step.step_id, step.title, state.step + 1, len(plan.steps), remaining))


def on_worded(draft: Draft, signal: s.ReplyWorded) -> None:
    reply = draft.now.reply
    if reply is not None and reply.reply_id == signal.reply_id:
        draft.set(reply=replace(reply, text=signal.text))


def on_finished(draft: Draft, signal: s.ReplyFinished) -> None:
    reply = draft.now.reply
    if reply is None or reply.reply_id != signal.reply_id:
        return
    if reply.turn_id is None and signal.status != "completed":
        _try_again(draft, reply)
        return
    draft.set(reply=replace(reply, made=True, broke_off=signal.status != "completed"))
    draft.order(c.CompleteReply(signal.reply_id))


def on_played(draft: Draft, signal: s.ReplyPlayed) -> None:
    reply = draft.now.reply
    if reply is None or reply.reply_id != signal.reply_id or reply.held:
        return
    if reply.turn_id is not None:
        draft.record(
            e.TurnCompleted(
                reply.turn_id,
                "interviewer",
                reply.text,
                reply.began_ms,
                draft.at_ms,
                speech=(e.Span(reply.began_ms, draft.at_ms),),
            )
        )
    draft.set(reply=None)
    draft.clear_deadline("reply")
    if draft.phase is Phase.ENDING:
        endings.finish(draft, draft.now.end_reason or "interviewer_ended")
        return
    if reply.cue.last:
        endings.finish(draft, "engine_lost")  # said by another voice
        return
    draft.set(interrupted_before=None)
    if reply.broke_off and reply.cue.kind != "bridge":  # what breaks off time after time is not put for ever
        gaps.owe_the_rest(draft, reply, reply.text)
    if draft.phase is Phase.CONNECTED:
        gaps.go_on(draft)


def wait_for_answer(draft: Draft) -> None:
    """The candidate has the floor: start the ladder of silence, or go on where it was."""
    if draft.phase is not Phase.CONNECTED or any(hearing.ended_ms is None for hearing in draft.now.hearings):
        return
    since = draft.now.silence_since
    if since is None:
        draft.set(silence_since=draft.at)
        since = draft.at
    due = since + director.silence_s(draft.now.director, draft.now.silence_level) - draft.at
    draft.set_deadline("silence", max(due, 1.0))


def on_silence(draft: Draft) -> None:
    if draft.now.reply is not None:
        return
    level, since = draft.now.silence_level, draft.now.silence_since
    line = director.on_silence(draft.now.plan, draft.now.director, level, draft.elapsed_s, draft.now.seed)
    if line is None:
        endings.finish(draft, "silence")
        return
    say(draft, line)
    draft.set(silence_level=level + 1, silence_since=since)


def on_no_reply(draft: Draft) -> None:
    """A reply was asked for and never sounded."""
    reply = draft.now.reply
    if reply is not None and reply.turn_id is None:
        _try_again(draft, reply)


def hold(draft: Draft) -> None:
    """Somebody speaks over the reply: silence it at once and find out whether they mean it."""
    reply = draft.now.reply
    if reply is None or reply.held:
        return
    if reply.turn_id is None or reply.reply_id is None:
        take_back(draft)
        return
    draft.set(reply=replace(reply, held=True, heard_ms=draft.ear.heard_ms, received_ms=draft.ear.received_ms))
    draft.order(c.StopPlaying(reply.reply_id))
    draft.set_deadline("barge_in", draft.now.limits.barge_in_wait_s)


def on_stopped(draft: Draft, signal: s.ReplyStopped) -> None:
    """The caller has told where the held reply fell silent."""
    reply = draft.now.reply
    if reply is not None and reply.held and reply.reply_id == signal.reply_id:
        draft.set(reply=replace(reply, heard_ms=signal.heard_ms))


def resume(draft: Draft) -> None:
    """It was nothing: go on from where the ear was."""
    reply = draft.now.reply
    draft.clear_deadline("barge_in")
    if reply is None or not reply.held or reply.reply_id is None:
        return
    draft.set(reply=replace(reply, held=False))
    draft.order(c.ResumePlaying(reply.reply_id))


def confirm_interruption(draft: Draft) -> None:
    """It was meant: the reply is over where the candidate stopped hearing it."""
    reply = draft.now.reply
    if reply is None or not reply.held:
        return
    made_ms = max(reply.received_ms, 1)
    understood = reply.made and reply.heard_ms >= UNDERSTOOD_SHARE * made_ms
    if not understood and reply.cue.kind in ("greeting", "question", "probe", "repeat", "rephrase"):
        draft.set(interrupted_before=reply.before)
    drop_reply(draft)


def drop_reply(draft: Draft) -> None:
    """Whatever the interviewer was saying is over; what was heard of it is kept."""
    reply = draft.now.reply
    draft.clear_deadline("barge_in")
    draft.clear_deadline("reply")
    if reply is None:
        return
    if reply.turn_id is None or reply.reply_id is None:
        _withdraw(draft, reply)
    else:
        heard_ms, received_ms = (
            (reply.heard_ms, reply.received_ms) if reply.held else (draft.ear.heard_ms, draft.ear.received_ms)
        )
        if not reply.held:
            draft.order(c.StopPlaying(reply.reply_id))
        if not reply.made:
            draft.order(c.CancelReply(reply.reply_id))
        draft.order(c.TruncateReply(reply.reply_id, heard_ms))
        draft.order(c.DropReply(reply.reply_id))
        close_turn(draft, reply, heard_ms, received_ms)
    draft.set(reply=None)


def close_turn(draft: Draft, reply: Reply, heard_ms: int, received_ms: int) -> None:
    """Close the turn of a reply that was not heard to its end."""
    if reply.turn_id is None:
        return
    text = heard_part(reply.text, heard_ms, received_ms, made=reply.made)
    draft.record(e.TurnInterrupted(reply.turn_id, heard_ms, text, approximate=True))
    ended_ms = max(reply.began_ms, min(draft.at_ms, reply.began_ms + heard_ms))
    draft.record(
        e.TurnCompleted(
            reply.turn_id,
            "interviewer",
            reply.text,
            reply.began_ms,
            ended_ms,
            speech=(e.Span(reply.began_ms, ended_ms),),
        )
    )


def take_back(draft: Draft) -> None:
    """The candidate goes on speaking before the reply sounded: it is as if it had not been asked for."""
    reply = draft.now.reply
    if reply is None or draft.phase is not Phase.CONNECTED:
        return
    _withdraw(draft, reply)
    draft.clear_deadline("reply")
    draft.set(reply=None, director=reply.before, owed=owed_for(draft, reply))


def owed_for(draft: Draft, reply: Reply) -> Owed:
    """The same reply once more: the line that it is, decided already."""
    cue = reply.cue
    line = director.Line(draft.now.director, cue.kind, cue.text, reply.decision.because, intent=cue.intent)
    return Owed(line, reply.answers)


def was_put(reply: Reply, heard: str) -> bool:
    """Whether so much of a line was heard that it can be answered, though it broke off."""
    return len(heard.split()) >= PUT_SHARE * len(reply.cue.text.split())


def _withdraw(draft: Draft, reply: Reply) -> None:
    draft.order(c.CancelReply(reply.reply_id))
    if reply.reply_id is not None:
        draft.order(c.DropReply(reply.reply_id))


def _try_again(draft: Draft, reply: Reply) -> None:
    _withdraw(draft, reply)
    if gaps.are_last_words(draft, reply):
        draft.set(reply=None)  # silence, then: the grace is nearly over
        return
    if reply.tries + 1 >= MAX_TRIES:
        from greenroom.core import legs  # a lost engine is the legs' affair; they in turn speak

        legs.engine_gone(draft, "no_reply")
        return
    # A model that was slow or failed costs the wording only: this time in the director's own words.
    cue = replace(reply.cue, cue_id=draft.new_cue_id(), intent="")
    draft.set(reply=replace(reply, cue=cue, reply_id=None, tries=reply.tries + 1, made=False, text=cue.text))
    _ask_for(draft, cue)
