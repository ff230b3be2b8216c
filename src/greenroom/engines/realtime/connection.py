"""The socket under a leg."""

import asyncio
from collections.abc import Callable

from picows import WSMsgType

from greenroom.websocket import TEXT, Heartbeats, Messages
from greenroom.websocket.heartbeat import NO_HEARTBEAT

MAX_MESSAGE_BYTES = 8 << 20

# One formatting, not three pieces put together: it is done fifty times a second for every call.
_APPEND = b'{"type":"input_audio_buffer.append","audio":"%b","event_id":"audio-%d"}'


def name_of(code: int) -> str:
    """A close code as the code of a lost engine. 1000 and 1001 too: whatever the server calls it, nobody asked for it."""
    return "no_heartbeat" if code == NO_HEARTBEAT else f"closed_{code}"


class Connection(Messages):
    """One WebSocket to a Realtime server, watched by `heartbeats` while it is open.

    `take` gets every message, `ended` the close code; neither is called after `leave`.
    """

    __slots__ = ("_appended", "_ended", "_gone", "_heartbeats", "_left", "_take")

    def __init__(
        self, heartbeats: Heartbeats, take: Callable[[WSMsgType, bytes], None], ended: Callable[[int], None]
    ) -> None:
        super().__init__(MAX_MESSAGE_BYTES)
        self._heartbeats = heartbeats
        self._take = take
        self._ended = ended
        self._gone = asyncio.Event()
        self._left = False
        self._appended = 0

    @property
    def was_opened(self) -> bool:
        """Whether the handshake was done."""
        return hasattr(self, "transport")

    def belong_to(self, take: Callable[[WSMsgType, bytes], None], ended: Callable[[int], None]) -> None:
        """From now on, these are told."""
        self._take = take
        self._ended = ended

    def append_audio(self, payload: bytes) -> None:
        """Base64 text, put between its quotes as it is."""
        self._appended += 1
        self.transport.send(TEXT, _APPEND % (payload, self._appended))

    def leave(self) -> None:
        """Report nothing more."""
        self._left = True

    def drop(self) -> None:
        """Leave without a word, in whatever state it is."""
        self.leave()
        if self.was_opened:
            self.abort()

    async def hang_up(self) -> None:
        """Leave with a close frame; returns when the socket is gone, at most two seconds later."""
        self.leave()
        if not self.was_opened:
            return
        self.close(1000)
        try:
            await self._gone.wait()
        finally:
            self.abort()

    def opened(self) -> None:
        if self._left:
            self.abort()
        else:
            self._heartbeats.add(self)

    def message(self, kind: WSMsgType, data: bytes) -> None:
        if not self._left:
            self._take(kind, data)

    def closed(self, code: int, reason: str) -> None:  # noqa: ARG002 some servers write more into it than should be kept
        self._heartbeats.discard(self)
        self._gone.set()
        if not self._left:
            self._ended(code)
