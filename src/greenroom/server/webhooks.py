"""The phone provider's webhooks: a call comes in, a status is told, a stream has ended.

Each is signed for the public address and its content; anything else is refused before it is understood. A request that
was answered before gets the same answer again, whose token is spent: replaying one opens nothing.
"""

import asyncio
from urllib.parse import parse_qs
from weakref import WeakValueDictionary

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from greenroom.core.calls import FINAL
from greenroom.core.errors import BadInput
from greenroom.ports.telephony import CallNews, Form, SignatureRefused
from greenroom.server.handshake import Headers
from greenroom.server.requests import body
from greenroom.server.switchboard import Switchboard

MOST_FIELDS = 200
FORM = "application/x-www-form-urlencoded"

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class Webhooks:
    """Answers the phone provider."""

    def __init__(self, switchboard: Switchboard) -> None:
        self._switchboard = switchboard
        self._answering: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By call: the same request twice at once makes one session."""

    def routes(self) -> list[Route]:
        return [
            Route("/twiml", self.call_came, methods=["POST"]),
            Route("/twilio/status", self.status, methods=["POST"]),
            Route("/twilio/resume", self.stream_ended, methods=["POST"]),
        ]

    async def call_came(self, request: Request) -> Response:
        """Somebody calls one of our numbers: what to do."""
        news = await self._signed(request)
        lock = self._answering.setdefault(news.call_id, asyncio.Lock())
        async with lock:
            return _told(await self._answer(news))

    async def status(self, request: Request) -> Response:
        """How a call goes, or who answered it."""
        news = await self._signed(request)
        self._switchboard.calls.told(news, request.query_params.get("session"))
        return Response(status_code=204)

    async def stream_ended(self, request: Request) -> Response:
        """What to do with a call whose stream has ended. `n` counts what the provider was told for this call."""
        news = await self._signed(request)
        switchboard = self._switchboard
        session_id, n = request.query_params.get("session", ""), request.query_params.get("n", "")
        switchboard.calls.told(news, session_id)
        line = switchboard.calls.line(session_id)
        if line is None or line.call_id not in (None, news.call_id) or news.status in FINAL:
            return _told(switchboard.exchange.hang_up())
        if n == str(line.generation):
            return _told(switchboard.stream_again(line))
        if n == str(line.generation - 1):
            return _told(line.answer)
        return _told(switchboard.exchange.hang_up())

    async def _answer(self, news: CallNews) -> str:
        switchboard = self._switchboard
        calls, exchange = switchboard.calls, switchboard.exchange
        line = calls.line_of(news.call_id)
        if line is not None:
            return line.answer if line.generation == 1 else exchange.hang_up()
        if not news.inbound or calls.is_past(news.call_id) or not await calls.is_up(news.call_id):
            return exchange.hang_up()
        return await switchboard.take(news)

    async def _signed(self, request: Request) -> CallNews:
        """What a genuine webhook says. Raises `PhoneNotConfigured`, `SignatureRefused`, `NotUnderstood`."""
        exchange = self._switchboard.exchange
        form = await _form(request)
        query = request.scope["query_string"].decode("latin-1")
        path = request.scope["raw_path"].decode("latin-1")
        url = f"{self._switchboard.address.origin}{path}" + (f"?{query}" if query else "")
        signature = request.headers.get(exchange.signature_header, "")
        if not signature or not exchange.is_genuine(url, form, signature):
            log.warning("webhook refused", path=request.scope["path"], signed=bool(signature))
            raise SignatureRefused("this request is not signed by the phone provider for this address")
        return exchange.news(form)


class StreamGuard:
    """Looks at the signature of a stream's upgrade request, before there is anything else to it."""

    def __init__(self, switchboard: Switchboard, *, unsigned_may_come: bool) -> None:
        self._switchboard = switchboard
        self._unsigned_may_come = unsigned_may_come

    def check(self, headers: Headers, target: bytes) -> None:
        """Raises `SignatureRefused`."""
        exchange = self._switchboard.exchange
        signature = headers.get(exchange.signature_header)
        if signature is None and self._unsigned_may_come:
            return
        url = "ws" + self._switchboard.address.origin.removeprefix("http") + target.decode("latin-1")
        if not signature or not exchange.is_genuine(url, {}, signature):
            raise SignatureRefused("this stream is not signed by the phone provider for this address")


async def _form(request: Request) -> Form:
    content = await body(request)
    if content and request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise BadInput("webhooks are forms")
    try:
        return parse_qs(content.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise BadInput("this is no form") from None


def _told(answer: str) -> Response:
    return Response(answer, media_type="text/xml")
