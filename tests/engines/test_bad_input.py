"""Servers that are wrong, unwilling or confused: each case has a named outcome, and words for whom it concerns."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
from websockets.exceptions import ConnectionClosed

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.core.errors import (
    EngineAccountClosed,
    EngineBusy,
    EngineKeyRefused,
    EngineModelUnknown,
    EngineNotRealtime,
    EngineOutOfCredit,
    EngineRefusal,
    EngineSilent,
    EngineUnreachable,
)
from greenroom.core.session import Limits
from greenroom.engines.realtime import replies
from greenroom.websocket import Heartbeats
from tests.doubles import strangers
from tests.doubles.engine_events import HeardEvents
from tests.doubles.engine_house import engine_call, realtime_engine
from tests.doubles.realtime_server import Behaviour, realtime_double
from tests.doubles.realtime_session import failed
from tests.engines.conftest import WANTED, Line

SENTENCE = re.compile(r"[A-Za-z].* .*[^ ]")
IN_A_HURRY = Limits(connect_s=1.6, configure_s=0.3, grace_s=1.0, reply_s=0.3, worded_s=0.3)

Server = Callable[[], AbstractAsyncContextManager[str]]


def double(**behaviour: Any) -> Server:
    """A double that behaves so; gives its URL."""

    @asynccontextmanager
    async def server() -> AsyncGenerator[str]:
        async with realtime_double(Behaviour(**behaviour)) as made:
            yield made.url

    return server


# Servers that no session can be held with.

WRONG_KEY = (EngineKeyRefused, "API key")
NO_QUOTA = (EngineOutOfCredit, "no credit")
NO_MODEL = (EngineModelUnknown, "model")
NO_VOICE_ENGINE = (EngineNotRealtime, "no voice engine")
NOT_IN_TIME = (EngineSilent, "does not answer in time")
LATER = (EngineBusy, "HTTP")

NO_SUCH_MODEL = b'{"error":{"type":"invalid_request_error","code":"model_not_found"}}'

OPENING: dict[str, tuple[Server, tuple[type[EngineRefusal | EngineUnreachable], str]]] = {
    "wrong key, at the door": (double(api_key="another"), WRONG_KEY),
    "wrong key, as an event": (double(error_first=("invalid_request_error", "invalid_api_key")), WRONG_KEY),
    "wrong key, as a close": (double(close_first=3000), WRONG_KEY),
    "a key without this right": (double(http_status=403), WRONG_KEY),
    "no quota, at the door": (
        double(http_status=429, http_body=b'{"error":{"code":"insufficient_quota"}}'),
        NO_QUOTA,
    ),
    "no quota, as an event": (double(error_first=("insufficient_quota", "insufficient_quota")), NO_QUOTA),
    "unknown model, at the door": (double(http_status=404, http_body=NO_SUCH_MODEL), NO_MODEL),
    "unknown model, as an event": (double(error_first=("invalid_request_error", "model_not_found")), NO_MODEL),
    "a closed account": (
        double(error_first=("invalid_request_error", "account_deactivated")),
        (EngineAccountClosed, "deactivated"),
    ),
    "another refusal": (
        double(error_first=("invalid_request_error", "moon_in_the_wrong_house")),
        (EngineRefusal, "model"),
    ),
    "too many requests": (double(http_status=429), LATER),
    "out of order": (double(http_status=500), LATER),
    "nothing at this path": (double(http_status=404), NO_VOICE_ENGINE),
    "a web server": (strangers.web_server, NO_VOICE_ENGINE),
    "something that is not the web": (strangers.mail_server, (EngineNotRealtime, "HTTP")),
    "a WebSocket echo": (strangers.echo_server, NOT_IN_TIME),
    "accepts TCP and never answers": (strangers.mute_server, NOT_IN_TIME),
    "accepts and never greets": (double(greets=False), NOT_IN_TIME),
}
INNER = re.compile(r"https?:|wss?:|127\.0\.0\.1|localhost|GREENROOM_|OPENAI|API|HTTP|[a-z]_[a-z]|\d{3}")
"""What is nothing to a candidate."""


def told_the_candidate(events: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The one event of this type, in words fit for a person on the phone."""
    [told] = [event for event in events if event["type"] == kind]
    assert SENTENCE.fullmatch(told["message"])
    assert not INNER.search(told["message"])
    return told


@pytest.mark.parametrize("case", OPENING)
async def test_a_server_that_no_session_can_be_held_with(case: str) -> None:
    server, (kind, words) = OPENING[case]
    heartbeats = Heartbeats()
    async with server() as url:
        engine = realtime_engine(url, heartbeats, lambda _: None)
        with pytest.raises(kind) as failure:
            await engine.open(HeardEvents(), WANTED, ())
        assert type(failure.value) is kind
        assert words in failure.value.message
        assert SENTENCE.fullmatch(failure.value.message)
        assert "secret" not in failure.value.message
        with structlog.testing.capture_logs() as logs:
            async with engine_call(engine, IN_A_HURRY) as call:
                call.pick_up()
                await call.page.until(lambda: call.reason is not None)
        told = told_the_candidate(call.page.events, "notice")
        logged = [(entry.get("code"), entry.get("message")) for entry in logs]
        assert (kind.code, failure.value.message) in logged
        if issubclass(kind, EngineRefusal):
            assert (call.reason, told["code"]) == ("engine_refused", kind.code)
            assert len([signal for signal in call.signals if isinstance(signal, s.EngineRefused)]) == 1
        else:
            assert (call.reason, told["code"]) == ("engine_lost", "engine_lost")
            lost = [signal for signal in call.signals if isinstance(signal, s.EngineLost)]
            assert len(lost) >= 2  # it was tried again
            assert {signal.code for signal in lost} == {kind.code}
    assert len(heartbeats) == 0


