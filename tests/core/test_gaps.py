"""The engine is lost in mid-conversation: what was going on is taken up again on the next one."""

from dataclasses import replace

import pytest

from greenroom.core import commands as c
from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.session import Ear, Limits
from tests.core.stage import LONG_ANSWER, PLAN, Stage

Q1 = PLAN.steps[1].questions[0].prompt
WITH_ANOTHER_VOICE = Limits(last_words_s=7.0)


def greeted(limits: Limits | None = None) -> Stage:
    stage = Stage(limits=limits)
    stage.connect()
    stage.hear_reply()
    return stage


def sounding(stage: Stage, heard_ms: int, received_ms: int, text: str = "") -> str:
    """The reply to the latest cue sounds, and is still being made."""
    cue = stage.last_cue()
    reply_id = f"r-{cue.cue_id}"
    stage.send(s.ReplyStarted(reply_id, cue.cue_id), 0.05)
    stage.send(s.ReplyBegan(reply_id), 0.05)
    stage.send(s.ReplyWorded(reply_id, text or cue.text))
    stage.ear = Ear(reply_id, heard_ms, received_ms)
    return reply_id


def lose(stage: Stage) -> list[object]:
    return stage.send(s.EngineLost("closed_1006"), 0.1)


def come_back(stage: Stage, after_s: float = 0.5) -> list[object]:
    out = stage.send(s.EngineReady(prompt_words=True), after_s)
    return out + stage.send(s.ConfigurationEchoed(1), 0.05)


def kinds(stage: Stage) -> list[str]:
    return [say.cue.kind for say in stage.of(c.Say)]


def test_a_line_that_did_not_sound_yet_is_said_by_the_next_engine() -> None:
    stage = greeted()
    stage.answer()
    asked = stage.last_cue()
    lose(stage)
    come_back(stage)
    assert stage.last_cue().text == asked.text
    assert stage.last_cue().cue_id != asked.cue_id
    assert "bridge" not in kinds(stage)
    stage.hear_reply()
    assert stage.of(e.TurnStarted)[-1].after_turn_id == stage.of(e.TurnStarted)[-2].turn_id
    assert stage.session.director.asked == Q1


def test_a_greeting_that_was_cut_off_is_not_said_again_but_its_question_is() -> None:
    stage = Stage()
    stage.connect()
    sounding(stage, 800, 2500)
    lose(stage)
    come_back(stage)
    assert kinds(stage) == ["greeting", "bridge"]
    assert stage.last_cue().text == f"Sorry, I was gone for a moment. {PLAN.steps[0].questions[0].prompt}"


def test_a_question_that_was_heard_but_for_a_word_is_not_put_again() -> None:
    stage = greeted()
    stage.answer()
    sounding(stage, 2350, 2400)
    lose(stage)
    said = len(stage.of(c.Say))
    come_back(stage)
    assert len(stage.of(c.Say)) == said
    assert stage.session.silence_since == stage.at
    stage.answer()
    assert stage.of(c.Say)[-1].cue.kind in ("question", "probe")


def test_an_answer_to_the_candidate_that_was_cut_off_is_given_again_whole() -> None:
    stage = greeted()
    stage.answer("How many engineers are in the team?")
    assert "four engineers" in stage.last_cue().text
    sounding(stage, 300, 600)
    lose(stage)
    come_back(stage)
    assert "four engineers" in stage.last_cue().text


@pytest.mark.parametrize("kind", ["patience", "presence"])
def test_nobody_misses_a_line_said_in_passing(kind: str) -> None:
    stage = greeted()
    while stage.last_cue().kind != kind:
        if stage.session.reply is not None:
            stage.hear_reply()
        stage.wait(8)
    lose(stage)
    said = len(stage.of(c.Say))
    come_back(stage)
    assert len(stage.of(c.Say)) == said


def test_a_line_that_is_all_here_is_heard_through_the_gap() -> None:
    stage = greeted()
    stage.answer()
    reply_id = stage.begin_reply()
    out = lose(stage)
    assert c.StopPlaying(reply_id) not in out
    stage.ear = Ear(reply_id, 2000, 2000)
    stage.send(s.ReplyPlayed(reply_id, 2000), 1.5)
    assert stage.phase == "interrupted"
    said = len(stage.of(c.Say))
    come_back(stage)
    assert len(stage.of(c.Say)) == said
    assert not stage.of(e.TurnInterrupted)
    assert stage.session.silence_since is not None


