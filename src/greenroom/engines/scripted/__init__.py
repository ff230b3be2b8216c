"""An engine in this process that does as it is told: for tests, self-checks and load, without a model or a socket."""

from greenroom.engines.scripted.engine import ScriptedEngine
from greenroom.engines.scripted.leg import ScriptedLeg
from greenroom.engines.scripted.script import Call, Caption, Emit, Expect, Sound, Step
from greenroom.engines.scripted.sound import Speech

__all__ = ["Call", "Caption", "Emit", "Expect", "ScriptedEngine", "ScriptedLeg", "Sound", "Speech", "Step"]
