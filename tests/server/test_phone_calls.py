"""Phone calls through the whole server: over its sockets, its webhooks and the carrier's REST API."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom import wiring
from greenroom.config import ConfigurationError, read
from greenroom.phone_simulator.behaviour import Person
from greenroom.practice_client.connection import ConnectFailed, connect
from greenroom.practice_client.phone import Phone
from greenroom.scenarios import library
from tests.server.phone_lines import ORIGIN, OURS, THEIRS, PhoneLines, phone_lines, twilio_signs

TALKED = ["calling", "ringing", "connecting", "connected", "ended"]


async def test_a_person_is_called_talks_and_hangs_up(tmp_path: Path) -> None:
    async with phone_lines(tmp_path) as at:
        session_id = await at.dialled()
        assert await at.ended(session_id) == "caller_hung_up"
        assert await at.statuses(session_id) == TALKED
        (asked,) = at.carrier.orders
        assert (asked["To"], asked["From"]) == ([THEIRS], [OURS])
        assert int(asked["Timeout"][0]) == 30
        assert int(asked["TimeLimit"][0]) == 3720
        assert "token" in asked["Twiml"][0]
        assert session_id not in asked["Twiml"][0].split("action")[0]
        (call,) = at.carrier.calls
        assert call.streams == 1
        assert "?" not in asked["Twiml"][0].split('url="')[1].split('"')[0], "a stream's URL keeps no query"


@pytest.mark.parametrize(
    ("answers", "reason", "statuses"),
    [
        ("busy", "busy", ["calling"]),
        ("failed", "failed", ["calling"]),
        ("canceled", "cancelled", ["calling", "ringing"]),
        ("machine", "voicemail", ["calling", "ringing", "connecting", "connected"]),
    ],
)
async def test_what_does_not_become_a_conversation_is_told_under_its_own_name(
    tmp_path: Path, answers: str, reason: str, statuses: list[str]
) -> None:
    async with phone_lines(tmp_path, Person(answers, rings_s=0.05, talks_s=None)) as at:  # pyright: ignore[reportArgumentType]
        session_id = await at.dialled()
        assert await at.ended(session_id) == reason
        assert await at.statuses(session_id) == [*statuses, "ended"]


async def test_cancelled_while_it_rings(tmp_path: Path) -> None:
    async with phone_lines(tmp_path, Person(rings_s=30)) as at:
        session_id = await at.dialled()
        await at.until(lambda: at.status(session_id) == "ringing")
        await at.rest.end(session_id)
        assert await at.ended(session_id) == "cancelled"
        await at.until(lambda: at.carrier.up == [])
        assert at.engine.sessions == []
        assert not at.carrier.calls[0].answered
        assert len(at.carrier.hang_ups) == 1


async def test_ended_on_the_page_the_call_ends_too(tmp_path: Path) -> None:
    async with phone_lines(tmp_path, Person(rings_s=0.05, talks_s=None)) as at:
        session_id = await at.dialled()
        await at.until(lambda: at.status(session_id) == "connected")
        await at.rest.end(session_id)
        await at.until(lambda: at.carrier.up == [])
        assert len(at.carrier.hang_ups) == 1


async def test_the_stream_comes_before_the_answer_to_the_request(tmp_path: Path) -> None:
    async with phone_lines(tmp_path, Person(rings_s=0.0, talks_s=0.3)) as at:
        at.carrier.faults.hold_reply = True
        at.carrier.faults.lose = frozenset({"initiated", "ringing", "in-progress"})
        session_id = await at.dialled()
        assert await at.ended(session_id) == "caller_hung_up"
        assert await at.statuses(session_id) == ["calling", "connecting", "connected", "ended"]


async def test_the_answer_to_the_request_is_lost_and_nobody_is_called_twice(tmp_path: Path) -> None:
    async with phone_lines(tmp_path) as at:
        at.carrier.faults.lose_reply = True
        session_id = await at.dialled()
        assert await at.ended(session_id) == "caller_hung_up"
        assert await at.statuses(session_id) == TALKED
        assert len(at.carrier.orders) == 1


async def test_callbacks_twice_and_after_the_end_change_nothing(tmp_path: Path) -> None:
    async with phone_lines(tmp_path) as at:
        at.carrier.faults.times = 3
        at.carrier.faults.late = frozenset({"initiated", "ringing", "in-progress"})
        session_id = await at.dialled()
        assert await at.ended(session_id) == "caller_hung_up"
        await at.until(lambda: at.carrier.up == [])
        assert await at.statuses(session_id) == ["calling", "connecting", "connected", "ended"]
        assert len(at.carrier.hang_ups) <= 1


async def test_every_callback_is_lost_and_the_stream_breaks_without_a_word(tmp_path: Path) -> None:
    async with phone_lines(tmp_path) as at:
        faults = at.carrier.faults
        faults.no_stop, faults.lose = True, frozenset({"initiated", "ringing", "in-progress", "completed"})
        session_id = await at.dialled()
        await at.until(lambda: at.status(session_id) == "interrupted")
        await at.rest.end(session_id)
        assert await at.ended(session_id) == "user_ended"


async def test_a_stream_that_breaks_is_taken_up_again_with_a_new_token(tmp_path: Path) -> None:
    async with phone_lines(tmp_path, Person(rings_s=0.05, talks_s=1.5)) as at:
        at.carrier.faults.breaks_s = 0.3
        session_id = await at.dialled()
        assert await at.ended(session_id) == "caller_hung_up"
        assert await at.statuses(session_id) == [*TALKED[:-1], "interrupted", "connected", "ended"]
        assert at.carrier.calls[0].streams == 2


async def test_a_line_that_falls_silent_is_found_and_the_carrier_is_asked(tmp_path: Path) -> None:
    from greenroom.server import media_watch

    async with phone_lines(tmp_path, Person(rings_s=0.05, talks_s=None)) as at:
        watch = media_watch.MediaWatch(0.2, 0.6, 0.05)
        at.server.surface.phones.watch = watch
        at.carrier.faults.falls_silent_s = 0.2
        session_id = await at.dialled()
        await at.until(lambda: at.status(session_id) == "connected")
        await at.until(lambda: at.status(session_id) == "interrupted")
        await at.until(lambda: at.carrier.calls[0].streams >= 2)
        at.carrier.calls[0].end()
        assert await at.ended(session_id) == "caller_hung_up"
        assert len(watch) == 0


async def test_the_hang_up_is_tried_again_until_it_is_taken_in(tmp_path: Path) -> None:
    async with phone_lines(tmp_path, Person(rings_s=0.05, talks_s=None)) as at:
        at.carrier.faults.hang_ups_fail = 2
        session_id = await at.dialled()
        await at.until(lambda: at.status(session_id) == "ringing" or at.status(session_id) == "connected")
        await at.rest.end(session_id)
        await at.until(lambda: at.carrier.up == [])
        assert len(at.carrier.hang_ups) <= 1


async def test_the_carrier_refuses_and_the_session_says_so(tmp_path: Path) -> None:
    async with phone_lines(tmp_path) as at:
        at.carrier.faults.refuse = (400, 21215)
        session_id = await at.dialled()
        assert await at.ended(session_id) == "failed"
        assert (await at.limits(THEIRS))["callsLeftForNumber"] == 5
        assert (await at.limits())["callsLeftForAddress"] == 9


# Calls that come in.


async def test_somebody_calls_is_interviewed_and_hangs_up(tmp_path: Path) -> None:
    async with phone_lines(tmp_path) as at:
        call = at.carrier.call_in(f"{ORIGIN}/twiml", caller=THEIRS, called=OURS)
        await call.over.wait()
        (session,) = await at.rest.sessions()
        assert await at.ended(session["sessionId"]) == "caller_hung_up"
        assert await at.statuses(session["sessionId"]) == ["ringing", *TALKED[2:]]
        assert session["channel"] == "phone"


@pytest.mark.parametrize(
    "scenario_id", [scenario_id for scenario_id in library.load() if scenario_id != "job_interview"]
)
async def test_the_number_called_decides_what_is_practised(tmp_path: Path, scenario_id: str) -> None:
    async with phone_lines(tmp_path, GREENROOM_PHONE_SCENARIOS=f"{OURS}={scenario_id},job_interview") as at:
        call = at.carrier.call_in(f"{ORIGIN}/twiml", caller=THEIRS, called=OURS)
        await call.over.wait()
        assert [session["scenarioId"] for session in await at.rest.sessions()] == [scenario_id]
        other = at.carrier.call_in(f"{ORIGIN}/twiml", caller="+442079460100", called="+15005550007")
        await other.over.wait()
        assert (await at.rest.sessions())[0]["scenarioId"] == "job_interview"


async def test_a_scenario_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="GREENROOM_PHONE_SCENARIOS"):
        async with wiring.running(
            read(
                {
                    "GREENROOM_PHONE_SCENARIOS": "sales",
                    "GREENROOM_DATA": str(tmp_path),
                    "GREENROOM_ENGINE": "ws://127.0.0.1:9",
                },
                tmp_path,
            )
        ):
            pass


@pytest.mark.parametrize("closed", ["GREENROOM_PHONE_CALLS=false", "GREENROOM_DAILY_CALL_BUDGET=1"])
async def test_a_call_that_may_not_be_taken_is_rejected_which_costs_nothing(tmp_path: Path, closed: str) -> None:
    name, _, value = closed.partition("=")
    async with phone_lines(tmp_path, None, **{name: value}) as at:
        if value == "1":
            await at.ended(await at.dialled())
        before = len(await at.rest.sessions())
        fields = at.carrier.call_in(f"{ORIGIN}/twiml", caller=THEIRS, called=OURS)
        await fields.over.wait()
        assert "<Reject" in fields.twiml
        assert fields.streams == 0
        assert len(await at.rest.sessions()) == before


# Signatures.


INBOUND = {"CallSid": "CA" + "7" * 32, "From": THEIRS, "To": OURS, "CallStatus": "ringing", "Direction": "inbound"}


async def nothing_was_opened(at: PhoneLines) -> None:
    assert await at.rest.sessions() == []
    assert at.engine.sessions == []
    assert at.carrier.orders == []
    assert (await at.limits())["callsLeftToday"] == 200


@pytest.mark.parametrize("path", ["/twiml", "/twilio/status?session=x", "/twilio/resume?session=x&n=1"])
async def test_forged_unsigned_and_misdirected_webhooks_open_nothing(tmp_path: Path, path: str) -> None:
    fields = {name: [value] for name, value in INBOUND.items()}
    async with phone_lines(tmp_path) as at:
        for signature in (
            "",
            "nonsense",
            "é",
            twilio_signs("https://elsewhere.example" + path, fields),
            twilio_signs("http://practice.example" + path, fields),
            twilio_signs(at.base + path, fields),
            twilio_signs(ORIGIN + path + "&more=1", fields),
            twilio_signs(ORIGIN + path, fields | {"From": ["+15005550009"]}),
            twilio_signs(ORIGIN + path, {}),
        ):
            answer = await at.http.post(
                path,
                content="&".join(f"{name}={value[0].replace('+', '%2B')}" for name, value in fields.items()),
                headers=[
                    (b"Content-Type", b"application/x-www-form-urlencoded"),
                    (b"X-Forwarded-Host", b"elsewhere.example"),
                    *([(b"X-Twilio-Signature", signature.encode())] if signature else []),
                ],
            )
            assert answer.status_code == 403
            assert answer.json()["error"]["code"] == "signature_refused"
        await nothing_was_opened(at)


async def test_a_thousand_forgeries_open_nothing(tmp_path: Path) -> None:
    async with phone_lines(tmp_path) as at:
        loop = asyncio.get_running_loop()
        forged: list[tuple[str, dict[str, str]]] = []

        @settings(max_examples=200, deadline=None, database=None)
        @given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))  # fmt: skip
        def collect(signature: str, more: dict[str, str]) -> None:
            forged.append((signature, INBOUND | more))

        await loop.run_in_executor(None, collect)
        for signature, fields in forged:
            assert (await at.post("/twiml", fields, signature)).status_code == 403
        await nothing_was_opened(at)


@pytest.mark.parametrize("signature", ["none", "wrong", "another origin", "plain ws", "with a query"])
async def test_a_stream_that_is_not_signed_is_refused_before_the_upgrade(tmp_path: Path, signature: str) -> None:
    wss = "wss" + ORIGIN.removeprefix("https")
    given = {
        "none": None,
        "wrong": "nonsense",
        "another origin": twilio_signs("wss://elsewhere.example/call", {}),
        "plain ws": twilio_signs("ws" + wss.removeprefix("wss") + "/call", {}),
        "with a query": twilio_signs(wss + "/call?x=1", {}),
    }[signature]
    async with phone_lines(tmp_path) as at:
        made = await at.new(None)
        headers = {} if given is None else {"X-Twilio-Signature": given}
        with pytest.raises(ConnectFailed) as refused:
            await connect(at.base, "/call", lambda: Phone({"token": made["streamToken"]}), headers=headers)
        assert refused.value.status == 403
        assert at.engine.sessions == []
        right = {"X-Twilio-Signature": twilio_signs(f"{wss}/call", {})}
        phone = await connect(at.base, "/call", lambda: Phone({"token": made["streamToken"]}), headers=right)
        await at.until(lambda: at.status(made["sessionId"]) == "connected")
        phone.hang_up()
        await at.ended(made["sessionId"])
        again = await connect(at.base, "/call", lambda: Phone({"token": made["streamToken"]}), headers=right)
        assert (await again.wait_closed()).code == 4401, "a token is good once"


async def test_simulators_may_come_unsigned_where_no_token_is_required_but_not_wrongly_signed(tmp_path: Path) -> None:
    async with phone_lines(tmp_path, GREENROOM_PHONE_REQUIRE_TOKEN="false") as at:
        phone = await connect(at.base, "/call", lambda: Phone({}))
        await at.until(lambda: at.server.metrics.legs_open["caller"] == 1)
        phone.hang_up()
        with pytest.raises(ConnectFailed):
            await connect(at.base, "/call", lambda: Phone({}), headers={"X-Twilio-Signature": "x"})


async def test_a_replayed_call_opens_nothing_new(tmp_path: Path) -> None:
    async with phone_lines(tmp_path, Person(talks_s=None)) as at:
        call = at.carrier.call_in(f"{ORIGIN}/twiml", caller=THEIRS, called=OURS)
        await at.until(lambda: call.phone is not None and at.server.metrics.legs_open["caller"] == 1)
        fields = call.fields("ringing")
        replayed = await asyncio.gather(*(at.post("/twiml", fields) for _ in range(5)))
        assert {answer.text for answer in replayed} == {call.twiml}, "the same answer, whose token is spent"
        assert len(at.server.directory.runners()) == 1
        call.end()
        await call.over.wait()
        await at.until(lambda: at.server.metrics.calls_open == 0)
        assert "<Hangup" in (await at.post("/twiml", fields)).text
        assert len(await at.rest.sessions()) == 1


async def test_a_call_of_long_ago_replayed_to_a_new_process_opens_nothing(tmp_path: Path) -> None:
    async with phone_lines(tmp_path) as at:
        call = at.carrier.call_in(f"{ORIGIN}/twiml", caller=THEIRS, called=OURS)
        await call.over.wait()
        await at.until(lambda: at.server.metrics.calls_open == 0)
        at.server.surface.phones.calls._past.clear()  # pyright: ignore[reportOptionalMemberAccess]
        answer = await at.post("/twiml", call.fields("ringing"))
        assert "<Hangup" in answer.text
        assert len(await at.rest.sessions()) == 1
        never = await at.post("/twiml", INBOUND)
        assert "<Hangup" in never.text, "the carrier knows no such call"


async def test_the_same_webhook_twice_at_once_makes_one_session(tmp_path: Path) -> None:
    async with phone_lines(tmp_path, Person(talks_s=None)) as at:
        call = at.carrier.call_in(f"{ORIGIN}/none", caller=THEIRS, called=OURS)
        await call.over.wait()
        call.status = "ringing"
        answers = await asyncio.gather(*(at.post("/twiml", call.fields("ringing")) for _ in range(10)))
        assert len({answer.text for answer in answers}) == 1
        assert len(at.server.directory.runners()) == 1
        call.status = "completed"
        await at.post("/twilio/status", call.fields("completed"))
        await at.until(lambda: at.server.metrics.calls_open == 0)


async def test_what_to_do_next_is_answered_once_for_each_time_it_was_asked(tmp_path: Path) -> None:
    async with phone_lines(tmp_path, Person(rings_s=0.05, talks_s=None)) as at:
        session_id = await at.dialled()
        await at.until(lambda: at.status(session_id) == "connected")
        call = at.carrier.calls[0]
        fields = call.fields("in-progress")
        for n in ("0", "2", "", "x", "-1"):
            path = f"/twilio/resume?session={session_id}&n={n}"
            expected = call.twiml if n == "0" else "<Hangup"
            assert expected in (await at.post(path, fields)).text
        path = f"/twilio/resume?session={session_id}&n=1"
        first = (await at.post(path, fields)).text
        assert "<Stream" in first
        assert first != call.twiml
        assert (await at.post(path, fields)).text == first
        other = fields | {"CallSid": "CA" + "9" * 32}
        assert "<Hangup" in (await at.post(f"/twilio/resume?session={session_id}&n=2", other)).text
        assert "<Hangup" in (await at.post("/twilio/resume?session=nobody&n=1", fields)).text


async def test_streams_that_never_come_end_the_call(tmp_path: Path) -> None:
    async with phone_lines(tmp_path, Person(rings_s=0.05, talks_s=None)) as at:
        at.server.surface.sockets._routes.pop("/call")
        session_id = await at.dialled()
        assert await at.ended(session_id) == "failed"
        await at.until(lambda: at.carrier.up == [])


# Fair use, over REST.


async def test_the_numbers_that_are_not_called_are_refused_when_the_session_is_made(tmp_path: Path) -> None:
    async with phone_lines(tmp_path) as at:
        for number, status, code in (
            ("12345", 400, "bad_phone_number"),
            ("+33142685300", 403, "country_not_allowed"),
            ("+449098790123", 403, "number_not_allowed"),
            (OURS, 403, "number_not_allowed"),
        ):
            assert (await at.new(number, status))["error"]["code"] == code
        session_id = (await at.new(None))["sessionId"]
        assert (await at.call(session_id, 409))["error"]["code"] == "no_phone_number"
        assert at.carrier.orders == []


async def test_of_a_hundred_requests_for_the_last_call_one_is_placed(tmp_path: Path) -> None:
    person = Person(rings_s=5)
    async with phone_lines(
        tmp_path, person, GREENROOM_DAILY_CALL_BUDGET="1", GREENROOM_CALLS_PER_IP_PER_HOUR="0"
    ) as at:
        made = [(await at.new(f"+4420794{60000 + number}"))["sessionId"] for number in range(100)]
        answers = await asyncio.gather(*(at.http.post(f"/api/sessions/{session_id}/call") for session_id in made))
        assert sorted(answer.status_code for answer in answers) == [202] + [429] * 99
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.json()["error"]["code"] == "rate_limited"
        assert int(refused.headers["Retry-After"]) > 0
        await at.until(lambda: len(at.carrier.orders) == 1)
        told = await at.limits()
        assert (told["available"], told["code"], told["callsLeftToday"]) == (False, "daily_call_budget", 0)
        assert told["opensAt"].endswith("T00:00:00.000Z")
        assert 0 < told["retryAfterSeconds"] <= 86_400


async def test_what_is_left_is_told_for_a_number_and_an_address(tmp_path: Path) -> None:
    async with phone_lines(tmp_path, GREENROOM_CALLS_PER_NUMBER_PER_HOUR="1") as at:
        told = await at.limits(THEIRS)
        assert (told["available"], told["code"], told["countries"]) == (True, None, ["GB", "US"])
        assert (told["callsLeftForNumber"], told["callsLeftForAddress"], told["callsLeftToday"]) == (1, 10, 200)
        assert (await at.limits("hello"))["code"] == "bad_phone_number"
        await at.ended(await at.dialled())
        told = await at.limits(THEIRS)
        assert (told["code"], told["callsLeftForNumber"]) == ("calls_per_number_per_hour", 0)
        assert 3590 <= told["retryAfterSeconds"] <= 3600
        assert (await at.limits("+442079460100"))["available"]


async def test_switched_off_nobody_is_called(tmp_path: Path) -> None:
    async with phone_lines(tmp_path, GREENROOM_PHONE_CALLS="false") as at:
        session_id = (await at.new())["sessionId"]
        assert (await at.call(session_id, 503))["error"]["code"] == "phone_off"
        assert (await at.limits())["code"] == "phone_off"
        assert at.carrier.orders == []


async def test_a_second_click_calls_nobody_a_second_time(tmp_path: Path) -> None:
    async with phone_lines(tmp_path, Person(rings_s=5)) as at:
        session_id = (await at.new())["sessionId"]
        answers = await asyncio.gather(*(at.http.post(f"/api/sessions/{session_id}/call") for _ in range(10)))
        assert sorted(answer.status_code for answer in answers) == [202] + [409] * 9
        await at.until(lambda: len(at.carrier.orders) == 1)


async def test_a_machine_is_not_looked_for_where_that_is_switched_off(tmp_path: Path) -> None:
    person = replace(Person(), answers="machine", rings_s=0.05, talks_s=0.3)
    async with phone_lines(tmp_path, person, GREENROOM_PHONE_MACHINE="off") as at:
        assert await at.ended(await at.dialled()) == "caller_hung_up"
        assert "MachineDetection" not in at.carrier.orders[0]
