"""Bad luck in a real browser: each kind has its own words and its own way out."""

import re
from collections.abc import Callable

import pytest
from benchmarks.server import free_port
from playwright.sync_api import Route, expect

from tests.page.sabotage import (
    LEDGER,
    NO_AUDIO_WORKLET,
    NO_SOUND_WITHOUT_A_TAP,
    SILENT_MICROPHONE,
    UNPLUGGABLE_MICROPHONE,
    microphone_says,
)
from tests.page.servers import ScriptedServer
from tests.page.visitor import Visitor

Newcomer = Callable[..., Visitor]
BACK_WITHIN_S = 25
"""A page that has tried a few times waits up to ten seconds for the next."""

OwnServer = Callable[..., ScriptedServer]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (microphone_says("NotAllowedError"), "The microphone is not allowed"),
        (microphone_says("NotAllowedError", "Permission denied by system"), "Your system doesn’t let this browser"),
        (microphone_says("NotFoundError"), "No microphone was found"),
        (microphone_says("NotReadableError"), "The microphone is in use"),
        (microphone_says("TypeError"), "The microphone didn’t start"),
        (NO_AUDIO_WORKLET, "This browser can’t capture sound"),
    ],
)
def test_a_microphone_that_can_not_be_had_says_why_and_typing_remains(
    newcomer: Newcomer, script: str, words: str
) -> None:
    visitor = newcomer(script=script)
    visitor.set_up()
    visitor.alert(words)
    expect(visitor.page.get_by_role("button", name="Start the practice")).to_be_disabled()
    visitor.start_typing()
    visitor.hears("interviewer")


def test_a_microphone_that_a_person_refuses_can_be_allowed_after_all(newcomer: Newcomer) -> None:
    visitor = newcomer(microphone=False)
    visitor.set_up()
    visitor.alert("The microphone is not allowed")
    visitor.context.grant_permissions(["microphone"])
    visitor.press("Try again")
    visitor.start()
    visitor.hears("interviewer")


def test_without_https_there_is_no_microphone_and_the_page_says_so(newcomer: Newcomer, own_server: OwnServer) -> None:
    server = own_server(GREENROOM_ALLOWED_ORIGINS=f"http://practice.test:{free_port()}")
    server.stop()
    server.start(GREENROOM_ALLOWED_ORIGINS=f"http://practice.test:{server.port}")
    visitor = newcomer(url=f"http://practice.test:{server.port}/", microphone=False)
    visitor.set_up()
    visitor.alert("This page can’t use a microphone")
    visitor.start_typing()
    visitor.hears("interviewer")


def test_a_silent_microphone_is_told_after_five_seconds(newcomer: Newcomer) -> None:
    visitor = newcomer(script=SILENT_MICROPHONE)
    visitor.set_up()
    visitor.alert("Nothing is coming from your microphone")


def test_a_microphone_unplugged_in_mid_call_is_told_and_can_be_replaced(newcomer: Newcomer) -> None:
    visitor = newcomer(script=UNPLUGGABLE_MICROPHONE)
    visitor.practise()
    visitor.page.evaluate("unplug()")
    visitor.alert("The microphone was unplugged")
    visitor.press("Try again")
    expect(visitor.page.get_by_role("button", name="Mute")).to_be_visible()
    visitor.status("Your turn")


def test_a_server_that_is_gone_before_anything_is_told_and_can_be_tried_again(
    newcomer: Newcomer, own_server: OwnServer
) -> None:
    server = own_server()
    visitor = newcomer(url=server.url)
    visitor.set_up()
    server.kill()
    visitor.press("Start the practice")
    visitor.alert("The server can’t be reached")
    server.start()
    visitor.press("Try again")
    visitor.screen("call")
    visitor.hears("interviewer")


