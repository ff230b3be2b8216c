"""Wishes to end: plain ones, unclear ones, and the yes or no to "would you like to end here?".

Only a whole utterance counts. Words such as "stop" or "goodbye" inside an answer end nothing, so each grammar has to
account for every word that was said.
"""

import re

from greenroom.core.understanding.words import PAD, bare, maybe, one_of, plain, sentences, some_of, whole

_ASKS = one_of(
    r"(?:can|could|would|will) you|you (?:can|may)",
    r"it would be (?:better|best) (?:if (?:we|i)|to)|it is (?:better|best) (?:if (?:we|i)|to)",
    r"should we|let us|can we|can i|could we|could i|may we|may i|shall we|should we",
    r"i want to|i would like to|i wish to|i need to|i have to|i have got to|i must|i will",
    r"i am going to|i am just going to|i would rather|i would prefer to|we can|we could|we should",
    r"we will|i would love to",
    r"is it okay (?:if we|if i|to)|is it possible to",
    r"would it be (?:okay|possible|all right) (?:to|if we|if i)",
    r"(?:i would like|i want|i suggest|i propose|it would be (?:good|nice)) (?:that|if) (?:we|i)",
    r"would you mind if (?:we|i)|do you mind if (?:we|i)|i think (?:i|we) (?:should|will)|please",
)
_STOPS = one_of(
    r"stop|end|finish|quit|conclude|terminate|wrap up|wrap it up|wrap this up|wrap things up|call it a day",
    r"hang up|close|stopped|ended|finished|exit|abort|finish up|leave it|break off|cut it short|log off",
    r"disconnect|wind up|end it|stop it|end things",
)
_KINDS = r"interview|call|session|practice|conversation|lesson|consultation|chat|exercise|meeting|thing|talk|phone call"
_KINDS_OF_IT = r"(?:practice|practising|talking|questions|interviewing)"
_TALK = rf"(?:whole |practice |mock )*(?:{_KINDS})"
_HERE = r"here|now|there|right here|right now"
_WHAT = one_of(
    r"here|there|now|right here|right now|this|it|today|for today|for now|early|at this point|at that",
    rf"the {_TALK}|this {_TALK}|our {_TALK}",
)
_CONTINUE = r"continue|go on|carry on|keep going"
_NICE_DAY = r"have a (?:nice|good|great|lovely) (?:day|one|evening|weekend|night)"
_UNWELL = one_of(
    r"feeling|getting|running|late|tired|sick|ill|unwell|exhausted|busy|needed|expected|out of time",
    r"(?:really|so|very|too|a bit|quite) (?:late|tired|sick|ill|unwell|exhausted|busy|nervous)",
)
_REASON = one_of(
    r"(?:because|since|as i|so that i) .{3,60}",
    r"i (?:have|need|have got) to (?!say|tell|ask).{3,60}",
    rf"i (?:am (?:not )?{_UNWELL}|feel|(?:do|can) not feel)\b.{{0,40}}",
    r"(?:my|our|the) \w+ (?:\w+ )?(?:is|are|has|have|just|needs|leaves|starts|begins)\b.{0,60}",
    r"(?:someone|somebody|there)(?:'s)? ?(?:is|has|just)?\b.{0,60}",
    r"something (?:came|has come|just came) up.{0,40}",
    r"i (?:have|have got) (?:another|a|an) .{3,40}",
)
_NOT_SURE = r"i do not know (?:if|whether)|i am not sure (?:if|whether)"
_HEDGES = re.compile(
    rf"\b(?:maybe|perhaps|possibly|probably|i suppose|i guess|i wonder if|i am wondering if|i was wondering if|"
    rf"{_NOT_SURE}|kind of|sort of|do you think) ?"
)
_OF_ITS_OWN = one_of(
    r"(?:my|our) (?:\w+ ){1,3}?(?:is|are|has|needs|just) ",
    r"(?:someone|somebody)(?:'s)? |there is ",
    r"i (?:am|feel|have|do not feel) (?:not )?",
)
_NOT_TOLD = r"(?<!said )(?<!says )(?<!told me )(?<!thinks )(?<!that )"
_PREFIX = re.compile(
    rf"(?:no more questions )|{_OF_ITS_OWN}"
    rf"(?:\w+ ){{1,6}}?{_NOT_TOLD}(?:so |and |but )?(?=i |let us |can we |could we |can you |we )"
)
"""A reason of its own before the wish."""
_CORRECTION = re.compile(
    r".*\b(?:no sorry|no wait|sorry no|actually no|wait no|never mind|sorry) (?=i |let us|can we|could we|please)"
)
"""Somebody breaks off and says something else."""

