"""`greenroom scenario`: check a scenario of one's own, and try one in text."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from greenroom.cli.failing import Failed
from greenroom.cli.printing import as_json, clock, printable

HELP_OF_TRYING = (
    "Type what you would say; it counts as if it were spoken. An empty line is ten seconds of silence. "
    "/repeat /skip /moment are the page's buttons, /why shows why each line is said, /quit stops."
)
SILENCE_S = 10.0
_CUES = {"/repeat": "repeat", "/skip": "skip", "/moment": "moment"}


def check(
    folder: Annotated[Path, Parameter(help="A scenario's folder, or a folder of such folders.")],
    *,
    json: Annotated[bool, Parameter(name="--json", negative=(), show_default=False, help="For a program.")] = False,
) -> int:
    """Look for mistakes in a scenario: each is named with its file, line and key, and what was expected."""
    from greenroom.scenarios import library
    from greenroom.scenarios.problems import errors_in

    problems = library.check(folder)
    errors = errors_in(problems)
    if json:
        shown = [
            {"file": one.file, "line": one.line, "key": one.key, "text": one.text, "warning": one.warning}
            for one in problems
        ]
        as_json({"ok": not errors, "problems": shown})
    else:
        for problem in problems:
            print(f"{'warning ' if problem.warning else ''}{printable(problem)}")
        print(_summary(len(errors), len(problems) - len(errors)))
    return int(bool(errors))


def try_(
    scenario: Annotated[str, Parameter(help="A scenario's id, or the folder of one of your own.")],
    *,
    set_: Annotated[
        tuple[str, ...],
        Parameter(name="--set", negative=(), help="An entry of the form, as name=value; may be repeated."),
    ] = (),
    round_: Annotated[
        int, Parameter(name="--round", help="How often it was practised before: other questions come.")
    ] = 0,
    seed: Annotated[int, Parameter(help="Another number, other wording.")] = 1,
    why: Annotated[bool, Parameter(negative=(), help="Show why each line is said.")] = False,
) -> int:
    """Hold the conversation of a scenario in the terminal, without sound; time passes as if it were spoken."""
    from greenroom.core.errors import BadConfiguration
    from greenroom.rehearsal import TextSession

    scenario_id, found = _found(scenario)
    config = _given(set_)
    try:
        checked, _ = found.check(_filled_in(found.describe()["fields"], config), "")
    except BadConfiguration as error:
        raise Failed(f"{printable(error)} (fill it in with --set name=value)") from None
    session = TextSession(found.plan(checked, seed, round_), seed, scenario_id=scenario_id, config=checked)
    print(HELP_OF_TRYING, end="\n\n")
    shown = _show(session, 0, why=why)
    for line in _lines():
        if line == "/quit":
            break
        if line == "/why":
            why = not why
        elif line in _CUES:
            session.cue(_CUES[line])
        elif not line:
            session.silence(SILENCE_S)
        elif line.startswith("/"):
            print(HELP_OF_TRYING)
        else:
            session.speak(line)
        shown = _show(session, shown, why=why)
        if session.over:
            print(f"(ended: {session.reason}, after {clock(round(session.elapsed_s * 1000))})")
            break
    return 0


def _found(name: str) -> tuple[str, Any]:
    from greenroom.cli.reaching import settings
    from greenroom.scenarios import library

    folder = Path(name)
    try:
        if folder.is_dir():
            own = library.load(folder.resolve())
            return folder.resolve().name, own[folder.resolve().name]
        known = library.load(settings().scenarios)
        return name, known[name]
    except library.BrokenScenario as error:
        raise Failed(f"the scenario has mistakes:\n{error}") from None
    except KeyError:
        raise Failed(
            f"{printable(name)} is no scenario and no folder of one; there are: {', '.join(library.load())}"
        ) from None


def _given(entries: tuple[str, ...]) -> dict[str, str]:
    given: dict[str, str] = {}
    for entry in entries:
        name, equals, value = entry.partition("=")
        if not equals:
            raise Failed(f"--set takes name=value, not {printable(entry)}")
        given[name] = value
    return given


def _filled_in(fields: list[Mapping[str, Any]], given: dict[str, str]) -> dict[str, Any]:
    """What was given, numbers as numbers; what is required and missing is asked for on a terminal."""
    filled: dict[str, Any] = dict(given)
    for field in fields:
        name = field["name"]
        if field["required"] and name not in given and sys.stdin.isatty():
            filled[name] = input(f"{field['label']}: ")
        if field["kind"] == "number" and name in filled:
            filled[name] = _number(filled[name])
    return filled


def _number(text: str) -> float | int | str:
    try:
        return int(text) if text.strip().lstrip("-").isdigit() else float(text)
    except ValueError:
        return text  # the form says what it takes


def _lines() -> Iterator[str]:
    while True:
        try:
            yield input("> ").strip()
        except EOFError:
            return


def _show(session: Any, shown: int, *, why: bool) -> int:
    """Print what the interviewer said since; how much of the transcript is on the screen then."""
    for said in session.said[shown:]:
        if said.speaker == "interviewer":
            reason = f" ({said.decision.act}: {said.decision.because})" if why and said.decision is not None else ""
            print(f"{clock(round(said.at_s * 1000))}{reason}  {said.text}")
    return len(session.said)


def _summary(errors: int, warnings: int) -> str:
    parts = [f"{errors} mistake{'s' * (errors != 1)}" if errors else "no mistakes"]
    if warnings:
        parts.append(f"{warnings} warning{'s' * (warnings != 1)}")
    return ", ".join(parts)
