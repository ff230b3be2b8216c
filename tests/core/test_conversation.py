"""A whole practice, and everything that can happen to a reply or an answer, without a socket or a second of waiting."""

import pytest

from greenroom.core import commands as c
from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.errors import BadInput, OutOfOrder, RevisionConflict, StaleRevision
from greenroom.core.session import Ear
from tests.core.stage import LONG_ANSWER, PLAN, Stage


def statuses(stage: Stage) -> list[str]:
    return [event.status for event in stage.of(e.CallStatusChanged)]


def test_a_practice_runs_from_greeting_to_farewell() -> None:
    stage = Stage()
    stage.connect()
    assert stage.last_cue().kind == "greeting"
    assert "Hello" in stage.last_cue().text
    stage.hear_reply()
    for _ in range(4):
        stage.answer()
        stage.hear_reply()
    assert stage.last_cue().text.endswith("What would you like to ask me?")
    stage.answer("How many engineers are in the team?")
    assert "four engineers" in stage.last_cue().text
    stage.hear_reply()
    stage.answer("No, that's all, thank you.")
    assert stage.last_cue().last
    assert stage.phase == "ending"
    stage.hear_reply()
    assert statuses(stage) == ["connecting", "connected", "ending", "ended"]
    assert stage.session.record.reason == "interviewer_ended"
    assert isinstance(stage.commands[-1], c.Finish)
    assert [event.step_id for event in stage.of(e.PlanAdvanced)] == ["warm_up", "q1", "q2", "q3", "yours", "close"]


def test_turns_are_ordered_by_what_they_answer() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    stage.answer()
    stage.hear_reply()
    started = stage.of(e.TurnStarted)
    assert [turn.speaker for turn in started] == ["interviewer", "candidate", "interviewer"]
    assert started[0].after_turn_id is None
    assert started[1].after_turn_id == started[0].turn_id
    assert started[2].after_turn_id == started[1].turn_id


def test_speaking_over_a_reply_cuts_it_where_the_caller_stopped_hearing() -> None:
    stage = Stage()
    stage.connect()
    reply_id = stage.begin_reply(3000)
    stage.ear = Ear(reply_id, 840, 3000)
    out = stage.send(s.CallerSpoke("i1", stage.now_ms), 0.84)
    assert c.StopPlaying(reply_id) in out
    stage.ear = Ear(reply_id, 840, 3000)
    out = stage.send(s.SpeechConfirmed("i1"), 0.5)
    (interrupted,) = stage.of(e.TurnInterrupted)
    assert interrupted.heard_ms == 840
    assert stage.last_cue().text.startswith(interrupted.heard_text)
    assert len(interrupted.heard_text) < len(stage.last_cue().text) / 2
    assert c.TruncateReply(reply_id, 840) in out
    assert c.DropReply(reply_id) in out


def test_an_interruption_is_cut_where_the_caller_says_that_it_fell_silent() -> None:
    stage = Stage()
    stage.connect()
    reply_id = stage.begin_reply()
    stage.ear = Ear(reply_id, 840, 2000)
    stage.send(s.CallerSpoke("i1", stage.now_ms), 0.84)
    stage.send(s.ReplyStopped("another", 10), 0.01)
    stage.send(s.ReplyStopped(reply_id, 790), 0.01)
    stage.send(s.SpeechConfirmed("i1"), 0.6)
    stage.wait(1.0)
    assert stage.of(e.TurnInterrupted)[-1].heard_ms == 790
    assert c.TruncateReply(reply_id, 790) in stage.commands


def test_a_cough_over_a_reply_resumes_it_and_answers_nothing() -> None:
    stage = Stage()
    stage.connect()
    reply_id = stage.begin_reply(3000)
    stage.ear = Ear(reply_id, 1000, 3000)
    began = stage.now_ms
    stage.send(s.CallerSpoke("i1", began), 0.1)
    said = len(stage.of(c.Say))
    out = stage.send(s.CallerStopped("i1", began + 300), 0.8)
    assert c.ResumePlaying(reply_id) in out
    stage.send(s.TranscriptCame("i1", ""), 0.1)
    assert len(stage.of(c.Say)) == said
    assert not stage.of(e.TurnInterrupted)
    stage.ear = Ear(reply_id, 3000, 3000)
    stage.send(s.ReplyPlayed(reply_id, 3000), 2)
    assert stage.of(e.TurnCompleted)[-1].speaker == "interviewer"


def test_speech_that_does_not_stop_is_an_interruption_without_any_words() -> None:
    stage = Stage()
    stage.connect()
    stage.begin_reply(5000)
    stage.send(s.CallerSpoke("i1", stage.now_ms), 0.5)
    stage.wait(1.3)
    assert stage.of(e.TurnInterrupted)


