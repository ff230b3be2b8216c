"""What legs and the clock report. A signal is an observation; what follows from it is decided by `step`.

Times ending in `_ms` are on the session's audio clock, which starts when it is connected.
"""

from dataclasses import dataclass
from typing import Any

from greenroom.core.events import Span, Word
from greenroom.core.plan import Plan


@dataclass(frozen=True, slots=True)
class Signal:
    """Base of all signals."""


# The caller.


@dataclass(frozen=True, slots=True)
class CallDialled(Signal):
    """The phone provider has taken the call."""


@dataclass(frozen=True, slots=True)
class CallRinging(Signal):
    """The provider says that the phone rings."""


@dataclass(frozen=True, slots=True)
class CallFailed(Signal):
    """The call never came to be: `no_answer`, `busy`, `failed`, `voicemail`, `cancelled`."""

    reason: str


@dataclass(frozen=True, slots=True)
class CallerJoined(Signal):
    """The candidate's phone or browser is connected and sends audio."""

    stream_sid: str | None


@dataclass(frozen=True, slots=True)
class CallerHungUp(Signal):
    """The candidate ended the call."""


@dataclass(frozen=True, slots=True)
class CallerLost(Signal):
    """The caller's connection went away without a word."""

    code: str


@dataclass(frozen=True, slots=True)
class OwnerWatching(Signal):
    """Whether an observer of the owner is attached: a page that may bring the caller back."""

    watching: bool


@dataclass(frozen=True, slots=True)
class TextTyped(Signal):
    """The candidate typed an answer."""

    text: str


@dataclass(frozen=True, slots=True)
class CueGiven(Signal):
    """The candidate pressed one of `repeat`, `skip`, `moment`."""

    cue: str


# The configuration and the end.


@dataclass(frozen=True, slots=True)
class ConfigurationSent(Signal):
    """A client wants the interviewer set up so. `revision` None: the next one."""

    revision: int | None
    scenario_id: str
    config: dict[str, Any]
    voice: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class EndAskedFor(Signal):
    """Somebody, or the house itself, ends the session: the reason says who."""

    reason: str


@dataclass(frozen=True, slots=True)
class DeadlineCame(Signal):
    name: str


# The engine.


@dataclass(frozen=True, slots=True)
class EngineReady(Signal):
    """A connection to the model is up; `prompt_words`: its transcripts come right behind the end of speech."""

    prompt_words: bool = False


@dataclass(frozen=True, slots=True)
class EngineLost(Signal):
    """The connection to the model went away, or could not be made; another attempt may help."""

    code: str


@dataclass(frozen=True, slots=True)
class EngineRefused(Signal):
    """The model won't serve this session, however often it is asked."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ConfigurationEchoed(Signal):
    """The engine's echo equals the configuration of this revision."""

    revision: int


@dataclass(frozen=True, slots=True)
class ConfigurationRejected(Signal):
    """The engine won't take the configuration of this revision."""

    revision: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class CallerSpoke(Signal):
    """The candidate began to speak; `item_id` names the engine's item that this becomes."""

    item_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class SpeechConfirmed(Signal):
    """There are words in what the candidate is saying: it is no cough."""

    item_id: str


@dataclass(frozen=True, slots=True)
class CallerStopped(Signal):
    """The candidate's turn is over; `at_ms` is the end of the speech itself."""

    item_id: str
    at_ms: int
    speech: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class TranscriptCame(Signal):
    item_id: str
    text: str
    words: tuple[Word, ...] | None = None
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class TranscriptFailed(Signal):
    item_id: str


@dataclass(frozen=True, slots=True)
class ReplyStarted(Signal):
    """The engine makes a reply to the cue of this id; empty: one that nobody asked for."""

    reply_id: str
    cue_id: str


@dataclass(frozen=True, slots=True)
class ReplyWorded(Signal):
    """All the words of a reply."""

    reply_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ReplyFinished(Signal):
    """The engine has made all it will of a reply: `completed`, `cancelled`, `incomplete` or `failed`."""

    reply_id: str
    status: str


# The bridge.


@dataclass(frozen=True, slots=True)
class ReplyBegan(Signal):
    """The first sound of a reply was sent to the caller."""

    reply_id: str


@dataclass(frozen=True, slots=True)
class ReplyStopped(Signal):
    """A reply that was silenced had been heard up to here: known now, and no estimate."""

    reply_id: str
    heard_ms: int


@dataclass(frozen=True, slots=True)
class ReplyPlayed(Signal):
    """The caller has heard all of a reply that was made."""

    reply_id: str
    heard_ms: int
