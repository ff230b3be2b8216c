"""A person at the page, by what a person sees."""

import contextlib
import re
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

MOST_QUESTIONS = 20
JOB = {"jobTitle": "Staff nurse", "company": "Hill Clinic"}


THE_BROWSERS_OWN = (
    "Failed to load resource",
    "WebSocket connection",
    "Unable to load a worklet",
    "The Cross-Origin-Opener-Policy header has been ignored",
)
"""What the browser says by itself when a server is gone or an address is not secure: no fault of the page."""


class Visitor:
    """One browser profile with one tab."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.page: Page = context.new_page()
        self.page.set_default_timeout(8_000)
        self.errors: list[str] = []
        self.lines: list[str] = []
        """Debug lines, by their names."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _console(self, message: ConsoleMessage) -> None:
        if message.text.startswith("greenroom: "):
            self.lines.append(message.text.removeprefix("greenroom: "))
        elif message.type == "error" and not message.text.startswith(THE_BROWSERS_OWN):
            self.errors.append(message.text)

    # Ways from screen to screen.

    def open(self, query: str = "?debug") -> None:
        self.page.goto(self.url + query)

    def screen(self, name: str, within_s: float = 8) -> Locator:
        shown = self.page.locator(f"main[data-screen={name}]")
        shown.wait_for(timeout=within_s * 1000)
        return shown

    def set_up(self, query: str = "?debug", **fields: str) -> None:
        """From nothing to the device check."""
        self.open(query)
        self.screen("setup")
        for name, text in (JOB | fields).items():
            self.page.locator(f"[name={name}]").fill(text)
        self.press("Continue")
        self.screen("check")

    def start(self) -> None:
        """From the device check into the call, by voice."""
        self.press("Start the practice")
        self.screen("call")

    def start_typing(self) -> None:
        self.press("Type instead of speaking")
        self.screen("call")

    def practise(self, **fields: str) -> None:
        """Into a call that is connected, by voice, with the first line said."""
        self.set_up(**fields)
        self.start()
        self.hears("interviewer")

    def practise_typing(self, **fields: str) -> None:
        self.set_up(**fields)
        self.start_typing()
        self.hears("interviewer")

    def end(self) -> None:
        self.press("End")
        self.screen("ended")

    # What is on the page.

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def type(self, text: str) -> None:
        self.page.get_by_label("Your answer").fill(text)
        self.press("Send")

    def said(self, speaker: str) -> list[str]:
        """The finished lines of one side."""
        return [text.strip() for text in self._lines_of(speaker).locator(".said").all_inner_texts()]

    def _lines_of(self, speaker: str) -> Locator:
        return self.page.locator(f"li[data-speaker={speaker}]:not([data-open])")

    def hears(self, speaker: str, count: int = 1) -> None:
        """Until so many lines of this side are finished."""
        self.hears_within(speaker, count, 8)

    def hears_within(self, speaker: str, count: int, seconds: float) -> None:
        self._lines_of(speaker).nth(count - 1).wait_for(timeout=seconds * 1000)

    def status(self, words: str | re.Pattern[str], within_s: float = 8) -> None:
        expect(self.page.locator("p.status")).to_have_text(words, timeout=within_s * 1000)

    def alert(self, words: str) -> None:
        expect(self.page.get_by_role("alert").filter(has_text=words)).to_be_visible(timeout=8_000)

    def sees(self, words: str, within_s: float = 8) -> None:
        expect(self.page.get_by_text(words).first).to_be_visible(timeout=within_s * 1000)

    @property
    def session_id(self) -> str:
        kept = self.page.evaluate("JSON.parse(sessionStorage.getItem('greenroom.session') ?? 'null')?.sessionId ?? ''")
        assert kept
        return kept

    def open_things(self) -> list[str]:
        """What the page's sessions hold open, by name."""
        return self.page.evaluate("window.greenroom.open()")

    def heap_kb(self) -> float:
        """What the page's scripts hold, after what is not needed was collected. Debug lines are held by whoever reads them."""
        tools = self.context.new_cdp_session(self.page)
        tools.send("HeapProfiler.collectGarbage")
        used: float = tools.send("Runtime.getHeapUsage")["usedSize"]
        tools.detach()
        return used / 1000

    def alive(self, *kinds: str) -> dict[str, int]:
        """How many objects of each kind there are, after what is not needed was collected."""
        tools = self.context.new_cdp_session(self.page)
        tools.send("HeapProfiler.collectGarbage")
        found: dict[str, int] = {}
        for kind in kinds:
            prototype = tools.send("Runtime.evaluate", {"expression": f"{kind}.prototype"})["result"]["objectId"]
            objects = tools.send("Runtime.queryObjects", {"prototypeObjectId": prototype})["objects"]["objectId"]
            asked = {"functionDeclaration": "function () { return this.length }", "objectId": objects}
            found[kind] = tools.send("Runtime.callFunctionOn", {**asked, "returnByValue": True})["result"]["value"]
        tools.detach()
        return found

    def fetch(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """As the page would."""
        return self.page.evaluate(
            """async ([path, method, body]) => {
                const init = body === null ? {} : {body: JSON.stringify(body), headers: {"content-type": "application/json"}}
                const answer = await fetch(path, {method, ...init})
                return answer.status === 204 ? null : await answer.json()
            }""",
            [path, method, body],
        )


def skip_to_the_end(visitor: Visitor, within_s: float = 8) -> None:
    """Skip every question until the interviewer has said goodbye."""
    ended = visitor.page.locator("main[data-screen=ended]")
    skip = visitor.page.get_by_role("button", name="Skip", exact=True)
    for _ in range(MOST_QUESTIONS):
        before = len(visitor.said("interviewer"))
        skip.and_(visitor.page.locator(":enabled")).or_(ended).wait_for(timeout=within_s * 1000)
        if ended.count():
            return
        with contextlib.suppress(PlaywrightTimeout):  # it may be too late for that
            skip.click(timeout=1_000)
        visitor.page.locator("li[data-speaker=interviewer]:not([data-open])").nth(before).or_(ended).first.wait_for(
            timeout=within_s * 1000
        )
    raise AssertionError("the plan has no end")


def profile(browser: Browser, url: str, *, microphone: bool = True, script: str = "", **options: Any) -> Visitor:
    """Somebody new. `script` runs ahead of the page's own."""
    permissions = ["microphone"] if microphone else []
    context = browser.new_context(permissions=permissions, reduced_motion="reduce", **options)
    if script:
        context.add_init_script(script)
    return Visitor(context, url)
