"""Word vectors tell what is near in meaning; without them terms alone decide."""

import threading
from pathlib import Path

import pytest

from greenroom.scenarios import vectors
from greenroom.scenarios.library import load
from tests.scenarios.folders import ORCHARD, orchard


@pytest.fixture
def known() -> vectors.Vectors:
    found = vectors.loaded()
    if found is None:
        pytest.skip("the packages of the local extra are not installed")
    return found


def test_what_is_near_in_meaning_is_near(known: vectors.Vectors) -> None:
    nurse, ward, code = known.of(["nurse hospital", "patient on the ward", "compile source code"])
    assert float(nurse @ ward) > float(nurse @ code) + 0.1


def test_a_field_that_shares_words_but_not_the_meaning_is_left_out(known: vectors.Vectors) -> None:
    scenario = load()["job_interview"]
    config, _ = scenario.check({"jobTitle": "Warehouse operative", "company": "Bransby"}, "")
    plan = scenario.plan(config, 1)
    of = {question.question_id: question.field for question in scenario.content.questions}
    fields = {of.get(question.question_id) for step in plan.steps for question in step.questions}
    assert "operations" in fields
    assert "data" not in fields


def test_a_text_without_words_and_one_with_half_a_character_are_no_trouble(known: vectors.Vectors) -> None:
    found = known.of(["", "\ud800", "x" * 100_000])
    assert found.shape == (3, known.width)
    assert float(abs(found[0]).sum()) == 0


def test_threads_load_them_once() -> None:
    found: list[vectors.Vectors | None] = []
    threads = [threading.Thread(target=lambda: found.append(vectors.loaded())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1


def test_without_them_there_is_a_plan_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "loaded", lambda: None)
    scenario = orchard()
    config, _ = scenario.check({"trade": "Baker", "place": "The mill"}, "")
    plan = scenario.plan(config, 1)
    assert any(question.question_id.startswith("baking") for step in plan.steps for question in step.questions)


def test_packages_that_are_missing_mean_no_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_name: str) -> None:
        return None

    monkeypatch.setattr(vectors, "find_spec", none)
    assert vectors._load() is None


def test_scenarios_can_be_warmed_up_ahead() -> None:
    scenario = load(Path(ORCHARD))["orchard"]
    scenario.warm_up()
    assert "_made" in scenario.__dict__
