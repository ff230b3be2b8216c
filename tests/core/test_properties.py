"""What holds whatever happens: random signals in random order, checked after each."""

import contextlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.core import commands as c
from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.errors import GreenroomError
from greenroom.core.phases import NEXT, Phase
from greenroom.core.position import heard_part
from greenroom.core.record import closing, replay
from greenroom.core.session import Ear, Limits
from greenroom.core.tools import ToolCall
from greenroom.core.usage import Usage
from tests.core.stage import LONG_ANSWER, PLAN, Stage, without_stream

items = st.sampled_from(["i1", "i2", "i3"])
codes = st.sampled_from(["1006", "no_reply"])
texts = st.sampled_from(
    [LONG_ANSWER, "", "Let's stop here.", "No, thanks.", "Can you repeat that?", "Skip.", "Um, a moment."]
)
signals = st.one_of(
    st.just(s.CallDialled()),
    st.just(s.CallRinging()),
    st.builds(s.CallFailed, st.sampled_from(["busy", "no_answer"])),
    st.builds(s.CallerJoined, st.sampled_from(["MZ1", "MZ2", None])),
    st.just(s.CallerHungUp()),
    st.builds(s.CallerLost, codes),
    st.builds(s.OwnerWatching, st.booleans()),
    st.builds(s.TextTyped, st.sampled_from(["hello there", " "])),
    st.builds(s.CueGiven, st.sampled_from(["repeat", "skip", "moment", "dance"])),
    st.builds(
        s.ConfigurationSent,
        st.sampled_from([None, 1, 2, 3]),
        st.just("job_interview"),
        st.sampled_from([{"jobTitle": "Engineer"}, {"jobTitle": "Nurse"}]),
        st.sampled_from(["heart", "marin"]),
        st.just(PLAN),
    ),
    st.builds(s.EndAskedFor, st.sampled_from(["user_ended", "drained", "erased"])),
    st.builds(s.EngineReady, st.booleans()),
    st.builds(s.EngineLost, codes),
    st.builds(s.EngineRefused, st.just("invalid_api_key"), st.just("no")),
    st.builds(s.ConfigurationEchoed, st.sampled_from([1, 2, 3])),
    st.builds(s.ConfigurationRejected, st.sampled_from([1, 2]), st.just("bad"), st.just("no")),
    st.builds(s.CallerSpoke, items, st.integers(0, 60_000)),
    st.builds(s.SpeechConfirmed, items),
    st.builds(s.CallerStopped, items, st.integers(0, 60_000)),
    st.builds(s.TranscriptCame, items, texts),
    st.builds(s.TranscriptFailed, items),
    st.builds(s.ToolAnswered, st.just("call_look_up"), st.just("{}")),
    st.builds(s.UsageCame, st.sampled_from(["reply", "transcript"]), st.builds(Usage, tokens=st.integers(0, 800))),
)
# Things that only make sense about the reply at hand, or about time.
deeds = st.sampled_from(
    ["started", "began", "worded", "finished", "failed", "played", "wait", "end_call", "repeat_question", "look_up"]
)
happenings = st.lists(
    st.tuples(st.one_of(signals, deeds), st.floats(0, 20), st.integers(0, 5000), st.integers(0, 5000)), max_size=60
)
# Most random beginnings never get to a conversation: start from one.
beginnings = st.sampled_from(["made", "connecting", "connected", "greeted"])


def about_reply(stage: Stage, deed: str) -> s.Signal | None:
    reply = stage.session.reply
    if reply is None:
        return None
    reply_id = reply.reply_id or f"r-{reply.cue.cue_id}"
    match deed:
        case "started":
            return s.ReplyStarted(reply_id, reply.cue.cue_id)
        case "began":
            return s.ReplyBegan(reply_id)
        case "worded":
            return s.ReplyWorded(reply_id, reply.cue.text)
        case "finished":
            return s.ReplyFinished(reply_id, "completed")
        case "failed":
            return s.ReplyFinished(reply_id, "failed")
        case "end_call" | "repeat_question" | "look_up":
            return s.ToolsCalled(reply_id, (ToolCall(f"call_{deed}", deed, "{}"),))
        case _:
            return s.ReplyPlayed(reply_id, stage.ear.heard_ms)


