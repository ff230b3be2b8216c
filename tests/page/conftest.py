"""A real Chromium, and a server to go with it. One of each for a file of tests; a new profile for each test."""

from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from tools.browser import HELP, find

from tests.page.servers import ScriptedServer
from tests.page.visitor import Visitor, profile

HERE = Path(__file__).parent
FLAGS = (
    "--use-fake-device-for-media-stream",
    # No loudspeaker is there to be heard by the microphone.
    "--autoplay-policy=document-user-activation-required",
    "--host-resolver-rules=MAP practice.test 127.0.0.1",
    "--no-sandbox",
    "--disable-dev-shm-usage",
)


SLOWEST_S = 60
"""A browser and a server of its own take their time on a busy machine."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(SLOWEST_S))


def launch(playwright: Playwright, *flags: str) -> Browser:
    path = find()
    assert path is not None, HELP
    return playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])


@pytest.fixture(scope="module")
def playwright() -> Generator[Playwright]:
    with sync_playwright() as made:
        yield made


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Generator[Browser]:
    made = launch(playwright)
    yield made
    made.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[ScriptedServer]:
    made = ScriptedServer(tmp_path_factory.mktemp("server"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def newcomer(browser: Browser, server: ScriptedServer) -> Generator[Callable[..., Visitor]]:
    """Makes visitors; what a page of theirs said of a fault fails the test."""
    visitors: list[Visitor] = []

    def make(**options: Any) -> Visitor:
        visitors.append(profile(browser, options.pop("url", server.url), **options))
        return visitors[-1]

    with ExitStack() as stack:
        yield make
        for visitor in visitors:
            stack.callback(visitor.context.close)
        assert [error for visitor in visitors for error in visitor.errors] == []


@pytest.fixture
def visitor(newcomer: Callable[..., Visitor]) -> Visitor:
    return newcomer()


@pytest.fixture
def own_server(tmp_path: Path) -> Generator[Callable[..., ScriptedServer]]:
    """Servers of the test's own, with settings of its own."""
    made: list[ScriptedServer] = []

    def make(**settings: str) -> ScriptedServer:
        folder = tmp_path / f"server-{len(made)}"
        folder.mkdir()
        made.append(ScriptedServer(folder, settings))
        made[-1].start()
        return made[-1]

    yield make
    for server in made:
        server.stop()
