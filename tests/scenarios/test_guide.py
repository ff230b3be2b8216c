"""The author's guide: its example works as it is printed, and nothing of the format is left out."""

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from greenroom.core.plan import Lines
from greenroom.scenarios import form_file, questions_file, scenario_file, steps_file
from greenroom.scenarios.content import content_of
from greenroom.scenarios.library import check, load

GUIDE = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"`(flat_viewing/[a-z]+\.toml)`:\n\n```toml\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def flat_viewing(tmp_path: Path) -> Path:
    folder = tmp_path / "flat_viewing"
    folder.mkdir()
    for name, text in EXAMPLE:
        (tmp_path / name).write_text(text, encoding="utf-8")
    return folder


def test_the_example_is_small_and_works(flat_viewing: Path) -> None:
    assert [name for name, _ in EXAMPLE] == ["flat_viewing/scenario.toml", "flat_viewing/questions.toml"]
    assert sum(len(text.splitlines()) for _, text in EXAMPLE) < 50
    problems = check(flat_viewing)
    assert all(problem.warning for problem in problems), [str(problem) for problem in problems]
    assert len(problems) == 3


def test_the_example_makes_plans_of_every_length(flat_viewing: Path) -> None:
    scenario = load(flat_viewing)["flat_viewing"]
    for minutes, count in ((5, 2), (10, 4), (20, 9)):
        config, voice = scenario.check({"lengthMinutes": minutes}, "")
        plan = scenario.plan(config, 1)
        assert voice == "heart"
        assert sum(step.seconds for step in plan.steps) == minutes * 60
        assert [step.kind for step in plan.steps].count("questions") == count
        assert "Flat viewing" in plan.instructions
        assert "friendly and curious" in plan.instructions


def test_the_mistake_that_is_shown_is_told_like_that(flat_viewing: Path) -> None:
    file = flat_viewing / "questions.toml"
    file.write_text(file.read_text("utf-8").replace('"How did you hear about this flat?"', "5"), encoding="utf-8")
    told = re.search(r"```text\n(.*?)\n```", GUIDE, re.DOTALL)
    assert told is not None
    assert told[1] in [str(problem) for problem in check(flat_viewing)]


def test_every_piece_of_toml_is_toml() -> None:
    pieces = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert len(pieces) == 6
    for piece in pieces:
        tomllib.loads(piece)


def test_every_key_is_described() -> None:
    keys = set(scenario_file.TOP) | {field.name for field in dataclasses.fields(Lines)}
    for module in (form_file, questions_file, scenario_file, steps_file):
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        keys |= set(re.findall(r'\.(?:text|texts|number|yes_or_no|one_of|value|tables|table)\(\s*"([a-z_]+)"', source))
    missing = [key for key in sorted(keys - {"value"}) if f"`{key}`" not in GUIDE and f"[{key}" not in GUIDE]
    assert missing == []


def test_the_smallest_scenario_is_smaller_still(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    scenario = 'title = "Tiny"\ndescription = "Small."\n[styles.default]\ngreetings = ["Hello."]\n'
    (folder / "scenario.toml").write_text(scenario + '[[steps]]\nid = "a"\ntitle = "A"\nkind = "opening"\n'
        '[[steps]]\nid = "b"\ntitle = "B"\nkind = "questions"\ncount = 1\n'
        '[[steps]]\nid = "c"\ntitle = "C"\nkind = "candidate_questions"\n[[steps]]\nid = "d"\ntitle = "D"\nkind = "close"\n')  # fmt: skip
    (folder / "questions.toml").write_text('[[questions]]\ngroup = "a"\nask = "Who?"\n[[questions]]\ngroup = "b"\nask = "Why?"\n')  # fmt: skip
    assert content_of(folder).steps[1].count == {5: 1, 10: 1, 20: 1}
