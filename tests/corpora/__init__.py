"""What people say in a practice conversation, judged by hand: the measure of the interviewer's understanding.

The sayings come from what people say, not from the patterns of the code that reads them, so that they can find what the
code misses. A judgement is what a thoughtful listener would make of the words alone; sayings on which two listeners would
disagree are left out. When the code and a corpus disagree, the code is looked at first.

- `endings.toml`: `utterances`, each `{expect, text}`, expect one of end, confirm, none.
- `requests.toml`: `utterances`, each `{expect, text}`, expect one of repeat, moment, skip, dont_know, clarify, time_left,
  asks, off_topic, hostile, language, answer.
- `second.toml`: the same with end and confirm among the others, by somebody else, later.
- `answers.toml`: `answers`, each with `job`, `question`, `text` and `has`, a list out of situation, part, action, result,
  number, learned.
- `candidates.toml`: a table for each kind of candidate (terse, rambling, silent, anxious, hostile, off_topic, asking_back)
  with the lists `answers`, `questions` (when offered to ask) and `declines` (no further question).
- `jobs.toml`: `jobs`, each with `jobTitle`, `company` and `jobDescription`.
"""
