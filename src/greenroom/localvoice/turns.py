"""The caller's turns as events and as items of the conversation."""

import asyncio
import contextlib
from collections.abc import Callable

from greenroom.localvoice import configuration
from greenroom.localvoice.conversation import Conversation
from greenroom.localvoice.replying import Send
from greenroom.localvoice.wording import Text
from greenroom.realtime import server_events as ev
from greenroom.realtime.conversations import ContentPart, DurationUsage, MessageItem

WORDS_WITHIN_S = 1.5
"""How long a reply that depends on them waits for the words before it."""


class Turns:
    """What a listener hears, told to the client (`listening.Ears`).

    Unlike the real API, a client that never mentions transcription gets it, too: it costs nothing here.
    """

    def __init__(self, conversation: Conversation, send: Send, new_id: Callable[[str], str]) -> None:
        self.wanted = configuration.turns_of(configuration.initial(""))
        self.interrupt: Callable[[], None] = lambda: None
        self.answer: Callable[[], None] = lambda: None
        self._conversation = conversation
        self._send = send
        self._new_id = new_id
        self._items: dict[int, str] = {}
        """Of turns whose words are not known yet, the open one among them."""
        self._awaited: set[int] = set()
        """Turns that are over, and their words are on their way."""
        self._unanswered: set[int] = set()
        """Those of them that may be a cough: whether to answer is seen by their words."""
        self._open: int | None = None
        self._all_known = asyncio.Event()
        self._all_known.set()

    async def words_known(self) -> None:
        """Until the words of all turns that are over are in the conversation, or it takes too long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WORDS_WITHIN_S):
                await self._all_known.wait()

    def discard(self) -> None:
        """The turn that is open will never be told of."""
        if self._open is not None:
            self._items.pop(self._open, None)
            self._open = None

    def speech_began(self, turn: int, start_ms: int) -> None:
        item_id = self._items[turn] = self._new_id("item")
        self._open = turn
        start_ms = max(0, start_ms - self.wanted.prefix_padding_ms)
        self._send(ev.InputAudioBufferSpeechStarted(audio_start_ms=start_ms, item_id=item_id))
        if self.wanted.interrupt_response:
            self.interrupt()

    def caption(self, turn: int, piece: str) -> None:
        if turn in self._items:
            self._send(ev.InputAudioTranscriptionDelta(item_id=self._items[turn], content_index=0, delta=piece))

    def speech_ended(self, turn: int, last_speech_ms: int, quick: Text, *, detected: bool) -> None:
        began = turn in self._items
        item_id = self._items.setdefault(turn, self._new_id("item"))
        self._open = None
        self._awaited.add(turn)
        self._all_known.clear()
        if detected and began:
            # As the real API counts: the silence that a turn is told by belongs to it, whatever was waited for.
            end_ms = last_speech_ms + self.wanted.silence_ms
            self._send(ev.InputAudioBufferSpeechStopped(audio_end_ms=end_ms, item_id=item_id))
        item = _item(item_id, None)
        before = self._conversation.add(item)
        self._send(ev.InputAudioBufferCommitted(item_id=item_id, previous_item_id=before))
        self._send(ev.ConversationItemAdded(item=item, previous_item_id=before))
        self._send(ev.ConversationItemDone(item=item, previous_item_id=before))
        if detected and not quick:
            self._unanswered.add(turn)
        elif detected and self.wanted.create_response:
            self.answer()

    def words(self, turn: int, text: Text, speech_ms: int) -> None:
        item_id = self._items.pop(turn)
        self._awaited.discard(turn)
        if not self._awaited:
            self._all_known.set()
        if text is None:
            error = ev.TranscriptionError(
                type="server_error", code="transcription_failed", message="the words could not be found out"
            )
            self._send(ev.InputAudioTranscriptionFailed(item_id=item_id, content_index=0, error=error))
        else:
            self._conversation.change(_item(item_id, text))
            usage = DurationUsage(seconds=speech_ms / 1000)
            self._send(
                ev.InputAudioTranscriptionCompleted(item_id=item_id, content_index=0, transcript=text, usage=usage)
            )
        unanswered = turn in self._unanswered
        self._unanswered.discard(turn)
        # Without words it was a cough, and nobody answers a cough.
        if unanswered and self.wanted.create_response and text != "":
            self.answer()


def _item(item_id: str, text: Text) -> MessageItem:
    part = ContentPart(type="input_audio", transcript=text)
    return MessageItem(id=item_id, object="realtime.item", role="user", status="completed", content=(part,))
