"""Mutated input on every socket and endpoint: answered or closed, never a traceback, nothing left behind."""

import asyncio
import json
import random
from pathlib import Path

from structlog.testing import capture_logs

from tests.server.echo import UPGRADE, text_frame, until
from tests.server.fakes import House, house

ROUNDS = 1500
FAULTS = {"socket failed", "request failed", "task failed"}

REQUESTS = [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 38\r\n\r\n"
    b'{"scenarioId":"job_interview","config"}',
    b"POST /api/sessions/s1/tickets HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}   \r\n0\r\n\r\n",
    b"DELETE /api/sessions/%2e%2e%2fs1?after=%00 HTTP/1.1\r\nHost: x\r\nCookie: greenroom_owner=a.b\r\n\r\n",
    b"GET /api/sessions/s1/events?after=1&limit=2 HTTP/1.0\r\nAuthorization: Bearer x\r\n\r\n",
    UPGRADE % (b"/logs", b"Origin: null\r\n"),
    UPGRADE % (b"/call", b"X-Forwarded-For: x\r\n"),
    UPGRADE % (b"/voice", b"Sec-WebSocket-Protocol: x\r\n"),
]


def mutated(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(changed) + 1)
        match dice.randrange(4):
            case 0:
                changed[at : at + dice.randint(1, 8)] = b""
            case 1:
                changed[at:at] = dice.randbytes(dice.randint(1, 4))
            case 2:
                changed[at:at] = changed[: dice.randint(0, 40)]
            case _:
                changed[at : at + 1] = dice.choice([b"\0", b"\r\n", b'"', b"{", b"[" * 3000, b"\xff", b"-1", b"9" * 30])
    return bytes(changed)


async def throw(at: House, first: bytes, *frames: bytes) -> bytes:
    """Send all that and hang up; the first answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", at.surface.port)
    answer = b""
    try:
        writer.write(first)
        async with asyncio.timeout(0.02 if not frames else 2):
            answer = await reader.read(64)
        for frame in frames:
            writer.write(frame)
        await writer.drain()
    except (TimeoutError, ConnectionError):
        pass
    writer.close()
    return answer


async def test_mutated_requests_are_answered(tmp_path: Path) -> None:
    dice = random.Random(20261123)
    async with house(tmp_path) as at:
        await at.session()
        with capture_logs() as lines:
            answers = [await throw(at, mutated(dice.choice(REQUESTS), dice)) for _ in range(ROUNDS)]
            await until(lambda: at.surface.serving.connections == 0)
        assert not [line for line in lines if line["event"] in FAULTS]
        assert {answer[:9] for answer in answers} <= {b"", b"HTTP/1.1 "}
        assert not [answer for answer in answers if answer.startswith(b"HTTP/1.1 500")]


async def test_mutated_frames_on_every_socket_close_it_or_are_answered(tmp_path: Path) -> None:
    dice = random.Random(20261124)
    async with house(tmp_path) as at:
        session, by_page = await at.session(), await at.session("browser")
        with capture_logs() as lines:
            for number in range(ROUNDS):
                attach = {
                    "type": "attach",
                    "sessionId": "s1",
                    "ticket": at.ticket(session),
                    "after": {"logId": "x", "seq": 1},
                }
                start = {
                    "event": "start",
                    "start": {"streamSid": "M", "customParameters": {"token": at.ticket(session, "stream")}},
                }
                talk = [
                    {"type": "scenario.configuration", "scenarioId": "x", "config": {"a": [1, {}]}, "revision": 2},
                    {"type": "turn.text", "text": "hello", "id": 7},
                    {"event": "media", "media": {"payload": "AAAA"}},
                    {"event": "mark", "mark": {"name": "m"}},
                ]
                join = {"type": "join", "sessionId": "s2", "ticket": at.ticket(by_page, "voice")}
                say = [{"type": "mute", "on": True}, {"type": "cleared", "replyId": "r", "playedMs": 2}]
                path, first, rest = ((b"/logs", attach, talk), (b"/call", start, talk), (b"/voice", join, say))[
                    number % 3
                ]
                messages = [json.dumps(message).encode() for message in [first, *rest]]
                chosen = dice.randrange(len(messages))
                if number % 4 < 2:
                    messages[chosen] = mutated(messages[chosen], dice)
                frames = [text_frame(message) for message in messages]
                if number % 4 >= 2:
                    frames[chosen] = mutated(frames[chosen], dice)
                await throw(at, UPGRADE % (path, b""), *frames)
            await until(lambda: at.surface.serving.connections == len(at.surface.sockets) == 0)
        assert not [line for line in lines if line["event"] in FAULTS]
        # It was no walk past closed doors: most got in, and most of what was wrong was told.
        assert min(len(session.calls), len(by_page.calls)) > ROUNDS // 6
        assert at.metrics.rejected_by_code["bad_input"] > ROUNDS // 50
