"""Live captions that never take a word back."""

_TAIL = 4
"""Words by whose likeness the place is found from which a pass that hears earlier words otherwise goes on."""
_SHIFT = 3
"""And how far off that place may be."""
_SIGNS = ".,!?;:"


class StablePrefix:
    """Lets out the words on which two passes in a row agree. What was let out stays, whatever later passes say."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._before: list[str] = []
        self._bare = False
        """What was let out last came without the sign behind it."""

    def take(self, text: str) -> str:
        """The piece that this pass adds to what was let out; empty for nothing."""
        now = text.split()
        agreed = 0
        for mine, theirs in zip(now, self._before, strict=False):
            if _plain(mine) != _plain(theirs):
                break
            agreed += 1
        self._before = now
        # The last word of a pass is half spoken.
        return self._let_out(now, min(agreed, len(now) - 1))

    def take_sure(self, text: str) -> str:
        """The same for a pass over speech that has paused: all of it is let out. A sign behind its last word, which is a
        guess, comes with the word that follows."""
        now = self._before = text.split()
        return self._let_out(now, len(now), bare=True)

    def _let_out(self, now: list[str], upto: int, *, bare: bool = False) -> str:
        known = self._known_in(now)
        if upto <= known:
            return ""
        new = now[known:upto]
        sign = (
            _sign(now[known - 1])
            if self._bare and known > 0 and _plain(now[known - 1]) == _plain(self._out[-1])
            else ""
        )
        if bare:
            new[-1] = new[-1].rstrip(_SIGNS) or new[-1]
        self._bare = bare
        first = not self._out
        self._out += new
        piece = " ".join(new)
        return piece if first else f"{sign} {piece}"

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
    return word.strip(_SIGNS).lower()


def _sign(word: str) -> str:
    return word[len(word.rstrip(_SIGNS)) :]
