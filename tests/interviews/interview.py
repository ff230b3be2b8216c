"""One interview from greeting to farewell, what is wrong with it, and its transcript for people to read."""

from dataclasses import dataclass
from typing import Any

from greenroom.core import events as e
from greenroom.core.director import understands
from greenroom.core.plan import Plan, Question
from greenroom.core.understanding import Act, elements_in
from greenroom.ports.scenario import Scenario
from greenroom.rehearsal import Said, TextSession
from tests.interviews.candidates import Candidate

MOST_EXCHANGES = 400
LENGTH_SHARE = 0.15
MOST_WORDS = 30


@dataclass(frozen=True, slots=True)
class Interview:
    name: str
    plan: Plan
    session: TextSession

    @property
    def asked(self) -> list[Said]:
        """The interviewer's lines, with their decisions."""
        return [said for said in self.session.said if said.speaker == "interviewer"]


def hold(
    scenario: Scenario, config: dict[str, Any], candidate: Candidate, *, seed: int = 1, practised: int = 0
) -> Interview:
    checked, _ = scenario.check(config, "")
    plan = scenario.plan(checked, seed, practised)
    session = TextSession(plan, seed, scenario_id=scenario.scenario_id, config=checked)
    for _ in range(MOST_EXCHANGES):
        if session.over:
            break
        candidate.respond(session, plan)
    return Interview(candidate.name, plan, session)


def faults(interview: Interview) -> list[str]:
    """Everything about it that breaks a promise; nothing for a good one."""
    plan, session = interview.plan, interview.session
    found: list[str] = []
    visited = [event.step_id for event in session.events if isinstance(event, e.PlanAdvanced)]
    if visited != [step.step_id for step in plan.steps]:
        found.append(f"steps visited: {visited}")
    if session.reason != "interviewer_ended":
        found.append(f"ended as {session.reason}")
    if abs(session.elapsed_s - plan.length_s) > LENGTH_SHARE * plan.length_s:
        found.append(f"took {session.elapsed_s:.0f} s of {plan.length_s}")
    return found + _repetitions(interview) + _long_questions(interview) + _wrong_probes(interview)


def _repetitions(interview: Interview) -> list[str]:
    ids = [one.decision.question_id for one in interview.asked if one.decision and one.decision.act == "question"]
    return [f"asked twice: {name}" for name in set(ids) if ids.count(name) > 1]


def _long_questions(interview: Interview) -> list[str]:
    questions = _all_questions(interview.plan)
    texts = [text for one in questions for text in (one.prompt, one.rephrase, *(probe.text for probe in one.probes))]
    long = [f"more than {MOST_WORDS} words: {text}" for text in texts if len(text.split()) > MOST_WORDS]
    return long + [f"more than one question: {text}" for text in texts if text.count("?") > 1]


def _all_questions(plan: Plan) -> list[Question]:
    return [*plan.spare, *(question for step in plan.steps for question in (*step.questions, *step.spare))]


def _wrong_probes(interview: Interview) -> list[str]:
    """A probe has to ask for what the answers to its question lacked, with a text that is tagged with it."""
    plan, found, since = interview.plan, list[str](), list[str]()
    questions = {question.question_id: question for question in _all_questions(plan)}
    for said in interview.session.said:
        if said.speaker == "candidate":
            if understands(plan, said.text) is Act.ANSWER:
                since.append(said.text)
        elif said.decision is not None and said.decision.act == "question":
            since.clear()
        elif said.decision is not None and said.decision.act == "probe":
            element = said.decision.because.removeprefix("lacked_")
            question = questions[said.decision.question_id or ""]
            if element not in question.wants or any(element in elements_in(plan.elements, text) for text in since):
                found.append(f"probe for {element} after {since}")
            if not any(probe.element == element and said.text.endswith(probe.text) for probe in question.probes):
                found.append(f"not a probe for {element}: {said.text}")
    return found


def transcript(interview: Interview, title: str) -> str:
    """As Markdown: who said what, when, and why."""
    session = interview.session
    lines = [
        f"# {title}",
        "",
        f"Ended as {session.reason} after {_clock(session.elapsed_s)} of {_clock(interview.plan.length_s)}.",
        "",
    ]
    for said in session.said:
        why = f" _{said.decision.act}, {said.decision.because}_" if said.decision is not None else ""
        who = "Interviewer" if said.speaker == "interviewer" else "Candidate"
        lines += [f"**{_clock(said.at_s)} {who}**{why}", "", said.text, ""]
    return "\n".join(lines)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
