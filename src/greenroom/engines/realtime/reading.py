"""Reading a connection's events, and noticing when whoever sends them is no Realtime server."""

from collections.abc import Callable

from picows import WSMsgType

from greenroom.engines.realtime.messages import read
from greenroom.realtime import ProtocolError, Unknown
from greenroom.realtime.server_events import ServerEvent
from greenroom.websocket import TEXT

MALFORMED_IN_A_ROW = 50
"""After so many messages that can't be read, whoever sends them is no Realtime server."""


class Reading:
    """`count` is told of every message that can't be read."""

    __slots__ = ("_count", "_malformed")

    def __init__(self, count: Callable[[str], None]) -> None:
        self._count = count
        self._malformed = 0

    @property
    def hopeless(self) -> bool:
        return self._malformed >= MALFORMED_IN_A_ROW

    def event(self, kind: WSMsgType, data: bytes) -> ServerEvent | Unknown | None:
        """What a message says; None: it can't be read."""
        if kind == TEXT:
            try:
                event = read(data)
            except ProtocolError:
                pass
            else:
                self._malformed = 0
                return event
        self._malformed += 1
        self._count("engine_malformed_event")
        return None
