"""Live captions that never take a word back."""

_TAIL = 4
"""Words by whose likeness the place is found from which a pass that hears earlier words otherwise goes on."""
_SHIFT = 3
"""And how far off that place may be."""


class StablePrefix:
    """Lets out the words on which two passes in a row agree. What was let out stays, whatever later passes say."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._before: list[str] = []

    def take(self, text: str) -> str:
        """The piece that this pass adds to what was let out; empty for nothing."""
        now = text.split()
        agreed = 0
        for mine, theirs in zip(now, self._before, strict=False):
            if _plain(mine) != _plain(theirs):
                break
            agreed += 1
        self._before = now
        # The last word of a pass is half spoken, and its full stop is a guess.
        agreed = min(agreed, len(now) - 1)
        known = self._known_in(now)
        if agreed <= known:
            return ""
        new = now[known:agreed]
        first = not self._out
        self._out += new
        piece = " ".join(new)
        return piece if first else f" {piece}"

    def take_sure(self, text: str) -> str:
        """The same for a pass over speech that has paused: it agrees with itself, but for its last word."""
        return "".join((self.take(text), self.take(text)))

    def _known_in(self, now: list[str]) -> int:
        """How many of these words say what was let out already, even if a later pass hears some of it otherwise."""
        out = [_plain(word) for word in self._out]
        heard = [_plain(word) for word in now]
        if heard[: len(out)] == out:
            return len(out)
        tail = out[-_TAIL:]

        def likeness(place: int) -> tuple[int, int]:
            there = heard[max(0, place - len(tail)) : place]
            same = sum(mine == theirs for mine, theirs in zip(reversed(tail), reversed(there), strict=False))
            return same, -abs(place - len(out))

        return max(range(max(0, len(out) - _SHIFT), len(out) + _SHIFT + 1), key=likeness)


def _plain(word: str) -> str:
    return word.strip(".,!?;:").lower()
