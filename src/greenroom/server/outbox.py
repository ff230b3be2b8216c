"""What a slow reader has not taken yet: bounded, so that it can't hold the others or the memory."""

from collections import deque
from collections.abc import Callable

LIVE_BYTES = 1 << 20
"""For one that was up to date: more is no hiccup."""
REPLAY_BYTES = 32 << 20
"""A whole log may lie here while its reader takes it in."""
STALLED_S = 10.0


class Outbox:
    """Messages waiting for a connection that takes no more at the moment. When it is full, its reader is to be dropped."""

    __slots__ = ("_bytes", "_is_caught_up", "_limit_bytes", "_messages", "_stuck_since")

    def __init__(self) -> None:
        self._messages: deque[bytes] = deque()
        self._bytes = 0
        self._limit_bytes = REPLAY_BYTES
        self._is_caught_up = False
        self._stuck_since: float | None = None

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: bytes, at: float) -> bool:
        """Keep it; False when that is too much: too many bytes, or nothing was taken for ten seconds."""
        if self._stuck_since is None:
            self._stuck_since = at
        self._messages.append(message)
        self._bytes += len(message)
        return self._bytes <= self._limit_bytes and at - self._stuck_since <= STALLED_S

    def flush(self, send: Callable[[bytes], None], paused: Callable[[], bool]) -> None:
        """Send what there is until the connection is full again."""
        self._stuck_since = None
        while self._messages and not paused():
            message = self._messages.popleft()
            self._bytes -= len(message)
            send(message)
        self._settle_limit()

    def caught_up(self) -> None:
        """The reader was given its replay: once it has taken that, it is held to the limit of live ones."""
        self._is_caught_up = True
        self._settle_limit()

    def _settle_limit(self) -> None:
        if self._is_caught_up and not self._messages:
            self._limit_bytes = LIVE_BYTES

    def clear(self) -> None:
        self._messages.clear()
        self._bytes = 0
