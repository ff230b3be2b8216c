"""A call whose engine ends every connection after a while: a model that counts frames, a phone that plays, a speaker."""

import asyncio
import base64
import contextlib
import itertools
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.core.session import Limits
from greenroom.ports.engine import Engine, EngineConfiguration, EngineEvents, PastTurn
from greenroom.runtime.deadlines import Deadlines
from greenroom.runtime.directory import Admission, Directory
from greenroom.runtime.metrics import Metrics
from greenroom.runtime.recorder import Recorder
from greenroom.runtime.session_runner import Parts, SessionRunner
from greenroom.scenarios.library import load
from greenroom.stores.memory import MemoryStore
from tests.runtime.house import House, Phone, TalkingEngine, TalkingLeg, scenario

FRAME_MS = 20
FRAME_BYTES = 160
HEARS_AFTER_S = 0.12
"""What a server needs to find that somebody speaks, and to say so."""
SILENCE_S = 0.6
REPLY_MS = 800
REQUEST = "Could you repeat that, please?"
"""What every utterance says: the interview does not get on by it."""


def frame(number: int, utterance: int) -> bytes:
    """20 ms of mu-law that says which frame it is, and of which utterance (0: silence)."""
    head = number.to_bytes(4, "big") + utterance.to_bytes(2, "big")
    return base64.b64encode(head + bytes(FRAME_BYTES - len(head)))


def read_frame(payload: bytes) -> tuple[int, int]:
    raw = base64.b64decode(payload)
    assert len(raw) == FRAME_BYTES
    return int.from_bytes(raw[:4], "big"), int.from_bytes(raw[4:6], "big")


