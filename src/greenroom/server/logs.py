"""`GET /logs`: observers attach to a session, get its log from where they stand, and may configure, type and end."""

from collections import Counter
from typing import Any

import structlog
from msgspec import UNSET
from picows import WSMsgType

from greenroom.core.errors import BadInput, GreenroomError, NoSuchSession, OutOfOrder, RateLimited, TicketRefused
from greenroom.ports.clock import Clock
from greenroom.ports.observer import Attached
from greenroom.runtime.metrics import Metrics
from greenroom.server import observer_messages as m
from greenroom.server.answers import new_request_id
from greenroom.server.closing import OVER, POLICY, RESTART, TOO_SLOW, UNSUPPORTED, close_code
from greenroom.server.handshake import Visitor
from greenroom.server.outbox import Outbox
from greenroom.server.ports import JOB_INTERVIEW, LiveSession, Sessions
from greenroom.server.sockets import ServerSocket, Sockets
from greenroom.server.tasks import Tasks
from greenroom.server.tickets import Tickets
from greenroom.websocket import TEXT

PING_MS = 10_000
OBSERVERS_PER_SESSION = 500
EARLY_FRAMES = 32
"""Taken before the attach is through."""
BURST = 100
PER_SECOND = 20
BAD_MESSAGES = 50

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class Logs:
    """Lets observers in and carries out what they ask."""

    def __init__(
        self,
        sessions: Sessions,
        tickets: Tickets,
        tasks: Tasks,
        metrics: Metrics,
        clock: Clock,
        *,
        ping_ms: int = PING_MS,
    ) -> None:
        self.sessions = sessions
        self.tasks = tasks
        self.metrics = metrics
        self.clock = clock
        self.ping_ms = ping_ms
        self._tickets = tickets
        self._watching: Counter[str] = Counter()

    def socket(self, sockets: Sockets, visitor: Visitor) -> "ObserverSocket":
        """What is opened for an observer."""
        return ObserverSocket(sockets, visitor, self)

    async def admit(self, attach: m.Attach) -> bool:
        """Spend the ticket and take a seat; whether it is the owner's. Raises what the socket is closed for."""
        try:
            ticket = self._tickets.redeem(attach.ticket, "observer", self.clock.now(), session_id=attach.session_id)
        except TicketRefused:
            # Tickets go with their session: that it is gone is the better answer, and ids can't be guessed.
            if await self.sessions.row(attach.session_id) is None:
                raise NoSuchSession("there is no such session") from None
            raise
        if self._watching[attach.session_id] >= OBSERVERS_PER_SESSION:
            raise RateLimited(5)
        self._watching[attach.session_id] += 1
        self.metrics.legs_open["observer"] += 1
        return ticket.is_owner

    def leave(self, session_id: str) -> None:
        """Give back the seat that `admit` gave."""
        self.metrics.legs_open["observer"] -= 1
        self._watching[session_id] -= 1
        if not self._watching[session_id]:
            del self._watching[session_id]

    def carry_out(self, session_id: str, message: m.AnyMessage) -> bytes | None:
        """Do what an attached observer asks. None: an event will tell. Raises `GreenroomError`."""
        if isinstance(message, m.Ping):
            return m.encode(m.Pong(message.t))
        if isinstance(message, m.Attach):
            raise OutOfOrder("attached", "a second attach")
        session = self.sessions.live(session_id)
        if session is None:
            raise OutOfOrder("ended", str(message.__struct_config__.tag))
        match message:
            case m.ScenarioConfiguration() | m.JobConfiguration():
                return _configure(session, message)
            case m.CallEnd():
                session.ask_end("user_ended")
            case m.TurnText(text=text):
                session.type_text(text)
            case m.InterviewerCue(cue=cue):
                session.give_cue(cue)
        return None


def _configure(session: LiveSession, message: m.ScenarioConfiguration | m.JobConfiguration) -> bytes | None:
    if isinstance(message, m.ScenarioConfiguration):
        scenario_id, config, voice, revision = message.scenario_id, message.config, message.voice, message.revision
    else:
        now = session.configuration()
        kept: dict[str, Any] = now["config"] if now.get("scenarioId") == JOB_INTERVIEW else {}
        job = {"jobTitle": message.job_title, "company": message.company, "jobDescription": message.job_description}
        scenario_id, config, voice, revision = JOB_INTERVIEW, {**kept, **job}, message.voice, None
    state = session.configure(scenario_id=scenario_id, config=config, voice=voice, revision=revision)
    if state is None:
        return None
    return m.encode(state if message.id is None else {**state, "inReplyTo": message.id})


