"""The session: what its log says, and what only the moment knows."""

from dataclasses import dataclass, field

from greenroom.core.commands import Command, Cue
from greenroom.core.director import DirectorState, Line
from greenroom.core.events import Decision, Event, Span
from greenroom.core.plan import Plan
from greenroom.core.record import Record
from greenroom.core.tools import ToolCall


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one session, in seconds where nothing else is said."""

    session_s: float = 3600.0
    idle_s: float = 900.0
    connect_s: float = 15.0
    grace_s: float = 15.0
    grace_watched_s: float = 60.0
    """While a page of the owner is attached."""
    configure_s: float = 5.0
    farewell_s: float = 8.0
    reply_s: float = 8.0
    """From asking for a reply to its first sound."""
    worded_s: float = 4.0
    """The same where a model may word it; later the director's own words are spoken."""
    words_s: float = 1.0
    """For words that the answer depends on."""
    prompt_words_s: float = 0.3
    """For words that the engine gives right behind the end of speech."""
    tools_s: float = 4.0
    """For functions that the model called in place of a line; then it is said in the director's own words."""
    transcript_s: float = 10.0
    barge_in_s: float = 0.5
    """Speech over a reply that makes it an interruption."""
    barge_in_wait_s: float = 1.2
    """Without a word or an end of speech by then, it is one, too."""
    gap_s: float = 1.0
    """After a gap in which the candidate may have spoken, for their speech to be found in what was kept of it."""
    last_words_s: float = 0.0
    """Before the grace of a lost engine is over, another voice says goodbye; 0: there is none."""
    budget_tokens: int = 0
    """Of the voice model, in all; 0: no limit."""
    budget_s: float = 0.0
    """From being connected, interruptions included; 0: no limit."""
    rollover_s: float = 120.0
    """Before the engine ends its connection, another one is made ready to go on with."""
    rollover_latest_s: float = 20.0
    """Before the same: from then on it need not be the end of a turn, if only nobody is listened to."""


@dataclass(frozen=True, slots=True)
class Ear:
    """What the bridge knows of the reply that plays: milliseconds that the caller has heard and that were made."""

    reply_id: str | None = None
    heard_ms: int = 0
    received_ms: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """The one thing that the interviewer is saying, or about to."""

    cue: Cue
    before: DirectorState
    """Where the director was, for a reply that is taken back unheard."""
    asked_at: float
    decision: Decision
    answers: str | None = None
    """The turn that this answers."""
    reply_id: str | None = None
    turn_id: str | None = None
    """Once it sounds."""
    began_ms: int = 0
    text: str = ""
    made: bool = False
    broke_off: bool = False
    """It was made in part only."""
    held: bool = False
    """Silenced, since somebody spoke over it."""
    heard_ms: int = 0
    received_ms: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Hearing:
    """Speech of the candidate that is not yet a completed turn."""

    item_id: str
    turn_id: str
    began_ms: int
    ended_ms: int | None = None
    speech: tuple[Span, ...] = ()
    cut_in: bool = False
    """The interviewer stepped in, since it took more than its time: what is still said of it is not answered."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A line that was decided and not said, or not to its end."""

    line: Line
    answers: str | None = None
    """The turn that it answers."""


@dataclass(frozen=True, slots=True)
class PendingCall:
    """A function that is being carried out, and the line that it was called in place of."""

    call: ToolCall
    cue_id: str


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that `step` decides on. `record` is rebuilt from the log; the rest is not stored."""

    session_id: str
    seed: int
    """A number drawn when the session was made: the only chance in it."""
    plan: Plan
    limits: Limits = field(default_factory=Limits)
    record: Record = field(default_factory=Record)
    director: DirectorState = field(default_factory=DirectorState)
    begun: bool = False
    """The greeting was asked for."""
    sounded: bool = False
    """The interviewer was heard: the voice is locked."""
    caller_here: bool = False
    engine_here: bool = False
    engine_opening: bool = False
    engine_attempts: int = 0
    """Connections asked for since it was heard last."""
    engine_failing_since: float | None = None
    """It was lost then, and has not been heard since."""
    engine_revision: int = 0
    """What the engine at hand has echoed."""
    prompt_words: bool = False
    owner_watching: bool = False
    owed: Owed | None = None
    """Said as soon as it can be: the engine was lost, or the candidate went on speaking and it may have been a noise."""
    candidate_cut_off: bool = False
    """The engine was lost while it listened to them."""
    connected_at: float | None = None
    talking_since: float | None = None
    """The interview's clock runs since; it stands while interrupted."""
    talked_s: float = 0.0
    interrupted_at: float | None = None
    reply: Reply | None = None
    hearings: tuple[Hearing, ...] = ()
    calls: tuple[PendingCall, ...] = ()
    """Of the engine at hand."""
    awaiting_words: str | None = None
    """The item whose words the next line waits for."""
    interrupted_before: DirectorState | None = None
    """Where the director was before a question that the candidate spoke over before it could be understood."""
    silence_since: float | None = None
    silence_level: int = 0
    end_reason: str | None = None
    """Why the farewell is spoken."""
    turns_made: int = 0
    cues_made: int = 0
    deadlines: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a signal: the session from now on, facts for the log, orders for the legs."""

    session: Session
    events: tuple[Event, ...] = ()
    commands: tuple[Command, ...] = ()
