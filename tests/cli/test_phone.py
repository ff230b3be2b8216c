"""`greenroom phone`: the check finds what is wrong, the simulator tells a call's story against a real server."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from greenroom import wiring
from greenroom.cli import phone
from greenroom.cli.doctor import Finding
from greenroom.cli.failing import Failed
from greenroom.cli.phone_check import examine
from greenroom.cli.phone_simulation import simulation
from greenroom.config import Settings, read
from greenroom.phone_simulator.behaviour import Person
from greenroom.phone_simulator.carrier import SimulatedCarrier
from greenroom.phone_simulator.webhooks import Reach, Webhooks
from greenroom.practice_client.rest import Rest
from tests.doubles.realtime_server import realtime_double

SID, AUTH_TOKEN = "AC" + "2" * 32, "simulated"
OURS = "+12125550142"
BRIEF = Person(rings_s=0.05, talks_s=0.5)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(folder: Path, monkeypatch: pytest.MonkeyPatch, **more: str) -> Settings:
    """Also the environment's, as it would be for the command."""
    port = free_port()
    environ = {
        "GREENROOM_PORT": str(port),
        "GREENROOM_DATA": str(folder / "data"),
        "GREENROOM_PUBLIC_ORIGIN": f"http://127.0.0.1:{port}",
        "GREENROOM_TWILIO_ACCOUNT_SID": SID,
        "GREENROOM_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "GREENROOM_TWILIO_API_URL": f"http://127.0.0.1:{free_port()}",
        "GREENROOM_TWILIO_NUMBERS": OURS,
        "GREENROOM_PHONE_COUNTRIES": "GB",
        **more,
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return read(environ, folder)


@asynccontextmanager
async def serving(found: Settings) -> AsyncGenerator[str]:
    from dataclasses import replace

    async with realtime_double() as engine:
        with_engine = replace(found, engine=replace(found.engine, engine=engine.url))
        async with wiring.running(with_engine) as server:
            yield f"http://127.0.0.1:{server.surface.port}{found.server.base_path}"


def statuses(found: list[Finding]) -> dict[str, str]:
    return {finding.what: finding.status for finding in found}


@pytest.mark.parametrize("base_path", ["", "/practice"])
async def test_the_check_passes_where_all_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base_path: str
) -> None:
    found = settings(tmp_path, monkeypatch, GREENROOM_BASE_PATH=base_path)
    carrier = SimulatedCarrier(SID, AUTH_TOKEN, Webhooks(lambda _u, _f: "", Reach("", "http://x")), numbers=(OURS,))
    port = int(found.phone.twilio_api_url.rpartition(":")[2])
    async with carrier.running(), carrier.serving(port=port), serving(found):
        told = await examine(found)
    assert statuses(told) == {
        "settings": "warn",  # no https
        "account": "warn",  # a trial
        "number …42": "warn",  # leads nowhere
        "way here": "ok",
        "webhooks": "ok",
        "stream": "ok",
    }
    assert all(finding.do for finding in told if finding.status != "ok")
    assert OURS not in repr(told)


async def test_the_check_says_what_is_wrong_and_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = await examine(read({}, tmp_path))
    assert [finding.status for finding in told] == ["fail"] * 3
    found = settings(tmp_path, monkeypatch, GREENROOM_TWILIO_NUMBERS="+12125550199")
    port = int(found.phone.twilio_api_url.rpartition(":")[2])
    carrier = SimulatedCarrier(SID, "another", Webhooks(lambda _u, _f: "", Reach("", "http://x")))
    async with carrier.running(), carrier.serving(port=port):
        told = await examine(found)
        assert statuses(told) == {"settings": "warn", "account": "fail", "way here": "fail"}
        other = settings(tmp_path, monkeypatch, GREENROOM_TWILIO_AUTH_TOKEN="another")
        from dataclasses import replace

        other = replace(
            other, server=found.server, phone=replace(other.phone, twilio_api_url=found.phone.twilio_api_url)
        )
        async with serving(found):
            told = await examine(other)
        assert statuses(told)["number …42"] == "fail"
        assert statuses(told)["webhooks"] == "fail"
        assert statuses(told)["stream"] == "fail"


@pytest.mark.parametrize(
    ("person", "inbound", "outcome"),
    [
        (BRIEF, False, "completed, 1 stream."),
        (Person("busy"), False, "busy, 0 streams."),
        (Person("machine", rings_s=0.05, talks_s=None), False, "completed, 1 stream."),
        (BRIEF, True, "completed, 1 stream."),
    ],
)
async def test_a_simulated_call_goes_out_or_comes_in_and_ends(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    person: Person,
    inbound: bool,
    outcome: str,
) -> None:
    found = settings(tmp_path, monkeypatch)
    async with serving(found) as url:
        assert await simulation(found, person, url, to=phone.TRIAL_NUMBER, inbound=inbound) == 0
        async with Rest(url) as rest, asyncio.timeout(5):
            while (await rest.metrics())["greenroom_phone_calls_open"]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    shown = capsys.readouterr().out
    assert outcome in shown
    assert "provider:" in shown


def test_without_a_phone_the_simulator_says_how_to_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(Failed, match="GREENROOM_TWILIO_API_URL"):
        phone.simulate()
    settings(tmp_path, monkeypatch, GREENROOM_TWILIO_API_URL="https://api.twilio.com")
    with pytest.raises(Failed, match="plays that part itself"):
        phone.simulate()


async def test_the_commands_that_ring_up_sign_where_a_phone_is_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from greenroom.cli.checking.ground import Ground

    found = settings(tmp_path, monkeypatch)
    async with serving(found) as url, Ground(url, lambda _text: None) as ground:
        made = await ground.make()
        async with ground.connected(made) as (_, here):
            assert here.ended is None
