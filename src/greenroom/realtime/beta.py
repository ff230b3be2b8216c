"""What the protocol's beta called things, read as GA's. Pure.

Some compatible servers still say it so. What is written is GA only.
"""

from typing import Any, cast

EVENTS = {
    "response.audio.delta": "response.output_audio.delta",
    "response.audio.done": "response.output_audio.done",
    "response.audio_transcript.delta": "response.output_audio_transcript.delta",
    "response.audio_transcript.done": "response.output_audio_transcript.done",
    "response.text.delta": "response.output_text.delta",
    "response.text.done": "response.output_text.done",
}
"""Beta's name to GA's, for events that are otherwise the same."""

_FORMATS = {
    "g711_ulaw": {"type": "audio/pcmu"},
    "g711_alaw": {"type": "audio/pcma"},
    "pcm16": {"type": "audio/pcm", "rate": 24000},
}
_INPUT = {
    "input_audio_format": "format",
    "input_audio_transcription": "transcription",
    "input_audio_noise_reduction": "noise_reduction",
    "turn_detection": "turn_detection",
}
_OUTPUT = {"output_audio_format": "format", "voice": "voice", "speed": "speed"}
_TOP = {"max_response_output_tokens": "max_output_tokens"}
_GONE = frozenset({"temperature", "modalities", "client_secret"})
_MARKS = frozenset({"modalities", *_INPUT, *_OUTPUT, *_TOP}) - {"speed"}


def is_session(session: dict[str, Any]) -> bool:
    """Whether a session is in the beta's shape: flat, where GA's has `audio`."""
    return "audio" not in session and not _MARKS.isdisjoint(session)


def ga_session(session: dict[str, Any]) -> dict[str, Any]:
    """The same in GA's shape, as far as it has a place there."""
    whole = {_TOP.get(name, name): value for name, value in session.items() if name not in (*_GONE, *_INPUT, *_OUTPUT)}
    modalities = session.get("modalities")
    if isinstance(modalities, list):
        # The beta had audio and text at once, GA has one of the two.
        whole["output_modalities"] = ["audio" if "audio" in cast("list[Any]", modalities) else "text"]
    audio = {"input": _part(session, _INPUT), "output": _part(session, _OUTPUT)}
    return {**whole, "type": "realtime", "audio": audio}


def _part(session: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {ga: _value(beta, session[beta]) for beta, ga in names.items() if beta in session}


def _value(name: str, value: Any) -> Any:
    return _FORMATS.get(value, value) if name.endswith("_format") and isinstance(value, str) else value
