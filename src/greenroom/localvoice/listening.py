"""One caller's side of the conversation: sound in, turns out.

Driven by the sound's own clock, so that it is right at any pace: a turn is over after so many milliseconds of silence in
the sound, whenever those come. Only when no sound comes at all does the wall clock end an open turn.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from greenroom.localvoice.endpointing import FINISHED_S, pause_s
from greenroom.localvoice.inference import Inference, Overloaded
from greenroom.localvoice.segments import voiced
from greenroom.localvoice.speech_to_text import SAMPLE_RATE_HZ, Samples
from greenroom.localvoice.voice_activity import CHUNK_MS, CHUNK_SAMPLES, Activity, Change, SpeechGate, level_dbfs
from greenroom.localvoice.wording import Chunk, Starts, Text, Wording

LEAD_CHUNKS = 10
"""Of sound before the first sure speech, so that no beginning is lost."""
LOOK_AFTER_MS = 256
"""Of pause, before the words are asked whether the turn is over. With less silence behind them, they more often seem to
end in a comma."""
AHEAD_MS = 700
"""Before its probable end, all the words of a turn are asked for, to be there in time."""
LONGEST_PAUSE_MS = 3500
STALLED_S = 2.0
"""Without any sound coming in, an open turn is over after this."""
SHORTEST_COMMIT_MS = 100
"""As the real API's least that can be committed."""
LONGEST_BUFFER_S = 300
"""Of sound without turn detection that waits for its commit: older sound is forgotten."""
LONGEST_BACKLOG_S = 600
"""Of sound that came faster than it can be looked at: more is refused."""
_HISTORY_CHUNKS = LEAD_CHUNKS + 8
_BATCH = 50


class TooFast(Exception):
    """Sound came so fast that it can't be kept until it is looked at."""


class Ears(Protocol):
    """Who is told. Turns are numbered; times are milliseconds of sound since the session began."""

    def speech_began(self, turn: int, start_ms: int) -> None: ...

    def caption(self, turn: int, piece: str) -> None:
        """More of the words, never taken back."""
        ...

    def speech_ended(self, turn: int, last_speech_ms: int, quick: Text, *, detected: bool) -> None:
        """`quick`: its words at a first look, None when not known. `detected`: by silence, not by the client."""
        ...

    def words(self, turn: int, text: Text, speech_ms: int) -> None:
        """All the words of a turn that has ended; None when they could not be found out."""
        ...


@dataclass(slots=True)
class _Turn:
    """Speech that is not over."""

    number: int
    began_chunk: int
    wording: Wording
    last_speech: int
    paused_at: int | None = None
    """The chunk since which it is silent."""
    looked_at: tuple[int, float] = (0, 0.0)
    """The chunk, and the loop's time, at which its words were asked for."""


