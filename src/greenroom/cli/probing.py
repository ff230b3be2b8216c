"""Trying out the voice engine that is elsewhere: connected, set up, left again. It costs nothing, since nothing is said."""

import asyncio

from greenroom.config import EngineSettings
from greenroom.core.errors import ConfigurationRefused, EngineRefusal, EngineSpeaksBeta, EngineUnreachable
from greenroom.core.signals import ConfigurationEchoed, ConfigurationRejected, EngineLost, EngineRefused, Signal
from greenroom.ports.caller import AUDIO_PCMU_8K
from greenroom.ports.engine import EngineConfiguration

AGREES_WITHIN_S = 5.0
_REFUSALS = {kind.code: kind for kind in (EngineSpeaksBeta, ConfigurationRefused)}


class _Ear:
    """Waits for the engine's first answer; hears nothing else."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[Signal] = asyncio.get_running_loop().create_future()

    def signal(self, signal: Signal) -> None:
        answers = ConfigurationEchoed | ConfigurationRejected | EngineLost | EngineRefused
        if isinstance(signal, answers) and not self.answer.done():
            self.answer.set_result(signal)

    def caption(self, ref_id: str, text: str) -> None:
        pass

    def audio(self, reply_id: str, payload: bytes) -> None:
        pass

    def session_ms(self, engine_ms: float) -> int:
        return round(engine_ms)


def probe(settings: EngineSettings) -> EngineRefusal | EngineUnreachable | None:
    """What a call would meet at this engine; None: it would be served."""
    return asyncio.run(_probe(settings))


async def _probe(settings: EngineSettings) -> EngineRefusal | EngineUnreachable | None:
    from greenroom.engines.realtime import RealtimeEngine
    from greenroom.websocket import Heartbeats
    from greenroom.wiring import EMBEDDED_VOICE, realtime_settings

    heartbeats, ear = Heartbeats(), _Ear()
    engine = RealtimeEngine(realtime_settings(settings), heartbeats)
    wanted = EngineConfiguration(1, "Wait.", EMBEDDED_VOICE, AUDIO_PCMU_8K)
    try:
        leg = await engine.open(ear, wanted, ())
    except (EngineRefusal, EngineUnreachable) as error:
        return error
    finally:
        heartbeats.stop()
    try:
        async with asyncio.timeout(AGREES_WITHIN_S):
            return _meaning(await ear.answer)
    except TimeoutError:
        return ConfigurationRefused("The voice engine does not agree to the configuration in time.")
    finally:
        await leg.close()


def _meaning(answer: Signal) -> EngineRefusal | EngineUnreachable | None:
    match answer:
        case ConfigurationRejected(code=code, message=message):
            return _REFUSALS.get(code, ConfigurationRefused)(message)
        case EngineRefused(message=message):
            return EngineRefusal(message)
        case EngineLost(code=code):
            return EngineUnreachable(f"the voice engine went away ({code})")
        case _:
            return None
