"""Words by what they do at the end of what was said so far."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


FILLERS = _set("um uh er erm hmm hm mm ah eh")
SHORT_ANSWERS = _set(
    "yes no yeah yep nope sure okay ok right exactly correct absolutely definitely maybe thanks goodbye bye never nothing "
    "none sorry pardon please agreed true sometimes often hello"
)
SUBJECTS = _set("i we you he she they it nobody everybody somebody everyone someone people this that who")
PRONOUNS = _set("i we you he she they it")
OBJECTS = _set("me us him them it you myself himself herself themselves")
DETERMINERS = _set(
    "a an the my your our their his her its every each another no some any these those two three four five"
)
NAMING = DETERMINERS - {"no"}
"""Words that a noun follows, of which something is said."""
QUANTIFIERS = _set("all both half such many only just not even quite rather more most")

CONJUNCTIONS = _set(
    "and or but nor because although though while whereas if unless until when whenever wherever whether than as "
    "which who whom whose except despite via"
)
QUESTION_WORDS = _set("what why how where that this these those so")
"""They begin something, unless what is before them takes them as its end."""
ARTICLES = _set("a an the your my our their his its every each another such")
PREPOSITIONS = _set(
    "of to in on at by for from with without into onto about against between among through during after above below under "
    "over toward towards within across behind beyond per before since like"
)
PARTICLES = _set("in on over through after behind across by around under about before since")
"""Prepositions that may be adverbs of the verb before them."""
AUXILIARIES = _set(
    "is are was were am be been being has have had having do does did will would shall should can could may might must "
    "i'm i'd i'll i've we're we've we'd we'll you're you'd you'll they're they've they'd they'll it's it'll that's there's "
    "he's she's who's what's isn't aren't wasn't weren't hasn't haven't hadn't don't doesn't didn't won't wouldn't shan't "
    "shouldn't can't cannot couldn't mustn't let's gonna wanna"
)
DEGREES = _set("very quite rather just even really so too extremely pretty fairly")
ADVERBS = _set(
    "usually always often never basically actually mainly mostly probably also still only already simply normally generally "
    "sometimes rarely really finally"
)
NUMBERS = _set("two three four five six seven eight nine ten several many few various both")
TENS = _set(
    "twenty thirty forty fifty sixty seventy eighty ninety hundred thousand and point past at by until page number"
)
ORDINALS = _set("first second third last next previous whole main best worst only same new own")
"""They count or sort something that follows."""

PHRASAL = _set(
    "go goes going went gone come comes coming came carry carries carried move moves moved log logs logged check checked "
    "work worked take takes took taken start started starting turn turned think thought get gets got give gave look looked "
    "join joined fit settle settled hand handed fill filled call called drop dropped step stepped hold held keep kept "
    "all pass passed"
)
"""With a particle they are whole: it went on, we started over."""
TIMES = _set("years months weeks days hours long day week year month ever night evening")
"""And so are these: years before, ever since."""
DEMONSTRATIVE_VERBS = _set(
    "do did does done doing love like hate enjoy enjoyed handle handled use used know knew need want wanted manage managed "
    "fix fixed solve solved change changed understand understood try tried is was mean means"
)
SO_VERBS = _set("do did think thought hope believe say said told guess suppose not")
WANTING_VERBS = _set(
    "tell told ask asked decide decided want wanted need needed try tried start started begin began mean means said says "
    "thought find found make made let lets put get got give gave took take keep kept seem seemed become became include "
    "included involve involved use used call called send sent bring brought realize realized realise realised feel felt "
    "had having wanting trying getting making using going went happen tend tends manage managed consider considered "
    "notice noticed prefer preferred expect expected hope hoped buy bought"
)
"""They want something after them."""
SUFFICIENT_VERBS = _set(
    "tried agreed understand understood started asked believe know remember went began need decided found hope noticed"
)
"""Some of them do without, in a very short sentence."""
MARKERS = _set("what which who how than as where that why whatever everything anything something nothing all")
"""Behind one of these a verb or a preposition may end a sentence: "that is what I was looking for"."""

SUBORDINATORS = _set(
    "if when while whenever before after since although though once until unless whereas as whether wherever"
)
LEAD_INS = _set("and so but well yes yeah no then or okay also um uh i think because maybe")
DISCOURSE = frozenset(
    (
        "for example|for instance|on the other hand|on the one hand|in my opinion|in my view|in my experience|to be honest|"
        "to be fair|to be precise|in fact|in general|in other words|in addition|first of all|as a matter of fact|"
        "as far as i know|the thing is|you know|i mean|that means|at that time|at the time|in the beginning|in the meantime|"
        "in that case|at this point|last but not least|because of that|as a result|in the past|from time to time|"
        "at the same time|on top of that|apart from that|as i said|generally speaking|honestly|basically|actually|however|"
        "therefore|furthermore|moreover|meanwhile|personally|especially|including|such as"
    ).split("|")
)
"""What opens a sentence and is none."""
PREDICATE_NOUNS = _set(
    "main most biggest first second best worst hardest only important whole result reason problem thing idea goal difficult "
    "greatest next last other easiest funniest nicest one"
)
VERBS = _set(
    "is are was were am i'm it's that's we're they're he's she's there's you're has have had i've we've they've i'd we'd i'll "
    "we'll it'll do does did don't doesn't didn't will would can could should might must won't wouldn't can't couldn't "
    "isn't wasn't weren't aren't haven't hadn't hasn't cannot let's "
    "went made got took found led built wrote ran said told thought felt kept gave came knew learned learnt taught saw left "
    "brought bought met put set sold sent spent won lost quit began broke chose held understood stood spoke became grew fell flew "
    "drove ate drank slept wore threw caught fought drew cut hit let meant paid read rose sang sat shot shut swam woke hurt "
    "work works like likes love loves enjoy enjoys think thinks know knows want wants need needs believe prefer try tries "
    "use uses help helps make makes take takes keep keeps hope mean means feel feels stay live lives speak speaks run runs "
    "call calls play plays teach teaches depends depend gets get goes go comes come gives give looks seems breaks happens "
    "learn learns write read start starts begin begins say says see sees tell tells show shows ask asks become becomes "
    "thank"
)
