"""A language model's text as plain sentences to be spoken: without thoughts, markup, labels, stage directions, emoji. Pure."""

import re
import unicodedata

MAX_OPEN_CHARS = 2000
"""Of a sentence that doesn't end."""
_BOUNDARY = re.compile(
    r"(?<=[.!?…])[\"'”’»)\]*_~`]*(?:\s+|$)|(?<=[?!])(?=[A-Z])|"
    r"\s*\n\s*\n\s*|\s*\n\s*(?=[-*•–#>\"“(\[A-Z]|\d{1,2}[.)])"
)
_NO_END = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|vs|etc|e\.g|i\.e|approx|no|inc|ltd|jr|sr|a\.m|p\.m)|\b[A-Z]|(?:^|\n)\s*\d{1,2})\.$",
    re.IGNORECASE,
)
_THOUGHT = re.compile(r"<(think(?:ing)?|reasoning|analysis)>.*?</\1>", re.IGNORECASE | re.DOTALL)
_THINKS = re.compile(r"<(?:think(?:ing)?|reasoning|analysis)>|</?[a-z]*$", re.IGNORECASE)
_SMILEY = re.compile(r"(?<!\w)[:;]-?[)(DPp](?!\w)")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)|<?https?://\S*[^\s.,!?]")
_BRACKETS = re.compile(r"\([^()\n]*\)|\[[^\[\]\n]*\]|<[^<>\n]*>")
_STARS = re.compile(r"(?<!\*)\*(?!\*)([^*\n]+)\*(?!\*)|(?<![\w_])_([^_\n]+)_(?!\w)")
_ACTED = re.compile(r"\s*(?:[a-z]+(?:s|ing)|a (?:short |long |brief )?(?:pause|nod|smile))\b", re.IGNORECASE)
_OPEN_BRACKET = re.compile(r"[(\[<]|\*(?=\S)")
_LIST_MARK = re.compile(r"^\s*(?:#+|>+|[-•–—*+]|\d{1,2}[.)]|[a-d]\))\s+")
_LABEL = re.compile(
    r"^\W*(?:the |your |my |final |spoken )?(?:interviewer|assistant|ai|bot|model|host|speaker|agent|system|director|response|reply|"
    r"answer|output|question|probe|line|acknowledge?ment|customer|client|patient|caller|buyer|partner|narrator)(?: \d+)?\s*:\W*",
    re.IGNORECASE,
)
_OTHER_SPEAKER = re.compile(r"^\W*(?:candidate|user|human|applicant|interviewee|you)(?: \d+)?\s*:", re.IGNORECASE)
_UNSPOKEN = re.compile(r"[*_`~#|>\\\"“”„«»]|^['’‘]+(?!t)|(?<=[.!?,])['’‘]+$")
_ENDS = re.compile(r"[!?.…]*\?[!?.…]*$|[!.…]*!+[!.…]*$|(?:\.{2,}|…)+$")
_ASKING = re.compile(r"(?:(?:and|so|but|then|now) )?(?:what|which|who|where|when|why|how)\b", re.IGNORECASE)
_SPACE_BEFORE_MARK = re.compile(r"\s+(?=[.,!?;:…])")
_LONG_DASHES = re.compile(r"\s*(?:—|--+)\s*")


class Sentences:
    """Text in, in any pieces; whole sentences out, as they were written."""

    def __init__(self) -> None:
        self._open = ""

    def add(self, piece: str) -> list[str]:
        self._open = _THOUGHT.sub(" ", self._open + piece)
        if _THINKS.match(self._open.lstrip()):
            return []
        found: list[str] = []
        while (sentence := self._take()) is not None:
            found.append(sentence)
        self._open = self._open[-MAX_OPEN_CHARS:]
        return [sentence for sentence in found if sentence.strip()]

    def rest(self, *, complete: bool) -> list[str]:
        """What is left at the end; what was broken off is nothing."""
        left, self._open = self._open, ""
        if _THINKS.match(left.lstrip()):
            return []
        left = _OPEN_BRACKET.sub(" ", _without_asides(left)).strip()
        if not complete and not left.endswith((".", "!", "?")):
            left = left[: max(left.rfind(mark) for mark in ".!?") + 1]
        self._open = f"{left} "
        found: list[str] = []
        while (sentence := self._take(at_end=True)) is not None:
            found.append(sentence)
        found.append(self._open)
        self._open = ""
        return [sentence for sentence in found if sentence.strip()]

    def _take(self, *, at_end: bool = False) -> str | None:
        # A mark at the very end of what came may go on: "3." and "5", "?" and a quote.
        text = _without_asides(self._open)
        opened = _OPEN_BRACKET.search(text)
        for boundary in _BOUNDARY.finditer(text):
            if (boundary.end() >= len(text) and not at_end) or (opened and opened.start() < boundary.start()):
                break
            if "\n" in boundary.group() or not _NO_END.search(text[: boundary.start()]):
                self._open = text[boundary.end() :]
                return text[: boundary.start()] + boundary.group().strip()
        return None


def _without_asides(text: str) -> str:
    """Without links, stage directions and what stands in brackets; while one is open, it stays."""
    text = _SMILEY.sub("", text.replace("**", "").replace("__", ""))
    text = _LINK.sub(lambda found: found[1] or "", text)
    text = _BRACKETS.sub("", text)
    return _STARS.sub(lambda found: _starred(found[1] or found[2]), text)


def _starred(words: str) -> str:
    """Stars stand around what is done ("smiles") or around what is stressed."""
    return "" if _ACTED.match(words) and len(words.split()) <= 5 else words


def is_other_speaker(sentence: str) -> bool:
    """Whether a model goes on with what the other one says."""
    return _OTHER_SPEAKER.match(sentence) is not None


def spoken(sentence: str) -> str:
    """As it is to be said; empty when there is nothing to say in it."""
    if any(mark in sentence for mark in "{}"):
        return ""
    text = _without_asides(sentence)
    text = _LIST_MARK.sub("", text)
    text = _LABEL.sub("", text)
    text = "".join(char if _speakable(char) else " " for char in text).strip()
    text = _LONG_DASHES.sub(", ", _UNSPOKEN.sub("", text))
    text = " ".join(re.sub(r"[(\[<>\])]", " ", text).split()).strip(" ,;:-–—")
    text = _SPACE_BEFORE_MARK.sub("", text)
    if not any(char.isalnum() for char in text):
        return ""
    return _ended(text[0].upper() + text[1:])


def _ended(text: str) -> str:
    """With one mark at its end."""
    found = _ENDS.search(text)
    if found is not None:
        mark = "?" if "?" in found.group() else "!" if "!" in found.group() else "…"
        return text[: found.start()].rstrip(" ,;:") + mark
    if text.endswith("."):
        return text
    return text + ("?" if _ASKING.match(text) else ".")


def _speakable(char: str) -> bool:
    """Emoji, their joiners, control characters and signs are not."""
    return (
        unicodedata.category(char) not in ("So", "Sk", "Cs", "Cc", "Cf", "Co", "Cn")
        and not "\ufe00" <= char <= "\ufe0f"
    )
