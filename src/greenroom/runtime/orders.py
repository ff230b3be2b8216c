"""Handing an order of the core to whoever carries it out: the clock, the bridge, the engine, the runner."""

from typing import TYPE_CHECKING

import structlog

from greenroom.core import commands as c
from greenroom.core import signals as s
from greenroom.ports.engine import EngineLeg
from greenroom.runtime.audio_bridge import AudioBridge
from greenroom.runtime.deadlines import Deadlines
from greenroom.runtime.engine_link import EngineLink

if TYPE_CHECKING:
    from greenroom.runtime.session_runner import SessionRunner

log = structlog.get_logger()


class Orders:
    """Of one session."""

    __slots__ = ("_bridge", "_deadlines", "_link", "_runner")

    def __init__(self, runner: "SessionRunner", deadlines: Deadlines, bridge: AudioBridge, link: EngineLink) -> None:
        self._runner = runner
        self._deadlines = deadlines
        self._bridge = bridge
        self._link = link

    def carry_out(self, command: c.Command) -> None:
        runner = self._runner
        match command:
            case c.SetDeadline(name, at):
                self._deadlines.set((runner.session_id, name), at, lambda: runner.signal(s.DeadlineCame(name)))
            case c.ClearDeadline(name):
                self._deadlines.clear((runner.session_id, name))
            case c.OpenEngine():
                runner.open_engine()
            case c.SayLastWords(cue):
                self._link.say_last_words(cue)
            case c.TakeBackLastWords():
                self._link.take_back_last_words()
            case c.CallTool(call):
                runner.call_tool(call)
            case c.Finish(reason):
                runner.finish(reason)
            case _ if not self._ask_bridge(command):
                engine = self._link.leg
                if engine is not None:  # else it is gone, and the core is about to hear of it
                    self._ask_engine(engine, command)
            case _:
                pass

    def _ask_bridge(self, command: c.Command) -> bool:
        """Whether it was for the bridge."""
        bridge = self._bridge
        match command:
            case c.HearCaller(on, keep):
                bridge.hear(on=on, keep=keep)
            case c.PlayReply(reply_id):
                bridge.play(reply_id)
            case c.StopPlaying(reply_id):
                bridge.stop(reply_id)
            case c.ResumePlaying(reply_id):
                bridge.resume(reply_id)
            case c.CompleteReply(reply_id):
                bridge.complete(reply_id)
            case c.DropReply(reply_id):
                bridge.drop(reply_id)
            case _:
                return False
        return True

    def _ask_engine(self, engine: EngineLeg, command: c.Command) -> None:
        match command:
            case c.ConfigureEngine(revision):
                engine.configure(self._link.wanted())
                log.info("engine reconfigured", sessionId=self._runner.session_id, revision=revision)
            case c.Say(cue):
                engine.say(cue)
            case c.CancelReply(reply_id):
                engine.cancel(reply_id)
            case c.TruncateReply(reply_id, heard_ms):
                engine.truncate(reply_id, heard_ms)
            case c.AddText(text):
                engine.add_text(text)
            case c.AnswerCall(call_id, output):
                engine.answer_call(call_id, output)
            case _:
                msg = f"nobody carries out {command}"
                raise AssertionError(msg)
