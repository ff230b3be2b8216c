"""The session's configuration: what it is, and what a `session.update` makes of it. Pure."""

from dataclasses import dataclass

from msgspec import UNSET, UnsetType
from msgspec.structs import asdict, replace

from greenroom.localvoice.text_to_speech import VOICE
from greenroom.realtime import ProtocolError
from greenroom.realtime.conversations import ResponseParams
from greenroom.realtime.sessions import (
    PCM_24K,
    AudioFormat,
    AudioInput,
    AudioOutput,
    SemanticVad,
    ServerVad,
    Session,
    SessionAudio,
    TurnDetection,
)

LONGEST_SILENCE_MS = 10_000

MAX_METADATA, MAX_METADATA_KEY, MAX_METADATA_VALUE = 16, 64, 512
SLOWEST, FASTEST = 0.25, 1.5
"""How fast it can be told to speak; 1.0 is how it speaks by itself."""
DEFAULT_VAD = ServerVad(
    threshold=0.5, prefix_padding_ms=300, silence_duration_ms=600, create_response=True, interrupt_response=True
)


DEFAULT_SEMANTIC_VAD = SemanticVad(eagerness="auto", create_response=True, interrupt_response=True)


def initial(model: str) -> Session:
    """What a session is before any update."""
    return Session(
        model=model,
        output_modalities=("audio",),
        instructions="",
        audio=SessionAudio(
            input=AudioInput(format=PCM_24K, transcription=None, noise_reduction=None, turn_detection=DEFAULT_VAD),
            output=AudioOutput(format=PCM_24K, voice=VOICE, speed=1.0),
        ),
        tools=(),
        tool_choice="auto",
        max_output_tokens="inf",
    )


def updated(session: Session, update: Session, *, voice_heard: bool) -> Session:
    """The session after this update; what it leaves out stays. Raises `ProtocolError`."""
    changes = {name: value for name, value in asdict(update).items() if value is not UNSET}
    changes.pop("model", None)  # the model never changes within a session
    audio = changes.pop("audio", None)
    checked_modalities(changes.get("output_modalities"), "session.output_modalities")
    if audio is not None:
        changes["audio"] = _audio(_part(session.audio), audio, voice_heard=voice_heard)
    return replace(session, **changes)


def audio_input(session: Session) -> AudioInput:
    audio = session.audio
    assert not isinstance(audio, UnsetType)
    assert not isinstance(audio.input, UnsetType)
    return audio.input


def audio_output(session: Session) -> AudioOutput:
    audio = session.audio
    assert not isinstance(audio, UnsetType)
    assert not isinstance(audio.output, UnsetType)
    return audio.output


def _part(audio: SessionAudio | UnsetType) -> SessionAudio:
    assert not isinstance(audio, UnsetType)
    return audio


def _audio(audio: SessionAudio, update: SessionAudio, *, voice_heard: bool) -> SessionAudio:
    new_input, new_output = audio.input, audio.output
    assert not isinstance(new_input, UnsetType)
    assert not isinstance(new_output, UnsetType)
    if not isinstance(update.input, UnsetType):
        changes = {name: value for name, value in asdict(update.input).items() if value is not UNSET}
        if "format" in changes:
            changes["format"] = checked_format(changes["format"], "session.audio.input.format")
        if changes.get("turn_detection") is not None:
            changes["turn_detection"] = _filled(changes["turn_detection"])
        new_input = replace(new_input, **changes)
    if not isinstance(update.output, UnsetType):
        changes = {name: value for name, value in asdict(update.output).items() if value is not UNSET}
        if "format" in changes:
            changes["format"] = checked_format(changes["format"], "session.audio.output.format")
        if voice_heard and changes.get("voice", new_output.voice) != new_output.voice:
            raise ProtocolError(
                "cannot_update_voice", "the voice can't change once it was heard", "session.audio.output.voice"
            )
        speed = changes.get("speed", 1.0)
        if not SLOWEST <= speed <= FASTEST:
            raise ProtocolError("invalid_value", f"speed is {SLOWEST} to {FASTEST}", "session.audio.output.speed")
        new_output = replace(new_output, **changes)
    return SessionAudio(input=new_input, output=new_output)


