"""Draws that come out the same for the same seed, on every machine and Python."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def number(seed: int, *what: str) -> int:
    """A number for this purpose under this seed."""
    text = "\0".join((str(seed), *what))
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def one(choices: Sequence[T], seed: int, *what: str) -> T:
    return choices[number(seed, *what) % len(choices)]


def rotated(choices: Sequence[T], seed: int, *what: str) -> tuple[T, ...]:
    """The choices in their order, begun somewhere."""
    start = number(seed, *what) % len(choices)
    return (*choices[start:], *choices[:start])
