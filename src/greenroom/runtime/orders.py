"""Which method of the bridge and of the engine's leg an order of the core means."""

from greenroom.core import commands as c
from greenroom.ports.engine import EngineLeg
from greenroom.runtime.audio_bridge import AudioBridge

BridgeOrder = c.HearCaller | c.PlayReply | c.StopPlaying | c.ResumePlaying | c.CompleteReply | c.DropReply


def ask_bridge(bridge: AudioBridge, order: BridgeOrder) -> None:
    match order:
        case c.HearCaller(on):
            bridge.hear(on=on)
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


def ask_engine(engine: EngineLeg, order: c.Command) -> None:
    """Everything but its configuration."""
    match order:
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
            msg = f"nobody carries out {order}"
            raise AssertionError(msg)
