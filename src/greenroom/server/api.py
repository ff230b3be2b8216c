"""The REST interface: what each path takes and answers. Checks of who asks are here, everything else is the runtime's."""

import contextlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from greenroom.config import LimitSettings
from greenroom.core.errors import BadInput, GreenroomError, LogUnavailable, NoSuchSession, RateLimited
from greenroom.ports.clock import Clock
from greenroom.ports.store import SessionRow
from greenroom.runtime.envelope import rfc3339
from greenroom.runtime.metrics import Metrics
from greenroom.server import history
from greenroom.server.addresses import rate_key
from greenroom.server.auth import Asker, Auth
from greenroom.server.handshake import RateLimit
from greenroom.server.ports import Sessions
from greenroom.server.requests import number, read
from greenroom.server.sockets import Sockets
from greenroom.server.switchboard import Switchboard
from greenroom.server.tickets import TICKET_S, Tickets

Short = Annotated[str, msgspec.Meta(max_length=200)]

_encode = msgspec.json.Encoder().encode


class NewSession(msgspec.Struct, rename="camel"):
    scenario_id: Short
    config: dict[str, Any]
    voice: Short = ""
    channel: Literal["browser", "phone"] = "browser"
    phone_number: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class TicketFor(msgspec.Struct):
    role: Literal["observer", "voice"]


class Nothing(msgspec.Struct):
    """A body that says nothing."""


class ReportNotAvailable(GreenroomError):
    code = "report_not_available"
    http_status = 404


