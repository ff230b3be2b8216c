"""What a conversation is made of: items with content parts, and the responses that add to them."""

from typing import Any, Literal, TypeAlias

from msgspec import UNSET, UnsetType

from greenroom.realtime.sessions import AudioFormat, FunctionTool, Metadata, Modality, Reasoning, ToolChoice, VoiceId
from greenroom.realtime.wire import Wire

Status: TypeAlias = Literal["completed", "incomplete", "in_progress"]


class ContentPart(Wire, frozen=True, kw_only=True):
    """One part of a message: `input_*` from users and systems, `output_*` from assistants.

    `audio` is base64. Beta servers say `text` and `audio` where GA says `output_text` and `output_audio`.
    """

    type: Literal["input_text", "input_audio", "input_image", "output_text", "output_audio", "text", "audio"]
    text: str | None = None
    audio: str | None = None
    transcript: str | None = None
    image_url: str | None = None
    detail: Literal["auto", "low", "high"] | None = None


class MessageItem(Wire, frozen=True, kw_only=True, tag_field="type", tag="message"):
    role: Literal["user", "assistant", "system"]
    content: tuple[ContentPart, ...]
    id: str | None = None
    object: str | None = None
    status: Status | None = None


class FunctionCallItem(Wire, frozen=True, kw_only=True, tag_field="type", tag="function_call"):
    """The model asks for a function; `arguments` is JSON text."""

    name: str
    arguments: str
    call_id: str | None = None
    id: str | None = None
    object: str | None = None
    status: Status | None = None


class FunctionCallOutputItem(Wire, frozen=True, kw_only=True, tag_field="type", tag="function_call_output"):
    """What that function gave."""

    call_id: str
    output: str
    id: str | None = None
    object: str | None = None
    status: Status | None = None


class ItemReference(Wire, frozen=True, kw_only=True, tag_field="type", tag="item_reference"):
    """An item of the conversation, named in a response's own input."""

    id: str


Item: TypeAlias = MessageItem | FunctionCallItem | FunctionCallOutputItem


class TokenDetails(Wire, frozen=True, kw_only=True):
    """How many of the tokens were what; cached ones are counted among the others, too."""

    text_tokens: int | None = None
    audio_tokens: int | None = None
    image_tokens: int | None = None
    cached_tokens: int | None = None
    cached_tokens_details: "TokenDetails | None" = None


class Usage(Wire, frozen=True, kw_only=True):
    """What a response cost, in tokens."""

    total_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    input_token_details: TokenDetails | None = None
    output_token_details: TokenDetails | None = None


class TokensUsage(Wire, frozen=True, kw_only=True, tag_field="type", tag="tokens"):
    """What a transcription cost, in tokens."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_token_details: TokenDetails | None = None


class DurationUsage(Wire, frozen=True, kw_only=True, tag_field="type", tag="duration"):
    """What a transcription cost, in seconds of audio."""

    seconds: float


class StatusError(Wire, frozen=True, kw_only=True):
    type: str | None = None
    code: str | None = None
    message: str | None = None


class StatusDetails(Wire, frozen=True, kw_only=True):
    """Why a response ended as it did."""

    type: Literal["completed", "cancelled", "incomplete", "failed"] | None = None
    reason: Literal["turn_detected", "client_cancelled", "max_output_tokens", "content_filter"] | None = None
    error: StatusError | None = None


class ResponseAudioOutput(Wire, frozen=True, kw_only=True):
    format: AudioFormat | None = None
    voice: str | VoiceId | None = None


class ResponseAudio(Wire, frozen=True, kw_only=True):
    output: ResponseAudioOutput | None = None


class Response(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """A response as `response.created` and `response.done` show it."""

    id: str
    object: Literal["realtime.response"] = "realtime.response"
    status: Literal["completed", "cancelled", "failed", "incomplete", "in_progress"]
    status_details: StatusDetails | None = None
    output: tuple[Item, ...] = ()
    conversation_id: str | None = None
    output_modalities: tuple[Modality, ...] | None = None
    max_output_tokens: int | Literal["inf"] | None = None
    audio: ResponseAudio | None = None
    usage: Usage | None = None
    metadata: Metadata | None = None


class ResponseParams(Wire, frozen=True, kw_only=True):
    """What `response.create` asks for; it holds for that response alone, and replaces the session's.

    `metadata` has at most 16 keys, values of at most 512 characters.
    """

    conversation: str | None = None
    input: tuple[Item | ItemReference, ...] | None = None
    instructions: str | None = None
    output_modalities: tuple[Modality, ...] | None = None
    max_output_tokens: int | Literal["inf"] | None = None
    metadata: Metadata | None = None
    audio: ResponseAudio | None = None
    tools: tuple[FunctionTool, ...] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    reasoning: Reasoning | None = None
    prompt: Any | UnsetType = UNSET
