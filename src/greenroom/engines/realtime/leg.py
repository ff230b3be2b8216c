"""One session on a Realtime server: events to signals, orders to messages, one end, told once."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Literal

import structlog
from picows import WSMsgType

from greenroom.core.commands import Cue
from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.core.signals import EngineLost, EngineRefused, Signal
from greenroom.engines.realtime import faults
from greenroom.engines.realtime.connection import Connection
from greenroom.engines.realtime.hearing import Hearing
from greenroom.engines.realtime.messages import audio_delta, read
from greenroom.engines.realtime.replies import Replies
from greenroom.engines.realtime.settings import RealtimeSettings
from greenroom.engines.realtime.setup import Setup
from greenroom.ports.caller import BYTES_PER_MS
from greenroom.ports.engine import EngineConfiguration, EngineEvents, PastTurn
from greenroom.realtime import ProtocolError, Unknown, build
from greenroom.realtime import server_events as ev
from greenroom.realtime.client_events import ConversationItemCreate, InputAudioBufferClear
from greenroom.realtime.conversations import ContentPart, MessageItem
from greenroom.realtime.wire import Wire
from greenroom.websocket import TEXT, Heartbeats
from greenroom.websocket.heartbeat import NO_HEARTBEAT

MALFORMED_IN_A_ROW = 50
"""After so many messages that can't be read, whoever sends them is no Realtime server."""

log = structlog.get_logger()


