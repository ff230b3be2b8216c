import socket
from dataclasses import replace
from pathlib import Path

import pytest

from greenroom.cli import doctor
from greenroom.config import Settings, read


def _no(_settings: Settings) -> bool:
    return False


def _yes(_settings: Settings) -> bool:
    return True


def find(what: str, monkeypatch: pytest.MonkeyPatch, **environ: str) -> doctor.Finding:
    monkeypatch.setattr(doctor, "_models", lambda: doctor.models_finding(list))
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return next(finding for finding in doctor.examine() if finding.what == what)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_data_folder_that_can_not_be_one_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    found = find("data folder", monkeypatch, GREENROOM_DATA=str(tmp_path / "file" / "data"))
    assert found.status == "fail"
    assert "GREENROOM_DATA" in found.do


def test_a_data_folder_that_is_not_there_yet_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find("data folder", monkeypatch, GREENROOM_DATA=str(tmp_path / "new" / "data"))
    assert found.status == "ok"
    assert not (tmp_path / "new").exists()


def test_a_page_that_is_not_built_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("greenroom.server.page.built_page", lambda: None)
    found = find("page", monkeypatch)
    assert found.status == "warn"
    assert "make page" in found.do


def test_little_space_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 10 * 1024 * 1024

        @classmethod
        def of(cls, _folder: Path) -> "type[Usage]":
            return cls

    monkeypatch.setattr(doctor.shutil, "disk_usage", Usage.of)
    assert find("data folder", monkeypatch).status == "fail"
    Usage.free = 200 * 1024 * 1024
    assert find("data folder", monkeypatch).status == "warn"


def test_a_port_in_use_by_something_else_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(doctor, "_is_greenroom", _no)
        port = str(other.getsockname()[1])
        found = find("port", monkeypatch, GREENROOM_PORT=port)
        assert (found.status, port in found.found) == ("fail", True)
        monkeypatch.setattr(doctor, "_is_greenroom", _yes)
        assert find("port", monkeypatch, GREENROOM_PORT=port).status == "ok"


def test_something_else_on_the_port_is_not_taken_for_greenroom(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings = read({}, tmp_path)
        server = replace(settings.server, port=nobody.getsockname()[1])
        assert not doctor._is_greenroom(replace(settings, server=server))


def test_an_engine_without_its_key_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    found = find("engine", monkeypatch, GREENROOM_ENGINE="openai")
    assert found.status == "fail"
    assert "OPENAI_API_KEY" in found.do


@pytest.mark.parametrize(
    ("system", "machine", "libc", "status"),
    [
        ("Linux", "x86_64", ("glibc", "2.36"), "ok"),
        ("Linux", "aarch64", ("glibc", "2.34"), "ok"),
        ("Linux", "x86_64", ("glibc", "2.31"), "fail"),
        ("Linux", "x86_64", ("", ""), "fail"),
        ("Linux", "riscv64", ("glibc", "2.40"), "fail"),
        ("Darwin", "arm64", ("", ""), "ok"),
        ("Darwin", "x86_64", ("", ""), "fail"),
        ("Windows", "AMD64", ("", ""), "ok"),
    ],
)
def test_platforms_without_speech_models_are_named(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, libc: tuple[str, str], status: str
) -> None:
    monkeypatch.setattr(doctor.platform, "system", lambda: system)
    monkeypatch.setattr(doctor.platform, "machine", lambda: machine)
    monkeypatch.setattr(doctor.platform, "libc_ver", lambda: libc)
    assert doctor._platform(needed=True).status == status
    assert doctor._platform(needed=False).status == ("warn" if status == "fail" else "ok")


def test_models_that_are_damaged_or_missing_are_a_failure() -> None:
    def missing() -> list[str]:
        raise FileNotFoundError("encoder.ort is missing")

    assert doctor.models_finding(missing).status == "fail"
    assert "encoder.ort" in doctor.models_finding(missing).found
    assert doctor.models_finding(lambda: ["no onnxruntime"]).found == "no onnxruntime"
    assert doctor.models_finding(list).status == "ok"
