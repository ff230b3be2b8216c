"""A synthetic candidate on a simulated phone, who knows to the sample when it spoke and when it was answered."""

import asyncio
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from hibari import Hibari

from greenroom.audio.g711 import pcm_to_ulaw
from greenroom.audio.resample import resample
from greenroom.practice_client.observer import attach
from greenroom.practice_client.phone import Phone, call
from greenroom.practice_client.playout import Playout
from greenroom.practice_client.rest import Rest

RATE = 8000
SPEED_OF_FAST_EAR = 12.0
JOB = {"jobTitle": "Project manager", "company": "Northwind", "lengthMinutes": 20}


@cache
def _voice() -> Any:
    return Hibari()


@cache
def spoken(text: str, speed: float = 1.0) -> bytes:
    """Mu-law of this text, from its first to its last sound."""
    audio = np.asarray(_voice()(text, speed=speed, seed=1))
    loud = np.flatnonzero(np.abs(audio) > 0.02)
    audio = audio[loud[0] : loud[-1] + 1]
    pcm = resample((np.clip(audio, -1, 1) * 30000).astype(np.int16), 24000, RATE)
    return pcm_to_ulaw(pcm)


def silence(seconds: float) -> bytes:
    return b"\xff" * int(RATE * seconds)


class FastPlayout(Playout):
    """An ear that has heard a reply twelve times as fast, where what is said takes none of the time to be measured."""

    def add_audio(self, ulaw: bytes, at: float) -> None:
        super().add_audio(ulaw, at)
        self._until_s -= len(ulaw) / RATE * (1 - 1 / SPEED_OF_FAST_EAR)


@dataclass
class Candidate:
    """One session and its call."""

    phone: Phone
    rest: Rest
    session_id: str
    log: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    audio_at: list[float] = field(default_factory=list[float])
    over: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def say(self, ulaw: bytes) -> tuple[float, float]:
        """Speak; when its first and its last sample were spoken, on the loop's clock. Returns when it has been said."""
        phone = self.phone
        frames = phone._frames  # pyright: ignore[reportPrivateUsage] the frame it starts with
        # A phone has a frame, and sends it, only when the last sample of it is spoken.
        began = phone.began + (frames - 1) * 0.02
        phone.talker.say(ulaw)
        ended = began + len(ulaw) / RATE
        await self.pass_until(ended + 0.02)
        return began, ended

    async def pass_until(self, at: float) -> None:
        done = asyncio.Event()
        asyncio.get_running_loop().call_at(at, done.set)
        await done.wait()

    def first_audio_after(self, at: float) -> float | None:
        return next((moment for moment in self.audio_at if moment > at), None)

    async def wait_audio_after(self, at: float, within_s: float) -> float | None:
        try:
            async with asyncio.timeout(within_s):
                while (found := self.first_audio_after(at)) is None:
                    self.changed.clear()
                    await self.changed.wait()
                return found
        except TimeoutError:
            return None

    async def wait_floor(self, within_s: float = 30.0) -> bool:
        """Until the interviewer has finished a line and it is the candidate's turn; False when the call is over."""
        completed = self._completed()
        async with asyncio.timeout(within_s):
            while not self.over.is_set():
                if self._is_ending():
                    return False
                if self._completed() > completed or self._has_floor():
                    return True
                self.changed.clear()
                await self.changed.wait()
        return False

    def _completed(self) -> int:
        return sum(e["type"] == "turn.completed" and e["speaker"] == "interviewer" for e in self.log)

    def _is_ending(self) -> bool:
        """The farewell is spoken, or was: whatever is said now is not heard."""
        return any(e["type"] == "call.status_changed" and e["status"] in ("ending", "ended") for e in self.log)

    def _has_floor(self) -> bool:
        turns = [event for event in self.log if event["type"] in ("turn.started", "turn.completed")]
        return bool(turns) and turns[-1]["type"] == "turn.completed" and turns[-1]["speaker"] == "interviewer"

    def candidate_text(self) -> str:
        done = [e for e in self.log if e["type"] == "turn.completed" and e["speaker"] == "candidate"]
        return " ".join(event["text"] for event in sorted(done, key=lambda event: event["startedMs"]))


async def connect(
    base_url: str, *, fast_ear: bool = False, job: dict[str, Any] | None = None, scenario_id: str = "job_interview"
) -> Candidate:
    """A session, its observer and its call, with the greeting on its way."""
    rest = Rest(base_url)
    made = await rest.create(JOB if job is None else job, scenario_id=scenario_id)
    socket, _ = await attach(base_url, made["sessionId"], made["ticket"])
    phone = await call(base_url, made["streamToken"])
    candidate = Candidate(phone, rest, made["sessionId"])
    if fast_ear:
        phone.playout = FastPlayout()

    def heard(at: float) -> None:
        candidate.audio_at.append(at)
        candidate.changed.set()

    phone.on_audio = heard

    async def watch() -> None:
        try:
            while True:
                candidate.log.append(await socket.receive())
                candidate.changed.set()
        except Exception:  # noqa: BLE001 closed: the log is whole
            candidate.over.set()
            candidate.changed.set()

    candidate.watcher = asyncio.get_running_loop().create_task(watch())  # type: ignore[attr-defined]
    return candidate


async def leave(candidate: Candidate) -> None:
    candidate.phone.hang_up()
    await candidate.phone.wait_closed()
    async with asyncio.timeout(5):
        await candidate.over.wait()
    await candidate.rest.__aexit__(None, None, None)
