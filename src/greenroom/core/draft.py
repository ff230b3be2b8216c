"""The working copy that one step is made on."""

from dataclasses import replace
from typing import Any

from greenroom.core import commands as c
from greenroom.core import events as e
from greenroom.core.phases import Phase
from greenroom.core.record import fold
from greenroom.core.session import Ear, Session, Step


class Draft:
    """Collects what follows from one signal. It lives for one step and is seen by the core alone."""

    __slots__ = ("allowed", "at", "commands", "ear", "events", "now")

    def __init__(self, session: Session, at: float, ear: Ear, allowed: frozenset[Phase]) -> None:
        self.now = session
        self.at = at
        self.ear = ear
        self.allowed = allowed
        self.events: list[e.Event] = []
        self.commands: list[c.Command] = []

    @property
    def phase(self) -> Phase:
        return self.now.record.phase

    @property
    def at_ms(self) -> int:
        """Now, on the session's audio clock."""
        begun = self.now.connected_at
        return 0 if begun is None else max(0, round((self.at - begun) * 1000))

    @property
    def elapsed_s(self) -> float:
        """How long the interview has run; interruptions are left out."""
        since = self.now.talking_since
        return self.now.talked_s + (0.0 if since is None else self.at - since)

    def set(self, **changes: Any) -> None:
        self.now = replace(self.now, **changes)

    def record(self, event: e.Event) -> None:
        """Take this as true from now on."""
        self.events.append(event)
        self.set(record=fold(self.now.record, event))

    def order(self, command: c.Command) -> None:
        self.commands.append(command)

    def set_deadline(self, name: str, after_s: float) -> None:
        at = self.at + after_s
        kept = tuple(entry for entry in self.now.deadlines if entry[0] != name)
        self.set(deadlines=(*kept, (name, at)))
        self.order(c.SetDeadline(name, at))

    def clear_deadline(self, name: str) -> None:
        kept = tuple(entry for entry in self.now.deadlines if entry[0] != name)
        if len(kept) != len(self.now.deadlines):
            self.set(deadlines=kept)
            self.order(c.ClearDeadline(name))

    def clear_all_deadlines(self) -> None:
        for name, _ in self.now.deadlines:
            self.clear_deadline(name)

    def go(self, phase: Phase, reason: str | None = None) -> None:
        """Change the phase; the table must say that this signal may."""
        if phase not in self.allowed:
            msg = f"{self.phase} may not become {phase} here: the table of phases and the rules disagree"
            raise AssertionError(msg)
        sid = self.now.record.stream_sid
        if reason is None:
            self.record(e.CallStatusChanged(phase.value, sid))
        else:
            self.record(e.CallStatusChanged(phase.value, sid, reason))

    def new_turn_id(self) -> str:
        number = self.now.turns_made + 1
        self.set(turns_made=number)
        # Unique beyond its session, so that a reader can't confuse two sessions' turns.
        return f"{self.now.session_id[:8]}-t{number}"

    def new_cue_id(self) -> str:
        number = self.now.cues_made + 1
        self.set(cues_made=number)
        return f"{self.now.session_id[:8]}-c{number}"

    def step(self) -> Step:
        return Step(self.now, tuple(self.events), tuple(self.commands))