_UNWILLING = one_of(
    r"do not (?:want|feel like|think i want|think i can|think i could)|can not|could not|am not able to",
    r"am not sure i (?:want to|can)|am not in the mood to",
)
_GOES_ON = one_of(
    r"do|doing|continue|continuing|go on|going on|carry on|keep going|talk|talking|answer|take|handle|practise|practice"
)
_WITH_QUESTIONS = r"(?:with )?(?:this|that|it|any of this|more questions|questions|any more questions)"
_SHOULD = r"(?:should|could|can|will|ought to|better) (?:just )?"
_FOR_NOW = one_of(
    r"stop|end|finish|leave it|quit|wrap up|call it a day|take a break|do this (?:another|some other) time"
)
_INCLINED = r"(?:want|would like|need|have|might want|ought)"
_WORN = r"(?:tired|exhausted|worn out|overwhelmed|stressed|nervous)"
_RESUMES = r"(?:do|continue|finish|carry on with|go on with|pick up|resume|come back to)"
_LATER = one_of(r"later|tomorrow|another time|some other time|another day|on another day|next time|some other day")
_SOON = r"(?:in (?:a|two|five|ten|a few|a couple of) (?:minute|minutes|second|moment|seconds)|soon)"
_UNCLEAR_WISHES = (
    r"stop|enough|finish|quit|the end|end|i quit|i give up|i am out|stop it|stop this|that is enough",
    r"that is enough of that|(?:all )?(?:done|finished)",
    rf"(?:it (?:is|would be|might be) (?:better|best) (?:to|if (?:i|we))|(?:i|we) should) {_STOPS}",
    r"(?:i am|we are) (?:all )?(?:done|finished|through)(?: (?:now|here|with this|with that|then))*",
    r"(?:are|is) (?:we|this|it|that) (?:all )?(?:done|finished|over|it|the end)(?: (?:now|here|yet|then))*",
    rf"(?:maybe|perhaps) (?:we|i) {_SHOULD}{_FOR_NOW}" + some_of("here|now|there|it|this|at that|for today"),
    rf"(?:i think|i guess|i feel like|i feel) (?:i|we) {_INCLINED} to (?:stop|end|finish|quit|go|leave)"
    + some_of("here|now|soon|this|it"),
    r"i (?:want|need|would like|wish) to (?:quit|finish|leave|go|get out|give up|be done)"
    + some_of("now|here|soon|this|it|home"),
    rf"i (?:really )?{_UNWILLING}(?: to)? {_GOES_ON}{maybe(_WITH_QUESTIONS)}"
    + some_of("anymore|any longer|now|today|right now"),
    r"(?:i have|i am) had enough(?: of (?:this|it|that))?",
    r"this is (?:too much|enough)(?: for (?:me|today|now))?",
    rf"i am (?:too |very |so |really )?{_WORN}"
    + maybe("now|today|of this|for this|for that|to go on|to continue|to do this"),
    rf"(?:can|could|may|shall|let us|should) ?(?:we|i)? {_RESUMES}"
    rf"(?: (?:this|it|that|the interview|the rest))?(?: up)? {_LATER}",
    r"(?:can|could|may) (?:we|i) (?:finish|wrap up|be done|go|leave|quit|be finished|get out of here)"
    + some_of("now|soon|then|early"),
    r"(?:let us|can we|could we|shall we) (?:take a break|pause|pause here)",
    r"i (?:think|guess) (?:that is|that was|this is) (?:it|all|enough)" + maybe("for me|from me|from my side"),
    r"(?:that is|that was) (?:it|all)(?: (?:then|for me|from me|from my side))(?: then)?",
    rf"(?:see you|see you (?:later|soon|next time|tomorrow)|take care|{_NICE_DAY})",
    r"(?:maybe|perhaps) (?:another time|later|next time|tomorrow)",
    r"i (?:have|have got) (?:another|a) (?:meeting|call|appointment)" + some_of("now|soon|in a minute|in five minutes"),
    r"(?:this is|it is) not (?:working|for me|going well)(?: (?:for me|today|anymore))*",
    r"i am (?:leaving|going)(?: now)?",
    r"i (?:might|may) (?:have|need) to (?:go|leave|stop|hang up|end this)(?: (?:now|soon))*",
    rf"i (?:would|will|have to|need to|might need to|might have to) (?:go|leave|stop) {_SOON}",
    r"should (?:we|i) (?:stop|end|finish|quit)(?: (?:here|now|there|it|this))*",
    r"is it (?:okay|all right|alright) if (?:i|we) "
    r"(?:do not (?:go on|continue|answer)|(?:stop|end|finish|leave)\w*)(?: \w+)?",
    r"i (?:feel like|am thinking of|am thinking about) "
    r"(?:giving up|stopping|quitting|leaving|ending this|hanging up)(?: (?:now|here))*",
    rf"(?:do|must|should) (?:i|we) (?:really )?(?:have to|need to)? ?(?:{_CONTINUE}|do this|finish this)"
    + some_of("with this|with it|with that|now|today|this"),
)

