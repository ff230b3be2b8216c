"""Practising in a real browser, with a server whose voice is scripted."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.page.servers import ScriptedServer
from tests.page.visitor import JOB, Visitor, skip_to_the_end
from tests.short_scenario import flat_viewing

ANSWER = "I looked after nine patients on a surgical ward for three years, and in the end none of them fell."
NO_MICROPHONE = "Object.defineProperty(navigator.mediaDevices, 'getUserMedia', {value: () => Promise.reject(new DOMException('none', 'NotFoundError'))})"
AN_HOUR_OFF = """
const Real = Date
globalThis.Date = class extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + 3_600_000) }
  static now() { return Real.now() + 3_600_000 }
}
"""


def test_a_practice_by_voice_is_ended_by_the_button_and_begun_again(visitor: Visitor, server: ScriptedServer) -> None:
    visitor.practise()
    first = visitor.session_id
    assert "nurse" in visitor.said("interviewer")[0].lower()
    visitor.status("Your turn")
    server.order("hear", text=ANSWER)
    visitor.hears("candidate")
    visitor.hears("interviewer", 2)
    visitor.end()
    visitor.sees("You ended the practice")
    assert visitor.said("candidate") == [ANSWER]
    visitor.press("Practise again")
    visitor.screen("call")
    visitor.hears("interviewer")
    assert visitor.session_id != first
    assert visitor.said("candidate") == []
    visitor.end()


def test_what_was_typed_in_the_form_reaches_the_interviewer_and_stays_for_the_next_time(
    visitor: Visitor, server: ScriptedServer
) -> None:
    visitor.practise(company="Blue Door")
    assert "Blue Door" in server.order("count")["configured"][-1]
    visitor.end()
    visitor.open()
    visitor.screen("setup")
    expect(visitor.page.locator("[name=company]")).to_have_value("Blue Door")


def test_what_is_being_said_is_shown_while_it_is_said(visitor: Visitor, server: ScriptedServer) -> None:
    visitor.practise()
    server.order("caption", text="I was just about to")
    caption = visitor.page.locator("li[data-speaker=candidate][data-open]")
    expect(caption).to_contain_text("I was just about to")
    visitor.status("Listening")


def test_the_interviewer_ends_when_the_plan_is_done(
    newcomer: Callable[..., Visitor], own_server: Callable[..., Any], tmp_path: Path
) -> None:
    visitor = newcomer(url=own_server(GREENROOM_SCENARIOS=str(flat_viewing(tmp_path))).url)
    visitor.open()
    visitor.page.get_by_role("radio", name="Flat viewing").check()
    visitor.press("Continue")
    visitor.screen("check")
    visitor.start()
    skip_to_the_end(visitor)
    visitor.sees("That’s the end of the practice")
    assert visitor.said("interviewer")[-1].endswith("I will call you tomorrow. Goodbye.")


def test_the_time_ends_it_with_a_farewell(newcomer: Callable[..., Visitor], own_server: Callable[..., Any]) -> None:
    visitor = newcomer(url=own_server(GREENROOM_MAX_SESSION_SECONDS="3").url)
    visitor.practise()
    visitor.screen("ended")
    visitor.sees("Time’s up")
    assert len(visitor.said("interviewer")) >= 2
    visitor.press("Practise again")
    visitor.screen("call")
    visitor.hears("interviewer")


def test_a_session_can_be_held_by_typing_alone(newcomer: Callable[..., Visitor]) -> None:
    visitor = newcomer(microphone=False, script=NO_MICROPHONE)
    visitor.set_up()
    visitor.alert("No microphone was found")
    visitor.start_typing()
    visitor.hears("interviewer")
    visitor.type(ANSWER)
    visitor.hears("candidate")
    visitor.hears("interviewer", 2)
    assert visitor.page.locator("li[data-speaker=candidate] .how").inner_text() == "typed"
    visitor.type("Let's stop here.")
    visitor.screen("ended")
    assert visitor.said("candidate") == [ANSWER, "Let's stop here."]


class Keyboard:
    """Somebody who has no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, name: str) -> None:
        """Press Tab until what has this name has the focus."""
        seen: list[str] = []
        for _ in range(60):
            self.page.keyboard.press("Tab")
            focused = self.page.evaluate(
                """() => {
                    const at = document.activeElement
                    const label = at.labels?.[0]?.innerText ?? at.innerText ?? ""
                    return label.replace(/\\s+/g, " ").trim()
                }"""
            )
            if focused.startswith(name):
                outline = self.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"{name} does not show that it has the focus"
                return
            seen.append(focused)
        raise AssertionError(f"Tab does not lead to {name!r}, but to {seen}")

    def press(self, name: str) -> None:
        self.to(name)
        self.page.keyboard.press("Enter")

    def focus_is_on_the_heading(self) -> None:
        expect(self.page.locator("h1")).to_be_focused()


