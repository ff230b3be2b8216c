"""`greenroom check`: proves the session management of a running server from outside."""

import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

from greenroom.cli.printing import as_json, printable
from greenroom.cli.reaching import run, server_url

if TYPE_CHECKING:
    from greenroom.cli.checking.result import Result

SHOWN_FAILURES = 5


def check(
    *,
    url: Annotated[
        str | None, Parameter(help="The server; by default the one that runs with the settings here.")
    ] = None,
    cycles: Annotated[int, Parameter(help="Whole calls to make.", validator=validators.Number(gte=1))] = 60,
    json: Annotated[bool, Parameter(name="--json", negative=(), show_default=False, help="For a program.")] = False,
) -> int:
    """Prove that a running server manages its sessions: cycles, endings, resumes, isolation, tickets, cleanup.

    It makes a few hundred sessions and needs an engine that works. With a limit on connections in force it waits where it
    is told to: set GREENROOM_CONNECTS_PER_IP_PER_MINUTE=0 on the server to have it quick.
    """
    at = server_url(url)
    results, waited_s = run(_check(at, cycles))
    passed = all(result.passed for result in results)
    if json:
        as_json(
            {"passed": passed, "waitedSeconds": round(waited_s, 1), "checks": [result.as_json() for result in results]}
        )
    else:
        _show(results, waited_s)
    return 0 if passed else 1


async def _check(url: str, cycles: int) -> "tuple[list[Result], float]":
    from greenroom.cli.checking import cleanup, configuring, endings, isolation, resuming, tickets
    from greenroom.cli.checking import cycles as cycling
    from greenroom.cli.checking.ground import Ground

    progress = _Progress()
    async with Ground(url, progress.show) as ground:
        await cycling.warm_up(ground)
    waited_s = ground.waited_s
    before = await cleanup.quiet(url)
    async with Ground(url, progress.show) as ground:
        results = [
            await cycling.whole_calls(ground, cycles),
            await cycling.rapid_connects(ground),
            await configuring.configurations(ground),
            await endings.endings(ground),
            await resuming.resumes(ground),
            await isolation.isolation(ground),
            await tickets.tickets(ground),
        ]
    # Counted when our own connections are closed as well.
    progress.show("cleanup")
    results.append(await cleanup.settled(url, before))
    progress.done()
    return results, waited_s + ground.waited_s


class _Progress:
    """What is being done, in one line on a terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def show(self, text: str) -> None:
        if self._shown:
            sys.stderr.write(f"\r\x1b[K{text} …")
            sys.stderr.flush()

    def done(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")


def _show(results: "list[Result]", waited_s: float) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("check", "", "count", "time of", "p50 ms", "p99 ms", "limit ms")
    for index in (2, 4, 5, 6):
        table.columns[index].justify = "right"
    for result in results:
        shown = result.as_json()
        figures = ("" if shown[name] is None else f"{shown[name]:g}" for name in ("p50Ms", "p99Ms", "limitMs"))
        outcome = "[green]ok[/]" if result.passed else "[red]FAILED[/]"
        table.add_row(result.name, outcome, str(result.tried), result.timed, *figures)
    console = Console(soft_wrap=not sys.stdout.isatty())
    console.print(table)
    for result in results:
        for wrong in result.wrong[:SHOWN_FAILURES]:
            console.print(f"  {result.name}: {printable(wrong)}", markup=False, highlight=False)
        if len(result.wrong) > SHOWN_FAILURES:
            console.print(f"  … and {len(result.wrong) - SHOWN_FAILURES} more", highlight=False)
        if result.note:
            console.print(f"  {result.name}: {result.note}", markup=False, highlight=False)
    if waited_s:
        console.print(f"  waited {waited_s:.0f} s for the server's own limits", highlight=False)
