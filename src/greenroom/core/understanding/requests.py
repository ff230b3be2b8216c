"""Requests beside ending: again, a moment, skip, no answer, what is meant, how much time is left."""

import re

from greenroom.core.understanding.words import PAD, one_of, opening, some_of, whole

_QUESTION = one_of(
    r"that|this|it|the beginning|the end|(?:the|that|this|your|my) (?:question|one|part|bit|word|sentence)",
    r"(?:the|that|this|your) (?:very )?(?:last|first|second|previous|other|whole) (?:question|one|part|bit|word|thing)",
)
_CAN = r"(?:can|could|would|will) you(?: please| maybe| perhaps)?"

_SLOWER = r"(?:but )?(?:a (?:bit|little) )?(?:more )?(?:slower|slowly|louder|clearly)"
_AGAIN = rf"again|once more|one more time|{_SLOWER}"
_CATCH = one_of(r"did not|could not|did not quite|could not quite|do not|can not") + (
    r" (?:really )?(?:catch|hear|get|follow)"
)
REPEAT = whole(
    (
        rf"{_CAN} (?:just )?(?:repeat|say|ask)(?: me)?(?: {_QUESTION})?" + some_of(_AGAIN, "to me|please|for me"),
        rf"(?:would|do) you mind (?:repeating|saying|asking)(?: {_QUESTION})?(?: (?:again|once more))?",
        rf"(?:repeat|say|ask)(?: {_QUESTION}){some_of(_AGAIN, 'please|for me')}|say again",
        r"repeat(?: please)?|pardon(?: me)?|come again|i beg your pardon|beg your pardon",
        r"what was that|what did you say|what|sorry what|excuse me",
        rf"what (?:was|is) {_QUESTION}(?: again)?|what was the question again|what were you asking",
        rf"what did you ask(?: me)?|{_CAN} read {_QUESTION}{some_of(_AGAIN, 'to me|out|please')}",
        rf"i {_CATCH}(?: (?:all of )?(?:{_QUESTION}|you|what you said|a word|anything|the end))?"
        + some_of("properly|well|clearly|very well"),
        rf"i (?:missed|lost|forgot|have forgotten) (?:{_QUESTION}|you|what you (?:said|asked))",
        r"(?:i am sorry |sorry )?i was not (?:listening|paying attention)",
        rf"(?:can|could|may) i (?:hear|have|get) (?:{_QUESTION})(?: (?:again|once more|one more time))+",
        r"(?:one more time|once more|again)(?: (?:please|slower|slowly|more slowly|louder))*",
        r"you (?:broke up|cut out|were cut off)(?: there)?",
        r"(?:the )?(?:line|sound|connection) (?:was|is) (?:bad|poor|broken|breaking up)(?: there)?",
        rf"i would like to hear {_QUESTION} again|speak (?:up|slower|more slowly)",
        rf"{_CAN} speak (?:up|slower|more slowly|louder)(?: a bit| a little)?",
    )
)

