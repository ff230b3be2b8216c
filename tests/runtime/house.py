"""The whole runtime without sockets: the real directory, recorder and memory store, an engine and callers in memory."""

import asyncio
import base64
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

import msgspec

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.core.errors import EngineUnreachable, UnknownScenario
from greenroom.core.session import Limits
from greenroom.ports.caller import CallerEvents
from greenroom.ports.engine import EngineConfiguration, EngineEvents, PastTurn
from greenroom.ports.observer import Attached
from greenroom.ports.scenario import Scenario
from greenroom.ports.store import Store
from greenroom.runtime.deadlines import Deadlines
from greenroom.runtime.directory import Admission, Directory, log_unavailable
from greenroom.runtime.metrics import Metrics
from greenroom.runtime.recorder import Recorder
from greenroom.runtime.session_runner import Parts
from greenroom.scenarios.library import load
from greenroom.stores.memory import MemoryStore

CONFIG = {"jobTitle": "Engineer", "company": "Acme"}


class RealClock:
    def now(self) -> float:
        return time.monotonic()

    def unix_ms(self) -> int:
        return round(time.time() * 1000)


class TalkingEngine:
    """Says each cue in 100 ms of sound; agrees with every configuration, unless told otherwise."""

    name = "talking"
    prompt_words = True

    def __init__(self) -> None:
        self.legs: list[TalkingLeg] = []
        self.unreachable = False
        self.agrees = True

    async def open(
        self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]
    ) -> "TalkingLeg":
        if self.unreachable:
            raise EngineUnreachable("nobody there")
        leg = TalkingLeg(self, events, history)
        self.legs.append(leg)
        return leg


class TalkingLeg:
    def __init__(self, engine: TalkingEngine, events: EngineEvents, history: Sequence[PastTurn]) -> None:
        self.engine = engine
        self.events = events
        self.history = list(history)
        self.configured: list[EngineConfiguration] = []
        self.cues: list[Cue] = []
        self.closed = False
        self.audio: list[bytes] = []
        self.typed: list[str] = []

    def configure(self, wanted: EngineConfiguration) -> None:
        self.configured.append(wanted)
        if self.engine.agrees:
            self.events.signal(s.ConfigurationEchoed(wanted.revision))

    def append_audio(self, payload: bytes) -> None:
        self.audio.append(payload)

    def say(self, cue: Cue) -> None:
        self.cues.append(cue)
        reply_id = f"r-{cue.cue_id}"
        self.events.signal(s.ReplyStarted(reply_id, cue.cue_id))
        # As a real one does: words and sound come later, each by itself.
        asyncio.get_running_loop().call_soon(self._speak, reply_id, cue.text)

    def _speak(self, reply_id: str, text: str) -> None:
        if self.closed:
            return
        self.events.caption(reply_id, text)
        self.events.audio(reply_id, base64.b64encode(bytes(800)))
        self.events.signal(s.ReplyWorded(reply_id, text))
        self.events.signal(s.ReplyFinished(reply_id, "completed"))

    def cancel(self, reply_id: str | None) -> None:
        pass

    def truncate(self, reply_id: str, heard_ms: int) -> None:
        pass

    def add_text(self, text: str) -> None:
        self.typed.append(text)

    def discard_input(self) -> None:
        pass

    async def close(self) -> None:
        self.closed = True

    def hear(self, item_id: str, text: str, ms: int = 1500) -> None:
        """The candidate says this."""
        at = self.events.session_ms(0)
        self.events.signal(s.CallerSpoke(item_id, at))
        self.events.caption(item_id, text)
        self.events.signal(s.CallerStopped(item_id, at + ms))
        self.events.signal(s.TranscriptCame(item_id, text))


