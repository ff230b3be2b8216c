"""One response from `response.created` to `response.done`."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from msgspec.structs import replace

from greenroom.localvoice import voice
from greenroom.localvoice.conversation import Conversation, as_chat
from greenroom.localvoice.formats import Speaking
from greenroom.localvoice.inference import Inference, Overloaded
from greenroom.localvoice.settings import LocalVoiceSettings
from greenroom.localvoice.text_to_speech import sentences
from greenroom.realtime import server_events as ev
from greenroom.realtime.conversations import (
    ContentPart,
    MessageItem,
    Response,
    ResponseParams,
    StatusDetails,
    StatusError,
    TokenDetails,
    Usage,
)

Send = Callable[[ev.ServerMessage], None]


Flow = Callable[[], Awaitable[object]]
"""Waits until the client has taken most of what was sent."""


class Reply:
    """Makes one response: events in the order of the real API, sound ahead of its playing."""

    def __init__(
        self,
        response_id: str,
        item_id: str,
        params: ResponseParams,
        *,
        speaking: Speaking,
        spoken: bool,
        replies_before: int,
        conversation: Conversation,
        inference: Inference,
        settings: LocalVoiceSettings,
        send: Send,
        flow: Flow,
    ) -> None:
        self.response_id = response_id
        self.item_id = item_id
        self.sounded = False
        self._params = params
        self._speaking = speaking
        self._spoken = spoken
        self._replies_before = replies_before
        self._conversation = conversation
        self._inference = inference
        self._settings = settings
        self._send = send
        self._flow = flow
        self._text = ""
        self._sent_bytes = 0
        self._begun = False

    async def run(self) -> None:
        """Make all of it. Cancelled, it ends as `cancelled`."""
        self._send(ev.ResponseCreated(response=self._response("in_progress")))
        try:
            self._begin()
            async for sentence in self._words():
                await self._say(sentence)
        except asyncio.CancelledError:
            self._finish("cancelled", StatusDetails(type="cancelled", reason="client_cancelled"))
            raise
        except Overloaded as error:
            failure = StatusError(type="server_error", code="overloaded", message=str(error))
            self._finish("failed", StatusDetails(type="failed", error=failure))
        else:
            self._finish("completed", None)

    async def _words(self) -> AsyncGenerator[str]:
        metadata = self._params.metadata or {}
        exact = voice.directed(metadata)
        intent = metadata.get(voice.INTENT) or (None if exact else self._params.instructions)
        said = 0
        if self._settings.llm_url is not None and intent:
            chat = as_chat(self._conversation.items())
            try:
                async with asyncio.timeout(voice.WHOLE_ANSWER_S):
                    async for sentence in _promptly(voice.worded(self._settings, chat, intent)):
                        said += 1
                        yield sentence
            except (TimeoutError, LookupError):
                pass  # it costs the wording only
        if not said:
            for sentence in sentences(exact or voice.fixed(self._replies_before)):
                yield sentence

    def _begin(self) -> None:
        item = MessageItem(id=self.item_id, object="realtime.item", role="assistant", status="in_progress", content=())
        before = self._conversation.add(item)
        self._begun = True
        rid = self.response_id
        self._send(ev.ResponseOutputItemAdded(response_id=rid, output_index=0, item=item))
        self._send(ev.ConversationItemAdded(item=item, previous_item_id=before))
        part = ev.Part(type="audio", transcript="") if self._spoken else ev.Part(type="text", text="")
        self._send(ev.ResponseContentPartAdded(part=part, **self._place))

    async def _say(self, sentence: str) -> None:
        piece = f" {sentence}" if self._text else sentence
        if not self._spoken:
            self._text += piece
            self._send(ev.ResponseOutputTextDelta(delta=piece, **self._place))
            return
        pcm = await self._inference.speak(sentence)
        self._text += piece
        self._send(ev.ResponseOutputAudioTranscriptDelta(delta=piece, **self._place))
        for delta, length in self._speaking.encode(pcm):
            self._sent_bytes += length
            self.sounded = True
            self._conversation.note_sent(self.item_id, self._sent_ms)
            self._send(ev.ResponseOutputAudioDelta(delta=delta, **self._place))
            await self._flow()

    def _finish(self, status: str, details: StatusDetails | None) -> None:
        output: tuple[MessageItem, ...] = ()
        if self._begun:
            part = (
                ContentPart(type="output_audio", transcript=self._text)
                if self._spoken
                else ContentPart(type="output_text", text=self._text)
            )
            item = MessageItem(
                id=self.item_id,
                object="realtime.item",
                role="assistant",
                status="completed" if status == "completed" else "incomplete",
                content=(part,),
            )
            output = (item,)
            self._close(item)
        assert status in ("completed", "cancelled", "failed")
        response = replace(self._response("completed"), status=status, status_details=details, output=output)
        self._send(ev.ResponseDone(response=replace(response, usage=self._usage())))

    def _close(self, item: MessageItem) -> None:
        place = self._place
        if self._spoken:
            self._send(ev.ResponseOutputAudioDone(**place))
            self._send(ev.ResponseOutputAudioTranscriptDone(transcript=self._text, **place))
            self._send(ev.ResponseContentPartDone(part=ev.Part(type="audio", transcript=self._text), **place))
        else:
            self._send(ev.ResponseOutputTextDone(text=self._text, **place))
            self._send(ev.ResponseContentPartDone(part=ev.Part(type="text", text=self._text), **place))
        self._conversation.change(item)
        self._send(ev.ConversationItemDone(item=item, previous_item_id=None))
        self._send(ev.ResponseOutputItemDone(response_id=self.response_id, output_index=0, item=item))

    @property
    def _place(self) -> dict[str, Any]:
        return {"response_id": self.response_id, "item_id": self.item_id, "output_index": 0, "content_index": 0}

    @property
    def _sent_ms(self) -> int:
        return self._sent_bytes // self._speaking.bytes_per_ms

    def _response(self, status: str) -> Response:
        return Response(
            id=self.response_id,
            status="in_progress" if status == "in_progress" else "completed",
            output_modalities=("audio",) if self._spoken else ("text",),
            max_output_tokens="inf",
            metadata=self._params.metadata,
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


async def _promptly(source: AsyncGenerator[str]) -> AsyncGenerator[str]:
    """The same, as long as the first comes soon enough. Raises `TimeoutError`."""
    try:
        async with asyncio.timeout(voice.FIRST_SENTENCE_S):
            first = await anext(source, None)
        if first is not None:
            yield first
        async for sentence in source:
            yield sentence
    finally:
        await source.aclose()
