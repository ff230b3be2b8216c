"""The phone as the server offers it: numbers are checked, calls dialled and taken, streams told where to come."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from greenroom.config import PhoneSettings
from greenroom.core import calls as c
from greenroom.core.errors import GreenroomError, NoNumber, OutOfOrder, PhoneNotConfigured
from greenroom.ports.clock import Clock
from greenroom.ports.dialler import CallOrder
from greenroom.ports.telephony import CallNews, Exchange
from greenroom.runtime.call_requests import Line
from greenroom.runtime.calls import Calls
from greenroom.runtime.envelope import rfc3339
from greenroom.runtime.fair_use import Standing
from greenroom.runtime.numbers import FALLBACK, NumberPlan, PhoneNumber, Pseudonyms
from greenroom.server.auth import ADMIN_OWNER
from greenroom.server.phone import FIRST_TRY
from greenroom.server.ports import JOB_INTERVIEW, Sessions
from greenroom.server.tickets import Tickets

AFTER_RINGING_S = 60.0
"""How long a stream token is good beyond the time that the phone may ring."""
LONGEST_CALL_S = 14_400
"""The carrier takes no longer time limit."""
SPARE_S = 120
"""Between the longest session and the carrier's own time limit: ringing, and a lost connection that came back."""

FORMS: Mapping[str, Mapping[str, str]] = {
    JOB_INTERVIEW: FIRST_TRY,
    "customer_service": {"product": "coffee machines"},
    "medical_consultation": {"concern": "a cough that does not go away"},
    "sales_call": {"product": "coffee machines"},
}
"""What callers practise who dial in, and so have filled in no form; other scenarios start with an empty one."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lines:
    """What a phone provider that is set up brings: what its webhooks mean, and the calls."""

    exchange: Exchange
    calls: Calls
    plan: NumberPlan


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """Where the phone provider reaches this server."""

    origin: str
    base_path: str = ""

    def http(self, path: str) -> str:
        return f"{self.origin}{self.base_path}{path}"

    def stream(self) -> str:
        return "ws" + self.http("/call").removeprefix("http")


class Switchboard:
    """Between who wants to phone and the calls. Without a provider it says so to everybody."""

    def __init__(
        self,
        lines: Lines | None,
        address: PublicAddress | None,
        sessions: Sessions,
        tickets: Tickets,
        pseudonyms: Pseudonyms,
        clock: Clock,
        settings: PhoneSettings,
        *,
        longest_session_s: int,
    ) -> None:
        self._lines = lines
        self._address = address
        self._sessions = sessions
        self._tickets = tickets
        self._pseudonyms = pseudonyms
        self._clock = clock
        self._settings = settings
        self._longest_s = min(LONGEST_CALL_S, longest_session_s + SPARE_S)
        self._plan = NumberPlan(frozenset(), {}) if lines is None else lines.plan

    @property
    def calls(self) -> Calls:
        """Raises `PhoneNotConfigured`."""
        return self._set_up()[0].calls

    @property
    def exchange(self) -> Exchange:
        """Raises `PhoneNotConfigured`."""
        return self._set_up()[0].exchange

    @property
    def address(self) -> PublicAddress:
        """Raises `PhoneNotConfigured`."""
        return self._set_up()[1]

    @property
    def dials(self) -> bool:
        """Whether calls can be made at all."""
        return bool(self._lines and self._address and self._settings.countries and self._settings.twilio_numbers)

    # Calling out.

    async def number(self, text: str) -> PhoneNumber:
        """Whom somebody wants called. Raises `PhoneNotConfigured`, and what `NumberPlan.check` does."""
        if not self.dials:
            raise PhoneNotConfigured("this server makes no phone calls")
        return await asyncio.to_thread(self._plan.check, text)

    def expect(self, session_id: str, number: PhoneNumber) -> None:
        """The session is going to be called at this number."""
        self.calls.expect(session_id, number)

    def dial(self, session_id: str, channel: str, address: str | None) -> None:
        """Call the session's number; `address` is who asks, None for the operator. Raises what `Calls.dial` does, and
        `NoNumber`, `PhoneNotConfigured`."""
        if not self.dials:
            raise PhoneNotConfigured("this server makes no phone calls")
        number = self.calls.number_of(session_id)
        if number is None:
            live = self._sessions.live(session_id)
            if live is None or live.status != "idle" or channel != "phone":
                raise OutOfOrder("ended" if live is None else live.status, "a call")
            raise NoNumber("this session was made without a phone number")
        caller = self._plan.caller_for(number)
        self.calls.dial(
            session_id,
            self._pseudonyms.of_number(number.e164),
            number.ends,
            "" if address is None else self._pseudonyms.of_address(address),
            lambda line: self._order(line, number, caller),
        )

    # What is told to the provider.

    def stream(self, line: Line) -> str:
        """What the provider is told for a stream (again), with a new token."""
        lines, address = self._set_up()
        valid_s = self._settings.ring_seconds + AFTER_RINGING_S
        token = self._tickets.give(line.session_id, "stream", self._clock.now(), valid_s=valid_s)
        line.generation += 1
        action = address.http(f"/twilio/resume?session={line.session_id}&n={line.generation}")
        line.answer = lines.exchange.stream(address.stream(), action, {"token": token})
        return line.answer

    def stream_again(self, line: Line) -> str:
        """The same for a call whose stream has ended: another one, unless call or session is over."""
        calls, exchange = self.calls, self.exchange
        session = self._sessions.live(line.session_id)
        if session is None or session.status in ("ending", "ended") or not line.call.wanted:
            return exchange.hang_up()
        if not c.may_stream_again(line.call):
            calls.streams_failed(line)
            return exchange.hang_up()
        calls.stream_asked(line)
        return self.stream(line)

    async def take(self, news: CallNews) -> str:
        """Somebody calls: what the provider is told. Whatever is wrong, the line is busy for them, which costs nothing."""
        calls, exchange = self.calls, self.exchange
        known = news.caller.startswith("+")
        try:
            row = calls.book_incoming(
                self._pseudonyms.of_number(news.caller) if known else "", news.caller[-2:] if known else ""
            )
        except GreenroomError as refusal:
            log.info("call not taken", code=refusal.code, why=refusal.message, callId=news.call_id)
            return exchange.reject()
        scenarios = self._settings.scenarios
        scenario_id = scenarios.get(news.called) or scenarios.get(FALLBACK) or JOB_INTERVIEW
        try:
            session = await self._sessions.create(
                owner_id=ADMIN_OWNER,
                channel="phone",
                scenario_id=scenario_id,
                config=form_of_callers(scenario_id),
                voice="",
            )
            line = calls.take(session.session_id, news.call_id, row)
        except GreenroomError as refusal:
            calls.cancel_booking(row)
            log.warning("call not taken", code=refusal.code, why=refusal.message, callId=news.call_id)
            return exchange.reject()
        log.info("call taken", sessionId=session.session_id, callId=news.call_id, endsIn=row.number_ends)
        return self.stream(line)

    # What is left.

    async def limits(self, address: str, phone_number: str | None) -> dict[str, Any]:
        """For `GET /api/limits`."""
        told: dict[str, Any] = {
            "available": False,
            "code": PhoneNotConfigured.code,
            "countries": sorted(self._plan.countries),
        }
        if not self.dials:
            return told
        told["examples"] = await asyncio.to_thread(self._plan.examples)
        number_key = ""
        if phone_number is not None:
            try:
                number = await self.number(phone_number)
            except GreenroomError as refusal:
                return {**told, "code": refusal.code, "message": refusal.message}
            told["groups"] = number.groups
            number_key = self._pseudonyms.of_number(number.e164)
        at_ms = self._clock.unix_ms()
        use = self.calls.fair_use
        return {**told, **_as_told(use.look(number_key, self._pseudonyms.of_address(address), at_ms=at_ms), at_ms)}

    # Inside.

    def _set_up(self) -> tuple[Lines, PublicAddress]:
        if self._lines is None or self._address is None:
            raise PhoneNotConfigured("no phone provider is set up on this server")
        return self._lines, self._address

    def _order(self, line: Line, number: PhoneNumber, caller: str) -> CallOrder:
        return CallOrder(
            to=number.e164,
            caller=caller,
            answer=self.stream(line),
            status_url=self.address.http(f"/twilio/status?session={line.session_id}"),
            ring_s=self._settings.ring_seconds,
            longest_s=self._longest_s,
            detect_machine=self._settings.machine != "off",
        )


def form_of_callers(scenario_id: str) -> dict[str, Any]:
    """What is practised by callers of this scenario."""
    return dict(FORMS.get(scenario_id, {}))


def _as_told(standing: Standing, at_ms: int) -> dict[str, Any]:
    closed = standing.closed_by is not None
    return {
        "available": not closed,
        "code": standing.closed_by,
        "opensAt": None if standing.opens_at_ms is None else rfc3339(standing.opens_at_ms),
        "retryAfterSeconds": round(standing.retry_after_s(at_ms)) if closed else 0,
        "callsLeftToday": standing.left_today,
        "callsLeftForNumber": standing.left_for_number,
        "callsLeftForAddress": standing.left_for_address,
        "callsOpen": standing.calls_open,
    }
