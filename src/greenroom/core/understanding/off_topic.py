"""Talk that has nothing to do with the practice: questions about the interviewer or the world, and leisure.

Careful by intent: an interviewer who calls an answer off topic is worse than one who lets a digression pass.
"""

import re

from greenroom.core.understanding.words import one_of, opening, plain, words

_PERSON = r"(?:robot|human|ai|machine|bot|computer|person)"
_BEING = one_of(
    r"real|robot|human|ai|machine|bot|computer|person|real person|alive|program|chatbot|artificial|recording",
    r"single|married|happy|okay|conscious|gpt|chatgpt|siri|alexa",
)
_LIKES = one_of(r"have|like|love|eat|sleep|dream|drink|watch|play|listen|believe|feel|know any|know who|know the|speak")
_FAVOURS = one_of(
    r"joke|song|poem|story|pizza|recipe|food|taxi|flight|hotel|homework|restaurant|film|movie|music|lottery"
)
_NICE = r"(?:good |nice |funny |short |cheap |great |little )?"
_FOR_ME = r"(?:tell|sing|write|play|order|book|recommend|translate|help me with|give me) (?:me )?"
_WORLD = one_of(
    r"president|government|election|politics|football|weather|war|prime minister|new phone|film|movie|team|game",
    r"match|song|music",
)
_OF_THE_INTERVIEWER = opening(
    (
        rf"are you (?:(?:a|an|the|really|actually|even|just|some) )*{_BEING}",
        rf"am i (?:talking|speaking) (?:to|with) (?:a|an) (?:real |actual )?{_PERSON}",
        r"what is your (?:name|favou?rite|age|hobby|job|star sign)|who are you",
        r"who (?:made|built|created|programmed|trained) you|where are you(?: from)?$",
        r"where do you (?:live|come from)|how old are you",
        rf"do you {_LIKES} .*",
        r"(?:ignore|forget|disregard) (?:all |everything |your |the |any |previous |above )+"
        r"(?:instructions|prompt|rules|prompts).*",
        r"(?:which|what) (?:language )?model (?:are you|do you).*",
        r"(?:what|which) (?:software|program|technology|computer|ai) (?:are|do) you .*",
        rf"(?:can|could|would) you (?:please )?{_FOR_ME}(?:a |an |some |my |the )?{_NICE}{_FAVOURS}.*",
        r"(?:can|could|will|would) you (?:sing|dance|rap|whistle|cook|swim|see me|hear the).*",
        r"which is (?:better|nicer|worse) .*",
        r"(?:tell|sing) me (?:a |an |another )?(?:joke|song|story|poem|riddle).*|sing (?:a song|something).*",
        r"play (?:some |a )?(?:music|song|game).*",
        r"(?:what is|how is|what will) (?:the )?weather.*",
        r"is it (?:going to )?(?:rain|snow|be sunny|raining|snowing|cold|hot).*|what time is it.*",
        r"what day is (?:it|today).*",
        r"(?:who|did) (?:do you think )?(?:will |is going to )?(?:won|win|wins|scored) .*",
        r"did you (?:see|watch|hear about|catch) .*",
        r"have you (?:seen|watched|heard about|ever been|ever eaten|tried) .*",
        rf"what do you think (?:of|about) (?:the )?{_WORLD}.*",
        r"(?:do you want|would you like) to (?:go|have|grab|meet|play|dance|hear|see) .*|guess what.*",
        r"knock knock.*|what is (?:the )?(?:capital of|meaning of life|square root|price of bitcoin|score).*",
        r"what (?:is|are) (?:two|three|four|five|\d+) (?:plus|times|minus) .*",
        r"how (?:are you(?: doing| feeling)?(?: today)?|is your day|was your (?:day|weekend|holiday))$",
    )
)
_LEISURE = frozenset(
    "weather rain raining rainy sunny snow snowing football soccer basketball baseball cricket tennis "
    "goal match league cup pizza pasta burger sandwich lunch dinner breakfast recipe cake beer wine movie "
    "film films series netflix song singer band concert guitar dog dogs puppy cat cats kitten parrot "
    "goldfish hamster holiday vacation beach swimming lottery horoscope cats sun president election "
    "politics politician minister celebrity dating girlfriend boyfriend wedding birthday party traffic "
    "bus parking neighbour neighbours neighbor lawn garden gardening fishing camping videogame videogames "
    "game games gaming playstation tiktok instagram ufo aliens dinosaur dinosaurs moon planet ghost "
    "ghosts dream dreamed dreamt haircut shoes jeans sneakers tattoo gym yoga marathon chess dragon "
    "dragons cartoon television tv soup chocolate cheese bread coffee tea bakery supermarket bike bicycle "
    "grandmother grandma grandpa aunt uncle cousin brother sister".split()
)
_WORK = frozenset(
    "work worked working works job jobs team teams colleague colleagues customer customers client clients "
    "manager managers boss company project projects task tasks deadline deadlines meeting meetings shift "
    "shifts patient patients student students pupil pupils school course study studied degree training "
    "trained learn learned learnt lesson problem problems solution solved solve decision decided plan "
    "planned planning result results goal goals report reported skills skill experience role position "
    "responsible responsibility employee employees staff supervisor business office department budget "
    "sales product products service services quality process system report email explained organised "
    "organized managed manage led lead improved helped help support supported mistake mistakes feedback "
    "conflict challenge challenges challenging pressure practice shop store shops stores owner "
    "owners factory warehouse farm salon studio crew employer "
    "stress interview question answer career apply "
    "applied hired internship volunteer university college class teacher order orders stock supplier "
    "suppliers schedule rota machine machines software code bug data kitchen guests guest hotel "
    "restaurant ward nurse doctor clinic treatment symptoms pain medicine price offer contract discount "
    "refund delivery example situation responsible achieved target".split()
)
_REASONED = frozenset("because if when first then before after since".split())
"""Words of somebody who explains how something is done."""
_FEWEST_WORDS = 5
MOST_WORDS = 40


