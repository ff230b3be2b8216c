"""What the candidate says: voice activity and transcripts of the server, as signals."""

from dataclasses import dataclass

from greenroom.core.signals import (
    CallerSpoke,
    CallerStopped,
    Signal,
    SpeechConfirmed,
    TranscriptCame,
    TranscriptFailed,
)
from greenroom.ports.engine import EngineEvents

CONFIRMING_WORDS = 2
CONFIRMING_LETTERS = 6
MAX_ITEMS = 32
"""Of which words are awaited; the oldest is forgotten."""
MAX_UNANNOUNCED = 8
"""Items of which words came and no beginning yet; the oldest is forgotten."""


def has_words(caption: str) -> bool:
    """Whether this is speech rather than a cough that was taken for some."""
    return len(caption.split()) >= CONFIRMING_WORDS or sum(map(str.isalpha, caption)) >= CONFIRMING_LETTERS


@dataclass(slots=True)
class _Item:
    caption: str = ""
    confirmed: bool = False
    stopped: bool = False
    early: Signal | None = None
    """Its words, come before its end; told in the usual order."""


class Hearing:
    """The candidate's items, from the start of speech to their words.

    Only what began with `speech_started` is the candidate's speech; words of anything else (what was typed, what was
    there before) are not reported. Words that come ahead of their beginning are kept until it comes.
    """

    __slots__ = ("_ahead_ms", "_behind_ms", "_events", "_items", "_unannounced")

    def __init__(self, events: EngineEvents, ahead_ms: int, behind_ms: int) -> None:
        """`ahead_ms` and `behind_ms` of sound that is no speech are counted to a turn by the server."""
        self._events = events
        self._ahead_ms = ahead_ms
        self._behind_ms = behind_ms
        self._items: dict[str, _Item] = {}
        self._unannounced: dict[str, Signal] = {}

    def started(self, item_id: str, audio_start_ms: int) -> None:
        if item_id in self._items:
            return
        if len(self._items) >= MAX_ITEMS:
            del self._items[next(iter(self._items))]
        self._items[item_id] = _Item(early=self._unannounced.pop(item_id, None))
        self._events.signal(CallerSpoke(item_id, self._events.session_ms(audio_start_ms + self._ahead_ms)))

    def stopped(self, item_id: str, audio_end_ms: int) -> None:
        item = self._items.get(item_id)
        if item is None or item.stopped:
            return
        item.stopped = True
        at_ms = self._events.session_ms(max(audio_end_ms - self._behind_ms, 0))
        early, item.early = item.early, None
        if early is not None:
            del self._items[item_id]
        self._events.signal(CallerStopped(item_id, at_ms))
        if early is not None:
            self._events.signal(early)

    def words(self, item_id: str, piece: str) -> None:
        """A piece of the live transcript."""
        item = self._items.get(item_id)
        if item is None or item.early is not None or not piece:
            return
        item.caption += piece
        self._events.caption(item_id, item.caption)
        # After its end it can't interrupt anybody any more.
        if not item.confirmed and not item.stopped and has_words(item.caption):
            item.confirmed = True
            self._events.signal(SpeechConfirmed(item_id))

    def completed(self, item_id: str, transcript: str) -> None:
        self._finish(item_id, TranscriptCame(item_id, transcript))

    def failed(self, item_id: str) -> None:
        self._finish(item_id, TranscriptFailed(item_id))

    def discard(self) -> None:
        """Forget speech that has not ended yet."""
        self._items = {item_id: item for item_id, item in self._items.items() if item.stopped}
        self._unannounced.clear()

    def _finish(self, item_id: str, signal: Signal) -> None:
        item = self._items.get(item_id)
        if item is None:
            if len(self._unannounced) >= MAX_UNANNOUNCED:
                del self._unannounced[next(iter(self._unannounced))]
            self._unannounced[item_id] = signal
            return
        if item.early is not None:
            return
        if item.stopped:
            del self._items[item_id]
            self._events.signal(signal)
        else:
            item.early = signal
