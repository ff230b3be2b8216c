"""Opening sessions with a scripted engine."""

import itertools
from collections import deque
from collections.abc import Callable, Sequence

from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.engines.scripted.leg import ScriptedLeg
from greenroom.engines.scripted.script import Script, Step
from greenroom.engines.scripted.sound import Speech
from greenroom.engines.scripted.spare import ScriptedSpare
from greenroom.ports.engine import EngineConfiguration, EngineEvents, EngineLeg, PastTurn


class ScriptedEngine:
    """`ScriptedEngine(steps)` gives every session the same script; `ScriptedEngine.auto()` says whatever it is told to."""

    def __init__(
        self,
        steps: Sequence[Step] = (),
        *,
        speech: Speech | None = None,
        prompt_words: bool = True,
        name: str = "scripted",
    ) -> None:
        self.name = name
        self.prompt_words = prompt_words
        self.legs: list[ScriptedLeg] = []
        """The sessions that are open, in the order in which they were opened."""
        self.opened = 0
        self.spares: list[ScriptedSpare] = []
        """That wait to be taken, in the order in which they were made."""
        self._steps = tuple(steps)
        self._speech = speech
        self._numbers = itertools.count(1)
        self._failures: deque[EngineRefusal | EngineUnreachable] = deque()

    @classmethod
    def auto(cls, speech: Speech | None = None, *, prompt_words: bool = True) -> "ScriptedEngine":
        """Agrees to every configuration and says every cue, as a tone of the length of its text."""
        return cls(speech=Speech() if speech is None else speech, prompt_words=prompt_words)

    def fail_next(self, error: EngineRefusal | EngineUnreachable) -> None:
        """The next `open` or `prepare` that has no failure before it raises this."""
        self._failures.append(error)

    async def open(self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> EngineLeg:
        """See `ports.engine.Engine`."""
        if self._failures:
            raise self._failures.popleft()
        script = None if self._speech is not None else Script(self._steps)
        leg = ScriptedLeg(events, self._numbers, speech=self._speech, script=script, on_close=self.legs.remove)
        self.legs.append(leg)
        self.opened += 1
        leg.configure(wanted)
        leg.begin(history)
        return leg

    async def prepare(self, lost: Callable[[EngineRefusal | EngineUnreachable], None]) -> ScriptedSpare:
        """See `ports.spare.PreparingEngine`."""
        if self._failures:
            raise self._failures.popleft()
        spare = ScriptedSpare(self.open, lost, on_end=self.spares.remove)
        self.spares.append(spare)
        return spare
