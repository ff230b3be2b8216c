"""The words of one turn, found while it is spoken and ready soon after it ends."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from greenroom.localvoice.captions import StablePrefix
from greenroom.localvoice.inference import Inference, Urgency
from greenroom.localvoice.segments import LONGEST_CHUNKS, SHORTEST_CHUNKS, pieces, quietest
from greenroom.localvoice.voice_activity import CHUNK_MS

Chunk = NDArray[np.float32]
Text = str | None
"""None: the models could not say, since there was too much to do or since one failed."""

CLOSE_CHUNKS = 18_000 // CHUNK_MS
"""With so much open, the first part of it is settled."""
TAIL_CHUNKS = 160 // CHUNK_MS
"""So much of the sound behind a look belongs to the words of a turn, and no more: with longer or shorter silence behind them
the model hears other words, and the silence that there happens to be depends on the machine."""
CAPTION_CHUNKS = 8000 // CHUNK_MS
"""Captions look at no more than this at once: they are asked for often, and needn't be the best."""
CAPTION_EVERY_MS = 320
CAPTION_COST_FACTOR = 3
"""Captions take at most this part of a thread: a third."""
CAPTION_COSTS = 3
"""The quickest of so many looks tells what one costs: a single one may have had to wait for something else."""


class Starts(Protocol):
    def __call__(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]: ...