def _filled(turns: TurnDetection) -> TurnDetection:
    given = {name: value for name, value in asdict(turns).items() if value is not None}
    if isinstance(turns, SemanticVad):
        return replace(DEFAULT_SEMANTIC_VAD, **given)
    param = "session.audio.input.turn_detection"
    if turns.threshold is not None and not 0 <= turns.threshold <= 1:
        raise ProtocolError("invalid_value", "threshold is between 0 and 1", f"{param}.threshold")
    for name in ("prefix_padding_ms", "silence_duration_ms"):
        if not 0 <= given.get(name, 0) <= LONGEST_SILENCE_MS:
            raise ProtocolError("invalid_value", f"{name} is 0 to {LONGEST_SILENCE_MS}", f"{param}.{name}")
    if turns.idle_timeout_ms is not None:
        raise ProtocolError("invalid_value", "there is no idle timeout here: null", f"{param}.idle_timeout_ms")
    return replace(DEFAULT_VAD, **given)


def checked_format(form: AudioFormat, param: str) -> AudioFormat:
    """The format with its rate, if it is one that takes a rate. Raises `ProtocolError`."""
    if form.type == "audio/pcm":
        if form.rate not in (None, 24000):
            raise ProtocolError("invalid_value", "audio/pcm has a rate of 24000", f"{param}.rate")
        return PCM_24K
    if form.rate is not None:
        raise ProtocolError("unknown_parameter", f"{form.type} takes no rate", f"{param}.rate")
    return form


def checked_modalities(modalities: tuple[str, ...] | UnsetType | None, param: str) -> None:
    """Audio or text, never both. Raises `ProtocolError`."""
    if modalities not in (None, UNSET, ("audio",), ("text",)):
        raise ProtocolError("invalid_value", f'{param} is ["audio"] or ["text"]', param)


def check_response(params: ResponseParams) -> None:
    """Whether a response can be made so. Raises `ProtocolError`."""
    checked_modalities(params.output_modalities, "response.output_modalities")
    if params.conversation not in (None, "auto", "none"):
        raise ProtocolError("invalid_value", "conversation is auto or none", "response.conversation")
    if params.audio is not None and params.audio.output is not None and params.audio.output.format is not None:
        checked_format(params.audio.output.format, "response.audio.output.format")
    metadata = params.metadata or {}
    if len(metadata) > MAX_METADATA:
        raise ProtocolError("invalid_value", f"metadata has at most {MAX_METADATA} keys", "response.metadata")
    for key, value in metadata.items():
        if len(key) > MAX_METADATA_KEY or len(value) > MAX_METADATA_VALUE:
            raise ProtocolError(
                "invalid_value",
                f"keys of metadata have at most {MAX_METADATA_KEY} characters, values {MAX_METADATA_VALUE}",
                f"response.metadata.{key[:MAX_METADATA_KEY]}",
            )


@dataclass(frozen=True, slots=True)
class Turns:
    """How turns are found and what is done about them; all off for a client that says itself when one is over."""

    detected: bool
    threshold: float = 0.5
    prefix_padding_ms: int = 0
    silence_ms: int = 0
    create_response: bool = False
    interrupt_response: bool = False


def turns_of(session: Session) -> Turns:
    match audio_input(session).turn_detection:
        case ServerVad() as vad:
            return Turns(
                detected=True,
                threshold=min(max(vad.threshold if vad.threshold is not None else 0.5, 0.1), 0.9),
                prefix_padding_ms=vad.prefix_padding_ms or 0,
                silence_ms=vad.silence_duration_ms or 0,
                create_response=vad.create_response is not False,
                interrupt_response=vad.interrupt_response is not False,
            )
        case SemanticVad() as vad:
            # The words are listened to anyway; how eagerly is not for the client to say.
            return Turns(
                detected=True,
                create_response=vad.create_response is not False,
                interrupt_response=vad.interrupt_response is not False,
            )
        case _:
            return Turns(detected=False)
