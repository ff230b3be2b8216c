"""One session whose voice is text. Its clock is told how much time passes."""

from dataclasses import dataclass
from typing import Any

from greenroom.core import commands as c
from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.phases import Phase
from greenroom.core.plan import Plan
from greenroom.core.session import Ear, Limits
from greenroom.core.step import create, step

WORDS_PER_SECOND = 2.5
"""150 a minute, as people talk and the embedded voice does."""
REPLY_GAP_S = 0.7
START_DELAY_S = 1.2
"""People take a breath before they answer."""
LETTING_GO_S = 1.0
"""Somebody who is stepped in on stops talking after this."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the transcript. `at_s` is when it began, on the interview's clock."""

    speaker: e.Speaker
    text: str
    at_s: float
    decision: e.Decision | None = None


class TextSession:
    """Drives the core from greeting to farewell. Seconds are handed in; nothing waits."""

    def __init__(self, plan: Plan, seed: int, *, scenario_id: str = "", config: dict[str, Any] | None = None) -> None:
        self.said: list[Said] = []
        self._at = 0.0
        self._ear = Ear()
        self._items = 0
        made = create(
            session_id=f"{seed:024x}"[:24],
            seed=seed,
            channel="phone",
            scenario_id=scenario_id,
            config=config or {},
            voice="",
            plan=plan,
            limits=Limits(),
            at=0.0,
        )
        self.session = made.session
        self._cues: list[c.Cue] = []
        self.events: list[e.Event] = list(made.events)
        self._send(s.CallerJoined("text"))
        self._send(s.EngineReady(prompt_words=True))
        self._send(s.ConfigurationEchoed(1))
        self._play_all()

    @property
    def over(self) -> bool:
        return self.session.record.phase is Phase.ENDED

    @property
    def reason(self) -> str | None:
        return self.session.record.reason

    @property
    def elapsed_s(self) -> float:
        return self._at

    @property
    def last(self) -> Said:
        """What the interviewer said last."""
        return next(line for line in reversed(self.said) if line.speaker == "interviewer")

    def speak(self, text: str, seconds: float | None = None) -> str:
        """The candidate says this, at the pace of speech; how much of it was said before the interviewer stepped in."""
        words = text.split()
        needs_s = len(words) / WORDS_PER_SECOND if seconds is None else seconds
        self.silence(START_DELAY_S)
        if self.over:
            return ""
        self._items += 1
        item_id, began = f"item{self._items}", self._at
        self._send(s.CallerSpoke(item_id, self._ms))
        self._pass(needs_s, until_cue=True)
        if self._cues:
            self._pass(LETTING_GO_S)
            words = words[: max(1, round(len(words) * (self._at - began) / max(needs_s, 0.1)))]
        if self.over:
            return ""
        said = " ".join(words)
        self.said.append(Said("candidate", said, began))
        self._send(s.CallerStopped(item_id, self._ms))
        self._send(s.TranscriptCame(item_id, said))
        self._play_all()
        return said

    def type(self, text: str, seconds: float = 0.0) -> None:
        """The candidate types this, after so many seconds."""
        self.silence(seconds)
        if not self.over:
            self.said.append(Said("candidate", text, self._at))
            self._send(s.TextTyped(text))
            self._play_all()

    def cue(self, cue: str) -> None:
        """A button of the page: repeat, skip or moment."""
        self._send(s.CueGiven(cue))
        self._play_all()

    def silence(self, seconds: float) -> None:
        """Nobody speaks; the interviewer may."""
        until = self._at + seconds
        while self._at < until and not self.over:
            self._pass(until - self._at, until_cue=True)
            self._play_all()

    # The world around the core.

    @property
    def _ms(self) -> int:
        return round(self._at * 1000)

    def _send(self, signal: s.Signal) -> None:
        made = step(self.session, signal, self._at, self._ear)
        self.session = made.session
        self.events += made.events
        self._cues += [command.cue for command in made.commands if isinstance(command, c.Say)]

    def _pass(self, seconds: float, *, until_cue: bool = False) -> None:
        """Time passes, with the deadlines in it."""
        until = self._at + seconds
        while not (until_cue and self._cues) and not self.over:
            due = min(
                (entry for entry in self.session.deadlines if entry[1] <= until),
                key=lambda entry: entry[1],
                default=None,
            )
            if due is None:
                break
            self._at = max(self._at, due[1])
            self._send(s.DeadlineCame(due[0]))
        if not (until_cue and self._cues) and not self.over:
            self._at = until

    def _play_all(self) -> None:
        """The interviewer says what it has to say, to the end."""
        while self._cues and not self.over:
            cue = self._cues.pop()
            self._cues.clear()  # what was asked for before it was taken back
            self._play(cue)

    def _play(self, cue: c.Cue) -> None:
        reply_id = f"r-{cue.cue_id}"
        made_ms = round(len(cue.text.split()) / WORDS_PER_SECOND * 1000)
        self._pass(REPLY_GAP_S)
        self._send(s.ReplyStarted(reply_id, cue.cue_id))
        began = self._at
        self._send(s.ReplyBegan(reply_id))
        started = next(event for event in reversed(self.events) if isinstance(event, e.TurnStarted))
        decision = started.decision if isinstance(started.decision, e.Decision) else None
        self.said.append(Said("interviewer", cue.text, began, decision))
        self._ear = Ear(reply_id, made_ms, made_ms)
        self._send(s.ReplyWorded(reply_id, cue.text))
        self._send(s.ReplyFinished(reply_id, "completed"))
        self._pass(made_ms / 1000)
        self._send(s.ReplyPlayed(reply_id, made_ms))
