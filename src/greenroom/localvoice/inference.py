"""The models, loaded once, and the threads that they run on: the event loop never waits for a model.

Two lanes. One thread finds voice activity, which is little work and must never be late. The others transcribe and speak,
the most urgent thing first: the next sentence to be heard, then the words of a turn that may be over, then captions.
"""

import asyncio
import contextlib
import enum
import heapq
import itertools
import threading
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from greenroom.localvoice.models import speech_folder
from greenroom.localvoice.silero import Silero
from greenroom.localvoice.speech_to_text import Moonshine, Samples, Transcriber
from greenroom.localvoice.text_to_speech import Hibari, Speaker
from greenroom.localvoice.voice_activity import CHUNK_SAMPLES, Detector

T = TypeVar("T")
MAX_WAITING = 256
_LAST_JOB_S = 1.0


class Urgency(enum.IntEnum):
    """What is done first."""

    SPEECH = 0
    WORDS = 1
    """Quickly: a turn may be over."""
    WHOLE = 2
    """Carefully: what is kept of a turn."""
    CAPTION = 3


class Overloaded(Exception):
    """More was asked for than can be done in time."""

    code = "overloaded"


class InferenceFailed(Exception):
    """A model refused its input, or broke; its cause says how."""

    code = "inference_failed"


@dataclass(order=True, slots=True)
class _Job:
    urgency: Urgency
    number: int
    work: Callable[[], Any] = field(compare=False)
    done: asyncio.Future[Any] = field(compare=False)


class Lane:
    """Threads that take the most urgent job first. Bounded: a job that finds too many waiting is refused."""

    def __init__(self, name: str, threads: int, max_waiting: int = MAX_WAITING) -> None:
        self._jobs: list[_Job] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._stopping = False
        self._max_waiting = max_waiting
        self._loop = asyncio.get_running_loop()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name} {number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        return len(self._jobs)

    async def run(self, urgency: Urgency, work: Callable[[], T]) -> T:
        """The result of the work. Cancelled before its turn, it is not done at all. Raises `Overloaded`, `InferenceFailed`."""
        future: asyncio.Future[T] = self._loop.create_future()
        with self._changed:
            if self._stopping or len(self._jobs) >= self._max_waiting:
                raise Overloaded(f"{len(self._jobs)} jobs are waiting")
            heapq.heappush(self._jobs, _Job(urgency, next(self._numbers), work, future))
            self._changed.notify()
        return await future

    def stop(self) -> None:
        """End the threads; what waits is not done. A job that is being done gets a second to end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            waiting, self._jobs = self._jobs, []
        for job in waiting:
            job.done.cancel()
        for thread in self._threads:
            thread.join(_LAST_JOB_S)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._jobs and not self._stopping:
                    self._changed.wait()
                if self._stopping:
                    return
                job = heapq.heappop(self._jobs)
            if job.done.cancelled():
                continue
            try:
                result = job.work()
            except Exception as error:  # noqa: BLE001 handed to whoever asked
                failure = InferenceFailed(f"a model failed: {type(error).__name__}")
                failure.__cause__ = error
                self._tell(job.done.set_exception, job.done, failure)
            else:
                self._tell(job.done.set_result, job.done, result)

    def _tell(self, setter: Callable[[Any], None], future: asyncio.Future[Any], value: Any) -> None:
        def tell() -> None:
            if not future.done():
                setter(value)

        with contextlib.suppress(RuntimeError):  # the loop is gone, and with it whoever asked
            self._loop.call_soon_threadsafe(tell)


class Inference:
    """All models of the process, shared by all connections."""

    def __init__(
        self,
        transcriber: Transcriber,
        speaker: Speaker,
        detector: Callable[[], Detector],
        *,
        threads: int = 2,
    ) -> None:
        self._transcriber = transcriber
        self._speaker = speaker
        self._one_voice = threading.Lock()
        self.new_detector = detector
        self._hearing = Lane("voice activity", 1, max_waiting=4096)
        self._thinking = Lane("speech", threads)

    @property
    def busy(self) -> bool:
        """Whether something waits already: not the time for captions."""
        return self._thinking.waiting > 0

    async def hear(self, work: Callable[[], T]) -> T:
        """Run voice activity."""
        return await self._hearing.run(Urgency.WORDS, work)

    async def transcribe(self, samples: Samples, urgency: Urgency) -> str:
        """The words of this speech (16 kHz, at most 14 s)."""
        careful = urgency is Urgency.WHOLE
        return await self._thinking.run(urgency, lambda: self._transcriber.transcribe(samples, careful=careful))

    async def speak(self, sentence: str, speed: float, then: Callable[[NDArray[np.int16]], T]) -> T:
        """Speech of a sentence, at 24 kHz, and what `then` makes of it on the same thread."""
        return await self._thinking.run(Urgency.SPEECH, lambda: then(self._say(sentence, speed)))

    def stop(self) -> None:
        self._hearing.stop()
        self._thinking.stop()

    def _say(self, sentence: str, speed: float) -> NDArray[np.int16]:
        with self._one_voice:
            return self._speaker.speak(sentence, speed)


@contextlib.asynccontextmanager
async def loaded() -> AsyncGenerator[Inference]:
    """The real models, warmed up. Raises `ModelsMissing`."""
    folder = speech_folder()

    def load() -> tuple[Moonshine, Hibari]:
        transcriber, speaker = Moonshine(folder), Hibari()
        # The first run of each is slow; nobody should wait for it.
        transcriber.transcribe(np.zeros(8000, np.float32), careful=True)
        speaker.speak("Hello.")
        Silero().probabilities(np.zeros(CHUNK_SAMPLES, np.float32))
        return transcriber, speaker

    transcriber, speaker = await asyncio.to_thread(load)
    inference = Inference(transcriber, speaker, Silero)
    try:
        yield inference
    finally:
        inference.stop()
