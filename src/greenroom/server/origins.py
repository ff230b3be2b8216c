"""Which pages may talk to this server."""

import ipaddress
from urllib.parse import urlsplit

from greenroom.config import origin as normal


class Origins:
    """A browser says where a page came from; anything else that connects has no origin and needs no permission here.

    Allowed are the public origin, those that the operator listed, and the server itself as the page's address bar has it
    when that is an IP address or localhost. A *name* that merely resolves to this machine is not enough: any site can
    have one (DNS rebinding), so names must be set.
    """

    def __init__(self, public_origin: str | None, allowed: frozenset[str]) -> None:
        self._allowed = allowed | frozenset([public_origin] if public_origin else ())

    def permits(self, origin: str | None, host: str | None) -> bool:
        """Whether a request with this `Origin` and this `Host` may go on."""
        if origin is None:
            return True
        try:
            named = normal(origin)
            return named in self._allowed or self._is_here(named, host)
        except ValueError:  # `null`, an extension's scheme, nonsense
            return False

    def _is_here(self, origin: str, host: str | None) -> bool:
        parts = urlsplit(origin)
        if not host or not _is_unforgeable(parts.hostname or ""):
            return False
        return origin == normal(f"{parts.scheme}://{host}")


def _is_unforgeable(hostname: str) -> bool:
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(hostname)
    except ValueError:
        return False
    return True