class RealtimeLeg:
    """An `EngineLeg`. Made by `RealtimeEngine.open`, which connects it and waits until it is `ready`."""

    __slots__ = (
        "_count",
        "_events",
        "_handlers",
        "_hearing",
        "_malformed",
        "_opening",
        "_over",
        "_replies",
        "_sent",
        "_settings",
        "_setup",
        "connection",
    )

    def __init__(
        self,
        settings: RealtimeSettings,
        heartbeats: Heartbeats,
        events: EngineEvents,
        count: Callable[[str], None],
    ) -> None:
        self.connection = Connection(heartbeats, self._take, self._ended)
        self._settings = settings
        self._events = events
        self._count = count
        self._setup = Setup(settings, self._send, events.signal)
        self._replies = Replies(self._send, events)
        self._hearing = Hearing(events)
        self._opening: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done with `session.created`; until then, an end is an answer to `open` instead of a signal."""
        self._over = False
        self._malformed = 0
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

    def discard_input(self) -> None:
        if not self._over:
            self._hearing.discard()
            self._send(InputAudioBufferClear(event_id=self._next_id("clear")))

    async def close(self) -> None:
        """Idempotent; returns when the socket is gone, at most two seconds later."""
        self._end()
        await self.connection.hang_up()

    # For `RealtimeEngine.open`.

    async def ready(self) -> None:
        """Until the server has said `session.created`. Raises `EngineRefusal` or `EngineUnreachable`."""
        await self._opening

    def remember(self, history: Sequence[PastTurn]) -> None:
        """Send the conversation so far."""
        for turn in history:
            self._add_message("user" if turn.speaker == "candidate" else "assistant", turn.text)

    def abandon(self) -> None:
        """It won't be taken: leave nothing open and say nothing."""
        self._end()
        self.connection.drop()
        if not self._opening.cancel() and not self._opening.cancelled():
            self._opening.exception()  # looked at: whoever would have raised it is gone

    # What the connection tells.

    def _take(self, kind: WSMsgType, data: bytes) -> None:
        audio = audio_delta(data)
        if audio is not None:
            self._on_audio(*audio)
            return
        if kind != TEXT:
            self._on_malformed()
            return
        try:
            event = read(data)
        except ProtocolError:
            self._on_malformed()
            return
        self._malformed = 0
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)
        elif isinstance(event, Unknown):
            self._count("engine_unknown_event")

    def _ended(self, code: int) -> None:
        if code in faults.UNAUTHORIZED_CLOSES and not self._opening.done():
            self._refuse(*faults.UNAUTHORIZED_CLOSES[code])
        else:
            # 1000 and 1001 too: whatever the server calls it, we did not ask for it.
            self._lose("no_heartbeat" if code == NO_HEARTBEAT else f"closed_{code}")

    # Ends.

    def _end(self) -> None:
        self._over = True
        self._setup.close()
        self._replies.close()

    def _lose(self, code: str) -> None:
        words = f"the voice engine at {self._settings.shown} went away ({code})"
        self._fail(EngineLost(code), EngineUnreachable(words))

    def _refuse(self, code: str, words: str) -> None:
        self._fail(EngineRefused(code, words), EngineRefusal(words))

    def _fail(self, signal: Signal, error: EngineRefusal | EngineUnreachable) -> None:
        self._end()
        self.connection.drop()
        if self._opening.done():
            self._events.signal(signal)
        else:
            self._opening.set_exception(error)

    # Events.

    def _table(self) -> dict[type[Any], Callable[[Any], None]]:
        """Who answers which event; all others are known and of no interest."""
        hearing, replies = self._hearing, self._replies
        return {
            ev.SessionCreated: self._on_session_created,
            ev.SessionUpdated: lambda event: self._setup.echoed(event.session),
            ev.ErrorEvent: self._on_error,
            ev.InputAudioBufferSpeechStarted: lambda event: hearing.started(event.item_id, event.audio_start_ms),
            ev.InputAudioBufferSpeechStopped: lambda event: hearing.stopped(event.item_id, event.audio_end_ms),
            ev.InputAudioTranscriptionDelta: lambda event: hearing.words(event.item_id, event.delta or ""),
            ev.InputAudioTranscriptionCompleted: lambda event: hearing.completed(event.item_id, event.transcript),
            ev.InputAudioTranscriptionFailed: lambda event: hearing.failed(event.item_id),
            ev.ResponseCreated: lambda event: replies.created(event.response),
            ev.ResponseDone: self._on_response_done,
            ev.ResponseOutputAudioDelta: lambda event: self._on_audio(
                event.response_id, event.item_id, event.delta.encode()
            ),
            ev.ResponseOutputAudioTranscriptDelta: lambda event: replies.wording(event.response_id, event.delta),
            ev.ResponseOutputAudioTranscriptDone: lambda event: replies.worded(event.response_id, event.transcript),
        }

    def _on_audio(self, reply_id: str, item_id: str, payload: bytes) -> None:
        if self._replies.audio(reply_id, item_id, payload):
            self._setup.voice_heard()

    def _on_malformed(self) -> None:
        self._count("engine_malformed_event")
        self._malformed += 1
        if self._malformed >= MALFORMED_IN_A_ROW:
            self._lose("protocol_error")

    def _on_session_created(self, _: ev.SessionCreated) -> None:
        if not self._opening.done():
            self._opening.set_result(None)

    def _on_error(self, event: ev.ErrorEvent) -> None:
        error = event.error
        if not self._opening.done():
            failure = faults.while_opening(error, self._settings.shown)
            self._fail(EngineLost(failure.code), failure)
            return
        fatal = faults.fatal_words(error.code, error.type)
        if fatal is not None:
            self._refuse(*fatal)
        elif error.code == faults.SESSION_EXPIRED:
            self._lose(error.code)
        elif not self._setup.refused(error) and not self._replies.refused(error) and error.code not in faults.BENIGN:
            self._count("engine_error")
            log.info("engine complained", code=error.code or error.type, about=error.event_id, param=error.param)

    def _on_response_done(self, event: ev.ResponseDone) -> None:
        details = event.response.status_details
        error = None if details is None else details.error
        fatal = None if error is None else faults.fatal_words(error.code, error.type)
        if fatal is not None:
            self._refuse(*fatal)
        else:
            self._replies.done(event.response)

    # Messages.

    def _add_message(self, role: Literal["user", "assistant"], text: str) -> None:
        content = ContentPart(type="output_text" if role == "assistant" else "input_text", text=text)
        item = MessageItem(role=role, content=(content,))
        self._send(ConversationItemCreate(item=item, event_id=self._next_id("add")))

    def _next_id(self, what: str) -> str:
        self._sent += 1
        return f"{what}-{self._sent}"

    def _send(self, event: Wire) -> None:
        self.connection.send_text(build(event))
