"""What comes with Greenroom: without a mistake or a warning, and its interview good for five practices of any job."""

import tomllib
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import greenroom.scenarios
from greenroom.core.plan import Plan, Question
from greenroom.scenarios.folder import FolderScenario
from greenroom.scenarios.library import check, load
from greenroom.scenarios.schema import ROUNDS

SHIPPED = Path(greenroom.scenarios.__file__).parent
JOBS: list[dict[str, str]] = tomllib.loads((Path(__file__).parents[1] / "corpora" / "jobs.toml").read_text("utf-8"))[
    "jobs"
]


def interview() -> FolderScenario:
    return load()["job_interview"]


@cache
def plans(job: int, minutes: int) -> tuple[Plan, ...]:
    config, _ = interview().check({**JOBS[job], "lengthMinutes": minutes}, "")
    return tuple(interview().plan(config, 1, round_) for round_ in range(ROUNDS))


def asked(plan: Plan) -> list[Question]:
    """What the steps themselves ask; the opening and the candidate's turn left out."""
    return [question for step in plan.steps if step.kind == "questions" for question in step.questions]


def field_of(question_id: str) -> str:
    every = {question.question_id: question.field for question in interview().content.questions}
    return every.get(question_id, "")


def test_every_shipped_folder_is_clean() -> None:
    assert [str(problem) for problem in check(SHIPPED)] == []


@pytest.mark.parametrize("minutes", [5, 10, 20])
@pytest.mark.parametrize("job", range(len(JOBS)), ids=[job["jobTitle"] for job in JOBS])
def test_five_practices_of_a_job_share_no_question(job: int, minutes: int) -> None:
    for one, other in combinations(plans(job, minutes), 2):
        ids = [{question.question_id for question in asked(plan)} for plan in (one, other)]
        prompts = [{step.questions[0].prompt for step in plan.steps if step.questions} for plan in (one, other)]
        assert not ids[0] & ids[1]
        assert not prompts[0] & prompts[1]


@pytest.mark.parametrize("job", range(len(JOBS)), ids=[job["jobTitle"] for job in JOBS])
def test_competencies_are_spread(job: int) -> None:
    for plan in plans(job, 20):
        mains = [step.questions[0].competency for step in plan.steps if step.kind == "questions"]
        assert max(Counter(mains).values()) <= 2, mains
        assert len(set(mains)) >= len(mains) - 2, mains


@pytest.mark.parametrize("job", range(len(JOBS)), ids=[job["jobTitle"] for job in JOBS])
def test_every_practice_asks_about_the_advertisement_or_the_trade(job: int) -> None:
    config, _ = interview().check(JOBS[job], "")
    for plan in plans(job, 10):
        mains = [step.questions[0] for step in plan.steps if step.kind == "questions"]
        own = [one for one in mains if field_of(one.question_id) != "general"]
        assert len(own) >= len(mains) / 2, [one.prompt for one in mains]
        assert config["company"].split()[0] in plan.instructions


def test_a_nurse_is_asked_about_nursing_and_never_about_software() -> None:
    nurse = next(index for index, job in enumerate(JOBS) if "Nurse" in job["jobTitle"])
    fields = [field_of(one.question_id) for plan in plans(nurse, 20) for one in (*asked(plan), *plan.spare)]
    assert not {"software", "data", "sales", "finance"} & set(fields)
    for plan in plans(nurse, 10):
        assert any(field_of(one.question_id) in {"nursing", "care", "health"} for one in asked(plan))


def test_two_jobs_are_not_asked_the_same() -> None:
    mains: list[set[Any]] = [
        {step.questions[0].prompt for step in plans(job, 10)[0].steps if step.kind == "questions"}
        for job in range(len(JOBS))
    ]
    for one, other in combinations(mains, 2):
        assert len(one & other) <= 1


@pytest.mark.speech
def test_every_farewell_is_spoken_in_under_seven_seconds() -> None:
    """It is played to its last mark within eight seconds; measured with the embedded voice."""
    pytest.importorskip("hibari")
    from greenroom.localvoice.text_to_speech import SAMPLE_RATE_HZ, Hibari, sentences

    voice = Hibari()
    farewells = {
        farewell
        for scenario in load().values()
        for style in scenario.content.styles.values()
        for farewell in style.farewells
    }
    for farewell in farewells:
        assert sum(len(voice.speak(sentence)) for sentence in sentences(farewell)) / SAMPLE_RATE_HZ < 7, farewell
