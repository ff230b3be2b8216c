"""One client: its events in, the session's events out."""

import asyncio
import itertools
import secrets
from collections.abc import Callable
from typing import Any

from msgspec import UnsetType
from msgspec.structs import replace

from greenroom.localvoice import configuration
from greenroom.localvoice.conversation import Conversation
from greenroom.localvoice.formats import Hearing, Speaking
from greenroom.localvoice.inference import Inference
from greenroom.localvoice.listening import Listener
from greenroom.localvoice.replying import Reply
from greenroom.localvoice.settings import LocalVoiceSettings
from greenroom.realtime import ProtocolError, Unknown, build, parse_client
from greenroom.realtime import client_events as cl
from greenroom.realtime import server_events as ev
from greenroom.realtime.conversations import (
    ContentPart,
    DurationUsage,
    MessageItem,
    ResponseParams,
)
from greenroom.realtime.sessions import PCM_24K, AudioFormat, ServerVad
from greenroom.websocket import TEXT, Messages

MAX_MESSAGE_BYTES = 16 << 20
"""As the real API's limit on a piece of sound."""

Admit = Callable[["Connection"], asyncio.TaskGroup]


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
        self._listener: Listener | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._reply: Reply | None = None
        self._replying: asyncio.Task[None] | None = None
        self._replies = 0
        self._voice_heard = False
        self._item_id = ""
        """Of the candidate's speech that is open."""
        self._ended_items: list[str] = []
        """Whose words are on their way, in order."""
        self._writable = asyncio.Event()
        self._writable.set()

    # The socket.

    def opened(self) -> None:
        self._tasks = self._admit(self)
        self._listener = Listener(self._inference, self, self._tasks)
        self._send(ev.SessionCreated(session=self._shown()))

    def message(self, kind: Any, data: bytes) -> None:
        if kind != TEXT:
            self._refuse(ProtocolError("invalid_json", "events are JSON text"))
            return
        try:
            event = parse_client(data)
            if isinstance(event, Unknown):
                raise ProtocolError("invalid_value", f"there is no event {event.type!r}", "type", event.event_id)
            self._take(event)
        except ProtocolError as error:
            self._refuse(error)

    def closed(self, code: int, reason: str) -> None:  # noqa: ARG002
        self._writable.set()
        if self._listener is not None:
            self._listener.close()
        if self._replying is not None:
            self._replying.cancel()
        self._left(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._writable.clear()

    def writable(self) -> None:
        self._writable.set()

    async def heard_all(self) -> None:
        """Until everything that was said to it has been listened to."""
        await self._heard_by.drained()

    # The client's events.

    def _take(self, event: Any) -> None:
        try:
            match event:
                case cl.InputAudioBufferAppend(audio=audio):
                    self._listen(audio)
                case cl.SessionUpdate(session=update):
                    self._update(update)
                case cl.InputAudioBufferCommit():
                    self._commit()
                case cl.InputAudioBufferClear():
                    self._clear()
                case cl.ConversationItemCreate():
                    self._create_item(event)
                case cl.ConversationItemDelete(item_id=item_id):
                    self._conversation.delete(item_id)
                    self._send(ev.ConversationItemDeleted(item_id=item_id))
                case cl.ConversationItemRetrieve(item_id=item_id):
                    self._send(ev.ConversationItemRetrieved(item=self._conversation.get(item_id)))
                case cl.ConversationItemTruncate():
                    self._conversation.truncate(event.item_id, event.content_index, event.audio_end_ms)
                    self._send(
                        ev.ConversationItemTruncated(
                            item_id=event.item_id, content_index=event.content_index, audio_end_ms=event.audio_end_ms
                        )
                    )
                case cl.ResponseCreate(response=params):
                    self._respond(params or ResponseParams())
                case cl.ResponseCancel(response_id=response_id):
                    self._cancel(response_id)
                case _:
                    pass
        except ProtocolError as error:
            error.event_id = error.event_id or event.event_id
            raise

    def _update(self, update: Any) -> None:
        self._session = configuration.updated(self._session, update, voice_heard=self._voice_heard)
        given = configuration.audio_input(self._session)
        if isinstance(given.format, AudioFormat) and given.format != self._hearing.form:
            self._hearing = Hearing(given.format)
        listener = self._heard_by
        turns = given.turn_detection
        listener.detects_turns = turns is not None
        if isinstance(turns, ServerVad) and turns.threshold is not None:
            listener.threshold = min(max(turns.threshold, 0.1), 0.9)
        self._send(ev.SessionUpdated(session=self._shown()))

    def _listen(self, audio: str) -> None:
        samples = self._hearing.decode(audio)
        if len(samples):
            self._heard_by.feed(samples)

    def _commit(self) -> None:
        if not self._heard_by.has_sound:
            raise ProtocolError("input_audio_buffer_commit_empty", "there is no sound to commit")
        self._heard_by.commit()

    def _clear(self) -> None:
        self._heard_by.discard()
        self._item_id = ""
        self._send(ev.InputAudioBufferCleared())

    def _create_item(self, event: cl.ConversationItemCreate) -> None:
        item = event.item
        shown = replace(item, id=item.id or self._new_id("item"), object="realtime.item", status="completed")
        before = self._conversation.add(shown, event.previous_item_id)
        self._send(ev.ConversationItemAdded(item=shown, previous_item_id=before))
        self._send(ev.ConversationItemDone(item=shown, previous_item_id=before))

    # Responses.

    def _respond(self, params: ResponseParams) -> None:
        if self._replying is not None:
            raise ProtocolError(
                "conversation_already_has_active_response", "wait for response.done, or cancel the response first"
            )
        assert self._tasks is not None
        modalities = params.output_modalities or self._session.output_modalities
        spoken = isinstance(modalities, UnsetType) or "text" not in modalities
        form = configuration.audio_output(self._session).format
        assert isinstance(form, AudioFormat)
        reply = Reply(
            self._new_id("resp"),
            self._new_id("item"),
            params,
            speaking=Speaking(form),
            spoken=spoken,
            replies_before=self._replies,
            conversation=self._conversation,
            inference=self._inference,
            settings=self._settings,
            send=self._send,
            flow=self._writable.wait,
        )
        self._replies += 1
        self._reply = reply
        self._replying = self._tasks.create_task(self._make(reply), name="reply")

    async def _make(self, reply: Reply) -> None:
        try:
            await reply.run()
        finally:
            self._voice_heard = self._voice_heard or reply.sounded
            if self._reply is reply:
                self._reply = self._replying = None

    def _cancel(self, response_id: str | None) -> None:
        reply = self._reply
        if reply is None or self._replying is None or response_id not in (None, reply.response_id):
            raise ProtocolError("response_cancel_not_active", "no such response is being made")
        self._replying.cancel()

    # What the listener hears (`listening.Ears`).

    def speech_began(self, start_ms: int) -> None:
        turns = self._server_vad
        padding = turns.prefix_padding_ms if turns is not None else 0
        self._item_id = self._new_id("item")
        start = max(0, start_ms - (padding or 0))
        self._send(ev.InputAudioBufferSpeechStarted(audio_start_ms=start, item_id=self._item_id))
        if turns is not None and turns.interrupt_response and self._replying is not None:
            self._replying.cancel()

    def caption(self, piece: str) -> None:
        if self._wants_words:
            self._send(ev.InputAudioTranscriptionDelta(item_id=self._item_id, content_index=0, delta=piece))

    def speech_ended(self, last_speech_ms: int, *, detected: bool) -> None:
        turns = self._server_vad
        item_id = self._item_id or self._new_id("item")
        self._item_id = ""
        if detected:
            # As the real API counts: the silence that a turn is told by belongs to it, whatever was waited for.
            silence = turns.silence_duration_ms if turns is not None else 0
            self._send(ev.InputAudioBufferSpeechStopped(audio_end_ms=last_speech_ms + (silence or 0), item_id=item_id))
        item = MessageItem(
            id=item_id,
            object="realtime.item",
            role="user",
            status="completed",
            content=(ContentPart(type="input_audio"),),
        )
        before = self._conversation.add(item)
        self._ended_items.append(item_id)
        self._send(ev.InputAudioBufferCommitted(item_id=item_id, previous_item_id=before))
        self._send(ev.ConversationItemAdded(item=item, previous_item_id=before))
        self._send(ev.ConversationItemDone(item=item, previous_item_id=before))

    def words(self, text: str, speech_ms: int) -> None:
        item_id = self._ended_items.pop(0)
        part = ContentPart(type="input_audio", transcript=text)
        self._conversation.change(
            MessageItem(id=item_id, object="realtime.item", role="user", status="completed", content=(part,))
        )
        if self._wants_words:
            self._send(
                ev.InputAudioTranscriptionCompleted(
                    item_id=item_id, content_index=0, transcript=text, usage=DurationUsage(seconds=speech_ms / 1000)
                )
            )
        turns = configuration.audio_input(self._session).turn_detection
        if turns is not None and not isinstance(turns, UnsetType) and turns.create_response and self._replying is None:
            self._respond(ResponseParams())

    # Inside.

    @property
    def _heard_by(self) -> Listener:
        assert self._listener is not None
        return self._listener

    @property
    def _server_vad(self) -> ServerVad | None:
        turns = configuration.audio_input(self._session).turn_detection
        return turns if isinstance(turns, ServerVad) else None

    @property
    def _wants_words(self) -> bool:
        # Unlike the real API, a client that never mentions transcription gets it, too: it costs nothing here.
        return True

    def _shown(self) -> Any:
        return replace(self._session, id=self._session_id, object="realtime.session")

    def _new_id(self, kind: str) -> str:
        return f"{kind}_{self._session_id[5:13]}{next(self._numbers):06d}"

    def _send(self, event: ev.ServerMessage) -> None:
        self.send_text(build(replace(event, event_id=self._new_id("event"))))

    def _refuse(self, error: ProtocolError) -> None:
        details = ev.ErrorDetails(
            type="invalid_request_error",
            code=error.code,
            message=error.message,
            param=error.param,
            event_id=error.event_id,
        )
        self._send(ev.ErrorEvent(error=details))
