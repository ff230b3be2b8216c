"""The banks themselves: enough, short enough, and none twice."""

import re

import pytest

from greenroom.scenarios.customer_service import plan as customer_service
from greenroom.scenarios.job_interview import plan as job_interview
from greenroom.scenarios.questions import GENERAL, Bank, choose, fields_of, weights_of

BANKS = [job_interview.bank(), customer_service.bank()]


@pytest.mark.parametrize("bank", BANKS)
def test_every_question_is_short_and_has_a_rephrase_and_probes(bank: Bank) -> None:
    for question in (*bank.questions, *bank.about_phrase):
        assert len(question.ask.split()) <= 20, question.ask
        assert len(question.rephrase.split()) <= 30
        assert 1 <= len(question.probes) <= 2
        assert all(len(probe.split()) <= 25 for probe in question.probes)
        assert question.field in {*bank.fields, GENERAL}
        assert set(re.findall(r"{(\w+)}", question.ask + question.rephrase)) <= {
            "title",
            "company",
            "phrase",
            "product",
        }
        # A title that says nothing becomes "new": that has to read well.
        assert question.ask.count("{title}") == question.ask.count("{title} role")


@pytest.mark.parametrize("bank", BANKS)
def test_no_question_is_there_twice(bank: Bank) -> None:
    every = (*bank.questions, *bank.about_phrase)
    assert len({question.question_id for question in every}) == len(every)
    assert len({question.ask for question in every}) == len(every)


def test_there_are_enough_for_every_field() -> None:
    bank = job_interview.bank()
    assert len(bank.questions) >= 45
    for field in (*bank.fields, GENERAL):
        assert sum(question.field == field for question in bank.questions) >= 3, field


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Java Developer", "software"),
        ("Registered Nurse", "care"),
        ("Primary School Teacher", "teaching"),
        ("Payroll Accountant", "finance"),
        ("Forklift Driver", "operations"),
        ("Plumber", "trades"),
        ("Barista", "hospitality"),
        ("Sales Representative", "sales"),
        ("UX Designer", "design"),
        ("Legal Secretary", "office"),
    ],
)
def test_a_title_alone_tells_the_field(title: str, field: str) -> None:
    bank = job_interview.bank()
    weights = weights_of(title, "")
    assert fields_of(bank, weights)[0] == field
    assert choose(bank, weights, 3, 1)[0].field == field


def test_a_job_of_no_known_field_gets_what_fits_everyone() -> None:
    bank = job_interview.bank()
    chosen = choose(bank, weights_of("Falconer", ""), 6, 1)
    assert {question.field for question in chosen} == {GENERAL}
    assert len({question.question_id for question in chosen}) == 6


def test_what_the_candidate_wrote_is_never_a_placeholder() -> None:
    config = {"jobTitle": "{company}", "company": "{title}", "jobDescription": "", "lengthMinutes": 5, "style": "tough"}
    assert "{" not in job_interview.make(config, 1).greeting