_ASKS_TO = one_of("let us|can we|could we|may we|shall we|i would like to|i want to|i need to|i have to")
_STOPS_ALONE = r"(?:stop|end|hang up|wrap (?:it |this )?up|call it a day)"
_STOP_AT_ONCE = r"(?:cut|drop|disconnect|stop|end|finish|quit|terminate|cancel|close|conclude|exit|abort|leave)"
_MUST = one_of(
    r"i (?:really )?(?:have to|must|need to|should|ought to|better)|i (?:had|would) better",
    r"i have (?:really )?got to|i am going to have to|have to|got to|have got to",
)
_GO = r"go|leave|run|hang up|get going|be going|head off|be off|dash"
_WITH_THE_TALK = r"with (?:the|this) (?:interview|call|session|practice|conversation|exercise|lesson)"
_GOING_ON = some_of(
    rf"anymore|any longer|with (?:this|it)(?: {_TALK})?|with the {_TALK}|this(?: {_TALK})?|the {_TALK}|now|today"
)
_PRAISE = r"(?:very |really |so |quite )?(?:nice|good|great|helpful|useful|interesting|fun|kind|a pleasure|lovely)"
_TALKING = r"(?:talking|speaking|practising|practicing)"
_POLITE_CLOSE = (
    _NICE_DAY,
    r"take care|(?:thanks|thank you) \w+",
    rf"(?:that|this|it) (?:was|has been|is) {_PRAISE}(?: {_TALKING})?(?: (?:to|with) you)?",
    r"i (?:really )?(?:enjoyed|appreciate|liked) (?:it|this|that|your time|your help|talking to you)",
    r"(?:see|catch) you(?: (?:later|soon|next time|tomorrow|again))?",
)
_PLAIN = whole(
    (
        rf"{_ASKS} (?:please )?{_STOPS}(?: (?:{_WHAT}|please))+",
        rf"{_ASKS_TO} {_STOPS_ALONE}",
        r"(?:let us) (?:finish|quit|leave it)",
        rf"(?:please )?{_STOP_AT_ONCE} (?:(?:{_HERE}) ?)*(?:the|this|our) {_TALK}(?: now| here| please| right now)*",
        r"(?:please )?stop (?:here|now|right now|right here)",
        r"(?:you (?:can|may) |(?:can|could) you )?(?:please )?hang up(?: now)?",
        r"(?:see you )?(?:(?:thanks|thank you) \w+ )?(?:goodbye|bye bye|bye)",
        rf"(?:talk|speak) to you (?:later|soon|next time)|{_NICE_DAY} (?:goodbye|bye)",
        rf"that is (?:all|enough|it)(?: {_KINDS_OF_IT})? for (?:today|now|me today|tonight|me for today)",
        r"that will be (?:all|it)(?: for today| for now)?|that will do(?: it)? for (?:today|now)",
        rf"(?:i am|we are|i think we are) (?:done|finished|through) (?:for (?:today|now)|{_WITH_THE_TALK})",
        r"i (?:am|have) had enough (?:for (?:today|now)|of (?:this|the) (?:interview|call|session|practice))",
        rf"{_MUST} (?:{_GO})(?: now| right now| already)*",
        rf"i am (?:going to hang up|hanging up|leaving now|going now|off now|(?:just )?going to (?:{_GO}) now)",
        rf"i do not (?:want|wish) to (?:{_CONTINUE}|proceed){_GOING_ON}",
        r"i do not want to do this anymore|(?:please )?end (?:it|this)|(?:please )?let me go",
        r"i would (?:like|rather|prefer) (?:to )?not (?:to )?(?:continue|go on|carry on|proceed)"
        + some_of("anymore|any longer|now|today"),
        r"(?:let us|can we|could we) (?:end|stop|finish) on (?:that|this) note",
        r"no more questions (?:please )?(?:let us (?:stop|end))",
        r"(?:no more|enough)(?: questions)? for (?:today|now|tonight)",
        r"end (?:the )?(?:call|session|interview)",
    ),
    ending=_REASON,
    before=(*_UNCLEAR_WISHES, *_POLITE_CLOSE, r"that is (?:it|all)"),  # An unclear wish beside a plain one is plain.
    after=(
        *_UNCLEAR_WISHES,
        *_POLITE_CLOSE,
        r"i do not know|that is (?:all|enough|it)(?: for (?:today|now))?|for today|here|i am tired",
    ),
)
_UNCLEAR = whole(
    _UNCLEAR_WISHES,
    ending=r"(?:because|since) .{3,60}",
    before=(r"that is (?:it|all)",),
    after=(r"i do not know", r"i am not (?:really )?sure", r"to be honest", r"already", r"that is (?:it|all)"),
)

