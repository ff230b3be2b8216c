"""Opening connections to a Realtime server."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Sequence

import picows
from picows.common import WSError, WSHandshakeError
from picows.url import WSParsedURL

from greenroom.core.errors import EngineNotRealtime, EngineRefusal, EngineSilent, EngineUnreachable
from greenroom.engines.realtime import faults
from greenroom.engines.realtime.connection import MAX_MESSAGE_BYTES
from greenroom.engines.realtime.settings import RealtimeSettings
from greenroom.engines.realtime.spare import RealtimeSpare
from greenroom.ports.engine import EngineConfiguration, EngineEvents, EngineLeg, PastTurn
from greenroom.websocket import Heartbeats


class RealtimeEngine:
    """`heartbeats` watches the connections; `count` is told the code of everything that is odd and not fatal."""

    def __init__(
        self,
        settings: RealtimeSettings,
        heartbeats: Heartbeats,
        *,
        name: str = "realtime",
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.name = name
        self.prompt_words = settings.words_are_prompt
        self._settings = settings
        self._heartbeats = heartbeats
        self._count = count
        # Made once: it reads every trusted certificate, which takes longer than an audio frame.
        self._tls = ssl.create_default_context() if settings.secure else None

    async def open(self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> EngineLeg:
        """See `ports.engine.Engine`."""
        spare = await self.prepare()
        return spare.hand_over(events, wanted, history)

    async def prepare(
        self, lost: Callable[[EngineRefusal | EngineUnreachable], None] = lambda _: None
    ) -> RealtimeSpare:
        """See `ports.spare.PreparingEngine`."""
        spare = RealtimeSpare(self._settings, self._heartbeats, self._count, lost)
        line = _Line()
        try:
            async with asyncio.timeout(self._settings.connect_timeout_s):
                await self._connect(spare, line)
                await spare.ready()
        except BaseException as error:
            spare.abandon()
            line.cut()
            if isinstance(error, TimeoutError):
                raise EngineSilent(f"the voice engine at {self._settings.shown} does not answer in time") from None
            raise
        return spare

    async def _connect(self, spare: RealtimeSpare, line: "_Line") -> None:
        settings = self._settings
        try:
            await picows.ws_connect(  # pyright: ignore[reportUnknownMemberType] its keyword arguments
                lambda: spare.connection,
                settings.target,
                ssl_context=self._tls,
                websocket_handshake_timeout=settings.connect_timeout_s,
                max_frame_size=MAX_MESSAGE_BYTES,
                extra_headers=settings.headers,
                max_redirects=0,  # the key goes nowhere but where the operator sent it
                socket_factory=line.connect,
            )
        except WSHandshakeError as error:
            response = error.response
            if response is None:
                raise EngineNotRealtime(
                    f"What answers at {settings.shown} does not speak HTTP; check the URL."
                ) from None
            raise faults.of_status(int(response.status), error.raw_body or b"", settings.shown) from None
        except WSError as error:
            raise EngineNotRealtime(f"{settings.shown} is no address of a voice engine.") from error
        except OSError as error:
            raise EngineUnreachable(
                f"the voice engine at {settings.shown} can't be reached: {error.strerror}"
            ) from None
        if not spare.connection.was_opened:
            raise EngineUnreachable(f"the voice engine at {settings.shown} hung up before it answered")


class _Line:
    """The TCP connection under an upgrade that may be given up half-way, when picows would hold on to it."""

    __slots__ = ("_socket",)

    def __init__(self) -> None:
        self._socket: socket.socket | None = None

    async def connect(self, url: WSParsedURL) -> socket.socket:
        """To the first of the host's addresses that answers. Raises OSError."""
        loop = asyncio.get_running_loop()
        failure = OSError(0, "it has no address")
        for family, kind, proto, _, address in await loop.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM):
            line = socket.socket(family, kind, proto)
            try:
                line.setblocking(False)
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                await loop.sock_connect(line, address)
            except OSError as error:
                line.close()
                failure = error
            except BaseException:
                line.close()
                raise
            else:
                self._socket = line
                return line
        raise failure

    def cut(self) -> None:
        """End it under whoever holds it, who then cleans up."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
