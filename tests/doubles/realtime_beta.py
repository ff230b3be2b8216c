"""What the GA protocol's events and sessions were called in its beta."""

from typing import Any

_NAMES = {
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "conversation.item.added": "conversation.item.created",
}
_PARTS = {"output_text": "text", "output_audio": "audio"}
_FORMATS = {"audio/pcmu": "g711_ulaw", "audio/pcma": "g711_alaw", "audio/pcm": "pcm16"}


def renamed(event: dict[str, Any]) -> dict[str, Any] | None:
    """The event under beta's names; None where beta had none."""
    if event["type"] == "conversation.item.done":
        return None
    changed = {**event, "type": _NAMES.get(event["type"], event["type"])}
    if "content" in event.get("item", {}):
        content = [{**part, "type": _PARTS.get(part["type"], part["type"])} for part in event["item"]["content"]]
        changed["item"] = {**event["item"], "content": content}
    return changed


def flat_session(session: dict[str, Any]) -> dict[str, Any]:
    """The session in beta's shape."""
    heard, said = session["audio"]["input"], session["audio"]["output"]
    return {
        "id": session["id"],
        "object": session["object"],
        "model": session["model"],
        "expires_at": session["expires_at"],
        "modalities": ["text", "audio"],
        "instructions": session["instructions"],
        "voice": said["voice"],
        "input_audio_format": _FORMATS[heard["format"]["type"]],
        "output_audio_format": _FORMATS[said["format"]["type"]],
        "input_audio_transcription": heard["transcription"],
        "turn_detection": heard["turn_detection"],
        "tools": session["tools"],
        "tool_choice": session["tool_choice"],
        "temperature": 0.8,
        "max_response_output_tokens": "inf",
    }