# Servers that can be talked to and not set up, or that say no later on.

LATE: dict[str, tuple[Server, str, str, str]] = {
    "speaks beta only": (double(beta="all"), "engine_refused", "configuration.failed", "engine_beta_only"),
    "greets and never answers": (
        double(deaf_to={"session.update"}),
        "engine_refused",
        "configuration.failed",
        "configuration_timeout",
    ),
    "refuses the configuration": (
        double(update_error=("invalid_request_error", "invalid_value")),
        "engine_refused",
        "configuration.failed",
        "configuration_refused",
    ),
    "no quota, once it is to speak": (
        double(end_status=("failed", failed("insufficient_quota"))),
        "engine_refused",
        "notice",
        "engine_out_of_credit",
    ),
}


@pytest.mark.parametrize("case", LATE)
async def test_a_server_that_says_no_after_it_greeted(case: str) -> None:
    server, reason, event, code = LATE[case]
    heartbeats = Heartbeats()
    with structlog.testing.capture_logs() as logs:
        async with server() as url, engine_call(realtime_engine(url, heartbeats, lambda _: None), IN_A_HURRY) as call:
            call.pick_up()
            await call.page.until(lambda: call.reason is not None)
            assert call.reason == reason
            assert told_the_candidate(call.page.events, event)["code"] == code
    operator = [entry.get("message", "") for entry in logs if entry.get("code") == code]
    assert len(operator) == 1
    assert SENTENCE.fullmatch(operator[0])
    assert "about" not in operator[0]  # the server's own words, which may quote anything
    assert len(heartbeats) == 0


@pytest.mark.parametrize("beta", ["names", "shapes"])
async def test_a_server_with_betas_names_serves_a_call(beta: str) -> None:
    heartbeats = Heartbeats()
    async with (
        double(beta=beta)() as url,
        engine_call(realtime_engine(url, heartbeats, lambda _: None), IN_A_HURRY) as call,
    ):
        call.pick_up()
        await call.page.until(lambda: bool(call.spoken()))
        assert call.phone.sounded
        assert call.heard_turns()[0][1] == call.spoken()[0]["text"]


# Messages that are not as they should be, in the middle of a reply.


@dataclass(frozen=True)
class Odd:
    """`messages` come while a reply is being made; `{response}` and `{item}` in them are its ids."""

    messages: tuple[dict[str, Any] | str | bytes, ...]
    counted: tuple[str, ...] = ()
    """What the operator finds in the metrics."""
    heard: int = 0
    """Pieces of sound that reach the caller because of it."""
    ends: s.Signal | None = None
    """The connection is given up with this."""
    turn: str | None = None
    """The candidate's words that come of it."""


def delta(payload: str, response: str = "{response}", item: str = "{item}") -> dict[str, Any]:
    where = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
    return {"type": "response.output_audio.delta", "event_id": "event_odd", **where, "delta": payload}


def spoken(what: str, item: str, **more: Any) -> dict[str, Any]:
    return {"type": f"input_audio_buffer.speech_{what}", "event_id": "event_odd", "item_id": item, **more}


def words(item: str, text: str) -> dict[str, Any]:
    kind = "conversation.item.input_audio_transcription.completed"
    usage = {"type": "duration", "seconds": 1.0}
    more = {"content_index": 0, "transcript": text, "usage": usage}
    return {"type": kind, "event_id": "event_odd", "item_id": item, **more}


MALFORMED = ("engine_malformed_event",)
STOPPED = spoken("stopped", "item_early", audio_end_ms=2000)
LIMITS = {"type": "rate_limits.updated", "event_id": "event_odd"}

