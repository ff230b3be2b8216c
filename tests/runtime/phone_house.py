"""A session and its phone call on the real runtime: what the carrier does is a script of words, one after the other."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any
from unittest.mock import patch

from greenroom.core import calls as c
from greenroom.core.session import Limits
from greenroom.ports.dialler import CallOrder, CallRefused, NotNow
from greenroom.ports.store import Store, Write
from greenroom.ports.telephony import CallNews
from greenroom.runtime.calls import Calls, CallSettings
from greenroom.runtime.deadlines import Deadlines
from greenroom.runtime.directory import Admission, Directory
from greenroom.runtime.fair_use import CallLimits, FairUse
from greenroom.runtime.metrics import Metrics
from greenroom.runtime.recorder import Recorder
from greenroom.runtime.session_runner import Parts, SessionRunner
from greenroom.scenarios.library import load
from greenroom.stores.memory import MemoryStore
from tests.doubles.carrier import Carrier
from tests.runtime.house import House, Page, Phone, TalkingEngine, scenario
from tests.runtime.renewing import LoopClock

FRAME = base64.b64encode(b"\xff" * 160)
STEP_S = 0.2
_STATUSES = {"queued", "initiated", "ringing", "in-progress", *c.FINAL}
_TROUBLE = {
    "carrier_down": NotNow("no connection"),
    "carrier_refuses": CallRefused("the account's SID or auth token is wrong", "20003"),
    "carrier_up": None,
}
SETTLED_S = 200.0
"""Longer than anything that is waited for."""


class PromptRecorder(Recorder):
    """Writes at once, on the loop: in virtual time a thread would be left behind."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, on_unavailable=lambda _: None)
        self._written = store

    def record(self, write: Write, committed: Callable[[], None] | None = None) -> bool:
        self._written.write([write])
        if committed is not None:
            asyncio.get_running_loop().call_soon(committed)
        return True

    async def flush(self, within_s: float) -> bool:
        return True


