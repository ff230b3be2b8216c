"""Wishes to end: plain ones, unclear ones, and the yes or no to "would you like to end here?".

Only a whole utterance counts. Words such as "stop" or "goodbye" inside an answer end nothing, so each grammar has to
account for every word that was said.
"""

import re

from greenroom.core.understanding.words import PAD, bare, plain, sentences, whole

_ASKS = (
    r"(?:can|could|would|will) you|you (?:can|may)|it would be (?:better|best) (?:if (?:we|i)|to)|it is (?:better|best) (?:if (?:we|i)|to)|should we|"
    r"let us|can we|can i|could we|could i|may we|may i|shall we|should we|i want to|i would like to|i wish to|i need to|i have to|"
    r"i have got to|i must|i will|i am going to|i am just going to|i would rather|i would prefer to|we can|we could|we should|"
    r"is it okay (?:if we|if i|to)|is it possible to|would it be (?:okay|possible|all right) (?:to|if we|if i)|"
    r"would you mind if (?:we|i)|do you mind if (?:we|i)|i think (?:i|we) (?:should|will)|please"
)
_STOPS = (
    r"stop|end|finish|quit|conclude|terminate|wrap up|wrap it up|wrap this up|wrap things up|call it a day|hang up|close|"
    r"stopped|ended|finished|exit|abort|finish up|leave it|break off|cut it short|log off|end it|stop it|end things"
)
_TALK = r"(?:whole |practice |mock )*(?:interview|call|session|practice|conversation|lesson|consultation|chat|exercise|meeting|thing|talk|phone call)"
_WHAT = rf"here|there|now|right here|right now|this|it|today|for today|for now|early|at this point|at that|the {_TALK}|this {_TALK}|our {_TALK}"
_REASON = (
    r"(?:because|since|as i|so that i) .{3,60}|(?:my|our|the) \w+ (?:\w+ )?(?:is|are|has|have|just|needs|leaves|starts|begins)\b.{0,60}|"
    r"(?:someone|somebody|there)(?:'s)? ?(?:is|has|just)?\b.{0,60}|something (?:came|has come|just came) up.{0,40}|"
    r"i (?:have|have got) (?:another|a|an) .{3,40}"
)
_HEDGES = re.compile(
    r"\b(?:maybe|perhaps|possibly|probably|i suppose|i guess|i wonder if|i am wondering if|i was wondering if|i do not know (?:if|whether)|"
    r"i am not sure (?:if|whether)|kind of|sort of|do you think) ?"
)
_PREFIX = re.compile(
    r"(?:no more questions )|(?:(?:my|our|the) (?:\w+ ){1,3}?(?:is|are|has|needs) |(?:someone|somebody)(?:'s)? |there is |i (?:am|feel|have|do not feel) (?:not )?)"
    r"(?:\w+ ){1,6}?(?:so |and |but )?(?=i |let us |can we |could we |can you |we )"
)
"""A reason of its own before the wish."""
_CORRECTION = re.compile(
    r".*\b(?:no sorry|no wait|sorry no|actually no|wait no|never mind|sorry) (?=i |let us|can we|could we|please)"
)
"""Somebody breaks off and says something else."""

_PLAIN = whole(
    (
        rf"(?:{_ASKS}) (?:please )?(?:{_STOPS})(?: (?:{_WHAT}|please))+",
        r"(?:let us|can we|could we|may we|shall we|i would like to|i want to|i need to|i have to) (?:stop|end|hang up|wrap (?:it |this )?up|call it a day)",
        r"(?:let us) (?:finish|quit|leave it)",
        rf"(?:please )?(?:stop|end|finish|quit|terminate|cancel|close|conclude|exit|abort|leave) (?:(?:here|now|there|right here|right now) ?)*(?:the|this|our) {_TALK}(?: now| here| please| right now)*",
        r"(?:please )?stop (?:here|now|right now|right here)",
        r"(?:you (?:can|may) |(?:can|could) you )?(?:please )?hang up(?: now)?",
        r"(?:see you )?(?:(?:thanks|thank you) \w+ )?(?:goodbye|bye bye|bye)|(?:talk|speak) to you (?:later|soon|next time)|have a (?:nice|good|great|lovely) (?:day|one|evening|weekend|night) (?:goodbye|bye)",
        r"that is (?:all|enough|it) for (?:today|now|me today|tonight|me for today)|that will be (?:all|it)(?: for today| for now)?|that will do(?: it)? for (?:today|now)",
        r"(?:i am|we are|i think we are) (?:done|finished|through) (?:for (?:today|now)|with (?:the|this) (?:interview|call|session|practice|conversation|exercise|lesson))",
        r"i (?:am|have) had enough (?:for (?:today|now)|of (?:this|the) (?:interview|call|session|practice))",
        r"i (?:have to|must|need to|have got to|had better|really have to|really need to|should) (?:go|leave|run|hang up|get going|be going|head off)(?: now| right now| already)*",
        r"i am (?:going to hang up|hanging up|leaving now|going now|off now)",
        rf"i do not (?:want|wish) to (?:continue|go on|carry on|keep going|proceed)(?: (?:anymore|any longer|with (?:this|it)(?: {_TALK})?|with the {_TALK}|this(?: {_TALK})?|the {_TALK}|now|today))*",
        r"i do not want to do this anymore|(?:please )?end (?:it|this)|(?:please )?let me go",
        r"i would (?:like|rather|prefer) (?:to )?not (?:to )?(?:continue|go on|carry on|proceed)(?: (?:anymore|any longer|now|today))*",
        r"(?:let us|can we|could we) (?:end|stop|finish) on (?:that|this) note|no more questions (?:please )?(?:let us (?:stop|end))",
        r"end (?:the )?(?:call|session|interview)",
    ),
    ending=_REASON,
    after=(r"i do not know", r"(?:see|catch) you(?: (?:later|soon|next time|tomorrow|again))?", r"have a (?:nice|good|great|lovely) (?:day|one|evening|weekend|night)", r"take care", r"it was (?:nice|good|great) (?:talking|speaking|practising|practicing)(?: (?:to|with) you)?", r"that is (?:all|enough|it)(?: for (?:today|now))?", r"for today", r"here", r"i am tired"),
)  # fmt: skip

