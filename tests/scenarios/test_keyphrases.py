"""Phrases have to fit behind "the description mentions"."""

import pytest

from greenroom.scenarios.keyphrases import extract


def texts(description: str, *known: str) -> list[str]:
    return [phrase.text for phrase in extract(description, known)]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("- Design and operate REST APIs in Python", "designing and operating REST APIs in Python"),
        ("You will assess patients and keep records.", "assessing patients"),
        ("You'll support families at a difficult time.", "supporting families at a difficult time"),
        ("Experience in wound care is an advantage.", "wound care"),
        ("3+ years of experience with Kubernetes and AWS", "Kubernetes"),
        ("Clean driving licence.", "clean driving licence"),
        ("Stock control skills wanted", "stock control"),
        ("Lead a team of twelve store managers.", "leading a team of twelve store managers"),
        ("Picking and packing orders with handheld scanners", "picking and packing orders with handheld scanners"),
        ("Own our CI/CD pipeline", "owning the CI CD pipeline"),
        ("Knowledge of Xero.", "Xero"),
        ("Knowledge of French cuisine a plus.", "French cuisine"),
        ("You'll make great coffee, keep the bar spotless and handle cash.", "making great coffee"),
        ("Monitor portion and waste control.", "waste control"),
        ("You will work in a team of three, fit inverters and storage units.", "fitting inverters and storage units"),
        ("You visit practices, show new products.", "showing new products"),
        ("You will help residents with washing, support them with activities.", "helping residents with washing"),
    ],
)
def test_what_a_job_is_about_is_found(description: str, expected: str) -> None:
    assert expected in texts(description)


def test_activities_are_told_from_things() -> None:
    found = {phrase.text: phrase.doing for phrase in extract("Manage stock levels. Knowledge of Xero.")}
    assert found == {"managing stock levels": True, "Xero": False}


@pytest.mark.parametrize(
    "description",
    ["Competitive salary, pension and 25 days of holiday.", "Apply at https://example.org/jobs", "We are an equal opportunity employer.", ""],
)  # fmt: skip
def test_boilerplate_is_not_asked_about(description: str) -> None:
    assert texts(description) == []


@pytest.mark.parametrize(
    "description",
    ["Training takes three weeks.", "You report to the ward manager.", "New nurses are guided for eight weeks.", "The post is part time."],
)  # fmt: skip
def test_what_is_no_part_of_the_work_is_not_asked_about(description: str) -> None:
    assert texts(description) == []


def test_no_two_phrases_are_about_the_same() -> None:
    assert len(texts("Manage stock. Managing stock levels. Experience of stock.")) == 1
