"""What a value may be: each takes the text and gives the value, or raises ValueError."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from greenroom.config.settings import Network


def text(value: str) -> str:
    if not value.isprintable():
        raise ValueError
    return value


def folder(value: str) -> Path:
    path = Path(value)
    if not path.is_dir():
        raise ValueError
    return path


def whole(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", value) or not least <= int(value) <= most:
            raise ValueError
        return int(value)

    return parse


def flag(value: str) -> bool:
    return {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}[
        value.lower()
    ]


def file(value: str) -> Path:
    path = Path(value)
    if not path.is_file():
        raise ValueError
    return path


def names(value: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[,\s]+", value) if part)


def origin(value: str) -> str:
    """`https://Example.com:443/` as a browser would write it: `https://example.com`. Raises ValueError."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, usual) else "")


def origins(value: str) -> frozenset[str]:
    return frozenset(map(origin, names(value)))


def base_path(value: str) -> str:
    path = "/" + value.strip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*/?", path) or "/.." in path or "/./" in path + "/":
        raise ValueError
    return path.rstrip("/")


def networks(value: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part, strict=False) for part in names(value))


def engine(value: str) -> str:
    return value if value in ("local", "openai") else url("ws", "wss")(value)


def farewell_engine(value: str) -> str:
    return value if value == "local" else url("ws", "wss")(value)


def url(*schemes: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.netloc:
            raise ValueError
        return value

    return parse


def database_url(value: str) -> str:
    if not re.match(r"(sqlite|postgresql)(\+[a-z0-9_]+)?://", value):
        raise ValueError
    return value


def countries(value: str) -> frozenset[str]:
    codes = frozenset(name.upper() for name in names(value))
    if not all(re.fullmatch(r"[A-Z]{2}", code) for code in codes):
        raise ValueError
    return codes


def numbers(value: str) -> Mapping[str, str]:
    numbers: dict[str, str] = {}
    for part in names(value):
        country, _, number = part.rpartition("=")
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number) or not re.fullmatch(r"[A-Z]{2}|\*|", country.upper()):
            raise ValueError
        numbers[country.upper() or "*"] = number
    return numbers


def one_of(*names: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in names:
            raise ValueError
        return value.lower()

    return parse


def number_scenarios(value: str) -> Mapping[str, str]:
    scenarios: dict[str, str] = {}
    for part in names(value):
        number, _, scenario = part.rpartition("=")
        if not re.fullmatch(r"(\+[1-9][0-9]{6,14})?", number) or not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", scenario):
            raise ValueError
        scenarios[number or "*"] = scenario
    return scenarios


def breaks(value: str) -> frozenset[str]:
    return frozenset(names(value))


MAY_BE_EMPTY = (origins, networks, countries, numbers, number_scenarios, breaks, base_path)
"""For which nothing is a value; for all others it is none."""