class RenewingEngine(TalkingEngine):
    """Every connection lasts `lasts_s`; `plans` says how the next openings come out."""

    def __init__(self, lasts_s: float = 4.0) -> None:
        super().__init__()
        self.lasts_s: float | None = lasts_s
        self.open_s = 0.2
        self.echo_s = 0.05
        self.close_s = 0.0
        self.plans: deque[EngineUnreachable | EngineRefusal | None] = deque()
        self.arrivals: list[float] = []
        """When frames came."""
        self.on_live: Callable[[RenewingLeg], None] = lambda _: None
        """Told of a leg that gets its first frame."""
        self.numbers = itertools.count(1)

    @property
    def renewing(self) -> list["RenewingLeg"]:
        return [leg for leg in self.legs if isinstance(leg, RenewingLeg)]

    async def open(self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> TalkingLeg:
        await asyncio.sleep(self.open_s)
        failure = self.plans.popleft() if self.plans else None
        if failure is not None:
            raise failure
        leg = RenewingLeg(self, events, history)
        self.legs.append(leg)
        leg.configure(wanted)
        return leg


class RenewingLeg(TalkingLeg):
    """Finds speech in numbered frames as a server would: late, and over after a pause."""

    def __init__(self, engine: RenewingEngine, events: EngineEvents, history: Sequence[PastTurn]) -> None:
        super().__init__(engine, events, history)
        self.renewing = engine
        self.loop = asyncio.get_running_loop()
        self.expires_at = None if engine.lasts_s is None else self.loop.time() + engine.lasts_s
        self.frames: list[tuple[int, int]] = []
        self.said: list[PastTurn] = []
        """What was said on this connection."""
        self._utterance = 0
        self._spoken_ms = 0
        if self.expires_at is not None:
            self.loop.call_at(self.expires_at, self.lose)

    def lose(self) -> None:
        if not self.closed:
            self.closed = True
            self.events.signal(s.EngineLost("closed_1001"))

    async def close(self) -> None:
        await asyncio.sleep(self.renewing.close_s)
        self.closed = True

    def configure(self, wanted: EngineConfiguration) -> None:
        self.configured.append(wanted)
        if self.engine.agrees:
            self.loop.call_later(self.renewing.echo_s, self._echo, wanted.revision)

    def _echo(self, revision: int) -> None:
        if not self.closed:
            self.events.signal(s.ConfigurationEchoed(revision))

    def append_audio(self, payload: bytes) -> None:
        if self.closed:
            return
        if not self.frames:
            self.renewing.on_live(self)
        number, utterance = read_frame(payload)
        self.frames.append((number, utterance))
        self.renewing.arrivals.append(self.loop.time())
        self._listen(utterance)

    def _listen(self, utterance: int) -> None:
        now_ms = len(self.frames) * FRAME_MS
        if utterance and not self._utterance:
            self._utterance = utterance
            self.loop.call_later(HEARS_AFTER_S, self._hears, utterance, now_ms - FRAME_MS)
        if utterance:
            self._spoken_ms = now_ms
        elif self._utterance and now_ms - self._spoken_ms >= SILENCE_S * 1000:
            said, self._utterance = self._utterance, 0
            self._understand(said)

    def _hears(self, utterance: int, at_ms: int) -> None:
        if not self.closed:
            self.events.signal(s.CallerSpoke(f"item{utterance}", self.events.session_ms(at_ms)))

    def _understand(self, utterance: int) -> None:
        if self.closed:
            return
        item_id = f"item{utterance}"
        self.events.signal(s.CallerStopped(item_id, self.events.session_ms(self._spoken_ms)))
        self.loop.call_later(0.1, self._words, item_id, REQUEST)

    def _words(self, item_id: str, text: str) -> None:
        if not self.closed:
            self._remember(PastTurn("candidate", text))
            self.events.signal(s.TranscriptCame(item_id, text))

    def say(self, cue: Cue) -> None:
        self.cues.append(cue)
        reply_id = f"r{next(self.renewing.numbers)}-{cue.cue_id}"
        self.events.signal(s.ReplyStarted(reply_id, cue.cue_id))
        self.loop.call_later(0.1, self._speak, reply_id, cue.text)

    def _speak(self, reply_id: str, text: str) -> None:
        if self.closed:
            return
        self.events.audio(reply_id, base64.b64encode(bytes(REPLY_MS * 8)))
        self.events.signal(s.ReplyWorded(reply_id, text))
        self.events.signal(s.ReplyFinished(reply_id, "completed"))
        self._remember(PastTurn("interviewer", text))

    def _remember(self, turn: PastTurn) -> None:
        self.history.append(turn)
        self.said.append(turn)


class PlayingPhone(Phone):
    """Plays what it is sent at its own pace, and echoes marks when they are reached."""

    def __init__(self, stream_sid: str = "MZ1") -> None:
        super().__init__(stream_sid)
        self.silent_at = 0.0

    def send_audio(self, payload: bytes) -> None:
        super().send_audio(payload)
        now = asyncio.get_running_loop().time()
        self.silent_at = max(self.silent_at, now) + len(base64.b64decode(payload)) / 8000

    def send_mark(self, name: str) -> None:
        asyncio.get_running_loop().call_at(self.silent_at, self._echo, name)

    def clear(self) -> None:
        self.silent_at = 0.0


class Speaker:
    """The candidate: 50 numbered frames a second, some of them speech. `sent` is all of them."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self.sent: list[tuple[int, int]] = []

    async def be(self, seconds: float, utterance: int = 0) -> None:
        """Silent for so long, or saying something."""
        for _ in range(round(seconds * 1000 / FRAME_MS)):
            await asyncio.sleep(FRAME_MS / 1000)
            number = len(self.sent)
            self.sent.append((number, utterance))
            if self._phone.events is not None:
                self._phone.events.audio(frame(number, utterance))


class LoopClock:
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def unix_ms(self) -> int:
        return round(self.now() * 1000)


@contextlib.asynccontextmanager
async def renewing_house(
    talking: RenewingEngine, limits: Limits | None = None, *, engine: Engine | None = None
) -> AsyncGenerator[House]:
    """As `house`, with this engine (or another kind of it) and the event loop's clock."""
    store, clock, metrics = MemoryStore(), LoopClock(), Metrics()
    store.open()
    deadlines = Deadlines(clock)
    deadlines.start()
    recorder = Recorder(store, on_unavailable=lambda _: None)
    recorder.start()
    parts = Parts(clock, deadlines, recorder, metrics, engine or talking, scenario)
    directory = Directory(parts, store, load().values, Admission(10, 30, limits or Limits()))
    try:
        async with directory.running():
            yield House(directory, talking, store, metrics, recorder)
    finally:
        await recorder.stop()
        deadlines.stop()
        store.close()


def transcript(runner: SessionRunner) -> list[PastTurn]:
    """The completed turns, as any reader of the session sees them."""
    return [PastTurn(turn["speaker"], turn["text"]) for turn in runner.turns() if turn.get("text")]
