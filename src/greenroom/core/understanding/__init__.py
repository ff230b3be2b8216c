"""What a whole utterance of the candidate does, told by its words. Pure, and the same for speech and typed text."""

from greenroom.core.understanding.acts import Act, understood
from greenroom.core.understanding.elements import elements_in
from greenroom.core.understanding.endings import agrees, declines
from greenroom.core.understanding.facts import answer_from
from greenroom.core.understanding.words import words

__all__ = ["Act", "agrees", "answer_from", "declines", "elements_in", "understood", "words"]