_HOW_MUCH = one_of(
    r"a|one|just a|just one|another|a quick|half a|a little|a bit of|some|more|a bit more|a little more",
    r"a few|a couple of|two|ten|thirty",
)
_TIME = (
    rf"{_HOW_MUCH} (?:little |more |quick |bit |bit of |of )?"
    r"(?:moment|moments|minute|minutes|second|seconds|sec|secs|time|while)"
)
_GATHER = r"collect my thoughts|gather my thoughts"
_THIS_ONE = r"that|it|this|this one|that one|the question|an example|a good example|a good one|one|something"
_ABOUT_IT = rf"(?: (?:about|of|on|over)?(?: ?(?:{_THIS_ONE}))?)?"
_FOR = one_of(
    rf"to (?:think|{_GATHER}|remember|recall|reflect|consider){_ABOUT_IT}",
    r"for (?:that one|this one|that|this|a moment|me)",
)
_LET_ME_HAVE = one_of(
    r"i (?:need|would need|will need|would like|want|might need)",
    r"give me|let me have|let me take|can i have|could i have|may i have|can i get|can i take|may i take|could i take",
    r"can you give me|could you give me|i will take|allow me|grant me|just give me",
)
MOMENT = whole(
    (
        rf"{_LET_ME_HAVE} (?:{_TIME}|a think)(?: {_FOR})*",
        rf"let me (?:just )?(?:think|see|remember|recall|consider|{_GATHER}|reflect)"
        rf"{_ABOUT_IT}(?: for (?:{_TIME}|a bit|a while))?",
        rf"(?:can|could|may) i (?:just )?think(?: (?:about|over) (?:that|it|this))?(?: for {_TIME})?",
        rf"i (?:have|need) to think(?: (?:about|of|over) (?:that|it|this|an example))?(?: for {_TIME})?",
        rf"(?:hold on|wait|hang on|bear with me|stand by)(?: (?:for )?{_TIME})?(?: please)?|{_TIME}(?: {_FOR})?",
        r"stop let me think|(?:i am |i am still |still |just )?thinking",
        r"that is a (?:good|tough|hard|tricky|difficult|great|big) (?:question|one)",
        r"(?:good|tough|hard|tricky) (?:question|one)",
        r"how (?:should|can|do|shall) i (?:put|say) (?:this|that|it)",
        r"where (?:do|should|shall) i (?:start|begin)",
    ),
    after=(_FOR, r"before i answer"),
)

_SKIPS = r"(?:skip|pass on|move on from|leave out|leave|drop|jump over|go past)"
_MAY_WE = one_of(r"can|could|may|shall|let us|i would like to|i want to|i would rather|can we please|could we please")
_TO_THE_NEXT = r"(?: (?:on )?(?:to|with) (?:the )?(?:next|another|a different) (?:question|one|thing|topic|point))+"
_PREFER = r"would rather|would prefer|prefer|do not want|would like|do not wish|am not going|will"
_ANSWER = r"(?:not |rather not )?(?:answer|talk about|discuss|say|get into)"
_ANOTHER = one_of(r"something else|another (?:question|one)|a different (?:question|one)|the next (?:question|one)")
_THIS_PART = r"that|this|that part|this part|that one|this one|that question|this question"
SKIP = whole(
    (
        rf"(?:can|could|may|shall|should|let us) ?(?:we|you|i)?(?: please| just)? {_SKIPS}(?: {_QUESTION})?"
        + some_of("one|please|for now"),
        rf"{_MAY_WE} ?(?:we|you)?(?: please| just)? (?:move on|go on|go|come|get|jump|move|continue|proceed|skip)"
        rf"{_TO_THE_NEXT}",
        r"(?:can|could|may|shall) (?:we|you) (?:please |just )?move on|let us move on",
        rf"i would like to (?:skip|pass)(?: (?:on )?{_QUESTION})?|i would like to move on",
        r"(?:skip|pass|next|next question|next one|move on|another question|a different question)"
        + some_of(_QUESTION, "one|please"),
        rf"i (?:will )?pass(?: on {_QUESTION})?|i (?:will|would) skip {_QUESTION}",
        rf"i (?:{_PREFER})(?: to)?(?: not)?(?: to)? {_ANSWER}(?: (?:{_QUESTION}|about that|that here))?"
        + some_of("here|now|right now"),
        rf"(?:i would (?:rather|prefer to|like to)|let us|can we) leave (?:{_QUESTION}) out",
        rf"(?:can|could) we (?:please )?(?:come back|go back|return|get back) to {_QUESTION}"
        + some_of("later|at the end|afterwards"),
        rf"let us come back to {_QUESTION}(?: later)?",
        rf"(?:ask|give) me {_ANOTHER}",
        rf"(?:can|could) you (?:please )?(?:ask|give) me {_ANOTHER}",
        r"(?:can|could|may) (?:i|we) (?:have|get|take|do) (?:another|a different|the next) (?:question|one)",
        r"(?:something else|another one)(?: please)?|no comment",
        rf"(?:i am|we are) (?:done|finished) with (?:{_THIS_PART})(?: next (?:question|one))?",
    ),
    after=(
        r"instead",
        r"next(?: question| one)?",
        r"let us move on",
        r"to the next (?:question|one)",
        rf"and (?:do|take|have|go|move) ?(?:on )?(?:to |with )?{_ANOTHER}",
    ),
)