_TIRED = r"i am (?:\w+ )?(?:tired|exhausted|nervous|stressed)"
_DOUBTED = whole(
    (
        rf"(?:{_TIRED} )?i (?:can|could|want to|should|am able to) (?:{_CONTINUE}|do this|finish this)"
        + some_of("anymore|now|today"),
    ),
    after=(r"to be honest", _TIRED),
)
"""With "I don't know if" before it."""
_STORY = re.compile(r"thank you for calling|thanks for calling|thank you for your call|anything else i can")
"""A goodbye to somebody else, said in a role."""

_AGREES = whole(
    (
        r"yes|yeah|yep|yup|sure|please do|of course|definitely|absolutely|correct|exactly|i do|i would|that is right",
        r"i would like that|go ahead|do it|right|okay|fine|let us do that|please",
        r"that would be (?:good|great|fine|nice|best)|i think so|end it|stop|end",
    )
)
_GOING_ON_AFTER_ALL = one_of(
    r"no|nope|nah|not yet|not now|not at all|not really|do not|let us (?:continue|go on|carry on|keep going)",
    rf"(?:i (?:want|would like) to |we can |please )?(?:{_CONTINUE})",
    r"i am fine|i did not mean that|i meant",
)
_DISAGREES = re.compile(rf"(?:(?:{PAD}) )*{_GOING_ON_AFTER_ALL}\b.*")
_POLITE = one_of(
    r"okay|well|so|oh|um|ah|thanks|thank you|i think|sorry|actually|right|good|great|perfect|fine|yes|yeah",
    r"all right|alright",
)
_NOTHING_ELSE = one_of(
    r"no|nope|nah|nothing|none|not really|no questions?|i do not (?:have|think so)",
    r"i am (?:good|fine|okay|all set)|that is (?:all|it|everything)",
    r"that was (?:all|it|everything)|that will be all|all good|no more|not at the moment|not right now|not for now",
    r"have none|do not have any|you (?:have )?answered (?:it |them |everything|all)|i have (?:no|none)",
    r"everything is clear|it is all clear|all clear|nope",
)
_DECLINES = re.compile(rf"(?:{_POLITE} )*{_NOTHING_ELSE}\b.*")
_DECLINES_AT_LENGTH = re.compile(
    rf"(?:(?:{PAD}) )*(?:no|nope|nothing)\b(?: \w+){{0,8}} "
    r"(?:everything|nothing|all|enough|no questions|none|no more|fine)\b"
)
MOST_WORDS = 30
MOST_UNPARSED_WORDS = 14
_STOP_WORD = re.compile(
    r"\b(?:stop|stopping|end|ending|finish|finishing|quit|quitting|hang up|wrap|goodbye|bye|leave|go now|enough|be done)\b"
)
_THIS_TALK = re.compile(rf"\b(?:the|this|our) {_TALK}\b|\b(?:for today|practi[sc]ing|anymore|right here|right now)\b")
_WISHES = re.compile(r"\b(?:i|we|let us|can|could|please|want|like)\b")
_ABOUT_OTHERS = re.compile(
    r"\b(?:he|she|they|them|his|her|their|who|was|were|did|had|been|my (?:job|team|boss|manager|degree|studies|point|answer|sentence)|"
    r"customer\w*|client\w*|patient\w*|team|project|company|contract|machine|shift|question|work|job|when|why|how|before|after|"
    r"if|never|always|usually|often|would say|would end|politely|do not|not|let me|\w{2,}ed)\b"
)
MOST_DECLINING_WORDS = 20
FEWEST_LAST_WORDS = 3


