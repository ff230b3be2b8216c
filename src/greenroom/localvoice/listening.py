"""One caller's side of the conversation: sound in, turns out.

Driven by the sound's own clock, so that it is right at any pace: a turn is over after so many milliseconds of silence in
the sound, whenever those come. Only when no sound comes at all does the wall clock end an open turn.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from greenroom.localvoice.captions import StablePrefix
from greenroom.localvoice.endpointing import pause_s
from greenroom.localvoice.inference import Inference, Overloaded, Urgency
from greenroom.localvoice.speech_to_text import LONGEST_S, SAMPLE_RATE_HZ, Samples
from greenroom.localvoice.voice_activity import CHUNK_MS, CHUNK_SAMPLES, Activity, Change, SpeechGate, level_dbfs

LEAD_CHUNKS = 10
"""Of sound before the first sure speech, so that no beginning is lost."""
LOOK_AFTER_MS = 224
"""Of pause, before the words are asked whether the turn is over."""
CUT_PAUSE_MS = 300
CUT_AFTER_MS = 6000
"""A segment this long is cut at its next pause."""
CUT_SHORT_PAUSE_MS = 160
CUT_SHORT_AFTER_MS = 9000
"""And one this long at any pause between words."""
CUT_LOOK_BACK_CHUNKS = 90
"""Where there is no pause at all, it is cut at the quietest place of these."""
CAPTION_EVERY_MS = 500
CAPTION_COST_FACTOR = 4
LONGEST_PAUSE_MS = 3500
STALLED_S = 2.0
"""Without any sound coming in, an open turn is over after this."""
_HISTORY_CHUNKS = LEAD_CHUNKS + 8
_LONGEST_BUFFER_CHUNKS = 60_000 // CHUNK_MS


class Ears(Protocol):
    """Who is told. Times are milliseconds of sound since the session began."""

    def speech_began(self, start_ms: int) -> None: ...

    def caption(self, piece: str) -> None:
        """More of the words, never taken back."""
        ...

    def speech_ended(self, last_speech_ms: int, *, detected: bool) -> None:
        """`detected`: by silence, and not since the client said so."""
        ...

    def words(self, text: str, speech_ms: int) -> None:
        """All the words of the turn that has just ended."""
        ...


@dataclass(slots=True)
class _Turn:
    """Speech that is not over."""

    began_chunk: int
    open: list[NDArray[np.float32]] = field(default_factory=list[NDArray[np.float32]])
    """Chunks of the segment that is being spoken."""
    levels: list[float] = field(default_factory=list[float])
    """Of the same chunks, in dBFS."""
    open_has_speech: bool = True
    closed: list[asyncio.Task[str]] = field(default_factory=list[asyncio.Task[str]])
    """The words of the segments before it."""
    paused_at: int | None = None
    """The chunk since which it is silent."""
    last_speech: int = 0
    look: asyncio.Task[str] | None = None
    """The words of the open segment, asked for in this pause."""
    look_text: str | None = None
    captions: StablePrefix = field(default_factory=StablePrefix)
    captioned_chunk: int = 0
    caption_every_ms: float = CAPTION_EVERY_MS


class Listener:
    """Hears one caller. `feed` and everything else runs on the event loop; models run elsewhere."""

    def __init__(self, inference: Inference, ears: Ears, tasks: asyncio.TaskGroup) -> None:
        self.detects_turns = True
        self._inference = inference
        self._ears = ears
        self._tasks = tasks
        self._detector = inference.new_detector()
        self._gate = SpeechGate()
        self._rest: NDArray[np.float32] = np.zeros(0, np.float32)
        self._waiting: list[NDArray[np.float32]] = []
        self._detecting: asyncio.Task[None] | None = None
        self._recent: list[NDArray[np.float32]] = []
        self._turn: _Turn | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def threshold(self) -> float:
        return self._gate.threshold

    @threshold.setter
    def threshold(self, value: float) -> None:
        self._gate.threshold = value

    def feed(self, samples: Samples) -> None:
        """Sound at 16 kHz, any length."""
        joined = np.concatenate((self._rest, samples)) if len(self._rest) else samples
        whole = len(joined) // CHUNK_SAMPLES
        self._rest = joined[whole * CHUNK_SAMPLES :].copy()
        self._waiting += [joined[at * CHUNK_SAMPLES : (at + 1) * CHUNK_SAMPLES] for at in range(whole)]
        self._watch_stall()
        if self._waiting and self._detecting is None:
            self._detecting = self._tasks.create_task(self._detect(), name="detect speech")

    def discard(self) -> None:
        """Forget what was not turned into a turn yet."""
        self._waiting.clear()
        self._rest = np.zeros(0, np.float32)
        self._drop_turn()

    @property
    def has_sound(self) -> bool:
        """Whether there is anything to commit."""
        return self._turn is not None or bool(self._waiting) or (not self.detects_turns and bool(self._recent))

    def commit(self) -> None:
        """The caller's program says that the turn is over."""
        self._tasks.create_task(self._commit(), name="commit")

    async def _commit(self) -> None:
        await self.drained()
        if self._turn is None:
            self._turn = _Turn(
                max(0, self._gate.chunk - len(self._recent)), open=self._recent, last_speech=self._gate.chunk
            )
            self._recent = []
        self._end(self._turn, detected=False)

    def close(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
        self._drop_turn()

    async def drained(self) -> None:
        """Until all sound that was fed has been looked at."""
        if self._detecting is not None:
            await asyncio.wait((self._detecting,))

    # Chunk by chunk.

    async def _detect(self) -> None:
        try:
            while self._waiting:
                chunks, self._waiting = self._waiting[:50], self._waiting[50:]
                try:
                    found = await self._inference.hear(lambda chunks=chunks: self._look_at(chunks))
                except Overloaded:
                    continue  # deaf for a moment is better than late for good
                for chunk, probability, level in found:
                    await self._take(chunk, probability, level)
        finally:
            self._detecting = None

    def _look_at(self, chunks: list[NDArray[np.float32]]) -> list[tuple[NDArray[np.float32], float, float]]:
        return [(chunk, self._detector.probability(chunk), level_dbfs(chunk)) for chunk in chunks]

    async def _take(self, chunk: NDArray[np.float32], probability: float, level: float) -> None:
        activity = self._gate.take(probability, level)
        turn = self._turn
        if turn is not None:
            turn.open.append(chunk)
            turn.levels.append(level)
        else:
            self._recent.append(chunk)
            # Without turn detection, all of it until the commit belongs to the turn.
            del self._recent[: -_HISTORY_CHUNKS if self.detects_turns else -_LONGEST_BUFFER_CHUNKS]
        if activity is not None:
            turn = self._change(activity)
        if turn is None:
            return
        if turn.paused_at is None:
            turn.last_speech = self._gate.chunk
            turn.open_has_speech = True
            if len(turn.open) * CHUNK_MS > (LONGEST_S - 0.5) * 1000:
                self._cut(turn, self._quietest(turn))
            self._caption(turn)
        else:
            await self._pause(turn)

    def _change(self, activity: Activity) -> _Turn | None:
        turn = self._turn
        match activity.change:
            case Change.BEGAN:
                if not self.detects_turns:
                    self._gate.reset()
                    return None
                behind = self._gate.chunk - activity.chunk + 1 + LEAD_CHUNKS
                lead = self._recent[-behind:]
                self._recent = []
                turn = self._turn = _Turn(activity.chunk, open=list(lead), last_speech=self._gate.chunk)
                turn.levels = [level_dbfs(chunk) for chunk in lead]
                turn.captioned_chunk = activity.chunk
                self._ears.speech_began(activity.chunk * CHUNK_MS)
            case Change.PAUSED if turn is not None:
                turn.paused_at = activity.chunk
            case Change.RESUMED if turn is not None:
                turn.paused_at = None
                turn.look_text = None
                if turn.look is not None and turn.look not in turn.closed:
                    turn.look.cancel()
                turn.look = None
            case _:
                pass
        return turn

    async def _pause(self, turn: _Turn) -> None:
        assert turn.paused_at is not None
        silent_ms = (self._gate.chunk - turn.paused_at + 1) * CHUNK_MS
        if silent_ms >= LOOK_AFTER_MS and turn.look is None:
            turn.look = self._words_of(turn.open, Urgency.WORDS)
            turn.look.add_done_callback(lambda task: self._looked(turn, task))
        needed_ms = pause_s(turn.look_text) * 1000
        if turn.look is not None and turn.look_text is None and silent_ms >= needed_ms and self._turn is turn:
            # The sound may come faster than it is spoken: its words decide, however long they take.
            await asyncio.wait((turn.look,))
            needed_ms = pause_s(turn.look_text) * 1000
        if silent_ms >= min(needed_ms, LONGEST_PAUSE_MS):
            self._end(turn)
        elif turn.open_has_speech and self._may_cut(len(turn.open) * CHUNK_MS, silent_ms):
            self._cut(turn, len(turn.open))

    # Words.

    def _words_of(self, chunks: list[NDArray[np.float32]], urgency: Urgency) -> asyncio.Task[str]:
        samples = np.concatenate(chunks)
        return self._tasks.create_task(self._transcribed(samples, urgency), name="transcribe")

    async def _transcribed(self, samples: Samples, urgency: Urgency) -> str:
        pieces = -(-len(samples) // int(LONGEST_S * SAMPLE_RATE_HZ))
        try:
            texts = [await self._inference.transcribe(piece, urgency) for piece in np.array_split(samples, pieces)]
        except Overloaded:
            return ""
        return _joined(texts)

    def _looked(self, turn: _Turn, task: asyncio.Task[str]) -> None:
        if task.cancelled() or turn.look is not task:
            return
        before = [segment.result() for segment in turn.closed if segment.done() and not segment.cancelled()]
        turn.look_text = _joined([*before[-1:], task.result()])

    def _caption(self, turn: _Turn) -> None:
        if (self._gate.chunk - turn.captioned_chunk) * CHUNK_MS < turn.caption_every_ms or self._inference.busy:
            return
        turn.captioned_chunk = self._gate.chunk
        task = self._words_of(turn.open, Urgency.CAPTION)
        began = asyncio.get_running_loop().time()
        task.add_done_callback(lambda task: self._captioned(turn, task, began))

    def _captioned(self, turn: _Turn, task: asyncio.Task[str], began: float) -> None:
        if task.cancelled() or self._turn is not turn:
            return
        cost_ms = (asyncio.get_running_loop().time() - began) * 1000
        turn.caption_every_ms = max(CAPTION_EVERY_MS, CAPTION_COST_FACTOR * cost_ms)
        before = [segment.result() for segment in turn.closed if segment.done() and not segment.cancelled()]
        if len(before) == len(turn.closed):
            piece = turn.captions.take(_joined([*before, task.result()]))
            if piece:
                self._ears.caption(piece)

    @staticmethod
    def _may_cut(open_ms: int, silent_ms: int) -> bool:
        return (silent_ms >= CUT_PAUSE_MS and open_ms > CUT_AFTER_MS) or (
            silent_ms >= CUT_SHORT_PAUSE_MS and open_ms > CUT_SHORT_AFTER_MS
        )

    @staticmethod
    def _quietest(turn: _Turn) -> int:
        """Where to cut speech that does not pause."""
        back = turn.levels[-CUT_LOOK_BACK_CHUNKS:]
        return len(turn.levels) - len(back) + int(np.argmin(np.convolve(back, np.ones(3), "same")))

    def _cut(self, turn: _Turn, length: int) -> None:
        """The open segment is long enough: a new one begins at this chunk of it."""
        if turn.look is None or length < len(turn.open):
            segment = self._words_of(turn.open[:length], Urgency.WORDS)
            if turn.paused_at is not None:
                turn.look = segment
                segment.add_done_callback(lambda task: self._looked(turn, task))
        else:
            segment = turn.look
        turn.closed.append(segment)
        turn.open_has_speech = turn.paused_at is None
        del turn.open[:length]
        del turn.levels[:length]

    # The end of a turn.

    def _end(self, turn: _Turn, *, detected: bool = True) -> None:
        self._turn = None
        self._gate.reset()
        self._recent = turn.open[-_HISTORY_CHUNKS:]
        last_speech_ms = (turn.last_speech + 1) * CHUNK_MS
        self._ears.speech_ended(last_speech_ms, detected=detected)
        if turn.look is None and turn.open and turn.open_has_speech:
            turn.look = self._words_of(turn.open, Urgency.WORDS)
        parts = [*turn.closed]
        if turn.look is not None and turn.look not in parts:
            parts.append(turn.look)
        speech_ms = last_speech_ms - turn.began_chunk * CHUNK_MS
        if all(part.done() for part in parts):
            self._ears.words(_joined([part.result() for part in parts]), speech_ms)
            return
        task = self._tasks.create_task(self._bring_words(parts, speech_ms), name="bring words")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _bring_words(self, parts: list[asyncio.Task[str]], speech_ms: int) -> None:
        self._ears.words(_joined([await part for part in parts]), speech_ms)

    def _drop_turn(self) -> None:
        turn, self._turn = self._turn, None
        self._gate.reset()
        if turn is not None:
            for task in (*turn.closed, turn.look):
                if task is not None:
                    task.cancel()

    def _watch_stall(self) -> None:
        loop = asyncio.get_running_loop()
        if self._stall is not None:
            self._stall.cancel()
        self._stall = loop.call_later(STALLED_S, self._stalled)

    def _stalled(self) -> None:
        self._stall = None
        if self._turn is not None and self.detects_turns:
            self._end(self._turn)


Listening = Callable[[], Listener]


def _joined(parts: list[str]) -> str:
    return " ".join(part for part in parts if part)
