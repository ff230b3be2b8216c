"""A stage for one session without sockets: signals go in, time is told, events and commands are kept."""

from dataclasses import replace
from typing import Any

from greenroom.core import commands as c
from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.plan import Element, Lines, Plan, PlanStep, Probe, Question
from greenroom.core.session import Ear, Limits
from greenroom.core.step import create, step

LINES = Lines(
    repeat=("Of course. {question}",),
    moment=("Of course, take your time.",),
    skip=("That's fine, let's move on.",),
    dont_know=("That's all right.",),
    try_again=("Let me say it differently. {question}",),
    patience=("Take your time.",),
    rephrase=("Let me put it another way. {question} Or we can skip it.",),
    presence=("Are you still there?",),
    lost_you=("Sorry, I lost you for a moment. Could you say that again, please?",),
    was_gone=("Sorry, I was gone for a moment. {question}",),
    must_end=("The line is gone. Goodbye.",),
    again=("Let me ask that again. {question}",),
    time_left=("We have {time} left. {question}",),
    told=("The description says: {fact}",),
    not_told=("The description doesn't say.",),
    back=("Back to my question. {question}",),
    what_else=("What else would you like to ask?",),
    off_topic=("Let's come back to us. {question}",),
    hostile=("I hear that this is frustrating. {question}",),
    language=("I can only follow English. {question}",),
    confirm_end=("Would you like to end here?",),
    go_on=("Good, let's go on. {question}",),
    cut_in=("Let me stop you there.",),
)
ELEMENTS = (
    Element("part", ("i *ed", "my part"), "your own part"),
    Element("result", ("in the end", "result*"), "the result"),
    Element("number", ("#",), "a number"),
)


def question(name: str, prompt: str, rephrase: str = "", **probes: str) -> Question:
    return Question(name, prompt, rephrase, tuple(probes), tuple(Probe(*probe) for probe in probes.items()))


PLAN = Plan(
    steps=(
        PlanStep("warm_up", "Warm-up", "opening", 60, (question("w", "How did you come to this kind of work?"),)),
        PlanStep(
            "q1",
            "Question 1",
            "questions",
            120,
            (
                question(
                    "bug",
                    "Tell me about a hard bug.",
                    "What was hard to fix?",
                    part="What did you do yourself?",
                    result="How did it end?",
                    number="How much was it?",
                ),
            ),
        ),
        PlanStep(
            "q2", "Question 2", "questions", 120, (question("team", "Tell me about a team.", "Who did you work with?"),)
        ),
        PlanStep(
            "q3", "Question 3", "questions", 120, (question("mistake", "Tell me about a mistake.", "What went wrong?"),)
        ),
        PlanStep(
            "yours", "Your questions", "candidate_questions", 60, (question("yours", "What would you like to ask me?"),)
        ),
        PlanStep("close", "Close", "close", 20),
    ),
    length_s=500,
    greeting="Hello and welcome.",
    farewell="Thank you for your time. Goodbye.",
    acknowledgements=("Thank you.",),
    lines=LINES,
    elements=ELEMENTS,
    facts=("The team has four engineers.",),
)
LONG_ANSWER = (
    "I fixed the billing system and we " + "made it better step by step " * 6 + "and in the end it had two faults"
)


class Stage:
    def __init__(self, plan: Plan = PLAN, limits: Limits | None = None, seed: int = 7) -> None:
        self.at = 1000.0
        self.events: list[e.Event] = []
        self.commands: list[c.Command] = []
        self.ear = Ear()
        self.items = 0
        made = create(
            session_id="s" * 24,
            seed=seed,
            channel="phone",
            scenario_id="job_interview",
            config={"jobTitle": "Engineer"},
            voice="heart",
            plan=plan,
            limits=limits or Limits(),
            at=self.at,
        )
        self.session = made.session
        self._take(made.events, made.commands)

    def _take(self, events: tuple[e.Event, ...], commands: tuple[c.Command, ...]) -> None:
        self.events += events
        self.commands += commands

    def send(self, signal: s.Signal, after_s: float = 0.0) -> list[Any]:
        """One signal; what came of it, events then commands."""
        self.at += after_s
        made = step(self.session, signal, self.at, self.ear)
        self.session = made.session
        self._take(made.events, made.commands)
        return [*made.events, *made.commands]

    def wait(self, seconds: float) -> list[Any]:
        """Let time pass, deadlines included, in order."""
        until = self.at + seconds
        out: list[Any] = []
        while due := [entry for entry in self.session.deadlines if entry[1] <= until]:
            name, at = min(due, key=lambda entry: entry[1])
            self.at = max(self.at, at)
            out += self.send(s.DeadlineCame(name))
        self.at = until
        return out

    @property
    def phase(self) -> str:
        return self.session.record.phase.value

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in (*self.events, *self.commands) if isinstance(event, kind)]

    def last_cue(self) -> c.Cue:
        return self.of(c.Say)[-1].cue

    # Whole scenes.

    def connect(self, *, prompt_words: bool = True) -> None:
        self.send(s.CallerJoined("MZ1"))
        self.send(s.EngineReady(prompt_words=prompt_words), 0.1)
        self.send(s.ConfigurationEchoed(1), 0.05)

    def begin_reply(self, made_ms: int = 2000) -> str:
        """The reply to the latest cue starts to sound."""
        cue = self.last_cue()
        reply_id = f"r-{cue.cue_id}"
        self.send(s.ReplyStarted(reply_id, cue.cue_id), 0.05)
        self.send(s.ReplyBegan(reply_id), 0.05)
        self.ear = Ear(reply_id, 0, made_ms)
        self.send(s.ReplyWorded(reply_id, cue.text))
        self.send(s.ReplyFinished(reply_id, "completed"))
        return reply_id

    def hear_reply(self, made_ms: int = 2000) -> None:
        """The reply to the latest cue, to its end."""
        reply_id = self.begin_reply(made_ms)
        self.ear = Ear(reply_id, made_ms, made_ms)
        self.send(s.ReplyPlayed(reply_id, made_ms), made_ms / 1000)

    def speak(self, ms: int = 4000) -> str:
        self.items += 1
        item_id = f"item{self.items}"
        began = self.now_ms
        self.send(s.CallerSpoke(item_id, began), 0.2)
        self.send(s.CallerStopped(item_id, began + ms), ms / 1000)
        return item_id

    def answer(self, text: str = LONG_ANSWER, ms: int = 4000) -> str:
        item_id = self.speak(ms)
        self.send(s.TranscriptCame(item_id, text), 0.01)
        return item_id

    @property
    def now_ms(self) -> int:
        begun = self.session.connected_at
        return 0 if begun is None else round((self.at - begun) * 1000)


def without_stream(record: Any) -> Any:
    return replace(record, stream_sid=None)
