import asyncio
import json
import socket as sockets
from pathlib import Path
from typing import Any

import httpx2
import pytest

from greenroom.server import requests
from greenroom.server.owner_cookie import NAME
from greenroom.server.serving import Serving
from tests.server.fakes import ADMIN, House, close_of, house

JOB = {"scenarioId": "job_interview", "config": {"jobTitle": "Nurse"}, "channel": "phone"}
AS_ADMIN = {"Authorization": f"Bearer {ADMIN}"}


def client(at: House, **options: Any) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=at.http, trust_env=False, **options)


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["message"]
    assert error["requestId"] == answer.headers["x-request-id"]
    return answer.status_code, error["code"]


async def test_a_session_is_made_with_its_tickets_and_seen_by_its_owner_alone(tmp_path: Path) -> None:
    async with house(tmp_path) as at, client(at) as owner, client(at) as stranger, client(at) as nobody:
        made = await owner.post("/api/sessions", json=JOB)
        assert made.status_code == 201
        assert set(made.json()) == {"sessionId", "ticket", "streamToken"}
        cookie = made.headers["set-cookie"]
        assert cookie.startswith(f"{NAME}=")
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        browser = await owner.post("/api/sessions", json={**JOB, "channel": "browser"})
        assert set(browser.json()) == {"sessionId", "ticket"}
        assert "set-cookie" not in browser.headers
        shown = (await owner.get("/api/sessions/s1")).json()
        assert (shown["sessionId"], shown["status"], shown["channel"], shown["reason"]) == ("s1", "idle", "phone", None)
        assert shown["configuration"]["config"] == {"jobTitle": "Nurse"}
        assert shown["turns"] == []
        assert [row["sessionId"] for row in (await owner.get("/api/sessions")).json()["sessions"]] == ["s2", "s1"]
        await stranger.get("/")
        assert (await stranger.get("/api/sessions")).json() == {"sessions": [], "next": None}
        for method, path in (
            ("GET", "/api/sessions/s1"),
            ("GET", "/api/sessions/s1/events"),
            ("POST", "/api/sessions/s1/tickets"),
            ("POST", "/api/sessions/s1/end"),
            ("POST", "/api/sessions/s1/call"),
            ("GET", "/api/sessions/s1/report"),
            ("DELETE", "/api/sessions/s1"),
        ):
            assert code_of(await stranger.request(method, path)) == (403, "not_yours")
            assert code_of(await owner.request(method, path.replace("s1", "s9"))) == (404, "no_such_session")
            assert code_of(await nobody.request(method, path)) == (403, "not_yours")
        assert at.directory.sessions["s1"].status == "idle"


async def test_the_admin_sees_and_ends_and_erases_every_session(tmp_path: Path) -> None:
    async with house(tmp_path) as at, client(at) as owner, client(at, headers=AS_ADMIN) as admin:
        await owner.post("/api/sessions", json=JOB)
        await admin.post("/api/sessions", json=JOB)
        assert [session.owner_id == "" for session in at.directory.sessions.values()] == [False, True]
        assert len((await admin.get("/api/sessions")).json()["sessions"]) == 2
        assert len((await owner.get("/api/sessions")).json()["sessions"]) == 1
        ended = await admin.post("/api/sessions/s1/end")
        assert ended.json() == {"sessionId": "s1", "status": "ended", "reason": None}
        assert at.directory.sessions["s1"].asked == [("end", "user_ended")]
        assert (await admin.delete("/api/sessions/s1")).status_code == 204
        assert code_of(await admin.get("/api/sessions/s1")) == (404, "no_such_session")
        wrong = await admin.get("/api/sessions", headers={"Authorization": "Bearer wrong"})
        assert code_of(wrong) == (401, "admin_only")


async def test_lists_and_events_come_in_pages(tmp_path: Path) -> None:
    async with house(tmp_path) as at, client(at) as owner:
        for _ in range(5):
            await owner.post("/api/sessions", json=JOB)
        seen: list[str] = []
        path = "/api/sessions?limit=2"
        while path:
            page = (await owner.get(path)).json()
            seen += [row["sessionId"] for row in page["sessions"]]
            path = f"/api/sessions?limit=2&after={page['next']}" if page["next"] else ""
        assert seen == ["s5", "s4", "s3", "s2", "s1"]
        for number in range(3):
            at.directory.sessions["s1"].publish("notice", code=str(number))
        page = (await owner.get("/api/sessions/s1/events?after=1&limit=2")).json()
        assert (page["logId"], [event["seq"] for event in page["events"]], page["next"]) == ("log-s1", [2, 3], 3)
        page = (await owner.get("/api/sessions/s1/events?after=3")).json()
        assert ([event["seq"] for event in page["events"]], page["next"]) == ([4], None)
        for bad in ("limit=0", "limit=x", "after=-1", "after=1e3", "limit=9999", "after=%D9%A3"):
            assert code_of(await owner.get(f"/api/sessions/s1/events?{bad}")) == (400, "bad_input")
        assert code_of(await owner.get("/api/sessions?after=nonsense")) == (400, "bad_input")