async def _inline(work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    return work(*arguments, **options)


class SlowEngine(TalkingEngine):
    """Opens when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may_open = asyncio.Event()
        self.may_open.set()

    async def open(self, events: Any, wanted: Any, history: Any) -> Any:
        await self.may_open.wait()
        return await super().open(events, wanted, history)


def an_order(_line: Any = None) -> CallOrder:
    return CallOrder("+442079460958", "+15005550006", "<Response/>", "https://a.example/twilio/status", 30, 3600)


class PhoneHouse:
    def __init__(self, house: House, calls: Calls, carrier: Carrier, deadlines: Deadlines, engine: SlowEngine) -> None:
        self.house = house
        self.calls = calls
        self.carrier = carrier
        self.deadlines = deadlines
        self.engine = engine

    async def story(self, number: str = "n", *, inbound: bool = False) -> "Story":
        runner = await self.house.session()
        page = await self.house.watch(runner.session_id)
        story = Story(self, runner, page, number)
        if inbound:
            row = self.calls.book_incoming(number, "58")
            call = self.carrier.new(None)
            call.billed = True
            story.call_id = call.call_id
            self.calls.take(runner.session_id, call.call_id, row)
        else:
            self.calls.dial(runner.session_id, number, "58", "address", an_order)
        await asyncio.sleep(STEP_S)
        return story


class DeafPhone(Phone):
    """Hears at once what is said, until it is made to take its time."""

    deaf = False

    def send_mark(self, name: str) -> None:
        if not self.deaf:
            super().send_mark(name)


class Story:
    """One session's call, and the words that drive it."""

    def __init__(self, at: PhoneHouse, runner: Any, page: Page, number: str) -> None:
        self.at = at
        self.runner = runner
        self.page = page
        self.number = number
        self.call_id: str | None = None
        self.phones: list[DeafPhone] = []

    @property
    def statuses(self) -> list[str]:
        return [event["status"] for event in self.page.events if event["type"] == "call.status_changed"]

    @property
    def reason(self) -> str | None:
        return next((event["reason"] for event in self.page.events if event.get("status") == "ended"), None)

    async def go(self, script: str) -> None:
        for word in script.split():
            self.do(word)
            await asyncio.sleep(2.0 if word == "wait" else STEP_S)

    def do(self, word: str) -> None:
        """One thing happens; what can't any more is left out."""
        if word in _STATUSES:
            self._told(word)
        elif not self._request(word) and not self._line(word):
            self._session(word)

    def _request(self, word: str) -> bool:
        """What becomes of the request for the call, and of the carrier's answers to others."""
        carrier = self.at.carrier
        match word:
            case "reply" | "lost" if carrier.is_asked:
                call_id = self._reach()
                carrier.replies(call_id) if word == "reply" else carrier.loses_the_answer()
            case "reached" if carrier.is_asked:
                self._reach()
            case "unreached" if carrier.is_asked:
                carrier.loses_the_answer()
            case "refused" if carrier.is_asked and self.call_id is None:
                carrier.refuses()
            case "busy_carrier" if carrier.is_asked and self.call_id is None:
                carrier.is_busy()
            case "carrier_down" | "carrier_refuses" | "carrier_up":
                carrier.trouble = _TROUBLE[word]
            case "hangs_up_unheard" if self.call_id is not None:
                carrier.calls[self.call_id].status = "completed"
            case _:
                return False
        return True

    def _line(self, word: str) -> bool:
        """What happens on the line."""
        phone = self.phones[-1] if self.phones else None
        events = None if phone is None else phone.events
        match word:
            case "machine" | "human" if self.call_id is not None:
                self.at.calls.told(CallNews(self.call_id, None, word == "machine"), self.runner.session_id)
            case "stream" | "again":
                self._stream(again=word == "again")
            case "media" if events:
                events.audio(FRAME)
            case "stop" if events:
                events.hung_up()
            case "cut" | "silent" if phone and events:
                # Its socket is gone, whoever noticed it.
                phone.closed = (1006 if word == "cut" else 4408, "")
                events.lost(str(phone.closed[0]))
            case "deaf" if phone:
                phone.deaf = True
            case _:
                return False
        return True

    def _session(self, word: str) -> None:
        match word:
            case "suspect":
                self.at.calls.suspect(self.runner.session_id)
            case "end" | "limit" | "reset":
                self.runner.ask_end({"end": "user_ended", "limit": "time_limit"}.get(word, word))
            case "engine_slow":
                self.at.engine.may_open.clear()
            case "engine_ready":
                self.at.engine.may_open.set()
            case _:
                pass

    def _reach(self) -> str:
        if self.call_id is None:
            self.call_id = self.at.carrier.reaches().call_id
        return self.call_id

    def _told(self, status: str) -> None:
        """The callback of a status comes. The carrier's own state is onwards already, if it ever is."""
        if self.call_id is None:
            return
        call = self.at.carrier.calls[self.call_id]
        if call.up:
            call.status = status if status in c.FINAL else call.status
            call.billed = call.billed or status == "in-progress"
        self.at.calls.told(CallNews(self.call_id, status, None), self.runner.session_id)

    def _stream(self, *, again: bool) -> None:
        """The carrier opens a stream, with a token that is good while the session lives."""
        if self.call_id is None or not self.at.carrier.calls[self.call_id].up or self.runner.ended:
            return
        line = self.at.calls.line(self.runner.session_id)
        if again:
            if line is None or not c.may_stream_again(line.call):
                return
            self.at.calls.stream_asked(line)
        elif self.phones:
            return
        self.at.carrier.calls[self.call_id].billed = True
        phone = DeafPhone(f"MZ{len(self.phones) + 1}")
        phone.events = self.runner.attach_caller(phone)
        self.phones.append(phone)
        self.at.calls.stream_came(self.runner.session_id, self.call_id)

    async def settle(self) -> None:
        """Whatever is still to come has come."""
        await asyncio.sleep(SETTLED_S)


@contextlib.asynccontextmanager
async def phone_house(
    limits: CallLimits | None = None, settings: CallSettings | None = None, store: Store | None = None
) -> AsyncGenerator[PhoneHouse]:
    """In virtual time. On leaving, nothing may be left of any call."""
    store, clock, metrics, engine, carrier = store or MemoryStore(), LoopClock(), Metrics(), SlowEngine(), Carrier()
    store.open()
    deadlines = Deadlines(clock)
    deadlines.start()
    directories: list[Directory] = []
    recorder = PromptRecorder(store)

    def live(session_id: str) -> SessionRunner | None:
        return directories[0].live(session_id)

    calls = Calls(
        carrier,
        FairUse(limits or CallLimits(0, 0, 0, 0, 0), store.calls_since(0)),
        recorder,
        deadlines,
        clock,
        metrics,
        live,
        settings or CallSettings(),
    )
    parts = Parts(clock, deadlines, recorder, metrics, engine, scenario, session_over=calls.session_over)
    directory = Directory(parts, store, load().values, Admission(1000, 30, Limits()))
    directories.append(directory)
    try:
        with patch("asyncio.to_thread", _inline):
            async with calls.running(), directory.running():
                yield PhoneHouse(House(directory, engine, store, metrics, recorder), calls, carrier, deadlines, engine)
                carrier.trouble = None
                while carrier.is_asked:
                    carrier.loses_the_answer()
        assert metrics.legs_open["engine"] == 0
        assert all(leg.closed for leg in engine.legs)
    finally:
        deadlines.stop()
        store.close()
