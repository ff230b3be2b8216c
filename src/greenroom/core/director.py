"""The director: keeps the plan, the time and the ending, and says what comes next. The engine only speaks.

Pure: what was said, how much time has passed and a number drawn beforehand go in, the next line and the next state
come out. It decides from plan and time when no words are there (yet). Every line says what it does and why.
"""

from dataclasses import dataclass, replace
from typing import Any

from greenroom.core import pacing
from greenroom.core.plan import Plan, PlanStep, Question
from greenroom.core.understanding import Act, agrees, answer_from, declines, elements_in, understood, words
from greenroom.core.wording import intent_of

MAX_PROBES = 2
MAX_TRIES = 1
"""How often a question is put in other words for someone who has no answer, before it is let go."""
MAX_DETOURS = 2
"""How often in a row one is led back to the same question, before the conversation goes on."""
MAX_CANDIDATE_QUESTIONS = 6
MOST_LAST_WORDS = 16
"""Of the last line: the session ends eight seconds after it was decided."""
FULL_ANSWER_WORDS = 120
"""An answer of so many words is probed once at most."""
SILENCE_LADDER_S = (8.0, 20.0, 45.0, 75.0)
"""Take your time; rephrase; are you still there; the end."""
_NONE: frozenset[str] = frozenset()
MORE_TIME = 2
"""Times as long, for someone who asked for time."""


@dataclass(frozen=True, slots=True)
class DirectorState:
    """Where the conversation is."""

    step: int = 0
    question: Question | None = None
    """That stands."""
    asked: str = ""
    """Its words, or its probe's, as they were put last."""
    asked_ids: frozenset[str] = frozenset()
    asked_at_s: float = 0.0
    probed: frozenset[str] = frozenset()
    """Elements that this question's probes asked for."""
    shown: frozenset[str] = frozenset()
    """Elements that the answers to this question had."""
    tries: int = 0
    detours: int = 0
    pace_s: float = pacing.FIRST_PACE_S
    turns: int = 0
    """Lines spoken, so that their words vary."""
    more_time: bool = False
    """The candidate asked for time: silence is given twice as long."""
    confirming: bool = False
    """The interviewer asked whether to end."""
    closing: bool = False
    """When this line was heard, the farewell follows."""
    own_questions: int = 0
    """That the candidate asked at the end."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the interviewer says next, why, and where that leaves the conversation."""

    state: DirectorState
    kind: str
    """What it does: greeting, question, probe, answer, repeat, patience, rephrase, presence, bridge, return, confirm, farewell."""
    text: str
    because: str
    """The rule that chose it, and for a probe what was missing."""
    end_reason: str | None = None
    """The conversation ends with this line, for this reason."""
    intent: str = ""
    """What a model may put into its own words; empty where the words are fixed."""


def begin(plan: Plan) -> Line:
    """The greeting and the first question in one breath."""
    question = plan.steps[0].questions[0]
    state = DirectorState(
        question=question, asked=question.prompt, asked_ids=frozenset({question.question_id}), turns=1
    )
    return Line(state, "greeting", f"{plan.greeting} {question.prompt}", "beginning")


def needs_words(plan: Plan, state: DirectorState) -> bool:
    """Whether what the candidate says here can't be answered without its words."""
    return state.confirming or plan.steps[state.step].kind == "candidate_questions"


def understands(plan: Plan, text: str) -> Act:
    """What this utterance does in this conversation."""
    return understood(text, subject=plan.subject, role_play=plan.role_play, any_topic=plan.any_topic)


def after_turn(plan: Plan, state: DirectorState, text: str | None, elapsed_s: float, seed: int) -> Line:
    """What follows the candidate's turn. `text` is None while its words are not known."""
    if state.closing:
        return close(plan, state)
    state = replace(state, pace_s=pacing.pace_after(state.pace_s, max(elapsed_s - state.asked_at_s, 1.0)))
    talk = _Talk(plan, state, elapsed_s, seed)
    if text is None:
        return talk.on_unknown_words()
    if state.confirming:
        return talk.on_confirmation(text)
    return talk.on_act(understands(plan, text), text)


def repeat(plan: Plan, state: DirectorState, elapsed_s: float, seed: int) -> Line:
    """The question that stands, again."""
    return _Talk(plan, state, elapsed_s, seed).repeat("asked_to_repeat")


def asked_to_end(plan: Plan, state: DirectorState, elapsed_s: float, seed: int) -> Line:
    """The engine heard that the candidate wants to end. It may have misheard, so they are asked; a second time they are
    believed."""
    if state.closing:
        return close(plan, state)
    talk = _Talk(plan, state, elapsed_s, seed)
    return talk.farewell("user_ended", "end_confirmed") if state.confirming else talk.on_request(Act.MAYBE_END)


