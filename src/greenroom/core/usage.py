"""What a session costs at the voice engine. Pure."""

from typing import Literal

import msgspec

Purpose = Literal["reply", "transcript"]


class Usage(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Tokens, as the engine told them; cached ones are counted among the input's, too."""

    count: int = 1
    """Of replies or transcripts."""
    tokens: int = 0
    """In all."""
    input_text_tokens: int = 0
    input_audio_tokens: int = 0
    cached_text_tokens: int = 0
    cached_audio_tokens: int = 0
    output_text_tokens: int = 0
    output_audio_tokens: int = 0
    seconds: float = 0.0
    """Of sound, where that is what is paid for."""

    def plus(self, other: "Usage") -> "Usage":
        """Both together."""
        both = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return Usage(*(mine + theirs for mine, theirs in both))


NOTHING = Usage(count=0)


class Spent(msgspec.Struct, frozen=True, rename="camel"):
    """All that a session has cost so far."""

    replies: Usage = NOTHING
    transcripts: Usage = NOTHING

    @property
    def tokens(self) -> int:
        return self.replies.tokens + self.transcripts.tokens

    def plus(self, purpose: Purpose, usage: Usage) -> "Spent":
        """After one more reply or transcript."""
        if purpose == "reply":
            return Spent(self.replies.plus(usage), self.transcripts)
        return Spent(self.replies, self.transcripts.plus(usage))


NOTHING_SPENT = Spent()
