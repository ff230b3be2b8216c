"""The session's configuration: what it is, and what a `session.update` makes of it. Pure."""

from msgspec import UNSET, UnsetType
from msgspec.structs import asdict, replace

from greenroom.localvoice.text_to_speech import VOICE
from greenroom.realtime import ProtocolError
from greenroom.realtime.sessions import (
    PCM_24K,
    AudioFormat,
    AudioInput,
    AudioOutput,
    ServerVad,
    Session,
    SessionAudio,
)

DEFAULT_VAD = ServerVad(
    threshold=0.5, prefix_padding_ms=300, silence_duration_ms=600, create_response=True, interrupt_response=True
)


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
    if changes.get("output_modalities") not in (None, ("audio",), ("text",)):
        raise ProtocolError("invalid_value", 'output_modalities is ["audio"] or ["text"]', "session.output_modalities")
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
        _check_format(changes.get("format"), "session.audio.input.format")
        if isinstance(changes.get("turn_detection"), ServerVad):
            changes["turn_detection"] = _filled(changes["turn_detection"])
        new_input = replace(new_input, **changes)
    if not isinstance(update.output, UnsetType):
        changes = {name: value for name, value in asdict(update.output).items() if value is not UNSET}
        _check_format(changes.get("format"), "session.audio.output.format")
        if voice_heard and changes.get("voice", new_output.voice) != new_output.voice:
            raise ProtocolError(
                "cannot_update_voice", "the voice can't change once it was heard", "session.audio.output.voice"
            )
        new_output = replace(new_output, **changes)
    return SessionAudio(input=new_input, output=new_output)


def _filled(vad: ServerVad) -> ServerVad:
    given = {name: value for name, value in asdict(vad).items() if value is not None}
    return replace(DEFAULT_VAD, **given)


def _check_format(form: AudioFormat | None, param: str) -> None:
    if form is None:
        return
    if form.type == "audio/pcm" and form.rate not in (None, 24000):
        raise ProtocolError("invalid_value", "audio/pcm has a rate of 24000", f"{param}.rate")
    if form.type != "audio/pcm" and form.rate is not None:
        raise ProtocolError("unknown_parameter", f"{form.type} takes no rate", f"{param}.rate")
