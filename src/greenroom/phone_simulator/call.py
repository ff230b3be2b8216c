"""One simulated call, from being asked for to its final status."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from greenroom.phone_simulator.behaviour import Faults, Person, Told
from greenroom.phone_simulator.webhooks import SIGNATURE_HEADER, NoAnswer, Webhooks
from greenroom.practice_client.connection import ConnectFailed, connect
from greenroom.practice_client.phone import Phone

FINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
LONGEST_TWIML = 20
"""Instructions in a row that lead nowhere: a call does not go round for ever."""


@dataclass(eq=False)
class SimulatedCall:
    """A call at the carrier. `run` is its whole life."""

    account_sid: str
    to: str
    caller: str
    person: Person
    faults: Faults
    webhooks: Webhooks
    tell: Callable[[Told], None]
    twiml: str = ""
    status_url: str | None = None
    machine_url: str | None = None
    ring_s: float = 60.0
    longest_s: float = 14_400.0
    inbound: bool = False
    call_id: str = field(default_factory=lambda: "CA" + secrets.token_hex(16))
    status: str = "queued"
    phone: Phone | None = None
    streams: int = 0
    answered: bool = False
    """Somebody pays."""

    def __post_init__(self) -> None:
        self.stream_came = asyncio.Event()
        self.over = asyncio.Event()
        self._ending = asyncio.Event()
        """The call is to end, whoever wants it."""
        self._late: list[str] = []
        self._told = 0
        self._broke = False

    @property
    def up(self) -> bool:
        return self.status not in FINAL

    def end(self) -> None:
        """Hang up, from the server's side or the carrier's."""
        self._ending.set()

    async def run(self) -> None:
        """Ring, answer, follow the instructions, end."""
        try:
            if not self.inbound:
                await self._status("initiated")
            final = await (self._conversation() if self.inbound else self._ring())
            await self._finish(final)
        finally:
            self.over.set()

    async def receive(self, url: str) -> None:
        """The other direction: call the server, and follow what it says."""
        self.status = "ringing"
        self._note("calls the server")
        try:
            self.twiml = await self.webhooks.post(url, self.fields("ringing"))
        except NoAnswer as failure:
            self._note("no instructions", why=str(failure))
            self.status = "failed"
            self.over.set()
            return
        await self.run()

    def fields(self, status: str | None, **more: str) -> dict[str, str]:
        """What every webhook says of the call."""
        fields = {
            "CallSid": self.call_id,
            "AccountSid": self.account_sid,
            "From": self.caller,
            "To": self.to,
            "Caller": self.caller,
            "Called": self.to,
            "Direction": "inbound" if self.inbound else "outbound-api",
            "ApiVersion": "2010-04-01",
        }
        return fields | ({"CallStatus": status} if status is not None else {}) | more

    # Inside.

    async def _ring(self) -> str:
        if self.person.answers in ("busy", "failed"):
            return self.person.answers
        await self._status("ringing")
        rings_s = min(self.ring_s, self.person.rings_s if self.person.answers != "no-answer" else self.ring_s)
        if await self._ends_within(rings_s):
            return "canceled"
        if self.person.answers in ("no-answer", "canceled"):
            return self.person.answers
        if self.person.rings_s > self.ring_s:
            return "no-answer"
        return await self._conversation()

    async def _conversation(self) -> str:
        self.answered, self.status = True, "in-progress"
        async with asyncio.TaskGroup() as beside:
            if not self.inbound:
                beside.create_task(self._status("in-progress"))
            verdict = beside.create_task(self._verdict()) if self.machine_url is not None else None
            limit = asyncio.get_running_loop().call_later(self.longest_s, self._time_is_up)
            try:
                await self._follow()
            finally:
                limit.cancel()
                if verdict is not None:
                    verdict.cancel()
        return "completed"

    async def _follow(self) -> None:
        """Do as the TwiML says, until it says no more or the call ends."""
        for _ in range(LONGEST_TWIML):
            stream, action = _stream_of(self.twiml)
            if stream is None or self._ending.is_set():
                return
            await self._stream(*stream)
            if self._ending.is_set() or action is None:
                return
            try:
                self.twiml = await self.webhooks.post(action, self.fields("in-progress"))
            except NoAnswer as failure:
                self._note("no instructions", why=str(failure))
                return
        self._note("too many streams")

    async def _stream(self, url: str, parameters: Mapping[str, str]) -> None:
        base_url, path = self.webhooks.reach.stream(url)
        headers = {SIGNATURE_HEADER: self.webhooks.sign(url, {})}
        try:
            phone = await connect(
                base_url,
                path,
                lambda: Phone(dict(parameters), self.person.utterances, call_sid=self.call_id),
                headers=headers,
            )
        except ConnectFailed as failure:
            self._note("stream refused", why=str(failure))
            return
        self.phone = phone
        self.streams += 1
        self.stream_came.set()
        self._note("stream", streamSid=phone.stream_sid)
        async with asyncio.TaskGroup() as beside:
            talking = beside.create_task(self._talk(phone))
            close = await phone.wait_closed()
            talking.cancel()
        self._note("stream over", code=str(close.code))

    async def _talk(self, phone: Phone) -> None:
        """What the person, or the network, does to an open stream."""
        faults = self.faults
        loop = asyncio.get_running_loop()
        timers: list[asyncio.TimerHandle] = []
        if faults.falls_silent_s is not None:
            timers.append(loop.call_later(faults.falls_silent_s, phone.fall_silent))
        if faults.breaks_s is not None and not self._broke:
            self._broke = True
            timers.append(loop.call_later(faults.breaks_s, phone.break_off))
        try:
            hung_up = not await self._ends_within(self.person.talks_s)
            if hung_up:
                self._note("hangs up")
                self.end()
            if faults.no_stop and hung_up:
                phone.break_off()
            else:
                phone.hang_up()
        finally:
            for timer in timers:
                timer.cancel()

    async def _verdict(self) -> None:
        await asyncio.sleep(self.faults.verdict_s)
        answered_by = "machine_start" if self.person.answers == "machine" else "human"
        self._note("verdict", answeredBy=answered_by)
        if self.machine_url is not None:
            await self._post(self.machine_url, self.fields(None, AnsweredBy=answered_by))

    async def _finish(self, final: str) -> None:
        for status in [*self._late, final]:
            self.status = status
            await self._status(status, at_the_end=True)
        self.status = final

    async def _status(self, status: str, *, at_the_end: bool = False) -> None:
        if status in self.faults.late and not at_the_end:
            self._late.append(status)
            return
        if not at_the_end or status in FINAL:
            self.status = status
        self._note(status)
        if self.status_url is None or status in self.faults.lose:
            return
        for _ in range(self.faults.times):
            self._told += 1
            await self._post(self.status_url, self.fields(status, SequenceNumber=str(self._told)))

    async def _post(self, url: str, fields: Mapping[str, str]) -> None:
        try:
            await self.webhooks.post(url, fields)
        except NoAnswer as failure:
            self._note("webhook failed", why=str(failure))

    async def _ends_within(self, seconds: float | None) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._ending.wait()
        except TimeoutError:
            return False
        return True

    def _time_is_up(self) -> None:
        self._note("time limit")
        self.end()

    def _note(self, what: str, **details: str) -> None:
        self.tell(Told(asyncio.get_running_loop().time(), self.call_id, what, details))


def _stream_of(twiml: str) -> tuple[tuple[str, dict[str, str]] | None, str | None]:
    """The stream that the instructions ask for, with its parameters, and what to ask when it ends."""
    connect_element = ET.fromstring(twiml).find("Connect")  # noqa: S314 from the server that is tried
    stream = None if connect_element is None else connect_element.find("Stream")
    if connect_element is None or stream is None:
        return None, None
    parameters = {entry.get("name", ""): entry.get("value", "") for entry in stream.findall("Parameter")}
    return (stream.get("url", ""), parameters), connect_element.get("action")
