"""A whole conversation by voice, from greeting to farewell, in a scenario of one's own that takes a minute.

The ten long ones over all scenarios are `python -m benchmarks conversations`.
"""

import asyncio
from pathlib import Path

import pytest
from benchmarks.conversations import ANSWERS, converse, transcriber
from benchmarks.server import greenroom

from tests.short_scenario import flat_viewing

pytestmark = [pytest.mark.speech, pytest.mark.timeout(180)]


async def test_the_farewell_is_heard_to_its_end_and_the_line_is_closed(tmp_path: Path) -> None:
    with greenroom({"GREENROOM_SCENARIOS": str(flat_viewing(tmp_path))}) as (port, _):
        url = f"http://127.0.0.1:{port}"
        async with asyncio.timeout(150):
            outcome = await converse(url, "flat_viewing", {}, 0.9, transcriber(), ANSWERS["language_practice"])
    assert outcome.faults(None) == []
    assert outcome.farewell.endswith("Thank you for coming. I will call you tomorrow. Goodbye.")
    assert outcome.turns >= 6
    assert outcome.minutes < 1.5
