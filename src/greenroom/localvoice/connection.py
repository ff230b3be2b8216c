"""One client: its events in, the session's events out."""

import asyncio
import itertools
import secrets
from collections.abc import Callable
from typing import Any

import structlog
from msgspec import UnsetType
from msgspec.structs import replace

from greenroom.localvoice import configuration
from greenroom.localvoice.conversation import Conversation, checked_item
from greenroom.localvoice.formats import Hearing, Speaking
from greenroom.localvoice.inference import Inference
from greenroom.localvoice.listening import Listener, TooFast
from greenroom.localvoice.replying import Means, Replies, Wanted
from greenroom.localvoice.settings import LocalVoiceSettings
from greenroom.localvoice.turns import Turns
from greenroom.localvoice.work import Work
from greenroom.realtime import ProtocolError, Unknown, build, parse_client
from greenroom.realtime import client_events as cl
from greenroom.realtime import server_events as ev
from greenroom.realtime.codec import unknown_parameters
from greenroom.realtime.conversations import ResponseParams
from greenroom.realtime.sessions import PCM_24K, AudioFormat
from greenroom.websocket import TEXT, Messages

MAX_MESSAGE_BYTES = 16 << 20
"""As the real API's limit on a piece of sound."""
MAX_BACKLOG = 4096
"""Events that wait for a commit before them."""
INTERNAL_ERROR = 1011

