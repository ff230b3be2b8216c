"""Insults to the interviewer or the practice. What somebody tells about others is none."""

import re

from greenroom.core.understanding.words import plain

_BAD = (
    r"stupid|dumb|idiotic|an? idiot|idiot|useless|worthless|pathetic|ridiculous|rubbish|garbage|crap|terrible|awful|horrible|annoying|"
    r"boring|pointless|a joke|a waste|a waste of time|a waste of my time|nonsense|bullshit|trash|a moron|moron|an imbecile|incompetent|"
    r"clueless|hopeless|a disgrace|an insult|lame|a scam|rude|disgusting|insulting|the worst|brainless|a pain|fool|a fool|silly"
)
_VERY = r"(?:(?:so|such|really|just|very|a|an|total|totally|completely|utterly|absolutely|complete|all|the most|bloody|fucking|freaking|damn|pretty|quite|getting|being|as|even more) )*"
_THIS = r"(?:this|that|it|this whole \w+|that question|this question|your question|your questions|these questions|this interview|this thing|this call|this whole thing|this practice|this conversation|the question|this machine|this program|this app|this software|this bot|all this|all of this|the whole thing)"
_INSULT = re.compile(
    rf"\b(?:you|you people|you guys) (?:are|sound|must be|were|really are) {_VERY}(?:{_BAD})\b|"
    rf"\b{_THIS} (?:is|are|was|sounds|seems|feels) {_VERY}(?:{_BAD})\b|"
    rf"\bwhat (?:a|an|kind of) (?:load of |bunch of |pile of )? {_VERY}(?:{_BAD})\b|"
    rf"\b(?:you|your) {_VERY}(?:stupid|dumb|idiotic|useless|ridiculous|damn|bloody|fucking|silly|pathetic|lousy|boring) \w+|"
    r"\byou (?:sound|are|look|talk) like (?:a|an|my) \w+|"
    r"^(?:\w+ ){0,3}(?:stupid|dumb|idiotic|silly|ridiculous|pointless) (?:question|questions|machine|robot|bot|computer|interview|program|thing|app|game)\b|"
    rf"\b(?:such|that is|what) an? {_VERY}(?:{_BAD}|lazy|weird|bad) (?:question|interview|thing)\b|"
    r"\b(?:blah blah|load of (?:rubbish|nonsense|crap|garbage)|do you even (?:listen|understand|know|care)|(?:managed to |you )bore me|"
    r"is that (?:the best|all) you|(?:^|happy now |seriously )pathetic$|you are just reading)|"
    r"\b(?:shut up|shut your mouth|screw (?:you|this|off)|fuck (?:you|this|off|it)|go to hell|get lost|piss off|damn you|bite me|drop dead|bugger off|to hell with (?:you|this)|kiss my)\b|"
    r"\bi (?:really )?(?:hate|can not stand|despise|am sick of|am fed up with|am tired of) (?:you|this|your|these|talking to|that question|all this)\b|"
    r"\b(?:are you (?:stupid|dumb|deaf|an idiot|serious|kidding|even listening|blind|retarded|brain dead))\b|"
    r"\byou (?:do not|did not|can not|never) (?:even )?(?:listen|understand anything|get anything|have a clue|know anything|know what you are (?:doing|talking about)|understand a thing)\b|"
    r"\byou (?:have no|haven't a) (?:idea|clue)\b|\b(?:who cares|what a waste|waste of (?:my )?time|i do not care what you|mind your own business|none of your business)\b"
)
_TOLD = re.compile(
    r"\b(?:he|she|they|customer|customers|client|manager|boss|colleague|people|someone|somebody|patient|guest) (?:\w+ ){0,3}(?:said|told|called|shouted|yelled|screamed|thought|complained|kept|was|were|is|are)\b|\bi (?:said|told|thought|was|felt|learned|realised|realized)\b"
)
MOST_WORDS = 40


def is_hostile(text: str) -> bool:
    """Whether this is meant for the interviewer and unfriendly."""
    said = plain(text)
    if len(said.split()) > MOST_WORDS or _TOLD.search(said):
        return False
    return _INSULT.search(said) is not None