def moment(plan: Plan, state: DirectorState, elapsed_s: float, seed: int) -> Line:
    """Time to think, and more of it from now on."""
    return _Talk(plan, state, elapsed_s, seed).moment()


def skip(plan: Plan, state: DirectorState, elapsed_s: float, seed: int) -> Line:
    """The next question."""
    return _Talk(plan, state, elapsed_s, seed).skip()


def cut_in(plan: Plan, state: DirectorState, elapsed_s: float, seed: int) -> Line:
    """Into an answer that takes more than its time."""
    talk = _Talk(plan, replace(state, pace_s=max(state.pace_s, elapsed_s - state.asked_at_s)), elapsed_s, seed)
    return talk.advance("answer_too_long", talk.line("cut_in"))


def answer_limit_s(plan: Plan, state: DirectorState, elapsed_s: float) -> float:
    """How long the answer that begins now may go on."""
    return pacing.answer_limit_s(plan, state.step, elapsed_s)


def on_silence(plan: Plan, state: DirectorState, level: int, elapsed_s: float, seed: int) -> Line | None:
    """What is said at this rung of the ladder (from 0); None is the end."""
    talk = _Talk(plan, state, elapsed_s, seed)
    match level:
        case 0:
            return talk.say("patience", talk.line("patience"), "silence")
        case 1:
            return talk.rephrase("rephrase", "silence")
        case 2:
            return talk.say("presence", talk.line("presence"), "silence")
        case _:
            return None


def silence_s(state: DirectorState, level: int) -> float:
    """Seconds of silence after which this rung of the ladder (from 0) is reached."""
    return SILENCE_LADDER_S[min(level, len(SILENCE_LADDER_S) - 1)] * (MORE_TIME if state.more_time else 1)


def lost_you(plan: Plan, state: DirectorState, elapsed_s: float, seed: int) -> Line:
    """The line is up again, and what the candidate was saying is lost."""
    talk = _Talk(plan, state, elapsed_s, seed)
    return talk.say("bridge", talk.line("lost_you"), "answer_lost")


def after_gap(plan: Plan, state: DirectorState, elapsed_s: float, seed: int, *, unsaid: str = "") -> Line:
    """What was not heard to its end is put again: `unsaid`, or the question that stands."""
    talk = _Talk(plan, state, elapsed_s, seed)
    return talk.say("bridge", talk.line("was_gone", question=unsaid), "line_lost")


def last_words(plan: Plan, state: DirectorState, elapsed_s: float, seed: int) -> Line:
    """The farewell of a session whose engine does not come back, in another voice."""
    return Line(state, "farewell", _Talk(plan, state, elapsed_s, seed).line("must_end"), "engine_lost", "engine_lost")


def again_after_interruption(plan: Plan, state: DirectorState, elapsed_s: float, seed: int) -> Line:
    """The question that the candidate spoke over before it could be understood."""
    talk = _Talk(plan, state, elapsed_s, seed)
    return talk.say("repeat", talk.line("again"), "spoken_over")


def close(plan: Plan, state: DirectorState) -> Line:
    """The farewell, after what had to be said before it."""
    return Line(replace(state, step=len(plan.steps) - 1), "farewell", plan.farewell, "closing", "interviewer_ended")


def farewell(plan: Plan, state: DirectorState, reason: str) -> Line:
    """The fixed farewell for an end that was decided elsewhere."""
    return Line(state, "farewell", plan.farewell, reason, reason)


def replan(old: Plan, new: Plan, state: DirectorState) -> Plan:
    """In mid-call: what was asked stays, the rest is made anew."""
    kept = old.steps[: state.step + 1]
    return replace(new, steps=kept + new.steps[state.step + 1 :]) if len(new.steps) > state.step + 1 else old


def remaining_s(plan: Plan, elapsed_s: float) -> int:
    return max(0, round(plan.length_s - elapsed_s))


