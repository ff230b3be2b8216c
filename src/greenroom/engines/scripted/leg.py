"""One session with a scripted engine."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from greenroom.core.commands import Cue
from greenroom.core.signals import (
    CallerSpoke,
    CallerStopped,
    ConfigurationEchoed,
    EngineLost,
    EngineRefused,
    ReplyFinished,
    ReplyStarted,
    ReplyWorded,
    Signal,
    SpeechConfirmed,
    TranscriptCame,
)
from greenroom.engines.scripted.script import Call, Caption, Emit, Script, Sound
from greenroom.engines.scripted.sound import PIECE_MS, Speech, pieces, tone
from greenroom.ports.caller import BYTES_PER_MS
from greenroom.ports.engine import EngineConfiguration, EngineEvents, PastTurn

KEPT_CALLS = 1000


@dataclass(slots=True)
class _Reply:
    reply_id: str
    cue: Cue
    left: deque[int]
    due_at: float = 0.0
    started: bool = False
    over: bool = False


class ScriptedLeg:
    """An `EngineLeg`. With a `speech` it talks by itself, with a `script` it does what that says.

    What follows from an order is reported after the order has returned, as from a real engine. What a test makes happen
    (`hear`, `lose`, …) is reported before the call returns.
    """

    def __init__(
        self,
        events: EngineEvents,
        numbers: "itertools.count[int]",
        *,
        speech: Speech | None = None,
        script: Script | None = None,
        on_close: Callable[["ScriptedLeg"], None] = lambda _: None,
    ) -> None:
        self._events = events
        self._numbers = numbers
        self._speech = speech
        self._script = script
        self._on_close = on_close
        self._loop = asyncio.get_running_loop()
        self._due: deque[Callable[[], None]] = deque()
        self._flushing: asyncio.Handle | None = None
        self._speaking: asyncio.TimerHandle | None = None
        self._reply: _Reply | None = None
        self._over = False
        self._received_bytes = 0
        self.expires_at: float | None = None
        self.wanted: EngineConfiguration | None = None
        self.history: tuple[PastTurn, ...] = ()
        self.calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        """The session's orders, without audio."""

    # What the session orders.

    def configure(self, wanted: EngineConfiguration) -> None:
        if self._noted("configure", wanted):
            self.wanted = wanted
            if self._speech is not None:
                self._later(lambda: self._events.signal(ConfigurationEchoed(wanted.revision)))

    def remember(self, history: Sequence[PastTurn]) -> None:
        if not self._over:
            self.history = (*self.history, *history)

    def append_audio(self, payload: bytes) -> None:
        if not self._over:
            self._received_bytes += (len(payload) - payload.count(b"=", -2)) * 3 // 4

    def say(self, cue: Cue) -> None:
        if self._noted("say", cue) and self._speech is not None:
            self._stop()
            durations = pieces(self._speech.duration_ms(cue.text))
            reply = _Reply(f"reply-{next(self._numbers)}", cue, deque(durations))
            self._reply = reply
            self._later(lambda: self._begin(reply))

    def cancel(self, reply_id: str | None) -> None:
        if self._noted("cancel", reply_id):
            reply = self._reply
            if reply is not None and reply_id in (None, reply.reply_id):
                self._stop()

    def truncate(self, reply_id: str, heard_ms: int) -> None:
        self._noted("truncate", reply_id, heard_ms)

    def add_text(self, text: str) -> None:
        self._noted("add_text", text)

    def answer_call(self, call_id: str, output: str) -> None:
        self._noted("answer_call", call_id, output)

    def discard_input(self) -> None:
        self._noted("discard_input")

    async def close(self) -> None:
        self._end()

    # What a test makes happen.

    @property
    def is_open(self) -> bool:
        return not self._over

    @property
    def received_ms(self) -> int:
        """How much of the candidate's audio came."""
        per_ms = 8 if self.wanted is None else BYTES_PER_MS[self.wanted.audio_format]
        return self._received_bytes // per_ms

    def begin(self, history: Sequence[PastTurn]) -> None:
        """The session has begun, with this conversation behind it."""
        self.history = tuple(history)
        if self._script is not None:
            self._do(self._script.begin())

    def report(self, signal: Signal) -> None:
        """Report this now."""
        if not self._over:
            self._events.signal(signal)

    def hear(self, text: str, at_ms: int | None = None, speech_ms: int | None = None) -> str:
        """The candidate says this: a whole turn, from `at_ms` of the session's audio clock (now, if not given).

        Gives the item's id.
        """
        begun_ms = self._now_ms() if at_ms is None else at_ms
        item_id = self.start_speaking(begun_ms)
        if text:
            self.caption(item_id, text)
            self.report(SpeechConfirmed(item_id))
        length_ms = Speech().duration_ms(text) if speech_ms is None else speech_ms
        self.report(CallerStopped(item_id, begun_ms + length_ms))
        self.report(TranscriptCame(item_id, text))
        return item_id

    def start_speaking(self, at_ms: int | None = None) -> str:
        """The candidate begins to speak; what follows is up to `caption` and `report`. Gives the item's id."""
        item_id = f"item-{next(self._numbers)}"
        self.report(CallerSpoke(item_id, self._now_ms() if at_ms is None else at_ms))
        return item_id

    def caption(self, ref_id: str, text: str) -> None:
        if not self._over:
            self._events.caption(ref_id, text)

    def lose(self, code: str = "closed_1006") -> None:
        """The connection goes away."""
        self._fail(EngineLost(code))

    def refuse(self, code: str, message: str) -> None:
        """The engine serves this session no longer."""
        self._fail(EngineRefused(code, message))

    # Inside.

    def _now_ms(self) -> int:
        return self._events.session_ms(self.received_ms)

    def _noted(self, name: str, *args: Any) -> bool:
        if self._over:
            return False
        call = Call(name, args)
        self.calls.append(call)
        if self._script is not None:
            self._do(self._script.on(call))
        return True

    def _do(self, steps: Iterable[Emit | Caption | Sound]) -> None:
        for step in tuple(steps):
            self._later(lambda step=step: self._carry_out(step))

    def _carry_out(self, step: Emit | Caption | Sound) -> None:
        match step:
            case Emit(signal):
                assert isinstance(signal, Signal)
                self._events.signal(signal)
            case Caption(ref_id, text):
                self._events.caption(ref_id, text)
            case Sound(reply_id, duration_ms):
                for piece_ms in pieces(duration_ms):
                    self._events.audio(reply_id, self._tone(piece_ms, silent=False))

    def _begin(self, reply: _Reply) -> None:
        if reply.over:
            return
        reply.started = True
        reply.due_at = self._loop.time()
        self._events.signal(ReplyStarted(reply.reply_id, reply.cue.cue_id))
        if not reply.over:
            self._events.caption(reply.reply_id, reply.cue.text)
        self._speak(reply)

    def _speak(self, reply: _Reply) -> None:
        assert self._speech is not None
        while reply.left and not reply.over:
            self._events.audio(reply.reply_id, self._tone(reply.left.popleft(), silent=self._speech.silent))
            if self._speech.paced:
                reply.due_at += PIECE_MS / 1000
                self._speaking = self._loop.call_at(reply.due_at, self._speak, reply)
                return
        if reply.over or self._over:
            return
        reply.over = True
        self._reply = None
        self._events.signal(ReplyWorded(reply.reply_id, reply.cue.text))
        self._events.signal(ReplyFinished(reply.reply_id, "completed"))

    def _stop(self) -> None:
        """The reply that is being made is over; it is told, if its beginning was."""
        reply, self._reply = self._reply, None
        if self._speaking is not None:
            self._speaking.cancel()
            self._speaking = None
        if reply is None:
            return
        reply.over = True
        if reply.started:
            self._later(lambda: self._events.signal(ReplyFinished(reply.reply_id, "cancelled")))

    def _tone(self, duration_ms: int, *, silent: bool) -> bytes:
        assert self.wanted is not None
        return tone(self.wanted.audio_format, duration_ms, silent=silent)

    def _later(self, report: Callable[[], None]) -> None:
        self._due.append(report)
        if self._flushing is None:
            self._flushing = self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = None
        while self._due and not self._over:
            self._due.popleft()()

    def _fail(self, signal: Signal) -> None:
        if not self._over:
            self._end()
            self._events.signal(signal)

    def _end(self) -> None:
        if self._over:
            return
        self._stop()
        self._over = True
        self._due.clear()
        if self._flushing is not None:
            self._flushing.cancel()
        self._on_close(self)
