"""Answers to the candidate's questions: the given sentence that fits best, or none."""

from collections.abc import Iterable

from greenroom.core.understanding.words import words

_COMMON = frozenset(
    "a about an and any are as at be been by can could did do does doing else ever for from get gets had "
    "has have how i if in is it its like many may me more much my of on one or our out own people please "
    "should so some tell that the their them there these they thing things this those to up us very was "
    "we were what when where which who why will with would you your know job role position company "
    "there's what's it's i'd work".split()
)
_ALIKE = (
    "pay salary wage wages paid compensation earn money bonus",
    "hours schedule shift shifts rota time week weekly full-time part-time fulltime parttime",
    "holiday holidays leave vacation",
    "remote home hybrid office onsite location located based",
    "team colleagues staff group",
    "train training learn learning course courses development",
    "start begin starting starts",
    "benefit benefits perks pension insurance",
    "travel travelling commute",
    "manager report reports boss lead supervisor",
    "return refund refunds returns money-back",
    "price cost costs charge fee",
    "deliver delivery shipping ship",
    "guarantee warranty",
)
_KIN: dict[str, str] = {}


def answer_from(facts: Iterable[str], question: str) -> str | None:
    """The given sentence that shares most of its rarer words with the question; None when none does."""
    asked = _stems(question)
    best, best_shared = None, 0
    for fact in facts:
        shared = len(asked & _stems(fact))
        if shared > best_shared:
            best, best_shared = fact, shared
    return best


def _stems(text: str) -> frozenset[str]:
    found = (_stem(word) for word in words(text) if word not in _COMMON)
    return frozenset(_KIN.get(word, word) for word in found)


def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word.removesuffix(ending)
    return word


for _group in _ALIKE:
    _first, *_others = _group.split()
    _KIN.update({_stem(_word): _stem(_first) for _word in (_first, *_others)})
