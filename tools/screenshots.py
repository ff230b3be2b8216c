"""`make screenshots`: pictures of every screen and state of the page, into .build/screenshots.

python -m tools.screenshots [name …] [--look light]
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

from tools.browser import HELP, find
from tools.page_parts import DIST, Play, State, served
from tools.page_states import STATES

SPEECH = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@dataclass(frozen=True, slots=True)
class Look:
    width: int
    height: int
    dark: bool = False
    zoom: int = 1
    """As the browser's own: half the room at 2."""


LOOKS = {
    "light": Look(1100, 860),
    "dark": Look(1100, 860, dark=True),
    "narrow": Look(320, 640),
    "zoomed": Look(1100, 860, zoom=2),
}


def launch(playwright: Playwright, executable: str) -> Browser:
    return playwright.chromium.launch(executable_path=executable, args=SPEECH)


def picture(browser: Browser, base: str, name: str, state: State, look: Look, target: Path) -> list[str]:
    """Take it; what was wrong on the way: errors of the page, and what is cut."""
    faults: list[str] = []
    context = browser.new_context(
        viewport={"width": look.width // look.zoom, "height": look.height // look.zoom},
        device_scale_factor=look.zoom,
        color_scheme="dark" if look.dark else "light",
        permissions=["microphone"],
        reduced_motion="reduce",
    )
    try:
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{name}: {error}"))
        Play(page, base, state).run()
        cut = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if cut > 0:
            faults.append(f"{name}: {cut} px are cut at {look.width // look.zoom} px")
        page.screenshot(path=target, full_page=True)
    finally:
        context.close()
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", help="states, or the beginning of their names; all of them if none is given"
    )
    parser.add_argument("--look", choices=LOOKS, action="append")
    parser.add_argument("--into", type=Path, default=Path(".build/screenshots"))
    wanted = parser.parse_args()
    chromium = find()
    if chromium is None:
        sys.exit(HELP)
    if not (DIST / "index.html").exists():
        sys.exit("The page is not built: make page")
    wanted.into.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    with served() as base, sync_playwright() as playwright:
        browser = launch(playwright, chromium)
        for name, state in STATES.items():
            if wanted.names and not any(name.startswith(start) for start in wanted.names):
                continue
            for look in wanted.look or LOOKS:
                target = wanted.into / f"{name}.{look}.png"
                faults += picture(browser, base, f"{name} {look}", state, LOOKS[look], target)
            print(name)
        browser.close()
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