async def test_a_stored_session_shows_its_turns_from_its_log(tmp_path: Path) -> None:
    async with house(tmp_path) as at, client(at) as owner:
        await owner.post("/api/sessions", json=JOB)
        session = at.directory.sessions["s1"]
        session.publish("turn.started", turnId="t1", speaker="candidate", afterTurnId=None)
        turn = {"turnId": "t1", "speaker": "candidate", "text": "I led", "startedMs": 1, "endedMs": 900}
        session.publish("turn.completed", **turn)
        session.publish("something.newer", x=1)
        session.status = "ended"
        (shown,) = (await owner.get("/api/sessions/s1")).json()["turns"]
        assert turn.items() <= shown.items()


async def test_tickets_are_for_one_role_and_let_in_once(tmp_path: Path) -> None:
    async with house(tmp_path) as at, client(at) as owner:
        await owner.post("/api/sessions", json=JOB)
        answer = await owner.post("/api/sessions/s1/tickets", json={"role": "observer"})
        assert answer.status_code == 200
        assert answer.json()["expiresAt"].endswith("Z")
        ticket = at.surface.tickets.redeem(answer.json()["ticket"], "observer", at.clock.now())
        assert (ticket.session_id, ticket.is_owner) == ("s1", True)
        by_admin = await owner.post("/api/sessions/s1/tickets", json={"role": "voice"}, headers=AS_ADMIN)
        assert not at.surface.tickets.redeem(by_admin.json()["ticket"], "voice", at.clock.now()).is_owner
        for bad in ({"role": "stream"}, {"role": 7}, {}, []):
            assert code_of(await owner.post("/api/sessions/s1/tickets", json=bad)) == (400, "bad_input")
        await owner.delete("/api/sessions/s1")
        assert len(at.surface.tickets) == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_input"),
        (b"{", 400, "bad_input"),
        (b"[]", 400, "bad_input"),
        (b"\xff\xfe", 400, "bad_input"),
        (b'{"scenarioId":"\xff","config":{}}', 400, "bad_input"),
        (b'{"scenarioId":"\\ud800","config":{}}', 400, "bad_input"),
        (b'{"scenarioId":7,"config":{}}', 400, "bad_input"),
        (b'{"scenarioId":"x","config":[]}', 400, "bad_input"),
        (b'{"scenarioId":"x","config":{},"channel":"fax"}', 400, "bad_input"),
        (b'{"scenarioId":"x","config":{"a":' + b"[" * 60_000, 400, "bad_input"),
        (b'{"scenarioId":"x","config":{"bad":1}}', 400, "bad_configuration"),
        (b'{"scenarioId":"' + b"x" * 70_000 + b'"}', 413, "body_too_large"),
    ],
)
async def test_bad_bodies_are_refused_with_what_is_wrong(tmp_path: Path, body: bytes, status: int, code: str) -> None:
    async with house(tmp_path) as at, client(at) as owner:
        answer = await owner.post("/api/sessions", content=body, headers={"Content-Type": "application/json"})
        assert code_of(answer) == (status, code)
        assert at.directory.sessions == {}
        assert at.metrics.rejected_by_code[code] == 1


async def test_a_body_of_unknown_length_is_bounded_too_and_a_form_is_no_json(tmp_path: Path) -> None:
    async def endless():
        for _ in range(20):
            yield b"x" * 10_000

    async with house(tmp_path) as at, client(at) as owner:
        answer = await owner.post("/api/sessions", content=endless(), headers={"Content-Type": "application/json"})
        assert code_of(answer) == (413, "body_too_large")
        assert code_of(await owner.post("/api/sessions", data={"a": "b"})) == (415, "not_json")


