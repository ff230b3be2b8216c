"""A phone carrier in memory: a `Dialler` whose every answer a test gives, and which knows what calls are up."""

import asyncio
from dataclasses import dataclass, field

from greenroom.core.calls import FINAL
from greenroom.ports.dialler import AnswerLost, CallOrder, CallRefused, CallStatus, DiallerError, NotNow


@dataclass
class CarrierCall:
    call_id: str
    order: CallOrder | None
    status: str = "queued"
    billed: bool = False
    """It was answered: somebody pays."""

    @property
    def up(self) -> bool:
        return self.status not in FINAL


@dataclass
class Carrier:
    """Answers nothing until it is told to, hang-ups and questions excepted."""

    calls: dict[str, CarrierCall] = field(default_factory=dict[str, CarrierCall])
    asked: list[CallOrder] = field(default_factory=list[CallOrder])
    hung_up: list[str] = field(default_factory=list[str])
    """Every request to hang up that was taken in, in order."""
    trouble: DiallerError | None = None
    """What requests to hang up are answered with."""
    answers_at_once: bool = False
    _waiting: list[asyncio.Future[str]] = field(default_factory=list[asyncio.Future[str]])

    async def place(self, order: CallOrder) -> str:
        self.asked.append(order)
        if self.answers_at_once:
            return self.new(order).call_id
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        return await answer

    async def hang_up(self, call_id: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.hung_up.append(call_id)
        call = self.calls.get(call_id)
        if call is not None and call.up:
            call.status = "completed" if call.billed else "canceled"

    async def look_up(self, call_id: str) -> CallStatus:
        call = self.calls.get(call_id)
        if call is None:
            raise CallRefused("no such call", "20404", unknown_call=True)
        return CallStatus(call_id, call.status)

    # What a test says.

    def new(self, order: CallOrder | None) -> CarrierCall:
        call = CarrierCall(f"CA{len(self.calls) + 1}", order)
        self.calls[call.call_id] = call
        return call

    def reaches(self) -> CarrierCall:
        """The request has come: the call is being made, though nobody was answered yet."""
        return self.new(self.asked[-1])

    def replies(self, call_id: str) -> None:
        self._waiting.pop(0).set_result(call_id)

    def refuses(self, error: DiallerError | None = None) -> None:
        self._waiting.pop(0).set_exception(error or CallRefused("not valid", "21211"))

    def loses_the_answer(self) -> None:
        self.refuses(AnswerLost("no answer", "ReadTimeout"))

    def is_busy(self) -> None:
        self.refuses(NotNow("too many requests", "20429"))

    @property
    def is_asked(self) -> bool:
        return bool(self._waiting)

    @property
    def up(self) -> list[str]:
        return [call.call_id for call in self.calls.values() if call.up]
