"""Who is calling: the client's address, seen through proxies that are trusted and no others."""

import ipaddress
from collections.abc import Sequence

from greenroom.config import Network

UNKNOWN = "unknown"


def client_address(peer: str | None, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """The address of the client behind `peer`, given the X-Forwarded-For headers in their order.

    Each trusted proxy wrote the address it saw at the right end; whatever stands left of the first address that is no
    trusted proxy was written by that client and means nothing.
    """
    address = _parse(peer or "")
    if address is None:
        return UNKNOWN
    if trusted and forwarded_for:
        hops = [hop.strip() for header in forwarded_for for hop in header.split(",")]
        while hops and is_trusted(address, trusted):
            hop = _parse(hops.pop())
            if hop is None:
                break
            address = hop
    return str(address)


def is_trusted(address: str | ipaddress.IPv4Address | ipaddress.IPv6Address | None, trusted: Sequence[Network]) -> bool:
    """Whether this is the address of a proxy that is believed."""
    if isinstance(address, str):
        address = _parse(address)
    return address is not None and any(address.version == net.version and address in net for net in trusted)


def rate_key(address: str) -> str:
    """What attempts are counted by: one subscriber has one IPv4 address, but a whole /64 of IPv6."""
    if ":" not in address:
        return address
    return str(ipaddress.IPv6Network((address, 64), strict=False).network_address)


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if text.startswith("["):  # [2001:db8::1]:443
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # 192.0.2.1:443
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
