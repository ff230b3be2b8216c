"""The phone on the page: a real browser, the whole server, and a simulated carrier with somebody who picks up, or does not."""

import re
from collections.abc import Callable, Generator
from itertools import takewhile
from typing import Any

import pytest
from benchmarks.server import free_port
from playwright.sync_api import expect

from tests.page.servers import ScriptedServer
from tests.page.visitor import JOB, Visitor

Newcomer = Callable[..., Visitor]
NUMBER = "7400 123456"
OURS = "+12125550142"

BEFORE = ["Preparing the call…", "Calling …56", "Ringing …56", "Picked up. Connecting…"]
"""What is shown before anybody talks; one that passes at once may not be seen."""

STATUSES = """
window.statuses = []
window.microphones = 0
new MutationObserver(() => {
  const text = document.querySelector("p.status > span")?.firstChild?.textContent
  if (text && text !== window.statuses.at(-1)) window.statuses.push(text)
}).observe(document, { childList: true, subtree: true, characterData: true })
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
navigator.mediaDevices.getUserMedia = (wishes) => { window.microphones += 1; return open(wishes) }
"""
"""Every status that was shown, in order, and how often a microphone was asked for."""


@pytest.fixture(scope="module")
def phones(tmp_path_factory: pytest.TempPathFactory) -> Generator[Callable[..., ScriptedServer]]:
    """Servers that make calls. What the person does who is called is ordered by `phone`."""
    made: list[ScriptedServer] = []

    def make(**settings: str) -> ScriptedServer:
        server = ScriptedServer(tmp_path_factory.mktemp("phones"))
        server.start(
            **{
                "GREENROOM_PUBLIC_ORIGIN": server.url.rstrip("/"),
                "GREENROOM_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
                "GREENROOM_TWILIO_AUTH_TOKEN": "the-auth-token",
                "GREENROOM_TWILIO_API_URL": f"http://127.0.0.1:{free_port()}",
                "GREENROOM_TWILIO_NUMBERS": OURS,
                "GREENROOM_PHONE_COUNTRIES": "GB,US",
                "GREENROOM_CALL_COOLDOWN_SECONDS": "0",
                "GREENROOM_CALLS_PER_NUMBER_PER_HOUR": "0",
                "GREENROOM_CALLS_PER_IP_PER_HOUR": "0",
                **settings,
            }
        )
        made.append(server)
        return server

    yield make
    for server in made:
        server.stop()


@pytest.fixture(scope="module")
def phone(phones: Callable[..., ScriptedServer]) -> ScriptedServer:
    return phones()


def choose_phone(visitor: Visitor, number: str = NUMBER) -> None:
    """From nothing to a form that only wants to be sent."""
    visitor.open()
    visitor.screen("setup")
    for name, text in JOB.items():
        visitor.page.locator(f"[name={name}]").fill(text)
    visitor.page.get_by_role("radio", name="On my phone").check()
    visitor.page.get_by_label("Country").select_option("GB")
    visitor.page.get_by_label("Phone number").fill(number)


def call_me(visitor: Visitor) -> None:
    visitor.press("Call me")
    visitor.screen("call")


def shown(visitor: Visitor) -> list[str]:
    return visitor.page.evaluate("window.statuses")


def test_a_practice_on_the_phone_from_the_form_to_the_next_call(newcomer: Newcomer, phone: ScriptedServer) -> None:
    visitor = newcomer(url=phone.url, script=STATUSES)
    phone.order("phone")
    choose_phone(visitor)
    call_me(visitor)
    visitor.hears("interviewer")
    phone.order("hear", text="I looked after nine patients, and in the end none of them fell.")
    visitor.hears("candidate")
    visitor.hears("interviewer", 2)
    first = visitor.session_id
    visitor.end()
    visitor.sees("You ended the practice")
    before = list(takewhile(BEFORE.__contains__, shown(visitor)))
    assert before == [status for status in BEFORE if status in before]
    assert "Ringing …56" in before
    assert visitor.page.evaluate("window.microphones") == 0
    kept = visitor.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "123456" not in re.sub(r"\D", "", kept)
    phone.order("phone", rings_s=30)
    visitor.press("Practise again")
    visitor.screen("call")
    visitor.status("Ringing …56")
    assert visitor.session_id != first
    assert visitor.said("interviewer") == []
    visitor.press("Cancel the call")
    visitor.sees("You cancelled the call")
    assert phone.order("calls")[-2:] == ["completed", "canceled"]


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ({"answers": "busy"}, "The line was busy"),
        ({"answers": "failed"}, "The call failed"),
        ({"answers": "no-answer"}, "Nobody answered"),
        ({"answers": "machine"}, "Voicemail answered"),
        ({"talks_s": 1.0}, "You hung up"),
    ],
)
def test_each_end_of_a_call_has_its_name(
    newcomer: Newcomer, phones: Callable[..., ScriptedServer], phone: ScriptedServer, person: dict[str, Any], words: str
) -> None:
    if person.get("answers") == "no-answer":
        phone = phones(GREENROOM_PHONE_RING_SECONDS="5")
    visitor = newcomer(url=phone.url, script=STATUSES)
    phone.order("phone", **person)
    choose_phone(visitor)
    call_me(visitor)
    visitor.screen("ended")
    visitor.sees(words)
    if person.get("answers") in ("busy", "failed", "no-answer"):
        for status in shown(visitor):
            assert re.match("Preparing|Calling|Ringing", status), status
        visitor.sees("Nothing was said.")


