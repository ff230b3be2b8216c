"""Docs that cannot go stale: the parts that follow from the code are written from it, and `--check` fails on drift.

A generated part stands between `<!-- made: name -->` and `<!-- end: name -->`.
"""

import argparse
import ast
import re
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "greenroom"
DOCS = ROOT / "docs"
TESTS_ONLY = "GREENROOM_TEST_BREAK"


def state_diagram() -> str:
    from greenroom.core.phases import diagram

    return f"```mermaid\n{diagram()}```"


def event_table() -> str:
    from greenroom.core.events import EVENTS, tag_of

    rows = ["| core event | wire event | meaning |", "|---|---|---|"]
    rows += [
        f"| `{event.__name__}` | `{tag_of(event)}` | {_first_line(event.__doc__, event.__name__)} |" for event in EVENTS
    ]
    return "\n".join(rows)


def setting_table() -> str:
    from greenroom.config import SETTINGS

    rows = ["| setting | default | meaning |", "|---|---|---|"]
    rows += [f"| `{s.name}` | {_shown(s.default)} | {s.description} |" for s in SETTINGS if s.name != TESTS_ONLY]
    return "\n".join(rows)


def error_table() -> str:
    from greenroom.core import errors

    kinds = sorted(
        (kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.GreenroomError)),
        key=lambda kind: kind.code,
    )
    rows = ["| code | HTTP | try again | meaning |", "|---|---|---|---|"]
    rows += [
        f"| `{kind.code}` | {kind.http_status} | {'yes' if kind.retryable else 'no'} | {_first_line(kind.__doc__, kind.__name__)} |"
        for kind in kinds
    ]
    return "\n".join(rows)


def class_table() -> str:
    rows = ["| class | where | what it is |", "|---|---|---|"]
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                what = _first_line(ast.get_docstring(node), f"{module}.{node.name}")
                rows.append(f"| `{node.name}` | `{module}` | {what} |")
    return "\n".join(rows)


PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "state diagram": ("sessions.md", state_diagram),
    "events": ("glossary.md", event_table),
    "classes": ("glossary.md", class_table),
    "settings": ("settings.md", setting_table),
    "errors": ("errors.md", error_table),
}


def _shown(default: object) -> str:
    return "" if default in (None, "", ()) else f"`{default}`"


def _first_line(docstring: str | None, name: str) -> str:
    """The first sentence; for a class without one, its name in words."""
    if not docstring:
        return re.sub(r"(?<!^)(?=[A-Z])", " ", name.rpartition(".")[2]).lower()
    paragraph = " ".join(docstring.strip().split("\n\n")[0].split())
    return re.split(r"(?<=[.:]) (?=[A-Z`])", paragraph)[0].replace("|", "\\|")


def renewed(text: str, name: str, made: str) -> str:
    pattern = re.compile(rf"(<!-- made: {re.escape(name)} -->\n).*?(<!-- end: {re.escape(name)} -->)", re.DOTALL)
    if not pattern.search(text):
        sys.exit(f"docs: no place for “{name}”")
    return pattern.sub(lambda found: f"{found[1]}{made}\n{found[2]}", text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a generated part is out of date")
    parser.add_argument("--write", action="store_true", help="bring the generated parts up to date")
    arguments = parser.parse_args()
    stale: list[str] = []
    for name, (file, make) in PARTS.items():
        path = DOCS / file
        old = path.read_text()
        new = renewed(old, name, make())
        if new != old:
            stale.append(f"{path.relative_to(ROOT)}: {name}")
            if arguments.write:
                path.write_text(new)
    if stale and not arguments.write:
        print("out of date, run `make docs`:", *stale, sep="\n  ")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
