"""What a client sends. `event_id` is its own: an `error` that follows names it."""

from typing import TypeAlias

from greenroom.realtime.conversations import Item, ResponseParams
from greenroom.realtime.sessions import Session
from greenroom.realtime.wire import Wire


class ClientMessage(Wire, frozen=True, kw_only=True, tag_field="type"):
    event_id: str | None = None


class SessionUpdate(ClientMessage, frozen=True, kw_only=True, tag="session.update"):
    session: Session


class InputAudioBufferAppend(ClientMessage, frozen=True, kw_only=True, tag="input_audio_buffer.append"):
    """`audio` is base64 in the session's input format."""

    audio: str


class InputAudioBufferCommit(ClientMessage, frozen=True, kw_only=True, tag="input_audio_buffer.commit"):
    pass


class InputAudioBufferClear(ClientMessage, frozen=True, kw_only=True, tag="input_audio_buffer.clear"):
    pass


class ConversationItemCreate(ClientMessage, frozen=True, kw_only=True, tag="conversation.item.create"):
    """`previous_item_id` absent: at the end; `root`: at the beginning."""

    item: Item
    previous_item_id: str | None = None


class ConversationItemDelete(ClientMessage, frozen=True, kw_only=True, tag="conversation.item.delete"):
    item_id: str


class ConversationItemRetrieve(ClientMessage, frozen=True, kw_only=True, tag="conversation.item.retrieve"):
    item_id: str


class ConversationItemTruncate(ClientMessage, frozen=True, kw_only=True, tag="conversation.item.truncate"):
    """Forget what of an assistant's audio lies behind `audio_end_ms`; `content_index` is 0."""

    item_id: str
    content_index: int
    audio_end_ms: int


class ResponseCreate(ClientMessage, frozen=True, kw_only=True, tag="response.create"):
    response: ResponseParams | None = None


class ResponseCancel(ClientMessage, frozen=True, kw_only=True, tag="response.cancel"):
    response_id: str | None = None


ClientEvent: TypeAlias = (
    SessionUpdate
    | InputAudioBufferAppend
    | InputAudioBufferCommit
    | InputAudioBufferClear
    | ConversationItemCreate
    | ConversationItemDelete
    | ConversationItemRetrieve
    | ConversationItemTruncate
    | ResponseCreate
    | ResponseCancel
)
