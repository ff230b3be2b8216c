"""One reply on its way to the ear, and cutting base64 text where it may be cut."""

from base64 import b64decode, b64encode
from collections import deque

SAMPLE_BYTES = {8: 1, 48: 2}
"""By the bytes of a millisecond."""

CUT_BYTES = 6
"""A base64 text may be cut where whole characters (3 bytes) and whole 16-bit samples (2 bytes) end."""


def decoded_bytes(payload: bytes) -> int:
    """Length of what this base64 text stands for."""
    size = len(payload) * 3 // 4
    if payload.endswith(b"=="):
        return size - 2
    return size - 1 if payload.endswith(b"=") else size


def tail_of(payload: bytes, skip_bytes: int) -> bytes:
    """The base64 text of what follows its first `skip_bytes`. Taken apart once a resumed reply, not once a frame."""
    return b64encode(b64decode(payload)[skip_bytes:])


class Playback:
    """One reply on its way to the ear. Positions are bytes of decoded audio from its beginning."""

    __slots__ = (
        "began",
        "chunks",
        "complete",
        "heard",
        "held",
        "marks",
        "playing_from",
        "playing_since",
        "received",
        "reply_id",
        "rest",
        "sent",
        "stood_still_s",
        "unmarked",
    )

    def __init__(self, reply_id: str) -> None:
        self.reply_id = reply_id
        self.chunks: deque[tuple[bytes, int, int]] = deque()
        """(payload, first byte, byte after its last): what is not known to be heard."""
        self.marks: deque[tuple[bytes, int]] = deque()
        """(name, position) of marks that were sent and not echoed."""
        self.received = 0
        self.sent = 0
        self.heard = 0
        """Known to have sounded."""
        self.playing_from = 0
        self.playing_since = 0.0
        """By the clock, sound from that position on plays since then."""
        self.stood_still_s = 0.0
        """Of that time, as the latest mark tells."""
        self.unmarked = 0
        self.rest = b""
        """The first half of a sample that was cut in two."""
        self.began = False
        self.held = False
        self.complete = False

    def play_from(self, position: int, since: float) -> None:
        """What is sent from here on begins to sound now."""
        self.playing_from, self.playing_since, self.stood_still_s = position, since, 0.0

    def whole_samples(self, payload: bytes) -> bytes:
        """A piece with what was left of the one before it, cut where a 16-bit sample ends."""
        sound = self.rest + b64decode(payload)
        end = len(sound) - len(sound) % 2
        self.rest = sound[end:]
        return b64encode(sound[:end])
