"""The configuration is sent until the echo agrees, or is refused in words."""

import msgspec
import pytest

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.engines.realtime import setup
from greenroom.ports.engine import EngineConfiguration
from tests.engines.conftest import WANTED, Line

OTHER = EngineConfiguration(2, "You are somebody else.", "marin", "audio/pcmu")


async def test_an_echo_that_agrees_is_reported_and_nothing_is_sent_again(line: Line) -> None:
    await line.open()
    await line.heard.wait_for(s.ConfigurationEchoed, revision=1)
    line.leg.say(Cue("c1", "question", "Hello?"))
    await line.heard.wait_for(s.ReplyFinished)
    assert len(line.server.of_type("session.update")) == 1


async def test_without_an_echo_it_is_sent_again(line: Line) -> None:
    line.behaviour.drop_echoes = 2
    await line.open()
    await line.heard.wait_for(s.ConfigurationEchoed, revision=1)
    updates = line.server.of_type("session.update")
    assert len(updates) == 3
    assert len({update["event_id"] for update in updates}) == 3
    assert all(update["session"] == updates[0]["session"] for update in updates)


async def test_after_an_echo_of_something_else_it_is_sent_again(line: Line) -> None:
    line.behaviour.alter_echoes = 1
    await line.open()
    await line.heard.wait_for(s.ConfigurationEchoed, revision=1)
    assert len(line.server.of_type("session.update")) == 2


async def test_it_stops_asking_after_a_while(line: Line) -> None:
    line.behaviour.drop_echoes = 1000
    await line.open()
    await line.server.got("session.update", 1 + setup.RESENDS)
    line.behaviour.drop_echoes = 0
    line.leg.configure(OTHER)
    await line.heard.wait_for(s.ConfigurationEchoed, revision=2)
    assert len(line.server.of_type("session.update")) == 2 + setup.RESENDS


async def test_a_late_echo_of_an_older_configuration_does_not_count(line: Line) -> None:
    line.behaviour.hold_echoes = True
    await line.open()
    await line.server.until(lambda: len(line.server.held_echoes) == 1)
    line.leg.configure(OTHER)
    await line.server.until(lambda: any(echo["instructions"] == OTHER.instructions for echo in line.server.held_echoes))
    line.behaviour.hold_echoes = False
    await line.server.release_echoes(newest_first=True)
    await line.heard.wait_for(s.ConfigurationEchoed, revision=2)
    assert [echoed.revision for echoed in line.heard.of(s.ConfigurationEchoed)] == [2]


async def test_the_same_content_under_a_new_revision_needs_no_message(line: Line) -> None:
    await line.open()
    await line.heard.wait_for(s.ConfigurationEchoed, revision=1)
    line.leg.configure(msgspec.structs.replace(WANTED, revision=2))
    assert line.heard.of(s.ConfigurationEchoed)[-1].revision == 2
    assert len(line.server.of_type("session.update")) == 1


async def test_asking_again_while_the_echo_is_under_way_waits_for_it(line: Line) -> None:
    line.behaviour.hold_echoes = True
    await line.open()
    line.leg.configure(msgspec.structs.replace(WANTED, revision=4))
    await line.server.until(lambda: len(line.server.held_echoes) == 1)
    await line.server.release_echoes()
    await line.heard.wait_for(s.ConfigurationEchoed, revision=4)
    assert not [echoed for echoed in line.heard.of(s.ConfigurationEchoed) if echoed.revision == 1]


async def test_an_error_rejects_it_once_without_the_words_of_the_server(line: Line) -> None:
    line.behaviour.update_error = ("invalid_request_error", "invalid_value")
    await line.open()
    rejected = await line.heard.wait_for(s.ConfigurationRejected)
    assert (rejected.revision, rejected.code) == (1, "configuration_refused")
    assert "invalid_value" in rejected.message
    assert "about" not in rejected.message
    line.behaviour.update_error = None
    line.leg.configure(OTHER)
    await line.heard.wait_for(s.ConfigurationEchoed, revision=2)
    assert len(line.heard.of(s.ConfigurationRejected)) == 1
    assert len(line.server.of_type("session.update")) == 2


async def test_a_rejected_one_may_be_asked_for_again(line: Line) -> None:
    line.behaviour.update_error = ("invalid_request_error", "invalid_value")
    await line.open()
    await line.heard.wait_for(s.ConfigurationRejected)
    line.leg.configure(WANTED)
    await line.heard.wait_for(s.ConfigurationRejected, number=2)


async def test_a_passing_error_is_no_rejection(line: Line) -> None:
    line.behaviour.update_error = ("server_error", None)
    await line.open()
    await line.server.got("session.update", 2)
    line.behaviour.update_error = None
    await line.heard.wait_for(s.ConfigurationEchoed, revision=1)
    assert not line.heard.of(s.ConfigurationRejected)


async def test_an_error_about_something_else_is_no_rejection(line: Line) -> None:
    line.behaviour.hold_echoes = True
    await line.open()
    await line.server.until(lambda: bool(line.server.held_echoes))
    await line.server.send_error("invalid_request_error", "item_not_found", "add-1")
    line.behaviour.hold_echoes = False
    await line.server.release_echoes()
    await line.heard.wait_for(s.ConfigurationEchoed, revision=1)
    assert not line.heard.of(s.ConfigurationRejected)


async def test_an_error_that_names_only_the_session_is_one(line: Line) -> None:
    line.behaviour.drop_echoes = 1000
    await line.open()
    await line.server.got("session.update")
    await line.server.send_error("invalid_request_error", "unknown_voice", None, "session.audio.output.voice")
    await line.heard.wait_for(s.ConfigurationRejected, revision=1, code="configuration_refused")


async def test_once_it_was_heard_the_voice_is_not_set_again(line: Line) -> None:
    await line.open()
    line.leg.say(Cue("c1", "question", "Hello?"))
    await line.heard.wait_for(s.ReplyFinished)
    line.leg.configure(OTHER)
    await line.heard.wait_for(s.ConfigurationEchoed, revision=2)
    first, second = line.server.of_type("session.update")
    assert first["session"]["audio"]["output"]["voice"] == "marin"
    assert "voice" not in second["session"]["audio"]["output"]


async def test_another_voice_is_still_asked_for_so_that_the_server_can_say_no(line: Line) -> None:
    await line.open()
    line.leg.say(Cue("c1", "question", "Hello?"))
    await line.heard.wait_for(s.ReplyFinished)
    line.behaviour.update_error = ("invalid_request_error", "cannot_update_voice")
    line.leg.configure(msgspec.structs.replace(OTHER, voice="cedar"))
    await line.heard.wait_for(s.ConfigurationRejected, revision=2, code="configuration_refused")


async def test_tools_that_are_none_are_rejected_before_they_are_sent(line: Line) -> None:
    await line.open()
    line.leg.configure(msgspec.structs.replace(OTHER, tools=({"type": "function"},)))
    assert line.heard.of(s.ConfigurationRejected)[-1].code == "bad_tools"


@pytest.mark.parametrize("format_", ["audio/pcmu", "audio/pcm"])
async def test_both_formats_of_callers_are_taken(line: Line, format_: str) -> None:
    await line.open(msgspec.structs.replace(WANTED, audio_format=format_))
    await line.heard.wait_for(s.ConfigurationEchoed)
