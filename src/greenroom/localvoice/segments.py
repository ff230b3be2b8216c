"""Where to cut speech that is too long for one pass of the model. Pure; everything is counted in chunks.

The model does best with all the context that it can take ("Fail again" alone is heard as "Bare again"), so pieces are as
long as they may be, none is very short, and the cuts are where there is least speech.
"""

from collections.abc import Sequence

from greenroom.localvoice.speech_to_text import LONGEST_S
from greenroom.localvoice.voice_activity import CHUNK_MS

LONGEST_CHUNKS = int(LONGEST_S * 1000) // CHUNK_MS
SHORTEST_CHUNKS = 4000 // CHUNK_MS
"""A piece shorter than this is heard worse."""
_AROUND = 2
"""Chunks on each side of a cut that must be quiet, too."""


def pieces(speech: Sequence[float]) -> list[tuple[int, int]]:
    """How to cut sound into pieces of at most 14 s. `speech` is how likely each chunk is to be speech."""
    found: list[tuple[int, int]] = []
    start, end = 0, len(speech)
    while end - start > LONGEST_CHUNKS:
        rest = end - start
        first = start + max(SHORTEST_CHUNKS, min(rest - LONGEST_CHUNKS, LONGEST_CHUNKS // 2))
        last = start + min(LONGEST_CHUNKS, rest - SHORTEST_CHUNKS)
        cut = quietest(speech, first, last)
        found.append((start, cut))
        start = cut
    if end > start:
        found.append((start, end))
    return found


def quietest(speech: Sequence[float], first: int, last: int) -> int:
    """The place in first to last with the least speech around it; the latest of those that are alike."""
    best, found = float("inf"), last
    for place in range(first, last + 1):
        around = speech[max(0, place - _AROUND) : place + _AROUND + 1]
        # Silences are all alike to a listener, so small differences between them don't count.
        speechiness = round(sum(around) / max(len(around), 1), 1)
        if speechiness <= best:
            best, found = speechiness, place
    return found


def voiced(speech: Sequence[float], threshold: float, lead: int, tail: int) -> tuple[int, int]:
    """From the first speech to the last, with some sound around it; (0, 0) when there is none."""
    sure = [place for place, probability in enumerate(speech) if probability >= threshold]
    if not sure:
        return 0, 0
    return max(0, sure[0] - lead), min(len(speech), sure[-1] + 1 + tail)
