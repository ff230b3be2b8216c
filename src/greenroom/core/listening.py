"""The candidate's side: speech that becomes a turn, its words whenever they come, and the answer to it."""

from dataclasses import replace

from greenroom.core import commands as c
from greenroom.core import director, gaps, speaking
from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.director import DirectorState
from greenroom.core.draft import Draft
from greenroom.core.errors import BadInput
from greenroom.core.phases import Phase
from greenroom.core.session import Hearing
from greenroom.core.understanding import Act

GOES_ON_WORDS = 5
"""As many over a question are the rest of an answer; fewer are "sorry, what was that?"."""


def on_spoke(draft: Draft, signal: s.CallerSpoke) -> None:
    if draft.phase is not Phase.CONNECTED or find(draft, signal.item_id) is not None:
        return
    turn_id = draft.new_turn_id()
    draft.set(hearings=(*draft.now.hearings, Hearing(signal.item_id, turn_id, signal.at_ms)), silence_since=None)
    draft.set(candidate_cut_off=False)
    draft.clear_deadline("silence")
    draft.clear_deadline("gap")
    if draft.now.begun:
        draft.set_deadline("answer", director.answer_limit_s(draft.now.plan, draft.now.director, draft.elapsed_s))
    draft.record(e.TurnStarted(turn_id, "candidate", _last_interviewer_turn(draft)))
    speaking.hold(draft)
    if draft.now.awaiting_words is not None:
        # They went on before the answer: it answers all of it.
        draft.set(awaiting_words=None)
        draft.clear_deadline("words")


def on_confirmed(draft: Draft, signal: s.SpeechConfirmed) -> None:
    hearing = find(draft, signal.item_id)
    if hearing is not None and draft.phase is Phase.CONNECTED:
        speaking.confirm_interruption(draft)


def on_stopped(draft: Draft, signal: s.CallerStopped) -> None:
    hearing = find(draft, signal.item_id)
    if hearing is None or hearing.ended_ms is not None:
        return
    ended_ms = max(hearing.began_ms, signal.at_ms)
    spans = signal.speech or (e.Span(hearing.began_ms, ended_ms),)
    _put(draft, replace(hearing, ended_ms=ended_ms, speech=spans))
    draft.set_deadline(f"transcript {hearing.item_id}", draft.now.limits.transcript_s)
    draft.clear_deadline("answer")
    if draft.phase is not Phase.CONNECTED:
        return
    if hearing.cut_in:
        _end_of_cut_off_answer(draft)
        return
    reply = draft.now.reply
    if reply is not None and reply.held:
        if ended_ms - hearing.began_ms < draft.now.limits.barge_in_s * 1000:
            speaking.resume(draft)
            return
        speaking.confirm_interruption(draft)
    if draft.now.reply is not None or not draft.now.begun:
        return
    _answer_or_wait(draft, hearing.item_id)


def on_transcript(draft: Draft, signal: s.TranscriptCame) -> None:
    hearing = find(draft, signal.item_id)
    if hearing is None:
        return
    _complete(draft, hearing, signal.text.strip(), signal)
    if draft.phase is not Phase.CONNECTED:
        return
    if draft.now.awaiting_words == hearing.item_id:
        if signal.text.strip():
            answer(draft, hearing.turn_id, signal.text)
        else:
            # It was no speech after all.
            draft.set(awaiting_words=None)
            draft.clear_deadline("words")
            gaps.go_on(draft)
    elif draft.now.begun:
        _answer_late(draft, hearing, signal.text)
        _hand_over(draft, hearing)


def on_transcript_failed(draft: Draft, signal: s.TranscriptFailed) -> None:
    hearing = find(draft, signal.item_id)
    if hearing is not None:
        _give_up_on(draft, hearing)


def on_deadline(draft: Draft, item_id: str) -> None:
    """No transcript came."""
    hearing = find(draft, item_id)
    if hearing is not None:
        _give_up_on(draft, hearing)


def on_words_late(draft: Draft) -> None:
    """The line that waits for words goes on without them."""
    item_id = draft.now.awaiting_words
    hearing = None if item_id is None else find(draft, item_id)
    if hearing is not None and draft.phase is Phase.CONNECTED and draft.now.reply is None:
        answer(draft, hearing.turn_id, None)


def on_typed(draft: Draft, signal: s.TextTyped) -> None:
    text = signal.text.strip()
    if not text:
        raise BadInput("a typed answer needs some text")
    speaking.drop_reply(draft)
    turn_id = draft.new_turn_id()
    draft.record(e.TurnStarted(turn_id, "candidate", _last_interviewer_turn(draft)))
    draft.record(e.TurnCompleted(turn_id, "candidate", text, draft.at_ms, draft.at_ms, verbatim=True, typed=True))
    draft.order(c.AddText(text))
    draft.set(silence_level=0, silence_since=None, interrupted_before=None)
    answer(draft, turn_id, text)


def on_cue(draft: Draft, signal: s.CueGiven) -> None:
    place = (draft.now.plan, draft.now.director, draft.elapsed_s, draft.now.seed)
    match signal.cue:
        case "repeat":
            line = director.repeat(*place)
        case "skip":
            line = director.skip(*place)
        case "moment":
            line = director.moment(*place)
        case _:
            raise BadInput("cue is one of repeat, skip, moment")
    speaking.say(draft, line)


