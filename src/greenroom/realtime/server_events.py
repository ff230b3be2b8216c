"""What a server sends. Audio is base64; `audio_start_ms` and `audio_end_ms` count the input audio of the session."""

from typing import Literal, TypeAlias

from greenroom.realtime.conversations import DurationUsage, Item, Response, TokensUsage
from greenroom.realtime.sessions import Session
from greenroom.realtime.wire import Wire


class ServerMessage(Wire, frozen=True, kw_only=True, tag_field="type"):
    event_id: str = ""
    """Some compatible servers leave it out."""


class SessionCreated(ServerMessage, frozen=True, kw_only=True, tag="session.created"):
    session: Session


class SessionUpdated(ServerMessage, frozen=True, kw_only=True, tag="session.updated"):
    session: Session


class ErrorDetails(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """`event_id` names the client's event that was at fault."""

    type: str
    message: str
    code: str | None = None
    param: str | None = None
    event_id: str | None = None


class ErrorEvent(ServerMessage, frozen=True, kw_only=True, tag="error"):
    error: ErrorDetails


class RateLimit(Wire, frozen=True, kw_only=True):
    name: Literal["requests", "tokens"] | None = None
    limit: int | None = None
    remaining: int | None = None
    reset_seconds: float | None = None


class RateLimitsUpdated(ServerMessage, frozen=True, kw_only=True, tag="rate_limits.updated"):
    rate_limits: tuple[RateLimit, ...]


# The input buffer.


class InputAudioBufferSpeechStarted(ServerMessage, frozen=True, kw_only=True, tag="input_audio_buffer.speech_started"):
    audio_start_ms: int
    item_id: str


class InputAudioBufferSpeechStopped(ServerMessage, frozen=True, kw_only=True, tag="input_audio_buffer.speech_stopped"):
    audio_end_ms: int
    item_id: str


class InputAudioBufferCommitted(
    ServerMessage, frozen=True, kw_only=True, tag="input_audio_buffer.committed", omit_defaults=False
):
    item_id: str
    previous_item_id: str | None = None


class InputAudioBufferCleared(ServerMessage, frozen=True, kw_only=True, tag="input_audio_buffer.cleared"):
    pass


class InputAudioBufferTimeoutTriggered(
    ServerMessage, frozen=True, kw_only=True, tag="input_audio_buffer.timeout_triggered"
):
    audio_start_ms: int
    audio_end_ms: int
    item_id: str


# The conversation.


class Conversation(Wire, frozen=True, kw_only=True):
    id: str | None = None
    object: str | None = None


class ConversationCreated(ServerMessage, frozen=True, kw_only=True, tag="conversation.created"):
    """Right behind `session.created`; only some servers send it."""

    conversation: Conversation


class ConversationItemAdded(
    ServerMessage, frozen=True, kw_only=True, tag="conversation.item.added", omit_defaults=False
):
    item: Item
    previous_item_id: str | None = None


class ConversationItemDone(ServerMessage, frozen=True, kw_only=True, tag="conversation.item.done", omit_defaults=False):
    item: Item
    previous_item_id: str | None = None


class ConversationItemCreated(
    ServerMessage, frozen=True, kw_only=True, tag="conversation.item.created", omit_defaults=False
):
    """The beta's word for added and done in one."""

    item: Item
    previous_item_id: str | None = None


class ConversationItemTruncated(ServerMessage, frozen=True, kw_only=True, tag="conversation.item.truncated"):
    item_id: str
    content_index: int
    audio_end_ms: int


class ConversationItemDeleted(ServerMessage, frozen=True, kw_only=True, tag="conversation.item.deleted"):
    item_id: str


class ConversationItemRetrieved(ServerMessage, frozen=True, kw_only=True, tag="conversation.item.retrieved"):
    item: Item


_TRANSCRIPTION = "conversation.item.input_audio_transcription"


class InputAudioTranscriptionDelta(ServerMessage, frozen=True, kw_only=True, tag=f"{_TRANSCRIPTION}.delta"):
    item_id: str
    content_index: int | None = None
    delta: str | None = None


class InputAudioTranscriptionCompleted(ServerMessage, frozen=True, kw_only=True, tag=f"{_TRANSCRIPTION}.completed"):
    item_id: str
    content_index: int
    transcript: str
    usage: TokensUsage | DurationUsage | None = None


class TranscriptionError(Wire, frozen=True, kw_only=True):
    type: str | None = None
    code: str | None = None
    message: str | None = None
    param: str | None = None


class InputAudioTranscriptionFailed(ServerMessage, frozen=True, kw_only=True, tag=f"{_TRANSCRIPTION}.failed"):
    item_id: str
    content_index: int
    error: TranscriptionError


class InputAudioTranscriptionSegment(ServerMessage, frozen=True, kw_only=True, tag=f"{_TRANSCRIPTION}.segment"):
    """A part of the words with its speaker; `start` and `end` are seconds."""

    item_id: str
    content_index: int
    id: str
    text: str
    speaker: str
    start: float
    end: float


# Responses.


class ResponseCreated(ServerMessage, frozen=True, kw_only=True, tag="response.created"):
    response: Response


class ResponseDone(ServerMessage, frozen=True, kw_only=True, tag="response.done"):
    response: Response


class ResponseOutputItemAdded(ServerMessage, frozen=True, kw_only=True, tag="response.output_item.added"):
    response_id: str
    output_index: int
    item: Item


class ResponseOutputItemDone(ServerMessage, frozen=True, kw_only=True, tag="response.output_item.done"):
    response_id: str
    output_index: int
    item: Item


class Part(Wire, frozen=True, kw_only=True):
    """A content part in the making: `audio` or `text`, where the item says `output_audio` or `output_text`."""

    type: Literal["audio", "text"] | None = None
    text: str | None = None
    audio: str | None = None
    transcript: str | None = None


class PartMessage(ServerMessage, frozen=True, kw_only=True):
    """What names one content part of one output item."""

    response_id: str
    item_id: str
    output_index: int
    content_index: int


class ResponseContentPartAdded(PartMessage, frozen=True, kw_only=True, tag="response.content_part.added"):
    part: Part


class ResponseContentPartDone(PartMessage, frozen=True, kw_only=True, tag="response.content_part.done"):
    part: Part


class ResponseOutputAudioDelta(PartMessage, frozen=True, kw_only=True, tag="response.output_audio.delta"):
    delta: str


class ResponseOutputAudioDone(PartMessage, frozen=True, kw_only=True, tag="response.output_audio.done"):
    pass


class ResponseOutputAudioTranscriptDelta(
    PartMessage, frozen=True, kw_only=True, tag="response.output_audio_transcript.delta"
):
    delta: str


class ResponseOutputAudioTranscriptDone(
    PartMessage, frozen=True, kw_only=True, tag="response.output_audio_transcript.done"
):
    transcript: str


class ResponseOutputTextDelta(PartMessage, frozen=True, kw_only=True, tag="response.output_text.delta"):
    delta: str


class ResponseOutputTextDone(PartMessage, frozen=True, kw_only=True, tag="response.output_text.done"):
    text: str


class ResponseFunctionCallArgumentsDelta(
    ServerMessage, frozen=True, kw_only=True, tag="response.function_call_arguments.delta"
):
    response_id: str
    item_id: str
    output_index: int
    call_id: str
    delta: str


class ResponseFunctionCallArgumentsDone(
    ServerMessage, frozen=True, kw_only=True, tag="response.function_call_arguments.done"
):
    response_id: str
    item_id: str
    output_index: int
    call_id: str
    arguments: str
    name: str | None = None


ServerEvent: TypeAlias = (
    SessionCreated
    | SessionUpdated
    | ErrorEvent
    | RateLimitsUpdated
    | InputAudioBufferSpeechStarted
    | InputAudioBufferSpeechStopped
    | InputAudioBufferCommitted
    | InputAudioBufferCleared
    | InputAudioBufferTimeoutTriggered
    | ConversationCreated
    | ConversationItemAdded
    | ConversationItemDone
    | ConversationItemCreated
    | ConversationItemTruncated
    | ConversationItemDeleted
    | ConversationItemRetrieved
    | InputAudioTranscriptionDelta
    | InputAudioTranscriptionCompleted
    | InputAudioTranscriptionFailed
    | InputAudioTranscriptionSegment
    | ResponseCreated
    | ResponseDone
    | ResponseOutputItemAdded
    | ResponseOutputItemDone
    | ResponseContentPartAdded
    | ResponseContentPartDone
    | ResponseOutputAudioDelta
    | ResponseOutputAudioDone
    | ResponseOutputAudioTranscriptDelta
    | ResponseOutputAudioTranscriptDone
    | ResponseOutputTextDelta
    | ResponseOutputTextDone
    | ResponseFunctionCallArgumentsDelta
    | ResponseFunctionCallArgumentsDone
)

NOT_FOR_CALLS = frozenset(
    {
        # WebRTC and SIP only: over a WebSocket, playing is the client's own affair.
        "input_audio_buffer.dtmf_event_received",
        "output_audio_buffer.cleared",
        "output_audio_buffer.started",
        "output_audio_buffer.stopped",
        # Tools that the server calls by itself; no session of ours has any.
        "mcp_list_tools.completed",
        "mcp_list_tools.failed",
        "mcp_list_tools.in_progress",
        "response.mcp_call.completed",
        "response.mcp_call.failed",
        "response.mcp_call.in_progress",
        "response.mcp_call_arguments.delta",
        "response.mcp_call_arguments.done",
    }
)
"""Events of the protocol that are known, have no type here, and are let pass."""
