"""One response from `response.created` to `response.done`."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from msgspec.structs import replace

from greenroom.localvoice import voice
from greenroom.localvoice.briefing import Brief
from greenroom.localvoice.conversation import Conversation, as_chat
from greenroom.localvoice.formats import Speaking
from greenroom.localvoice.inference import Inference, InferenceFailed, Overloaded
from greenroom.localvoice.settings import LocalVoiceSettings
from greenroom.localvoice.text_to_speech import sentences
from greenroom.realtime import server_events as ev
from greenroom.realtime.conversations import (
    ContentPart,
    MessageItem,
    Response,
    ResponseAudio,
    ResponseAudioOutput,
    ResponseParams,
    StatusDetails,
    StatusError,
    TokenDetails,
    Usage,
)

Send = Callable[[ev.ServerMessage], None]
Cancelled = Literal["turn_detected", "client_cancelled"]


@dataclass(frozen=True, slots=True)
class Means:
    """What a response is made with."""

    inference: Inference
    settings: LocalVoiceSettings
    conversation: Conversation
    send: Send
    flow: Callable[[], Awaitable[object]]
    """Waits until the client has taken most of what was sent."""
    words_known: Callable[[], Awaitable[object]]
    """Waits until what the caller said last is in the conversation, within reason."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made."""

    response_id: str
    item_id: str
    params: ResponseParams
    speaking: Speaking | None
    """None: text only."""
    voice: Any
    speed: float
    instructions: str
    replies_before: int