_UNCLEAR = whole(
    (
        r"stop|enough|finish|quit|the end|end|i quit|i give up|i am out|stop it|stop this|that is enough|that is enough of that",
        r"(?:i am|we are) (?:all )?(?:done|finished|through)(?: (?:now|here|with this|with that|then))*",
        r"(?:are|is) (?:we|this|it|that) (?:all )?(?:done|finished|over|it|the end)(?: (?:now|here|yet|then))*",
        r"(?:maybe|perhaps) (?:we|i) (?:should|could|can|will|ought to|better) (?:just )?(?:stop|end|finish|leave it|quit|wrap up|call it a day|take a break|do this (?:another|some other) time)(?: (?:here|now|there|it|this|at that|for today))*",
        r"(?:i think|i guess|i feel like|i feel) (?:i|we) (?:want|would like|need|have|might want|ought) to (?:stop|end|finish|quit|go|leave)(?: (?:here|now|soon|this|it))*",
        r"i (?:want|need|would like|wish) to (?:quit|finish|leave|go|get out|give up|be done)(?: (?:now|here|soon|this|it|home))*",
        r"i (?:really )?(?:do not (?:want|feel like|think i want|think i can|think i could)|can not|could not|am not able to|am not sure i (?:want to|can)|am not in the mood to)(?: to)? (?:do|doing|continue|continuing|go on|going on|carry on|keep going|talk|talking|answer|take|handle)(?: (?:with )?(?:this|that|it|any of this|more questions|questions|any more questions))?(?: (?:anymore|any longer|now|today|right now))*",
        r"(?:i have|i am) had enough(?: of (?:this|it|that))?|this is (?:too much|enough)(?: for (?:me|today|now))?|i am (?:too |very |so |really )?(?:tired|exhausted|worn out|overwhelmed|stressed|nervous)(?: (?:now|today|of this|for this|for that|to go on|to continue|to do this))?",
        r"(?:can|could|may|shall|let us|should) ?(?:we|i)? (?:do|continue|finish|carry on with|go on with|pick up|resume|come back to)(?: (?:this|it|that|the interview|the rest))?(?: up)? (?:later|tomorrow|another time|some other time|another day|on another day|next time|some other day)",
        r"(?:can|could|may) (?:we|i) (?:finish|wrap up|be done|go|leave|quit|be finished|get out of here)(?: (?:now|soon|then|early))*",
        r"(?:let us|can we|could we|shall we) (?:take a break|pause|pause here)",
        r"i (?:think|guess) (?:that is|that was|this is) (?:it|all|enough)(?: (?:for me|from me|from my side))?",
        r"(?:that is|that was) (?:it|all)(?: (?:then|for me|from me|from my side))(?: then)?",
        r"(?:see you|see you (?:later|soon|next time|tomorrow)|take care|have a (?:nice|good|great|lovely) (?:day|one|evening|weekend|night))",
        r"(?:maybe|perhaps) (?:another time|later|next time|tomorrow)",
        r"i (?:have|have got) (?:another|a) (?:meeting|call|appointment)(?: (?:now|soon|in a minute|in five minutes))*",
        r"(?:this is|it is) not (?:working|for me|going well)(?: (?:for me|today|anymore))*",
        r"i am (?:leaving|going)(?: now)?|i (?:might|may) (?:have|need) to (?:go|leave|stop|hang up|end this)(?: (?:now|soon))*",
        r"i (?:would|will|have to|need to|might need to|might have to) (?:go|leave|stop) (?:in (?:a|two|five|ten|a few|a couple of) (?:minute|minutes|second|moment|seconds)|soon)",
        r"should (?:we|i) (?:stop|end|finish|quit)(?: (?:here|now|there|it|this))*|is it (?:okay|all right|alright) if (?:i|we) (?:do not (?:go on|continue|answer)|(?:stop|end|finish|leave)\w*)(?: \w+)?",
        r"i (?:feel like|am thinking of|am thinking about) (?:giving up|stopping|quitting|leaving|ending this|hanging up)(?: (?:now|here))*",
        r"(?:do|must|should) (?:i|we) (?:really )?(?:have to|need to)? ?(?:go on|continue|carry on|keep going|do this|finish this)(?: (?:with this|with it|with that|now|today|this))*",
    ),
    ending=r"(?:because|since) .{3,60}",
    after=(r"i do not know", r"to be honest"),
)  # fmt: skip

