"""The wanted configuration as a `session.update`, and whether an echo agrees with it. Pure."""

import msgspec
from msgspec import UNSET, UnsetType

from greenroom.ports.caller import AUDIO_PCM_24K, AUDIO_PCMU_8K
from greenroom.ports.engine import EngineConfiguration
from greenroom.realtime.sessions import (
    PCM_24K,
    PCMU,
    AudioFormat,
    AudioInput,
    AudioOutput,
    FunctionTool,
    ServerVad,
    Session,
    SessionAudio,
    Transcription,
)

PREFIX_PADDING_MS = 300
"""Sound before the speech that the server counts to it: `audio_start_ms` is that much too early."""
SILENCE_MS = 600
"""Silence that ends a turn: the server counts it to the turn, so `audio_end_ms` is that much too late."""

_FORMATS = {AUDIO_PCMU_8K: PCMU, AUDIO_PCM_24K: PCM_24K}

TURN_DETECTION = ServerVad(
    prefix_padding_ms=PREFIX_PADDING_MS,
    silence_duration_ms=SILENCE_MS,
    create_response=False,  # the director asks for every reply
    interrupt_response=False,  # an interruption is confirmed by us before it is one
)


def wanted_session(wanted: EngineConfiguration, transcription_model: str | None, *, with_voice: bool = True) -> Session:
    """All that we set. `with_voice=False` leaves the voice as it is: it can't be set again once it was heard.

    Raises `msgspec.ValidationError` for tools that are none.
    """
    form = _FORMATS[wanted.audio_format]
    return Session(
        output_modalities=("audio",),
        instructions=wanted.instructions,
        audio=SessionAudio(
            input=AudioInput(
                format=form,
                transcription=UNSET if transcription_model is None else Transcription(model=transcription_model),
                turn_detection=TURN_DETECTION,
            ),
            output=AudioOutput(format=form, voice=wanted.voice if with_voice else UNSET),
        ),
        tools=_tools(wanted),
        tool_choice="auto",
    )


def echo_agrees(wanted: EngineConfiguration, echoed: Session) -> bool:
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
        and audio.output.voice == wanted.voice
        and _same_format(audio.input.format, wanted)
        and _same_format(audio.output.format, wanted)
        and isinstance(turns, ServerVad)
        and turns.create_response is False
        and turns.interrupt_response is False
        and (() if isinstance(echoed.tools, UnsetType) else echoed.tools) == _tools(wanted)
    )


def _same_format(echoed: AudioFormat | UnsetType, wanted: EngineConfiguration) -> bool:
    return not isinstance(echoed, UnsetType) and echoed.type == _FORMATS[wanted.audio_format].type


def _tools(wanted: EngineConfiguration) -> tuple[FunctionTool, ...]:
    return msgspec.convert(wanted.tools, tuple[FunctionTool, ...])
