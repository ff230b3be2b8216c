"""How much of a reply the candidate has heard, in words."""

SPOKEN_CHARACTERS_PER_S = 15.0
"""Of English read at an interviewer's pace; used only while the length of a reply is not known yet."""


def heard_part(text: str, heard_ms: int, received_ms: int, *, made: bool) -> str:
    """The words of `text` that fit into `heard_ms`, approximately: whole words, by their share of the whole length."""
    if heard_ms <= 0 or not text:
        return ""
    whole_ms = received_ms if made else max(received_ms, round(len(text) / SPOKEN_CHARACTERS_PER_S * 1000))
    if heard_ms >= whole_ms:
        return text
    end = round(len(text) * heard_ms / whole_ms)
    if end < len(text) and not text[end].isspace():
        # A word that was cut counts as not heard.
        end = text.rfind(" ", 0, end) + 1
    return text[:end].rstrip()
