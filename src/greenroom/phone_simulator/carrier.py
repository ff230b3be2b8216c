"""Twilio's REST API for calls, served on a local port, with simulated calls behind it."""

import asyncio
import base64
import contextlib
import socket
from collections.abc import AsyncGenerator, Callable
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from greenroom.phone_simulator.behaviour import Faults, Person, Told
from greenroom.phone_simulator.call import SimulatedCall
from greenroom.phone_simulator.webhooks import Webhooks

STREAM_WITHIN_S = 10.0


class SimulatedCarrier:
    """One account and its calls. Use `running()`, then `serving()` for the REST API."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        webhooks: Webhooks,
        *,
        person: Person | None = None,
        numbers: tuple[str, ...] = (),
        tell: Callable[[Told], None] = lambda _: None,
    ) -> None:
        self.person = person or Person()
        self.faults = Faults()
        self.calls: list[SimulatedCall] = []
        self.hang_ups: list[str] = []
        """Requests to hang up that were taken in."""
        self.orders: list[dict[str, list[str]]] = []
        """What was asked for, field by field."""
        self._account_sid = account_sid
        self._auth = "Basic " + base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self._webhooks = webhooks
        self._numbers = numbers
        self._tell = tell
        self._group: asyncio.TaskGroup | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator["SimulatedCarrier"]:
        """Own the calls. On leaving, those that are up are ended."""
        async with self._webhooks, asyncio.TaskGroup() as self._group:
            try:
                yield self
            finally:
                for call in self.calls:
                    call.end()

    @contextlib.asynccontextmanager
    async def serving(self, host: str = "127.0.0.1", port: int = 0) -> AsyncGenerator[str]:
        """The API's URL, while it is served. Raises `OSError`."""
        listener = socket.socket()
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.setblocking(False)
            config = uvicorn.Config(self._app(), lifespan="off", log_config=None, access_log=False, interface="asgi3")
            server = uvicorn.Server(config)
            config.load()
            server.lifespan = config.lifespan_class(config)
            await server.startup(sockets=[listener])
        except BaseException:
            listener.close()
            raise
        try:
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            await server.shutdown()
            listener.close()

    def call_in(self, url: str, *, caller: str, called: str, status_url: str | None = None) -> SimulatedCall:
        """Somebody calls one of the server's numbers; `url` is its webhook for that, `status_url` the one for statuses."""
        call = self._new(called, caller, inbound=True)
        call.status_url = status_url
        self._start(call.receive(url), call)
        return call

    @property
    def up(self) -> list[SimulatedCall]:
        return [call for call in self.calls if call.up]

    # The API.

    def _app(self) -> Starlette:
        account = f"/2010-04-01/Accounts/{self._account_sid}"
        return Starlette(
            routes=[
                Route(f"{account}.json", self._account, methods=["GET"]),
                Route(f"{account}/IncomingPhoneNumbers.json", self._incoming_numbers, methods=["GET"]),
                Route(f"{account}/Calls.json", self._place, methods=["POST"]),
                Route(f"{account}/Calls/{{call_id}}.json", self._change, methods=["POST"]),
                Route(f"{account}/Calls/{{call_id}}.json", self._show, methods=["GET"]),
            ],
            exception_handlers={404: self._unknown},
        )

    async def _account(self, request: Request) -> Response:
        if request.headers.get("authorization") != self._auth:
            return _error(401, 20003, "Authenticate")
        return JSONResponse(
            {"sid": self._account_sid, "status": "active", "type": "Trial", "friendly_name": "Simulated"}
        )

    async def _incoming_numbers(self, request: Request) -> Response:
        if request.headers.get("authorization") != self._auth:
            return _error(401, 20003, "Authenticate")
        wanted = request.query_params.get("PhoneNumber")
        found = [{"phone_number": number, "voice_url": ""} for number in self._numbers if wanted in (None, number)]
        return JSONResponse({"incoming_phone_numbers": found})

    async def _place(self, request: Request) -> Response:
        if request.headers.get("authorization") != self._auth:
            return _error(401, 20003, "Authenticate")
        fields = parse_qs((await request.body()).decode(), keep_blank_values=True)
        if self.faults.too_busy > 0:
            self.faults.too_busy -= 1
            return _error(429, 20429, "Too Many Requests")
        self.orders.append(fields)
        if self.faults.refuse is not None:
            return _error(*self.faults.refuse, f"The number {fields['To'][0]} is not possible")
        missing = [name for name in ("To", "From", "Twiml", "Timeout", "TimeLimit") if not fields.get(name)]
        if missing:
            return _error(400, 21201, f"missing: {missing}")
        call = self._new(fields["To"][0], fields["From"][0])
        call.twiml = fields["Twiml"][0]
        call.status_url = fields.get("StatusCallback", [None])[0]
        call.ring_s, call.longest_s = float(fields["Timeout"][0]), float(fields["TimeLimit"][0])
        if fields.get("AsyncAmd") == ["true"]:
            call.machine_url = fields.get("AsyncAmdStatusCallback", [None])[0]
        self._start(call.run(), call)
        if self.faults.hold_reply:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STREAM_WITHIN_S):
                    await call.stream_came.wait()
        if self.faults.lose_reply:
            return _error(502, 0, "Bad Gateway")
        return JSONResponse({"sid": call.call_id, "status": "queued"}, 201)

    async def _change(self, request: Request) -> Response:
        if request.headers.get("authorization") != self._auth:
            return _error(401, 20003, "Authenticate")
        fields = parse_qs((await request.body()).decode(), keep_blank_values=True)
        if self.faults.hang_ups_fail > 0:
            self.faults.hang_ups_fail -= 1
            return _error(503, 20503, "Service Unavailable")
        call = self._find(request)
        if call is None:
            return _error(404, 20404, "The requested resource was not found")
        self.hang_ups.append(call.call_id)
        if not call.up:
            return _error(400, 21220, "Call is not in-progress. Cannot redirect.")
        if fields.get("Status") == ["completed"]:
            call.end()
        return JSONResponse({"sid": call.call_id, "status": call.status})

    async def _show(self, request: Request) -> Response:
        if request.headers.get("authorization") != self._auth:
            return _error(401, 20003, "Authenticate")
        call = self._find(request)
        if call is None:
            return _error(404, 20404, "The requested resource was not found")
        return JSONResponse({"sid": call.call_id, "status": call.status})

    async def _unknown(self, _request: Request, _what: Exception) -> Response:
        return _error(404, 20404, "The requested resource was not found")

    def _find(self, request: Request) -> SimulatedCall | None:
        wanted = request.path_params["call_id"]
        return next((call for call in self.calls if call.call_id == wanted), None)

    def _new(self, to: str, caller: str, *, inbound: bool = False) -> SimulatedCall:
        call = SimulatedCall(
            self._account_sid, to, caller, self.person, self.faults, self._webhooks, self._tell, inbound=inbound
        )
        self.calls.append(call)
        return call

    def _start(self, work: Any, call: SimulatedCall) -> None:
        assert self._group is not None
        self._group.create_task(work, name=f"simulated call {call.call_id}")


def _error(status: int, code: int, message: str) -> Response:
    return JSONResponse({"code": code, "message": message, "more_info": "", "status": status}, status)
