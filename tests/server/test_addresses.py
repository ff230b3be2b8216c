import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.server.addresses import UNKNOWN, client_address, rate_key

PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "address"),
    [
        ("203.0.113.1", [], "203.0.113.1"),
        ("203.0.113.1", ["6.6.6.6"], "203.0.113.1"),
        ("10.0.0.1", ["203.0.113.1"], "203.0.113.1"),
        ("10.0.0.1", ["6.6.6.6, 203.0.113.1, 10.0.0.2"], "203.0.113.1"),
        ("10.0.0.1", ["6.6.6.6", "203.0.113.1", "10.0.0.2"], "203.0.113.1"),
        ("fd00::1", ["[2001:db8::1]:1234"], "2001:db8::1"),
        ("10.0.0.1", ["203.0.113.1:5678"], "203.0.113.1"),
        ("10.0.0.1", ["garbage"], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.3"], "10.0.0.3"),
        ("::ffff:203.0.113.1", [], "203.0.113.1"),
        ("::ffff:10.0.0.1", ["203.0.113.1"], "203.0.113.1"),
        ("fe80::1%eth0", [], "fe80::1"),
        (None, ["203.0.113.1"], UNKNOWN),
        ("", [], UNKNOWN),
    ],
)
def test_the_client_is_the_first_address_that_is_no_trusted_proxy(peer, forwarded_for, address: str) -> None:
    assert client_address(peer, forwarded_for, PROXIES) == address


@given(st.text(max_size=40), st.lists(st.text(max_size=60), max_size=3))
def test_any_header_gives_an_address(peer: str, forwarded_for: list[str]) -> None:
    address = client_address(peer, forwarded_for, PROXIES)
    assert address == UNKNOWN or ipaddress.ip_address(address)
    assert rate_key(address)


@given(st.lists(st.ip_addresses().map(str), max_size=4))
def test_what_a_stranger_writes_changes_nothing(written: list[str]) -> None:
    assert client_address("203.0.113.1", [", ".join(written)], PROXIES) == "203.0.113.1"
    assert client_address("10.0.0.1", [", ".join([*written, "203.0.113.1"])], PROXIES) == "203.0.113.1"


def test_one_subscriber_of_ipv6_is_one_key() -> None:
    assert rate_key("2001:db8::1") == rate_key("2001:db8::ffff:1") != rate_key("2001:db8:0:1::1")
    assert rate_key("192.0.2.1") == "192.0.2.1"