def test_a_question_that_was_hardly_heard_is_asked_again() -> None:
    stage = Stage()
    stage.connect()
    reply_id = stage.begin_reply(4000)
    stage.ear = Ear(reply_id, 300, 4000)
    stage.answer("Sorry, wait, hello, I can hear you now I think", ms=2000)
    assert stage.last_cue().text == f"Let me ask that again. {PLAN.steps[0].questions[0].prompt}"


def test_an_answer_that_goes_on_over_the_next_question_is_answered_as_a_whole() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    stage.answer()
    question = PLAN.steps[1].questions[0].prompt
    assert question in stage.last_cue().text
    reply_id = stage.begin_reply(4000)
    stage.ear = Ear(reply_id, 300, 4000)
    stage.answer("And on top of that I led the team for a year.", ms=3000)
    assert question in stage.last_cue().text
    assert "again" not in stage.last_cue().text
    stage.begin_reply(4000)
    stage.ear = Ear(f"r-{stage.last_cue().cue_id}", 300, 4000)
    stage.answer("What was that?", ms=900)
    assert stage.last_cue().text == f"Let me ask that again. {question}"


def test_going_on_before_the_reply_sounds_takes_the_reply_back() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    stage.answer()
    question = stage.last_cue().text
    out = stage.send(s.CallerSpoke("more", stage.now_ms), 0.1)
    assert any(isinstance(command, c.CancelReply) for command in out)
    stage.send(s.CallerStopped("more", stage.now_ms + 2000), 2.5)
    stage.send(s.TranscriptCame("more", LONG_ANSWER), 0.1)
    assert stage.last_cue().text == question


def test_a_reply_that_nobody_waits_for_is_cancelled_and_never_let_through() -> None:
    stage = Stage()
    stage.connect()
    out = stage.send(s.ReplyStarted("stray", ""))
    assert c.CancelReply("stray") in out
    assert not any(isinstance(command, c.PlayReply) for command in out)


def test_words_that_come_late_complete_their_turn_late() -> None:
    stage = Stage()
    stage.connect(prompt_words=False)
    stage.hear_reply()
    item_id = stage.speak()
    assert stage.last_cue().kind == "question"  # decided without waiting
    stage.begin_reply()
    stage.send(s.TranscriptCame(item_id, LONG_ANSWER), 2.0)
    completed = stage.of(e.TurnCompleted)[-1]
    assert (completed.speaker, completed.text, completed.available) == ("candidate", LONG_ANSWER, True)


def test_a_turn_without_any_words_is_closed_as_unavailable() -> None:
    stage = Stage()
    stage.connect(prompt_words=False)
    stage.hear_reply()
    stage.speak()
    stage.hear_reply()
    stage.wait(10)
    (candidate,) = [event for event in stage.of(e.TurnCompleted) if event.speaker == "candidate"]
    assert not candidate.available


def test_a_wish_to_stop_is_followed_by_a_farewell_even_when_its_words_come_late() -> None:
    stage = Stage()
    stage.connect(prompt_words=False)
    stage.hear_reply()
    item_id = stage.speak()
    stage.begin_reply()
    stage.send(s.TranscriptCame(item_id, "Let's stop here."), 0.4)
    assert stage.last_cue().text == PLAN.farewell
    assert stage.phase == "ending"
    stage.hear_reply()
    assert stage.session.record.reason == "user_ended"


def test_silence_climbs_its_ladder_and_ends_the_session() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    began = stage.at
    said: list[tuple[float, str]] = []
    while stage.phase == "connected":
        out = stage.wait(0.5)
        for command in out:
            if isinstance(command, c.Say):
                said.append((round(stage.at - began), command.cue.kind))
                stage.hear_reply(800)
    assert [kind for _, kind in said] == ["patience", "rephrase", "presence"]
    assert [when for when, _ in said] == pytest.approx([8, 20, 45], abs=2)
    assert stage.session.record.reason == "silence"
    assert stage.at - began == pytest.approx(75, abs=2)


def test_asking_for_a_moment_doubles_the_patience() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    stage.answer("Give me a moment.")
    assert stage.last_cue().text == "Of course, take your time."
    stage.hear_reply(800)
    assert not [out for out in stage.wait(15) if isinstance(out, c.Say)]
    assert [out for out in stage.wait(2) if isinstance(out, c.Say)]


def test_repeat_and_skip_do_what_they_say() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    stage.answer()
    stage.hear_reply()
    stage.send(s.CueGiven("repeat"))
    assert PLAN.steps[1].questions[0].prompt in stage.last_cue().text
    stage.hear_reply()
    stage.send(s.CueGiven("skip"))
    assert PLAN.steps[2].questions[0].prompt in stage.last_cue().text