class Wording:
    """Takes the chunks of a turn. `whole` is all its words: settled parts and a fresh pass over what is open."""

    def __init__(self, inference: Inference, start: Starts, caption: Callable[[str], None]) -> None:
        self.doubtful = False
        """It may be no speech, but a breath: the model would find words in that, so it isn't asked, and there are none."""
        self._inference = inference
        self._start = start
        self._caption = caption
        self._open: list[Chunk] = []
        self._speech: list[float] = []
        self._settled: list[asyncio.Task[Text]] = []
        self._fresh: asyncio.Task[Text] | None = None
        self._careful: asyncio.Task[Text] | None = None
        self._looked_came = 0
        """Chunks that had come at the last look."""
        self._captions = StablePrefix()
        self._captioning: asyncio.Task[None] | None = None
        self._came = 0
        """Chunks, open and settled: the captions' places are counted so."""
        self._captioned = 0
        self._caption_costs_ms: deque[float] = deque(maxlen=CAPTION_COSTS)
        self._caption_text = ""
        """Of all before `_caption_from`, which captions look at no more."""
        self._caption_from = 0

    def add(self, chunk: Chunk, probability: float) -> None:
        """One more chunk, and how likely it is to be speech."""
        self._open.append(chunk)
        self._speech.append(probability)
        self._came += 1
        if len(self._open) >= CLOSE_CHUNKS:
            self._settle(quietest(self._speech, SHORTEST_CHUNKS, LONGEST_CHUNKS))

    @property
    def last(self) -> list[tuple[Chunk, float]]:
        """The open chunks, for whoever needs the end of them."""
        return list(zip(self._open, self._speech, strict=True))

    def look(self) -> asyncio.Task[Text]:
        """Begin a pass over all that is open; its result is all the words of the turn so far."""
        self.forget_look()
        self._looked_came = self._came
        self._fresh = self._start(self._joined(list(self._settled), self._passes(Urgency.WORDS)), "words so far")
        return self._fresh

    def whole(self) -> asyncio.Task[Text]:
        """All the words of the turn, found with more care than by a look. Begun in the pause that will soon have ended
        the turn, and once `has_tail`, they are there when it ends."""
        if self._careful is None:
            self._careful = self._start(self._whole(self._fresh), "words of a turn")
        return self._careful

    @property
    def has_tail(self) -> bool:
        """Whether as much sound has come behind a look as belongs to the words."""
        return self._came - self._looked_came >= TAIL_CHUNKS

    def forget_look(self) -> None:
        """The turn goes on: what was looked for in its pause is not wanted any more."""
        for task in (self._careful, self._fresh):
            if task is not None:
                task.cancel()
        self._fresh = self._careful = None

    @property
    def looked(self) -> asyncio.Task[Text] | None:
        return self._fresh

    def drop(self) -> None:
        """Nobody wants any of it."""
        self.forget_look()
        for task in (*self._settled, self._captioning):
            if task is not None:
                task.cancel()

    # Passes.

    def _passes(self, urgency: Urgency) -> list[asyncio.Task[Text]]:
        if self.doubtful:
            return []
        length = len(self._open)
        if urgency is Urgency.WHOLE and self._fresh is not None:
            length -= max(self._came - self._looked_came - TAIL_CHUNKS, 0)
        return [self._begin(self._open[first:last], urgency) for first, last in pieces(self._speech[:length])]

    async def _whole(self, look: asyncio.Task[Text] | None) -> Text:
        quick = None
        if look is not None:
            await asyncio.wait((look,))
            quick = None if look.cancelled() else look.result()
        if quick == "":
            return quick  # asked about once more, noise might become words
        careful = await self._joined(list(self._settled), self._passes(Urgency.WHOLE))
        return quick if careful is None else careful

    def _settle(self, length: int) -> None:
        self._settled.append(self._begin(self._open[:length], Urgency.WHOLE))
        del self._open[:length]
        del self._speech[:length]

    def _begin(self, chunks: list[Chunk], urgency: Urgency) -> asyncio.Task[Text]:
        return self._start(self._transcribed(np.concatenate(chunks), urgency), "transcribe")

    async def _transcribed(self, samples: Chunk, urgency: Urgency) -> Text:
        try:
            return await self._inference.transcribe(samples, urgency)
        except Exception:  # noqa: BLE001 a model's own, whatever it is: these words are lost, the session is not
            return None

    @staticmethod
    async def _joined(settled: list[asyncio.Task[Text]], ahead: list[asyncio.Task[Text]]) -> Text:
        parts = [*settled, *ahead]
        if not parts:
            return ""
        try:
            await asyncio.wait(parts)
        except asyncio.CancelledError:
            for part in ahead:
                part.cancel()
            raise
        texts = [None if part.cancelled() else part.result() for part in parts]
        return None if None in texts else " ".join(text for text in texts if text)

    # Captions.

    def caption(self) -> None:
        """Look for new captions, when it is time for them."""
        due_ms = (self._came - self._captioned) * CHUNK_MS
        if self.doubtful or due_ms < self._caption_every_ms or self._captioning is not None or self._inference.busy:
            return
        self._captioned = self._came
        self._captioning = self._start(self._look_for_captions(), "caption")
        self._captioning.add_done_callback(self._captions_looked_for)

    @property
    def _caption_every_ms(self) -> float:
        return max(CAPTION_EVERY_MS, CAPTION_COST_FACTOR * min(self._caption_costs_ms, default=0.0))

    def caption_all(self, text: str) -> None:
        """Let out the words of a look: before the end of a turn its captions have all of them."""
        piece = self._captions.take_sure(text)
        if piece:
            self._caption(piece)

    def _captions_looked_for(self, _: asyncio.Task[None]) -> None:
        self._captioning = None

    async def _look_for_captions(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        first = max(self._caption_from - (self._came - len(self._open)), 0)
        chunks, speech = self._open[first:], self._speech[first:]
        if len(chunks) > CAPTION_CHUNKS:
            cut = quietest(speech, SHORTEST_CHUNKS // 2, len(chunks) - SHORTEST_CHUNKS // 2)
            before = await self._transcribed(np.concatenate(chunks[:cut]), Urgency.CAPTION)
            if before is None:
                return
            self._caption_text = f"{self._caption_text} {before}"
            self._caption_from += cut
            chunks = chunks[cut:]
        text = await self._transcribed(np.concatenate(chunks), Urgency.CAPTION)
        self._caption_costs_ms.append((loop.time() - began) * 1000)
        piece = self._captions.take(f"{self._caption_text} {text or ''}")
        if piece:
            self._caption(piece)
