"""The engine: the leg to the voice model."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from greenroom.core.commands import Cue
from greenroom.core.signals import Signal


class EngineConfiguration(msgspec.Struct, frozen=True):
    """What the engine is to be set up with."""

    revision: int
    instructions: str
    voice: str
    audio_format: str
    """Of the caller, both ways; see `ports.caller`."""
    tools: tuple[dict[str, Any], ...] = ()


class PastTurn(msgspec.Struct, frozen=True):
    """One turn of the conversation so far, as far as it was heard."""

    speaker: str
    text: str


class PastCall(PastTurn, frozen=True):
    """A function that the model called in between, with what it gave as `text`; `speaker` is `interviewer`."""

    call_id: str
    name: str
    arguments: str


class EngineEvents(Protocol):
    """What an engine's connection reports to its session. All of it is a no-op once the leg was closed."""

    def signal(self, signal: Signal) -> None:
        """Times in signals are on the session's audio clock; `session_ms` gives them."""
        ...

    def caption(self, ref_id: str, text: str) -> None:
        """What was said so far in a candidate's item or a reply; the whole caption, not a piece of it."""
        ...

    def audio(self, reply_id: str, payload: bytes) -> None:
        """Speech of a reply, base64, in the configured format."""
        ...

    def session_ms(self, engine_ms: float) -> int:
        """A time on the engine's input clock as a time on the session's audio clock."""
        ...


class EngineLeg(Protocol):
    """One connection to a voice model. Nothing here blocks or raises; what goes wrong is reported as a signal:
    `EngineLost` when the connection ends without our asking or stays silent, `EngineRefused` when it won't ever work.
    """

    @property
    def expires_at(self) -> float | None:
        """When the other side ends it, on the event loop's clock; None: it doesn't say."""
        ...

    def configure(self, wanted: EngineConfiguration) -> None:
        """Bring the engine to this; asked again until its echo agrees. The echo is reported as `ConfigurationEchoed`."""
        ...

    def remember(self, history: Sequence[PastTurn]) -> None:
        """These turns were, too, behind everything that the model knows already."""
        ...

    def append_audio(self, payload: bytes) -> None:
        """The caller's speech, base64 in the configured format. Ignored while not connected."""
        ...

    def say(self, cue: Cue) -> None:
        """Have this said now. Reported: `ReplyStarted(reply_id, cue_id)`, audio, captions, `ReplyWorded`,
        `ReplyFinished`; ahead of the last, `ToolsCalled` if the model called functions and the cue lets it."""
        ...

    def cancel(self, reply_id: str | None) -> None:
        """Stop making this reply (None: the one asked for last, started or not); a no-op when it is made already."""
        ...

    def truncate(self, reply_id: str, heard_ms: int) -> None:
        """The candidate has heard this much of the reply and will hear no more: so shall the model remember it."""
        ...

    def add_text(self, text: str) -> None:
        """The candidate typed this instead of saying it."""
        ...

    def answer_call(self, call_id: str, output: str) -> None:
        """What a function that the model called gave, as JSON text. Nothing is said because of it by itself."""
        ...

    def discard_input(self) -> None:
        """Forget speech that has not become a turn yet."""
        ...

    async def close(self) -> None:
        """End the connection and everything that belongs to it. Idempotent."""
        ...


class Engine(Protocol):
    """Makes connections to one kind of voice model."""

    name: str
    prompt_words: bool
    """Whether its transcripts come right behind the end of speech."""

    async def open(self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> EngineLeg:
        """A connection that is up, with `wanted` and `history` sent ahead of everything else.

        Raises `EngineUnreachable` (try again) or `EngineRefusal` (don't). Cancelling it leaves nothing open.
        """
        ...
