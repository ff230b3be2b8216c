import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.config import ConfigurationError
from greenroom.core.errors import NotYours, TicketRefused
from greenroom.ports.store import SessionRow
from greenroom.server.auth import AdminOnly, Asker, Auth
from greenroom.server.handshake import OriginRefused
from greenroom.server.origins import Origins
from greenroom.server.owner_cookie import NAME, OwnerCookies
from greenroom.server.secret import kept
from greenroom.server.tickets import MOST_PER_SESSION, STREAM_TOKEN_S, TICKET_S, Tickets


def test_a_ticket_is_good_once() -> None:
    tickets = Tickets()
    value = tickets.give("s1", "observer", 0.0, is_owner=False)
    ticket = tickets.redeem(value, "observer", 1.0, session_id="s1")
    assert (ticket.session_id, ticket.role, ticket.is_owner) == ("s1", "observer", False)
    with pytest.raises(TicketRefused):
        tickets.redeem(value, "observer", 1.0, session_id="s1")
    assert len(tickets) == 0


@pytest.mark.parametrize(
    ("role", "session_id", "at"), [("voice", "s1", 1.0), ("observer", "s2", 1.0), ("observer", "s1", TICKET_S)]
)  # fmt: skip
def test_a_ticket_for_something_else_or_an_expired_one_is_refused_and_spent(role, session_id: str, at: float) -> None:
    tickets = Tickets()
    value = tickets.give("s1", "observer", 0.0)
    with pytest.raises(TicketRefused) as refusal:
        tickets.redeem(value, role, at, session_id=session_id)
    assert value not in str(refusal.value)
    with pytest.raises(TicketRefused):
        tickets.redeem(value, "observer", 1.0, session_id="s1")
    assert len(tickets) == 0


def test_a_stream_token_waits_as_long_as_an_idle_session() -> None:
    tickets = Tickets()
    value = tickets.give("s1", "stream", 0.0)
    assert tickets.redeem(value, "stream", STREAM_TOKEN_S - 1).session_id == "s1"
    short = tickets.give("s1", "stream", 0.0, valid_s=60)
    with pytest.raises(TicketRefused):
        tickets.redeem(short, "stream", 61.0)


def test_tickets_go_with_their_session_and_with_time() -> None:
    tickets = Tickets()
    for number in range(200):
        tickets.give("s1", "observer", float(number))
    assert len(tickets) <= MOST_PER_SESSION
    tickets.give("s2", "observer", 200.0)
    tickets.erase("s1")
    tickets.erase("s1")
    assert len(tickets) == 1
    for number in range(20):
        tickets.give(f"late{number}", "observer", 1000.0)
    assert len(tickets) == 20


@given(st.lists(st.tuples(st.sampled_from("gre"), st.integers(0, 3), st.floats(0, 20)), max_size=60))
def test_whatever_happens_no_ticket_opens_anothers_session(moves) -> None:
    tickets, given_out, at = Tickets(), {}, 0.0
    for move, number, wait_s in moves:
        at += wait_s
        session_id = f"s{number}"
        if move == "g":
            given_out[tickets.give(session_id, "observer", at)] = session_id
        elif move == "e":
            tickets.erase(session_id)
        else:
            for value, owner in list(given_out.items())[:2]:
                try:
                    assert (
                        tickets.redeem(value, "observer", at, session_id=session_id).session_id == owner == session_id
                    )
                except TicketRefused:
                    continue
                finally:
                    del given_out[value]


def test_the_owner_cookie_comes_back_as_it_was_signed() -> None:
    cookies = OwnerCookies("secret", "/practice")
    header = cookies.header("owner-1", secure=True)
    assert header.startswith(f"{NAME}=owner-1.")
    assert {"HttpOnly", "SameSite=Strict", "Secure", "Path=/practice"} <= set(header.split("; "))
    assert "Secure" not in cookies.header("owner-1", secure=False)
    value = header.partition(";")[0]
    assert cookies.read(f"other=1; {value}") == "owner-1"
    assert OwnerCookies("another secret").read(value) is None


@given(st.text())
def test_a_made_up_cookie_is_nobodys(text: str) -> None:
    cookies = OwnerCookies("secret")
    assert cookies.read(text) is None
    assert cookies.read(f"{NAME}={text}") is None


def auth() -> Auth:
    return Auth(OwnerCookies("secret"), "the-admin-token", Origins("https://practice.example", frozenset()))


def test_the_admin_token_makes_an_admin_and_a_wrong_one_is_refused() -> None:
    assert auth().who({"authorization": "Bearer the-admin-token"}).is_admin
    for wrong in ("Bearer x", "Bearer ", "bearer the-admin-token2", "Bearer ü"):
        with pytest.raises(AdminOnly):
            auth().who({"authorization": wrong})
    asker = auth().who({"authorization": "Basic abc"})
    assert asker.is_new
    with pytest.raises(AdminOnly):
        asker.must_be_admin()


def test_sessions_are_seen_by_their_owner_and_the_admin_only() -> None:
    row = SessionRow("s1", "l1", "owner-1", "browser", "job_interview", 0)
    Asker("owner-1").must_see(row)
    Asker("", is_admin=True).must_see(row)
    for stranger in ("owner-2", ""):
        with pytest.raises(NotYours):
            Asker(stranger).must_see(row)


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "https://practice.example", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
    ],
)
def test_another_sites_page_can_change_nothing(headers: dict[str, str], allowed: bool) -> None:
    asker = Asker("owner-1")
    if allowed:
        auth().check_origin(asker, headers)
    else:
        with pytest.raises(OriginRefused):
            auth().check_origin(asker, headers)
        auth().check_origin(Asker("", is_admin=True), headers)


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    made = kept(folder, "secret")
    assert len(made) >= 32
    assert kept(folder, "secret") == made
    assert kept(folder, "admin-token") != made
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["admin-token", "secret"]


def test_an_empty_secret_file_is_filled_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("")
    assert kept(tmp_path, "secret") == kept(tmp_path, "secret") != ""
    (tmp_path / "secret").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="damaged"):
        kept(tmp_path, "secret")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="can't be used"):
        kept(tmp_path / "file", "secret")