@pytest.mark.parametrize("caller_too", [False, True])
def test_the_farewell_follows_a_last_answer_that_was_heard_in_the_gap(caller_too: bool) -> None:
    stage = greeted()
    director = replace(stage.session.director, step=4, closing=True)
    stage.answer("How many engineers are in the team?")
    reply_id = stage.begin_reply()
    stage.session = replace(stage.session, director=director)
    lose(stage)
    stage.send(s.ReplyPlayed(reply_id, 2000), 2)
    if caller_too:
        stage.send(s.CallerLost("1006"), 0.1)
    come_back(stage)
    if caller_too:
        assert stage.phase == "interrupted"
        stage.send(s.CallerJoined("MZ2"), 1)
    assert (stage.phase, stage.last_cue().text) == ("ending", PLAN.farewell)


@pytest.mark.parametrize("heard", ["What did you", "Thank you. Tell me about a hard bug"])
def test_a_line_that_the_engine_gave_up_is_put_again_if_it_could_not_be_understood(heard: str) -> None:
    stage = greeted()
    stage.answer()
    asked = stage.last_cue()
    reply_id = sounding(stage, 0, 900, heard)
    stage.send(s.ReplyFinished(reply_id, "failed"))
    stage.ear = Ear(reply_id, 900, 900)
    stage.send(s.ReplyPlayed(reply_id, 900), 0.9)
    again = len(heard.split()) < 0.85 * len(asked.text.split())
    assert (stage.last_cue() is not asked) == again
    assert (stage.last_cue().kind == "bridge") == again
    assert (stage.session.silence_since is None) == again


def test_an_engine_that_gives_up_every_line_is_not_asked_for_ever() -> None:
    stage = greeted()
    stage.answer()
    for _ in range(2):
        reply_id = sounding(stage, 0, 300, "Thank")
        stage.send(s.ReplyFinished(reply_id, "incomplete"))
        stage.ear = Ear(reply_id, 300, 300)
        stage.send(s.ReplyPlayed(reply_id, 300), 0.3)
    assert kinds(stage)[-1] == "bridge"
    assert stage.session.reply is None
    assert stage.session.silence_since is not None


def test_what_is_said_in_the_gap_is_kept_and_given_once_the_next_engine_is_set_up() -> None:
    stage = greeted()
    assert c.HearCaller(on=False, keep=True) in lose(stage)
    out = stage.send(s.EngineReady(prompt_words=True), 1)
    assert c.HearCaller(on=True) not in out  # it would hear it in whatever format it begins with
    assert c.HearCaller(on=True) in stage.send(s.ConfigurationEchoed(1), 0.05)


def test_an_answer_that_goes_on_through_the_gap_is_answered_without_a_word_about_it() -> None:
    stage = greeted()
    stage.send(s.CallerSpoke("i1", stage.now_ms), 0.2)
    lose(stage)
    come_back(stage)
    assert stage.session.reply is None
    stage.send(s.CallerSpoke("i2", stage.now_ms - 500), 0.3)
    stage.wait(3)
    assert stage.session.reply is None
    stage.send(s.CallerStopped("i2", stage.now_ms))
    stage.send(s.TranscriptCame("i2", LONG_ANSWER), 0.1)
    assert kinds(stage)[-1] in ("question", "probe")
    assert "bridge" not in kinds(stage)
    assert [turn.available for turn in stage.of(e.TurnCompleted) if turn.speaker == "candidate"] == [False, True]


def test_an_answer_of_which_nothing_is_left_is_asked_for_once() -> None:
    stage = greeted()
    stage.send(s.CallerSpoke("i1", stage.now_ms), 0.2)
    lose(stage)
    lose(stage)
    come_back(stage, 3)
    assert stage.session.reply is None
    stage.wait(1.1)
    assert kinds(stage).count("bridge") == 1
    assert "say that again" in stage.last_cue().text


def test_words_that_come_late_do_not_count_as_lost_speech() -> None:
    stage = Stage()
    stage.connect(prompt_words=False)
    stage.hear_reply()
    stage.speak()  # answered at once: its words may come later
    stage.begin_reply()
    lose(stage)
    come_back(stage)
    stage.hear_reply()
    stage.wait(2)
    assert "bridge" not in kinds(stage)


def test_a_noise_before_a_line_sounds_does_not_cost_the_line() -> None:
    stage = greeted()
    stage.answer()
    asked = stage.last_cue()
    stage.send(s.CallerSpoke("noise", stage.now_ms), 0.1)
    assert stage.session.reply is None
    stage.send(s.CallerStopped("noise", stage.now_ms), 0.3)
    stage.send(s.TranscriptCame("noise", ""), 0.1)
    assert stage.last_cue().text == asked.text
    assert stage.last_cue() is not asked