class Reply:
    """Makes one response: events in the order of the real API, sound ahead of its playing.

    `begin` and `end` send their events at once; `end` may come at any time, and only the first one counts.
    """

    def __init__(self, wanted: Wanted, means: Means) -> None:
        self.wanted = wanted
        self.sounded = False
        self.over = False
        self._means = means
        self._text = ""
        self._sent_bytes = 0
        self._before: str | None = None
        # Out of band: it is made and heard, and the conversation knows nothing of it.
        self._kept = wanted.params.conversation != "none"

    def begin(self) -> None:
        wanted, send = self.wanted, self._means.send
        item = MessageItem(
            id=wanted.item_id, object="realtime.item", role="assistant", status="in_progress", content=()
        )
        send(ev.ResponseCreated(response=self._response("in_progress")))
        if self._kept:
            self._before = self._means.conversation.add(item)
        send(ev.ResponseOutputItemAdded(response_id=wanted.response_id, output_index=0, item=item))
        if self._kept:
            send(ev.ConversationItemAdded(item=item, previous_item_id=self._before))
        send(ev.ResponseContentPartAdded(part=self._part(), **self._place))

    async def run(self) -> None:
        """Say all of it, and end."""
        try:
            async for sentence in self._words():
                await self._say(sentence)
        except Overloaded as error:
            self._fail("overloaded", str(error))
        except InferenceFailed as error:
            self._fail("server_error", str(error))
        except Exception:
            self._fail("server_error", "the reply could not be made")
            raise
        self._end("completed", None)

    def cancel(self, reason: Cancelled) -> None:
        self._end("cancelled", StatusDetails(type="cancelled", reason=reason))

    def _fail(self, code: str, message: str) -> None:
        error = StatusError(type="server_error", code=code, message=message)
        self._end("failed", StatusDetails(type="failed", error=error))

    async def _words(self) -> AsyncGenerator[str]:
        """Pieces to be spoken one after the other."""
        metadata, means = self.wanted.params.metadata or {}, self._means
        exact, intent = voice.directed(metadata), metadata.get(voice.INTENT) or ""
        said = False
        # Without an intent the words are the director's alone, and the model is not even asked.
        if means.settings.llm_url is not None and (intent or not exact):
            await means.words_known()
            worded = voice.worded(means.settings, self._brief(exact or "", intent))
            try:
                async for sentence in worded:
                    for piece in sentences(sentence):
                        said = True
                        yield piece
            finally:
                await worded.aclose()
        if not said:
            for piece in sentences(exact or voice.fixed(self.wanted.replies_before)):
                yield piece

    def _brief(self, line: str, intent: str) -> Brief:
        instructions, own = self.wanted.instructions, self.wanted.params.instructions
        # A director repeats the session's instructions and the intent in the response's, for models that have no more
        # than these to go by.
        if own is not None and not (intent and intent in own and own.startswith(instructions)):
            instructions = own
        return Brief(instructions, as_chat(self._means.conversation.items()), line, intent)

    async def _say(self, sentence: str) -> None:
        piece = f" {sentence}" if self._text else sentence
        send, speaking = self._means.send, self.wanted.speaking
        if speaking is None:
            self._text += piece
            send(ev.ResponseOutputTextDelta(delta=piece, **self._place))
            return
        sound = await self._means.inference.speak(sentence, self.wanted.speed, speaking.encode)
        self._text += piece
        send(ev.ResponseOutputAudioTranscriptDelta(delta=piece, **self._place))
        for delta, length in sound:
            self._sent_bytes += length
            self.sounded = True
            if self._kept:
                self._means.conversation.note_sent(self.wanted.item_id, self._sent_ms)
            send(ev.ResponseOutputAudioDelta(delta=delta, **self._place))
            await self._means.flow()

    def _end(self, status: Literal["completed", "cancelled", "failed"], details: StatusDetails | None) -> None:
        if self.over:
            return
        self.over = True
        part = (
            ContentPart(type="output_text", text=self._text)
            if self.wanted.speaking is None
            else ContentPart(type="output_audio", transcript=self._text)
        )
        item = MessageItem(
            id=self.wanted.item_id,
            object="realtime.item",
            role="assistant",
            status="completed" if status == "completed" else "incomplete",
            content=(part,),
        )
        self._close(item)
        response = replace(self._response(status), status_details=details, output=(item,), usage=self._usage())
        self._means.send(ev.ResponseDone(response=response))

    def _close(self, item: MessageItem) -> None:
        place, send = self._place, self._means.send
        if self.wanted.speaking is None:
            send(ev.ResponseOutputTextDone(text=self._text, **place))
        else:
            send(ev.ResponseOutputAudioDone(**place))
            send(ev.ResponseOutputAudioTranscriptDone(transcript=self._text, **place))
        send(ev.ResponseContentPartDone(part=self._part(), **place))
        if self._kept:
            self._means.conversation.change(item)
            send(ev.ConversationItemDone(item=item, previous_item_id=self._before))
        send(ev.ResponseOutputItemDone(response_id=self.wanted.response_id, output_index=0, item=item))

    def _part(self) -> ev.Part:
        if self.wanted.speaking is None:
            return ev.Part(type="text", text=self._text)
        return ev.Part(type="audio", transcript=self._text)

    @property
    def _place(self) -> dict[str, Any]:
        wanted = self.wanted
        return {"response_id": wanted.response_id, "item_id": wanted.item_id, "output_index": 0, "content_index": 0}

    @property
    def _sent_ms(self) -> int:
        speaking = self.wanted.speaking
        return 0 if speaking is None else self._sent_bytes // speaking.bytes_per_ms

    def _response(self, status: Literal["in_progress", "completed", "cancelled", "failed"]) -> Response:
        speaking = self.wanted.speaking
        audio = None
        if speaking is not None:
            audio = ResponseAudio(output=ResponseAudioOutput(format=speaking.form, voice=self.wanted.voice))
        return Response(
            id=self.wanted.response_id,
            status=status,
            output_modalities=("text",) if speaking is None else ("audio",),
            max_output_tokens="inf",
            audio=audio,
            metadata=self.wanted.params.metadata,
        )

    def _usage(self) -> Usage:
        """In words and tenths of seconds, for want of tokens: nothing is paid for here."""
        text, audio = len(self._text.split()), self._sent_ms // 100
        return Usage(
            total_tokens=text + audio,
            input_tokens=0,
            output_tokens=text + audio,
            input_token_details=TokenDetails(text_tokens=0, audio_tokens=0, cached_tokens=0),
            output_token_details=TokenDetails(text_tokens=text, audio_tokens=audio),
        )


class Replies:
    """One response at a time."""

    def __init__(self, means: Means, start: Callable[..., asyncio.Task[None]]) -> None:
        self._means = means
        self._start = start
        self._reply: Reply | None = None
        self._task: asyncio.Task[None] | None = None
        self._voice_heard = False
        self.count = 0

    @property
    def active_id(self) -> str | None:
        """Of the response that is being made."""
        return None if self._reply is None or self._reply.over else self._reply.wanted.response_id

    @property
    def voice_heard(self) -> bool:
        """Whether any sound of the voice was ever sent."""
        return self._voice_heard or (self._reply is not None and self._reply.sounded)

    def make(self, wanted: Wanted) -> None:
        """Begin; none may be active."""
        self._voice_heard = self.voice_heard
        self.count += 1
        reply = self._reply = Reply(wanted, self._means)
        reply.begin()
        self._task = self._start(reply.run(), "reply")

    def cancel(self, reason: Cancelled) -> None:
        """End the active response now, if there is one; all its events are sent when this returns."""
        if self._reply is not None and not self._reply.over:
            self._reply.cancel(reason)
            if self._task is not None:
                self._task.cancel()
