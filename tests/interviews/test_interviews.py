"""Every kind of candidate, five of each, over ten jobs in different fields: hours of talk in seconds."""

import pytest

from greenroom.core.understanding import elements_in
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


def asked_in(kind: str, job: dict[str, str], practised: int, minutes: int) -> set[str]:
    """The ids of everything that was asked."""
    scenario = library.load()["job_interview"]
    interview = hold(
        scenario, {**job, "lengthMinutes": minutes}, Candidate(kind, practised), seed=practised, practised=practised
    )
    acts = ("greeting", "question")
    return {one.decision.question_id or "" for one in interview.asked if one.decision and one.decision.act in acts}


@pytest.mark.parametrize(("kind", "minutes"), [("anxious", 20), ("asking_back", 10), ("terse", 5)])
def test_five_rounds_of_practising_again_share_no_question(kind: str, minutes: int) -> None:
    for job in corpus("jobs")["jobs"]:
        rounds = [asked_in(kind, job, practised, minutes) for practised in range(5)]
        assert sum(map(len, rounds)) == len(set[str]().union(*rounds)), job["jobTitle"]
        assert all(len(one) >= 5 for one in rounds)


def test_somebody_who_never_says_a_word_is_waited_for_and_then_let_go() -> None:
    from greenroom.rehearsal import TextSession

    scenario = library.load()["job_interview"]
    config, _ = scenario.check({**corpus("jobs")["jobs"][0], "lengthMinutes": 10}, "")
    session = TextSession(scenario.plan(config, 1), 1)
    session.silence(200)
    acts = [said.decision.act for said in session.said if said.decision is not None]
    assert acts == ["greeting", "patience", "rephrase", "presence"]
    assert session.reason == "silence"


@pytest.mark.parametrize("scenario_id", ["customer_service", "medical_consultation", "language_practice", "sales_call"])
@pytest.mark.parametrize("kind", ["terse", "anxious", "rambling"])
def test_the_other_scenarios_keep_the_length_too(scenario_id: str, kind: str) -> None:
    scenario = library.load()[scenario_id]
    needed = {"product": "coffee machine"} if scenario_id in ("customer_service", "sales_call") else {}
    if scenario_id == "medical_consultation":
        needed = {"concern": "pain in the back"}
    wrong = {
        minutes: found
        for minutes in (5, 10)
        for practised in range(3)
        if (
            found := faults(
                hold(scenario, {**needed, "lengthMinutes": minutes}, Candidate(kind, practised), practised=practised)
            )
        )
    }
    assert wrong == {}


def test_what_an_answer_has_is_found_and_what_it_lacks_is_not() -> None:
    """Over answers that were judged without a look at the cues: a missed element costs a needless probe, a false one a due one."""
    scenario = library.load()["job_interview"]
    config, _ = scenario.check({"jobTitle": "Nurse", "company": "Hill Clinic"}, "")
    elements = scenario.plan(config, 1).elements
    names = {"situation", "part", "action", "result", "number", "learned"}
    right = false = absent = 0
    for answer in corpus("answers")["answers"]:
        found, has = elements_in(elements, answer["text"]) & names, set(answer["has"])
        right += sum((name in found) == (name in has) for name in names)
        false += len(found - has)
        absent += len(names - has)
    assert right >= 0.88 * len(names) * len(corpus("answers")["answers"])
    assert false <= 0.04 * absent