def test_a_refresh_while_it_rings_goes_on_and_knows_no_number(newcomer: Newcomer, phone: ScriptedServer) -> None:
    visitor = newcomer(url=phone.url)
    phone.order("phone", rings_s=30)
    choose_phone(visitor)
    call_me(visitor)
    visitor.status("Ringing …56")
    visitor.page.reload()
    visitor.status("Ringing your phone")
    visitor.press("Cancel the call")
    visitor.sees("You cancelled the call")
    visitor.press("Practise again")
    visitor.screen("setup")
    visitor.alert("Please type the number again")
    expect(visitor.page.get_by_label("Company")).to_have_value(JOB["company"])
    phone.order("phone")
    visitor.page.get_by_label("Phone number").fill(NUMBER)
    call_me(visitor)
    visitor.hears("interviewer")
    visitor.page.reload()
    visitor.hears("interviewer")
    visitor.status(re.compile("Your turn|Interviewer is speaking|Connected"))
    assert visitor.page.get_by_role("button", name="Mute").count() == 0
    visitor.end()


def test_a_line_that_breaks_is_shown_as_paused_and_comes_back(newcomer: Newcomer, phone: ScriptedServer) -> None:
    visitor = newcomer(url=phone.url, script=STATUSES)
    phone.order("phone")
    phone.order("faults", breaks_s=1.5)
    try:
        choose_phone(visitor)
        call_me(visitor)
        visitor.hears("interviewer")
        visitor.page.wait_for_function(
            "() => window.statuses.some((text) => text.startsWith('Paused while the phone'))"
        )
        visitor.status(re.compile("Your turn|Interviewer is speaking|Connected"))
        visitor.end()
    finally:
        phone.order("faults", breaks_s=None)


def test_the_pause_between_two_calls_is_counted_down_and_then_over(
    newcomer: Newcomer, phones: Callable[..., ScriptedServer]
) -> None:
    phone = phones(GREENROOM_CALL_COOLDOWN_SECONDS="5", GREENROOM_CALLS_PER_NUMBER_PER_HOUR="2")
    visitor = newcomer(url=phone.url)
    phone.order("phone", answers="busy")
    choose_phone(visitor)
    visitor.page.get_by_label("Phone number").blur()
    visitor.sees("2 to this number this hour")
    call_me(visitor)
    visitor.screen("ended")
    visitor.press("Practise again")
    visitor.screen("setup")
    visitor.sees("This number was called a moment ago")
    visitor.sees("We call you in")
    visitor.press("Don’t wait")
    visitor.sees("You can call it again in")
    visitor.press("Call me then")
    visitor.sees("We call you in")
    visitor.screen("ended")  # called as soon as it could be
    assert phone.order("calls") == ["busy"] * 2
    visitor.press("Practise again")
    visitor.sees("This number has had its calls for now")
    visitor.sees("60 minutes")
    expect(visitor.page.get_by_role("button", name="Call me")).to_be_disabled()
    visitor.page.get_by_label("Phone number").fill("7400 123457")
    visitor.page.get_by_label("Phone number").blur()
    visitor.sees("2 to this number this hour")


def test_a_number_is_grouped_as_one_types_and_judged_by_the_server(newcomer: Newcomer, phone: ScriptedServer) -> None:
    visitor = newcomer(url=phone.url)
    choose_phone(visitor, "")
    field = visitor.page.get_by_label("Phone number")
    field.press_sequentially("02079460958")
    expect(field).to_have_value("02079 460958")
    field.blur()
    expect(field).to_have_value("20 7946 0958")
    field.fill("")
    field.press_sequentially("+1212555")
    expect(visitor.page.get_by_label("Country")).to_have_value("US")
    expect(field).to_have_value("212-555")
    field.press_sequentially("0123")
    expect(field).to_have_value("212-555-0123")
    for _ in range(4):
        field.press("ArrowLeft")
    field.press("Backspace")
    field.press("Backspace")
    expect(field).to_have_value("212-550-123")
    assert field.evaluate("field => field.selectionStart") == 6
    field.fill("+33 1 42 68 53 00")
    visitor.press("Call me")
    visitor.alert("Numbers of this country are not called from here, only of: United Kingdom, United States.")
    expect(field).to_be_focused()
    field.fill("")
    visitor.press("Call me")
    visitor.alert("The number to call is needed.")


def test_without_a_provider_there_is_no_phone_to_choose(visitor: Visitor) -> None:
    visitor.open()
    visitor.screen("setup")
    visitor.sees("Job title")
    assert visitor.page.get_by_role("radio", name="On my phone").count() == 0


def test_a_phone_that_was_chosen_once_and_is_offered_no_more_keeps_nobody_from_practising(newcomer: Newcomer) -> None:
    visitor = newcomer(script="localStorage.setItem('greenroom.kept', '{\"channel\":\"phone\"}')")
    visitor.set_up()
    visitor.start_typing()
    visitor.hears("interviewer")
