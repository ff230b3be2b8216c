"""`make interviews`: whole interviews with simulated candidates, as files for people to read.

    python -m tools.interviews [FOLDER]

One file for each candidate and job; what breaks a promise is told at the end, and makes the exit code 1.
"""

import argparse
import sys
from pathlib import Path

from tests.interviews.candidates import KINDS, Candidate, corpus
from tests.interviews.interview import faults, hold, transcript
from tests.interviews.test_interviews import LENGTHS, STYLES

from greenroom.scenarios import library


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(".build/interviews"))
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    scenario = library.load()["job_interview"]
    held = wrong = 0
    for kind in KINDS:
        for number in range(len(LENGTHS)):
            for index, job in enumerate(corpus("jobs")["jobs"]):
                config = {**job, "lengthMinutes": LENGTHS[number], "style": STYLES[number]}
                interview = hold(scenario, config, Candidate(kind, number), seed=100 * number + index)
                title = (
                    f"{job['jobTitle']}, {LENGTHS[number]} minutes, {STYLES[number]}; the candidate is {interview.name}"
                )
                (folder / f"{interview.name}-{index}.md").write_text(transcript(interview, title))
                held += 1
                for fault in faults(interview):
                    wrong += 1
                    print(f"{interview.name}-{index}: {fault}")
    print(f"{held} interviews in {folder}, {wrong} broken promises")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