_PERKS = frozenset("holiday holidays vacation parking lunch coffee bus bike bicycle gym party games".split())
_OF_THE_JOB = re.compile(
    r"\b(?:(?:would|will|do|can|could|should) (?:i|we|people|employees|staff)|(?:is|are) there"
    r"|(?:at|in|near) (?:the|your) \w+"
    r"|(?:do|does|will|would) (?:you|it|they|the \w+) (?:\w+ )?(?:have|offer|give|provide|pay|allow))\b"
)
"""With this, perks are what a job offers and no leisure."""
_REPORTED = re.compile(r"\b(?:i|he|she|they|we) (?:asked|said|told|wondered|thought|replied|answered)\b")


def is_asked_of_the_interviewer(text: str) -> bool:
    """Whether this asks about the interviewer itself, or something of the world."""
    said = plain(text)
    if len(said.split()) > MOST_WORDS or _REPORTED.search(said):
        return False
    return _OF_THE_INTERVIEWER(said) and not _asks_for_perks(said)


def is_elsewhere(text: str, subject: frozenset[str]) -> bool:
    """Whether this speaks of leisure and of nothing that belongs to work or to the subject."""
    said = words(text)
    if len(said) < _FEWEST_WORDS or _asks_for_perks(plain(text)):
        return False
    elsewhere = {word for word in said if word in _LEISURE and word not in subject}
    here = {word for word in said if word in _WORK or word in subject}
    told = not _REASONED.isdisjoint(said)
    return len(elsewhere) > len(here) and (len(elsewhere) >= 3 or (not told and not (here and len(elsewhere) < 2)))


def _asks_for_perks(said: str) -> bool:
    return not _PERKS.isdisjoint(said.split()) and _OF_THE_JOB.search(said) is not None
