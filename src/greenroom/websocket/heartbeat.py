"""Stale peers are found by one timer for all sockets."""

import asyncio
from collections.abc import Callable

from greenroom.websocket.messages import Messages, seconds_silent

PING_AFTER_S = 10.0
DROP_AFTER_S = 18.0
NO_HEARTBEAT = 4408


class Heartbeats:
    """Pings every socket on it that was silent for 10 s and drops it at 18 s with 4408.

    One timer walks all sockets once a tick, so an idle one costs two comparisons a second. Whoever opens a socket
    adds it, whoever sees it closed discards it.
    """

    def __init__(
        self, tick_s: float = 1.0, ping_after_s: float = PING_AFTER_S, drop_after_s: float = DROP_AFTER_S
    ) -> None:
        self._tick_s = tick_s
        self._ping_after_s = ping_after_s
        self._drop_after_s = drop_after_s
        self._listeners: set[Messages] = set()
        self._timer: asyncio.TimerHandle | None = None
        self.dropped: Callable[[Messages], None] | None = None
        """Told of each socket that is dropped, before it is."""

    def __len__(self) -> int:
        return len(self._listeners)

    def add(self, listener: Messages) -> None:
        """Watch this open socket until it is discarded."""
        listener.heard = True
        self._listeners.add(listener)

    def discard(self, listener: Messages) -> None:
        """Watch it no longer; unknown ones are fine."""
        self._listeners.discard(listener)

    def start(self) -> None:
        """Begin; needs a running loop."""
        self._timer = asyncio.get_running_loop().call_later(self._tick_s, self._tick)

    def stop(self) -> None:
        """End; sockets are left as they are."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        self.start()
        for listener in tuple(self._listeners):
            silent_s = seconds_silent(listener, self._tick_s)
            if silent_s >= self._drop_after_s:
                self._listeners.discard(listener)
                if self.dropped is not None:
                    self.dropped(listener)
                # A peer that is silent will not answer a close frame either: say why, then drop.
                listener.close(NO_HEARTBEAT, "no heartbeat")
                listener.abort()
            elif silent_s >= self._ping_after_s and silent_s - self._tick_s < self._ping_after_s:
                listener.transport.send_ping()
