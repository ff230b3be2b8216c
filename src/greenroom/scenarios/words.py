"""Words of job descriptions: what carries no subject, what is boilerplate, what people do."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOPWORDS = _words(
    """a an and any are as at be been being but by can could did do does each for from had has have he her his how i if
    in into is it its may more most must my no nor not of on or other our out over own she should so some such than that
    the their them then there these they this those through to too under up us very via was we were what when where
    which while who whom whose why will with within without would you your yours also across able about all both etc
    per plus well new good great strong excellent solid proven relevant various including include includes required
    preferred desirable essential ideally least minimum similar related day daily work working job role position
    candidate team teams company business years year experience experienced knowledge skill skills ability understanding
    looking join help ensure using use used"""
)

BOILERPLATE = _words(
    """salary pension holiday holidays insurance equal opportunity opportunities employer diversity disability gender
    race religion benefit benefits bonus perks apply applicant applicants application cv resume vacancy vacancies
    founded headquartered headquarters hourly vision parking gym visa sponsorship deadline recruiter recruitment annual
    annum gross allowance commission"""
)

# Behind these comes a thing that the job is about.
THING_CUES = (
    "experience of", "experience with", "experience in", "experience using", "knowledge of", "understanding of",
    "familiarity with", "familiar with", "proficiency in", "proficient in", "proficient with", "expertise in",
    "expertise with", "skilled in", "skills in", "fluent in", "background in", "passion for", "passionate about",
    "comfortable with", "responsibility for", "qualification in", "degree in", "certified in", "trained in",
)  # fmt: skip

# And behind these something that one does in it.
DOING_CUES = (
    "you will be", "you will", "you'll be", "you'll", "responsible for", "ability to", "able to", "your job is to",
    "you are going to", "duties include", "responsibilities include", "tasks include", "the role involves",
    "this role involves", "the job involves", "the work includes", "must be able to", "we need you to", "you can",
    "help us to", "help us", "help to", "to", "you",
)  # fmt: skip

VERBS = _words(
    """achieve administer advise advocate analyse analyze answer arrange assemble assess assist attend audit automate
    bake balance book brew bring build calculate calibrate call calm care carry chair check clean close coach collaborate collect
    communicate conduct configure connect construct consult contribute control convert cook coordinate counsel cover craft create
    debug define deliver demonstrate deploy design detect develop diagnose direct dispatch document draft drive edit educate
    encourage enforce engineer enter escalate establish estimate evaluate examine execute explain facilitate feed file find
    fit fix follow forecast forge foster gather generate give greet grow guide handle help hire host identify implement improve
    influence inspect install integrate interpret interview invest investigate invoice issue keep launch lead lift liaise
    listen load maintain make manage market match measure mentor migrate model monitor motivate move navigate negotiate observe
    onboard open operate optimise optimize order organise organize oversee own pack paint participate perform pick place
    plan plaster plumb prepare present prevent price prioritise prioritize process produce program programme promote
    prospect provide publish purchase reconcile record recruit reduce refactor repair replace report represent research
    resolve respond restock review rewire route run scale schedule secure segment sell serve service set settle share ship
    shape show solve sort source staff steer stock store streamline structure study supervise supply support survey teach
    test tidy track train transform translate transport treat troubleshoot tutor unload update upsell validate verify
    visit visualise visualize wash weld win wire work write"""
)

AMBIGUOUS = _words(
    """answer audit balance bake book call calm care chair check clean coach contribute control cook counsel cover craft design direct
    document draft drive enter estimate feed file find fit forecast forge guide handle host influence interview
    invoice issue launch lead lift load market measure model monitor move open order pack paint pick place plan plaster
    match present price process produce program programme prospect purchase record report research review route run scale
    schedule secure segment service set settle shape share ship show sort source staff stock store structure study supply support
    survey test track train transport treat visit wash weld win wire work"""
)
"""Verbs that may as well be something else: "clean licence", "stock control"."""

BEGIN_NOUNS = _words(
    """care clean design market order plan price process record report research service staff stock store study supply
    support survey test train transport"""
)
"""Of these, the ones that begin a thing as well: "stock control", but not "monitor portions"."""

PRONOUNS = _words("it them this that these those us you me him her what everyone anyone")

LINKS = _words("and or of for in on at with to from by the a an our your their using across as into")
"""A phrase does not end with one."""

PREDICATES = _words(
    "is are was were will would can must may should required preferred desirable essential needed has have"
)
"""A thing ends before one."""

STATES = _words(
    "takes lasts starts begins ends includes covers runs comes makes gets works goes leads plans stores ships is are"
)
"""Behind what looks like an activity, these tell that it is none: "training takes three weeks"."""

WEAK = _words(
    """one two three four five six seven eight nine ten eleven twelve twenty hundred half first second third once twice
    eighteen fourteen fifteen thirty forty fifty hour hours week weeks weekend month months quarter today time times
    monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays
    sundays january february march april june july august september october november december morning afternoon evening
    night after before since until above below next only ahead around between away back home yourself yourselves ourselves
    thing things something someone anyone everyone everything full part permanent way ways free small large big little
    don't doesn't isn't won't can't loud calm valid"""
)
"""They don't tell by themselves what a job is about."""

OBJECT_STARTS = _words("the a an our your their all and new with on to up out for")
"""Behind one of these stood a verb."""

DOUBLED = frozenset(
    {"fit", "get", "plan", "program", "refer", "run", "set", "ship", "stop", "cut", "dig", "win", "wrap"}
)


def gerund(verb: str) -> str:
    """`manage` as `managing`, so that what a description tells someone to do can be mentioned."""
    if verb in DOUBLED:
        return f"{verb}{verb[-1]}ing"
    if verb.endswith("ie"):
        return f"{verb[:-2]}ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return f"{verb[:-1]}ing"
    return f"{verb}ing"


def stem(word: str) -> str:
    """Enough of a word to find its other forms: `teaching` and `teach`, `nurses` and `nurse`, `deliveries`."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    for ending, kept in (("ies", "y"), ("ing", ""), ("ers", ""), ("er", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(ending) + kept
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word
