"""The model calls functions: the director's own are heeded as if the candidate had asked, a scenario's are carried out."""

from greenroom.core import commands as c
from greenroom.core import director, speaking
from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.draft import Draft
from greenroom.core.phases import Phase
from greenroom.core.session import PendingCall
from greenroom.core.tools import DONE, END_CALL, NOT_NOW, REPEAT_QUESTION, ToolCall


def on_called(draft: Draft, signal: s.ToolsCalled) -> None:
    """A reply came as calls, with or without speech. At most one of the director's own is heeded."""
    reply = draft.now.reply
    asked = next((call for call in signal.calls if call.name in (END_CALL, REPEAT_QUESTION)), None)
    if draft.phase is not Phase.CONNECTED or reply is None or reply.reply_id != signal.reply_id:
        _answer_all(draft, signal.calls, None)
    elif asked is None:
        for call in signal.calls:
            _carry_out(draft, call)
    elif asked.name == REPEAT_QUESTION and reply.turn_id is not None:
        _answer_all(draft, signal.calls, None)  # it is being asked already
    else:
        _answer_all(draft, signal.calls, asked)
        _follow(draft, asked.name)


def on_answered(draft: Draft, signal: s.ToolAnswered) -> None:
    """What a scenario's function gave. When it was the last one, the line that it was called for is asked for again."""
    pending = next((one for one in draft.now.calls if one.call.call_id == signal.call_id), None)
    if pending is None:
        return  # the connection that asked is gone
    draft.set(calls=tuple(one for one in draft.now.calls if one is not pending))
    _answer(draft, pending.call, signal.output, signal.failed)
    reply = draft.now.reply
    waits = any(one.cue_id == pending.cue_id for one in draft.now.calls)
    if reply is not None and reply.cue.cue_id == pending.cue_id and reply.reply_id is None and not waits:
        speaking.ask_again(draft, reply, with_intent=True)


def _follow(draft: Draft, name: str) -> None:
    reply, now = draft.now.reply, draft.now
    assert reply is not None
    if reply.turn_id is None:
        speaking.take_back(draft)
        now = draft.now
    place = (now.plan, now.director, draft.elapsed_s, now.seed)
    line = director.asked_to_end(*place) if name == END_CALL else director.repeat(*place)
    speaking.say(draft, line, answers=reply.answers)


def _carry_out(draft: Draft, call: ToolCall) -> None:
    reply = draft.now.reply
    assert reply is not None
    pending = PendingCall(call, reply.cue.cue_id)
    draft.set(calls=(*draft.now.calls, pending))
    draft.order(c.CallTool(call))
    if reply.turn_id is None:
        speaking.await_another(draft, draft.now.limits.tools_s)


def _answer_all(draft: Draft, calls: tuple[ToolCall, ...], heeded: ToolCall | None) -> None:
    for call in calls:
        done = call is heeded
        _answer(draft, call, DONE if done else NOT_NOW, None if done else "not_now")


def _answer(draft: Draft, call: ToolCall, output: str, failed: str | None) -> None:
    draft.record(e.ToolUsed(call.call_id, call.name, call.arguments, output, failed))
    draft.order(c.AnswerCall(call.call_id, output))
