"""The wanted configuration as a `session.update`, and whether an echo agrees with it. Pure."""

import msgspec
from msgspec import UNSET, UnsetType

from greenroom.engines.realtime.settings import RealtimeSettings
from greenroom.ports.caller import AUDIO_PCM_24K, AUDIO_PCMU_8K
from greenroom.ports.engine import EngineConfiguration
from greenroom.realtime.sessions import (
    PCM_24K,
    PCMU,
    AudioFormat,
    AudioInput,
    AudioOutput,
    FunctionTool,
    RetentionRatio,
    SemanticVad,
    ServerVad,
    Session,
    SessionAudio,
    Transcription,
    TurnDetection,
)

PREFIX_PADDING_MS = 300
"""Sound before the speech that the server counts to it: `audio_start_ms` is that much too early."""
SILENCE_MS = 600
"""Silence that ends a turn: the server counts it to the turn, so `audio_end_ms` is that much too late."""

_FORMATS = {AUDIO_PCMU_8K: PCMU, AUDIO_PCM_24K: PCM_24K}


def turn_detection(settings: RealtimeSettings) -> TurnDetection:
    """How turns are found. The director asks for every reply, and an interruption is confirmed by us before it is one."""
    if settings.turn_detection == "semantic_vad":
        return SemanticVad(eagerness=settings.eagerness, create_response=False, interrupt_response=False)
    return ServerVad(
        prefix_padding_ms=PREFIX_PADDING_MS,
        silence_duration_ms=SILENCE_MS,
        create_response=False,
        interrupt_response=False,
    )


def counted_to_turns(settings: RealtimeSettings) -> tuple[int, int]:
    """Milliseconds ahead of the speech and behind it that the server counts to a turn; `semantic_vad` doesn't tell."""
    return (PREFIX_PADDING_MS, SILENCE_MS) if settings.turn_detection == "server_vad" else (0, 0)


def wanted_session(wanted: EngineConfiguration, settings: RealtimeSettings, *, with_voice: bool = True) -> Session:
    """All that we set. `with_voice=False` leaves the voice as it is: it can't be set again once it was heard.

    Raises `msgspec.ValidationError` for tools that are none.
    """
    form = _FORMATS[wanted.audio_format]
    model, ratio = settings.transcription_model, settings.retention_ratio
    return Session(
        output_modalities=("audio",),
        instructions=wanted.instructions,
        audio=SessionAudio(
            input=AudioInput(
                format=form,
                transcription=UNSET if model is None else Transcription(model=model),
                turn_detection=turn_detection(settings),
            ),
            output=AudioOutput(format=form, voice=_voice(wanted, settings) if with_voice else UNSET),
        ),
        tools=_tools(wanted, settings),
        tool_choice="auto",
        truncation=UNSET if ratio is None else RetentionRatio(retention_ratio=ratio),
    )


def echo_agrees(wanted: EngineConfiguration, echoed: Session, settings: RealtimeSettings) -> bool:
    """Whether the server says that it is what we want it to be, in everything that changes what is said and heard.

    What we did not set is not looked at; what we set and the server leaves out does not agree, but for tools, where
    absent is none.
    """
    audio = echoed.audio
    if isinstance(audio, UnsetType) or isinstance(audio.input, UnsetType) or isinstance(audio.output, UnsetType):
        return False
    turns = audio.input.turn_detection
    return (
        echoed.instructions == wanted.instructions
        and _voice(wanted, settings) in (UNSET, audio.output.voice)
        and _same_format(audio.input.format, wanted)
        and _same_format(audio.output.format, wanted)
        and isinstance(turns, ServerVad | SemanticVad)
        and type(turns) is type(turn_detection(settings))
        and turns.create_response is False
        and turns.interrupt_response is False
        and (() if isinstance(echoed.tools, UnsetType) else echoed.tools) == _tools(wanted, settings)
    )


def _voice(wanted: EngineConfiguration, settings: RealtimeSettings) -> str | UnsetType:
    return settings.voices.get(wanted.voice, wanted.voice) or UNSET


def _same_format(echoed: AudioFormat | UnsetType, wanted: EngineConfiguration) -> bool:
    return not isinstance(echoed, UnsetType) and echoed.type == _FORMATS[wanted.audio_format].type


def _tools(wanted: EngineConfiguration, settings: RealtimeSettings) -> tuple[FunctionTool, ...]:
    return msgspec.convert(wanted.tools, tuple[FunctionTool, ...]) if settings.takes_tools else ()
