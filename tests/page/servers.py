"""Servers for the page's tests, each in a process of its own, on a port that stays the same over restarts."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.server import free_port

ROOT = Path(__file__).parent.parent.parent


class ScriptedServer:
    """`tests.page.scripted_server`, and what may be ordered there."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self._folder = folder
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self, **settings: str) -> None:
        environment = {
            **os.environ,
            "GREENROOM_DATA": str(self._folder / "var"),
            "GREENROOM_PORT": str(self.port),
            "GREENROOM_DRAIN_SECONDS": "0",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            **self._settings,
            **settings,
        }
        log = (self._folder / "server.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.page.scripted_server"],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said.strip() == str(self.port), (self._folder / "server.log").read_text()

    def stop(self) -> None:
        """As an operator would; idempotent."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait(20)
        process.stdout.close()

    def kill(self) -> None:
        """As a power cut would."""
        process, self._process = self._process, None
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.send_signal(signal.SIGKILL)
        process.wait(20)
        process.stdin.close()
        process.stdout.close()

    def order(self, do: str, **what: Any) -> Any:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **what}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def log(self) -> str:
        return (self._folder / "server.log").read_text()
