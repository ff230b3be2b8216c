"""A conversation in a real browser with the embedded engine: real speech into a fake microphone, and the page's own sound
brought back to words."""

from collections.abc import Generator
from pathlib import Path

import pytest
from benchmarks.server import greenroom
from benchmarks.speech.wer import rate
from playwright.sync_api import Browser, Playwright

from tests.page.conftest import launch
from tests.page.recordings import RECORDER, SPOKEN, first_sentences, heard, words_of, write
from tests.page.visitor import Visitor, profile, skip_to_the_end
from tests.short_scenario import flat_viewing

pytestmark = [pytest.mark.speech, pytest.mark.timeout(150)]

QUIET_S = 9.5
"""Between two answers: time for the interviewer to say something."""
RAW_MICROPHONE = (
    "localStorage.getItem('greenroom.kept') ?? localStorage.setItem('greenroom.kept', '{\"processing\":false}')"
)
"""What improves a voice in a room is made for no recording."""

FAREWELL = "Thank you for coming. I will call you tomorrow. Goodbye."
A_SECOND_OF_SILENCE = """() => {
  if (document.querySelector(".level .lit")) window.litAt = performance.now()
  return performance.now() - (window.litAt ?? 0) > 1000
}"""


@pytest.fixture(scope="module")
def speaking(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Generator[Browser]:
    """A browser whose microphone hears the recording over and over."""
    voice = tmp_path_factory.mktemp("voice") / "voice.wav"
    write(voice, first_sentences(), 0.5, QUIET_S)
    made = launch(playwright, f"--use-file-for-fake-audio-capture={voice}")
    yield made
    made.close()


def in_flat_viewing(browser: Browser, url: str) -> Visitor:
    visitor = profile(browser, url, script=RECORDER + RAW_MICROPHONE)
    visitor.open()
    visitor.screen("setup")
    visitor.page.get_by_role("radio", name="Flat viewing").check()
    visitor.press("Continue")
    visitor.screen("check")
    return visitor


def test_several_turns_are_heard_shown_and_understood_on_both_sides(speaking: Browser, tmp_path: Path) -> None:
    with greenroom({"GREENROOM_SCENARIOS": str(flat_viewing(tmp_path))}) as (port, _):
        visitor = in_flat_viewing(speaking, f"http://127.0.0.1:{port}/")
        page = visitor.page
        visitor.sees("✓ We hear you.")
        visitor.press("Play a sound")
        visitor.sees("✓ Played.")
        # The recording's pause is there to begin in.
        page.wait_for_function(A_SECOND_OF_SILENCE, timeout=25_000)
        visitor.start()
        page.locator("li[data-speaker=candidate][data-open]").wait_for(timeout=30_000)
        visitor.hears_within("candidate", 2, 45)
        visitor.hears_within("interviewer", 3, 20)
        sound, session_id = heard(page), visitor.session_id
        visitor.end()
        visitor.sees("You ended the practice")
        turns = visitor.fetch(f"api/sessions/{session_id}")["turns"]
        interviewer = [turn.get("heardText", turn["text"]) for turn in turns if turn["speaker"] == "interviewer"]
        candidate = [turn["text"] for turn in turns if turn["speaker"] == "candidate"]
        assert visitor.said("candidate") == [text for text in candidate if text]
        for said in candidate[:2]:
            assert rate(SPOKEN, said) <= 0.25, candidate
        assert interviewer[0].startswith("Hello, and thank you for coming to see the flat.")
        words = words_of(sound)
        assert rate(" ".join(interviewer), words) <= 0.2, (interviewer, words)
        visitor.press("Practise again")
        visitor.screen("call")
        visitor.press("Mute")
        visitor.hears_within("interviewer", 1, 20)
        assert visitor.said("candidate") == []
        skip_to_the_end(visitor, within_s=30)
        visitor.sees("That’s the end of the practice")
        assert visitor.said("interviewer")[-1].endswith("Goodbye.")
        assert visitor.errors == []
        visitor.context.close()


def test_the_time_ends_it_with_a_farewell_that_is_heard(browser: Browser, tmp_path: Path) -> None:
    settings = {"GREENROOM_SCENARIOS": str(flat_viewing(tmp_path)), "GREENROOM_MAX_SESSION_SECONDS": "8"}
    with greenroom(settings) as (port, _):
        visitor = in_flat_viewing(browser, f"http://127.0.0.1:{port}/")
        visitor.start_typing()
        visitor.hears_within("interviewer", 1, 20)
        visitor.page.locator("p.status", has_text="Saying goodbye").wait_for(timeout=20_000)
        visitor.screen("ended", 20)
        visitor.sees("Time’s up")
        words = words_of(heard(visitor.page))
        assert rate(FAREWELL, " ".join(words.split()[-len(FAREWELL.split()) :])) <= 0.2, words
        visitor.press("Practise again")
        visitor.screen("call")
        visitor.hears_within("interviewer", 1, 20)
        assert visitor.errors == []
        visitor.context.close()
