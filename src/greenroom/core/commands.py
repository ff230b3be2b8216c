"""Orders: what a leg, the bridge or the runner must do next."""

from dataclasses import dataclass, field

from greenroom.core.tools import ToolCall


@dataclass(frozen=True, slots=True)
class Cue:
    """What the interviewer is to say now. The director makes it, the engine voices it."""

    cue_id: str
    kind: str
    """greeting, question, probe, answer, repeat, patience, rephrase, presence, bridge, return, confirm, farewell."""
    text: str
    """The exact words; an engine with a language model behind it may word `intent` instead."""
    intent: str = ""
    tools: bool = False
    """Functions may be called in its place."""
    last: bool = False
    """The conversation is over when this has been heard."""


@dataclass(frozen=True, slots=True)
class Command:
    """Base of all commands."""


@dataclass(frozen=True, slots=True)
class OpenEngine(Command):
    """Connect to the voice model, with the conversation so far; asked for again, it is a new attempt."""

    attempt: int = 0


@dataclass(frozen=True, slots=True)
class ConfigureEngine(Command):
    """Bring the engine to the wanted configuration."""

    revision: int


@dataclass(frozen=True, slots=True)
class HearCaller(Command):
    """Open or close the gate between the caller's microphone and the engine."""

    on: bool
    keep: bool = False
    """What is said while the gate is closed is kept, and given when it opens again."""


@dataclass(frozen=True, slots=True)
class Say(Command):
    cue: Cue


@dataclass(frozen=True, slots=True)
class SayLastWords(Command):
    """Have another voice than the engine's say this, since the engine is gone."""

    cue: Cue


@dataclass(frozen=True, slots=True)
class TakeBackLastWords(Command):
    """The engine is back: nobody has to say goodbye for it."""


@dataclass(frozen=True, slots=True)
class CancelReply(Command):
    """Stop making this reply; None is the one asked for last."""

    reply_id: str | None


@dataclass(frozen=True, slots=True)
class PlayReply(Command):
    """Let this reply through to the caller."""

    reply_id: str


@dataclass(frozen=True, slots=True)
class StopPlaying(Command):
    """Silence this reply at once and keep what was not heard."""

    reply_id: str


@dataclass(frozen=True, slots=True)
class ResumePlaying(Command):
    """Go on with this reply from where the ear was."""

    reply_id: str


@dataclass(frozen=True, slots=True)
class CompleteReply(Command):
    """All of this reply is made: report `ReplyPlayed` when it has been heard."""

    reply_id: str


@dataclass(frozen=True, slots=True)
class DropReply(Command):
    """Forget what is left of this reply."""

    reply_id: str


@dataclass(frozen=True, slots=True)
class TruncateReply(Command):
    """Let the model remember only what was heard."""

    reply_id: str
    heard_ms: int


@dataclass(frozen=True, slots=True)
class AddText(Command):
    """Give the model what the candidate typed."""

    text: str


@dataclass(frozen=True, slots=True)
class CallTool(Command):
    """Carry out this function, and report `ToolAnswered` whatever happens."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class AnswerCall(Command):
    """Tell the model what its call gave."""

    call_id: str
    output: str


@dataclass(frozen=True, slots=True)
class SetDeadline(Command):
    """Report `DeadlineCame(name)` at this time; replaces an earlier one of that name."""

    name: str
    at: float


@dataclass(frozen=True, slots=True)
class ClearDeadline(Command):
    name: str


@dataclass(frozen=True, slots=True)
class Finish(Command):
    """The session has ended: commit, tell everyone, then close every leg."""

    reason: str
    hang_up: bool = field(default=True)
