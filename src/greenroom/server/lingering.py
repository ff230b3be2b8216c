"""Closing a TCP connection so that the last thing said is heard."""

import asyncio
from typing import Any, cast

LINGER_S = 2.0


class LingeringTransport:
    """What picows sees of a TCP connection; only `close` and `writelines` differ.

    A socket that is closed while bytes of the peer lie unread resets the connection, and the reset takes our close frame
    with it: a client that sent too much would see a broken line instead of 1009. So the sending side is closed first,
    what still comes in is thrown away, and the rest is closed when the peer has closed too, or after two seconds.
    """

    def __init__(self, tcp: asyncio.Transport, protocol: Any) -> None:
        self._tcp = tcp
        self._protocol = protocol
        # picows sends through the file descriptor; what it can't get rid of at once goes through these, unwrapped.
        self.write = tcp.write
        self.get_write_buffer_size = tcp.get_write_buffer_size
        self.get_extra_info = tcp.get_extra_info
        self.is_closing = tcp.is_closing
        self.abort = tcp.abort

    def writelines(self, parts: list[bytes | memoryview]) -> None:
        """Write these one behind the other.

        For a long message picows hands over a view of a buffer that it uses again for the next one, and uvloop keeps
        what it is given until the loop's next turn: two messages in one turn would share the second one's header.
        """
        self._tcp.write(b"".join(parts))

    def close(self) -> None:
        """Close now if the peer has said its last word, else linger."""
        if self._tcp.is_closing():
            return
        if self._protocol.peer_may_still_send and self._tcp.can_write_eof():
            self._tcp.set_protocol(cast("asyncio.BaseProtocol", _Drain(self._tcp, self._protocol)))
            self._tcp.write_eof()
        else:
            self._tcp.close()


class _Drain(asyncio.Protocol):
    """Reads and forgets until the peer is done."""

    def __init__(self, tcp: asyncio.Transport, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol
        self._timer = asyncio.get_running_loop().call_later(LINGER_S, tcp.abort)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._protocol.connection_lost(exc)