_SAY_IT = one_of(
    r"that|it|anything|anything like that|something like that|what to say|what to answer|how to answer",
    r"any (?:such )?(?:situation|example|time|case)(?: like (?:that|this))?",
    r"how to answer that|the answer|right now|at the moment|off the top of my head|one|any|to that|for sure",
)
_UNSURE_OF = r"about that|how to answer that|what to say|to be honest|really"
_AN_EXAMPLE = one_of(
    r"anything|one|any|an example|an answer|a good (?:example|one)|a single (?:example|one)|something",
    r"any examples?|a situation|a time",
)
_NOTHING_TO_GIVE = one_of(r"answer|example|examples|idea|clue|experience|experience with that|good example|good answer")
_SUCH = r"that|this|such a situation|that situation|a situation like that|anything like that|something like that"
DONT_KNOW = whole(
    (
        r"i (?:really |honestly |just |actually |simply )*(?:do not|would not|did not|can not) "
        rf"(?:really |actually |quite )?(?:know|remember|recall|have a clue|have any idea|say)(?: {_SAY_IT})*",
        r"(?:i have |i have got |i have really |absolutely |really )?(?:no|not a) (?:idea|clue)"
        + some_of("at all|really|what to say|how to answer that|about that|there"),
        r"no idea at all|not sure(?: i have (?:an|a) (?:answer|example))?|do not know",
        rf"(?:i am )?(?:really |honestly )?not (?:really |quite )?sure{some_of(_UNSURE_OF)}",
        rf"i (?:really |honestly |just )*(?:can not|could not) (?:really )?think of {_AN_EXAMPLE}"
        + some_of("like that|right now|at the moment|off the top of my head|now"),
        r"nothing (?:comes|really comes|is coming|springs) to mind(?: (?:right now|at the moment|now))*",
        r"my mind(?:'s| is| has)? ?(?:gone |went |completely |all )*blank|i am drawing a blank|i am blank",
        r"it escapes me|i am (?:stuck|lost)",
        r"i (?:really )?(?:do not|have not) (?:really )?(?:have|got|have got)? ?(?:a|an|any|one|a good|the faintest)? ?"
        + _NOTHING_TO_GIVE
        + some_of("for that|for this|to that|with that|of that|like that|right now|at the moment|ready"),
        r"i have (?:no|not got an|not got any|not any) "
        r"(?:answer|example|examples|experience|experience with that|idea)"
        + some_of("for that|to that|with that|of that|like that"),
        rf"i have never (?:had|been in|done|experienced|faced) (?:{_SUCH})(?: before)?",
        r"(?:that has |it has )?never happened(?: to me)?|that never happened(?: to me)?",
        r"i (?:really |honestly )*could not tell you",
        r"hard to say|difficult to say|who knows|beats me|you tell me|search me",
    ),
)

