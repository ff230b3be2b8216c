"""The page about engines describes every code that an engine can end with or be counted under."""

from pathlib import Path

import pytest

from greenroom.engines.realtime import faults
from greenroom.engines.realtime.configuration import PREFIX_PADDING_MS, SILENCE_MS

PAGE = (Path(__file__).parents[2] / "docs" / "engines.md").read_text()

CODES = [
    *faults.FATAL,
    *faults.BENIGN,
    faults.SESSION_EXPIRED,
    "closed_…",
    "no_heartbeat",
    "protocol_error",
    "engine_unknown_event",
    "engine_malformed_event",
    "engine_error",
]


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_described(code: str) -> None:
    assert f"`{code}`" in PAGE


def test_the_times_are_those_of_the_code() -> None:
    assert f"`prefix_padding_ms` ({PREFIX_PADDING_MS})" in PAGE
    assert f"`silence_duration_ms` ({SILENCE_MS})" in PAGE
