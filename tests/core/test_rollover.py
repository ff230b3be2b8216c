"""When another connection to the model may take over, by what the session waits for."""

from hypothesis import given, settings

from greenroom.core import signals as s
from greenroom.core.rollover import may_switch
from greenroom.core.session import Ear
from tests.core.stage import PLAN, Stage
from tests.core.test_properties import beginnings, happenings, rehearse


def talking() -> Stage:
    """The greeting was heard, the candidate has the floor."""
    stage = Stage()
    stage.connect()
    stage.hear_reply()
    return stage


def test_it_may_between_the_end_of_a_line_and_the_next_word() -> None:
    assert may_switch(talking().session)


def test_it_may_while_the_caller_is_away() -> None:
    stage = talking()
    stage.send(s.CallerLost("1006"))
    assert stage.phase == "interrupted"
    assert may_switch(stage.session)


def test_it_may_not_before_the_engine_has_agreed() -> None:
    stage = Stage()
    stage.send(s.CallerJoined("MZ1"))
    stage.send(s.EngineReady())
    assert not may_switch(stage.session)
    stage.send(s.ConfigurationSent(2, "job_interview", {"jobTitle": "Nurse"}, "heart", PLAN))
    stage.send(s.ConfigurationEchoed(1))
    assert not may_switch(stage.session)


def test_it_may_not_while_a_line_is_asked_for_made_or_heard() -> None:
    stage = Stage()
    stage.connect()
    assert not may_switch(stage.session)
    assert not may_switch(stage.session, urgent=True)
    cue = stage.last_cue()
    stage.send(s.ReplyStarted("r1", cue.cue_id))
    stage.send(s.ReplyBegan("r1"))
    assert not may_switch(stage.session, urgent=True)
    stage.send(s.ReplyFinished("r1", "completed"))
    assert not may_switch(stage.session)
    # Its sound is here: the connection that made it isn't needed any more.
    assert may_switch(stage.session, urgent=True)
    stage.ear = Ear("r1", 900, 900)
    stage.send(s.ReplyPlayed("r1", 900))
    assert may_switch(stage.session)


def test_it_may_not_while_somebody_speaks_or_their_words_are_awaited() -> None:
    stage = talking()
    began = stage.now_ms
    stage.send(s.CallerSpoke("i1", began))
    assert not may_switch(stage.session, urgent=True)
    stage.send(s.CallerStopped("i1", began + 900), 0.9)
    assert not may_switch(stage.session, urgent=True)
    stage.send(s.TranscriptCame("i1", "I would rather do that again, to be honest with you."))
    assert not may_switch(stage.session, urgent=True)  # the answer to it is being made
    stage.hear_reply()
    assert may_switch(stage.session)


def test_it_may_not_when_the_engine_is_gone_or_the_session_ends() -> None:
    stage = talking()
    stage.send(s.EngineLost("closed_1001"))
    assert not may_switch(stage.session, urgent=True)
    stage = talking()
    stage.send(s.EndAskedFor("time_limit"))
    assert stage.phase == "ending"
    assert not may_switch(stage.session, urgent=True)


@settings(max_examples=300, deadline=None)
@given(beginnings, happenings)
def test_whenever_it_may_the_engine_at_hand_owes_the_session_nothing(beginning: str, script: list[object]) -> None:
    session = rehearse(beginning, script).session  # pyright: ignore[reportArgumentType] as the strategy gives it
    if may_switch(session):
        assert session.reply is None
    if may_switch(session, urgent=True):
        deadlines = {name.partition(" ")[0] for name, _ in session.deadlines}
        assert not deadlines & {"transcript", "words", "configure", "answer", "engine_retry"}
        assert session.reply is None or session.reply.made
        assert session.record.phase.value in ("connected", "interrupted")
