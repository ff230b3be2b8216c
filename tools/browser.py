"""The browser that the page is tested in: one that is there, else Playwright's own, else the system's package.

python -m tools.browser      says which it is, and fetches one if there is none
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FETCH_S = 300
HELP = (
    "There is no Chromium for the page's tests, and none could be fetched. Install one (on Debian and Ubuntu: "
    "apt install chromium) and run this again."
)


def find() -> str | None:
    """The path of a Chromium, None if there is none."""
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    own = _playwrights_own()
    return str(own) if own is not None and own.exists() else None


def fetch() -> str | None:
    """Get one; None if it can't be had."""
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        ways += [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]]
    for way in ways:
        print(f"Fetching a Chromium: {' '.join(way)} …", flush=True)
        try:
            subprocess.run(way, check=False, timeout=FETCH_S, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired):
            continue
        found = find()
        if found is not None:
            return found
    return None


def _playwrights_own() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def main() -> int:
    found = find() or fetch()
    if found is None:
        print(HELP, file=sys.stderr)
        return 1
    print(f"The page is tested in {found}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
