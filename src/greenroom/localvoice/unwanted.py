"""What a language model says and an interviewer must not: grading, goodbyes, refusals, talk about its task. Pure.

Words of the director's own line are never held against a model that repeats them.
"""

import re
import unicodedata

from greenroom.core.understanding.languages import is_foreign
from greenroom.core.wording import asks

_GOOD_ALONE = (
    r"great|excellent|perfect(?:ly)?|fantastic|wonderful|amazing|awesome|brilliant|impressive|outstanding|terrific|superb|fabulous|"
    r"splendid|marvell?ous|exceptional|incredible|beautiful(?:ly)?|phenomenal|stellar"
)
_BAD = (
    r"weak|poor|bad|disappointing|vague|incomplete|insufficient|mediocre|wrong|incorrect|unclear|unconvincing|superficial|confusing|"
    r"too short|too long|too general|not enough|not good"
)
_JUDGED = (
    rf"{_GOOD_ALONE}|good|nice|solid|strong|lovely|insightful|thoughtful|compelling|clear|thorough|comprehensive|detailed|smart|"
    rf"clever|valuable|valid|correct|spot on|convincing|concise|{_BAD}"
)
_VERY = r"(?:(?:a|an|one|the|really|very|so|such|pretty|quite|truly|absolutely|just|simply|some|rather|bit|little|of|too|not|most|quite a) )*"
_WORK = (
    r"(?:answers?|responses?|reply|replies|examples?|points?|explanations?|story|stories|job|work|thinking|approach|questions?|"
    r"insights?|starts?|summary|descriptions?|efforts?|choices?|attitude|skills?|achievements?|results?|ideas?|instincts?|one|stuff|"
    r"overview|background|perspective|detail)"
)
_PRAISE_FIRST = re.compile(
    rf"^(?:(?:oh|wow|ah|okay|ok|well|yes|so|and|thanks|thank you|sounds|how|what|that's|that is|this is|it's) )*{_VERY}"
    rf"(?:(?:{_GOOD_ALONE})\b(?! (?:many|deal|amount|number|importance|difficulty|care|pressure|detail))|"
    rf"(?:good|nice|correct|well done|exactly right|that's right|that is right|bravo|kudos|congratulations|congrats|spot on|nailed it|love (?:it|that|this)|"
    rf"way to go|keep it up|good for you|not bad|wrong|incorrect)(?:$|(?= (?:on|with|there|so|and|but|to hear|to know)\b)))"
)
_ABOUT_IT = re.compile(
    r"\b(?:that|which|these|those|what you said|your \w+(?: \w+)?|you)(?:'s| is| was| were| are| sounds?| seems?| looks?| feels?| has been) "
    rf"{_VERY}(?:{_JUDGED})\b(?= {_WORK}\b|$| and\b| but\b| for\b| to hear\b| so\b| on\b| in\b| because\b| since\b| there\b| how\b| that you\b)"
)
_JUDGED_WORK = re.compile(rf"\b(?:{_JUDGED}) (?:\w+ )?{_WORK}\b")
_YOU_DID = re.compile(
    rf"\byou(?:'ve| have)? (?:really |clearly |certainly |all )?(?:did|done|handled|answered|managed|explained|put|described|solved) (?:\w+ ){{0,3}}"
    rf"(?:well|nicely|badly|poorly|{_GOOD_ALONE}|good)\b|"
    r"\b(?:i'm|i am|color me|very|quite) impressed\b|\bi (?:really |do )?(?:like|love|liked|loved|admire) (?:how|your|the way|that you|(?:that|this) \w+$)|\bi (?:really )?(?:like|love|liked|loved) (?:that|this|it)$|"
    r"^(?:well |but |and |so |i think |next time )*you (?:could|should|might) have\b|\byou (?:didn't|did not|haven't|have not) (?:really |quite |actually )?(?:answer|address)|"
    r"\b(?:doesn't|does not|didn't|did not) (?:really |quite )?answer\b|\broom for improvement\b|\bneeds? (?:more )?(?:work|improvement)\b|"
    r"\b(?:full|top) marks\b|\bi(?:'d| would|'ll| will) (?:give|rate|score|grade) (?:you|that|this|it)\b|"
    r"\b\d+(?:\.\d+)? ?(?:out of|/) ?(?:\d+|five|ten)\b|\b(?:you passed|you failed|you're hired|you are hired|you got the job)\b|\b(?:you're|you are) doing (?:really )?(?:well|great)\b"
)
_GOODBYE = re.compile(
    r"\b(?:good ?bye|bye(?:[ -]bye)?|farewell|until next time|talk (?:to you )?soon|hang(?:ing)? up)\b"
)
_ENDING = re.compile(
    r"^see you$|\bsee you (?:soon|later|again|next|tomorrow|then|around)\b|\b(?:take care(?! of)|good luck|all the best|best of luck)\b|"
    r"\bhave a (?:\w+ )?(?:day|evening|night|afternoon|weekend|rest)\b|"
    r"\b(?:conclude|concludes|concluded|wrap|wraps|ends?|finishes|completes|close|closes) (?:up |off )?(?:our |this |the |things )?(?:\w+ )?(?:interview|conversation|session|practice|chat|talk|discussion|here|now|today)\b|"
    r"\b(?:brings us to|reached|come to|this is|that's|that is) the end\b|\bthat(?:'s| is| will be) (?:all|everything|it)\b(?: (?:for|i|my|the|from|we)\b|$)|"
    r"\bwe(?:'re| are) (?:all |now )?(?:done|finished|through)\b|\bwe(?:'ll| will) (?:be in touch|leave it|stop here|end here|get back|let you know|contact)\b|"
    r"\bthank(?:s| you) (?:so much |very much |again )?for (?:your time|your interest|coming|joining|participating|taking (?:the |your )?time|talking|speaking|meeting)\b|"
    r"\b(?:nice|pleasure|great|good|lovely|wonderful) (?:to (?:meet|talk|speak|chat)|talking|speaking|meeting|chatting|having)\b|"
    r"\blet(?:'s| us) (?:stop|end|finish|wrap|leave it|call it)\b"
)
_REFUSAL = re.compile(
    r"\bas an? (?:ai|artificial|large language|language model|virtual|digital|text)|\b(?:i'm|i am) (?:just |only |merely )?an? (?:ai|artificial|language model|virtual|digital|chatbot|bot|program|computer)\b|"
    r"\blanguage model\b|\bi (?:can't|cannot|can not|won't|will not|am unable to|am not able to) (?:assist|help|do that|comply|fulfil|provide|engage|participate|continue|answer|discuss|pretend|role|respond|share|generate|create)|"
    r"\bi'm (?:unable|not able|not allowed|not comfortable|not programmed) |\bi am (?:not allowed|not comfortable|not programmed) |^(?:i'm |i am )?sorry but i\b|\bagainst my (?:guidelines|programming|policy)"
)
_BACKSTAGE = re.compile(
    r"\b(?:the|this) (?:candidate|interviewee|director|prompt)\b|\bthe user (?:wants|is asking|asked|asks|said|says|just|has|seems|needs)|"
    r"\b(?:my|these|previous|prior|system) (?:instructions|prompt|guidelines)\b|\bas (?:instructed|requested|per)\b|"
    r"^(?:sure |certainly |of course |okay |absolutely )*here(?:'s| is| are) (?:my|the|a|an|your) (?:\w+ )?(?:response|reply|question|line|answer|version|sentence|wording)\b|^(?:sure|certainly|absolutely|understood i will|got it i will)$|"
    r"\bi (?:should|need to|must|have to) (?:now )?(?:acknowledge|ask|respond|say|answer)\b|\b(?:word for word|in character|role-?play)\b|\bhow (?:can|may) i (?:help|assist) you\b|\bfeel free to\b|\blet me know if\b"
)
_CLAUSE = re.compile(r"[,;:!–—]\s*|\s-\s|\s(?:so|and|but)\s")
_PARTS = re.compile(r"[,;:!–—]\s*")
_QUESTION_BEGINS = re.compile(
    r"(?:(?:and|so|but|now|then) )*(?:what|which|who|whose|when|where|why|how (?!\w+$)|do|does|did|is|are|was|were|can|could|will|would|"
    r"should|have|has|had|if|in|at|with|before|after)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"^(?:and|so|but)\b[\s,]*(?=(?:and|so|but)\b)", re.IGNORECASE)


def refuses(sentence: str, line: str) -> bool:
    """Whether a model says that it won't, or what it is: after that comes nothing of use."""
    return _found(_REFUSAL, sentence, _plain(line))


def allowed(sentence: str, line: str) -> str:
    """The sentence if it may be said, its question if only what leads to it may not, or nothing."""
    if is_foreign(sentence) or not _latin(sentence):
        return ""
    own = _plain(line)
    if _found(_GOODBYE, sentence, own) or _found(_BACKSTAGE, sentence, own):
        return ""
    question = _without_bad_lead(sentence, own)
    if asks(question):
        # Inside of a question such words have a meaning: "What is a good answer?"
        return "" if _found(_PRAISE_FIRST, question, own) else question
    return "" if _is_bad(sentence, own) else sentence


def _without_bad_lead(sentence: str, own: str) -> str:
    """A question without the praise, blame or leave-taking before it; any other sentence as it is."""
    for clause in _CLAUSE.finditer(sentence):
        lead = sentence[: clause.start()]
        if asks(lead) or any(_QUESTION_BEGINS.match(part) for part in _PARTS.split(lead)):
            break
        rest = _JOINED.sub("", sentence[clause.start() :].lstrip(" ,;:!–—-"))
        if asks(rest) and _is_bad(lead, own):
            return _without_bad_lead(rest[0].upper() + rest[1:], own)
    return sentence


def _is_bad(text: str, own: str) -> bool:
    return _grades(text, own) or _found(_ENDING, text, own)


def _grades(text: str, own: str) -> bool:
    whole = any(_found(pattern, text, own) for pattern in (_ABOUT_IT, _JUDGED_WORK, _YOU_DID))
    return whole or any(_found(_PRAISE_FIRST, clause, own) for clause in (text, *_PARTS.split(text)))


def _found(pattern: re.Pattern[str], text: str, own: str) -> bool:
    """Whether it is there by the model's own doing."""
    return any(found.group().strip() not in own for found in pattern.finditer(_plain(text)))


_NO_WORDS = re.compile(r"[^\w'/.-]+|\.(?!\d)|(?<!\w)-|-(?!\w)")


def _plain(text: str) -> str:
    """In lower case, without punctuation. Clauses run on: "Thanks, great answer" is "thanks great answer"."""
    return " ".join(_NO_WORDS.sub(" ", text.lower().replace("’", "'")).split())


def _latin(text: str) -> bool:
    """Whether the voice has all its letters."""
    return all(unicodedata.name(char, "").startswith("LATIN") for char in text if char.isalpha())
