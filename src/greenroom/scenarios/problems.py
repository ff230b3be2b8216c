"""What is wrong with a scenario folder, told so that its author finds it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake, or, as a warning, something that works but will not serve well."""

    file: str
    line: int
    """From 1; 0 when it is about the whole file."""
    key: str
    text: str
    """What was expected and what was found."""
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.key, self.text) if part)


def errors_in(problems: Iterable[Problem]) -> list[Problem]:
    """Those with which the scenario can't be used."""
    return [problem for problem in problems if not problem.warning]


class BrokenScenario(Exception):
    """Scenario folders can't be used. The message has a line for each mistake in them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = errors_in(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
