"""A Greenroom server, in a process of its own or in this one, for the length of a measurement."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Generator, Mapping
from pathlib import Path
from unittest import mock

import psutil

from greenroom import config, wiring

START_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until somebody listens there, or the process is gone."""
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    sys.exit("the server did not start")


@contextlib.contextmanager
def greenroom(
    settings: Mapping[str, str] | None = None,
    *,
    cpu: int | None = None,
    log: Path | None = None,
    data: Path | None = None,
) -> Generator[tuple[int, int]]:
    """Runs `greenroom serve`; gives its port and process id."""
    port, voice_port = free_port(), free_port()
    settings = settings or {}
    local = "GREENROOM_ENGINE" not in settings
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        output = subprocess.DEVNULL if log is None else stack.enter_context(log.open("wb"))
        environment = {
            **os.environ,
            "GREENROOM_DATA": str(data or Path(folder) / "var"),
            "GREENROOM_PORT": str(port),
            "GREENROOM_LOCALVOICE_PORT": str(voice_port),
            "GREENROOM_CONNECTS_PER_IP_PER_MINUTE": "0",
            "GREENROOM_DRAIN_SECONDS": "0",
            **settings,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "greenroom", "serve"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=output,
            cwd=folder,
        )
        try:
            if cpu is not None:
                with contextlib.suppress(AttributeError, OSError):
                    psutil.Process(process.pid).cpu_affinity([cpu % (os.cpu_count() or 1)])
            wait_listening(port, process)
            if local:
                wait_listening(voice_port, process)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(30)


@contextlib.asynccontextmanager
async def serving(engine_url: str, warm: int = 0, *, as_openai: bool = False) -> AsyncGenerator[wiring.Running]:
    """The whole server in this process, with this engine, and so many connections to it that are kept ready.

    `as_openai`: it is set up as OpenAI's own is, which writes down what it hears.
    """
    openai = {"GREENROOM_ENGINE": "openai", "OPENAI_API_KEY": "sk-none"}
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(wiring, "OPENAI_URL", engine_url):
        environ = {
            "GREENROOM_PORT": "0",
            "GREENROOM_DATA": folder,
            **(openai if as_openai else {"GREENROOM_ENGINE": engine_url, "GREENROOM_ENGINE_VOICE": "marin"}),
            "GREENROOM_ENGINE_WARM": str(warm),
            "GREENROOM_PHONE_REQUIRE_TOKEN": "false",
            "GREENROOM_CONNECTS_PER_IP_PER_MINUTE": "0",
        }
        async with wiring.running(config.read(environ, Path(folder))) as running:
            await filled(running, warm)
            yield running


async def filled(running: wiring.Running, warm: int) -> None:
    """Until so many connections are ready."""
    async with asyncio.timeout(5):
        while running.metrics.engine_warm < warm:  # noqa: ASYNC110 it is a number, and nobody tells
            await asyncio.sleep(0.01)