def rehearse(beginning: str, script: list[tuple[s.Signal | str, float, int, int]]) -> Stage:
    stage = Stage(limits=Limits(last_words_s=7.0, budget_tokens=1000))
    if beginning == "connecting":
        stage.send(s.CallerJoined("MZ1"))
    if beginning in ("connected", "greeted"):
        stage.connect()
    if beginning == "greeted":
        stage.hear_reply()
    for happening, after_s, heard_ms, received_ms in script:
        ended_before = stage.phase == "ended"
        count = len(stage.events)
        reply = stage.session.reply
        stage.ear = Ear(None if reply is None else reply.reply_id, min(heard_ms, received_ms), received_ms)
        signal = about_reply(stage, happening) if isinstance(happening, str) else happening
        stage.wait(after_s)
        if signal is not None:
            # What does not fit is refused with a code of its own; anything else that is raised is a fault.
            with contextlib.suppress(GreenroomError):
                stage.send(signal)
        if ended_before:
            assert len(stage.events) == count, "an ended session stays ended"
    return stage


@settings(max_examples=400, deadline=None)
@given(beginnings, happenings)
def test_the_log_tells_what_the_live_session_knows(
    beginning: str, script: list[tuple[s.Signal | str, float, int, int]]
) -> None:
    stage = rehearse(beginning, script)
    assert without_stream(replay(stage.events)) == without_stream(stage.session.record)


@settings(max_examples=400, deadline=None)
@given(beginnings, happenings)
def test_every_turn_is_completed_once_and_the_end_comes_once_and_last(
    beginning: str, script: list[tuple[s.Signal | str, float, int, int]]
) -> None:
    stage = rehearse(beginning, script)
    stage.send(s.EndAskedFor("erased"))
    started = Counter(event.turn_id for event in stage.of(e.TurnStarted))
    completed = Counter(event.turn_id for event in stage.of(e.TurnCompleted))
    assert started == completed
    assert not started or max(started.values()) == 1
    ends = [event for event in stage.of(e.CallStatusChanged) if event.status == "ended"]
    assert len(ends) == 1
    assert stage.events[-1] is ends[0]
    assert len(stage.of(c.Finish)) == 1
    assert stage.session.deadlines == ()


@settings(max_examples=300, deadline=None)
@given(beginnings, happenings)
def test_heard_never_exceeds_made_and_times_never_run_backwards(
    beginning: str, script: list[tuple[s.Signal | str, float, int, int]]
) -> None:
    stage = rehearse(beginning, script)
    for turn in stage.of(e.TurnCompleted):
        assert 0 <= turn.started_ms <= turn.ended_ms
    for interrupted in stage.of(e.TurnInterrupted):
        (text,) = [event.text for event in stage.of(e.TurnCompleted) if event.turn_id == interrupted.turn_id]
        assert text.startswith(interrupted.heard_text)
    spoken = [turn for turn in stage.of(e.TurnStarted) if turn.speaker == "interviewer"]
    assert len([turn for turn in spoken if turn.decision.act == "greeting"]) <= 1, "greeted twice"


@given(beginnings, happenings)
def test_a_closed_log_is_whole(beginning: str, script: list[tuple[s.Signal | str, float, int, int]]) -> None:
    stage = rehearse(beginning, script)
    log = [*stage.events, *closing(stage.session.record, "node_lost", 99_999)]
    record = replay(log)
    assert record.phase is Phase.ENDED
    assert not record.open_turns()
    assert closing(record, "node_lost", 0) == []


@given(st.text(max_size=200), st.integers(0, 20_000), st.integers(0, 20_000), st.booleans())
def test_the_heard_part_is_a_beginning_of_the_text(text: str, heard_ms: int, received_ms: int, made: bool) -> None:
    part = heard_part(text, heard_ms, received_ms, made=made)
    assert text.startswith(part)


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_says_what_is_legal_in_it(phase: Phase) -> None:
    assert NEXT[phase]
    if phase is Phase.ENDED:
        assert not any(NEXT[phase].values())
