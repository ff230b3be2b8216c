"""The end of a turn: how long a pause must be, given the words before it. Pure.

A pause alone can't tell: people think in the middle of a sentence for seconds. Words can, mostly: what ends in a
conjunction, a preposition, an article, a filler or a verb that wants something goes on; a whole sentence does not.
"""

import re

FINISHED_S = 0.6
SHORT_S = 0.9
UNSURE_S = 1.4
UNFINISHED_S = 3.3
FILLER_S = 3.4
UNKNOWN_S = 1.0
"""While the words are not known yet."""

_WORD = re.compile(r"[a-z']+")

_FILLERS = frozenset(["um", "uh", "er", "erm", "hmm", "hm", "mm", "ah", "eh", "well", "like"])
# Words that something must follow.
_OPEN_WORDS = frozenset(
    # conjunctions
    "and or but because since although though while whereas if unless until when whenever where wherever whether than as so "
    "that which who whom whose what why how "
    # articles, determiners, possessives
    "a an the this these those my your our their his its every each some any no another such "
    # prepositions
    "of to in on at by for from with without into onto about against between among through during before after above below "
    "under over toward towards within across behind beyond except despite via per "
    # auxiliaries and verbs that want something
    "is are was were am be been being has have had do does did will would shall should can could may might must "
    "i'm i'd i'll i've we're we've we'd we'll you're they're they've it's that's there's he's she's "
    # pronouns that begin something
    "i we he she they "
    # degree words
    "very quite rather just even "
    # numbers that count something
    "two three four five six seven eight nine ten several many few different first second third "
    # what joins sentences
    "then therefore however".split()
)
# They may end a sentence, too, after a verb that takes them so.
_CLOSING_PAIRS = frozenset(
    [
        "work in",
        "worked in",
        "log in",
        "believe in",
        "check in",
        "carry on",
        "carried on",
        "go on",
        "went on",
        "move on",
        "based on",
        "rely on",
        "going on",
        "care for",
        "asked for",
        "paid for",
        "look for",
        "looking for",
        "dealt with",
        "deal with",
        "agree with",
        "work with",
        "worked with",
        "working with",
        "think of",
        "proud of",
        "thought of",
        "talk about",
        "talked about",
        "care about",
        "think about",
        "thought about",
        "worried about",
        "so much",
        "not yet",
        "do so",
        "did so",
        "think so",
        "hope so",
        "believe so",
        "say so",
        "said so",
        "told so",
        "i am",
        "we are",
        "they are",
        "it is",
        "it was",
        "i did",
        "we did",
        "they did",
        "i do",
        "we do",
        "i can",
        "we can",
        "i could",
        "we could",
        "i will",
        "we will",
        "i have",
        "we have",
        "they were",
        "at first",
        "listen first",
        "came first",
        "come first",
        "back then",
        "since then",
        "by then",
        "until then",
        "once more",
        "any more",
        "much more",
        "a second",
        "the first",
        "the second",
        "the third",
        "the most",
        "the least",
        "go through",
        "went through",
        "come in",
        "came in",
        "get over",
        "start over",
        "started over",
        "all over",
        "took over",
        "take over",
        "look after",
        "long before",
        "day before",
        "years before",
        "and that",
        "with that",
        "of that",
        "about that",
        "did that",
        "do that",
        "like that",
        "after that",
        "from that",
        "is that",
        "love this",
        "like this",
        "do this",
        "about this",
        "did what",
        "no matter what",
    ]
)
_WANTING_VERBS = frozenset(
    [
        "tell",
        "told",
        "ask",
        "asked",
        "decide",
        "decided",
        "want",
        "wanted",
        "need",
        "needed",
        "try",
        "tried",
        "start",
        "started",
        "begin",
        "began",
        "agree",
        "agreed",
        "mean",
        "means",
        "said",
        "says",
        "thought",
        "find",
        "found",
        "make",
        "made",
        "let",
        "lets",
        "put",
        "get",
        "got",
        "give",
        "gave",
        "took",
        "take",
        "keep",
        "kept",
        "seem",
        "seemed",
        "become",
        "became",
        "include",
        "included",
        "involve",
        "involved",
        "use",
        "used",
        "call",
        "called",
        "become",
        "send",
        "sent",
        "bring",
        "brought",
        "went",
        "go",
        "going",
        "gonna",
        "happen",
        "happens",
        "understand",
        "understood",
        "realize",
        "realized",
        "remember",
        "believe",
        "feel",
        "felt",
        "usually",
        "always",
        "often",
        "never",
        "basically",
        "actually",
        "mainly",
        "mostly",
    ]
)
_PASSIVE = frozenset(["are", "is", "was", "were", "be", "been", "being", "got", "get"])
_SUBJECTS = frozenset(
    [
        "i",
        "we",
        "you",
        "they",
        "he",
        "she",
        "it",
        "nobody",
        "everybody",
        "somebody",
        "everyone",
        "someone",
        "people",
        "that",
        "this",
    ]
)
_STARTS = re.compile(
    r"(the (main|most|biggest|first|second|best|worst|hardest|only|important|whole|result|reason|problem|thing|idea|goal)\b.*|"
    r"what i\b.*|something that\b.*|one of\b.*|if i\b.*|at that time\b.*|before we\b.*|after (the|that|a|my|i|we)\b.*|"
    r"in (my|the) (last|first|end|previous)\b.*)"
)
_VERB = re.compile(
    r"\b(is|are|was|were|am|i'm|it's|that's|we're|they're|he's|she's|there's|has|have|had|i've|we've|do|does|did|don't|didn't|"
    r"will|would|can|could|should|might|must|won't|wouldn't|can't|couldn't|isn't|wasn't|weren't|haven't|hadn't|"
    r"\w+ed|went|made|got|took|found|led|built|wrote|ran|said|told|thought|felt|kept|gave|came|knew|learned|learnt|taught|"
    r"saw|left|brought|bought|met|put|set|sold|sent|spent|won|lost|began|broke|chose|held|understood|stood|spoke|"
    r"work|works|like|love|enjoy|think|know|want|need|believe|prefer|try|use|help|make|take|keep|hope|mean|feel|stay|live)\b"
)
_SHORT_ANSWERS = frozenset(
    [
        "yes",
        "no",
        "yeah",
        "nope",
        "sure",
        "okay",
        "ok",
        "right",
        "exactly",
        "correct",
        "absolutely",
        "definitely",
        "maybe",
        "thanks",
        "goodbye",
        "bye",
        "never",
        "nothing",
        "none",
        "sorry",
        "pardon",
        "please",
        "agreed",
        "true",
    ]
)


