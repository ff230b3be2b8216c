"""The runner of one session: the thin shell around `step`. Legs report, it steps, records, and hands out orders."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import structlog

from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.errors import GreenroomError, OutOfOrder
from greenroom.core.phases import Phase
from greenroom.core.plan import Plan
from greenroom.core.session import Session, Step
from greenroom.core.step import step
from greenroom.core.tools import ToolCall
from greenroom.ports.caller import AUDIO_PCM_24K, AUDIO_PCMU_8K, CallerLeg
from greenroom.ports.clock import Clock
from greenroom.ports.engine import Engine
from greenroom.ports.observer import Reader
from greenroom.ports.scenario import Scenario
from greenroom.ports.store import SessionRow
from greenroom.runtime.audio_bridge import AudioBridge
from greenroom.runtime.captions import Captions
from greenroom.runtime.deadlines import Deadlines
from greenroom.runtime.engine_link import EngineLink
from greenroom.runtime.leg_adapters import CallerAdapter, EngineAdapter
from greenroom.runtime.metrics import Metrics
from greenroom.runtime.observer_feed import ObserverFeed, ReadLog
from greenroom.runtime.orders import Orders
from greenroom.runtime.recorder import Recorder
from greenroom.runtime.session_log import SessionLog
from greenroom.runtime.shown import configuration_as_stored, turn_as_shown, usage_as_shown
from greenroom.runtime.tool_calls import ToolCalls
from greenroom.runtime.toolbox import Toolbox

ENDED_COMMIT_S = 0.5
"""How long the last event may take to be stored before it is told unstored."""
OVER = 4410
REPLACED = 4409
NORMAL = 1000
FAULT = 1011

log = structlog.get_logger()

_leaked: list[socket.socket] = []
"""Filled only while the break `leak_socket` is switched on."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What every runner works with."""

    clock: Clock
    deadlines: Deadlines
    recorder: Recorder
    metrics: Metrics
    engine: Engine
    scenario: Callable[[str], Scenario]
    """By id. Raises `UnknownScenario`."""
    breaks: frozenset[str] = frozenset()
    """Faults switched on to show that a guard catches them; tests only."""
    session_over: Callable[[str], None] = lambda _: None
    """Told of each session whose end everybody knows: its phone call ends then, too."""
    other_voice: Engine | None = None
    """Says goodbye where `engine` does not come back."""
    toolbox: Toolbox = field(default_factory=Toolbox)

    def plan(self, scenario_id: str, config: dict[str, Any], seed: int, practised: int) -> Plan:
        """What is planned for a checked configuration, with the functions that its scenario has."""
        plan = self.scenario(scenario_id).plan(config, seed, practised)
        return replace(plan, tools=self.toolbox.specs(scenario_id))