ODD: dict[str, Odd] = {
    "sound of a response never announced": Odd((delta("AAAA", "resp_never"),)),
    "sound of an item never announced": Odd((delta("AAAA", item="item_never"),), heard=1),
    "words of a response never announced": Odd(
        (
            {
                "type": "response.output_audio_transcript.delta",
                "event_id": "event_odd",
                "response_id": "resp_never",
                "item_id": "item_never",
                "output_index": 0,
                "content_index": 0,
                "delta": "boo",
            },
        )
    ),
    "words of an item never announced": Odd((words("item_never", "Nobody said this."),)),
    "words before their item": Odd(
        (words("item_early", "I was early."), spoken("started", "item_early", audio_start_ms=0), STOPPED),
        turn="I was early.",
    ),
    "an end before its beginning": Odd((STOPPED,)),
    "a huge delta": Odd((delta("AAAA" * 1_500_000),), heard=1),
    "a delta that is more than huge": Odd((delta("AAAA" * 2_200_000),), ends=s.EngineLost("closed_1009")),
    "sound that is no base64": Odd((delta("not base64!"), delta("AAA"), delta("AA=A"), delta("ÄÖÜß")), MALFORMED * 4),
    "sound that is no text": Odd((json.dumps(delta("")).replace('""', "7"),), MALFORMED),
    "no sound at all": Odd((delta(""),)),
    "NaN where nobody needs a number": Odd(
        (json.dumps(LIMITS | {"rate_limits": [{"name": "tokens", "remaining": float("nan")}]}),)
    ),
    "NaN where a number is needed": Odd(
        (json.dumps(spoken("started", "item_nan", audio_start_ms=float("nan"))),), MALFORMED
    ),
    "infinity where a number is needed": Odd(
        (json.dumps(spoken("started", "item_inf", audio_start_ms=float("inf"))),), MALFORMED
    ),
    "binary": Odd((b"\x00\xff\x00",), MALFORMED),
    "no JSON": Odd(("<html>", ""), MALFORMED * 2),
    "JSON of another kind": Odd(("[1,2]", '"hello"', "null"), MALFORMED * 3),
    "events that are for other transports": Odd(
        ('{"type":"output_audio_buffer.started"}', '{"type":"mcp_list_tools.in_progress","item_id":"i"}')
    ),
    "an event that nobody knows": Odd(('{"type":"response.hologram.delta","x":{}}',), ("engine_unknown_event",)),
    "nothing but noise": Odd(("noise",) * 50, MALFORMED * 50, ends=s.EngineLost("protocol_error")),
}


def filled(message: dict[str, Any] | str | bytes, names: dict[str, str]) -> str | bytes:
    if isinstance(message, dict):
        message = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    if isinstance(message, str):
        for name, value in names.items():
            message = message.replace("{" + name + "}", value)
    return message


@pytest.mark.parametrize("case", ODD)
async def test_messages_that_are_not_as_they_should_be(line: Line, case: str) -> None:
    odd = ODD[case]
    line.behaviour.hold_after_deltas = 3
    await line.open()
    line.leg.say(Cue("c1", "question", "one two three four five"))
    started = await line.heard.wait_for(s.ReplyStarted)
    await line.heard.until(lambda: len(line.heard.sounds(started.reply_id)) == 3)
    names = {"response": started.reply_id, "item": next(iter(line.server.sounds.of_item))}
    with suppress(ConnectionClosed):  # it may be hung up on before all is said
        for message in odd.messages:
            await line.server.send_raw(filled(message, names))
    if odd.ends is not None:
        assert await line.heard.wait_for(type(odd.ends)) == odd.ends
        assert line.heard.signals[-1] == odd.ends
    else:
        line.server.release()
        await line.heard.wait_for(s.ReplyFinished, status="completed")
        assert len(line.heard.sounds(started.reply_id)) == 5 + odd.heard
        assert line.heard.of(s.ReplyStarted) == [started]
        assert line.heard.of(s.ReplyWorded) == [s.ReplyWorded(started.reply_id, "one two three four five")]
    assert [came.text for came in line.heard.of(s.TranscriptCame)] == ([] if odd.turn is None else [odd.turn])
    assert tuple(line.counted) == odd.counted


@pytest.mark.parametrize(
    "session",
    [{"type": "realtime", "truncation": {"type": "new"}}, {"object": "realtime.session", "modalities": ["text"]}, {}],
)
async def test_a_session_with_something_new_in_it_is_there_all_the_same(line: Line, session: dict[str, Any]) -> None:
    line.behaviour.greets = False

    async def greet() -> None:
        await line.double.until(lambda: line.double.open == 1)
        message = {"type": "session.created", "event_id": "event_1", "session": session}
        await line.server.send_raw(json.dumps(message))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(greet())
        await line.open()
    await line.heard.wait_for(s.ConfigurationEchoed)


async def test_a_response_of_which_nothing_more_comes_is_given_up(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "STALLED_S", 0.05)
    line.behaviour.hold_after_deltas = 3
    line.behaviour.deaf_to.add("response.cancel")
    await line.open()
    line.leg.say(Cue("c1", "question", "one two three four five"))
    finished = await line.heard.wait_for(s.ReplyFinished)
    assert finished.status == "incomplete"
    assert line.heard.of(s.ReplyWorded) == [s.ReplyWorded(finished.reply_id, "one two three")]
    assert (await line.server.got("response.cancel"))["response_id"] == finished.reply_id
    assert len(line.heard.sounds(finished.reply_id)) == 3


async def test_a_slow_response_is_not_given_up(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "STALLED_S", 0.3)
    line.behaviour.speed = 1
    await line.open()
    line.leg.say(Cue("c1", "question", "one two three four five six seven eight"))
    assert (await line.heard.wait_for(s.ReplyFinished)).status == "completed"
    assert not line.server.of_type("response.cancel")
