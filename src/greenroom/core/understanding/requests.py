"""Requests beside ending: again, a moment, skip, no answer, what is meant, how much time is left."""

import re

from greenroom.core.understanding.words import PAD, opening, whole

_QUESTION = r"(?:that|this|it|the question|that question|this question|your question|the last question|that one|this one|the last one|that part|the last part|the first part|the last bit|the first bit|the beginning|the end|the last word)"
_CAN = r"(?:can|could|would|will) you(?: please| maybe| perhaps)?"

REPEAT = whole(
    (
        rf"{_CAN} (?:just )?(?:repeat|say|ask)(?: me)?(?: {_QUESTION})?(?: (?:again|once more|one more time|please|for me|more slowly|slower|a bit slower))*",
        rf"(?:would|do) you mind (?:repeating|saying|asking)(?: {_QUESTION})?(?: (?:again|once more))?",
        rf"(?:repeat|say|ask)(?: {_QUESTION})(?: (?:again|once more|one more time|please|for me))*|say again|repeat(?: please)?",
        r"pardon(?: me)?|come again|i beg your pardon|beg your pardon|what was that|what did you say|what|sorry what|excuse me",
        rf"what (?:was|is) {_QUESTION}(?: again)?|what was the question again|what were you asking|what did you ask(?: me)?",
        rf"i (?:did not|could not|did not quite|could not quite|do not|can not) (?:really )?(?:catch|hear|get|follow)(?: (?:all of )?(?:{_QUESTION}|you|what you said|a word|anything|the end))?(?: (?:properly|well|clearly|very well))*",
        rf"i (?:missed|lost|forgot|have forgotten) (?:{_QUESTION}|you|what you (?:said|asked))",
        r"(?:i am sorry |sorry )?i was not (?:listening|paying attention)",
        rf"(?:can|could|may) i (?:hear|have|get) (?:{_QUESTION})(?: (?:again|once more|one more time))+",
        r"(?:one more time|once more|again)(?: (?:please|slower|slowly|more slowly|louder))*|you (?:broke up|cut out|were cut off)(?: there)?",
        r"(?:the )?(?:line|sound|connection) (?:was|is) (?:bad|poor|broken|breaking up)(?: there)?",
        rf"i would like to hear {_QUESTION} again|speak (?:up|slower|more slowly)|{_CAN} speak (?:up|slower|more slowly|louder)(?: a bit| a little)?",
    )
)  # fmt: skip

_TIME = r"(?:a|one|just a|just one|another|a quick|half a|a little|a bit of|some|more|a bit more|a little more|a few|a couple of|two|ten|thirty) (?:little |more |quick |bit |bit of |of )?(?:moment|moments|minute|minutes|second|seconds|sec|secs|time|while)"
_FOR = r"(?:to (?:think|collect my thoughts|gather my thoughts|remember|recall|reflect|consider)(?: (?:about|of|over)?(?: ?(?:that|it|this|an example|a good example|one|something))?)?|for (?:that one|this one|that|this|a moment|me))"
MOMENT = whole(
    (
        rf"(?:i (?:need|would need|will need|would like|want|might need)|give me|let me have|let me take|can i have|could i have|may i have|can i get|can i take|may i take|could i take|can you give me|could you give me|i will take|allow me|grant me|just give me) {_TIME}(?: {_FOR})*",
        rf"let me (?:just )?(?:think|see|remember|recall|consider|collect my thoughts|gather my thoughts|reflect)(?: (?:about|of|on|over)?(?: ?(?:that|it|this|an example|a good one|one))?)?(?: for {_TIME})?",
        rf"(?:can|could|may) i (?:just )?think(?: (?:about|over) (?:that|it|this))?(?: for {_TIME})?|i (?:have|need) to think(?: (?:about|of|over) (?:that|it|this|an example))?(?: for {_TIME})?",
        rf"(?:hold on|wait|hang on|bear with me|stand by)(?: (?:for )?{_TIME})?(?: please)?|{_TIME}(?: {_FOR})?|stop let me think",
        r"(?:i am |i am still |still |just )?thinking|that is a (?:good|tough|hard|tricky|difficult|great|big) (?:question|one)|(?:good|tough|hard|tricky) (?:question|one)",
        r"how (?:should|can|do|shall) i (?:put|say) (?:this|that|it)|where (?:do|should|shall) i (?:start|begin)",
    ),
    after=(_FOR, r"before i answer"),
)  # fmt: skip

