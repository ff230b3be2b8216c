"""The caller: the leg that the candidate speaks through, a phone or a browser."""

from typing import Protocol

AUDIO_PCMU_8K = "audio/pcmu"
AUDIO_PCM_24K = "audio/pcm"

BYTES_PER_MS = {AUDIO_PCMU_8K: 8, AUDIO_PCM_24K: 48}
"""Of decoded audio, mono."""


class CallerLeg(Protocol):
    """What the bridge and the runner may ask of a caller's connection. Nothing here blocks or raises.

    Audio travels as base64 text in the leg's format, since both sides of a phone call carry it so.
    """

    audio_format: str
    """`audio/pcmu` (8 kHz) or `audio/pcm` (24 kHz, 16 bit, little-endian)."""
    stream_sid: str | None

    def send_audio(self, payload: bytes) -> None:
        """Play this after what was sent before."""
        ...

    def send_mark(self, name: str) -> None:
        """Report `name` back when what was sent before it has been played, or was dropped by `clear`."""
        ...

    def clear(self) -> None:
        """Drop what was sent and is not played yet."""
        ...

    def reply_started(self, reply_id: str, from_ms: int) -> None:
        """The audio that follows belongs to this reply, from that position of it on."""
        ...

    def close(self, code: int, reason: str) -> None:
        """End the connection; `reason` is the session's end reason. No-op when it is gone already."""
        ...


class CallerEvents(Protocol):
    """What a caller's connection reports to its session. All of it is a no-op once the leg was replaced."""

    def audio(self, payload: bytes) -> None:
        """A frame of the caller's speech, base64 as it came."""
        ...

    def mark_played(self, name: str) -> None: ...

    def cleared(self, reply_id: str, played_ms: int) -> None:
        """So much of this reply had sounded when `clear` silenced it; from callers that know."""
        ...

    def hung_up(self) -> None:
        """The person, or the carrier for them, ended the call."""
        ...

    def lost(self, code: str) -> None:
        """The connection went away without a word."""
        ...