def wishes_to_end(text: str) -> bool:
    """A whole utterance that plainly asks to end now."""
    said = plain(text)
    if not _is_short(said) or _HEDGES.search(said):
        return False
    said = _CORRECTION.sub("", said)
    return any(_PLAIN(bare(form)) for form in (said, _PREFIX.sub("", said, count=1)))


def may_wish_to_end(text: str) -> bool:
    """A whole utterance that may be a wish to end, a hedged one, or a long one whose last sentence plainly is."""
    said = bare(plain(text))
    certain = _HEDGES.sub("", said).strip()
    if _is_short(said) and (_UNCLEAR(said) or _UNCLEAR(certain) or _hedged(said, certain)):
        return True
    if _sounds_like_stopping(said):
        return True
    parts = sentences(text)
    return len(parts) > 1 and len(parts[-1].split()) >= FEWEST_LAST_WORDS and wishes_to_end(parts[-1])


def _sounds_like_stopping(said: str) -> bool:
    """A short utterance about stopping this talk, in words that no grammar has: better asked about than missed."""
    if len(said.split()) > MOST_UNPARSED_WORDS or _ABOUT_OTHERS.search(said):
        return False
    return all(sign.search(said) is not None for sign in (_STOP_WORD, _THIS_TALK, _WISHES))


def _hedged(said: str, certain: str) -> bool:
    if said == certain:
        return False
    return any(accepts(certain) for accepts in (_PLAIN, _UNCLEAR, _DOUBTED))


def _is_short(said: str) -> bool:
    return len(said.split()) <= MOST_WORDS and _STORY.search(said) is None


def agrees(text: str) -> bool:
    """A plain yes to "would you like to end here?", or the wish once more."""
    said = plain(text)
    if len(said.split()) > MOST_WORDS or _DISAGREES.fullmatch(said):
        return False
    first = next(iter(sentences(text)), "")
    return any(_AGREES(part) for part in (said, plain(first))) or wishes_to_end(text)


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