SKIP = whole(
    (
        rf"(?:can|could|may|shall|should|let us) ?(?:we|you|i)?(?: please| just)? (?:skip|pass on|move on from|leave out|jump over|go past)(?: {_QUESTION})?(?: (?:one|please|for now))*",
        r"(?:can|could|may|shall|let us|i would like to|i want to|i would rather|can we please|could we please) ?(?:we|you)?(?: please| just)? (?:move on|go on|go|move|continue|proceed|skip)(?: (?:on )?(?:to|with) (?:the )?(?:next|another|a different) (?:question|one|thing|topic|point))+",
        rf"(?:can|could|may|shall) (?:we|you) (?:please |just )?move on|let us move on|i would like to (?:skip|pass)(?: (?:on )?{_QUESTION})?|i would like to move on",
        rf"(?:skip|pass|next|next question|next one|move on|another question|a different question)(?: (?:{_QUESTION}|one|please))*|i (?:will )?pass(?: on {_QUESTION})?|i (?:will|would) skip {_QUESTION}",
        rf"i (?:would rather|would prefer|prefer|do not want|would like|do not wish|am not going|will)(?: to)?(?: not)?(?: to)? (?:not |rather not )?(?:answer|talk about|discuss|say|get into)(?: (?:{_QUESTION}|about that|that here))?(?: (?:here|now|right now))*",
        rf"(?:i would (?:rather|prefer to|like to)|let us|can we) leave (?:{_QUESTION}) out",
        rf"(?:can|could) we (?:please )?(?:come back|go back|return|get back) to {_QUESTION}(?: (?:later|at the end|afterwards))*|let us come back to {_QUESTION}(?: later)?",
        r"(?:ask|give) me (?:something else|another (?:question|one)|a different (?:question|one)|the next (?:question|one))|(?:can|could) you (?:please )?(?:ask|give) me (?:something else|another (?:question|one)|a different (?:question|one)|the next (?:question|one))",
        r"(?:can|could|may) (?:i|we) (?:have|get|take|do) (?:another|a different|the next) (?:question|one)",
        r"(?:something else|another one)(?: please)?|no comment|(?:i am|we are) (?:done|finished) with (?:that|this|that part|this part|that one|this one|that question|this question)(?: next (?:question|one))?",
    ),
    after=(r"instead", r"next(?: question| one)?", r"let us move on", r"to the next (?:question|one)"),
)  # fmt: skip

DONT_KNOW = whole(
    (
        r"i (?:really |honestly |just |actually |simply )*(?:do not|would not|did not|can not) (?:really |actually |quite )?(?:know|remember|recall|have a clue|have any idea|say)(?: (?:that|it|anything|anything like that|something like that|what to say|what to answer|how to answer|how to answer that|the answer|right now|at the moment|off the top of my head|one|any|to that|for sure))*",
        r"(?:i have |i have got |i have really |absolutely |really )?(?:no|not a) (?:idea|clue)(?: (?:at all|really|what to say|how to answer that|about that|there))*|no idea at all|not sure(?: i have (?:an|a) (?:answer|example))?|do not know|(?:i am )?(?:really |honestly )?not (?:really |quite )?sure(?: (?:about that|how to answer that|what to say|to be honest|really))*",
        r"i (?:really |honestly |just )*(?:can not|could not) (?:really )?think of (?:anything|one|any|an example|an answer|a good (?:example|one)|a single (?:example|one)|something|any examples?|a situation|a time)(?: (?:like that|right now|at the moment|off the top of my head|now))*",
        r"nothing (?:comes|really comes|is coming|springs) to mind(?: (?:right now|at the moment|now))*|my mind(?:'s| is| has)? ?(?:gone |went |completely |all )*blank|i am drawing a blank|i am blank|it escapes me|i am (?:stuck|lost)",
        r"i (?:really )?(?:do not|have not) (?:really )?(?:have|got|have got)? ?(?:a|an|any|one|a good)? ?(?:answer|example|examples|idea|experience|experience with that|good example|good answer)(?: (?:for that|for this|to that|with that|of that|like that|right now|at the moment|ready))*",
        r"i have (?:no|not got an|not got any|not any) (?:answer|example|examples|experience|experience with that|idea)(?: (?:for that|to that|with that|of that|like that))*",
        r"i have never (?:had|been in|done|experienced|faced) (?:that|this|such a situation|that situation|a situation like that|anything like that|something like that)(?: before)?|(?:that has |it has )?never happened(?: to me)?|that never happened(?: to me)?",
        r"hard to say|difficult to say|who knows|beats me|you tell me|search me",
    ),
)  # fmt: skip

