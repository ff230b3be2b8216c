"""The runner of one session: the thin shell around `step`. Legs report, it steps, records, and hands out orders."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog

from greenroom.core import commands as c
from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.errors import GreenroomError, OutOfOrder
from greenroom.core.phases import Phase
from greenroom.core.session import Session, Step
from greenroom.core.step import step
from greenroom.ports.caller import AUDIO_PCMU_8K, CallerLeg
from greenroom.ports.clock import Clock
from greenroom.ports.engine import Engine, EngineLeg
from greenroom.ports.observer import Reader
from greenroom.ports.scenario import Scenario
from greenroom.ports.store import SessionRow
from greenroom.runtime.audio_bridge import AudioBridge
from greenroom.runtime.deadlines import Deadlines
from greenroom.runtime.engine_link import EngineLink, wanted
from greenroom.runtime.leg_adapters import CallerAdapter, EngineAdapter
from greenroom.runtime.metrics import Metrics
from greenroom.runtime.observer_feed import ObserverFeed, ReadLog
from greenroom.runtime.recorder import Recorder
from greenroom.runtime.session_log import SessionLog
from greenroom.runtime.shown import configuration_as_stored, turn_as_shown

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
        self._early_caption: tuple[str, str] | None = None
        self._log = log.bind(sessionId=row.session_id)
        self.feed = ObserverFeed(row.log_id, read_log)
        self._lines = SessionLog(row, parts.recorder, parts.clock, self.feed)
        self._engine = EngineLink(self, parts.engine, parts.metrics)
        self.bridge = AudioBridge(parts.clock, parts.metrics, self.signal, self._schedule_playout)
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
        return {"audioMs": 0 if self._session.connected_at is None else self.at_ms}

    def configure(
        self, *, scenario_id: str, config: dict[str, Any], voice: str, revision: int | None
    ) -> dict[str, Any] | None:
        """Want this from now on. None: an event tells of it. Otherwise nothing changed, and this is the present state,
        as the event that would tell it. Raises what `core.errors` has for bad content and revisions."""
        scenario = self._parts.scenario(scenario_id)
        checked, voice = scenario.check(config, voice)
        before = self.head_seq
        plan = scenario.plan(checked, self._session.seed, self._practised)
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
        if self._stepping:
            return
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

    def reply_caption(self, reply_id: str, text: str) -> None:
        """What the interviewer says; kept back until the reply sounds."""
        reply = self._session.reply
        if reply is None or reply.reply_id != reply_id:
            return
        if reply.turn_id is None:
            self._early_caption = (reply_id, text)
        else:
            self.caption(reply.turn_id, "interviewer", text)

    def caption(self, turn_id: str, speaker: str, text: str) -> None:
        """What was said so far in a turn: shown, never stored."""
        body = {
            "type": "transcript.delta",
            "sessionId": self.session_id,
            "turnId": turn_id,
            "speaker": speaker,
            "text": text,
        }
        self.feed.caption(turn_id, msgspec.json.encode(body))

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
        if isinstance(signal, s.EngineLost):
            self._log.warning("engine lost", code=signal.code)
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
        if self._inbox:
            self.signal(self._inbox.popleft())

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
            self._carry_out(command)

    def _record(self, events: tuple[e.Event, ...]) -> None:
        for event in events:
            if isinstance(event, e.ConfigurationApplied):
                self._log.info("configuration applied", revision=event.revision)
        self._bring_early_caption({event.turn_id for event in events if isinstance(event, e.TurnStarted)})
        if not self._lines.append(events, self._session.record) and not self.ended:
            self.signal(s.EndAskedFor("log_unavailable"))

    def _bring_early_caption(self, begun: set[str]) -> None:
        early, reply = self._early_caption, self._session.reply
        if early is not None and reply is not None and reply.reply_id == early[0] and reply.turn_id in begun:
            self._early_caption = None
            self.caption(str(reply.turn_id), "interviewer", early[1])

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
        """Of the caller's sound, both ways."""
        return AUDIO_PCMU_8K if self._caller is None else self._caller.audio_format

    def _carry_out(self, command: c.Command) -> None:
        """Hand an order of the core to whoever carries it out."""
        engine, bridge, deadlines = self._engine.leg, self.bridge, self._parts.deadlines
        match command:
            case c.SetDeadline(name, at):
                deadlines.set((self.session_id, name), at, lambda: self.signal(s.DeadlineCame(name)))
            case c.ClearDeadline(name):
                deadlines.clear((self.session_id, name))
            case c.HearCaller(on):
                bridge.hear(on=on)
            case c.PlayReply(reply_id):
                bridge.play(reply_id)
            case c.StopPlaying(reply_id):
                bridge.stop(reply_id)
            case c.ResumePlaying(reply_id):
                bridge.resume(reply_id)
            case c.CompleteReply(reply_id):
                bridge.complete(reply_id)
            case c.DropReply(reply_id):
                bridge.drop(reply_id)
            case c.OpenEngine():
                if self._tasks is not None and not self._ended.is_set():
                    self._engine.start_opening(self._tasks)
            case c.Finish(reason):
                self._on_finish(reason)
            case _ if engine is not None:
                self._ask_engine(engine, command)
            case _:
                pass  # the engine is gone, and the core is about to hear of it

    def _ask_engine(self, engine: EngineLeg, command: c.Command) -> None:
        match command:
            case c.ConfigureEngine(revision):
                engine.configure(wanted(self._session, self.audio_format))
                self._log.info("engine reconfigured", revision=revision)
            case c.Say(cue):
                engine.say(cue)
            case c.CancelReply(reply_id):
                engine.cancel(reply_id)
            case c.TruncateReply(reply_id, heard_ms):
                engine.truncate(reply_id, heard_ms)
            case c.AddText(text):
                engine.add_text(text)
            case _:
                msg = f"nobody carries out {command}"
                raise AssertionError(msg)

    def _on_finish(self, reason: str) -> None:
        self._log.info("session ended", reason=reason)
        self._parts.metrics.ended(reason)
        self._ended.set()
