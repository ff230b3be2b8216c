"""Dealing questions out to rounds, so that practising again is another conversation that is as good."""

from collections import Counter
from collections.abc import Iterable, Sequence

from greenroom.scenarios.fitting import Fitting
from greenroom.scenarios.schema import ROUNDS

SAME_COMPETENCY = 1.8
"""What a question loses for one of its competency that is asked already; for two, three times as much."""


def deal(ranked: Sequence[Fitting], needed: int) -> list[list[Fitting]]:
    """Shares for the rounds, none with a question of another, each with at least `needed` where there are so many.

    Of each row of the ranking, every share gets one: that makes them equally good. Which one it gets is the one whose
    competency it has least.
    """
    rounds = max(1, min(ROUNDS, len(ranked) // max(1, needed)))
    shares: list[list[Fitting]] = [[] for _ in range(rounds)]
    had: list[Counter[str]] = [Counter() for _ in range(rounds)]
    for row, start in enumerate(range(0, len(ranked), rounds)):
        # To and fro: who chose last chooses first.
        open_ones = list(range(rounds)) if row % 2 == 0 else list(reversed(range(rounds)))
        for one in ranked[start : start + rounds]:
            competency = one.question.competency
            taker = min(open_ones, key=lambda share: had[share][competency])
            open_ones.remove(taker)
            shares[taker].append(one)
            had[taker][competency] += 1
    return shares


def spread(share: Sequence[Fitting], count: int, asked: Iterable[str] = ()) -> list[Fitting]:
    """So many of a share: what fits best, of competencies as different as can be from each other and those `asked`."""
    left, chosen = list(share), list[Fitting]()
    had = Counter(asked)
    while left and len(chosen) < count:
        best = max(left, key=lambda one: one.fit - _loss(had[one.question.competency]))
        left.remove(best)
        chosen.append(best)
        had[best.question.competency] += 1
    return chosen


def _loss(asked: int) -> float:
    return SAME_COMPETENCY * asked * (asked + 1) / 2


def further(chosen: Sequence[Fitting], rest: Sequence[Fitting], most: int | None) -> list[list[Fitting]]:
    """For each chosen one, at most so many of the rest (None: all of them): its own competency first, then what fits."""
    left = list(rest)
    found: list[list[Fitting]] = [[] for _ in chosen]
    depth = 0
    while left and chosen and (most is None or depth < most):
        for one, own in zip(chosen, found, strict=True):
            alike = [other for other in left if other.question.competency == one.question.competency]
            # A second one only where it belongs: what else there is may be asked at any time.
            if alike or (left and (depth == 0 or most is None)):
                own.append((alike or left)[0])
                left.remove(own[-1])
        depth += 1
    return found