CLARIFY = opening(
    (
        r"what (?:exactly )?(?:do|did) you (?:exactly |actually |really )?mean(?: by| with| when)?",
        r"what (?:exactly )?(?:are|were) you (?:exactly |actually |really )?(?:asking|looking for|after|getting at|referring to)",
        r"what would you (?:like|want) (?:me )?to (?:hear|know|talk about|say|focus on)|what (?:exactly )?(?:do|would) you (?:want|like) to (?:know|hear)",
        r"(?:do|did|are) you (?:mean|asking|talking about|referring to|looking for|thinking of|interested in)",
        rf"{_CAN} (?:maybe |just )?(?:explain|clarify|rephrase|reword|elaborate on|be more specific|be a bit more specific|expand on|put (?:that|it)|say (?:that|it) (?:differently|in other words|another way)|give me an example|tell me what you mean|define)",
        r"i (?:do not|did not|am not sure (?:i|that i)|do not quite|do not really|do not think i|am not certain i) (?:quite |really |fully |completely )?(?:understand|follow|understood|get)(?: (?:the|your|that|this|what|you|it)| *$)",
        r"i am not (?:quite |really |entirely )?sure what you (?:mean|are asking|are after|are looking for|want|would like)",
        r"when you say \w+",
        r"(?:in|with) what (?:sense|way|respect)|like what|such as|for example what|what (?:kind|sort|type) of (?:\w+ ){0,4}(?:do|are|did|would) you",
        r"(?:should|shall|can|may|could) (?:it|this|that|i) (?:be|take|use|pick|choose|talk about|give|answer|tell you about)",
        r"(?:is|does) (?:it|that|this) (?:have to be|okay if|only|about|also|include|count|mean|need to be)",
        r"you mean\b|meaning what|(?:at work or|from work or|professionally or)|is that (?:about|a question about)|is there (?:something|anything) (?:specific|particular|in particular)",
        r"how do you mean|what does (?:that|this) mean",
    )
)  # fmt: skip

TIME_LEFT = opening(
    (
        r"how (?:much|many) (?:more )?(?:time|minutes|questions)(?: (?:more|still|do|are|is|have|will|left|to|there|remain|remaining)| *$)",
        r"how (?:much )?(?:longer|long) (?:do|is|are|will|does|have|until|left|to go|before|still|have we|is this|will this|will it|does this|does it|before we|till)",
        r"how (?:long|much time|many questions) (?:is left|left|do we have|we have|have we|i have|there is|there are|this will|it will)(?: .*)?|are we (?:running |nearly |almost )*out of time|are we running late",
        r"how far (?:along )?are we|where are we (?:in|with) (?:the )?(?:time|interview|questions)|are we (?:nearly|almost|close to|about) (?:done|there|finished|at the end|through|the end)",
        r"(?:is there|do we|have we|do i|are there) (?:still |have |got |any )*(?:much |any |enough |some |a lot of |more )?(?:time|more questions|questions)(?: (?:left|remaining|for)| *$)",
        r"when (?:does|will|is) (?:this|it|the (?:interview|call|session|practice)) (?:end|over|finish|be over|stop|finished|going to end)",
        r"what is the time left|(?:can|could) you tell me (?:how much time|how long|how many (?:more )?(?:questions|minutes)|the time left)|time check|how are we (?:doing )?(?:for|on) time|what time (?:do we|does it|does this|will we|are we) (?:end|finish|stop|done|finishing)",
    )
)  # fmt: skip
LEAD_IN = re.compile(
    rf"^(?:(?:{PAD}|before (?:i answer|that|we go on|we start|i start|i do)|(?:can|could|may) i (?:just |quickly )?ask(?: you)?(?: (?:something|a question|one thing|a quick question))?|"
    r"i (?:have|had|have got) (?:a|one|another) (?:quick |short )?question(?: (?:for you|about (?:the|that|this)(?: \w+)?|first))?|(?:one|a|quick|just a quick|just one|another) (?:quick |short )?(?:question|thing)(?: first)?|"
    r"(?:can|could) you tell me|do you know|i (?:was wondering|wonder|would like to know|wanted to ask|want to know|am curious)(?: if| whether)?|by the way|first) )+"
)
"""What may stand before a question that is put to the interviewer."""