class Phone:
    """A caller that hears everything at once."""

    audio_format = "audio/pcmu"

    def __init__(self, stream_sid: str = "MZ1") -> None:
        self.stream_sid: str | None = stream_sid
        self.events: CallerEvents | None = None
        self.closed: tuple[int, str] | None = None
        self.heard = 0
        self.on_close: Callable[[], None] = lambda: None

    def send_audio(self, payload: bytes) -> None:
        self.heard += len(base64.b64decode(payload))

    def send_mark(self, name: str) -> None:
        asyncio.get_running_loop().call_soon(self._echo, name)

    def _echo(self, name: str) -> None:
        if self.events is not None:
            self.events.mark_played(name)

    def clear(self) -> None:
        pass

    def reply_started(self, reply_id: str, from_ms: int) -> None:
        pass

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)
        self.on_close()


class Page:
    """An observer that keeps everything it is shown."""

    def __init__(self, *, is_owner: bool = True) -> None:
        self.is_owner = is_owner
        self.answer: Attached | None = None
        self.events: list[dict[str, Any]] = []
        self.captions: list[dict[str, Any]] = []
        self.ended: tuple[int, str] | None = None
        self._changed = asyncio.Event()
        self.when_ended: Callable[[], None] = lambda: None

    def attached(self, attached: Attached) -> None:
        self.answer = attached

    def event(self, body: bytes, seq: int) -> None:
        shown = msgspec.json.decode(body)
        if seq:
            assert shown["seq"] == seq
            self.events.append(shown)
            if shown.get("status") == "ended":
                self.when_ended()
        else:
            self.captions.append(shown)
        self._changed.set()

    def end(self, code: int, reason: str) -> None:
        self.ended = (code, reason)
        self._changed.set()

    @property
    def seqs(self) -> list[int]:
        return [event["seq"] for event in self.events]

    @property
    def cursor(self) -> tuple[str, int]:
        assert self.answer is not None
        return (self.answer.log_id, self.seqs[-1] if self.seqs else 0)

    def has(self, kind: str, **fields: Any) -> bool:
        return any(
            event["type"] == kind and all(event.get(key) == value for key, value in fields.items())
            for event in self.events
        )

    async def until(self, fact: Callable[[], bool], within_s: float = 5.0) -> None:
        async with asyncio.timeout(within_s):
            while not fact():
                self._changed.clear()
                await self._changed.wait()


class House:
    def __init__(
        self, directory: Directory, engine: TalkingEngine, store: Store, metrics: Metrics, recorder: Recorder
    ) -> None:
        self.directory = directory
        self.engine = engine
        self.store = store
        self.metrics = metrics
        self.recorder = recorder

    async def session(self, owner_id: str = "owner", config: dict[str, Any] | None = None) -> Any:
        return await self.directory.create(
            owner_id=owner_id, channel="phone", scenario_id="job_interview", config=config or CONFIG, voice="heart"
        )

    async def watch(self, session_id: str, after: tuple[str, int] | None = None, *, is_owner: bool = True) -> Page:
        page = Page(is_owner=is_owner)
        await self.directory.attach_observer(session_id, page, after)
        return page

    def call(self, runner: Any, stream_sid: str = "MZ1") -> Phone:
        phone = Phone(stream_sid)
        phone.events = runner.attach_caller(phone)
        return phone


def scenario(scenario_id: str) -> Scenario:
    try:
        return load()[scenario_id]
    except KeyError:
        raise UnknownScenario(scenario_id) from None


@contextlib.asynccontextmanager
async def house(
    *,
    store: Store | None = None,
    limits: Limits | None = None,
    breaks: frozenset[str] = frozenset(),
    max_sessions: int = 100,
) -> AsyncGenerator[House]:
    store = store or MemoryStore()
    store.open()
    clock, metrics, engine = RealClock(), Metrics(), TalkingEngine()
    deadlines = Deadlines(clock)
    deadlines.start()
    directories: list[Directory] = []
    recorder = Recorder(store, on_unavailable=lambda _: log_unavailable(directories[0]))
    recorder.start()
    parts = Parts(clock, deadlines, recorder, metrics, engine, scenario, breaks)
    directory = Directory(parts, store, load().values, Admission(max_sessions, 30, limits or Limits()))
    directories.append(directory)
    try:
        async with directory.running():
            yield House(directory, engine, store, metrics, recorder)
    finally:
        await recorder.stop()
        deadlines.stop()
        store.close()