def on_answer_too_long(draft: Draft) -> None:
    """Somebody talks on and on: thank them and go on with the plan."""
    now = draft.now
    speaking_now = next((hearing for hearing in reversed(now.hearings) if hearing.ended_ms is None), None)
    if draft.phase is not Phase.CONNECTED or speaking_now is None or now.reply is not None:
        return
    _put(draft, replace(speaking_now, cut_in=True))
    draft.set(silence_level=0, interrupted_before=None)
    speaking.say(
        draft, director.cut_in(now.plan, now.director, draft.elapsed_s, now.seed), answers=speaking_now.turn_id
    )


def answer(draft: Draft, turn_id: str, text: str | None) -> None:
    """The interviewer's line after this turn of the candidate."""
    now, before = draft.now, draft.now.interrupted_before
    draft.set(silence_level=0, silence_since=None, interrupted_before=None)
    ends = text is not None and director.understands(now.plan, text) is Act.END
    if now.director.turns == 0 and not ends:
        line = director.begin(now.plan)  # they spoke before the greeting did
    elif before is None or ends:
        line = director.after_turn(now.plan, now.director, text, draft.elapsed_s, now.seed)
    elif _goes_on(before, text):
        # They were not done with their answer: what they spoke over was too early, and comes in its own time.
        line = director.after_turn(now.plan, before, text, draft.elapsed_s, now.seed)
    else:
        line = director.again_after_interruption(now.plan, now.director, draft.elapsed_s, now.seed)
    speaking.say(draft, line, answers=turn_id)


def _goes_on(before: DirectorState, text: str | None) -> bool:
    asked_before = before.turns > 0
    return asked_before and text is not None and len(text.split()) >= GOES_ON_WORDS


def find(draft: Draft, item_id: str) -> Hearing | None:
    return next((hearing for hearing in draft.now.hearings if hearing.item_id == item_id), None)


def give_up_on_all(draft: Draft) -> None:
    """The engine that was listening is gone: its words will not come."""
    for hearing in draft.now.hearings:
        _close(draft, hearing)


def _end_of_cut_off_answer(draft: Draft) -> None:
    """They stopped. If they talked on through all of the next question, it is put again."""
    now = draft.now
    if now.reply is not None:
        return
    if now.silence_since is None:
        speaking.say(draft, director.again_after_interruption(now.plan, now.director, draft.elapsed_s, now.seed))
    else:
        speaking.wait_for_answer(draft)


def _answer_late(draft: Draft, hearing: Hearing, text: str) -> None:
    """The words came after the answer to them was decided: one that was no answer at all is heeded still."""
    now, reply = draft.now, draft.now.reply
    act = director.understands(now.plan, text)
    if act is Act.END:
        answer(draft, hearing.turn_id, text)
    elif reply is not None and reply.answers == hearing.turn_id and act not in (Act.ANSWER, Act.MOMENT):
        line = director.after_turn(now.plan, reply.before, text, draft.elapsed_s, now.seed)
        speaking.say(draft, line, answers=hearing.turn_id)


def _answer_or_wait(draft: Draft, item_id: str) -> None:
    now = draft.now
    if now.prompt_words:
        wait_s = now.limits.prompt_words_s
    elif director.needs_words(now.plan, now.director):
        wait_s = now.limits.words_s
    else:
        hearing = find(draft, item_id)
        answer(draft, hearing.turn_id if hearing is not None else "", None)
        return
    draft.set(awaiting_words=item_id)
    draft.set_deadline("words", wait_s)


def _complete(draft: Draft, hearing: Hearing, text: str, signal: s.TranscriptCame) -> None:
    ended_ms = hearing.ended_ms if hearing.ended_ms is not None else max(hearing.began_ms, draft.at_ms)
    _forget(draft, hearing)
    draft.record(
        e.TurnCompleted(
            hearing.turn_id,
            "candidate",
            text,
            hearing.began_ms,
            ended_ms,
            speech=hearing.speech or (e.Span(hearing.began_ms, ended_ms),),
            words=signal.words,
            verbatim=signal.verbatim,
        )
    )


def _give_up_on(draft: Draft, hearing: Hearing) -> None:
    waiting = draft.now.awaiting_words == hearing.item_id
    _close(draft, hearing)
    if waiting and draft.phase is Phase.CONNECTED:
        answer(draft, hearing.turn_id, None)
    else:
        _hand_over(draft, hearing)


def _hand_over(draft: Draft, hearing: Hearing) -> None:
    """It is over though nobody told that they stopped: the ladder of silence begins, lest both wait for ever."""
    if hearing.ended_ms is None and draft.now.begun and draft.now.reply is None:
        speaking.wait_for_answer(draft)


def _close(draft: Draft, hearing: Hearing) -> None:
    ended_ms = hearing.ended_ms if hearing.ended_ms is not None else max(hearing.began_ms, draft.at_ms)
    _forget(draft, hearing)
    draft.record(
        e.TurnCompleted(
            hearing.turn_id, "candidate", "", hearing.began_ms, ended_ms, speech=hearing.speech, available=False
        )
    )


def _forget(draft: Draft, hearing: Hearing) -> None:
    draft.clear_deadline(f"transcript {hearing.item_id}")
    if hearing.ended_ms is None:
        draft.clear_deadline("answer")
    draft.set(hearings=tuple(other for other in draft.now.hearings if other.item_id != hearing.item_id))


def _put(draft: Draft, hearing: Hearing) -> None:
    draft.set(hearings=tuple(hearing if other.item_id == hearing.item_id else other for other in draft.now.hearings))


def _last_interviewer_turn(draft: Draft) -> str | None:
    turns = draft.now.record.turns
    return next((turn.turn_id for turn in reversed(turns) if turn.speaker == "interviewer"), None)
