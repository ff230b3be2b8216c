"""However a session ends, everyone who watches is told once, soon, and before the sockets close."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from greenroom.cli.checking.ground import CLOSED_WITHIN_S, Ground, Made, Reader, all_of
from greenroom.cli.checking.result import Result
from greenroom.practice_client.phone import Phone

OBSERVERS = 3
ROUNDS = 5
LIMIT_MS = 1000.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A session that is about to end: its maker, one who watches, and the call."""

    made: Made
    reader: Reader
    phone: Phone

    async def stop(self) -> None:
        self.phone.stop()

    async def close_socket(self) -> None:
        self.phone.close(1000)

    async def end_by_rest(self) -> None:
        await self.made.rest.end(self.made.session_id)

    async def press_the_button(self) -> None:
        self.reader.socket.send_json({"type": "call.end"})

    async def all_at_once(self) -> None:
        await self.press_the_button()
        self.phone.hang_up()
        await self.end_by_rest()


Cause: TypeAlias = Callable[[Scene], Awaitable[None]]

CAUSES: dict[str, Cause] = {
    "stop": Scene.stop,
    "socket close": Scene.close_socket,
    "REST end": Scene.end_by_rest,
    "call.end": Scene.press_the_button,
    "three at once": Scene.all_at_once,
}


async def endings(ground: Ground) -> Result:
    """Every cause, several times, with several observers."""
    result = Result("endings", "cause to each observer", LIMIT_MS)
    ground.progress("endings")
    for name, cause in CAUSES.items():
        await all_of(result, [_one(ground, result, name, cause) for _ in range(ROUNDS)])
    return result


async def _one(ground: Ground, result: Result, name: str, cause: Cause) -> None:
    loop = asyncio.get_running_loop()
    made = await ground.make()
    async with ground.connected(made) as (reader, phone):
        others = [await ground.read(made) for _ in range(OBSERVERS - 1)]
        readers = [reader, *others]
        caused = loop.time()
        await cause(Scene(made, reader, phone))
        closes = await asyncio.gather(*(each.to_the_end() for each in readers))
        result.tried += 1
        try:
            async with asyncio.timeout(CLOSED_WITHIN_S):
                await phone.wait_closed()
        except TimeoutError:
            result.wrong.append(f"{name}: the call's socket stayed open")
        for each, close in zip(readers, closes, strict=True):
            told = [at for at, message in each.got if _is_end(message)]
            result.expect(len(told) == 1, f"{name}: ended was told {len(told)} times")
            result.expect(close is not None and close.code == 4410, f"{name}: an observer's socket closed with {close}")
            if told:
                result.took(told[0] - caused, name)
                by_caller = name in {"socket close", "three at once"}
                if phone.closed_at is not None and not by_caller:
                    result.expect(told[0] <= phone.closed_at + 0.05, f"{name}: the call was closed before it was told")


def _is_end(message: dict[str, object]) -> bool:
    return message["type"] == "call.status_changed" and message["status"] == "ended"
