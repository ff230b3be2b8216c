"""What is left on the server when everybody has gone, by its own counting."""

import asyncio
from dataclasses import dataclass

from greenroom.cli.checking.result import Result
from greenroom.practice_client.rest import Rest

BACK_WITHIN_S = 40.0
ASK_EVERY_S = 0.25
QUIET_TRIES = 40
SPARE = {"process_open_fds": 10.0, "greenroom_tasks": 1.0}
"""A database keeps a few connections for reading, once there were several readers at a time, with two files each; a
periodic task may just run. One file kept for each of the hundreds of sessions and sockets is far above that."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures that must come back to where they were."""

    figures: dict[str, float]

    def above(self, before: "Standing", *, spare: bool = True) -> dict[str, tuple[float, float]]:
        """Which of them are higher than before, with both values."""
        return {
            name: (before.figures.get(name, 0.0), value)
            for name, value in self.figures.items()
            if value > before.figures.get(name, 0.0) + (SPARE.get(name, 0.0) if spare else 0.0)
        }


async def standing(url: str) -> Standing:
    """As the server counts it now, with no connection open but the one that asks."""
    async with Rest(url) as rest:
        figures = await rest.metrics()
    watched = ("greenroom_sessions_live", "greenroom_legs_open", "greenroom_tasks", "process_open_fds")
    return Standing({name: value for name, value in figures.items() if name.partition("{")[0] in watched})


async def quiet(url: str) -> Standing:
    """The figures to come back to: when they have stopped falling."""
    least = await standing(url)
    for _ in range(QUIET_TRIES):
        await asyncio.sleep(ASK_EVERY_S)
        now = await standing(url)
        if not least.above(now, spare=False):
            break
        least = now
    return least


async def settled(url: str, before: Standing) -> Result:
    """Wait until every figure is back, and no longer than a grace and a heartbeat take."""
    result = Result("cleanup", "until all is back", BACK_WITHIN_S * 1000)
    loop = asyncio.get_running_loop()
    began = loop.time()
    now = await standing(url)
    while now.above(before) and loop.time() - began < BACK_WITHIN_S:
        # The fact is in another process: it can only be asked for.
        await asyncio.sleep(ASK_EVERY_S)
        now = await standing(url)
    result.tried = len(now.figures)
    for name, (was, is_) in now.above(before).items():
        result.wrong.append(f"{name} was {was:g} and is {is_:g} after {BACK_WITHIN_S:g} s")
    if not result.wrong:
        result.took(loop.time() - began)
    changed = (f"{name} {before.figures.get(name, 0):g} -> {value:g}" for name, value in now.figures.items())
    result.note = ", ".join(changed)
    return result
