import asyncio
import contextlib
import ipaddress
import json

import pytest
import websockets
from structlog.testing import capture_logs
from websockets.asyncio.client import connect

from greenroom.websocket import Heartbeats
from tests.server.echo import BURST, UPGRADE, Tries, served, until


async def closed_with(socket: websockets.ClientConnection) -> tuple[int, str]:
    with contextlib.suppress(websockets.ConnectionClosed):
        async with asyncio.timeout(5):
            while True:
                await socket.recv()
    assert socket.close_code is not None
    return socket.close_code, socket.close_reason or ""


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


async def test_http_and_websockets_share_the_port_and_a_kept_alive_connection() -> None:
    async with served() as server:
        reader, writer = await server.raw()
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert status_of(head) == 200
        assert b"date: " in head
        assert await reader.readexactly(2) == b"ok"
        writer.write(UPGRADE % (b"/echo", b""))
        assert status_of(await reader.readuntil(b"\r\n\r\n")) == 101
        writer.write(b"\x81\x82\x00\x00\x00\x00hi")
        assert await reader.readexactly(4) == b"\x81\x02hi"
        writer.close()
        await until(lambda: len(server.sockets) == 0)


async def test_an_upgrade_may_arrive_in_pieces() -> None:
    async with served() as server:
        reader, writer = await server.raw()
        for piece in (UPGRADE % (b"/echo", b"")).splitlines(keepends=True):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        assert status_of(await reader.readuntil(b"\r\n\r\n")) == 101
        writer.close()


async def test_a_connection_header_with_other_tokens_upgrades_as_firefox_sends_it() -> None:
    async with served() as server:
        reader, writer = await server.raw()
        writer.write(
            (UPGRADE % (b"/echo?x=1", b"")).replace(b"Connection: Upgrade", b"Connection: keep-alive, Upgrade")
        )
        assert status_of(await reader.readuntil(b"\r\n\r\n")) == 101
        writer.close()


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/nothing", "", 404),
        ("/echo/", "", 404),
        ("/echo", "Origin: https://evil.example\r\n", 403),
        ("/echo", "Origin: null\r\n", 403),
        ("/echo", "X-Long: " + "x" * 17000 + "\r\n", 431),
        ("/echo", "Content-Length: 5\r\n", 400),
    ],
)
async def test_what_may_not_connect_is_refused_before_the_upgrade(path: str, headers: str, status: int) -> None:
    async with served() as server:
        answer = await server.upgrade(path, headers)
        assert status_of(answer) == status
        assert b"101" not in answer
        assert len(server.sockets) == 0
    assert server.serving.connections == 0