class Listener:
    """Hears one caller. `feed` and everything else runs on the event loop; models run elsewhere."""

    def __init__(self, inference: Inference, ears: Ears, start: Starts) -> None:
        self.shortest_pause_ms = FINISHED_S * 1000
        """Silence that a turn's end needs at least, whatever its words are."""
        self._detects_turns = True
        self._inference = inference
        self._ears = ears
        self._start = start
        self._detector = inference.new_detector()
        self._gate = SpeechGate()
        self._rest: NDArray[np.float32] = np.zeros(0, np.float32)
        self._waiting: list[NDArray[np.float32]] = []
        self._detecting: asyncio.Task[None] | None = None
        self._recent: list[tuple[Chunk, float]] = []
        """What no turn has: the lead of the next one or, without turn detection, all until the commit."""
        self._fresh = 0
        """Chunks that were looked at since the last turn's end."""
        self._in_sight = 0
        """Chunks that are being looked at."""
        self._generation = 0
        self._turn: _Turn | None = None
        self._turns = 0
        self._bringing: asyncio.Task[None] | None = None
        """The words of the last turn that is over."""
        self._stall: asyncio.TimerHandle | None = None

    @property
    def threshold(self) -> float:
        return self._gate.threshold

    @threshold.setter
    def threshold(self, value: float) -> None:
        self._gate.threshold = value

    @property
    def detects_turns(self) -> bool:
        return self._detects_turns

    @detects_turns.setter
    def detects_turns(self, value: bool) -> None:
        if self._turn is not None and not value:
            self._recent = self._turn.wording.last
            self._drop_turn()
        self._detects_turns = value

    def feed(self, samples: Samples) -> None:
        """Sound at 16 kHz, any length. Raises `TooFast`, and takes none of it then."""
        if len(self._waiting) * CHUNK_MS + len(samples) * 1000 / SAMPLE_RATE_HZ > LONGEST_BACKLOG_S * 1000:
            raise TooFast
        joined = np.concatenate((self._rest, samples)) if len(self._rest) else samples
        whole = len(joined) // CHUNK_SAMPLES
        self._rest = joined[whole * CHUNK_SAMPLES :].copy()
        self._waiting += [joined[at * CHUNK_SAMPLES : (at + 1) * CHUNK_SAMPLES] for at in range(whole)]
        self._watch_stall()
        if self._waiting and self._detecting is None:
            self._detecting = self._start(self._detect(), "detect speech")
            self._detecting.add_done_callback(self._detected)

    def discard(self) -> None:
        """Forget what was not turned into a turn yet."""
        self._generation += 1
        self._waiting.clear()
        self._rest = np.zeros(0, np.float32)
        self._recent = []
        self._fresh = self._in_sight = 0
        self._drop_turn()

    @property
    def has_sound(self) -> bool:
        """Whether there is anything to commit."""
        samples = (self._fresh + self._in_sight + len(self._waiting)) * CHUNK_SAMPLES + len(self._rest)
        return self._turn is not None or samples * 1000 >= SHORTEST_COMMIT_MS * SAMPLE_RATE_HZ

    async def commit(self) -> None:
        """The caller's program says that the turn is over: what came so far is one."""
        await self.drained()
        turn = self._turn
        if turn is None:
            speech = [probability for _, probability in self._recent]
            first, last = voiced(speech, self._gate.threshold, LEAD_CHUNKS, LEAD_CHUNKS)
            began = self._gate.chunk + 1 - len(self._recent) + first
            turn = self._begin_turn(began, self._recent[first:last])
            turn.last_speech = max(began + (last - first) - 1, 0)
        turn.wording.doubtful = False
        self._end(turn, detected=False)
        self._recent = []

    def close(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
        self._waiting.clear()
        self._drop_turn()

    async def drained(self) -> None:
        """Until all sound that was fed has been looked at."""
        while self._detecting is not None:
            await asyncio.wait((self._detecting,))

    # Chunk by chunk.

    async def _detect(self) -> None:
        while self._waiting:
            chunks, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            generation = self._generation
            self._in_sight = len(chunks)
            try:
                found = await self._inference.hear(lambda chunks=chunks: self._look_at(chunks))
            except Overloaded:
                found = []  # deaf for a moment is better than late for good
            for chunk, looks, level in found:
                if generation == self._generation:
                    self._in_sight -= 1
                    await self._take(chunk, looks, level)
            self._in_sight = 0

    def _detected(self, task: asyncio.Task[None]) -> None:
        self._detecting = None
        if self._waiting and not task.cancelled():  # it came between the last look and this end
            self._detecting = self._start(self._detect(), "detect speech")
            self._detecting.add_done_callback(self._detected)

    def _look_at(self, chunks: list[Chunk]) -> list[tuple[Chunk, Sequence[float], float]]:
        return [(chunk, self._detector.probabilities(chunk), level_dbfs(chunk)) for chunk in chunks]

    async def _take(self, chunk: Chunk, looks: Sequence[float], level: float) -> None:
        probability, *earlier = looks
        activity = self._gate.take(probability, level, earlier)
        self._fresh += 1
        if self._turn is not None:
            self._turn.wording.add(chunk, probability)
        else:
            self._recent.append((chunk, probability))
            longest = _HISTORY_CHUNKS if self._detects_turns else LONGEST_BUFFER_S * 1000 // CHUNK_MS
            del self._recent[:-longest]
        if activity is not None:
            self._change(activity)
        turn = self._turn
        if turn is None:
            return
        turn.wording.doubtful = not self._gate.sure
        if turn.paused_at is None:
            turn.last_speech = self._gate.chunk
            turn.wording.caption()
        else:
            await self._pause(turn, turn.paused_at)

    def _change(self, activity: Activity) -> None:
        turn = self._turn
        match activity.change:
            case Change.BEGAN if not self._detects_turns:
                self._gate.reset()
            case Change.BEGAN:
                behind = self._gate.chunk - activity.chunk + 1 + LEAD_CHUNKS
                turn = self._turn = self._begin_turn(activity.chunk, self._recent[-behind:])
                self._recent = []
                self._ears.speech_began(turn.number, activity.chunk * CHUNK_MS)
            case Change.PAUSED if turn is not None:
                turn.paused_at = activity.chunk
            case Change.RESUMED if turn is not None:
                turn.paused_at = None
                turn.wording.forget_look()
            case _:
                pass

    def _begin_turn(self, began_chunk: int, lead: list[tuple[Chunk, float]]) -> _Turn:
        number = self._turns
        self._turns += 1
        wording = Wording(self._inference, self._start, lambda piece: self._ears.caption(number, piece))
        for chunk, probability in lead:
            wording.add(chunk, probability)
        return _Turn(number, began_chunk, wording, last_speech=self._gate.chunk)

    async def _pause(self, turn: _Turn, paused_at: int) -> None:
        silent_ms = self._silent_ms(paused_at)
        if silent_ms < LOOK_AFTER_MS:
            return
        look = turn.wording.looked
        if look is None:
            look = turn.wording.look()
            turn.looked_at = (self._gate.chunk, asyncio.get_running_loop().time())
            look.add_done_callback(lambda look: self._looked(turn, look))
        if not look.done() and silent_ms >= (self.shortest_pause_ms if self._hurried(turn) else self._needed_ms(None)):
            # Its words decide, however long they take. Where sound comes as it is spoken they are there by now, or a
            # little late; where it comes faster, the next words would be there before them and join what two turns are.
            await asyncio.wait((look,))
            if self._turn is not turn:
                return
        self._looked(turn, look)

    def _hurried(self, turn: _Turn) -> bool:
        """Whether sound comes at least twice as fast as it is spoken."""
        chunk, at = turn.looked_at
        return (self._gate.chunk - chunk) * CHUNK_MS > 2000 * (asyncio.get_running_loop().time() - at)

    def _looked(self, turn: _Turn, look: asyncio.Task[Text]) -> None:
        """End the turn if it has been silent for long enough after these words, or for any."""
        if self._turn is not turn or turn.wording.looked is not look or turn.paused_at is None:
            return
        text = look.result() if look.done() and not look.cancelled() else None
        if text:
            turn.wording.caption_all(text)
        missing_ms = self._needed_ms(text) - self._silent_ms(turn.paused_at)
        if missing_ms <= 0:
            self._end(turn)
        elif text and missing_ms <= AHEAD_MS and turn.wording.has_tail:
            turn.wording.whole()

    def _silent_ms(self, paused_at: int) -> int:
        return (self._gate.chunk - paused_at + 1) * CHUNK_MS

    def _needed_ms(self, text: Text) -> float:
        return max(min(pause_s(text) * 1000, LONGEST_PAUSE_MS), self.shortest_pause_ms)

    # The end of a turn.

    def _end(self, turn: _Turn, *, detected: bool = True) -> None:
        self._turn = None
        self._fresh = 0
        self._gate.reset()
        self._recent = turn.wording.last[-_HISTORY_CHUNKS:]
        last_speech_ms = (turn.last_speech + 1) * CHUNK_MS
        look = turn.wording.looked
        quick = None if look is None or look.cancelled() or not look.done() else look.result()
        self._ears.speech_ended(turn.number, last_speech_ms, quick, detected=detected)
        speech_ms = last_speech_ms - turn.began_chunk * CHUNK_MS
        bring = self._bring(turn.number, turn.wording.whole(), speech_ms, self._bringing)
        self._bringing = self._start(bring, "bring words")

    async def _bring(
        self, turn: int, whole: asyncio.Task[Text], speech_ms: int, before: asyncio.Task[None] | None
    ) -> None:
        # A short turn is sooner understood than a long one before it: words come in the order of their turns.
        await asyncio.wait((whole,) if before is None else (whole, before))
        if not whole.cancelled():
            self._ears.words(turn, whole.result(), speech_ms)

    def _drop_turn(self) -> None:
        turn, self._turn = self._turn, None
        self._gate.reset()
        if turn is not None:
            turn.wording.drop()

    def _watch_stall(self) -> None:
        loop = asyncio.get_running_loop()
        if self._stall is not None:
            self._stall.cancel()
        self._stall = loop.call_later(STALLED_S, self._stalled)

    def _stalled(self) -> None:
        self._stall = None
        if self._detecting is not None:
            self._watch_stall()  # there is sound still, only not looked at yet
        elif self._turn is not None and self._detects_turns:
            self._end(self._turn)
