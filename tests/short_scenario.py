"""A scenario of one's own that takes a minute at most."""

from pathlib import Path

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


def flat_viewing(folder: Path) -> Path:
    """Its files, in a folder below this one."""
    made = folder / "flat_viewing"
    made.mkdir()
    (made / "scenario.toml").write_text(SCENARIO)
    (made / "questions.toml").write_text(QUESTIONS)
    return made