def test_a_server_that_goes_before_the_page_attaches_leaves_a_session_that_is_told(
    newcomer: Newcomer, own_server: OwnServer
) -> None:
    server = own_server()
    visitor = newcomer(url=server.url)
    visitor.set_up()

    def gone_after_making(route: Route) -> None:
        answer = route.fetch()
        server.kill()
        route.fulfill(response=answer)

    visitor.page.route("**/api/sessions", gone_after_making)
    visitor.press("Start the practice")
    visitor.screen("call")
    visitor.status(re.compile("Reconnecting"))
    visitor.page.unroute("**/api/sessions")
    server.start()
    visitor.screen("ended", BACK_WITHIN_S)
    visitor.sees("The server stopped unexpectedly")


def test_a_server_killed_in_a_turn_keeps_what_was_said(newcomer: Newcomer, own_server: OwnServer) -> None:
    server = own_server()
    visitor = newcomer(url=server.url)
    visitor.practise()
    visitor.press("Type instead")
    visitor.type("This is what I said before the lights went out.")
    visitor.hears("candidate")
    visitor.hears("interviewer", 2)
    said = visitor.said("candidate"), visitor.said("interviewer")
    server.kill()
    visitor.status(re.compile("Reconnecting|Connection lost"))
    assert (visitor.said("candidate"), visitor.said("interviewer")) == said
    server.start()
    visitor.screen("ended", BACK_WITHIN_S)
    visitor.sees("The server stopped unexpectedly")
    assert (visitor.said("candidate"), visitor.said("interviewer")) == said
    visitor.press("Practise again")
    visitor.hears("interviewer")
    assert visitor.said("candidate") == []


def test_a_server_that_stops_in_order_says_goodbye_first(newcomer: Newcomer, own_server: OwnServer) -> None:
    server = own_server()
    visitor = newcomer(url=server.url)
    visitor.practise()
    server.order("drain")
    visitor.screen("ended")
    visitor.sees("The server had to stop")
    server.stop()
    server.start()
    visitor.press("Practise again")
    visitor.hears("interviewer")


def test_a_server_that_goes_at_the_end_tells_it_when_it_is_back(newcomer: Newcomer, own_server: OwnServer) -> None:
    server = own_server()
    visitor = newcomer(url=server.url)
    visitor.practise()
    server.kill()
    visitor.press("End")
    visitor.status("Ending…")
    server.start()
    visitor.screen("ended", BACK_WITHIN_S)


def test_a_full_server_lets_one_wait_for_a_place(newcomer: Newcomer, own_server: OwnServer) -> None:
    server = own_server(GREENROOM_MAX_SESSIONS="1")
    first, second = newcomer(url=server.url), newcomer(url=server.url)
    first.practise()
    second.set_up()
    second.sees("All places are taken just now")
    second.press("Start the practice")
    second.alert("All places are taken")
    second.press("Wait")
    first.end()
    second.screen("call").wait_for(timeout=10_000)
    second.hears("interviewer")


def test_who_comes_too_often_is_told_when_it_opens_again(newcomer: Newcomer, own_server: OwnServer) -> None:
    server = own_server(GREENROOM_CONNECTS_PER_IP_PER_MINUTE="4")
    visitor = newcomer(url=server.url)
    visitor.set_up()
    made = {"scenarioId": "job_interview", "config": {"jobTitle": "Cook", "company": "Inn"}}
    for _ in range(4):
        assert "sessionId" in visitor.fetch("api/sessions", "POST", made)
    visitor.press("Start the practice")
    visitor.alert("That was a lot of practices in a short time")
    visitor.sees("Open again in")


def test_an_engine_that_refuses_is_told_without_what_only_the_operator_may_know(
    visitor: Visitor, server: ScriptedServer
) -> None:
    visitor.set_up()
    server.order("refuse")
    visitor.press("Start the practice")
    visitor.screen("ended")
    visitor.sees("The voice couldn’t be started")
    assert visitor.page.get_by_text("the key is wrong").count() == 0


def test_an_engine_that_is_lost_is_told_and_comes_back(visitor: Visitor, server: ScriptedServer) -> None:
    visitor.practise()
    server.order("fail", times=2)
    server.order("lose")
    visitor.sees("The voice on the other side dropped out")
    visitor.status("Your turn", within_s=15)
    expect(visitor.page.get_by_text("dropped out")).to_have_count(0)


