"""The HTTP app: routes, and around all of them request ids, security headers, and errors of one shape."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from greenroom.config import Network
from greenroom.core.errors import GreenroomError
from greenroom.runtime.metrics import Metrics
from greenroom.server.addresses import client_address, is_trusted
from greenroom.server.answers import error_body, new_request_id
from greenroom.server.api import Api
from greenroom.server.auth import Auth
from greenroom.server.handshake import retry_after
from greenroom.server.metrics import CONTENT_TYPE, Exposition
from greenroom.server.page import Page
from greenroom.server.ports import Sessions

SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "microphone=(self), camera=(), geolocation=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

_REQUEST_ID = re.compile("[A-Za-z0-9_-]{8,64}").fullmatch

SOCKET_PATHS = ("/logs", "/call", "/voice")

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class UpgradeRequired(GreenroomError):
    """The path speaks WebSocket only."""

    code = "upgrade_required"
    http_status = 426


class HttpRefusal(GreenroomError):
    """What the routes themselves refuse: no such path, no such method."""

    def __init__(self, status: int) -> None:
        super().__init__({404: "there is nothing here", 405: "this can't be done here"}.get(status, "refused"))
        self.code = {404: "not_found", 405: "method_not_allowed"}.get(status, f"http_{status}")  # pyright: ignore[reportAttributeAccessIssue]
        self.http_status = status  # pyright: ignore[reportAttributeAccessIssue]


class InternalError(GreenroomError):
    """A fault of ours; the log has it under the request's id."""


def make_app(
    api: Api,
    auth: Auth,
    sessions: Sessions,
    metrics: Metrics,
    *,
    page: Page | None = None,
    base_path: str = "",
    trusted_proxies: Sequence[Network] = (),
    more_routes: Sequence[BaseRoute] = (),
) -> ASGIApp:
    """Everything that is served over HTTP, below the base path; what watches a server is at the root as well."""
    watched = _watching(sessions, metrics)
    routes: list[BaseRoute] = [
        *(Page(None) if page is None else page).routes(
            lambda request: api.cookie_for(request, auth.who(request.headers))
        ),
        *(Route(path, _needs_upgrade) for path in SOCKET_PATHS),
        *watched,
        *api.routes(),
        *more_routes,
    ]
    answer = _answers(metrics)
    app = Starlette(
        routes=[Mount(base_path, routes=routes), *watched] if base_path else routes,
        exception_handlers={GreenroomError: answer, HTTPException: answer, Exception: answer},
    )
    return Around(app, trusted_proxies)


class Around:
    """Gives each request its id and address, and each answer its headers; nothing that fails gets past it."""

    def __init__(self, app: ASGIApp, trusted_proxies: Sequence[Network]) -> None:
        self._app = app
        self._trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        request_id = headers.get("x-request-id", "")
        if not _REQUEST_ID(request_id):
            request_id = new_request_id()
        peer = scope["client"][0] if scope.get("client") else None
        scope["greenroom.request_id"] = request_id
        scope["greenroom.address"] = client_address(peer, headers.getlist("x-forwarded-for"), self._trusted_proxies)
        if self._trusted_proxies and is_trusted(peer, self._trusted_proxies):
            scope["scheme"] = "https" if headers.get("x-forwarded-proto") == "https" else scope["scheme"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer["x-request-id"] = request_id
                for name, value in SECURITY_HEADERS.items():
                    answer.setdefault(name, value)
                answer.setdefault("cache-control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            pass  # nobody is left to answer
        except Exception:
            # Answered already: Starlette lets it through so that it is told here.
            log.exception("request failed", requestId=request_id, path=scope["path"])


def _answers(metrics: Metrics) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        match error:
            case GreenroomError():
                refusal = error
            case HTTPException():
                refusal = HttpRefusal(error.status_code)
            case _:
                refusal = InternalError("something went wrong here; the log has it under this request id")
        metrics.rejected(refusal.code)
        headers = {**retry_after(refusal)}
        if isinstance(error, HTTPException) and error.headers:
            headers.update(error.headers)
        if isinstance(refusal, UpgradeRequired):
            headers["upgrade"] = "websocket"
        body = error_body(refusal, request.scope["greenroom.request_id"])
        return Response(body, refusal.http_status, headers, media_type="application/json")

    return answer


async def _needs_upgrade(_request: Request) -> Response:
    raise UpgradeRequired("this path speaks WebSocket")


def _watching(sessions: Sessions, metrics: Metrics) -> list[Route]:
    exposition: list[Exposition] = []

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        why = sessions.ready()
        return PlainTextResponse(f"{why or 'ready'}\n", 200 if why is None else 503)

    async def show_metrics(_request: Request) -> Response:
        if not exposition:
            exposition.append(Exposition(metrics))
        return Response(exposition[0].text(), headers={"content-type": CONTENT_TYPE})

    endpoints: list[tuple[str, Any]] = [("/healthz", healthz), ("/readyz", readyz), ("/metrics", show_metrics)]
    return [Route(path, endpoint, methods=["GET"]) for path, endpoint in endpoints]