async def test_a_missing_key_is_a_bad_request_and_leaves_nothing_behind() -> None:
    async with served() as server:
        reader, writer = await server.raw()
        writer.write((UPGRADE % (b"/echo", b"")).replace(b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", b""))
        assert status_of(await reader.readuntil(b"\r\n\r\n")) == 400
        await reader.read()
        writer.close()
        await until(lambda: server.serving.connections == 0)
        assert len(server.sockets) == server.sockets.unattached == 0
        assert server.metrics.sockets_open.total() == 0


async def test_a_header_that_is_no_text_is_a_bad_request_and_leaves_nothing_behind() -> None:
    async with served() as server:
        reader, writer = await server.raw()
        request = UPGRADE % (b"/echo", b"")
        writer.write(request.replace(b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Version: 1\xff3"))
        assert status_of(await reader.readuntil(b"\r\n\r\n")) == 400
        await until(lambda: server.serving.connections == len(server.sockets) == 0)
        writer.close()


async def test_a_refusal_says_why_in_json_and_is_counted() -> None:
    async with served() as server:
        reader, writer = await server.raw()
        writer.write(UPGRADE % (b"/nothing", b""))
        head = await reader.readuntil(b"\r\n\r\n")
        error = json.loads(await reader.read())["error"]
        writer.close()
        assert error["code"] == "no_such_path"
        assert error["requestId"].encode() in head
        assert server.metrics.rejected_by_code["no_such_path"] == 1


@pytest.mark.parametrize(
    ("origin", "host", "lets_in"),
    [
        ("http://127.0.0.1:8080", "127.0.0.1:8080", True),
        ("https://127.0.0.1", "127.0.0.1", True),
        ("http://localhost:8080", "localhost:8080", True),
        ("http://[::1]:8080", "[::1]:8080", True),
        ("http://127.0.0.1:8081", "127.0.0.1:8080", False),
        ("http://rebound.example:8080", "rebound.example:8080", False),
        ("https://practice.example", "anything", True),
        ("https://practice.example:8443", "practice.example:8443", False),
        ("http://practice.example", "practice.example", False),
        ("https://friend.example", "practice.example", True),
        ("https://friend.example.evil", "practice.example", False),
        ("file://", "practice.example", False),
    ],
)
async def test_a_page_may_connect_from_the_servers_own_origin_and_listed_ones(
    origin: str, host: str, lets_in: bool
) -> None:
    async with served(
        public_origin="https://practice.example", allowed_origins=frozenset({"https://friend.example"})
    ) as server:
        reader, writer = await server.raw()
        request = (UPGRADE % (b"/echo", f"Origin: {origin}\r\n".encode())).replace(b"127.0.0.1", host.encode(), 1)
        writer.write(request)
        assert status_of(await reader.readuntil(b"\r\n\r\n")) == (101 if lets_in else 403)
        writer.close()


async def test_a_flood_from_one_address_gets_429_with_the_time_to_wait() -> None:
    async with served(connects=Tries(2)) as server:
        assert [status_of(await server.upgrade()) for _ in range(2)] == [101, 101]
        answer = await server.upgrade()
        assert status_of(answer) == 429
        assert b"Retry-After: 8\r\n" in answer
        assert server.metrics.rejected_by_code["rate_limited"] == 1


async def test_addresses_are_counted_behind_trusted_proxies_only() -> None:
    tries = Tries(9)
    proxies = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("10.0.0.0/8"))
    async with served(connects=tries, trusted_proxies=proxies) as server:
        await server.upgrade(headers="X-Forwarded-For: 6.6.6.6, 203.0.113.9, 10.1.1.1\r\n")
        await server.upgrade(headers="X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: [2001:db8::77]:443\r\n")
        await server.upgrade(headers="X-Forwarded-For: nonsense\r\n")
    assert set(tries.left) == {"203.0.113.9", "2001:db8::", "127.0.0.1"}
    tries = Tries(9)
    async with served(connects=tries) as server:
        await server.upgrade(headers="X-Forwarded-For: 203.0.113.9\r\n")
    assert set(tries.left) == {"127.0.0.1"}


async def test_no_more_sockets_are_opened_than_the_most() -> None:
    async with served(max_open=1) as server, connect(server.url + "/echo"):
        answer = await server.upgrade()
        assert status_of(answer) == 503
        assert b"Retry-After" in answer


async def test_a_draining_server_still_answers_http_and_lets_no_socket_in() -> None:
    async with served() as server, connect(server.url + "/echo") as old, connect(server.url + "/mute") as unattached:
        server.sockets.drain()
        assert status_of(await server.upgrade()) == 503
        assert await closed_with(unattached) == (1012, "draining")
        await old.send("still here")
        assert await old.recv() == "still here"
        reader, writer = await server.raw()
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert status_of(await reader.readuntil(b"\r\n\r\n")) == 200
        writer.close()


async def test_stopping_the_server_closes_every_socket_with_1012() -> None:
    async with served() as server:
        one, other = await connect(server.url + "/echo"), await connect(server.url + "/mute")
    assert (await closed_with(one))[0] == (await closed_with(other))[0] == 1012
    assert len(server.sockets) == server.sockets.unattached == server.serving.connections == 0


async def test_a_socket_that_never_attaches_is_closed_with_1008() -> None:
    async with served(attach_within_s=0.05) as server:
        async with connect(server.url + "/mute") as mute, connect(server.url + "/echo") as echo:
            assert (await closed_with(mute))[0] == 1008
            await echo.send("attached ones stay")
            assert await echo.recv() == "attached ones stay"
        await until(lambda: len(server.sockets) == 0)
        assert server.metrics.rejected_by_code["policy_violation"] == 1


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHo", b"GET / HTTP/1.1\r\nHost: here\r\n\r\nGET /"])
async def test_a_half_open_handshake_is_closed(sent: bytes) -> None:
    async with served(half_open_s=0.05) as server:
        reader, writer = await server.raw()
        writer.write(sent)
        async with asyncio.timeout(3):
            await reader.read()
        writer.close()
        await until(lambda: server.serving.connections == 0)


async def test_bytes_that_dribble_in_after_an_answer_do_not_hold_the_connection() -> None:
    async with served(half_open_s=0.05) as server:
        reader, writer = await server.raw()
        writer.write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\n")
        assert status_of(await reader.readuntil(b"\r\n\r\n")) == 405
        writer.write(b"x")
        async with asyncio.timeout(3):
            await reader.read()
        writer.close()


async def test_an_endless_head_is_refused() -> None:
    async with served() as server:
        reader, writer = await server.raw()
        writer.write(b"GET / HTTP/1.1\r\n" + b"X-A: aaaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 1000)
        assert status_of(await reader.readuntil(b"\r\n\r\n")) == 431
        writer.close()


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00\x01", b"hello\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
)
async def test_what_is_no_http_is_answered_with_400_and_closed(garbage: bytes) -> None:
    async with served() as server:
        reader, writer = await server.raw()
        writer.write(garbage)
        async with asyncio.timeout(3):
            assert (await reader.read()).startswith(b"HTTP/1.1 400")
        writer.close()


async def test_a_message_over_the_limit_is_closed_with_1009_even_while_it_is_being_sent() -> None:
    async with served() as server:
        for size in (65 * 1024, 2 << 20):
            async with connect(server.url + "/echo", compression=None) as socket:
                with contextlib.suppress(websockets.ConnectionClosed):
                    await socket.send(b"x" * size)
                assert (await closed_with(socket))[0] == 1009
        async with connect(server.url + "/echo", compression=None) as socket:
            with contextlib.suppress(websockets.ConnectionClosed):
                await socket.send([b"x" * 30_000] * 40)
            assert (await closed_with(socket))[0] == 1009
        await until(lambda: len(server.sockets) == 0)
        assert server.metrics.rejected_by_code["message_too_big"] == 3


async def test_long_and_short_messages_in_one_turn_arrive_as_they_were_sent() -> None:
    async with served() as server, connect(server.url + "/echo") as socket:
        await socket.send("burst")
        assert [len(await socket.recv()) for _ in BURST] == list(BURST)
        assert await socket.recv() == "burst"


async def test_a_fault_of_ours_closes_that_socket_alone_and_is_logged() -> None:
    async with served() as server, connect(server.url + "/echo") as socket:
        with capture_logs() as lines:
            await socket.send("raise")
            assert (await closed_with(socket))[0] == 1011
        assert [line["event"] for line in lines] == ["socket failed"]
        await until(lambda: len(server.sockets) == 0)
        async with connect(server.url + "/echo") as another:
            await another.send("fine")
            assert await another.recv() == "fine"


async def test_pings_are_answered_and_a_silent_peer_is_dropped_with_4408() -> None:
    heartbeats = Heartbeats(tick_s=0.01, ping_after_s=0.05, drop_after_s=0.15)
    async with served(heartbeats=heartbeats) as server:
        async with connect(server.url + "/echo") as alive:
            await (await alive.ping())
            reader, writer = await server.raw()
            writer.write(UPGRADE % (b"/echo", b""))
            await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(2) == b"\x89\x00"
            async with asyncio.timeout(3):
                rest = await reader.read()
            assert int.from_bytes(rest[2:4], "big") == 4408
            writer.close()
            await alive.send("answered every ping")
            assert await alive.recv() == "answered every ping"
        await until(lambda: len(server.sockets) == len(heartbeats) == 0)


async def test_below_a_base_path_sockets_are_there_and_nowhere_else() -> None:
    async with served(base_path="/practice") as server:
        assert status_of(await server.upgrade("/practice/echo")) == 101
        assert status_of(await server.upgrade("/echo")) == 404


async def test_nothing_is_left_after_many_connections_a_third_of_them_aborted() -> None:
    async with served() as server:
        tasks = len(asyncio.all_tasks())
        for round_number in range(60):
            reader, writer = await server.raw()
            writer.write(UPGRADE % (b"/echo" if round_number % 2 else b"/mute", b""))
            await reader.readuntil(b"\r\n\r\n")
            if round_number % 3 == 0:
                writer.transport.abort()
            elif round_number % 3 == 1:
                writer.write(b"\x88\x82\x00\x00\x00\x00\x03\xe8")
                await reader.read()
            writer.close()
        await until(lambda: len(server.sockets) == server.serving.connections == 0)
        assert server.sockets.unattached == 0
        assert server.metrics.sockets_open.total() == 0
        assert len(asyncio.all_tasks()) == tasks


async def test_a_port_that_is_taken_is_told_as_an_os_error() -> None:
    async with served() as server:
        from greenroom.server.serving import Serving

        with pytest.raises(OSError, match="in use"):
            async with Serving(None, server.sockets, "127.0.0.1", server.port):
                pass
