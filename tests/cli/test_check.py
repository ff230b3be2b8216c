"""`greenroom check` against the real server with a double for an engine: it passes, and it fails where it should."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from greenroom import wiring
from greenroom.cli import check
from greenroom.cli.checking import cleanup, configuring, cycles, endings, ground, isolation, resuming, tickets
from greenroom.cli.checking.ground import Ground
from greenroom.cli.checking.result import Result
from greenroom.config import read
from tests.doubles.realtime_server import Behaviour, realtime_double


@asynccontextmanager
async def serving(folder: Path, **more: str) -> AsyncGenerator[str]:
    async with realtime_double(Behaviour()) as double:
        settings = {
            "GREENROOM_PORT": "0",
            "GREENROOM_DATA": str(folder),
            "GREENROOM_ENGINE": double.url,
            "GREENROOM_CONNECTS_PER_IP_PER_MINUTE": "0",
        }
        async with wiring.running(read(settings | more, folder)) as server:
            yield f"http://127.0.0.1:{server.surface.port}"


def standing_on(url: str) -> Ground:
    return Ground(url, lambda _text: None)


async def test_a_sound_server_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configuring, "DELAYS_S", (0.0, 0.1))
    monkeypatch.setattr(endings, "ROUNDS", 1)
    monkeypatch.setattr(resuming, "SESSIONS", 1)
    monkeypatch.setattr(tickets, "ROUNDS", 1)
    monkeypatch.setattr(cleanup, "BACK_WITHIN_S", 3.0)
    async with serving(tmp_path) as url:
        results, waited_s = await check._check(url, 2)
    assert [result.wrong for result in results] == [[]] * 8
    assert all(result.passed for result in results)
    assert waited_s == 0


async def test_observers_that_are_paired_with_another_session_are_found(tmp_path: Path) -> None:
    async with serving(tmp_path, GREENROOM_TEST_BREAK="pairing") as url, standing_on(url) as here:
        result = await isolation.isolation(here, 4)
    assert not result.passed


async def test_sockets_that_are_never_closed_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleanup, "BACK_WITHIN_S", 0.5)
    async with serving(tmp_path, GREENROOM_TEST_BREAK="leak_socket") as url:
        before = await cleanup.quiet(url)
        async with standing_on(url) as here:
            await cycles.rapid_connects(here, sessions=25, rounds=1)
        left = await cleanup.settled(url, before)
        assert any(wrong.startswith("process_open_fds") for wrong in left.wrong), left.note


async def test_a_server_that_limits_how_often_one_may_come_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(_seconds: float) -> None:
        """Waiting is what is tested, not how long it takes: the limit is lifted instead."""
        limited["on"] = False

    limited = {"on": True}
    monkeypatch.setattr(ground.asyncio, "sleep", at_once)

    async def attempt() -> str:
        if limited["on"]:
            from greenroom.practice_client.rest import RestError

            raise RestError(429, "rate_limited", "later", 7.0)
        return "in"

    async with standing_on("http://127.0.0.1:1") as here:
        result = Result("x")
        assert await here.patiently(attempt, result) == "in"
        assert here.waited_s == 7.0
        assert len(result.times_ms) == 1


async def test_cycles_are_told_apart(tmp_path: Path) -> None:
    async with serving(tmp_path) as url, standing_on(url) as here:
        result = await cycles.whole_calls(here, 3)
    assert result.passed
    assert result.tried == 3
    assert asyncio.all_tasks() == {asyncio.current_task()}
