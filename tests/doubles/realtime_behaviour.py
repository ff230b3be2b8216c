"""What the double of a Realtime server is told to do wrong, or in another way."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass
class Behaviour:
    """All of it can be changed while it runs."""

    # The handshake.
    http_status: int | None = None
    http_body: bytes = b""
    refuse_next: int | None = None
    """So many connections get `http_status`; None: all of them."""
    api_key: str | None = None
    greets: bool = True
    """Sends `session.created`."""
    greet_after_s: float = 0.0
    """So long after the handshake, for what connecting takes to one far away."""
    error_first: tuple[str, str | None] | None = None
    """Type and code of an error in place of `session.created`."""
    close_first: int | None = None
    """Close code in place of `session.created`."""
    lasts_s: float | None = None
    """The session expires after so long; None: after an hour, as the real one's."""

    checked: bool = True
    """Everything is held against the package's types; not in benchmarks, which that would measure."""

    # The line.
    delay_s: float = 0.0
    """Everything that it sends arrives so much later, in order."""
    close_on: dict[str, int] = field(default_factory=dict[str, int])
    """Close code on receiving an event of this type."""
    deaf_to: set[str] = field(default_factory=set[str])
    """Events of these types are not answered."""
    beta: Literal["", "names", "shapes", "all"] = ""
    """`names`: events have beta's names. `shapes`: so has the session. `all`: and a GA `session.update` is refused."""
    unknown_before: frozenset[str] = frozenset()
    """An event of a type that nobody knows comes ahead of events of these types."""

    # The configuration.
    drop_echoes: int = 0
    alter_echoes: int = 0
    """The next so many echoes don't say what was asked for."""
    hold_echoes: bool = False
    """Kept back until `release_echoes`."""
    update_error: tuple[str, str | None] | None = None
    """Type and code of the answer to the next `session.update`s."""

    # Responses.
    response_error: tuple[str, str | None] | None = None
    drop_metadata: bool = False
    hold_after_deltas: int | None = None
    """Responses stop after so many pieces of audio, until `release` or a cancel."""
    end_status: tuple[str, dict[str, Any] | None] = ("completed", None)
    """Status and details of responses that are not cancelled."""
    fail_next: int = 0
    """So many responses are created and then fail, without any output."""
    failure: str = "server_error"
    """Their code; `rate_limit_exceeded` for instance."""
    fail_after_deltas: int | None = None
    """Responses fail after so many pieces of audio."""
    calls: deque[tuple[tuple[str, str], ...]] = field(default_factory=deque[tuple[tuple[str, str], ...]])
    """Functions with their arguments that the next responses call in place of speech, where they may."""
    calls_and_speaks: bool = False
    """They come behind speech."""
    says: str | None = None
    """In place of what it was told to."""
    silent: bool = False
    """Responses carry no audio."""
    ms_per_word: int = 100
    speed: float | None = None
    """Times real time at which speech is made; None: as fast as the socket takes it, which the real one nearly does."""
    words: Literal["along", "first", "last"] = "along"
    """When the transcript of a reply comes: with its audio, ahead of it, behind it."""
    tokens_left: int = 100_000
    """What `rate_limits.updated` says."""

    # Hearing.
    vad: bool = False
    """Finds turns in the sound that it gets; otherwise a test says when somebody speaks."""
    hears: deque[str | None] = field(default_factory=deque[str | None])
    """The words of the turns to come; None: their transcription fails. With none left, the words never come."""
    transcript_after_s: float = 0.0
