"""Scenarios of one's own stand beside the shipped ones."""

from pathlib import Path

import pytest

from greenroom.scenarios.library import check, load
from greenroom.scenarios.problems import BrokenScenario
from tests.scenarios.folders import changed, copied


def test_a_folder_of_folders_and_one_folder_are_both_taken(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    for extra in (tmp_path, folder):
        found = load(extra)
        assert next(iter(found)) == "job_interview"
        assert found["orchard"].describe()["title"] == "Talk about work"


def test_ones_own_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    copied(tmp_path).rename(tmp_path / "job_interview")
    assert load(tmp_path)["job_interview"].describe()["title"] == "Talk about work"
    assert list(load(tmp_path)) == list(load())


def test_a_broken_one_is_refused_at_once_with_all_its_mistakes(tmp_path: Path) -> None:
    one = copied(tmp_path)
    other = one.rename(tmp_path / "other")
    copied(tmp_path)
    changed(other, "scenario.toml", 'title = "Talk about work"', "title = 1")
    changed(one, "questions.toml", 'level = "junior"', 'level = "small"')
    with pytest.raises(BrokenScenario) as broken:
        load(tmp_path)
    files = {problem.file for problem in broken.value.problems}
    assert files == {"other/scenario.toml", "orchard/questions.toml"}


def test_a_folder_without_scenarios_is_an_error(tmp_path: Path) -> None:
    for empty in (tmp_path, tmp_path / "missing"):
        with pytest.raises(BrokenScenario, match=r"expected a folder with a scenario.toml"):
            load(empty)


def test_a_folder_with_questions_alone_lacks_its_other_file(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "scenario.toml").unlink()
    assert "orchard/scenario.toml: expected a file, found none" in [str(problem) for problem in check(tmp_path)]


def test_a_folders_name_is_an_id(tmp_path: Path) -> None:
    copied(tmp_path).rename(tmp_path / "My Talk")
    assert any("expected a folder's name of small letters" in str(problem) for problem in check(tmp_path))
