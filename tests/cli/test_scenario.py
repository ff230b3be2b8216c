"""`greenroom scenario`: what an author meets."""

import json
from pathlib import Path

import pytest

from greenroom.cli.app import main


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lines that are typed one after the other; then the end of the input."""
    lines: list[str] = []

    def read(prompt: str = "") -> str:
        if not lines:
            raise EOFError
        return lines.pop(0)

    monkeypatch.setattr("builtins.input", read)
    return lines


def test_a_whole_conversation_is_held_in_the_terminal(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    typed += ["I like to cook.", "/why", "Could you repeat that?", "/skip", "", "Let's stop here."]
    job = ["--set", "jobTitle=Gardener", "--set", "company=Oakfield Park", "--set", "lengthMinutes=5"]
    assert main(["scenario", "try", "job_interview", *job]) == 0
    shown = capsys.readouterr().out
    assert "Gardener role at Oakfield Park" in shown
    assert "(repeat: asked_to_repeat)" in shown
    assert "(question: asked_to_skip)" in shown
    assert "(patience: silence)" in shown
    assert "(farewell: asked_to_end)" in shown
    assert "(ended: user_ended" in shown


def test_what_is_missing_in_the_form_is_named(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", "try", "job_interview", "--set", "jobTitle=Gardener"]) == 1
    assert "company is required" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["try", "cooking"], "there are: job_interview"),
        (["try", "job_interview", "--set", "jobTitle"], "name=value"),
        (["check", "/nowhere"], "expected a folder"),
    ],
)
def test_what_can_not_be_done_is_said(command: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", *command]) == 1
    printed = capsys.readouterr()
    assert said in printed.out + printed.err


def test_shipped_scenarios_have_no_mistakes_and_a_broken_one_names_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import greenroom.scenarios

    shipped = Path(next(iter(greenroom.scenarios.__path__)))
    assert main(["scenario", "check", str(shipped), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "problems": []}
    broken = tmp_path / "broken"
    broken.mkdir()
    text = (shipped / "sales_call" / "scenario.toml").read_text()
    (broken / "scenario.toml").write_text(text.replace('kind = "opening"', 'kind = "openning"', 1))
    (broken / "questions.toml").write_bytes((shipped / "sales_call" / "questions.toml").read_bytes())
    line = text.splitlines().index('kind = "opening"') + 1
    assert main(["scenario", "check", str(broken)]) == 1
    assert f"scenario.toml:{line}: steps" in capsys.readouterr().out
