"""When another connection to the model may take over, by what the session waits for."""

from hypothesis import given, settings

from greenroom.core import signals as s
from greenroom.core.rollover import OVERLAP_MS, may_switch, overlap_ms
from greenroom.core.session import Ear
from tests.core.stage import PLAN, Stage
from tests.core.test_properties import beginnings, happenings, rehearse


def may(stage: Stage, *, urgent: bool = False) -> bool:
    return may_switch(stage.session, stage.now_ms, urgent=urgent)


def talking() -> Stage:
    """The greeting was heard, the candidate has the floor."""
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    return stage


def test_it_may_between_the_end_of_a_line_and_the_next_word() -> None:
    assert may(talking())


def test_it_may_while_the_caller_is_away() -> None:
    stage = talking()
    stage.send(s.CallerLost("1006"))
    assert stage.phase == "interrupted"
    assert may(stage)


def test_it_may_not_before_the_engine_has_agreed() -> None:
    stage = Stage()
    stage.send(s.CallerJoined("MZ1"))
    stage.send(s.EngineReady())
    assert not may(stage)
    stage.send(s.ConfigurationSent(2, "job_interview", {"jobTitle": "Nurse"}, "heart", PLAN))
    stage.send(s.ConfigurationEchoed(1))
    assert not may(stage)


def test_it_may_not_while_a_line_is_asked_for_made_or_heard() -> None:
    stage = Stage()
    stage.connect()
    assert not may(stage)
    assert not may(stage, urgent=True)
    cue = stage.last_cue()
    stage.send(s.ReplyStarted("r1", cue.cue_id))
    stage.send(s.ReplyBegan("r1"))
    assert not may(stage, urgent=True)
    stage.send(s.ReplyFinished("r1", "completed"))
    assert not may(stage)
    # Its sound is here: the connection that made it isn't needed any more.
    assert may(stage, urgent=True)
    stage.ear = Ear("r1", 900, 900)
    stage.send(s.ReplyPlayed("r1", 900))
    assert may(stage)


def test_it_may_not_while_somebody_speaks_or_their_words_are_awaited() -> None:
    stage = talking()
    began = stage.now_ms
    stage.send(s.CallerSpoke("i1", began))
    assert not may(stage, urgent=True)
    stage.send(s.CallerStopped("i1", began + 900), 0.9)
    assert not may(stage, urgent=True)
    stage.send(s.TranscriptCame("i1", "I would rather do that again, to be honest with you."))
    assert not may(stage, urgent=True)  # the answer to it is being made
    stage.hear_reply()
    assert may(stage)


def test_words_that_may_never_come_are_not_waited_for_to_the_end() -> None:
    stage = talking()
    stage.speak()
    stage.wait(0.4)  # the answer is decided without them
    stage.hear_reply(made_ms=4000)
    assert stage.session.hearings
    assert not may(stage)
    assert may(stage, urgent=True)


def test_the_next_one_is_given_no_speech_that_was_heard_already() -> None:
    stage = talking()
    assert overlap_ms(stage.session, stage.now_ms) == OVERLAP_MS  # the greeting took longer
    stage.speak()
    (hearing,) = stage.session.hearings
    assert hearing.ended_ms is not None
    assert overlap_ms(stage.session, hearing.ended_ms + 100) == 0
    assert overlap_ms(stage.session, hearing.ended_ms + 900) == 700
    # An engine that tells wrong times: what was answered was heard before the answer.
    stage.wait(0.4)  # the answer is decided without them
    stage.begin_reply()
    reply = stage.session.reply
    assert reply is not None
    assert overlap_ms(stage.session, reply.began_ms + 500) == 300


def test_it_may_not_when_the_engine_is_gone_or_the_session_ends() -> None:
    stage = talking()
    stage.send(s.EngineLost("closed_1001"))
    assert not may(stage, urgent=True)
    stage = talking()
    stage.send(s.EndAskedFor("time_limit"))
    assert stage.phase == "ending"
    assert not may(stage, urgent=True)


@settings(max_examples=300, deadline=None)
@given(beginnings, happenings)
def test_whenever_it_may_the_engine_at_hand_owes_the_session_nothing(beginning: str, script: list[object]) -> None:
    stage = rehearse(beginning, script)  # pyright: ignore[reportArgumentType] as the strategy gives it
    session = stage.session
    if may(stage):
        assert session.reply is None
        assert not session.hearings
    if may(stage, urgent=True):
        deadlines = {name.partition(" ")[0] for name, _ in session.deadlines}
        assert not deadlines & {"words", "configure", "answer", "engine_retry"}
        assert all(hearing.ended_ms is not None for hearing in session.hearings)
        assert session.reply is None or session.reply.made
        assert session.record.phase.value in ("connected", "interrupted")