def test_what_an_answer_lacks_is_asked_for_twice_at_most() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    stage.answer()
    stage.hear_reply()
    stage.answer("It was a bug.")
    assert stage.last_cue().text == "Thank you. What did you do yourself?"
    stage.hear_reply()
    stage.answer("We fixed it.")
    assert stage.last_cue().text == "Thank you. How did it end?"
    stage.hear_reply()
    stage.answer("It was gone.")
    assert PLAN.steps[2].questions[0].prompt in stage.last_cue().text
    decisions = [turn.decision for turn in stage.of(e.TurnStarted) if isinstance(turn.decision, e.Decision)]
    assert [(one.act, one.because, one.question_id) for one in decisions[-2:]] == [
        ("probe", "lacked_part", "bug"),
        ("probe", "lacked_result", "bug"),
    ]


def test_typed_answers_go_the_same_way() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    out = stage.send(s.TextTyped("I was born into it."))
    assert c.AddText("I was born into it.") in out
    typed = stage.of(e.TurnCompleted)[-1]
    assert (typed.typed, typed.text) == (True, "I was born into it.")
    assert PLAN.steps[1].questions[0].prompt in stage.last_cue().text
    with pytest.raises(BadInput):
        stage.send(s.TextTyped("   "))


def test_time_is_up_with_a_farewell_and_a_stuck_farewell_ends_in_eight_seconds() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    for _ in range(60):
        if stage.phase != "connected":
            break
        stage.send(s.CallerSpoke(f"x{_}", stage.now_ms))
        stage.wait(11)
        stage.send(s.TranscriptFailed(f"x{_}"))
        stage.wait(0.2)
    assert stage.phase == "ending"
    assert stage.last_cue().text == PLAN.farewell
    stage.wait(8.1)
    assert stage.session.record.reason == "time_limit"


@pytest.mark.parametrize("reason", ["user_ended", "reset", "erased", "log_unavailable"])
def test_an_end_from_outside_is_told_at_once(reason: str) -> None:
    stage = Stage()
    stage.connect()
    stage.begin_reply()
    stage.send(s.EndAskedFor(reason))
    assert stage.session.record.reason == reason
    assert not stage.session.record.open_turns()
    assert stage.session.deadlines == ()


def test_a_drain_says_goodbye_first() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    stage.send(s.EndAskedFor("drained"))
    assert stage.phase == "ending"
    stage.hear_reply()
    assert stage.session.record.reason == "drained"


def test_hanging_up_during_the_farewell_keeps_the_reason_of_the_farewell() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    stage.answer("Let's stop here.")
    stage.begin_reply()
    stage.send(s.CallerHungUp())
    assert stage.session.record.reason == "user_ended"


def test_a_session_that_nobody_joins_expires() -> None:
    stage = Stage()
    stage.wait(899)
    assert stage.phase == "idle"
    stage.wait(2)
    assert stage.session.record.reason == "expired"


def test_a_lost_caller_has_a_grace_that_is_longer_while_a_page_watches() -> None:
    for watching, grace in ((False, 15), (True, 60)):
        stage = Stage()
        stage.connect()
        stage.hear_reply()
        stage.send(s.OwnerWatching(watching))
        stage.send(s.CallerLost("1006"))
        assert stage.phase == "interrupted"
        stage.wait(grace - 0.5)
        assert stage.phase == "interrupted"
        stage.wait(1)
        assert stage.session.record.reason == "caller_lost"


def test_a_caller_that_comes_back_hears_the_rest_of_the_reply() -> None:
    stage = Stage()
    stage.connect()
    reply_id = stage.begin_reply()
    stage.send(s.CallerLost("1006"), 0.5)
    legs = [type(event).__name__ for event in stage.events[-2:]]
    assert legs == ["LegLost", "CallStatusChanged"]  # the leg first, then the status
    out = stage.send(s.CallerJoined("MZ2"), 3)
    assert c.ResumePlaying(reply_id) in out
    assert [type(event).__name__ for event in stage.events[-2:]] == ["LegRestored", "CallStatusChanged"]
    assert stage.of(e.CallStatusChanged)[-1].stream_sid == "MZ2"


