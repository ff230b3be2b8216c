"""What every `Dialler` must do; Twilio's runs against the simulated REST API."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from greenroom.phone_simulator.behaviour import Person
from greenroom.phone_simulator.carrier import SimulatedCarrier
from greenroom.phone_simulator.webhooks import Reach, Webhooks
from greenroom.ports.dialler import AnswerLost, CallOrder, CallRefused, Dialler, NotNow
from greenroom.telephony.twilio.rest import STATUS_EVENTS, TwilioAccount, TwilioDialler
from tests.doubles.carrier import Carrier

SID, TOKEN = "AC" + "0" * 32, "an-auth-token"
ORDER = CallOrder(
    "+442079460958", "+15005550006", "<Response><Hangup/></Response>", "http://127.0.0.1:9/status", 25, 600
)


class Bench:
    """A dialler, and the faults of whoever is behind it."""

    def __init__(self, dialler: Dialler, fail: Any, up: Any) -> None:
        self.dialler = dialler
        self.fail = fail
        self.up = up


@asynccontextmanager
async def memory() -> AsyncGenerator[Bench]:
    carrier = Carrier(answers_at_once=True)

    def fail(how: str) -> None:
        carrier.trouble = {"busy": NotNow("busy"), "lost": AnswerLost("lost"), "refused": CallRefused("no")}[how]

    yield Bench(carrier, fail, lambda: list(carrier.up))


@asynccontextmanager
async def simulated() -> AsyncGenerator[tuple[SimulatedCarrier, str]]:
    webhooks = Webhooks(lambda _url, _fields: "", Reach("https://a.example", "http://127.0.0.1:9"))
    carrier = SimulatedCarrier(SID, TOKEN, webhooks, person=Person(rings_s=30), numbers=("+15005550006",))
    async with carrier.running(), carrier.serving() as url:
        yield carrier, url


@asynccontextmanager
async def twilio() -> AsyncGenerator[Bench]:
    async with simulated() as (carrier, url), TwilioDialler(TwilioAccount(SID, TOKEN, url)) as dialler:

        def fail(how: str) -> None:
            carrier.faults.too_busy = 1 if how == "busy" else 0
            carrier.faults.lose_reply = how == "lost"
            carrier.faults.refuse = (400, 21215) if how == "refused" else None

        yield Bench(dialler, fail, lambda: [call.call_id for call in carrier.up])


DIALLERS = {"memory": memory, "twilio": twilio}


@pytest.fixture(params=DIALLERS)
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    async with DIALLERS[request.param]() as made:
        yield made


async def gone(bench: Bench, call_id: str) -> None:
    async with asyncio.timeout(5):
        while call_id in bench.up():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_call_is_placed_looked_up_and_hung_up(bench: Bench) -> None:
    call_id = await bench.dialler.place(ORDER)
    other = await bench.dialler.place(ORDER)
    assert bench.up() == [call_id, other]
    assert (await bench.dialler.look_up(call_id)).call_id == call_id
    await bench.dialler.hang_up(call_id)
    await gone(bench, call_id)
    assert (await bench.dialler.look_up(call_id)).status in ("canceled", "completed")
    assert bench.up() == [other]


async def test_hanging_up_twice_or_what_has_ended_or_what_never_was_is_fine(bench: Bench) -> None:
    call_id = await bench.dialler.place(ORDER)
    await bench.dialler.hang_up(call_id)
    await gone(bench, call_id)
    await bench.dialler.hang_up(call_id)
    await bench.dialler.hang_up("CA" + "f" * 32)


async def test_a_call_that_is_not_known_is_refused_as_such(bench: Bench) -> None:
    with pytest.raises(CallRefused) as refused:
        await bench.dialler.look_up("CA" + "f" * 32)
    assert refused.value.unknown_call


@pytest.mark.parametrize(("how", "error"), [("busy", NotNow), ("refused", CallRefused), ("lost", AnswerLost)])
async def test_twilio_says_what_became_of_a_request(how: str, error: type[Exception]) -> None:
    async with twilio() as bench:
        bench.fail(how)
        with pytest.raises(error) as refused:
            await bench.dialler.place(ORDER)
        assert "2079460958" not in f"{refused.value!r} {refused.value}"
        assert len(bench.up()) == (how == "lost")
        bench.fail("nothing")
        await bench.dialler.place(ORDER)


async def test_with_nobody_there_nothing_was_done() -> None:
    async with TwilioDialler(TwilioAccount(SID, TOKEN, "http://127.0.0.1:9")) as dialler:
        with pytest.raises(NotNow):
            await dialler.place(ORDER)
        with pytest.raises(NotNow):
            await dialler.hang_up("CA1")


async def test_a_connection_that_breaks_in_mid_request_leaves_it_open_what_was_done() -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with TwilioDialler(TwilioAccount(SID, TOKEN, f"http://127.0.0.1:{port}")) as dialler:
            with pytest.raises(AnswerLost):
                await dialler.place(ORDER)


async def test_a_wrong_token_is_refused_in_words() -> None:
    async with simulated() as (_, url), TwilioDialler(TwilioAccount(SID, "wrong", url)) as dialler:
        with pytest.raises(CallRefused, match="SID or auth token") as refused:
            await dialler.place(ORDER)
        assert refused.value.code == "20003"


@pytest.mark.parametrize("detect", [True, False])
async def test_every_order_has_both_time_limits_and_names_where_to_tell(detect: bool) -> None:
    async with simulated() as (carrier, url), TwilioDialler(TwilioAccount(SID, TOKEN, url)) as dialler:
        order = CallOrder(ORDER.to, ORDER.caller, ORDER.answer, ORDER.status_url, 25, 600, detect)
        await dialler.place(order)
        (asked,) = carrier.orders
        assert (asked["Timeout"], asked["TimeLimit"]) == (["25"], ["600"])
        assert (asked["To"], asked["From"], asked["Twiml"]) == ([ORDER.to], [ORDER.caller], [ORDER.answer])
        assert asked["StatusCallbackEvent"] == list(STATUS_EVENTS)
        assert asked["StatusCallback"] == [ORDER.status_url]
        assert asked.get("AsyncAmd") == (["true"] if detect else None)
        assert asked.get("MachineDetection") == (["Enable"] if detect else None)
