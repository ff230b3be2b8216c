"""Every kind of candidate, five of each, over ten jobs in different fields: hours of talk in seconds."""

import pytest

from greenroom.scenarios import library
from tests.interviews.candidates import KINDS, Candidate, corpus
from tests.interviews.interview import faults, hold

LENGTHS = (5, 10, 20, 10, 5)
STYLES = ("friendly", "neutral", "tough", "friendly", "neutral")


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("kind", KINDS)
def test_simulated_interviews_keep_every_promise(kind: str, number: int) -> None:
    scenario = library.load()["job_interview"]
    wrong: dict[str, list[str]] = {}
    for index, job in enumerate(corpus("jobs")["jobs"]):
        config = {**job, "lengthMinutes": LENGTHS[number], "style": STYLES[number]}
        interview = hold(scenario, config, Candidate(kind, number), seed=100 * number + index)
        if found := faults(interview):
            wrong[job["jobTitle"]] = found
    assert wrong == {}
