"""A whole conversation by voice, from greeting to farewell, in a scenario of one's own that takes a minute.

The ten long ones over all scenarios are `python -m benchmarks conversations`.
"""

import asyncio
from pathlib import Path

import pytest
from benchmarks.conversations import ANSWERS, converse, transcriber
from benchmarks.server import greenroom

pytestmark = [pytest.mark.speech, pytest.mark.timeout(180)]

SCENARIO = """
title = "Flat viewing"
description = "The owner of a flat wants to get to know you."

[[fields]]
name = "lengthMinutes"
label = "Length"
kind = "choice"
default = 1
choices = [{ value = 1, label = "One minute" }]

[styles.default]
manner = "friendly"
greetings = ["Hello, and thank you for coming to see the flat."]
farewells = ["Thank you for coming. I will call you tomorrow. Goodbye."]

[elements.example]
cues = ["for example"]

[wants]
story = ["example"]

[probes]
example = ["Can you give me an example?"]

[[steps]]
id = "warm-up"
title = "Warm-up"
kind = "opening"
seconds = 15

[[steps]]
id = "questions"
title = "Questions"
kind = "questions"
count = 1

[[steps]]
id = "your-questions"
title = "Your questions"
kind = "candidate_questions"
seconds = 12

[[steps]]
id = "close"
title = "Close"
kind = "close"
seconds = 10
"""
QUESTIONS = """
[[questions]]
group = "warm-up"
ask = "How did you hear about this flat?"

[[questions]]
wants = "story"
ask = "What do you do for a living?"

[[questions]]
wants = "story"
ask = "What would your neighbours say about you?"

[[questions]]
wants = "story"
ask = "How long would you like to stay?"

[[questions]]
group = "your-questions"
ask = "What would you like to know about the flat?"
"""


async def test_the_farewell_is_heard_to_its_end_and_the_line_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "flat_viewing"
    folder.mkdir()
    (folder / "scenario.toml").write_text(SCENARIO)
    (folder / "questions.toml").write_text(QUESTIONS)
    with greenroom({"GREENROOM_SCENARIOS": str(folder)}) as (port, _):
        url = f"http://127.0.0.1:{port}"
        async with asyncio.timeout(150):
            outcome = await converse(url, "flat_viewing", {}, 0.9, transcriber(), ANSWERS["language_practice"])
    assert outcome.faults(None) == []
    assert outcome.farewell.endswith("Thank you for coming. I will call you tomorrow. Goodbye.")
    assert outcome.turns >= 6
    assert outcome.minutes < 1.5
