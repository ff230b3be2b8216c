"""Every screen and state of the page: nothing that axe finds, nothing cut, no error, no breach of the content policy."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from tools.browser import find
from tools.page_parts import DIST, Play, served
from tools.page_screens import LOOKS, SPEECH
from tools.page_states import STATES

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(not (DIST / "index.html").exists(), reason="the page is not built: make page"),
]


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = find()
    if executable is None:
        pytest.skip("there is no Chromium: python -m tools.browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=SPEECH)
        yield browser
        browser.close()


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html']}: {node['failureSummary']}" for each in found for node in each["nodes"]]


def cut_px(page: Page, width: int, height: int) -> int:
    """How much of the page is out of reach at this size."""
    page.set_viewport_size({"width": width, "height": height})
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.mark.parametrize("name", STATES)
def test_a_state_can_be_read_by_everyone_and_nothing_of_it_is_cut(name: str, browser: Browser, base: str) -> None:
    errors: list[str] = []
    context = browser.new_context(permissions=["microphone"], reduced_motion="reduce")
    try:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security" in line.text else None)
        Play(page, base, STATES[name]).run()
        assert violations(page) == []
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert violations(page) == []
        narrow, zoomed = LOOKS["narrow"], LOOKS["zoomed"]
        assert cut_px(page, narrow.width, narrow.height) <= 0
        assert cut_px(page, zoomed.width // zoomed.zoom, zoomed.height // zoomed.zoom) <= 0
        assert errors == []
    finally:
        context.close()
