"""Live captions that never take a word back."""


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
        known = len(self._out)
        if agreed <= known or [_plain(word) for word in now[:known]] != [_plain(word) for word in self._out]:
            return ""
        new = now[known:agreed]
        self._out += new
        piece = " ".join(new)
        return piece if known == 0 else f" {piece}"


def _plain(word: str) -> str:
    return word.strip(".,!?;:").lower()
