"""What people and scripts rely on: help, exit codes, one line for what went wrong."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from greenroom.cli.app import FAILED, FINE, NOT_UNDERSTOOD, main

COMMANDS = ["serve", "localvoice", "call", "doctor", "check", "sessions", "phone"]
SESSIONS = ["list", "show", "watch", "end", "erase", "reset"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        if name.startswith("GREENROOM_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_help_lists_every_command_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == FINE
    shown = capsys.readouterr().out
    for command in COMMANDS:
        assert command in shown
    assert main(["sessions", "--help"]) == FINE
    shown = capsys.readouterr().out
    for command in SESSIONS:
        assert command in shown


@pytest.mark.parametrize("command", [[name] for name in COMMANDS] + [["sessions", name] for name in SESSIONS])
def test_every_command_has_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == FINE
    assert f"greenroom {' '.join(command)}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["chek"],
        ["--nothing"],
        ["call"],
        ["call", "--voice"],
        ["call", "--voice", "a.wav", "--for", "long"],
        ["check", "--cycles", "0"],
        ["check", "--cycles", "many"],
        ["sessions", "show"],
        ["sessions", "lst"],
        ["serve", "--port", "http"],
        ["doctor", "extra"],
    ],
    ids=" ".join,
)
def test_what_is_not_understood_is_told_in_a_line_and_exits_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == NOT_UNDERSTOOD
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("greenroom: ")
    assert "Traceback" not in err
    assert err.count("\n") == 2
    assert "Try: greenroom" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["call", "--voice", "missing.wav"], "missing.wav can't be read"),
        (["call", "--voice", "text.wav"], "not a PCM WAV"),
        (["sessions", "list"], "no admin token"),
        (["sessions", "list", "--url", "127.0.0.1:8080"], "not an http:// or https:// URL"),
        (["check", "--url", "http://127.0.0.1:1"], "Is the server running?"),
        (["serve", "--port", "70000"], "not a port"),
    ],
)
def test_expected_failures_are_one_line_and_exit_with_1(
    arguments: list[str], words: str, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (elsewhere / "text.wav").write_text("no sound")
    assert main(arguments) == FAILED
    out, err = capsys.readouterr()
    assert not out
    assert words in err
    assert err.count("\n") == 1


def test_a_broken_setting_stops_serve_with_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GREENROOM_PORT", "eighty")
    assert main(["serve"]) == FAILED
    assert "GREENROOM_PORT" in capsys.readouterr().err


def test_the_token_is_read_from_the_data_folder(monkeypatch: pytest.MonkeyPatch, elsewhere: Path) -> None:
    from greenroom.cli.reaching import admin_token

    monkeypatch.setenv("GREENROOM_DATA", str(elsewhere / "data"))
    (elsewhere / "data").mkdir()
    (elsewhere / "data" / "admin-token").write_text("secret\n")
    assert admin_token() == "secret"
    monkeypatch.setenv("GREENROOM_ADMIN_TOKEN", "other")
    assert admin_token() == "other"


def test_reset_asks_before_it_ends_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "reset"]) == FAILED
    assert "--yes" in capsys.readouterr().err


def test_help_needs_none_of_the_heavy_parts() -> None:
    program = (
        "import sys, greenroom.cli.app as cli; cli.main(['--help']);"
        "heavy = {'numpy', 'picows', 'httpx2', 'uvicorn', 'starlette', 'sqlalchemy', 'onnxruntime'} & set(sys.modules);"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.timing
def test_help_is_there_at_once() -> None:
    took = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "greenroom", "--help"], capture_output=True, check=True)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.4


def test_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.metadata import version

    assert main(["--version"]) == FINE
    assert capsys.readouterr().out.strip() == version("greenroom")


def test_doctor_tells_a_broken_setting_to_a_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GREENROOM_PRT", "80")
    assert main(["doctor", "--json"]) == FAILED
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    broken = next(finding for finding in told["findings"] if finding["what"] == "settings")
    assert broken["status"] == "fail"
    assert "GREENROOM_PRT" in broken["found"]
    assert broken["do"]