class Api:
    """The endpoints. Each gets the request with its asker; what they raise is answered in one place."""

    def __init__(
        self,
        sessions: Sessions,
        tickets: Tickets,
        auth: Auth,
        sockets: Sockets,
        metrics: Metrics,
        clock: Clock,
        limits: LimitSettings,
        creations: RateLimit | None = None,
        *,
        phone: Switchboard,
        keep_days: int = 0,
    ) -> None:
        self._sessions = sessions
        self._tickets = tickets
        self._auth = auth
        self._sockets = sockets
        self._metrics = metrics
        self._clock = clock
        self._limits = limits
        self._creations = creations
        self._phone = phone
        self._keep_days = keep_days

    def routes(self) -> list[Route]:
        return [
            Route("/api/sessions", self.create, methods=["POST"]),
            Route("/api/sessions", self.sessions, methods=["GET"]),
            Route("/api/sessions/{session_id}", self.session, methods=["GET"]),
            Route("/api/sessions/{session_id}", self.erase, methods=["DELETE"]),
            Route("/api/sessions/{session_id}/events", self.events, methods=["GET"]),
            Route("/api/sessions/{session_id}/tickets", self.ticket, methods=["POST"]),
            Route("/api/sessions/{session_id}/call", self.call, methods=["POST"]),
            Route("/api/sessions/{session_id}/end", self.end, methods=["POST"]),
            Route("/api/sessions/{session_id}/report", self.report, methods=["GET"]),
            Route("/api/scenarios", self.scenarios, methods=["GET"]),
            Route("/api/limits", self.limits, methods=["GET"]),
            Route("/api/admin/reset", self.reset, methods=["POST"]),
        ]

    # Sessions.

    async def create(self, request: Request) -> Response:
        asker = self._changing(request)
        wanted = await read(request, NewSession)
        if self._creations is not None and not asker.is_admin:
            wait_s = self._creations.take(rate_key(request.scope["greenroom.address"]), self._clock.now())
            if wait_s > 0:
                raise RateLimited(wait_s)
        if wanted.phone_number is not None and wanted.channel != "phone":
            raise BadInput("a phoneNumber goes with the channel phone")
        number = None if wanted.phone_number is None else await self._phone.number(wanted.phone_number)
        session = await self._sessions.create(
            owner_id=asker.owner_id,
            channel=wanted.channel,
            scenario_id=wanted.scenario_id,
            config=wanted.config,
            voice=wanted.voice,
        )
        if number is not None:
            self._phone.expect(session.session_id, number)
        now = self._clock.now()
        made = {
            "sessionId": session.session_id,
            "ticket": self._tickets.give(session.session_id, "observer", now),
        }
        if wanted.channel == "phone":
            made["streamToken"] = self._tickets.give(session.session_id, "stream", now)
        return self._json(made, 201, self.cookie_for(request, asker))

    async def sessions(self, request: Request) -> Response:
        asker = self._auth.who(request.headers)
        limit = number(request, "limit", 50, 1, 200)
        after = request.query_params.get("after")
        try:
            before = None if after is None else history.parse_cursor(after)
        except ValueError:
            raise BadInput("after is not a `next` of this list") from None
        if asker.is_new:
            return self._json({"sessions": [], "next": None})
        owner_id = None if asker.is_admin else asker.owner_id
        rows = await self._sessions.rows(owner_id=owner_id, before=before, limit=limit + 1)
        following = history.cursor_of(rows[limit - 1]) if len(rows) > limit else None
        return self._json({"sessions": [history.summary(row) for row in rows[:limit]], "next": following})

    async def session(self, request: Request) -> Response:
        row, _ = await self._seen(request)
        return self._json(await history.whole(self._sessions, row))

    async def events(self, request: Request) -> Response:
        row, _ = await self._seen(request)
        after = number(request, "after", 0, 0, 2**53)
        limit = number(request, "limit", 500, 1, 1000)
        lines = await self._sessions.events(row.session_id, after=after, limit=limit + 1)
        return self._json(
            {
                "logId": row.log_id,
                "events": [msgspec.Raw(line.body) for line in lines[:limit]],
                "next": lines[limit - 1].seq if len(lines) > limit else None,
            }
        )

    async def ticket(self, request: Request) -> Response:
        row, asker = await self._seen(request, changing=True)
        wanted = await read(request, TicketFor)
        is_owner = asker.owner_id == row.owner_id
        value = self._tickets.give(row.session_id, wanted.role, self._clock.now(), is_owner=is_owner)
        expires_at = rfc3339(self._clock.unix_ms() + int(TICKET_S * 1000))
        return self._json({"ticket": value, "expiresAt": expires_at})

    async def call(self, request: Request) -> Response:
        row, asker = await self._seen(request, changing=True)
        await read(request, Nothing)
        address = None if asker.is_admin else rate_key(request.scope["greenroom.address"])
        self._phone.dial(row.session_id, row.channel, address)
        now = await self._sessions.row(row.session_id) or row
        return self._json({"sessionId": now.session_id, "status": now.status}, 202)

    async def end(self, request: Request) -> Response:
        row, _ = await self._seen(request, changing=True)
        await read(request, Nothing)
        with contextlib.suppress(TimeoutError):  # it was asked to end, and says goodbye yet
            await self._sessions.end(row.session_id, "user_ended")
        now = await self._sessions.row(row.session_id) or row
        return self._json({"sessionId": now.session_id, "status": now.status, "reason": now.reason})

    async def report(self, request: Request) -> Response:
        await self._seen(request)
        raise ReportNotAvailable("there is no report for this session")

    async def erase(self, request: Request) -> Response:
        row, _ = await self._seen(request, changing=True)
        self._tickets.erase(row.session_id)
        try:
            await self._sessions.erase(row.session_id)
        except TimeoutError:
            raise LogUnavailable("it could not be deleted in time; try again") from None
        self._tickets.erase(row.session_id)
        return Response(status_code=204)

    # The server.

    async def scenarios(self, _request: Request) -> Response:
        return self._json({"scenarios": self._sessions.scenarios()})

    async def limits(self, request: Request) -> Response:
        why = self._sessions.ready()
        wait_s = 0.0
        address = rate_key(request.scope["greenroom.address"])
        if self._creations is not None:
            wait_s = self._creations.peek(address, self._clock.now())
        phone = await self._phone.limits(address, request.query_params.get("phoneNumber"))
        return self._json(
            {
                "takesSessions": why is None,
                "reason": why,
                "retryAfterSeconds": round(wait_s),
                "sessionsLive": self._metrics.sessions_live,
                "maxSessions": self._limits.max_sessions,
                "maxSessionSeconds": self._limits.max_session_seconds,
                "keepDays": self._keep_days,
                "phone": {
                    **phone,
                    "callsPerNumberPerHour": self._limits.calls_per_number_per_hour,
                    "callsPerAddressPerHour": self._limits.calls_per_ip_per_hour,
                    "dailyCallBudget": self._limits.daily_call_budget,
                },
            }
        )

    async def reset(self, request: Request) -> Response:
        self._auth.who(request.headers).must_be_admin()
        await read(request, Nothing)
        ended = await self._sessions.reset()
        return self._json({"sessions": ended, "sockets": self._sockets.close_unattached()})

    # What they share.

    def cookie_for(self, request: Request, asker: Asker) -> Mapping[str, str]:
        """The headers that give a new owner their cookie."""
        if not asker.is_new:
            return {}
        return {"set-cookie": self._auth.cookies.header(asker.owner_id, secure=request.scope["scheme"] == "https")}

    def _changing(self, request: Request) -> Asker:
        asker = self._auth.who(request.headers)
        self._auth.check_origin(asker, request.headers)
        return asker

    async def _seen(self, request: Request, *, changing: bool = False) -> tuple[SessionRow, Asker]:
        """The session of the path, for whoever may see it. Raises `NoSuchSession`, `NotYours`."""
        asker = self._changing(request) if changing else self._auth.who(request.headers)
        row = await self._sessions.row(request.path_params["session_id"])
        if row is None:
            raise NoSuchSession("there is no such session")
        asker.must_see(row)
        return row, asker

    def _json(self, content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        return Response(_encode(content), status, headers, media_type="application/json")
