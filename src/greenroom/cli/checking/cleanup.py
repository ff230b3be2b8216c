"""What is left on the server when everybody has gone, by its own counting."""

import asyncio
from dataclasses import dataclass

from greenroom.cli.checking.ground import Ground
from greenroom.cli.checking.result import Result

BACK_WITHIN_S = 40.0
ASK_EVERY_S = 0.25
SPARE = {"process_open_fds": 3.0, "greenroom_tasks": 1.0}
"""A database opens a file for itself now and then, and the request that asks is a task."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures that must come back to where they were."""

    figures: dict[str, float]

    def above(self, before: "Standing") -> dict[str, tuple[float, float]]:
        """Which of them are higher than before, with both values."""
        return {
            name: (before.figures.get(name, 0.0), value)
            for name, value in self.figures.items()
            if value > before.figures.get(name, 0.0) + SPARE.get(name, 0.0)
        }


async def standing(ground: Ground) -> Standing:
    """As the server counts it now."""
    figures = await ground.visitor.metrics()
    watched = ("greenroom_sessions_live", "greenroom_legs_open", "greenroom_tasks", "process_open_fds")
    return Standing({name: value for name, value in figures.items() if name.partition("{")[0] in watched})


async def settled(ground: Ground, before: Standing) -> Result:
    """Wait until every figure is back, and no longer than a grace and a heartbeat take."""
    result = Result("cleanup, counted on the server (time: until all is back)", BACK_WITHIN_S * 1000)
    ground.progress("cleanup")
    loop = asyncio.get_running_loop()
    began = loop.time()
    now = await standing(ground)
    while now.above(before) and loop.time() - began < BACK_WITHIN_S:
        # The fact is on another machine: it can only be asked for.
        await asyncio.sleep(ASK_EVERY_S)
        now = await standing(ground)
    result.took(loop.time() - began)
    result.tried = len(now.figures)
    for name, (was, is_) in now.above(before).items():
        result.wrong.append(f"{name} was {was:g} and is {is_:g}")
    result.note = ", ".join(
        f"{name} {before.figures.get(name, 0):g} -> {value:g}" for name, value in now.figures.items()
    )
    return result