Admit = Callable[["Connection"], asyncio.TaskGroup]
log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class Connection(Messages):
    """One session of the embedded engine. Everything here runs on the event loop."""

    def __init__(
        self,
        inference: Inference,
        settings: LocalVoiceSettings,
        model: str,
        admit: Admit,
        left: Callable[["Connection"], None],
    ) -> None:
        super().__init__(MAX_MESSAGE_BYTES)
        self._inference = inference
        self._settings = settings
        self._admit = admit
        self._left = left
        self._session = configuration.initial(model)
        self._session_id = f"sess_{secrets.token_hex(8)}"
        self._numbers = itertools.count(1)
        self._conversation = Conversation()
        self._hearing = Hearing(PCM_24K)
        self._backlog: list[Any] = []
        """Events that came while a commit waits for the sound before it."""
        self._committing: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    # The socket.

    def opened(self) -> None:
        self._work = Work(self._admit(self), self._failed)
        self._turns = Turns(self._conversation, self._send, self._new_id)
        means = Means(
            inference=self._inference,
            settings=self._settings,
            conversation=self._conversation,
            send=self._send,
            flow=self._writable.wait,
            words_known=self._turns.words_known,
        )
        self._replies = Replies(means, self._work.start)
        self._turns.interrupt = lambda: self._replies.cancel("turn_detected")
        self._turns.answer = self._answer
        self._listener = Listener(self._inference, self._turns, self._work.start)
        self._send(ev.SessionCreated(session=self._shown()))

    def message(self, kind: Any, data: bytes) -> None:
        try:
            if kind != TEXT:
                raise ProtocolError("invalid_json", "events are JSON text")
            event = parse_client(data)
            if isinstance(event, Unknown):
                raise ProtocolError("invalid_value", f"there is no event {event.type!r}", "type", event.event_id)
            for path in unknown_parameters(data, event):
                raise ProtocolError("unknown_parameter", f"Unknown parameter: '{path}'.", path, event.event_id)
        except ProtocolError as error:
            self._refuse(error)
            return
        if self._committing is not None:
            if len(self._backlog) >= MAX_BACKLOG:
                self._refuse(ProtocolError("rate_limit_exceeded", "too many events wait", None, event.event_id))
            else:
                self._backlog.append(event)
            return
        self._try(event)

    def closed(self, code: int, reason: str) -> None:  # noqa: ARG002
        self.stop()
        self._left(self)

    def stop(self) -> None:
        """Work no more; what is being made is dropped."""
        self._listener.close()
        self._work.stop()
        self._backlog.clear()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._writable.clear()

    def writable(self) -> None:
        self._writable.set()

    async def heard_all(self) -> None:
        """Until everything that was said to it has been listened to."""
        await self._listener.drained()

    @property
    def tasks(self) -> int:
        """How many are running for it."""
        return len(self._work)

    # The client's events.

    def _try(self, event: Any) -> None:
        try:
            self._take(event)
        except ProtocolError as error:
            error.event_id = event.event_id
            self._refuse(error)
        except Exception as error:  # noqa: BLE001 it must not reach the server's reader
            self._failed(error)

    def _take(self, event: Any) -> None:
        match event:
            case cl.InputAudioBufferAppend(audio=audio):
                self._listen(audio)
            case cl.SessionUpdate(session=update):
                self._update(update)
            case cl.InputAudioBufferCommit():
                self._commit()
            case cl.InputAudioBufferClear():
                self._listener.discard()
                self._turns.discard()
                self._send(ev.InputAudioBufferCleared())
            case cl.ConversationItemCreate():
                self._create_item(event)
            case cl.ConversationItemDelete(item_id=item_id):
                self._conversation.delete(item_id)
                self._send(ev.ConversationItemDeleted(item_id=item_id))
            case cl.ConversationItemRetrieve(item_id=item_id):
                self._send(ev.ConversationItemRetrieved(item=self._conversation.get(item_id)))
            case cl.ConversationItemTruncate(item_id=item_id, content_index=index, audio_end_ms=end_ms):
                self._conversation.truncate(item_id, index, end_ms)
                self._send(ev.ConversationItemTruncated(item_id=item_id, content_index=index, audio_end_ms=end_ms))
            case cl.ResponseCreate(response=params):
                self._respond(params or ResponseParams())
            case cl.ResponseCancel(response_id=response_id):
                self._cancel(response_id)
            case _:
                pass

    def _update(self, update: Any) -> None:
        self._session = configuration.updated(self._session, update, voice_heard=self._replies.voice_heard)
        form = configuration.audio_input(self._session).format
        if isinstance(form, AudioFormat) and form != self._hearing.form:
            self._hearing = Hearing(form)
        wanted = configuration.turns_of(self._session)
        if self._listener.detects_turns and not wanted.detected:
            self._turns.discard()
        self._turns.wanted = wanted
        self._listener.detects_turns = wanted.detected
        self._listener.threshold = wanted.threshold
        self._listener.shortest_pause_ms = wanted.silence_ms
        self._send(ev.SessionUpdated(session=self._shown()))

    def _listen(self, audio: str) -> None:
        samples = self._hearing.decode(audio)
        if len(samples):
            try:
                self._listener.feed(samples)
            except TooFast:
                raise ProtocolError("rate_limit_exceeded", "sound comes too fast", "audio") from None

    def _commit(self) -> None:
        if not self._listener.has_sound:
            raise ProtocolError("input_audio_buffer_commit_empty", "there is less than 100 ms of sound to commit")
        self._committing = self._work.start(self._listener.commit(), "commit")
        self._committing.add_done_callback(self._committed)

    def _committed(self, task: asyncio.Task[None]) -> None:
        self._committing = None
        while self._backlog and self._committing is None and not task.cancelled():
            self._try(self._backlog.pop(0))

    def _create_item(self, event: cl.ConversationItemCreate) -> None:
        item = replace(
            checked_item(event.item),
            id=event.item.id or self._new_id("item"),
            object="realtime.item",
            status="completed",
        )
        before = self._conversation.add(item, event.previous_item_id)
        self._send(ev.ConversationItemAdded(item=item, previous_item_id=before))
        self._send(ev.ConversationItemDone(item=item, previous_item_id=before))

    # Responses.

    def _respond(self, params: ResponseParams) -> None:
        configuration.check_response(params)
        active = self._replies.active_id
        if active is not None:
            raise ProtocolError(
                "conversation_already_has_active_response",
                f"Conversation already has an active response in progress: {active}. Wait until it is finished.",
            )
        output = configuration.audio_output(self._session)
        wanted = None if params.audio is None else params.audio.output
        form = output.format if wanted is None or wanted.format is None else wanted.format
        assert isinstance(form, AudioFormat)
        modalities = params.output_modalities or self._session.output_modalities
        instructions = self._session.instructions
        self._replies.make(
            Wanted(
                response_id=self._new_id("resp"),
                item_id=self._new_id("item"),
                params=params,
                speaking=None if modalities == ("text",) else Speaking(configuration.checked_format(form, "response")),
                voice=output.voice,
                speed=1.0 if isinstance(output.speed, UnsetType) else output.speed,
                instructions="" if isinstance(instructions, UnsetType) else instructions,
                replies_before=self._replies.count,
            )
        )

    def _cancel(self, response_id: str | None) -> None:
        active = self._replies.active_id
        if active is None or response_id not in (None, active):
            raise ProtocolError("response_cancel_not_active", "Cancellation failed: no active response found")
        self._replies.cancel("client_cancelled")

    def _answer(self) -> None:
        """A turn is over, and the client wants an answer without asking for it."""
        if self._replies.active_id is None:
            self._respond(ResponseParams())

    # Inside.

    def _shown(self) -> Any:
        # Without an id and an object: the `openai` package's types have none, though the real API sends them.
        return self._session

    def _new_id(self, kind: str) -> str:
        return f"{kind}_{self._session_id[5:13]}{next(self._numbers):06d}"

    def _send(self, event: ev.ServerMessage) -> None:
        self.send_text(build(replace(event, event_id=self._new_id("event"))))

    def _refuse(self, error: ProtocolError, kind: str = "invalid_request_error") -> None:
        details = ev.ErrorDetails(
            type=kind, code=error.code, message=error.message, param=error.param, event_id=error.event_id
        )
        self._send(ev.ErrorEvent(error=details))

    def _failed(self, error: Exception) -> None:
        """Something of ours went wrong. This session ends, the others don't hear of it."""
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        where = "" if frame is None else f"{frame.tb_frame.f_code.co_name}:{frame.tb_lineno}"
        # Its kind and place only: an exception's words may repeat what was said.
        log.error("localvoice session failed", session_id=self._session_id, error=type(error).__name__, where=where)
        if self.is_open:
            self._refuse(ProtocolError("internal_error", "something went wrong here; connect again"), "server_error")
        self.stop()
        self.close(INTERNAL_ERROR, "internal error")