def test_a_session_can_be_held_by_keyboard_alone(visitor: Visitor, server: ScriptedServer) -> None:
    keyboard = Keyboard(visitor.page)
    visitor.open()
    visitor.screen("setup")
    for name, text in (("Job title", JOB["jobTitle"]), ("Company", JOB["company"])):
        keyboard.to(name)
        visitor.page.keyboard.type(text)
    keyboard.press("Continue")
    visitor.screen("check")
    keyboard.focus_is_on_the_heading()
    keyboard.press("Start the practice")
    visitor.screen("call")
    keyboard.focus_is_on_the_heading()
    visitor.hears("interviewer")
    keyboard.press("Repeat")
    visitor.hears("interviewer", 2)
    keyboard.press("Mute")
    visitor.status("You’re muted")
    keyboard.press("Unmute")
    server.order("hear", text=ANSWER)
    visitor.hears("candidate")
    keyboard.press("Type instead")
    expect(visitor.page.get_by_label("Your answer")).to_be_focused()
    visitor.page.keyboard.type("I have two more things to say.")
    visitor.page.keyboard.press("Enter")
    visitor.hears("candidate", 2)
    keyboard.press("End")
    visitor.screen("ended")
    keyboard.focus_is_on_the_heading()
    keyboard.press("Practise again")
    visitor.screen("call")
    visitor.hears("interviewer")


def test_markup_in_a_job_title_is_text(visitor: Visitor) -> None:
    title = "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>"
    visitor.practise_typing(jobTitle=title)
    visitor.type("<b onclick=alert(1)>bold</b> & more")
    visitor.hears("candidate")
    visitor.end()
    assert visitor.said("candidate") == ["<b onclick=alert(1)>bold</b> & more"]
    visitor.page.get_by_role("link", name="My practices").click()
    visitor.page.locator(".history a").first.click()
    visitor.screen("past")
    visitor.sees(title)
    assert visitor.page.locator("main img, main script, main b").count() == 0
    assert "pwned" not in visitor.page.title()


def test_a_description_may_have_5000_characters_and_no_more(visitor: Visitor) -> None:
    visitor.open()
    visitor.screen("setup")
    for name, text in JOB.items():
        visitor.page.locator(f"[name={name}]").fill(text)
    description = visitor.page.locator("[name=jobDescription]")
    description.fill("x" * 5001)
    expect(visitor.page.locator(".field-wrong")).to_have_count(1)
    visitor.press("Continue")
    visitor.screen("setup")
    expect(description).to_be_focused()
    description.fill(("Care for patients. " * 300)[:5000].strip())
    visitor.press("Continue")
    visitor.screen("check")
    visitor.start()
    visitor.hears("interviewer")


def test_what_is_missing_is_told_at_its_field(visitor: Visitor) -> None:
    visitor.open()
    visitor.screen("setup")
    visitor.press("Continue")
    title = visitor.page.locator("[name=jobTitle]")
    expect(title).to_be_focused()
    assert title.get_attribute("aria-invalid") == "true"
    fault = visitor.page.locator(f"#{title.get_attribute('aria-describedby').split()[-1]}")  # pyright: ignore[reportOptionalMemberAccess]
    assert fault.inner_text()


