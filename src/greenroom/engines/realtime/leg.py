"""One session on a Realtime server: events to signals, orders to messages, one end, told once."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Literal

import structlog
from picows import WSMsgType

from greenroom.core.commands import Cue
from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.core.signals import EngineLost, EngineRefused, Signal, UsageCame
from greenroom.engines.realtime import faults
from greenroom.engines.realtime.configuration import counted_to_turns
from greenroom.engines.realtime.connection import Connection, name_of
from greenroom.engines.realtime.hearing import Hearing
from greenroom.engines.realtime.messages import audio_delta
from greenroom.engines.realtime.rate_limits import RateLimits
from greenroom.engines.realtime.reading import MALFORMED_IN_A_ROW, Reading
from greenroom.engines.realtime.replies import Replies
from greenroom.engines.realtime.settings import RealtimeSettings
from greenroom.engines.realtime.setup import Setup
from greenroom.engines.realtime.usage import of_reply, of_transcript
from greenroom.ports.caller import BYTES_PER_MS
from greenroom.ports.engine import EngineConfiguration, EngineEvents, PastCall, PastTurn
from greenroom.realtime import Unknown, build
from greenroom.realtime import server_events as ev
from greenroom.realtime.client_events import ConversationItemCreate, InputAudioBufferClear
from greenroom.realtime.conversations import ContentPart, FunctionCallItem, FunctionCallOutputItem, MessageItem
from greenroom.realtime.wire import Wire

__all__ = ["MALFORMED_IN_A_ROW", "RealtimeLeg"]

log = structlog.get_logger()


class RealtimeLeg:
    """An `EngineLeg`. Made by a `RealtimeSpare`, of a connection that is up."""

    __slots__ = (
        "_answer",
        "_count",
        "_events",
        "_handlers",
        "_hearing",
        "_limits",
        "_over",
        "_reading",
        "_replies",
        "_sent",
        "_settings",
        "_setup",
        "connection",
        "expires_at",
    )

    def __init__(
        self,
        settings: RealtimeSettings,
        connection: Connection,
        events: EngineEvents,
        count: Callable[[str], None],
        expires_at: float | None = None,
    ) -> None:
        self.connection = connection
        self.expires_at = expires_at
        connection.belong_to(self._take, self._ended)
        self._settings = settings
        self._events = events
        self._count = count
        self._setup = Setup(settings, self._send, events.signal)
        self._limits = RateLimits()
        self._replies = Replies(self._send, events, self._limits, count, takes_tools=settings.takes_tools)
        self._hearing = Hearing(events, *counted_to_turns(settings))
        self._reading = Reading(count)
        self._answer: asyncio.Future[None] | None = None
        """While somebody waits for it, an end is an answer to them instead of a signal."""
        self._over = False
        self._sent = 0
        self._handlers = self._table()

    # What the session orders.

    def configure(self, wanted: EngineConfiguration) -> None:
        if not self._over:
            self._replies.instructions = wanted.instructions
            self._setup.want(wanted)

    def append_audio(self, payload: bytes) -> None:
        if not self._over:
            self.connection.append_audio(payload)

    def say(self, cue: Cue) -> None:
        if not self._over:
            self._replies.say(cue)

    def cancel(self, reply_id: str | None) -> None:
        if not self._over:
            self._replies.cancel(reply_id)

    def truncate(self, reply_id: str, heard_ms: int) -> None:
        wanted = self._setup.wanted
        if not self._over and wanted is not None:
            self._replies.truncate(reply_id, heard_ms, BYTES_PER_MS[wanted.audio_format])

    def add_text(self, text: str) -> None:
        if not self._over:
            self._add_message("user", text)

    def answer_call(self, call_id: str, output: str) -> None:
        if not self._over:
            item = FunctionCallOutputItem(call_id=call_id, output=output)
            self._send(ConversationItemCreate(item=item, event_id=self._next_id("answer")))

    def discard_input(self) -> None:
        if not self._over:
            self._hearing.discard()
            self._send(InputAudioBufferClear(event_id=self._next_id("clear")))

    async def close(self) -> None:
        """Idempotent; returns when the socket is gone, at most two seconds later."""
        self._end()
        await self.connection.hang_up()

    # For whoever opens it and has another leg take over.

    def remember(self, history: Sequence[PastTurn]) -> None:
        """See `ports.engine.EngineLeg`."""
        for turn in history:
            if self._over:
                return
            if isinstance(turn, PastCall):
                self._add_call(turn)
            else:
                self._add_message("user" if turn.speaker == "candidate" else "assistant", turn.text)

    def await_answer(self) -> asyncio.Future[None]:
        """Done with the next message. Raises `EngineRefusal` or `EngineUnreachable` if there comes none."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answer = answer
        self.connection.belong_to(self._take_first, self._ended)
        return answer

    def abandon(self) -> None:
        """It won't be taken: leave nothing open and say nothing."""
        self._end()
        self.connection.drop()

    # What the connection tells.

    def _take(self, kind: WSMsgType, data: bytes) -> None:
        audio = audio_delta(data)
        if audio is not None:
            self._on_audio(*audio)
            return
        event = self._reading.event(kind, data)
        if event is None:
            if self._reading.hopeless:
                self._lose("protocol_error")
            return
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)
        elif isinstance(event, Unknown) and event.type not in ev.NOT_FOR_CALLS:
            self._count("engine_unknown_event")

    def _take_first(self, kind: WSMsgType, data: bytes) -> None:
        self.connection.belong_to(self._take, self._ended)
        self._take(kind, data)
        # Behind it, since the message may have been the end.
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(None)

    def _ended(self, code: int) -> None:
        self._lose(name_of(code))

    # Ends.

    def _end(self) -> None:
        self._over = True
        self._setup.close()
        self._replies.close()

    def _lose(self, code: str) -> None:
        words = f"the voice engine at {self._settings.shown} went away ({code})"
        self._fail(EngineLost(code), EngineUnreachable(words))

    def _refuse(self, refusal: EngineRefusal) -> None:
        self._fail(EngineRefused(refusal.code, refusal.message), refusal)

    def _fail(self, signal: Signal, error: EngineRefusal | EngineUnreachable) -> None:
        self._end()
        self.connection.drop()
        answer = self._answer
        if answer is None:
            self._events.signal(signal)
        elif not answer.done():
            answer.set_exception(error)

    # Events.

    def _table(self) -> dict[type[Any], Callable[[Any], None]]:
        """Who answers which event; all others are known and of no interest."""
        hearing, replies = self._hearing, self._replies
        return {
            ev.SessionUpdated: lambda event: self._setup.echoed(event.session),
            ev.ErrorEvent: self._on_error,
            ev.InputAudioBufferSpeechStarted: lambda event: hearing.started(event.item_id, event.audio_start_ms),
            ev.InputAudioBufferSpeechStopped: lambda event: hearing.stopped(event.item_id, event.audio_end_ms),
            ev.InputAudioTranscriptionDelta: lambda event: hearing.words(event.item_id, event.delta or ""),
            ev.InputAudioTranscriptionCompleted: self._on_transcript,
            ev.InputAudioTranscriptionFailed: lambda event: hearing.failed(event.item_id),
            ev.RateLimitsUpdated: self._on_rate_limits,
            ev.ResponseCreated: lambda event: replies.created(event.response),
            ev.ResponseDone: self._on_response_done,
            ev.ResponseOutputItemDone: lambda event: replies.item_done(event.response_id, event.item),
            ev.ResponseOutputAudioDelta: lambda event: self._on_audio(
                event.response_id, event.item_id, event.delta.encode()
            ),
            ev.ResponseOutputAudioTranscriptDelta: lambda event: replies.wording(event.response_id, event.delta),
            ev.ResponseOutputAudioTranscriptDone: lambda event: replies.worded(event.response_id, event.transcript),
        }

    def _on_audio(self, reply_id: str, item_id: str, payload: bytes) -> None:
        if self._replies.audio(reply_id, item_id, payload):
            self._setup.voice_heard()

    def _on_error(self, event: ev.ErrorEvent) -> None:
        error = event.error
        refusal = faults.fatal(error.code, error.type)
        if refusal is not None:
            self._refuse(refusal)
        elif error.code == faults.SESSION_EXPIRED:
            self._lose(error.code)
        elif not self._setup.refused(error) and not self._replies.refused(error):
            self._note_complaint(error)

    def _note_complaint(self, error: ev.ErrorDetails) -> None:
        """Nobody waits for what it is about."""
        how = faults.severity(error.code, error.type)
        if how is not faults.Severity.BENIGN:
            self._count("engine_error")
            what = error.code or error.type
            log.info("engine complained", code=what, severity=how.name.lower(), about=error.event_id, param=error.param)

    def _on_response_done(self, event: ev.ResponseDone) -> None:
        details = event.response.status_details
        error = None if details is None else details.error
        refusal = None if error is None else faults.fatal(error.code, error.type)
        if refusal is not None:
            self._refuse(refusal)
            return
        usage = event.response.usage
        if self._replies.done(event.response) and usage is not None and self._settings.counts_usage:
            cost = of_reply(usage)
            self._limits.note_cost(cost.tokens)
            self._events.signal(UsageCame("reply", cost))

    def _on_transcript(self, event: ev.InputAudioTranscriptionCompleted) -> None:
        self._hearing.completed(event.item_id, event.transcript)
        if event.usage is not None and self._settings.counts_usage:
            self._events.signal(UsageCame("transcript", of_transcript(event.usage)))

    def _on_rate_limits(self, event: ev.RateLimitsUpdated) -> None:
        now = asyncio.get_running_loop().time()
        self._limits.told(event.rate_limits, now)
        wait_s = self._limits.wait_s(now)
        if wait_s > 0:
            self._count("engine_rate_limited")
            log.warning("engine rate limited", waitSeconds=round(wait_s, 1))

    # Messages.

    def _add_message(self, role: Literal["user", "assistant"], text: str) -> None:
        content = ContentPart(type="output_text" if role == "assistant" else "input_text", text=text)
        item = MessageItem(role=role, content=(content,))
        self._send(ConversationItemCreate(item=item, event_id=self._next_id("add")))

    def _add_call(self, call: PastCall) -> None:
        item = FunctionCallItem(name=call.name, arguments=call.arguments, call_id=call.call_id)
        self._send(ConversationItemCreate(item=item, event_id=self._next_id("add")))
        self.answer_call(call.call_id, call.text)

    def _next_id(self, what: str) -> str:
        self._sent += 1
        return f"{what}-{self._sent}"

    def _send(self, event: Wire) -> None:
        self.connection.send_text(build(event))
