"""docs/commands.md says what `--help` says. After a change: `python -m tests.cli.test_reference`."""

import re
from pathlib import Path

from greenroom.cli.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
MADE = re.compile(r"(<!-- made: commands -->\n).*(<!-- end: commands -->)", re.DOTALL)


def renewed(text: str) -> str:
    return MADE.sub(lambda found: f"{found[1]}{reference()}\n{found[2]}", text)


def test_the_page_about_the_commands_is_up_to_date() -> None:
    text = PAGE.read_text("utf-8")
    assert MADE.search(text)
    assert renewed(text) == text


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