def test_a_lost_engine_is_tried_again_and_nobody_is_greeted_twice() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    out = stage.send(s.EngineLost("1006"))
    assert stage.phase == "interrupted"
    assert any(isinstance(command, c.OpenEngine) for command in out)
    stage.send(s.EngineLost("engine_unreachable"), 0.05)
    assert any(isinstance(command, c.OpenEngine) for command in stage.wait(1))
    stage.send(s.EngineReady(prompt_words=True))
    stage.send(s.ConfigurationEchoed(1), 0.05)
    assert stage.phase == "connected"
    assert len([cue for cue in stage.of(c.Say) if cue.cue.kind == "greeting"]) == 1
    assert len(stage.of(e.ConfigurationApplied)) == 1


def test_an_engine_lost_in_mid_line_owes_the_question() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    stage.answer()
    cue = stage.last_cue()
    stage.send(s.ReplyStarted("r9", cue.cue_id))
    stage.send(s.ReplyBegan("r9"), 0.1)
    stage.ear = Ear("r9", 400, 900)
    stage.send(s.EngineLost("1011"), 0.4)
    assert stage.of(e.TurnInterrupted)[-1].heard_ms == 400
    stage.send(s.EngineReady(prompt_words=True), 1)
    stage.send(s.ConfigurationEchoed(1), 0.05)
    assert stage.last_cue().kind == "bridge"
    assert PLAN.steps[1].questions[0].prompt in stage.last_cue().text


def test_an_engine_that_does_not_come_back_ends_the_session() -> None:
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    stage.send(s.EngineLost("1006"))
    for _ in range(40):
        if stage.session.engine_opening:
            stage.send(s.EngineLost("engine_unreachable"))
        stage.wait(0.5)
    assert stage.session.record.reason == "engine_lost"


def test_an_engine_that_never_speaks_counts_as_lost() -> None:
    stage = Stage()
    stage.connect()
    stage.wait(8.1)
    assert stage.phase == "connected"  # asked a second time
    stage.wait(8.1)
    assert stage.of(e.LegLost)[-1].code == "no_reply"


def test_the_first_word_waits_for_the_configuration() -> None:
    stage = Stage()
    stage.send(s.CallerJoined("MZ1"))
    stage.send(s.EngineReady())
    assert stage.phase == "connected"
    assert not stage.of(c.Say)
    stage.send(s.ConfigurationEchoed(1), 2)
    assert stage.of(c.Say)
    assert stage.of(e.ConfigurationApplied)


def test_a_configuration_that_is_not_agreed_within_five_seconds_fails_in_words() -> None:
    stage = Stage()
    stage.send(s.CallerJoined("MZ1"))
    stage.send(s.EngineReady())
    stage.wait(5.1)
    (failed,) = stage.of(e.ConfigurationFailed)
    assert failed.code == "configuration_timeout"
    assert stage.session.record.reason == "engine_refused"


def test_a_configuration_sent_before_the_engine_is_kept_and_applied_when_it_is_there() -> None:
    stage = Stage()
    stage.send(s.ConfigurationSent(2, "job_interview", {"jobTitle": "Nurse"}, "heart", PLAN))
    stage.send(s.CallerJoined("MZ1"), 2)
    out = stage.send(s.EngineReady(), 1)
    assert c.ConfigureEngine(2) in out
    stage.send(s.ConfigurationEchoed(1))
    assert not stage.of(c.Say)  # the echo of what is wanted no more
    stage.send(s.ConfigurationEchoed(2))
    assert [event.revision for event in stage.of(e.ConfigurationApplied)] == [2]


def test_revisions_are_kept_in_order() -> None:
    stage = Stage()
    stage.send(s.ConfigurationSent(3, "job_interview", {"jobTitle": "Nurse"}, "heart", PLAN))
    before = len(stage.events)
    stage.send(s.ConfigurationSent(3, "job_interview", {"jobTitle": "Nurse"}, "heart", PLAN))
    assert len(stage.events) == before
    with pytest.raises(RevisionConflict):
        stage.send(s.ConfigurationSent(3, "job_interview", {"jobTitle": "Cook"}, "heart", PLAN))
    with pytest.raises(StaleRevision):
        stage.send(s.ConfigurationSent(2, "job_interview", {"jobTitle": "Cook"}, "heart", PLAN))


def test_the_voice_is_locked_once_it_was_heard() -> None:
    stage = Stage()
    stage.connect()
    stage.begin_reply()
    stage.send(s.ConfigurationSent(2, "job_interview", {"jobTitle": "Engineer"}, "other", PLAN))
    (failed,) = stage.of(e.ConfigurationFailed)
    assert failed.code == "voice_locked"
    assert stage.phase == "connected"


def test_what_does_not_fit_the_phase_is_an_error_and_changes_nothing() -> None:
    stage = Stage()
    before = stage.session
    with pytest.raises(OutOfOrder) as caught:
        stage.send(s.TextTyped("hello"))
    assert caught.value.code == "out_of_order"
    assert stage.session is before
