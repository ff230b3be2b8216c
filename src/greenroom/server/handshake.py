"""What is looked at before a WebSocket is let in: all of it here, since these connections never pass the HTTP app."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from greenroom.config import Network
from greenroom.core.errors import Draining, GreenroomError, RateLimited
from greenroom.ports.clock import Clock
from greenroom.server.addresses import client_address, rate_key
from greenroom.server.origins import Origins


class RateLimit(Protocol):
    """Counts attempts by key; `runtime.limits.Gcra` is one."""

    def take(self, key: str, at: float) -> float:
        """0: allowed, and counted. Else the seconds until it will be."""
        ...

    def peek(self, key: str, at: float) -> float:
        """What `take` would say, without taking."""
        ...


class NoSuchPath(GreenroomError):
    code = "no_such_path"
    http_status = 404


class OriginRefused(GreenroomError):
    """The page's origin is neither the server's own nor among GREENROOM_ALLOWED_ORIGINS."""

    code = "origin_refused"
    http_status = 403


class TooManySockets(GreenroomError):
    code = "too_many_sockets"
    http_status = 503
    retryable = True


class Headers(Protocol):
    """Header fields by name, in any case."""

    def get(self, key: str, /) -> str | None: ...

    def getall(self, key: str, default: Sequence[str], /) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who wants to open a WebSocket."""

    address: str


class Door:
    """Says who may open a WebSocket. The first refusal counts; it is answered in HTTP, before any upgrade."""

    def __init__(
        self,
        origins: Origins,
        connects: RateLimit | None,
        clock: Clock,
        *,
        trusted_proxies: Sequence[Network] = (),
        max_open: int = 10_000,
    ) -> None:
        self._origins = origins
        self._connects = connects
        self._clock = clock
        self._trusted_proxies = trusted_proxies
        self._max_open = max_open

    def admit(self, headers: Headers, peer: str | None, *, known: bool, draining: bool, open_sockets: int) -> Visitor:
        """The visitor, or raises the refusal. `known`: whether there is anything at the path."""
        if not known:
            raise NoSuchPath("nothing here speaks WebSocket")
        if draining:
            raise Draining("the server is about to stop")
        if not self._origins.permits(headers.get("origin"), headers.get("host")):
            raise OriginRefused("this page's origin may not connect; see GREENROOM_PUBLIC_ORIGIN")
        if open_sockets >= self._max_open:
            raise TooManySockets("too many connections are open")
        address = client_address(peer, headers.getall("x-forwarded-for", ()), self._trusted_proxies)
        if self._connects is not None:
            wait_s = self._connects.take(rate_key(address), self._clock.now())
            if wait_s > 0:
                raise RateLimited(wait_s)
        return Visitor(address)


def path_of(target: bytes) -> str:
    """The path of a request target, without its query."""
    return target.partition(b"?")[0].decode("latin-1")


def upgradable(request: bytes) -> bytes:
    """The upgrade request as picows takes it: with `Connection: Upgrade` and no other token beside it.

    Firefox sends `keep-alive, Upgrade`, which is as good; whether `upgrade` is among them was checked on the way here.
    """
    head, *lines = request.split(b"\r\n")
    kept = [line for line in lines if line[:11].lower() != b"connection:"]
    return b"\r\n".join((head, b"Connection: Upgrade", *kept))


def retry_after(error: GreenroomError) -> Mapping[str, str]:
    """The header that says when to come back, for errors that pass."""
    if isinstance(error, RateLimited):
        return {"Retry-After": str(max(1, int(-(-error.retry_after_s // 1))))}
    return {"Retry-After": "5"} if error.retryable else {}
