"""The one decision: what this utterance is."""

import enum
import re

from greenroom.core.understanding import endings, requests
from greenroom.core.understanding.hostility import is_hostile
from greenroom.core.understanding.languages import is_foreign
from greenroom.core.understanding.off_topic import is_asked_of_the_interviewer, is_elsewhere
from greenroom.core.understanding.words import Accepts, bare, one_of, plain, sentences

MOST_REQUEST_WORDS = 30
"""A request is short; what is longer is an answer, whatever words are in it."""


class Act(enum.StrEnum):
    """What a candidate can do with an utterance."""

    ANSWER = "answer"
    END = "end"
    MAYBE_END = "maybe_end"
    REPEAT = "repeat"
    MOMENT = "moment"
    SKIP = "skip"
    DONT_KNOW = "dont_know"
    CLARIFY = "clarify"
    TIME_LEFT = "time_left"
    ASK = "ask"
    """A question about the subject, put to the interviewer."""
    OFF_TOPIC = "off_topic"
    HOSTILE = "hostile"
    LANGUAGE = "language"
    """Not English."""
    HESITATION = "hesitation"
    """Nothing but "um"."""


_REQUESTS: tuple[tuple[Act, Accepts], ...] = (
    (Act.TIME_LEFT, requests.TIME_LEFT),
    (Act.REPEAT, requests.REPEAT),
    (Act.MOMENT, requests.MOMENT),
    (Act.SKIP, requests.SKIP),
    (Act.DONT_KNOW, requests.DONT_KNOW),
)


def understood(
    text: str, *, subject: frozenset[str] = frozenset(), role_play: bool = False, any_topic: bool = False
) -> Act:
    """What this whole utterance does.

    `subject`: words that belong to what is talked about. `role_play`: the candidate's questions belong to its answers,
    and goodbyes to the role. `any_topic`: nothing is off it.
    """
    said = plain(text)
    length = len(said.split())
    if not said and text.isascii():
        return Act.HESITATION
    if is_foreign(text):
        return Act.LANGUAGE
    if endings.wishes_to_end(text):
        return Act.MAYBE_END if role_play and _only_goodbye(said) else Act.END
    if is_hostile(text):
        return Act.HOSTILE
    if endings.may_wish_to_end(text):
        return Act.MAYBE_END
    if length <= MOST_REQUEST_WORDS and (request := _request(text, said, role_play=role_play)) is not None:
        return request
    if not (role_play or any_topic) and (is_asked_of_the_interviewer(text) or is_elsewhere(text, subject)):
        return Act.OFF_TOPIC
    return Act.ASK if length <= MOST_REQUEST_WORDS and _is_question(text, said) else Act.ANSWER


def _request(text: str, said: str, *, role_play: bool) -> Act | None:
    forms = {said, bare(said), requests.LEAD_IN.sub("", f"{said} ").strip()}
    parts = sentences(text)
    if len(parts) > 1 and not _OWN_STORY.search(said):
        forms.add(plain(parts[-1]))  # "I'm not sure I follow. Could you put it another way?"
    for act, accepts in _REQUESTS:
        if any(accepts(form) for form in forms) and not (
            role_play and act is Act.TIME_LEFT and _belongs_to_the_role(said)
        ):
            return act
    clarifies = not role_play and not _tells(said) and any(requests.CLARIFY(form) for form in forms)
    return Act.CLARIFY if clarifies else None


def _belongs_to_the_role(said: str) -> bool:
    """Whether a question about time is the role's: "how long have you had this?", not "how long have we left?"."""
    return _OUR_TIME.search(said) is None


_OUR_TIME = re.compile(r"\b(?:left|remain\w*|time check|are we|do we|have we|this (?:interview|call|session|lesson))\b")
_GOODBYE = re.compile(r"(?:\w+ ){0,8}(?:goodbye|bye)(?: \w+){0,3}")
_STOPPING = re.compile(r"\b(?:stop|end|finish|quit|hang up|wrap|leave|go)\b")


def _only_goodbye(said: str) -> bool:
    return _GOODBYE.fullmatch(said) is not None and _STOPPING.search(said) is None


_THEM = one_of(r"the|there|this|that|it|you|your|we|they|i|my|people|any|anyone|someone|everyone|most|new|an?")
_DOES = r"is|are|do|does|did|can|could|will|would|should"
_INVERTED = re.compile(
    rf"(?:what|who|where|when|why|how) (?:about|many|much|big|large|long|often|far|{_DOES})\b.*|"
    rf"(?:has|have|may|am|{_DOES}) {_THEM}\b.*"
)
_ASKING = re.compile(
    r"(?:what|which|who|whom|whose|where|when|why|how)(?: \w+){0,4}? "
    rf"(?:was|were|has|have|kind|sort|about|{_DOES})\b.*|{_INVERTED.pattern}"
)
"""Looser, where no full stop tells that it is told: "What that means for you is that you save time."."""
_OWN_STORY = re.compile(
    r"\bi (?:\w+ed|"
    r"was|had|did|went|made|told|took|said|got|gave|found|thought|knew|began|felt|saw|wrote|spoke|led|ran)\b"
)
_SAYS_WHAT_IT_WAS = re.compile(
    r"(?:\w+ ){3,}?(?:that|those|these|this) (?:is|was|are|were) (?:(?:always|usually|often) )?(?:my|our|the|what)\b"
)
"""A question is told, then named: "who decides, that was the question I put"."""
_WONDERS = re.compile(
    r"(?:\w+ ){0,4}?i (?:was wondering|wonder|would like to know|wanted to ask|want to know|am curious)(?: about)? "
    r"(?:what|which|who|how|when|where|why|if|whether)\b"
    r".*\b(?:you|your|the (?:job|role|company|team|position|salary|hours|next))\b.*"
)
"""A question in the order of a statement: "I was wondering what training you offer"."""
_ANSWERS_ITSELF = re.compile(r"^(?:what|how|where|when|why) (?:i|we|he|she|they|happened)\b")


def _is_question(text: str, said: str) -> bool:
    """Whether all of it is a question, with a question mark or by the order of its words."""
    asking = requests.LEAD_IN.sub("", f"{said} ").strip()
    if _ANSWERS_ITSELF.match(asking) or _OWN_STORY.search(asking):
        return False
    if _SAYS_WHAT_IT_WAS.match(asking) and not text.rstrip().endswith("?"):
        return False
    told = text.rstrip().endswith(".")
    asked = (_INVERTED if told else _ASKING).fullmatch(asking) is not None or _WONDERS.fullmatch(said) is not None
    return asked or (text.rstrip().endswith("?") and text.count(".") == 0 and len(said.split()) >= 3)


def _tells(said: str) -> bool:
    return len(said.split()) > 8 and _OWN_STORY.search(said) is not None
