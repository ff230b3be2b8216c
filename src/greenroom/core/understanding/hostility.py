"""Insults to the interviewer or the practice. What somebody tells about others is none."""

import re

from greenroom.core.understanding.words import one_of, plain

_BAD = "|".join(
    (
        r"stupid|dumb|idiotic|an? idiot|idiot|useless|worthless|pathetic|ridiculous|rubbish|garbage|crap|terrible",
        r"awful|horrible|annoying|boring|pointless|a joke|a waste|a waste of time|a waste of my time|nonsense",
        r"bullshit|trash|a moron|moron|an imbecile|incompetent|clueless|hopeless|a disgrace|an insult|lame|a scam",
        r"rude|disgusting|insulting|the worst|brainless|a pain|fool|a fool|silly",
    )
)
_VERY_WORDS = one_of(
    r"so|such|really|just|very|a|an|total|totally|completely|utterly|absolutely|complete|all|the most|bloody",
    r"fucking|freaking|damn|pretty|quite|getting|being|as|even more",
)
_VERY = rf"(?:{_VERY_WORDS} )*"
_THIS = one_of(
    r"this|that|it|this whole \w+|that question|this question|your question|your questions|these questions",
    r"this interview|this thing|this call|this whole thing|this practice|this conversation|the question",
    r"this machine|this program|this app|this software|this bot|all this|all of this|the whole thing",
)
_BAD_OF_YOURS = r"stupid|dumb|idiotic|useless|ridiculous|damn|bloody|fucking|silly|pathetic|lousy|boring"
_THINGS = r"question|questions|machine|robot|bot|computer|interview|program|thing|app|game"
_WORST = r"dumbest|stupidest|silliest|worst|most (?:stupid|boring|useless|ridiculous|pointless|annoying)"
_HATES = r"hate|can not stand|despise|am sick of|am fed up with|am tired of"
_KNOWS = r"listen|understand anything|get anything|have a clue|know anything|understand a thing"
_INSULT = re.compile(
    "|".join(
        (
            rf"\b(?:you|you people|you guys) (?:are|sound|must be|were|really are) {_VERY}(?:{_BAD})\b",
            rf"\b{_THIS} (?:is|are|was|sounds|seems|feels) {_VERY}(?:{_BAD})\b",
            rf"\b{_THIS} is (?:really |by far |honestly )?the (?:{_WORST}) (?:\w+ )?(?:{_THINGS}|call|practice)\b",
            rf"\bwhat (?:a|an|kind of) (?:load of |bunch of |pile of )? {_VERY}(?:{_BAD})\b",
            rf"\b(?:you|your) {_VERY}(?:{_BAD_OF_YOURS}) \w+",
            r"\byou (?:sound|are|look|talk) like (?:a|an|my) \w+",
            rf"^(?:\w+ ){{0,3}}(?:stupid|dumb|idiotic|silly|ridiculous|pointless) (?:{_THINGS})\b",
            rf"\b(?:such|that is|what) an? {_VERY}(?:{_BAD}|lazy|weird|bad) (?:question|interview|thing)\b",
            r"\b(?:blah blah|load of (?:rubbish|nonsense|crap|garbage))\b",
            r"\b(?:do you even (?:listen|understand|know|care)|(?:managed to |you )bore me)\b",
            r"\b(?:is that (?:the best|all) you|(?:^|happy now |seriously )pathetic$|you are just reading)\b",
            r"\b(?:shut up|shut your mouth|screw (?:you|this|off)|fuck (?:you|this|off|it)|go to hell)\b",
            r"\b(?:get lost|piss off|damn you|bite me|drop dead|bugger off|to hell with (?:you|this)|kiss my)\b",
            rf"\bi (?:really )?(?:{_HATES}) (?:you|this|your|these|talking to|that question|all this)\b",
            r"\bare you (?:stupid|dumb|deaf|an idiot|serious|kidding|even listening|blind|retarded|brain dead)\b",
            rf"\byou (?:do not|did not|can not|never) (?:even )?(?:{_KNOWS})\b",
            r"\byou (?:do not|did not|can not|never) (?:even )?know what you are (?:doing|talking about)\b",
            r"\byou (?:have no|haven't a) (?:idea|clue)\b",
            r"\b(?:who cares|what a waste|waste of (?:my )?time|i do not care what you)\b",
            r"\b(?:mind your own business|none of your business)\b",
        )
    )
)
_OTHERS = one_of(r"he|she|they|customer|customers|client|manager|boss|colleague|people|someone|somebody|patient|guest")
_TELLS = one_of(r"said|told|called|shouted|yelled|screamed|thought|complained|kept|was|were|is|are")
_TOLD = re.compile(
    rf"\b{_OTHERS} (?:\w+ ){{0,3}}{_TELLS}\b|\bi (?:said|told|thought|was|felt|learned|realised|realized)\b"
    rf"|\bit (?:is|was) {_VERY}(?:{_BAD}) (?:to|that|when|if|how|for)\b"
)
"""About others, about oneself, or about what is named after it."""
MOST_WORDS = 40


_WITH_SYMPATHY = re.compile(
    r"\bi (?:\w+ )?(?:understand|know|see|hear|imagine|agree|realise|realize|appreciate|apologise|apologize|am (?:so |very |really )?sorry)\b|"
    r"\bmust (?:be|feel|have been)\b"
)
"""Somebody takes the other's side: "I understand that this is annoying"."""


def is_hostile(text: str) -> bool:
    """Whether this is meant for the interviewer and unfriendly."""
    said = plain(text)
    if len(said.split()) > MOST_WORDS or _TOLD.search(said) or _WITH_SYMPATHY.search(said):
        return False
    return _INSULT.search(said) is not None
