"""The whole runtime around a Realtime engine: real sessions, bridge and recorder between a phone and a double."""

import asyncio
import base64
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from greenroom.core.session import Limits
from greenroom.core.signals import Signal
from greenroom.engines.realtime import RealtimeEngine, RealtimeSettings
from greenroom.ports.clock import Clock
from greenroom.ports.engine import Engine
from greenroom.ports.tools import Tool
from greenroom.runtime.deadlines import Deadlines
from greenroom.runtime.directory import Admission, Directory, log_unavailable
from greenroom.runtime.metrics import Metrics
from greenroom.runtime.recorder import Recorder
from greenroom.runtime.session_runner import Parts, SessionRunner
from greenroom.runtime.toolbox import Toolbox
from greenroom.scenarios.library import load
from greenroom.stores.memory import MemoryStore
from greenroom.websocket import Heartbeats
from tests.runtime.house import CONFIG, Page, Phone, RealClock, scenario

BYTES_PER_MS = 8
FRAME_MS = 20
_LOUD = base64.b64encode(b"\x00\x80" * (BYTES_PER_MS * FRAME_MS // 2))
_QUIET = base64.b64encode(b"\xff" * (BYTES_PER_MS * FRAME_MS))
TURN_ENDS_AFTER_MS = 700
"""Of silence; the session is set up with 600."""


class ListeningPhone(Phone):
    """A caller that keeps every piece it is sent. It hears at once, or as much as `listen` lets sound."""

    def __init__(self, stream_sid: str = "MZ1") -> None:
        super().__init__(stream_sid)
        self.at_once = True
        self.pieces: list[bytes] = []
        self.sounded = bytearray()
        self._queue: deque[bytes | str] = deque()

    def send_audio(self, payload: bytes) -> None:
        piece = base64.b64decode(payload, validate=True)
        self.pieces.append(piece)
        self._queue.append(piece)
        self._go_on()

    def send_mark(self, name: str) -> None:
        self._queue.append(name)
        self._go_on()

    def clear(self) -> None:
        marks = [entry for entry in self._queue if isinstance(entry, str)]
        self._queue.clear()
        for name in marks:
            asyncio.get_running_loop().call_soon(self._echo, name)

    def close(self, code: int, reason: str) -> None:
        self._queue.clear()  # what has not sounded by then never does
        super().close(code, reason)

    def listen(self, ms: float | None = None) -> None:
        """Let so much of what waits sound; None: all of it, and from now on at once."""
        if ms is None:
            self.at_once = True
            self._go_on()
            return
        left = round(ms * BYTES_PER_MS)
        while self._queue:
            entry = self._queue.popleft()
            if isinstance(entry, str):
                self._echo(entry)
            elif len(entry) <= left:
                self.sounded += entry
                left -= len(entry)
            else:
                self.sounded += entry[:left]
                self._queue.appendleft(entry[left:])
                return

    def speak(self, ms: int) -> None:
        """The candidate speaks for so long; all of it arrives at once."""
        self._say(_LOUD, ms)

    def pause(self, ms: int = TURN_ENDS_AFTER_MS) -> None:
        """The candidate is silent for so long."""
        self._say(_QUIET, ms)

    def _say(self, frame: bytes, ms: int) -> None:
        assert self.events is not None
        for _ in range(ms // FRAME_MS):
            self.events.audio(frame)

    def _go_on(self) -> None:
        if self.at_once:
            # As a real one does: later than it is sent.
            asyncio.get_running_loop().call_soon(self._sound_all)

    def _sound_all(self) -> None:
        while self._queue:
            entry = self._queue.popleft()
            if isinstance(entry, str):
                self._echo(entry)
            else:
                self.sounded += entry


class EngineCall:
    """A session with a phone and a page, and everything that it was told."""

    def __init__(self, deadlines: Deadlines, metrics: Metrics, runner: SessionRunner, page: Page) -> None:
        self.deadlines = deadlines
        self.metrics = metrics
        self.runner = runner
        self.page = page
        self.phone = ListeningPhone()
        self.signals: list[Signal] = []
        take = runner.signal

        def spy(signal: Signal) -> None:
            self.signals.append(signal)
            take(signal)

        runner.signal = spy

    def pick_up(self) -> None:
        self.phone.events = self.runner.attach_caller(self.phone)

    def spoken(self, speaker: str = "interviewer") -> list[dict[str, Any]]:
        """The turns of one side that are over."""
        return [e for e in self.page.events if e["type"] == "turn.completed" and e["speaker"] == speaker]

    def begun(self, speaker: str = "interviewer") -> list[dict[str, Any]]:
        """The turns of one side that have begun."""
        return [e for e in self.page.events if e["type"] == "turn.started" and e["speaker"] == speaker]

    @property
    def reason(self) -> str | None:
        """Why it ended, as the page was told."""
        return next((event["reason"] for event in self.page.events if event.get("status") == "ended"), None)

    def heard_turns(self) -> list[tuple[str, str]]:
        """The conversation as far as it was heard, by role."""
        roles = {"interviewer": "assistant", "candidate": "user"}
        turns = self.runner.session.record.turns
        return [(roles[turn.speaker], turn.heard_text) for turn in turns if turn.completed and turn.heard_text]


async def until(fact: Callable[[], object], within_s: float = 5.0) -> None:
    """For what nothing tells of."""
    async with asyncio.timeout(within_s):
        while not fact():  # noqa: ASYNC110 a look every few milliseconds
            await asyncio.sleep(0.003)


@asynccontextmanager
async def engine_call(
    engine: Engine,
    limits: Limits | None = None,
    clock: Clock | None = None,
    other_voice: Engine | None = None,
    tools: Iterable[Tool] = (),
    channel: str = "phone",
) -> AsyncGenerator[EngineCall]:
    """One session on this engine, watched by its page; the phone has not joined yet."""
    store, clock, metrics = MemoryStore(), clock or RealClock(), Metrics()
    store.open()
    deadlines = Deadlines(clock)
    deadlines.start()
    directories: list[Directory] = []
    recorder = Recorder(store, on_unavailable=lambda _: log_unavailable(directories[0]))
    recorder.start()
    parts = Parts(
        clock, deadlines, recorder, metrics, engine, scenario, other_voice=other_voice, toolbox=Toolbox(tools)
    )
    directory = Directory(parts, store, load().values, Admission(10, 30, limits or Limits()))
    directories.append(directory)
    try:
        async with directory.running():
            runner = await directory.create(
                owner_id="owner", channel=channel, scenario_id="job_interview", config=CONFIG, voice="heart"
            )
            page = Page()
            await directory.attach_observer(runner.session_id, page, None)
            call = EngineCall(deadlines, metrics, runner, page)
            yield call
            await directory.end(runner.session_id, "user_ended")
            assert metrics.legs_open["engine"] == 0
    finally:
        await recorder.stop()
        deadlines.stop()
        store.close()


def realtime_engine(url: str, heartbeats: Heartbeats, count: Callable[[str], None], **more: Any) -> RealtimeEngine:
    """As it is set up for OpenAI, but in a hurry."""
    settings = RealtimeSettings(
        url,
        "gpt-realtime-2.1",
        "sk-secret",
        "gpt-transcribe",
        connect_timeout_s=0.4,
        voices={"heart": "marin"},
        **more,
    )
    return RealtimeEngine(settings, heartbeats, count=count)
