"""Text of others on this terminal."""

import json
import sys
import unicodedata
from typing import Any


def printable(text: object) -> str:
    """One line without anything that a terminal would obey."""
    return " ".join("".join(char if unicodedata.category(char)[0] != "C" else " " for char in str(text)).split())


def as_json(content: Any) -> None:
    """For a program: one line on standard output."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def clock(ms: int) -> str:
    """`02:07`."""
    return f"{ms // 60000:02}:{ms // 1000 % 60:02}"