async def test_a_body_that_dribbles_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "BODY_WITHIN_S", 0.05)
    async with house(tmp_path) as at:
        reader, writer = await asyncio.open_connection("127.0.0.1", at.surface.port)
        head = (
            b"POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
        )
        writer.write(head)
        async with asyncio.timeout(3):
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 408")
            assert b"body_too_slow" in await reader.readuntil(b"}}")
        writer.close()


async def test_a_client_that_leaves_in_the_middle_of_its_body_is_forgotten(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        _, writer = await asyncio.open_connection("127.0.0.1", at.surface.port)
        writer.write(b"POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{")
        await writer.drain()
        writer.transport.abort()


async def test_another_sites_page_changes_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as at, client(at) as owner:
        await owner.post("/api/sessions", json=JOB)
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            for method, path in (
                ("POST", "/api/sessions"),
                ("POST", "/api/sessions/s1/end"),
                ("DELETE", "/api/sessions/s1"),
            ):
                answer = await owner.request(method, path, headers=headers, json=JOB if method == "POST" else None)
                assert code_of(answer) == (403, "origin_refused")
        assert list(at.directory.sessions) == ["s1"]
        assert at.directory.sessions["s1"].status == "idle"
        own = await owner.post("/api/sessions", json=JOB, headers={"Origin": at.http, "Sec-Fetch-Site": "same-origin"})
        assert own.status_code == 201


async def test_too_many_sessions_from_one_address_are_told_when_to_come_back(tmp_path: Path) -> None:
    environ = {"GREENROOM_CONNECTS_PER_IP_PER_MINUTE": "2"}
    async with house(tmp_path, environ=environ) as at, client(at) as owner, client(at, headers=AS_ADMIN) as admin:
        for _ in range(2):
            assert (await owner.post("/api/sessions", json=JOB)).status_code == 201
        answer = await owner.post("/api/sessions", json=JOB)
        assert code_of(answer) == (429, "rate_limited")
        assert int(answer.headers["retry-after"]) in range(1, 61)
        assert (await owner.get("/api/limits")).json()["retryAfterSeconds"] > 0
        assert (await admin.post("/api/sessions", json=JOB)).status_code == 201
        at.clock.at += 31
        assert (await owner.post("/api/sessions", json=JOB)).status_code == 201


async def test_a_full_server_says_so_everywhere(tmp_path: Path) -> None:
    async with house(tmp_path) as at, client(at) as owner:
        assert (await owner.get("/readyz")).status_code == 200
        assert (await owner.get("/api/limits")).json()["takesSessions"] is True
        at.directory.not_ready = "server_full"
        answer = await owner.post("/api/sessions", json=JOB)
        assert code_of(answer) == (503, "server_full")
        assert "retry-after" in answer.headers
        ready = await owner.get("/readyz")
        assert (ready.status_code, ready.text) == (503, "server_full\n")
        assert (await owner.get("/healthz")).status_code == 200
        assert (await owner.get("/api/limits")).json()["reason"] == "server_full"


async def test_what_is_not_there_yet_says_so(tmp_path: Path) -> None:
    async with house(tmp_path) as at, client(at) as owner:
        await owner.post("/api/sessions", json=JOB)
        assert code_of(await owner.get("/api/sessions/s1/report")) == (404, "report_not_available")
        assert code_of(await owner.post("/api/sessions/s1/call")) == (409, "phone_not_configured")
        assert (await owner.get("/api/scenarios")).json()["scenarios"][0]["scenarioId"] == "job_interview"
        assert code_of(await owner.get("/nothing")) == (404, "not_found")
        assert code_of(await owner.put("/api/sessions")) == (405, "method_not_allowed")
        for path in ("/logs", "/call", "/voice"):
            assert code_of(await owner.get(path)) == (426, "upgrade_required")


async def test_a_reset_needs_the_admin_and_closes_sockets_that_wait(tmp_path: Path) -> None:
    async with house(tmp_path) as at, client(at) as owner, at.connect("/logs") as waiting:
        await owner.post("/api/sessions", json=JOB)
        assert code_of(await owner.post("/api/admin/reset")) == (401, "admin_only")
        answer = await owner.post("/api/admin/reset", headers=AS_ADMIN)
        assert answer.json() == {"sessions": 1, "sockets": 1}
        assert at.directory.sessions["s1"].asked == [("end", "reset")]
        assert await close_of(waiting) == (1012, "reset")


async def test_every_answer_has_its_id_and_its_headers(tmp_path: Path) -> None:
    async with house(tmp_path) as at, client(at) as owner:
        for path in ("/", "/healthz", "/metrics", "/api/scenarios", "/nothing"):
            answer = await owner.get(path, headers={"X-Request-Id": "my-own-id-1"})
            assert answer.headers["x-request-id"] == "my-own-id-1"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert "server" not in answer.headers
        ids = {
            (await owner.get("/", headers={"X-Request-Id": bad})).headers["x-request-id"] for bad in ("x", "a b" * 9)
        }
        assert len(ids) == 2
        assert not ids & {"x", "a b" * 9}
        front = await owner.get("/")
        assert front.headers["content-type"].startswith("text/html")
        assert "set-cookie" not in front.headers


async def test_a_fault_of_ours_is_answered_in_the_same_shape_and_logged_once(tmp_path: Path) -> None:
    from structlog.testing import capture_logs

    async with house(tmp_path) as at, client(at) as owner:
        at.directory.scenarios = lambda: 1 // 0  # pyright: ignore[reportAttributeAccessIssue]
        with capture_logs() as lines:
            answer = await owner.get("/api/scenarios")
        assert code_of(answer) == (500, "internal_error")
        assert "ZeroDivision" not in answer.text
        assert [(line["event"], line["requestId"]) for line in lines] == [
            ("request failed", answer.headers["x-request-id"])
        ]
        assert (await owner.get("/healthz")).status_code == 200


async def test_behind_a_trusted_proxy_with_tls_the_cookie_is_secure(tmp_path: Path) -> None:
    headers = {"X-Forwarded-Proto": "https"}
    async with house(tmp_path, environ={"GREENROOM_TRUSTED_PROXIES": "127.0.0.1"}) as at, client(at) as owner:
        assert "Secure" in (await owner.get("/", headers=headers)).headers["set-cookie"]
    async with house(tmp_path) as at, client(at) as owner:
        assert "Secure" not in (await owner.get("/", headers=headers)).headers["set-cookie"]


async def test_below_a_base_path_everything_is_there_and_health_is_at_the_root_too(tmp_path: Path) -> None:
    async with house(tmp_path, environ={"GREENROOM_BASE_PATH": "/practice"}) as at:
        root = f"http://127.0.0.1:{at.surface.port}"
        async with httpx2.AsyncClient(base_url=root, trust_env=False) as http:
            made = await http.post("/practice/api/sessions", json=JOB)
            assert made.status_code == 201
            assert "Path=/practice" in made.headers["set-cookie"]
            assert (await http.post("/api/sessions", json=JOB)).status_code == 404
            for path in ("/healthz", "/practice/healthz", "/readyz", "/metrics", "/practice/"):
                assert (await http.get(path)).status_code == 200


async def test_metrics_tell_of_sockets_and_refusals(tmp_path: Path) -> None:
    async with house(tmp_path) as at, client(at) as owner, at.connect("/logs"):
        await owner.get("/api/sessions/none")
        text = (await owner.get("/metrics")).text
        assert 'greenroom_sockets_open{kind="observer"} 1.0' in text
        assert 'greenroom_rejected_total{code="no_such_session"} 1.0' in text
        assert "process_open_fds" in text


async def test_while_draining_http_is_answered(tmp_path: Path) -> None:
    async with house(tmp_path) as at, client(at) as owner:
        at.surface.sockets.drain()
        at.directory.not_ready = "draining"
        assert (await owner.get("/readyz")).status_code == 503
        assert (await owner.get("/healthz")).status_code == 200


async def test_the_address_that_is_taken_is_an_os_error_and_leaves_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        with pytest.raises(OSError, match="in use"):
            async with house(tmp_path, environ={"GREENROOM_PORT": str(at.surface.port)}):
                pass


async def test_localhost_is_served_on_all_its_addresses(tmp_path: Path) -> None:
    async with house(tmp_path) as at, Serving(None, at.surface.sockets, "localhost", 0) as serving:
        found = await asyncio.get_running_loop().getaddrinfo("localhost", serving.port, type=sockets.SOCK_STREAM)
        for _, _, _, _, address in found:
            _, writer = await asyncio.open_connection(str(address[0]), serving.port)
            writer.close()


async def test_json_of_answers_is_what_was_stored_byte_for_byte(tmp_path: Path) -> None:
    async with house(tmp_path) as at, client(at) as owner:
        await owner.post("/api/sessions", json=JOB)
        body = at.directory.sessions["s1"].log[0].body
        assert body in (await owner.get("/api/sessions/s1/events")).content
        assert json.loads(body)["seq"] == 1