@pytest.mark.long
def test_an_engine_that_is_missing_ends_it_in_words(newcomer: Newcomer, own_server: OwnServer) -> None:
    server = own_server()
    visitor = newcomer(url=server.url)
    visitor.set_up()
    server.order("fail", times=40)
    visitor.press("Start the practice")
    visitor.status("Connecting…")
    visitor.page.locator("main[data-screen=ended]").wait_for(timeout=17_000)
    visitor.sees("The voice dropped out")


def test_a_session_erased_elsewhere_is_told_and_shows_nothing_of_it(visitor: Visitor, server: ScriptedServer) -> None:
    visitor.practise()
    server.order("erase", sessionId=visitor.session_id)
    visitor.screen("ended")
    visitor.sees("This practice was erased")
    assert visitor.said("interviewer") == []


def test_a_ticket_that_ran_out_is_told_and_can_be_had_anew(visitor: Visitor) -> None:
    visitor.practise()
    visitor.page.route(
        "**/tickets", lambda route: route.fulfill(json={"ticket": "spent", "expiresAt": "2026-01-01T00:00:00.000Z"})
    )
    visitor.page.reload()
    visitor.alert("The server didn’t let this page in")
    visitor.page.unroute("**/tickets")
    visitor.press("Try again")
    visitor.status("Your turn")


def test_a_refresh_in_mid_call_goes_on_with_the_same_session(visitor: Visitor, server: ScriptedServer) -> None:
    visitor.practise()
    server.order("hear", text="I was in the middle of something.")
    visitor.hears("interviewer", 2)
    before = visitor.session_id, visitor.said("candidate"), visitor.said("interviewer")
    visitor.page.reload()
    visitor.screen("call")
    visitor.status("Your turn")
    assert (visitor.session_id, visitor.said("candidate"), visitor.said("interviewer")) == before
    server.order("hear", text="And here I go on.")
    visitor.hears("candidate", 2)
    visitor.hears("interviewer", 3)
    visitor.end()
    assert len(visitor.said("candidate")) == 2


def test_a_refresh_that_needs_a_tap_before_sound_asks_for_it(newcomer: Newcomer) -> None:
    visitor = newcomer(script=NO_SOUND_WITHOUT_A_TAP)
    visitor.practise()
    visitor.page.reload()
    visitor.press("Tap to continue")
    visitor.press("Type instead")
    visitor.type("I am back.")
    visitor.hears("candidate")
    visitor.hears("interviewer", 2)


def test_five_seconds_offline_lose_nothing(visitor: Visitor, server: ScriptedServer) -> None:
    visitor.practise()
    server.order("hear", text="Said before the tunnel.")
    visitor.hears("interviewer", 2)
    session_id = visitor.session_id
    visitor.context.set_offline(True)
    visitor.status(re.compile("offline"))
    visitor.page.wait_for_timeout(5_000)  # what it is about: the time itself
    visitor.context.set_offline(False)
    visitor.status("Your turn")
    assert visitor.session_id == session_id
    assert visitor.said("candidate") == ["Said before the tunnel."]
    server.order("hear", text="Said behind the tunnel.")
    visitor.hears("candidate", 2)
    visitor.end()


def test_a_broken_connection_is_made_again_with_a_countdown(visitor: Visitor, server: ScriptedServer) -> None:
    visitor.practise()
    visitor.page.route("**/tickets", lambda route: route.abort())
    server.order("cut", kind="observer")
    server.order("cut", kind="voice")
    visitor.status(re.compile(r"Connection lost\. Reconnecting in \d+ s\.|Reconnecting…"))
    visitor.page.unroute("**/tickets")
    visitor.status("Your turn", within_s=15)


def test_leaving_the_page_frees_the_microphone_at_once(newcomer: Newcomer) -> None:
    visitor = newcomer(script=LEDGER)
    visitor.practise()
    assert visitor.page.evaluate("ledger().tracks") == 1
    visitor.press("End")
    assert visitor.page.evaluate("ledger().tracks") == 0
