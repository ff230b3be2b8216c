"""The end of a turn: how long a pause must be, given the words before it. Pure.

A pause alone can't tell: people think in the middle of a sentence for seconds. Words can, mostly: what ends in a
conjunction, a preposition, an article, a filler or a verb that wants something goes on; a whole sentence does not. The
recogniser puts a full stop after almost anything, so a full stop says nothing.
"""

import re

from greenroom.localvoice import lexicon as lx

FINISHED_S = 0.6
SHORT_S = 0.9
UNSURE_S = 1.4
COMMA_S = 1.5
"""After what would be a sentence but for its comma. The recogniser hears a third of unfinished phrases so, and one in
ten that are finished."""
UNFINISHED_S = 3.3
FILLER_S = 3.4
UNKNOWN_S = 1.0
"""While the words are not known yet."""
_LONGEST_PIECE = 4

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*")
_CLAUSES = re.compile(r"[.!?…]+\s+")
_LAST_PART = re.compile(r"[,;:–]\s+")


def words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))


def pause_s(text: str | None) -> float:
    """Seconds of silence after which a turn with these words so far is over. None: the words are not known yet."""
    if text is None:
        return UNKNOWN_S
    line = text.strip().removesuffix("...").strip() if text.strip() != "..." else ""
    said = words(line)
    if not said:
        return UNSURE_S
    clause = words(_CLAUSES.split(line)[-1])
    part = words(_LAST_PART.split(line)[-1])
    if len(said) <= 2 and said[-1] in lx.SHORT_ANSWERS:
        return SHORT_S
    if said[-1] in lx.FILLERS or (said[-1] in ("well", "like") and part == said[-1:]):
        return FILLER_S if len(said) > 1 else UNSURE_S
    if line.endswith(("?", "!")):
        return FINISHED_S
    if line.endswith(("-", "–", ":", "…")) or text.strip().endswith("..."):
        return UNFINISHED_S
    if _wants_more(clause, part):
        return UNFINISHED_S
    if said[-1] in lx.SHORT_ANSWERS or part[-2:] == ["thank", "you"]:
        return FINISHED_S
    if line.endswith(","):
        return COMMA_S
    if not _has_verb(clause):
        return UNSURE_S if len(clause) > 2 else SHORT_S
    return SHORT_S if _subjectless(clause, part) else FINISHED_S


def _wants_more(clause: list[str], part: list[str]) -> bool:
    return (
        " ".join(clause) in lx.DISCOURSE
        or " ".join(part) in lx.DISCOURSE
        or _open_word(clause)
        or _open_verb(clause)
        or _open_frame(clause, part)
    )


def _open_word(clause: list[str]) -> bool:
    """Whether its last word is one that something must follow."""
    last = clause[-1]
    before = clause[-2] if len(clause) > 1 else ""
    marked = _marked(clause)
    if last in lx.ARTICLES or last in lx.CONJUNCTIONS:
        # "For a while", and a letter or a name: "the A".
        return before not in ("the", "a")
    if last in lx.QUESTION_WORDS:
        return not _taken(last, before)
    if last in lx.PREPOSITIONS:
        return not (_stranded(last, before, clause) or marked)
    if last in lx.AUXILIARIES:
        return not _answering(clause)
    if last in lx.DEGREES | lx.ADVERBS:
        return before in lx.PRONOUNS or before in lx.AUXILIARIES or (last in ("very", "quite", "extremely", "fairly"))
    if last in lx.NUMBERS:
        return (
            before not in lx.TENS
            and len(clause) > 1
            and not (last in ("few", "many") and before in ("a", "so", "that"))
        )
    if last in lx.ORDINALS:
        return before in lx.ARTICLES - {"a", "the"} or (
            before == "the" and last in ("main", "whole", "new", "own", "only")
        )
    if last == "different":
        return before in lx.NUMBERS
    if last == "no":
        return before in lx.AUXILIARIES or before in ("almost", "absolutely", "practically")
    if clause[-3:-2] and clause[-3] in ("so", "neither", "nor") and before in lx.AUXILIARIES and last in lx.PRONOUNS:
        return False  # "and so was I"
    return last in ("i", "we", "he", "she", "they", "some", "any", "then", "however")


def _taken(last: str, before: str) -> bool:
    """Whether this `that`, `this`, `so` or `what` is what the word before it asks for."""
    if last in ("that", "this", "these", "those"):
        return before in lx.PREPOSITIONS | lx.DEMONSTRATIVE_VERBS - {"is", "was", "know", "knew", "mean", "means"}
    return (last == "so" and before in lx.SO_VERBS) or (last == "what" and before in ("matter", "did", "know"))


def _stranded(last: str, before: str, clause: list[str]) -> bool:
    """Whether this preposition belongs to the verb before it, or ends a time that is counted back from."""
    if last == "before":
        return before in lx.PHRASAL | lx.TIMES or any(
            word in ("have", "had", "has", "never", "i've", "we've") for word in clause
        )
    return (last in lx.PARTICLES and before in lx.PHRASAL) or (last in ("after", "since") and before in lx.TIMES)


