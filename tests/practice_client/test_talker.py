from greenroom.practice_client.talker import SILENT_FRAME, Talker


def test_an_utterance_follows_the_interviewers_line_and_one_a_turn() -> None:
    talker = Talker([b"\x01" * 320, b"\x02" * 100], pause_s=0.7)
    assert talker.frame(None, 0.0) == SILENT_FRAME
    assert talker.frame(0.0, 1.0) == SILENT_FRAME
    assert talker.frame(0.6, 2.0) == SILENT_FRAME
    assert talker.frame(0.7, 2.0) == b"\x01" * 160
    assert talker.speaking
    assert talker.frame(0.72, 2.0) == b"\x01" * 160
    # Nothing was said in between: it is not its turn again.
    assert talker.frame(5.0, 2.0) == SILENT_FRAME
    assert talker.frame(0.7, 3.0) == b"\x02" * 100 + b"\xff" * 60
    assert talker.frame(0.9, 4.0) == SILENT_FRAME
    assert (talker.spoken, talker.left) == (2, 0)


def test_it_can_be_made_to_speak_at_once() -> None:
    talker = Talker()
    talker.say(b"\x03" * 160)
    assert talker.frame(0.0, 0.0) == b"\x03" * 160
