"""What a description is about, as phrases that fit behind "the description mentions"."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from greenroom.scenarios import spoken
from greenroom.scenarios.words import (
    AMBIGUOUS,
    BEGIN_NOUNS,
    BOILERPLATE,
    DOING_CUES,
    LINKS,
    OBJECT_STARTS,
    PREDICATES,
    PRONOUNS,
    STATES,
    STOPWORDS,
    THING_CUES,
    VERBS,
    WEAK,
    gerund,
    stem,
)

MOST_WORDS = 7
_CLAUSE_END = re.compile(r"\s*[,:;.!?…،。]\s*|\s+-\s+|\s+(?:while|so that|in order to|because|where|who|which|that)\s+")
_THING_CUE = re.compile(r"\b(?:" + "|".join(THING_CUES) + r")\s+", re.IGNORECASE)
_DOING_CUE = re.compile(r"^(?:" + "|".join(DOING_CUES) + r")\s+", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:(?:the|a|an|our|your|its|and|or|also|some|any|both|strong|good|great|excellent|solid|proven|relevant|previous|prior|hands-on|deep|basic|advanced|working)\s+)+",
    re.IGNORECASE,
)
_PRAISE = re.compile(r"\s+an? (?:big |strong |real )?(?:plus|advantage|bonus|must|asset)\b.*", re.IGNORECASE)
_NUMBER = re.compile(r"^\d+(?:[.,:]\d+)*(?!\w)")


@dataclass(frozen=True, slots=True)
class KeyPhrase:
    """`text` is a thing ("stock control") or, if `doing`, an activity ("managing the ward's rota")."""

    text: str
    doing: bool
    weight: float
    sure: bool = True
    """Told by the words around it; otherwise two or three words that stand together, which may be of less weight."""


def extract(description: str, known: Iterable[str] = ()) -> list[KeyPhrase]:
    """The phrases that say most, best first, none within another. Words of `known` (the title) count for less."""
    return extract_from(spoken.sentences(description), known)


def extract_from(sentences: Iterable[str], known: Iterable[str] = ()) -> list[KeyPhrase]:
    """The same from sentences that are fit to be spoken."""
    common = {stem(word) for text in known for word in text.split()}
    found: dict[str, KeyPhrase] = {}
    for index, sentence in enumerate(sentences):
        if _is_boilerplate(sentence):
            continue
        for phrase in _phrases_in(sentence):
            key = " ".join(sorted(_subject_stems(phrase.text)))
            weight = phrase.weight + _weight_of(phrase.text, common) - 0.02 * index
            if key and (key not in found or found[key].weight < weight):
                found[key] = replace(phrase, weight=weight)
    ranked = sorted(found.values(), key=lambda phrase: (-phrase.weight, phrase.text))
    kept: list[KeyPhrase] = []
    for phrase in ranked:
        subject = _subject_stems(phrase.text)
        if phrase.weight > 0 and all(not subject & _subject_stems(other.text) for other in kept):
            kept.append(phrase)
    return kept


def _phrases_in(sentence: str) -> list[KeyPhrase]:
    phrases: list[KeyPhrase] = []
    after_doing = False
    for position, clause in enumerate(_CLAUSE_END.split(sentence)):
        thing = _THING_CUE.search(clause)
        if thing is not None:
            phrases.extend(_thing(part, 2.0) for part in _parts(clause[thing.end() :]))
            continue
        cued = _DOING_CUE.match(clause)
        rest = _bare(clause[cued.end() :] if cued else clause)
        certain = cued is not None or after_doing
        # "You will work in a team, fit inverters": what follows is an activity even where the first one says nothing.
        after_doing = certain
        doing = _doing(rest, certain=certain) if certain or position == 0 else None
        if doing is not None:
            after_doing = True
            phrases.append(doing)
        elif cued is None:
            phrases.extend(_runs(clause, sentence_start=position == 0))
    return [phrase for phrase in phrases if phrase.text]


def _doing(clause: str, *, certain: bool) -> KeyPhrase | None:
    """What follows "you will", as in "manage stock levels" or "managing stock levels", where an activity may stand."""
    words = clause.split()
    if len(words) < 2 or words[1].lower() in PRONOUNS | STATES:
        return None
    first = words[0].lower()
    if first == "report" and words[1].lower() == "to":
        return None
    verb = _as_gerund(first)
    if verb is None or (first in AMBIGUOUS and not certain and not _takes_object(words[1:4])):
        return None
    rest = _cut(words[1:], MOST_WORDS - 1)
    # "managing and growing" alone says nothing; "working in" neither.
    if not rest or first in {"work", "working"} or not _subject_stems(" ".join(rest)):
        return None
    if rest[0].lower() == "and":
        second = _as_gerund(rest[1].lower()) if len(rest) > 2 else None
        if second is None:
            return None
        rest[1] = second
    said = ["the" if word.lower() in {"our", "your"} else word for word in rest]
    return KeyPhrase(" ".join([verb, *said]), doing=True, weight=2.0)


def _as_gerund(word: str) -> str | None:
    if word in VERBS:
        return gerund(word)
    return word if word.endswith("ing") and any(gerund(verb) == word for verb in VERBS) else None


def _takes_object(following: list[str]) -> bool:
    """Whether "design", "stock" or "clean" is meant as a verb: "design APIs" is, "stock control" is not."""
    return following[0].lower() in OBJECT_STARTS or any(
        word.endswith("s") and not word.endswith(("ss", "us", "is", "skills", "duties")) for word in following
    )


def _thing(text: str, weight: float, *, sure: bool = True) -> KeyPhrase:
    whole = _LEAD.sub("", _PRAISE.sub("", text.strip())).split()
    end = next((index for index, word in enumerate(whole) if word.lower() in PREDICATES), len(whole))
    words = _cut(whole[:end], MOST_WORDS - 1)
    said = " ".join(words)
    if not words or _NUMBER.match(said) or not _subject_stems(said) or words[0].lower() in VERBS - AMBIGUOUS:
        return KeyPhrase("", doing=False, weight=0)
    return KeyPhrase(said, doing=False, weight=weight, sure=sure)


def _parts(text: str) -> list[str]:
    """Apart what is more than one: "SQL and Python" are two things; "food and drink service" is one."""
    halves = re.split(r"\s+(?:and|or)\s+", text)
    return halves if all(len(half.split()) <= 2 for half in halves) else [text]


def _runs(clause: str, *, sentence_start: bool) -> list[KeyPhrase]:
    """Words side by side that all carry a subject, as "patient records"."""
    found: list[KeyPhrase] = []
    run: list[str] = []
    words = clause.split()
    if words and not _is_name(words[0][1:]):
        words[0] = words[0].lower() if sentence_start else words[0]
    for word in [*words, "the"]:
        plain = word.strip("'.-").lower()
        verb = plain in STATES or plain in VERBS - (AMBIGUOUS if run else BEGIN_NOUNS)
        if plain and plain not in STOPWORDS | WEAK and not verb and not _NUMBER.match(plain):
            run.append(word)
            continue
        # A word by itself may be anything, a place or an adverb; an abbreviation is told by its capitals.
        if 2 <= len(run) <= 3 and not run[0].lower().endswith(("ly", "ed", "ing")):
            found.append(_thing(" ".join(run), 0.6, sure=False))
        elif len(run) == 1 and _is_name(run[0][1:]):
            found.append(_thing(run[0], 0.8, sure=False))
        run = []
    return found


def _cut(words: list[str], most: int) -> list[str]:
    """At most so many words, not ending within a link, nor within the second half of "this and that"."""
    for index, word in enumerate(words):
        second_verb = index + 2 < len(words) and words[index + 1].lower() in VERBS
        if index and word.lower() in {"and", "or"} and (len(words) > most or second_verb):
            return _cut(words[:index], most)
    if len(words) > most:
        words = words[:most]
        for end in range(len(words) - 1, 0, -1):
            if words[end].lower() in LINKS and end >= 2:
                words = words[:end]
                break
    else:
        words = list(words)
    while words and words[-1].lower() in LINKS:
        words.pop()
    return words


def _bare(clause: str) -> str:
    """Without the "to", "and" and "also" before the verb."""
    return re.sub(
        r"^(?:(?:and|or|also|then|to|be|help us|help(?=\s+to\b))\s+)+", "", clause.strip(), flags=re.IGNORECASE
    )


def _subject_stems(text: str) -> set[str]:
    words = (word.strip("'.-").lower() for word in text.split())
    doing = {gerund(verb) for verb in ("manage", "provide", "support", "deliver", "lead", "work", "use", "make")}
    return {stem(word) for word in words if word and word not in STOPWORDS and word not in LINKS and word not in doing}


def _weight_of(text: str, common: set[str]) -> float:
    subject = _subject_stems(text)
    fresh = subject - common
    names = sum(1 for word in text.split()[1:] if _is_name(word))
    return min(len(fresh), 3) * 0.5 + min(names, 2) * 0.3 - (1.5 if not fresh else 0)


def _is_name(word: str) -> bool:
    return word[:1].isupper() or any(char.isupper() for char in word[1:])


def _is_boilerplate(sentence: str) -> bool:
    words = [word.strip("'.,:;!?-").lower() for word in sentence.split()]
    return any(word in BOILERPLATE for word in words) or "closing date" in sentence.lower() or len(words) > 80
