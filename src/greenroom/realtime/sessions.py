"""The session's configuration, as `session.update` sends it and `session.updated` echoes it.

Omitted fields (`UNSET`) keep their value; `None` is JSON's `null` and clears.
"""

from typing import Any, Literal, TypeAlias

from msgspec import UNSET, UnsetType

from greenroom.realtime.wire import Wire

Modality: TypeAlias = Literal["text", "audio"]
Metadata: TypeAlias = dict[str, str]


class AudioFormat(Wire, frozen=True, kw_only=True):
    """`audio/pcmu` and `audio/pcma` are 8 kHz and take no rate; `audio/pcm` is 16-bit little-endian at 24000 Hz."""

    type: Literal["audio/pcmu", "audio/pcma", "audio/pcm"]
    rate: int | None = None


PCMU = AudioFormat(type="audio/pcmu")
PCMA = AudioFormat(type="audio/pcma")
PCM_24K = AudioFormat(type="audio/pcm", rate=24000)


class NoiseReduction(Wire, frozen=True, kw_only=True):
    type: Literal["near_field", "far_field"] | None = None
    strength: float | None = None


class Transcription(Wire, frozen=True, kw_only=True):
    """Which model writes down what the user says, and what helps it."""

    model: str | None = None
    language: str | None = None
    languages: tuple[str, ...] | None = None
    prompt: str | None = None
    keywords: tuple[str, ...] | None = None
    delay: Literal["minimal", "low", "medium", "high", "xhigh"] | None = None


class ServerVad(Wire, frozen=True, kw_only=True, tag_field="type", tag="server_vad"):
    """Turns found by voice activity. `threshold` is 0 to 1, times are milliseconds."""

    threshold: float | None = None
    prefix_padding_ms: int | None = None
    silence_duration_ms: int | None = None
    idle_timeout_ms: int | None = None
    create_response: bool | None = None
    interrupt_response: bool | None = None


class SemanticVad(Wire, frozen=True, kw_only=True, tag_field="type", tag="semantic_vad"):
    """Turns found by meaning; low, medium and high eagerness wait at most 8, 4 and 2 s."""

    eagerness: Literal["low", "medium", "high", "auto"] | None = None
    create_response: bool | None = None
    interrupt_response: bool | None = None


TurnDetection: TypeAlias = ServerVad | SemanticVad


class VoiceId(Wire, frozen=True, kw_only=True):
    """A custom voice."""

    id: str


class AudioInput(Wire, frozen=True, kw_only=True):
    format: AudioFormat | UnsetType = UNSET
    noise_reduction: NoiseReduction | UnsetType | None = UNSET
    transcription: Transcription | UnsetType | None = UNSET
    turn_detection: TurnDetection | UnsetType | None = UNSET


class AudioOutput(Wire, frozen=True, kw_only=True):
    format: AudioFormat | UnsetType = UNSET
    voice: str | VoiceId | UnsetType = UNSET
    speed: float | UnsetType = UNSET


class SessionAudio(Wire, frozen=True, kw_only=True):
    input: AudioInput | UnsetType = UNSET
    output: AudioOutput | UnsetType = UNSET


class FunctionTool(Wire, frozen=True, kw_only=True, tag_field="type", tag="function"):
    """A function that the model may call; `parameters` is a JSON schema."""

    name: str
    description: str | None = None
    parameters: Any = None


class ChosenFunction(Wire, frozen=True, kw_only=True, tag_field="type", tag="function"):
    name: str


ToolChoice: TypeAlias = Literal["none", "auto", "required"] | ChosenFunction


class TokenLimits(Wire, frozen=True, kw_only=True):
    post_instructions: int | None = None


class RetentionRatio(Wire, frozen=True, kw_only=True, tag_field="type", tag="retention_ratio"):
    """Drop old items down to this share of the context window when it is full."""

    retention_ratio: float
    token_limits: TokenLimits | None = None


class Reasoning(Wire, frozen=True, kw_only=True):
    effort: Literal["minimal", "low", "medium", "high", "xhigh"] | None = None


class Session(Wire, frozen=True, kw_only=True, tag_field="type", tag="realtime"):
    """A whole configuration, or the part of it that an update changes.

    `id`, `object` and `expires_at` (seconds since 1970) come from a server only.
    """

    id: str | None = None
    object: str | None = None
    expires_at: int | None = None
    model: str | None = None
    output_modalities: tuple[Modality, ...] | UnsetType = UNSET
    instructions: str | UnsetType = UNSET
    audio: SessionAudio | UnsetType = UNSET
    tools: tuple[FunctionTool, ...] | UnsetType = UNSET
    tool_choice: ToolChoice | UnsetType = UNSET
    parallel_tool_calls: bool | UnsetType = UNSET
    max_output_tokens: int | Literal["inf"] | UnsetType = UNSET
    truncation: Literal["auto", "disabled"] | RetentionRatio | UnsetType = UNSET
    reasoning: Reasoning | UnsetType = UNSET
    include: tuple[str, ...] | UnsetType | None = UNSET
    prompt: Any = UNSET
    tracing: Any = UNSET
