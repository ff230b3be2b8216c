"""What the program counts about itself, as plain numbers.

Whoever has something to count adds to a field here; nothing is locked, named or labelled on the way, since some of it
happens fifty times a second for every call. `server.metrics` turns the numbers into Prometheus' words when it is asked.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

from greenroom.core.usage import Purpose, Usage

RELAY_BOUNDS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16)
REPLY_GAP_BOUNDS_S = (0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 1.8, 2.5, 4.0, 8.0)


class Histogram:
    """How often a value fell between which bounds. `counts` has one place more than `bounds`: the values above all."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float, times: int = 1) -> None:
        """Count a value (as often as `times`); one that equals a bound is below it."""
        self.counts[bisect_left(self.bounds, value)] += times
        self.total += value * times


@dataclass(slots=True)
class Metrics:
    """One of these for each process, handed to everyone who counts."""

    sessions_live: int = 0
    sessions_ended: Counter[str] = field(default_factory=Counter[str])
    """By reason."""
    legs_open: Counter[str] = field(default_factory=Counter[str])
    """`caller` and `observer` are counted by their sockets once attached, `engine` by whoever opens engines."""
    audio_frames_in: int = 0
    """From callers."""
    audio_frames_out: int = 0
    """To callers."""
    audio_frames_dropped: int = 0
    relay: Histogram = field(default_factory=lambda: Histogram(RELAY_BOUNDS_S))
    """Seconds between a frame's coming in and its going out."""
    reply_gap: Histogram = field(default_factory=lambda: Histogram(REPLY_GAP_BOUNDS_S))
    """Seconds between a candidate's last word and the first audio of the reply."""
    engine_reconnects: int = 0
    engine_tokens: Counter[str] = field(default_factory=Counter[str])
    """By kind; cached ones are counted among the input's, too."""
    engine_transcript_seconds: float = 0.0
    """Of sound that was written down, where that is what is paid for."""
    engine_warm: int = 0
    """Connections that wait for a call."""
    calls: Counter[str] = field(default_factory=Counter[str])
    """Phone calls made and taken, by direction."""
    calls_open: int = 0
    """Phone calls that are not known to be over."""
    hang_ups_failed: int = 0
    """Calls left to the carrier's own time limit."""
    observers_dropped_by_code: Counter[str] = field(default_factory=Counter[str])
    rejected_by_code: Counter[str] = field(default_factory=Counter[str])
    sockets_open: Counter[str] = field(default_factory=Counter[str])
    """By kind, attached or not."""

    def ended(self, reason: str) -> None:
        self.sessions_ended[reason] += 1

    def used(self, purpose: Purpose, usage: Usage) -> None:
        """One reply or transcript was paid for."""
        if purpose == "transcript":
            self.engine_tokens["transcript"] += usage.tokens
            self.engine_transcript_seconds += usage.seconds
            return
        self.engine_tokens["input_text"] += usage.input_text_tokens
        self.engine_tokens["input_audio"] += usage.input_audio_tokens
        self.engine_tokens["cached_text"] += usage.cached_text_tokens
        self.engine_tokens["cached_audio"] += usage.cached_audio_tokens
        self.engine_tokens["output_text"] += usage.output_text_tokens
        self.engine_tokens["output_audio"] += usage.output_audio_tokens

    def rejected(self, code: str) -> None:
        """A request, a socket or a message was refused with this error code."""
        self.rejected_by_code[code] += 1

    def observers_dropped(self, code: int | str) -> None:
        """An observer's socket was closed by us with this close code."""
        self.observers_dropped_by_code[str(code)] += 1
