"""`GET /voice`: a page's microphone and loudspeaker become the caller of the session that its ticket names."""

from collections.abc import Callable

from picows import WSMsgType

from greenroom.core.errors import GreenroomError, NoSuchSession, OutOfOrder
from greenroom.ports.browser import VoiceDesk, VoiceLeg, VoiceWire
from greenroom.ports.clock import Clock
from greenroom.ports.telephony import OutOfTurn, StreamRefused
from greenroom.runtime.metrics import Metrics
from greenroom.server.caller_socket import CallerSocket
from greenroom.server.handshake import Visitor
from greenroom.server.ports import LiveSession, Sessions
from greenroom.server.sockets import Sockets
from greenroom.server.tasks import Tasks
from greenroom.server.tickets import Tickets
from greenroom.websocket import BINARY, TEXT

BYTES_PER_S = 48_000
BURST_BYTES = 20 * BYTES_PER_S
"""What a connection that hung may bring at once: as long as a silent peer is kept, and a little more."""
FASTEST = 1.05
"""A sound card's second is not the server's."""

MakeVoiceLeg = Callable[[VoiceWire, VoiceDesk], VoiceLeg]


class WrongChannel(GreenroomError):
    """The session is practised by phone: its sound does not come from a page."""

    code = "wrong_channel"
    http_status = 409


class Voices:
    """Finds the session for each page that wants to join."""

    def __init__(
        self,
        make_leg: MakeVoiceLeg,
        sessions: Sessions,
        tickets: Tickets,
        tasks: Tasks,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self.metrics = metrics
        self.clock = clock
        self._make_leg = make_leg
        self._sessions = sessions
        self._tickets = tickets
        self._tasks = tasks

    def socket(self, sockets: Sockets, visitor: Visitor) -> "VoiceSocket":
        """What is opened for a page."""
        return VoiceSocket(sockets, visitor, self, self._make_leg)

    def asked(self, socket: "VoiceSocket", session_id: str, ticket: str) -> None:
        """Let it into the session, or close it."""
        session = self._sessions.live(session_id)
        try:
            self._tickets.redeem(ticket, "voice", self.clock.now(), session_id=session_id)
            if session is None:
                raise OutOfOrder("ended", "join")
            socket.join(session)
        except GreenroomError as refusal:
            if session is not None:
                socket.refuse(refusal)
            else:
                self._tasks.start(self._refuse(socket, session_id, refusal), name="voice without a live session")

    async def _refuse(self, socket: "VoiceSocket", session_id: str, refusal: GreenroomError) -> None:
        # Tickets go with their session: that it is gone is the better answer, and ids can't be guessed.
        gone = await self._sessions.row(session_id) is None
        socket.refuse(NoSuchSession("there is no such session") if gone else refusal)


class VoiceSocket(CallerSocket):
    """One page's voice: gives what comes to the leg, and is what the leg speaks through."""

    __slots__ = ("_allowance", "_allowance_at", "_leg", "_voices")

    kind = "voice"

    def __init__(self, sockets: Sockets, visitor: Visitor, voices: Voices, make_leg: MakeVoiceLeg) -> None:
        super().__init__(sockets, visitor, voices.metrics)
        self._voices = voices
        self._leg = make_leg(self, self)
        self._allowance = float(BURST_BYTES)
        self._allowance_at = voices.clock.now()

    @property
    def caller(self) -> VoiceLeg:
        return self._leg

    def message(self, kind: WSMsgType, data: bytes) -> None:
        try:
            if kind is TEXT:
                self._leg.received(data)
            else:
                self._spend(len(data))
                self._leg.heard(data)
        except StreamRefused as refusal:
            self.refuse(refusal)

    def asked(self, session_id: str, ticket: str) -> None:
        """The page wants to join."""
        self._voices.asked(self, session_id, ticket)

    def join(self, session: LiveSession) -> None:
        """Be the session's caller from now on. Raises `WrongChannel`, and `OutOfOrder` when it is over."""
        if session.channel != "browser":
            raise WrongChannel("this session is practised by phone")
        if session.status == "ended":
            raise OutOfOrder("ended", "join")
        self._leg.joining(session.session_id)
        super().join(session)

    def send_binary(self, data: bytes) -> None:
        self.send(BINARY, data)

    def _spend(self, size: int) -> None:
        """Sound comes as fast as it is spoken. Raises `OutOfTurn` for more: each second of it costs the engine one."""
        now = self._voices.clock.now()
        earned = (now - self._allowance_at) * BYTES_PER_S * FASTEST
        self._allowance = min(BURST_BYTES, self._allowance + earned) - size
        self._allowance_at = now
        if self._allowance < 0:
            raise OutOfTurn("sound comes faster than it is spoken")