_DOUBTED = whole(
    (
        r"(?:i am (?:\w+ )?(?:tired|exhausted|nervous|stressed) )?i (?:can|could|want to|should|am able to) (?:keep going|go on|continue|carry on|do this|finish this)(?: (?:anymore|now|today))*",
    ),
    after=(r"to be honest", r"i am (?:\w+ )?(?:tired|exhausted|nervous|stressed)"),
)
"""With "I don't know if" before it."""
_STORY = re.compile(r"thank you for calling|thanks for calling|thank you for your call|anything else i can")
"""A goodbye to somebody else, said in a role."""

_AGREES = whole(
    (
        r"yes|yeah|yep|yup|sure|please do|of course|definitely|absolutely|correct|exactly|i do|i would|that is right|i would like that|go ahead|"
        r"do it|right|okay|fine|let us do that|please|that would be (?:good|great|fine|nice|best)|i think so|end it|stop|end"
    ,)
)  # fmt: skip
_DISAGREES = re.compile(
    rf"(?:(?:{PAD}) )*(?:no|nope|nah|not yet|not now|not at all|not really|do not|let us (?:continue|go on|carry on|keep going)|"
    r"(?:i (?:want|would like) to |we can |please )?(?:continue|go on|carry on|keep going)|i am fine|i did not mean that|i meant)\b.*"
)
_DECLINES = re.compile(
    r"(?:(?:okay|well|so|oh|um|ah|thanks|thank you|i think|sorry|actually|right|good|great|perfect|fine|yes|yeah|all right|alright) )*"
    r"(?:no|nope|nah|nothing|none|not really|no questions?|i do not (?:have|think so)|i am (?:good|fine|okay|all set)|that is (?:all|it|everything)|"
    r"that was (?:all|it|everything)|that will be all|all good|no more|not at the moment|not right now|not for now|have none|do not have any|"
    r"you (?:have )?answered (?:it |them |everything|all)|i have (?:no|none)|everything is clear|it is all clear|all clear|nope)\b.*"
)
_DECLINES_AT_LENGTH = re.compile(
    rf"(?:(?:{PAD}) )*(?:no|nope|nothing)\b(?: \w+){{0,8}} (?:everything|nothing|all|enough|no questions|none|no more|fine)\b"
)
MOST_WORDS = 30
MOST_DECLINING_WORDS = 20
FEWEST_LAST_WORDS = 3


def wishes_to_end(text: str) -> bool:
    """A whole utterance that plainly asks to end now."""
    said = plain(text)
    if not _is_short(said) or _HEDGES.search(said):
        return False
    said = bare(_CORRECTION.sub("", said))
    return any(_PLAIN.fullmatch(form) is not None for form in (said, _PREFIX.sub("", said, count=1)))


def may_wish_to_end(text: str) -> bool:
    """A whole utterance that may be a wish to end, a hedged one, or a long one whose last sentence plainly is."""
    said = bare(plain(text))
    certain = _HEDGES.sub("", said).strip()
    if _is_short(said) and (_UNCLEAR.fullmatch(said) or _UNCLEAR.fullmatch(certain) or _hedged(said, certain)):
        return True
    parts = sentences(text)
    return len(parts) > 1 and len(parts[-1].split()) >= FEWEST_LAST_WORDS and wishes_to_end(parts[-1])


def _hedged(said: str, certain: str) -> bool:
    if said == certain:
        return False
    return any(pattern.fullmatch(certain) is not None for pattern in (_PLAIN, _UNCLEAR, _DOUBTED))


def _is_short(said: str) -> bool:
    return len(said.split()) <= MOST_WORDS and _STORY.search(said) is None


def agrees(text: str) -> bool:
    """A plain yes to "would you like to end here?", or the wish once more."""
    said = plain(text)
    if len(said.split()) > MOST_WORDS or _DISAGREES.fullmatch(said):
        return False
    first = next(iter(sentences(text)), "")
    return any(_AGREES.fullmatch(part) is not None for part in (said, plain(first))) or wishes_to_end(text)


def declines(text: str) -> bool:
    """Whether this declines an offer ("no, thank you", "that's all")."""
    said = plain(text)
    if "?" not in text and _DECLINES_AT_LENGTH.match(said):
        return True
    if len(said.split()) > MOST_DECLINING_WORDS or "?" in text:
        return False
    return (
        not said or _DECLINES.fullmatch(said) is not None or re.fullmatch(rf"(?:(?:{PAD})(?: |$))*", said) is not None
    )