def words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))


def pause_s(text: str | None) -> float:
    """Seconds of silence after which a turn with these words so far is over. None: the words are not known yet."""
    if text is None:
        return UNKNOWN_S
    said = words(text)
    if not said:
        return UNSURE_S
    last = said[-1]
    if last in _FILLERS and len(said) > 1:
        return FILLER_S
    if text.rstrip().endswith(("?", "!")):
        return FINISHED_S
    if text.rstrip().endswith((",", "-", "–", ":", "…", "...")):
        return UNFINISHED_S
    if last in _OPEN_WORDS and " ".join(said[-2:]) not in _CLOSING_PAIRS:
        return UNFINISHED_S
    clause = _last_clause(text)
    if _wants_more(clause):
        return UNFINISHED_S
    if last in _SHORT_ANSWERS:
        return SHORT_S if len(said) <= 2 else FINISHED_S
    has_verb = _VERB.search(" ".join(clause)) or any(word in _SUBJECTS for word in clause[:-2])
    if not has_verb:
        return UNSURE_S if len(clause) > 2 else SHORT_S
    return FINISHED_S


def _last_clause(text: str) -> list[str]:
    """The words since the last full stop that is not at the end."""
    parts = [part for part in re.split(r"[.!?]+\s+", text.strip()) if part.strip()]
    return words(parts[-1]) if parts else []


def _wants_more(clause: list[str]) -> bool:
    if not clause:
        return False
    if len(clause) > 1 and clause[-1] in _WANTING_VERBS:
        return clause[-2] not in _PASSIVE
    line = " ".join(clause)
    # A beginning that promises a main clause, and so far has no verb of its own for it.
    return bool(_STARTS.fullmatch(line)) and len(_VERB.findall(line)) < _verbs_needed(line)


def _verbs_needed(line: str) -> int:
    return 2 if line.startswith(("what i", "something that", "if i", "before we", "after i", "after we")) else 1
