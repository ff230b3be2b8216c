"""`GET /call`: a phone provider's media stream becomes the caller of the session that its token names."""

from collections.abc import Callable

from picows import WSMsgType

from greenroom.core.errors import GreenroomError, NoSuchSession, TicketRefused
from greenroom.ports.clock import Clock
from greenroom.ports.telephony import Desk, NotUnderstood, PhoneLeg, StreamRefused, StreamStart, Wire
from greenroom.runtime.metrics import Metrics
from greenroom.server.auth import ADMIN_OWNER
from greenroom.server.caller_socket import CallerSocket
from greenroom.server.handshake import Visitor
from greenroom.server.ports import JOB_INTERVIEW, Sessions
from greenroom.server.sockets import Sockets
from greenroom.server.tasks import Tasks
from greenroom.server.tickets import Tickets
from greenroom.websocket import TEXT

FIRST_TRY = {"jobTitle": "Team member", "company": "Example Company", "jobDescription": ""}
"""What a stream that says nothing of the job is interviewed for."""

MakeLeg = Callable[[Wire, Desk], PhoneLeg]


class Phones:
    """Finds the session for each stream."""

    def __init__(
        self,
        make_leg: MakeLeg,
        sessions: Sessions,
        tickets: Tickets,
        tasks: Tasks,
        metrics: Metrics,
        clock: Clock,
        *,
        require_token: bool = True,
    ) -> None:
        self.metrics = metrics
        self._make_leg = make_leg
        self._sessions = sessions
        self._tickets = tickets
        self._tasks = tasks
        self._clock = clock
        self._require_token = require_token

    def socket(self, sockets: Sockets, visitor: Visitor) -> "PhoneSocket":
        """What is opened for a stream."""
        return PhoneSocket(sockets, visitor, self, self._make_leg)

    def started(self, socket: "PhoneSocket", start: StreamStart) -> None:
        """Let the stream into its session, or close it."""
        if start.token is None and not self._require_token:
            self._tasks.start(self._own_session(socket, start), name="session of a stream without a token")
            return
        try:
            if start.token is None:
                raise TicketRefused("the stream names no token")
            ticket = self._tickets.redeem(start.token, "stream", self._clock.now())
            session = self._sessions.live(ticket.session_id)
            if session is None:
                raise NoSuchSession("the session of this token is over")
            socket.join(session)
        except GreenroomError as refusal:
            socket.refuse(refusal)

    async def _own_session(self, socket: "PhoneSocket", start: StreamStart) -> None:
        scenario_id = start.parameters.get("scenarioId", JOB_INTERVIEW)
        config = {name: text for name, text in start.parameters.items() if name not in ("scenarioId", "voice")}
        if scenario_id == JOB_INTERVIEW:
            config = {name: config.get(name) or text for name, text in FIRST_TRY.items()}
        try:
            session = await self._sessions.create(
                owner_id=ADMIN_OWNER,
                channel="phone",
                scenario_id=scenario_id,
                config=config,
                voice=start.parameters.get("voice", ""),
            )
            socket.join(session)
        except GreenroomError as refusal:
            socket.refuse(refusal)


class PhoneSocket(CallerSocket):
    """One stream's WebSocket: gives what comes to the leg, and is what the leg speaks through."""

    __slots__ = ("_leg", "_phones")

    kind = "phone"

    def __init__(self, sockets: Sockets, visitor: Visitor, phones: Phones, make_leg: MakeLeg) -> None:
        super().__init__(sockets, visitor, phones.metrics)
        self._phones = phones
        self._leg = make_leg(self, self)

    @property
    def caller(self) -> PhoneLeg:
        return self._leg

    def message(self, kind: WSMsgType, data: bytes) -> None:
        try:
            if kind is not TEXT:
                raise NotUnderstood("streams speak text")
            self._leg.received(data)
        except StreamRefused as refusal:
            self.refuse(refusal)

    def started(self, leg: PhoneLeg, start: StreamStart) -> None:  # noqa: ARG002 there is but one
        """The leg knows whose call it is."""
        self._phones.started(self, start)