class SessionRunner:
    """One live session. Everything here happens on the event loop."""

    def __init__(self, row: SessionRow, made: Step, parts: Parts, read_log: ReadLog, practised: int = 0) -> None:
        self.session_id = row.session_id
        self.log_id = row.log_id
        self.owner_id = row.owner_id
        self.channel = row.channel
        self._row = row
        self._parts = parts
        self._practised = practised
        """How often its owner has practised this before."""
        self._session: Session = made.session
        self._inbox: deque[s.Signal] = deque()
        self._stepping = False
        self._ended = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._caller: CallerLeg | None = None
        self._caller_events: CallerAdapter | None = None
        self._spoke_until_ms: int | None = None
        """The end of the candidate's latest turn, until the reply to it sounds."""
        self._log = log.bind(sessionId=row.session_id)
        self.feed = ObserverFeed(row.log_id, read_log)
        self.captions = Captions(row.session_id, self.feed)
        self._lines = SessionLog(row, parts.recorder, parts.clock, self.feed)
        self._engine = EngineLink(self, parts.engine, parts.metrics, parts.other_voice)
        self._tool_calls = ToolCalls(self, parts.toolbox)
        self.bridge = AudioBridge(parts.clock, parts.metrics, self.signal, self._schedule_playout)
        self._orders = Orders(self, parts.deadlines, self.bridge, self._engine)
        self._deliver(made)

    # What the server asks.

    @property
    def status(self) -> str:
        return self._session.record.phase.value

    @property
    def reason(self) -> str | None:
        return self._session.record.reason

    @property
    def head_seq(self) -> int:
        return self._lines.head_seq

    @property
    def caller_present(self) -> bool:
        return self._caller_events is not None

    @property
    def live(self) -> bool:
        """Whether it counts: somebody is or was connected and it has not ended."""
        return self._session.record.phase not in (Phase.IDLE, Phase.ENDED)

    @property
    def ended(self) -> bool:
        return self._session.record.phase is Phase.ENDED

    def row(self) -> SessionRow:
        """As the history would show it now."""
        return msgspec.structs.replace(
            self._row,
            status=self.status,
            reason=self.reason,
            head_seq=self.head_seq,
            configuration=msgspec.json.encode(self.configuration()),
        )

    def configuration(self) -> dict[str, Any]:
        stored = configuration_as_stored(self._session.record)
        return stored | {"appliedRevision": self._session.record.applied_revision} if stored else {}

    def turns(self) -> list[dict[str, Any]]:
        return [turn_as_shown(turn) for turn in self._session.record.turns]

    def usage(self) -> dict[str, Any]:
        audio_ms = 0 if self._session.connected_at is None else self.at_ms
        return usage_as_shown(self._session.record, audio_ms)

    def configure(
        self, *, scenario_id: str, config: dict[str, Any], voice: str, revision: int | None
    ) -> dict[str, Any] | None:
        """Want this from now on. None: an event tells of it. Otherwise nothing changed, and this is the present state,
        as the event that would tell it. Raises what `core.errors` has for bad content and revisions."""
        scenario = self._parts.scenario(scenario_id)
        checked, voice = scenario.check(config, voice)
        before = self.head_seq
        plan = self._parts.plan(scenario_id, checked, self._session.seed, self._practised)
        self._request(s.ConfigurationSent(revision, scenario_id, checked, voice, plan))
        self._log.info("configuration received", revision=self.configuration().get("revision"), keys=sorted(config))
        if self.head_seq != before:
            return None
        wanted = self.configuration()
        applied = wanted.pop("appliedRevision") == wanted["revision"]
        kind = "configuration.applied" if applied else "configuration.accepted"
        return {"type": kind, "sessionId": self.session_id, **wanted}

    def ask_end(self, reason: str) -> None:
        """End it; a no-op when it has ended."""
        self.signal(s.EndAskedFor(reason))

    def type_text(self, text: str) -> None:
        """The candidate typed an answer. Raises `OutOfOrder`."""
        self._request(s.TextTyped(text))

    def give_cue(self, cue: str) -> None:
        """`repeat`, `skip` or `moment`. Raises `OutOfOrder`."""
        self._request(s.CueGiven(cue))

    def attach_caller(self, leg: CallerLeg) -> CallerAdapter:
        """The candidate's connection; an earlier one is replaced. Raises `OutOfOrder` when the session is over."""
        if self._session.record.phase in (Phase.ENDED, Phase.ENDING) and self._caller is None:
            raise OutOfOrder(self.status, "CallerJoined")
        replaced = self._caller
        if replaced is not None:
            self._forget_caller()
            replaced.close(REPLACED, "replaced")
        self._caller = leg
        self._caller_events = CallerAdapter(self)
        self.bridge.attach_caller(leg)
        self._log.info("caller connected", streamSid=leg.stream_sid)
        self.signal(s.CallerJoined(leg.stream_sid))
        return self._caller_events

    async def attach_observer(self, reader: Reader, after: tuple[str, int] | None) -> None:
        """Replay, then live; see `ObserverFeed`."""
        try:
            await self.feed.attach(reader, after, status=self.status, caller_present=self.caller_present)
        finally:
            self._note_watching()

    def detach_observer(self, reader: Reader) -> None:
        if self.feed.detach(reader):
            self._note_watching()

    # What legs report.

    def signal(self, signal: s.Signal) -> None:
        """Take what a leg, the bridge or the clock observed. What does not fit is counted, never raised."""
        self._inbox.append(signal)
        if not self._stepping:
            self._take_all()

    @property
    def session(self) -> Session:
        return self._session

    @property
    def at_ms(self) -> int:
        """Now, on the session's audio clock."""
        begun = self._session.connected_at
        return 0 if begun is None else round((self._parts.clock.now() - begun) * 1000)

    def caller_left(self, adapter: CallerAdapter, signal: s.Signal) -> None:
        """The caller's connection is gone, with or without a word."""
        if adapter is not self._caller_events:
            return
        leg = self._caller
        self._forget_caller()
        if isinstance(signal, s.CallerLost):
            self._log.info("caller lost", code=signal.code)
        else:
            # Whoever hung up may leave the socket open; it is closed with the others, after the end was told.
            self._caller = leg
            self._log.info("caller hung up")
        self.signal(signal)

    def engine_reports(self, adapter: EngineAdapter, signal: s.Signal) -> None:
        if not self._engine.is_from_the_leg(adapter):
            return
        match signal:
            case s.EngineLost(code):
                self._log.warning("engine lost", code=code)
            case s.EngineRefused(code, message):
                self._log.error("engine refused", code=code, message=message)
            case s.ConfigurationRejected(revision, code, message):
                self._log.error("configuration refused", revision=revision, code=code, message=message)
            case _:
                pass
        self.signal(signal)

    # The life of the session.

    async def run(self) -> None:
        """Serve the session until it has ended and everything is cleaned up."""
        async with asyncio.TaskGroup() as self._tasks:
            # What was ordered before there was anybody to own it.
            if self._session.engine_opening:
                self._engine.start_opening(self._tasks)
            await self._ended.wait()
            self._engine.stop_opening()
            self._tool_calls.stop()
        await self._finish()

    async def abandon(self) -> None:
        """Its task failed: nobody is left to serve it, so every connection of it is dropped."""
        caller = self._caller
        if caller is not None:
            self._forget_caller()
            caller.close(FAULT, "failed")
        self.feed.close(FAULT, "failed")
        self._parts.session_over(self.session_id)
        await self._engine.close()

    async def _finish(self) -> None:
        await self._lines.tell_end(ENDED_COMMIT_S)
        self._log.info("ended announced", observers=len(self.feed))
        closed = {"caller": int(self._caller is not None), "engine": int(self._engine.leg is not None)}
        caller = self._caller
        if caller is not None:
            self._forget_caller()
            caller.close(NORMAL, self.reason or "ended")
        self._parts.session_over(self.session_id)
        await self._engine.close()
        if "leak_socket" in self._parts.breaks:
            _leaked.append(socket.socket())
        observers = self.feed.close(OVER, self.reason or "ended")
        self._parts.deadlines.clear((self.session_id, "playout"))
        self._log.info("session cleaned up", **closed, observers=observers)

    # Inside.

    def _request(self, signal: s.Signal) -> None:
        """A client's wish: refused to its face, with the session as it was."""
        self._stepping = True
        try:
            self._apply(signal)
        finally:
            self._stepping = False
        self._take_all()

    def _take_all(self) -> None:
        """What is in the inbox, and what comes into it on the way."""
        self._stepping = True
        try:
            while self._inbox:
                following = self._inbox.popleft()
                try:
                    self._apply(following)
                except GreenroomError as error:
                    self._parts.metrics.rejected(error.code)
                    self._log.debug("signal refused", code=error.code, signal=type(following).__name__)
        finally:
            self._stepping = False
        self._engine.session_changed()

    def _apply(self, signal: s.Signal) -> None:
        ear = self.bridge.ear
        made = step(self._session, signal, self._parts.clock.now(), ear)
        match signal:
            case s.CallerStopped(at_ms=at_ms):
                self._spoke_until_ms = at_ms
            case s.ReplyBegan() if self._spoke_until_ms is not None:
                self._parts.metrics.reply_gap.add(max(0, self.at_ms - self._spoke_until_ms) / 1000)
                self._spoke_until_ms = None
            case _:
                pass
        self._deliver(made)

    def _deliver(self, made: Step) -> None:
        was_live = self.live
        self._session = made.session
        self._parts.metrics.sessions_live += self.live - was_live
        if made.events:
            self._record(made.events)
        for command in made.commands:
            self._orders.carry_out(command)

    def _record(self, events: tuple[e.Event, ...]) -> None:
        for event in events:
            match event:
                case e.ConfigurationApplied(revision):
                    self._log.info("configuration applied", revision=revision)
                case e.ConfigurationFailed(revision, "configuration_timeout" as code):
                    words = "The voice engine did not agree to the configuration in time."
                    self._log.error("configuration failed", revision=revision, code=code, message=words)
                case e.TurnCompleted(turn_id):
                    self._engine.turn_over(turn_id)
                case e.UsageCounted(purpose, usage):
                    self._parts.metrics.used(purpose, usage)
                case _:
                    pass
        self.captions.turns_began(self._session, {one.turn_id for one in events if isinstance(one, e.TurnStarted)})
        if not self._lines.append(events, self._session.record) and not self.ended:
            self.signal(s.EndAskedFor("log_unavailable"))

    def _note_watching(self) -> None:
        watching = self.feed.owner_watching
        if watching != self._session.owner_watching and not self.ended:
            self.signal(s.OwnerWatching(watching))

    def _forget_caller(self) -> None:
        self.bridge.detach_caller()
        if self._caller_events is not None:
            self._caller_events.kill()
        self._caller = None
        self._caller_events = None

    def _schedule_playout(self, at: float | None) -> None:
        key = (self.session_id, "playout")
        if at is None:
            self._parts.deadlines.clear(key)
        else:
            self._parts.deadlines.set(key, at, self.bridge.playout_overdue)

    @property
    def audio_format(self) -> str:
        """Of the caller's sound, both ways: the engine takes and gives what the caller speaks."""
        return AUDIO_PCM_24K if self.channel == "browser" else AUDIO_PCMU_8K

    def open_engine(self) -> None:
        """Connect to the model, once somebody is there to own that."""
        if self._tasks is not None and not self._ended.is_set():
            self._engine.start_opening(self._tasks)

    def call_tool(self, call: ToolCall) -> None:
        """Carry out a function that the model called, as a task of the session's."""
        if self._tasks is not None and not self._ended.is_set():
            self._tool_calls.start(call, self._tasks)

    def finish(self, reason: str) -> None:
        """It has ended: whoever runs it cleans up."""
        self._log.info("session ended", reason=reason)
        self._parts.metrics.ended(reason)
        self._ended.set()