def test_who_speaks_before_the_greeting_is_greeted() -> None:
    stage = Stage()
    stage.connect()
    stage.answer("Hello? Is anybody there?", ms=900)
    assert kinds(stage) == ["greeting", "greeting"]
    stage.hear_reply()
    assert [turn.decision.act for turn in stage.of(e.TurnStarted) if turn.speaker == "interviewer"] == ["greeting"]


def test_nobody_is_silent_while_nobody_listens() -> None:
    stage = greeted()
    stage.wait(5)
    lose(stage)
    stage.wait(6)
    come_back(stage)
    said = len(stage.of(c.Say))
    stage.wait(2)
    assert len(stage.of(c.Say)) == said
    stage.wait(1)
    assert stage.last_cue().kind == "patience"


def unreachable_until(stage: Stage, seconds: float) -> None:
    """The engine is lost, and no attempt gets through for so long."""
    lose(stage)
    until = stage.at + seconds
    while stage.at < until:
        if stage.session.engine_opening:
            stage.send(s.EngineLost("engine_unreachable"))
        stage.wait(min(0.25, until - stage.at))


def test_another_voice_says_goodbye_before_the_grace_is_over() -> None:
    stage = greeted(WITH_ANOTHER_VOICE)
    unreachable_until(stage, 8.5)
    (order,) = stage.of(c.SayLastWords)
    cue = order.cue
    assert stage.phase == "interrupted"
    stage.send(s.ReplyStarted("other", cue.cue_id), 0.5)
    stage.send(s.ReplyBegan("other"), 0.1)
    stage.send(s.ReplyWorded("other", cue.text))
    stage.send(s.ReplyFinished("other", "completed"))
    stage.ear = Ear("other", 4000, 4000)
    out = stage.send(s.ReplyPlayed("other", 4000), 4)
    assert stage.phase == "ended"
    assert stage.session.record.reason == "engine_lost"
    assert c.Finish("engine_lost") in out
    assert "ending" not in [event.status for event in stage.of(e.CallStatusChanged)]
    assert stage.of(e.TurnCompleted)[-1].text == cue.text


def test_a_goodbye_that_takes_too_long_delays_no_end() -> None:
    stage = greeted(WITH_ANOTHER_VOICE)
    at = stage.at
    unreachable_until(stage, 9)
    cue = stage.of(c.SayLastWords)[0].cue
    stage.send(s.ReplyStarted("other", cue.cue_id))
    stage.send(s.ReplyBegan("other"))
    stage.wait(at + 15.2 - stage.at)
    assert stage.session.record.reason == "engine_lost"


@pytest.mark.parametrize("sounds", [False, True])
def test_an_engine_that_is_back_before_the_goodbye_sounds_goes_on(sounds: bool) -> None:
    stage = greeted(WITH_ANOTHER_VOICE)
    unreachable_until(stage, 9)
    cue = stage.of(c.SayLastWords)[0].cue
    stage.send(s.ReplyStarted("other", cue.cue_id))
    if sounds:
        stage.send(s.ReplyBegan("other"))
    come_back(stage)
    assert stage.phase == ("interrupted" if sounds else "connected")
    assert len(stage.of(c.TakeBackLastWords)) == (0 if sounds else 1)
    assert (stage.session.reply is None) == (not sounds)
    stage.send(s.ReplyFinished("other", "cancelled"))
    if not sounds:
        assert stage.session.silence_since is not None
        assert c.DropReply("other") in stage.commands
    else:
        stage.send(s.ReplyPlayed("other", 100), 1)
        assert stage.session.record.reason == "engine_lost"


def test_a_goodbye_that_fails_leaves_the_attempts_and_the_end_as_they_are() -> None:
    stage = greeted(WITH_ANOTHER_VOICE)
    unreachable_until(stage, 9)
    cue = stage.of(c.SayLastWords)[0].cue
    stage.send(s.ReplyStarted("other", cue.cue_id))
    stage.send(s.ReplyFinished("other", "failed"))
    opened = len(stage.of(c.OpenEngine))
    unreachable_until(stage, 5)
    assert len(stage.of(c.OpenEngine)) > opened
    stage.wait(2)
    assert stage.session.record.reason == "engine_lost"


@pytest.mark.parametrize("limits", [Limits(), WITH_ANOTHER_VOICE])
def test_nobody_says_goodbye_without_a_voice_or_to_nobody(limits: Limits) -> None:
    stage = greeted(limits)
    lose(stage)
    if limits.last_words_s:
        stage.send(s.CallerLost("1006"), 0.5)
    stage.wait(20)
    assert stage.phase == "ended"
    assert not stage.of(c.SayLastWords)