def test_a_second_tab_looks_on_and_may_take_over(visitor: Visitor) -> None:
    visitor.practise_typing()
    second = Visitor(visitor.context, visitor.url)
    second.open()
    second.screen("elsewhere")
    assert second.said("interviewer") == visitor.said("interviewer")
    visitor.type(ANSWER)
    second.hears("candidate")
    second.press("Continue here instead")
    second.screen("call")
    visitor.screen("elsewhere")
    second.press("Type instead")
    second.hears("interviewer", 2)
    second.type("It goes on here.")
    second.hears("candidate", 2)
    visitor.hears("candidate", 2)
    second.end()
    visitor.screen("ended")
    assert second.errors == []


def test_what_was_practised_can_be_read_saved_and_erased(visitor: Visitor, tmp_path: Path) -> None:
    visitor.practise_typing()
    visitor.type(ANSWER)
    visitor.hears("candidate")
    session_id = visitor.session_id
    visitor.end()
    visitor.page.get_by_role("link", name="My practices").click()
    visitor.screen("history")
    visitor.page.locator(f"[data-session='{session_id}'] a").click()
    visitor.screen("past")
    visitor.hears("candidate")
    saved: dict[str, str] = {}
    for kind in ("text", "JSON"):
        with visitor.page.expect_download() as download:
            visitor.press(f"Save as {kind}")
        path = tmp_path / kind
        download.value.save_as(path)
        saved[kind] = path.read_text()
        assert session_id in download.value.suggested_filename
    assert ANSWER in saved["text"]
    assert any(event.get("text") == ANSWER for event in json.loads(saved["JSON"]))
    visitor.press("Erase this practice")
    visitor.press("Erase for good")
    visitor.screen("history")
    expect(visitor.page.locator(f"[data-session='{session_id}']")).to_have_count(0)
    assert visitor.fetch(f"api/sessions/{session_id}")["error"]["code"] == "no_such_session"


def test_a_clock_that_is_an_hour_off_changes_nothing(newcomer: Callable[..., Visitor]) -> None:
    visitor = newcomer(script=AN_HOUR_OFF)
    visitor.practise()
    expect(visitor.page.locator(".call-clock")).to_have_text(re.compile(r"00:0\d"))
    visitor.page.reload()
    visitor.screen("call")
    visitor.status("Your turn")
    visitor.end()


def test_each_step_of_a_connections_life_has_a_debug_line(visitor: Visitor) -> None:
    visitor.practise()
    visitor.end()
    visitor.press("Practise again")
    visitor.hears("interviewer")
    names = [line.partition(" JSHandle")[0].partition(" {")[0] for line in visitor.lines]
    wanted = [
        "logs connecting",
        "logs open",
        "configuration sent",
        "configuration acknowledged",
        "call ended",
        "connection disposed",
    ]
    positions = [names.index(name) for name in wanted]
    assert positions == sorted(positions)
    assert "configuration ready" in names
    assert not any(word in line for line in visitor.lines for word in JOB.values())


def test_without_debug_the_console_is_silent(visitor: Visitor) -> None:
    visitor.set_up(query="")
    visitor.start()
    visitor.hears("interviewer")
    assert visitor.lines == []


def test_a_muted_microphone_says_so(visitor: Visitor) -> None:
    visitor.practise()
    visitor.press("Mute")
    visitor.status("You’re muted")
    expect(visitor.page.get_by_role("button", name="Unmute")).to_have_attribute("aria-pressed", "true")
    visitor.press("Unmute")
    visitor.status("Your turn")


def test_below_a_base_path_everything_works_as_at_the_root(
    newcomer: Callable[..., Visitor], own_server: Callable[..., ScriptedServer]
) -> None:
    visitor = newcomer(url=own_server(GREENROOM_BASE_PATH="/practice").url + "practice/")
    visitor.practise()
    visitor.page.reload()
    visitor.status("Your turn")
    visitor.end()
    visitor.page.get_by_role("link", name="My practices").click()
    expect(visitor.page.locator("[data-session]")).to_have_count(1)


def test_captions_can_be_left_out_and_are_in_the_transcript_afterwards(visitor: Visitor) -> None:
    visitor.practise()
    visitor.press("Captions")
    visitor.sees("Captions are off")
    assert visitor.said("interviewer") == []
    visitor.end()
    assert len(visitor.said("interviewer")) == 1