def _marked(clause: list[str]) -> bool:
    """Whether its end belongs to a clause that was opened by `what`, `how`, `than` or, as in "the people I worked with",
    by nothing at all: then it may end in a verb or a preposition."""
    for place, word in enumerate(clause[:-1]):
        if place and word in lx.MARKERS and len(clause) - place > 2:
            return True
        opened = place > 1 and word in lx.PRONOUNS - {"it", "you"}
        if (
            opened
            and clause[place - 1]
            not in (
                lx.CONJUNCTIONS
                | lx.LEAD_INS
                | lx.AUXILIARIES
                | lx.VERBS
                | lx.QUESTION_WORDS
                | lx.ADVERBS
                | {"time", "moment", "end"}
            )
            and clause[place - 2] in lx.ARTICLES | lx.ORDINALS | lx.PREPOSITIONS | {"something"}
        ):
            return True
    return False


def _answering(clause: list[str]) -> bool:
    """Whether this auxiliary stands for a whole answer: "yes, I do", "as good as it was"."""
    if clause[-1] in ("do", "have", "had", "be") and clause[-2:-1] in (["to"], ["ever"]):
        return clause[-2] == "ever" or any(word in lx.MARKERS | {"lot", "much", "work", "things"} for word in clause)
    if len(clause) < 2 or clause[-2] not in lx.PRONOUNS:
        return False
    alone = [word for word in clause[:-2] if word not in lx.LEAD_INS]
    bare = clause[-1] not in ("was", "were", "had", "would", "should", "must", "might", "has") or clause[0] in (
        "yes",
        "no",
    )
    return (not alone and bare) or any(word in lx.MARKERS for word in clause[1:-2])


def _open_verb(clause: list[str]) -> bool:
    """Whether it ends in a verb that wants something."""
    if len(clause) < 2 or clause[-1] not in lx.WANTING_VERBS or clause[-1] in lx.AUXILIARIES:
        return False
    if clause[-2] in ("are", "is", "was", "were", "be", "been", "being", "got", "get", "the", "a", "it"):
        return clause[-1] in ("going", "trying") and clause[-2] != "the"
    if len(clause) == 2 and clause[-1] in lx.SUFFICIENT_VERBS and clause[0] in lx.PRONOUNS:
        return False
    return not _marked(clause)


def _open_frame(clause: list[str], part: list[str]) -> bool:
    """Whether it opens what needs a main clause, and has none so far."""
    start = 0
    while start < len(clause) - 1 and clause[start] in lx.LEAD_INS:
        start += 1
    rest = clause[start:]
    if len(rest) < 2:
        return False
    verbs = _verbs(rest)
    behind_comma = len(part) > 1 and len(part) < len(clause) and _has_verb(part)
    match rest:
        case ["as", "a" | "an" | "the", *_]:
            return verbs == 0 and not behind_comma and rest[-1] not in lx.OBJECTS - {"you"} and len(rest) < 5
        case ["as", "soon" | "long" | "far", *_]:
            return verbs < 2 and not behind_comma
        case ["at", "that", "time", *_] | ["in" | "during", "my" | "the", *_]:
            return verbs == 0 and len(rest) > 3 and not _has_verb(rest)
        case [first, second, *_] if first in lx.SUBORDINATORS and second not in ("a", "then"):
            subject = second in lx.SUBJECTS or second in lx.ARTICLES or second in ("something", "there", "it's", "i'm")
            needed = 2 if second in lx.PRONOUNS else 1
            return subject and verbs < 2 and not behind_comma and _clauses(rest) < needed
        case ["every" | "each", "time", *_]:
            return verbs < 2 and not behind_comma and _clauses(rest) < 2
        case ["what", subject, *_] if subject in lx.SUBJECTS:
            return verbs < 2
        case ["something" | "one", "that" | "of", *_]:
            return verbs < (2 if rest[1] == "that" else 1)
        case ["the", kind, *_] if kind in lx.PREDICATE_NOUNS:
            return verbs == 0
        case _:
            return False


def _subjectless(clause: list[str], part: list[str]) -> bool:
    """Whether it says something of nobody, in a few words: such pieces come one after the other, "tried again, gave up"."""
    return len(part) <= _LONGEST_PIECE and not any(
        word in lx.SUBJECTS or word in lx.NAMING or ("'" in word and not word.endswith("n't")) for word in clause
    )


def _clauses(clause: list[str]) -> int:
    """Subjects that something is said of: pronouns in the place of one."""
    return sum(
        word in lx.PRONOUNS - {"it", "you"}
        and (place == 0 or clause[place - 1] not in lx.PREPOSITIONS - {"before", "after"})
        for place, word in enumerate(clause[:-1])
    )


def _verbs(clause: list[str]) -> int:
    return sum(word in lx.VERBS or (word.endswith("ed") and len(word) > 4) for word in clause)


def _has_verb(clause: list[str]) -> bool:
    if _verbs(clause) or any(word in lx.SUBJECTS for word in clause[:-2]):
        return True
    # What stands between two nouns and is no preposition: "my parents own a bakery".
    for place in range(1, len(clause) - 1):
        follower = clause[place + 1]
        if (follower in lx.DETERMINERS or follower in lx.OBJECTS) and clause[place] not in (
            lx.PREPOSITIONS | lx.CONJUNCTIONS | lx.DETERMINERS | lx.QUANTIFIERS | lx.NUMBERS | lx.QUESTION_WORDS
        ):
            return clause[0] in lx.DETERMINERS | lx.PRONOUNS or place > 1
    return False
