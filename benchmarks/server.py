"""A Greenroom server in a process of its own, for the length of a measurement."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from pathlib import Path

import psutil

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