class ObserverSocket(ServerSocket):
    """One observer's WebSocket; a `ports.observer.Reader`."""

    __slots__ = (
        "_allowance",
        "_allowance_at",
        "_bad_messages",
        "_early",
        "_end",
        "_is_live",
        "_log",
        "_logs",
        "_outbox",
        "_session_id",
        "is_owner",
    )

    kind = "observer"

    def __init__(self, sockets: Sockets, visitor: Visitor, logs: Logs) -> None:
        super().__init__(sockets, visitor)
        self.is_owner = False
        self._logs = logs
        self._log = log
        self._session_id: str | None = None
        """Set once it is let in."""
        self._early: list[bytes] | None = None
        """What came behind the attach, while that is being answered."""
        self._is_live = False
        self._outbox = Outbox()
        self._end: tuple[int, str] | None = None
        self._allowance = float(BURST)
        self._allowance_at = logs.clock.now()
        self._bad_messages = 0

    # What the observer says.

    def message(self, kind: WSMsgType, data: bytes) -> None:
        if kind is not TEXT:
            self.close(UNSUPPORTED, "text only")
        elif self._is_live:
            self._handle(data)
        elif self._early is None:
            self._begin(data)
        elif len(self._early) < EARLY_FRAMES:
            self._early.append(data)
        else:
            self.close(POLICY, "too much before the attach was answered")

    def closed(self, code: int, reason: str) -> None:
        super().closed(code, reason)
        self._outbox.clear()
        self._is_live = False
        session_id, self._session_id = self._session_id, None
        if session_id is not None:
            self._logs.sessions.detach_observer(session_id, self)
            self._logs.leave(session_id)
            if code in (UNSUPPORTED, POLICY, 1009, RESTART) or (code >= 4400 and code != OVER):
                self._logs.metrics.observers_dropped(code)
            self._log.info("observer cleaned up", code=code)

    def _begin(self, data: bytes) -> None:
        try:
            attach = m.parse(data)
        except m.NotJson:
            self.close(UNSUPPORTED, "JSON only")
            return
        except BadInput:
            attach = None
        if not isinstance(attach, m.Attach):
            self.close(POLICY, "attach first")
            return
        self._early = []
        self._logs.tasks.start(self._attach(attach), name="attach")

    async def _attach(self, attach: m.Attach) -> None:
        logs, session_id = self._logs, attach.session_id
        try:
            self.is_owner = await logs.admit(attach)
            if not self.is_open:
                logs.leave(session_id)
                return
            self._session_id = session_id
            self._log = log.bind(sessionId=session_id)
            self._log.info("observer connected")
            after = None if attach.after is None else (attach.after.log_id, attach.after.seq)
            await logs.sessions.attach_observer(session_id, self, after)
        except GreenroomError as refusal:
            logs.metrics.rejected(refusal.code)
            log.info("observer refused", code=refusal.code, sessionId=session_id if self._session_id else None)
            self.close(*close_code(refusal))
            return
        except Exception:
            self.close(1011, "internal_error")
            raise
        if not self.is_open:
            logs.sessions.detach_observer(session_id, self)
            return
        self._outbox.caught_up()
        self._is_live = True
        early, self._early = self._early or [], []
        for data in early:
            self._handle(data)

    def _handle(self, data: bytes) -> None:
        assert self._session_id is not None
        in_reply_to: m.Id | None = None
        try:
            message = m.parse(data)
            in_reply_to = message.id
            self._spend_allowance()
            answer = self._logs.carry_out(self._session_id, message)
            if answer is not None:
                self.event(answer, 0)
        except m.NotJson:
            self.close(UNSUPPORTED, "JSON only")
        except GreenroomError as refusal:
            self._answer_refusal(refusal, m.id_of(data) if in_reply_to is None else in_reply_to)

    def _answer_refusal(self, refusal: GreenroomError, in_reply_to: m.Id | None) -> None:
        request_id = new_request_id()
        self._logs.metrics.rejected(refusal.code)
        self._log.info("message refused", code=refusal.code, requestId=request_id)
        told = UNSET if in_reply_to is None else in_reply_to
        self.event(m.encode(m.ErrorMessage(refusal.code, refusal.message, refusal.retryable, request_id, told)), 0)
        if isinstance(refusal, BadInput | RateLimited):
            self._bad_messages += 1
            if self._bad_messages >= BAD_MESSAGES:
                self.close(POLICY, "too many bad messages")

    def _spend_allowance(self) -> None:
        now = self._logs.clock.now()
        self._allowance = min(BURST, self._allowance + (now - self._allowance_at) * PER_SECOND)
        self._allowance_at = now
        if self._allowance < 1:
            raise RateLimited(1)
        self._allowance -= 1

    # What the session tells: `Reader`.

    def attached(self, attached: Attached) -> None:
        if self._session_id is None:  # closed in the meantime
            return
        self.settle()
        self._log.info("observer attached", seq=attached.head_seq, resumed=attached.resumed)
        message = m.Attached(
            self._session_id,
            attached.log_id,
            attached.head_seq,
            attached.resumed,
            attached.status,
            attached.caller_present,
            self._logs.ping_ms,
        )
        self.event(m.encode(message), 0)

    def event(self, body: bytes, seq: int) -> None:  # noqa: ARG002 one connection shows what it is given
        if not self.writing_paused and not self._outbox:
            self.send_text(body)
        elif self.is_open and not self._outbox.put(body, self._logs.clock.now()):
            self._drop()

    def end(self, code: int, reason: str) -> None:
        if self._outbox:
            self._end = (code, reason)
        else:
            self.close(code, reason)

    def writable(self) -> None:
        self._outbox.flush(self.send_text, lambda: self.writing_paused)
        if self._end is not None and not self._outbox:
            self.close(*self._end)

    def _drop(self) -> None:
        self._outbox.clear()
        self.close(TOO_SLOW, "too slow")
        if self._session_id is not None:
            self._logs.sessions.detach_observer(self._session_id, self)
