"""Simulated candidates: what each kind does when it is asked something. The lines are in `tests/corpora/candidates.toml`."""

import random
import tomllib
from collections.abc import Callable
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

from greenroom.core.plan import Plan
from greenroom.rehearsal import TextSession

CORPORA = Path(__file__).parents[1] / "corpora"
KINDS = ("terse", "rambling", "silent", "anxious", "hostile", "off_topic", "asking_back")


@cache
def corpus(name: str) -> dict[str, Any]:
    return tomllib.loads((CORPORA / f"{name}.toml").read_text())


class Candidate:
    """One person of a kind; another number is another person of it."""

    def __init__(self, kind: str, number: int) -> None:
        self.kind = kind
        self.name = f"{kind}-{number}"
        self._random = random.Random(f"{kind} {number}")
        lines = corpus("candidates")[kind]
        self._answers = cycle(self._shuffled(lines["answers"]))
        self._questions = iter(self._shuffled(lines["questions"])[: self._random.randint(0, 3)])
        self._declines = cycle(self._shuffled(lines["declines"]))
        self._manner: Callable[[TextSession], None] = getattr(self, f"_{kind}")

    def respond(self, session: TextSession, plan: Plan) -> None:
        """Whatever this person does now that it has the floor."""
        decision = session.last.decision
        step = next(step for step in plan.steps if decision is not None and step.step_id == decision.step_id)
        if decision is not None and decision.act == "confirm":
            session.speak("No, let's go on.")
        elif step.kind == "candidate_questions":
            session.speak(next(self._questions, None) or next(self._declines))
        else:
            self._manner(session)

    def _terse(self, session: TextSession) -> None:
        session.speak(next(self._answers))

    def _rambling(self, session: TextSession) -> None:
        answers = 2 if self._random.random() < 0.3 else 1
        session.speak(" ".join(next(self._answers) for _ in range(answers)))

    def _silent(self, session: TextSession) -> None:
        session.silence(self._random.choice((3, 12, 12, 25, 25, 50)))
        if not session.over:
            session.speak(next(self._answers))

    def _anxious(self, session: TextSession) -> None:
        session.silence(self._random.uniform(2, 7))
        if self._random.random() < 0.2:
            session.speak("Sorry, could I have a moment to think?")
            session.silence(self._random.uniform(5, 14))
        session.speak(next(self._answers))

    def _hostile(self, session: TextSession) -> None:
        session.speak(next(self._answers))

    _off_topic = _asking_back = _hostile

    def _shuffled(self, lines: list[str]) -> list[str]:
        return self._random.sample(lines, len(lines))
