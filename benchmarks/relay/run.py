"""Runs the relays one after the other against the same fake engine and prints them side by side."""

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Generator
from typing import Any

import psutil

from benchmarks.server import greenroom

CALLS = 100
SECONDS = 10.0


def spawn(arguments: list[str], cpu: int, **environment: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
        start_new_session=True,
    )
    with contextlib.suppress(AttributeError, OSError):
        psutil.Process(process.pid).cpu_affinity([cpu % (os.cpu_count() or 1)])
    return process


@contextlib.contextmanager
def running(arguments: list[str], cpu: int, **environment: str) -> Generator[tuple[subprocess.Popen[str], int]]:
    process = spawn(arguments, cpu, **environment)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                yield process, int(json.loads(line)["port"])
                break
        else:
            sys.exit(f"{arguments} did not start")
    finally:
        process.terminate()
        process.wait(15)


def cpu_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def measure(pid: int, url: str, calls: int, seconds: float) -> dict[str, Any]:
    load = spawn(["-m", "benchmarks.relay.load", url, str(calls), str(seconds)], cpu=1)
    assert load.stdout is not None
    begun = json.loads(load.stdout.readline())
    before = cpu_seconds(pid)
    result = json.loads(load.stdout.readline())
    used = cpu_seconds(pid) - before
    load.wait(30)
    memory = psutil.Process(pid).memory_info().rss
    return {**begun, **result, "cpu_ms_per_call_s": round(used / (calls * seconds) * 1000, 3), "rss_mb": memory >> 20}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    arguments, _ = parser.parse_known_args()
    results: dict[str, dict[str, Any]] = {}
    with running(["-m", "benchmarks.relay.fake_engine"], cpu=1) as (_, engine):
        with running(["-m", "benchmarks.relay.bare_relay", f"ws://127.0.0.1:{engine}/"], cpu=0) as (process, port):
            results["bare picows"] = measure(process.pid, f"ws://127.0.0.1:{port}/", arguments.calls, arguments.seconds)
        settings = {
            "GREENROOM_ENGINE": f"ws://127.0.0.1:{engine}/v1/realtime",
            "GREENROOM_PHONE_REQUIRE_TOKEN": "false",
            "GREENROOM_MAX_SESSIONS": "1000",
        }
        with greenroom(settings, cpu=0) as (port, pid):
            results["greenroom"] = measure(pid, f"ws://127.0.0.1:{port}/call", arguments.calls, arguments.seconds)
    print(f"{arguments.calls} calls, {arguments.seconds:g} s, a frame back for every frame in, server on one core")
    print(f"{'':14}{'frames':>9}{'back':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms/call-s':>15}{'MB':>7}")
    for name, row in results.items():
        print(
            f"{name:14}{row['sent']:>9}{row['back']:>9}{row['p50_ms'] or 0:>9}{row['p99_ms'] or 0:>9}"
            f"{row['cpu_ms_per_call_s']:>15}{row['rss_mb']:>7}"
        )
    bare, ours = results["bare picows"], results["greenroom"]
    print(f"CPU against bare: {ours['cpu_ms_per_call_s'] / bare['cpu_ms_per_call_s']:.2f} ×")
    whole = ours["back"] >= ours["sent"] * 0.98 and ours["talking"] == arguments.calls
    if not whole:
        print("not every frame came back")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
