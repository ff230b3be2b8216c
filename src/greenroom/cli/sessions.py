"""`greenroom sessions`: what the operator sees and does, over the server's public interface."""

import sys
from typing import Annotated, Any

from cyclopts import Parameter

from greenroom.cli.failing import Failed
from greenroom.cli.printing import as_json, printable
from greenroom.cli.reaching import admin_token, run, server_url

Url = Annotated[str | None, Parameter(help="The server; by default the one that runs with the settings here.")]
Json = Annotated[bool, Parameter(name="--json", negative=(), show_default=False, help="For a program.")]
SessionId = Annotated[str, Parameter(help="The session's id.")]


def list_sessions(*, url: Url = None, json: Json = False) -> None:
    """List the sessions, the newest first."""

    async def work() -> list[dict[str, Any]]:
        async with _operator(url) as rest:
            return await rest.sessions()

    found = run(work())
    if json:
        as_json(found)
        return
    if not found:
        print("No sessions.")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("session", "status", "channel", "scenario", "made", "reason")
    for entry in found:
        columns = ("sessionId", "status", "channel", "scenarioId", "createdAt", "reason")
        table.add_row(*(printable(entry.get(column) or "") for column in columns))
    Console(soft_wrap=not sys.stdout.isatty()).print(table)


def show(session_id: SessionId, /, *, url: Url = None, json: Json = False) -> None:
    """Show one session: its state, its form and what was said."""

    async def work() -> tuple[dict[str, Any], list[dict[str, Any]]]:
        async with _operator(url) as rest:
            return await rest.session(session_id), await rest.events(session_id)

    session, events = run(work())
    if json:
        as_json({**session, "events": events})
        return
    from greenroom.cli.live import LiveTranscript

    for name in ("sessionId", "status", "reason", "channel"):
        if session.get(name):
            print(f"{name}: {printable(session[name])}")
    for name, value in _form(session).items():
        print(f"{name}: {printable(value)}")
    transcript = LiveTranscript()
    for event in events:
        transcript.show(event)


def watch(session_id: SessionId, /, *, url: Url = None, json: Json = False) -> None:
    """Watch a session live, from its beginning to its end; a lost connection is taken up again where it was."""
    from greenroom.cli.live import LiveTranscript
    from greenroom.practice_client.observer import Observer

    transcript = LiveTranscript()

    def reconnecting(delay_s: float, why: str) -> None:
        if not json:
            transcript.line(f"-- {printable(why)}; again in {delay_s:.1f} s")

    async def work() -> None:
        async with _operator(url) as rest:
            show_one = as_json if json else transcript.show
            await Observer(rest, session_id, show_one, on_reconnect=reconnecting).run()

    run(work())


def end(session_id: SessionId, /, *, url: Url = None) -> None:
    """End a session."""

    async def work() -> None:
        async with _operator(url) as rest:
            await rest.end(session_id)

    run(work())
    print(f"Ended {printable(session_id)}.")


def erase(session_id: SessionId, /, *, url: Url = None) -> None:
    """End a session if it is live, and delete all that is kept of it."""

    async def work() -> None:
        async with _operator(url) as rest:
            await rest.erase(session_id)

    run(work())
    print(f"Erased {printable(session_id)}.")


def reset(
    *,
    url: Url = None,
    json: Json = False,
    yes: Annotated[bool, Parameter(negative=(), show_default=False, help="Do not ask.")] = False,
) -> None:
    """End every session that is live."""
    if not yes and not json:
        if not sys.stdin.isatty():
            raise Failed("this ends every live session; say --yes if that is meant")
        if input("End every live session? [y/N] ").strip().lower() not in {"y", "yes"}:
            raise Failed("nothing was done")

    async def work() -> dict[str, Any]:
        async with _operator(url) as rest:
            return await rest.reset()

    answer = run(work())
    if json:
        as_json(answer)
    else:
        print(f"Ended {printable(answer['sessions'])} sessions.")


def _operator(url: str | None) -> Any:
    from greenroom.practice_client.rest import Rest

    return Rest(server_url(url), admin_token())


def _form(session: dict[str, Any]) -> dict[str, Any]:
    configuration: dict[str, Any] = session.get("configuration") or {}
    config: dict[str, Any] = configuration.get("config") or {}
    return {name: value for name, value in config.items() if value not in ("", None)}
