"""What the simulated person does, and what goes wrong on the way."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Answers = Literal["person", "machine", "busy", "no-answer", "failed", "canceled"]


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever is called, or calls."""

    answers: Answers = "person"
    rings_s: float = 1.0
    """Before that person, or the machine, answers."""
    utterances: Sequence[bytes] = ()
    """Spoken in turn, mu-law at 8 kHz."""
    talks_s: float | None = 20.0
    """Hangs up then; None: never."""


@dataclass(slots=True)
class Faults:
    """What a network and a carrier do to requests. May be changed while calls go on."""

    lose_reply: bool = False
    """A call is made, but the answer to the request for it gets lost."""
    hold_reply: bool = False
    """The answer to it comes only when the stream is up."""
    refuse: tuple[int, int] | None = None
    """HTTP status and Twilio's code that requests for calls are answered with."""
    too_busy: int = 0
    """So many requests are answered with 429 first."""
    lose: frozenset[str] = frozenset()
    """Statuses that are never told."""
    times: int = 1
    """How often each status is told."""
    late: frozenset[str] = frozenset()
    """Statuses that are told only when the call is over."""
    no_stop: bool = False
    """When the person hangs up, the stream's socket just breaks."""
    falls_silent_s: float | None = None
    """After so long the stream says nothing more, and stays open."""
    breaks_s: float | None = None
    """After so long the stream's socket breaks once, and the call goes on."""
    hang_ups_fail: int = 0
    """So many requests to hang up are answered with 503 first."""
    verdict_s: float = 0.5
    """After the answer: when it is told whether a machine answered."""


@dataclass(slots=True)
class Told:
    """One line of what happened, for whoever watches."""

    at: float
    call_id: str
    what: str
    details: dict[str, str] = field(default_factory=dict[str, str])
