"""Every screen in every state: usable with a screen reader, in light and dark, on a phone and enlarged."""

from collections.abc import Generator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tools.page_parts import Play, served
from tools.page_states import STATES

NARROW = {"width": 320, "height": 640}
ZOOMED = {"width": 640, "height": 400}
"""What a window of 1280 by 800 shows at 200 %."""

CUT = """() => {
  const cut = []
  const room = document.documentElement
  if (room.scrollWidth > innerWidth) cut.push(`the page is ${room.scrollWidth} px wide`)
  for (const element of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(element)
    const box = element.getBoundingClientRect()
    if (style.visibility === "hidden" || box.width <= 1 || box.height <= 1 || element.closest(".visually-hidden")) continue
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
    const name = `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 30)}"`
    if (own && (box.right > innerWidth + 1 || box.left < -1)) cut.push(`${name} leaves the window`)
    const clips = /hidden|clip/.test(style.overflowX + style.overflowY)
    if (own && clips && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1)) {
      cut.push(`${name} is clipped`)
    }
  }
  return cut
}"""


@pytest.fixture(scope="module")
def base() -> Generator[str]:
    with served() as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Generator[Page]:
    context = browser.new_context(
        viewport={"width": 1100, "height": 860}, permissions=["microphone"], reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("name", STATES)
def test_a_state_can_be_used_by_everyone(page: Page, base: str, name: str) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "Content Security" in line.text else None)
    Play(page, base, STATES[name]).run()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    for size in (NARROW, ZOOMED):
        page.set_viewport_size(size)  # pyright: ignore[reportArgumentType] as Playwright's own type has it
        assert page.evaluate(CUT) == []
    assert errors == []


def test_the_page_loads_nothing_from_elsewhere_and_nothing_inline() -> None:
    from tools.page import DIST

    made = {path.name: path.read_text() for path in Path(DIST).rglob("*") if path.suffix in {".html", ".js", ".css"}}
    index = made["index.html"]
    assert "<style" not in index
    assert " style=" not in index
    assert all("src=" in tag for tag in index.split("<script")[1:])
    assert "http://" not in index.replace("http://www.w3.org/", "")
    assert "https://" not in index
