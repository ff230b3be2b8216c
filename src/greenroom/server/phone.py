"""`GET /call`: a phone provider's media stream becomes the caller of the session that its token names."""

from collections.abc import Callable

import structlog
from picows import WSMsgType

from greenroom.core.errors import GreenroomError, NoSuchSession, TicketRefused
from greenroom.ports.clock import Clock
from greenroom.ports.telephony import Desk, NotUnderstood, PhoneLeg, StreamRefused, StreamStart, Wire
from greenroom.runtime.calls import Calls
from greenroom.runtime.metrics import Metrics
from greenroom.server.auth import ADMIN_OWNER
from greenroom.server.caller_socket import CallerSocket
from greenroom.server.handshake import Visitor
from greenroom.server.media_watch import MediaWatch
from greenroom.server.ports import JOB_INTERVIEW, LiveSession, Sessions
from greenroom.server.sockets import Sockets
from greenroom.server.tasks import Tasks
from greenroom.server.tickets import Tickets
from greenroom.websocket import TEXT

FIRST_TRY = {"jobTitle": "Team member", "company": "Example Company", "jobDescription": ""}
"""What a caller who says nothing of the job is interviewed for."""

NO_MEDIA = 4408
"""As for any peer that was not heard for too long."""

MakeLeg = Callable[[Wire, Desk], PhoneLeg]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


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
        calls: Calls | None = None,
        watch: MediaWatch | None = None,
    ) -> None:
        self.metrics = metrics
        self.calls = calls
        self.watch = MediaWatch() if watch is None else watch
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
            if self.calls is not None:
                self.calls.stream_came(ticket.session_id, start.call_id)
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

    __slots__ = ("_leg", "_phones", "_session_id")

    kind = "phone"

    def __init__(self, sockets: Sockets, visitor: Visitor, phones: Phones, make_leg: MakeLeg) -> None:
        super().__init__(sockets, visitor, phones.metrics)
        self._phones = phones
        self._session_id: str | None = None
        """Once it is its session's caller."""
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

    def closed(self, code: int, reason: str) -> None:
        super().closed(code, reason)
        self._phones.watch.discard(self)

    @property
    def frames_heard(self) -> int:
        return self._leg.frames_heard

    def fell_silent(self) -> None:
        """No media: perhaps the call is over. Whoever carries it knows."""
        log.info("caller silent", sessionId=self._session_id, streamSid=self._leg.stream_sid)
        if self._phones.calls is not None and self._session_id is not None:
            self._phones.calls.suspect(self._session_id)

    def is_dead(self) -> None:
        """No media for so long that nobody is there."""
        self._leg.gone(NO_MEDIA)
        self.close(NO_MEDIA, "no media")

    def started(self, leg: PhoneLeg, start: StreamStart) -> None:  # noqa: ARG002 there is but one
        """The leg knows whose call it is."""
        self._phones.started(self, start)

    def join(self, session: LiveSession) -> None:
        super().join(session)
        if self.is_open:
            self._session_id = session.session_id
            self._phones.watch.add(self)