_EXPLAIN = one_of(
    r"explain|clarify|rephrase|reword|elaborate on|be more specific|be a bit more specific|expand on",
    r"put (?:that|it)|say (?:that|it) (?:differently|in other words|another way)",
    r"give me an example|tell me what you mean|define",
)
_NOT_FOLLOW = one_of(
    r"do not|did not|am not sure (?:i|that i)|do not quite|do not really|do not think i|am not certain i"
) + (r" (?:quite |really |fully |completely )?(?:understand|follow|understood|get)")
CLARIFY = opening(
    (
        r"what (?:exactly )?(?:do|did) you (?:exactly |actually |really )?mean(?: by| with| when)?",
        r"what (?:exactly )?(?:are|were) you (?:exactly |actually |really )?"
        r"(?:asking|looking for|after|getting at|referring to)",
        r"what would you (?:like|want) (?:me )?to (?:hear|know|talk about|say|focus on)",
        r"what (?:exactly )?(?:do|would) you (?:want|like) to (?:know|hear)",
        r"(?:do|did|are) you (?:mean|asking|talking about|referring to|looking for|thinking of|interested in)",
        rf"{_CAN} (?:maybe |just )?{_EXPLAIN}",
        rf"i {_NOT_FOLLOW}(?: (?:the|your|that|this|what|you|it)| *$)",
        r"i am not (?:quite |really |entirely )?sure what you "
        r"(?:mean|are asking|are after|are looking for|want|would like)",
        r"when you say \w+",
        r"(?:in|with) what (?:sense|way|respect)|like what|such as|for example what",
        r"what (?:kind|sort|type) of (?:\w+ ){0,4}(?:do|are|did|would) you",
        r"(?:should|shall|can|may|could) (?:it|this|that|i) "
        r"(?:be|take|use|pick|choose|talk about|give|answer|tell you about)",
        r"(?:is|does) (?:it|that|this) (?:have to be|okay if|only|about|also|include|count|mean|need to be)",
        r"you mean\b|meaning what|(?:at work or|from work or|professionally or)",
        r"is that (?:about|a question about)",
        r"is there (?:something|anything) (?:specific|particular|in particular)",
        r"how do you mean|what does (?:\w+ ){1,4}mean",
        r"(?:do you want|would you like) (?:me to|(?:a|an|one) (?:\w+ )?(?:example|answer|story|situation))",
    )
)

_LASTS = one_of(
    r"do|is|are|will|does|have|until|left|to go|before|still|have we|is this|will this|will it|does this|does it",
    r"before we|till",
)
_IS_LEFT = r"is left|left|do we have|we have|have we|i have|there is|there are|this will|it will"
_ANY = r"(?:still |have |got |any )*(?:much |many |any |enough |some |a lot of |more )?"
TIME_LEFT = opening(
    (
        r"(?:(?:roughly|about|approximately|exactly) )?how (?:much|many) (?:more )?(?:time|minutes|questions)"
        r"(?: (?:more|still|do|are|is|have|will|left|to|there|remain|remaining)| *$)",
        rf"how (?:much )?(?:longer|long) {_LASTS}",
        rf"how (?:long|much time|many questions) (?:{_IS_LEFT})(?: .*)?",
        r"are we (?:running |nearly |almost )*out of time|are we running late",
        r"how far (?:along |through |in )?are we|where are we (?:in|with) (?:the )?(?:time|interview|questions)",
        r"are we (?:nearly|almost|close to|about) (?:done|there|finished|at the end|through|the end)",
        rf"(?:is there|do we|have we|do i|are there) {_ANY}(?:time|more questions|questions)"
        r"(?: (?:left|remaining|for)| *$)",
        r"when (?:does|will|is) (?:this|it|the (?:interview|call|session|practice)) "
        r"(?:end|over|finish|be over|stop|finished|going to end)",
        r"what (?:is the time|time is|time do we have|time have we got) left",
        r"(?:can|could) you tell me (?:how much time|how long|how many (?:more )?(?:questions|minutes)|the time left)",
        r"time check|how are we (?:doing )?(?:for|on) time",
        r"what time (?:do we|does it|does this|will we|are we) (?:end|finish|stop|done|finishing)",
    )
)

_A_QUESTION = r"(?: (?:something|a question|one thing|a quick question))?"
_FOR_YOU = r"(?: (?:for you|about (?:the|that|this)(?: \w+)?|first))?"
_LEADS_IN = one_of(
    PAD,
    r"before (?:i answer|that|we go on|we start|i start|i do)",
    rf"(?:can|could|may) i (?:just |quickly )?ask(?: you)?{_A_QUESTION}",
    rf"i (?:have|had|have got) (?:a|one|another) (?:quick |short )?question{_FOR_YOU}",
    r"(?:one|a|quick|just a quick|just one|another) (?:quick |short )?(?:question|thing)(?: first)?",
    r"(?:can|could) you tell me|do you know",
    r"i (?:was wondering|wonder|would like to know|wanted to ask|want to know|am curious)(?: if| whether)?",
    r"by the way|first",
)
LEAD_IN = re.compile(rf"^(?:{_LEADS_IN} )+")
"""What may stand before a question that is put to the interviewer."""
