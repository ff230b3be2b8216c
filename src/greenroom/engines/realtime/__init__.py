"""Any server of the OpenAI Realtime protocol: OpenAI's own, Azure's, the embedded one, compatible ones."""

from greenroom.engines.realtime.engine import RealtimeEngine
from greenroom.engines.realtime.settings import RealtimeSettings

__all__ = ["RealtimeEngine", "RealtimeSettings"]
