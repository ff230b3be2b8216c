"""Whole messages out of WebSocket frames, by RFC 6455.

picows hands over frames; everything above this file sees messages, one open and one close. A whole frame pays for a
few comparisons only, since a call delivers fifty of them a second.
"""

import asyncio
import math

import picows
from picows import WSCloseCode, WSFrame, WSMsgType, WSTransport

TEXT = WSMsgType.TEXT
BINARY = WSMsgType.BINARY

_CONTINUATION = WSMsgType.CONTINUATION
_CLOSE = WSMsgType.CLOSE
_SENDABLE_CLOSE_CODES = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})  # RFC 6455, 7.4

ABNORMAL = 1006
NO_STATUS = 1005

CLOSE_LINGER_S = 2.0
"""How long the peer may take to answer our close frame before the TCP connection is dropped."""


class Messages(picows.WSListener):
    """One WebSocket connection as its owner sees it. Subclasses implement `opened`, `message` and `closed`.

    `closed(code, reason)` comes exactly once for every connection that was opened, with the code that the side that
    closed first gave: 1005 where it gave none, 1006 where there was no close frame at all.
    """

    __slots__ = (
        "_close_code",
        "_close_reason",
        "_fragments",
        "_fragments_bytes",
        "_fragments_kind",
        "_linger",
        "heard",
        "max_message_bytes",
        "silent_s",
        "transport",
        "writing_paused",
    )

    transport: WSTransport

    def __init__(self, max_message_bytes: int = 1 << 20) -> None:
        self.max_message_bytes = max_message_bytes
        self.heard = True
        self.silent_s = 0.0
        self.writing_paused = False
        self._fragments: list[bytes] = []
        self._fragments_bytes = 0
        self._fragments_kind: WSMsgType | None = None
        self._close_code = 0
        self._close_reason = ""
        self._linger: asyncio.TimerHandle | None = None

    # What a subclass implements.

    def opened(self) -> None:
        """The handshake is done; `send` works from here on."""

    def message(self, kind: WSMsgType, data: bytes) -> None:
        """A whole message; text is checked to be UTF-8."""
        raise NotImplementedError

    def closed(self, code: int, reason: str) -> None:
        """The connection is gone."""

    def writable(self) -> None:
        """What was buffered has gone out, after `writing_paused` had been true."""

    # What a subclass calls.

    @property
    def is_open(self) -> bool:
        """Whether a message sent now would leave."""
        return not (self.transport.is_close_frame_sent or self.transport.is_disconnected)

    def send(self, kind: WSMsgType, data: bytes) -> None:
        """Send one message; a no-op once closing has begun."""
        self.transport.send(kind, data)

    def send_text(self, data: bytes) -> None:
        """Send one UTF-8 text message; a no-op once closing has begun."""
        self.transport.send(TEXT, data)

    def close(self, code: int, reason: str = "") -> None:
        """Begin the closing handshake; the connection is dropped when the peer does not answer in time."""
        transport = self.transport
        if transport.is_disconnected or transport.is_close_frame_sent:
            return
        if not self._close_code:
            self._close_code, self._close_reason = code, reason
        # A control frame carries at most 125 bytes, two of which are the code.
        transport.send_close(code, reason.encode()[:123])  # pyright: ignore[reportArgumentType] picows takes any number
        # Dropped at once, what the peer still has in flight would reset the connection and lose our close frame.
        self._linger = asyncio.get_running_loop().call_later(CLOSE_LINGER_S, transport.disconnect, False)

    def abort(self) -> None:
        """Drop the connection without a close frame."""
        self.transport.disconnect(False)

    # What picows calls.

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.opened()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self.heard = True
        kind = frame.msg_type
        if transport.is_close_frame_sent:
            if kind == _CLOSE:
                transport.disconnect()
            return
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            self.close(WSCloseCode.PROTOCOL_ERROR)  # pyright: ignore[reportArgumentType] an int at run time
        elif kind == TEXT or kind == BINARY:  # noqa: SIM109 quicker so, fifty times a second
            if self._fragments_kind is not None:
                self.close(1002)
            elif frame.fin:
                self._deliver(kind, frame.get_payload_as_bytes())
            else:
                self._fragments_kind = kind
                self._add_fragment(frame)
        elif kind == _CONTINUATION:
            self._continue(frame)
        elif kind == _CLOSE:
            self._answer_close(frame.get_payload_as_bytes())

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        self._fragments = []
        if not self._close_code and transport.is_close_frame_sent:
            # picows itself found the peer's frame wrong, and told it so.
            sent = transport.close_handshake.sent
            self._close_code = int(sent.code) if sent is not None else ABNORMAL  # pyright: ignore[reportArgumentType]
        self.closed(self._close_code or ABNORMAL, self._close_reason)

    def pause_writing(self) -> None:
        self.writing_paused = True

    def resume_writing(self) -> None:
        self.writing_paused = False
        self.writable()

    # Fragments, text and the closing handshake.

    def _continue(self, frame: WSFrame) -> None:
        kind = self._fragments_kind
        if kind is None:
            self.close(1002)
            return
        self._add_fragment(frame)
        if frame.fin and self._fragments_kind is not None:
            whole = b"".join(self._fragments)
            self._fragments_kind, self._fragments, self._fragments_bytes = None, [], 0
            self._deliver(kind, whole)

    def _add_fragment(self, frame: WSFrame) -> None:
        self._fragments_bytes += frame.payload_size
        if self._fragments_bytes > self.max_message_bytes:
            self._fragments_kind, self._fragments = None, []
            self.close(1009)
            return
        self._fragments.append(frame.get_payload_as_bytes())

    def _deliver(self, kind: WSMsgType, data: bytes) -> None:
        if len(data) > self.max_message_bytes:
            self.close(1009)
            return
        if kind == TEXT and not data.isascii():
            try:
                data.decode()
            except UnicodeDecodeError:
                self.close(1007)
                return
        self.message(kind, data)

    def _answer_close(self, payload: bytes) -> None:
        code = int.from_bytes(payload[:2], "big") if payload else 1000
        if len(payload) == 1 or not (code in _SENDABLE_CLOSE_CODES or 3000 <= code <= 4999):
            self.close(1002)
            return
        try:
            reason = payload[2:].decode()
        except UnicodeDecodeError:
            self.close(1007)
            return
        self._close_code, self._close_reason = (code if payload else NO_STATUS), reason
        self.transport.send_close(code, payload[2:])  # pyright: ignore[reportArgumentType] picows takes any number
        self.transport.disconnect()


def seconds_silent(listener: Messages, tick_s: float) -> float:
    """Account for one tick of the shared heartbeat timer: seconds since the peer was last heard."""
    if listener.heard:
        listener.heard = False
        listener.silent_s = 0.0
    else:
        listener.silent_s = math.fsum((listener.silent_s, tick_s))
    return listener.silent_s