@dataclass(frozen=True, slots=True)
class _Talk:
    """One decision: the plan, where the conversation is, and when."""

    plan: Plan
    state: DirectorState
    elapsed_s: float
    seed: int

    @property
    def step(self) -> PlanStep:
        return self.plan.steps[self.state.step]

    # What the candidate did.

    def on_unknown_words(self) -> Line:
        if self.step.kind == "candidate_questions":
            return self.advance("words_unknown")
        return self.next_question("words_unknown", self.acknowledgement())

    def on_confirmation(self, text: str) -> Line:
        talk = self.with_state(confirming=False)
        if agrees(text):
            return talk.farewell("user_ended", "end_confirmed")
        act = understands(self.plan, text)
        if act is Act.ANSWER or declines(text):
            return talk.say("return", talk.line("go_on"), "end_not_meant")
        return talk.on_act(act, text)

    def on_act(self, act: Act, text: str) -> Line:
        if act is Act.ANSWER or (act is Act.ASK and self.plan.role_play):
            return self.on_answer(text, asks=act is Act.ASK)
        if act is Act.ASK:
            return self.on_question(text)
        if self.step.kind == "candidate_questions" and act is not Act.END and self._asks_nothing(act, text):
            return self.advance("nothing_to_ask")
        return self.on_request(act)

    def on_request(self, act: Act) -> Line:
        """Neither an answer nor a question about the subject."""
        match act:
            case Act.END:
                return self.farewell("user_ended", "asked_to_end")
            case Act.MAYBE_END:
                return self.with_state(confirming=True).say("confirm", self.line("confirm_end"), "may_wish_to_end")
            case Act.HESITATION:
                return self.say("patience", self.line("patience"), "hesitating")
            case Act.REPEAT:
                return self.repeat("asked_to_repeat")
            case Act.MOMENT:
                return self.moment()
            case Act.SKIP:
                return self.skip()
            case Act.DONT_KNOW:
                return self.on_no_answer()
            case Act.CLARIFY:
                return self.try_again("asked_what_is_meant")
            case Act.TIME_LEFT:
                return self.say("answer", self.line("time_left"), "asked_for_time_left")
            case _:
                return self.lead_back(act.value)

    @staticmethod
    def _asks_nothing(act: Act, text: str) -> bool:
        return act in (Act.SKIP, Act.DONT_KNOW, Act.MAYBE_END) or declines(text)

    def on_answer(self, text: str, *, asks: bool) -> Line:
        if self.step.kind == "candidate_questions":
            return self.advance("nothing_to_ask") if declines(text) else self.on_own_question(text)
        talk = self.with_state(shown=self.state.shown | elements_in(self.plan.elements, text), detours=0)
        lead = talk.reply_to(text) if asks else talk.acknowledgement()
        missing = talk.missing(text)
        if missing is not None and talk.has_room():
            return talk.probe(missing, lead)
        return talk.next_question("answered", lead)

    def on_question(self, text: str) -> Line:
        """The candidate asks something in the middle."""
        if self.step.kind == "candidate_questions":
            return self.on_own_question(text)
        if self.is_late():
            return self.advance("time_is_up", self.reply_to(text))
        because = "asked_and_told" if answer_from(self.plan.facts, text) else "asked_and_not_told"
        return self.with_state(turns=self.state.turns + 1).say(
            "answer", f"{self.reply_to(text)} {self.line('back')}", because
        )

    def on_own_question(self, text: str) -> Line:
        late = self.elapsed_s + self.state.pace_s / 2 > self.plan.length_s - self.plan.steps[-1].seconds
        told = self.reply_to(text)
        if late or self.state.own_questions + 1 >= MAX_CANDIDATE_QUESTIONS:
            return self.advance("time_is_up" if late else "asked_enough", told)
        what_else = self.line("what_else")
        talk = self.with_state(own_questions=self.state.own_questions + 1, asked=what_else)
        return talk.say("answer", f"{told} {what_else}", "candidate_asked")

    def on_no_answer(self) -> Line:
        if self.state.tries < MAX_TRIES and self.has_room() and not self.state.probed:
            return self.try_again("no_answer")
        return self.next_question("no_answer", self.line("dont_know"))

    # What the interviewer does.

    def repeat(self, because: str) -> Line:
        return self.say("repeat", self.line("repeat"), because)

    def moment(self) -> Line:
        return self.with_state(more_time=True).say("patience", self.line("moment"), "asked_for_time")

    def skip(self) -> Line:
        return self.next_question("asked_to_skip", self.line("skip"))

    def try_again(self, because: str) -> Line:
        talk = self.with_state(tries=self.state.tries + 1)
        if self.is_late():
            return self.advance("time_is_up", talk.line("skip"))
        if talk.state.tries > MAX_DETOURS:
            return talk.next_question(because, talk.line("dont_know"))
        return talk.rephrase("try_again", because)

    def rephrase(self, line: str, because: str) -> Line:
        question = self.state.question
        put = (
            question.rephrase
            if question is not None and question.rephrase and not self.state.probed
            else self.state.asked
        )
        talk = self.with_state(asked=put)
        return talk.say("rephrase", talk.line(line), because)

    def lead_back(self, what: str) -> Line:
        talk = self.with_state(detours=self.state.detours + 1)
        if self.is_late():
            return self.advance("time_is_up", talk.line("skip"))
        if talk.state.detours > MAX_DETOURS:
            return talk.with_state(detours=0).next_question(f"{what}_again", talk.line("skip"))
        return talk.say("return", talk.line(what), what)

    def probe(self, element: str, lead: str) -> Line:
        question = self.state.question
        assert question is not None
        text = next(probe.text for probe in question.probes if probe.element == element)
        talk = self.with_state(probed=self.state.probed | {element}, asked=text)
        return talk.say("probe", f"{lead} {text}".strip(), f"lacked_{element}", asks=text)

    def next_question(self, because: str, lead: str = "") -> Line:
        """Another question in this step if there is time, else the next step."""
        if self.step.kind == "questions" and self.has_room():
            question = self._unasked()
            if question is not None:
                return self.ask(self.state.step, question, lead, because)
        return self.advance(because, lead)

    def advance(self, because: str, lead: str = "") -> Line:
        """The next step of the plan."""
        following = self.state.step + 1
        if self.elapsed_s >= pacing.questions_end_s(self.plan):
            # The candidate's questions are always offered, however late it is.
            while self.plan.steps[following].kind == "questions":
                following += 1
        step = self.plan.steps[following]
        if step.kind == "close":
            return self.close(following, because, lead)
        question = next(
            (one for one in step.questions if one.question_id not in self.state.asked_ids), step.questions[0]
        )
        return self.ask(following, question, lead, because)

    def close(self, step: int, because: str, lead: str) -> Line:
        """The farewell; what has to be said before it is a line of its own if the two would take too long."""
        last = f"{lead} {self.plan.farewell}".strip()
        if lead and len(words(last)) > MOST_LAST_WORDS:
            return self.with_state(closing=True).say("answer", lead, because)
        return Line(replace(self.state, step=step), "farewell", last, because, "interviewer_ended")

    def ask(self, step: int, question: Question, lead: str, because: str) -> Line:
        talk = self.with_state(
            step=step,
            question=question,
            asked=question.prompt,
            asked_ids=self.state.asked_ids | {question.question_id},
            probed=_NONE,
            shown=_NONE,
            tries=0,
            detours=0,
        )
        said = " ".join(part for part in (lead, question.lead, question.prompt) if part)
        return talk.say("question", said, because, asks=question.prompt)

    def farewell(self, reason: str, because: str) -> Line:
        return Line(self.state, "farewell", self.plan.farewell, because, reason)

    def say(self, kind: str, text: str, because: str, *, asks: str = "") -> Line:
        state = replace(self.state, turns=self.state.turns + 1, asked_at_s=self.elapsed_s)
        return Line(state, kind, text, because, intent=intent_of(kind, text, asks))

    # What it needs for that.

    def missing(self, text: str) -> str | None:
        """The element to ask for next; None when nothing is missing, or enough was asked."""
        state = self.state
        most = 1 if len(words(text)) >= FULL_ANSWER_WORDS else MAX_PROBES
        if state.question is None or self.step.kind != "questions" or len(state.probed) >= most:
            return None
        known = {probe.element for probe in state.question.probes} - state.shown - state.probed
        return next((element for element in state.question.wants if element in known), None)

    def has_room(self) -> bool:
        return pacing.room_for_another(self.plan, self.state.step, self.elapsed_s, self.state.pace_s)

    def is_late(self) -> bool:
        """Whether it is time for the candidate's questions: no more going back to one of ours."""
        return self.step.kind == "questions" and self.elapsed_s >= pacing.questions_end_s(self.plan)

    def reply_to(self, text: str) -> str:
        """What the form says about it, or that it says nothing."""
        fact = answer_from(self.plan.facts, text)
        return self.line("not_told") if fact is None else self.line("told", fact)

    def acknowledgement(self) -> str:
        return self._one_of(self.plan.acknowledgements)

    def line(self, name: str, fact: str = "", question: str = "") -> str:
        """A variant of this line, filled in."""
        text = self._one_of(getattr(self.plan.lines, name))
        left_s = remaining_s(self.plan, self.elapsed_s)
        parts = {"{question}": question or self.state.asked, "{fact}": fact, "{time}": pacing.in_words(left_s)}
        return _filled(text, parts)

    def with_state(self, **changes: Any) -> "_Talk":
        return replace(self, state=replace(self.state, **changes))

    def _unasked(self) -> Question | None:
        choices = (*self.step.questions, *self.plan.spare, *self.step.spare)
        return next((question for question in choices if question.question_id not in self.state.asked_ids), None)

    def _one_of(self, choices: tuple[str, ...]) -> str:
        return choices[(self.seed + self.state.turns) % len(choices)] if choices else ""


def _filled(text: str, parts: dict[str, str]) -> str:
    # One pass: what the candidate wrote is never itself taken for a placeholder.
    pieces = text.split("{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, brace, rest = ("{" + piece).partition("}")
        filled.append(parts.get(name + brace, name + brace) + rest)
    return "".join(filled).strip()
