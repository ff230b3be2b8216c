"""Engines with their other sides in a test's hands, for the contract of engines."""

import asyncio
import base64
import functools
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol

import msgspec
import pytest

from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.engines.realtime import RealtimeEngine, RealtimeSettings
from greenroom.engines.scripted import ScriptedEngine, Speech
from greenroom.ports.engine import Engine, EngineConfiguration, EngineEvents, EngineLeg, PastTurn
from greenroom.runtime.warm_engines import Keeping, WarmEngines
from greenroom.websocket import Heartbeats
from tests.doubles.realtime_server import Behaviour, RealtimeDouble, realtime_double

WANTED = EngineConfiguration(1, "You are an interviewer.", "marin", "audio/pcmu")
FRAME_BYTES = 160


class Bench(Protocol):
    """An engine, and the other side of it."""

    engine: Engine

    async def candidate_says(self, text: str) -> None: ...

    async def candidate_coughs(self) -> None:
        """Speech for the engine's ear, without words."""
        ...

    async def lose(self) -> None:
        """End the connection from the other side."""
        ...

    def remembered(self) -> list[tuple[str, str]]:
        """The turns that the model was given, as role and text."""
        ...

    def unreachable(self) -> None:
        """From now on."""
        ...

    def refusing(self) -> None:
        """From now on."""
        ...

    async def nothing_left_open(self) -> bool: ...

    def talk_slowly(self) -> None:
        """Replies from now on are not made at once; none ends before `finish_talking`."""
        ...

    def finish_talking(self) -> None: ...


class ScriptedBench:
    def __init__(self) -> None:
        self.scripted = ScriptedEngine.auto(Speech(ms_per_word=100, paced=True))
        self.engine: Engine = self.scripted

    async def candidate_says(self, text: str) -> None:
        self.scripted.legs[-1].hear(text)

    async def candidate_coughs(self) -> None:
        self.scripted.legs[-1].hear("")

    async def lose(self) -> None:
        self.scripted.legs[-1].lose()

    def remembered(self) -> list[tuple[str, str]]:
        leg = self.scripted.legs[-1]
        roles = {"candidate": "user", "interviewer": "assistant"}
        typed = [("user", str(call.args[0])) for call in leg.calls if call.name == "add_text"]
        return [(roles[turn.speaker], turn.text) for turn in leg.history] + typed

    def unreachable(self) -> None:
        self.scripted.fail_next(EngineUnreachable("not there"))

    def refusing(self) -> None:
        self.scripted.fail_next(EngineRefusal("no"))

    async def nothing_left_open(self) -> bool:
        return not self.scripted.legs

    def talk_slowly(self) -> None:
        pass

    def finish_talking(self) -> None:
        pass


class RealtimeBench:
    def __init__(self, double: RealtimeDouble, heartbeats: Heartbeats) -> None:
        self.double = double
        self.heartbeats = heartbeats
        settings = RealtimeSettings(double.url, "gpt-realtime-2.1", "sk-test", "gpt-transcribe")
        self.realtime = RealtimeEngine(settings, heartbeats)
        self.engine: Engine = self.realtime

    async def candidate_says(self, text: str) -> None:
        session = self.double.session
        item_id = await session.speech_started(700)
        await session.transcript_deltas(item_id, text)
        await session.speech_stopped(item_id, 2600)
        await session.transcript(item_id, text, pieces=False)

    async def candidate_coughs(self) -> None:
        await self.candidate_says("Hm.")

    async def lose(self) -> None:
        await self.double.session.close(1001)

    def remembered(self) -> list[tuple[str, str]]:
        created = self.double.session.of_type("conversation.item.create")
        return [(event["item"]["role"], event["item"]["content"][0]["text"]) for event in created]

    def unreachable(self) -> None:
        self.double.behaviour.http_status = 503

    def refusing(self) -> None:
        self.double.behaviour.http_status = 401

    async def nothing_left_open(self) -> bool:
        await self.double.until(lambda: self.double.open == 0)
        return len(self.heartbeats) == 0

    def talk_slowly(self) -> None:
        self.double.behaviour.hold_after_deltas = 2

    def finish_talking(self) -> None:
        self.double.behaviour.hold_after_deltas = None
        self.double.session.release()


@asynccontextmanager
async def realtime() -> AsyncGenerator[RealtimeBench]:
    async with realtime_double(Behaviour(api_key="sk-test")) as double:
        heartbeats = Heartbeats()
        heartbeats.start()
        try:
            yield RealtimeBench(double, heartbeats)
        finally:
            heartbeats.stop()


class WarmBench(RealtimeBench):
    """The same through a pool: its one connection is made ahead, and no other takes its place."""

    def __init__(self, bench: RealtimeBench, pool: WarmEngines) -> None:
        super().__init__(bench.double, bench.heartbeats)
        self.engine: Engine = pool
        self.pool = pool

    def unreachable(self) -> None:
        super().unreachable()
        self.double.session.reset()

    def refusing(self) -> None:
        super().refusing()
        self.double.session.reset()

    async def nothing_left_open(self) -> bool:
        await self.double.until(lambda: self.double.open == self.pool.ready)
        return len(self.heartbeats) == self.pool.ready


@asynccontextmanager
async def warm() -> AsyncGenerator[Bench]:
    full = asyncio.Event()
    async with realtime() as bench:
        keeping = Keeping(after_taking_s=3600)
        async with WarmEngines(bench.realtime, 1, lambda _: full.set(), keeping=keeping).running() as pool:
            await full.wait()
            yield WarmBench(bench, pool)


class ServerBench:
    """A Realtime server that is there already: the embedded engine in its own process, or anybody's."""

    def __init__(self, url: str, heartbeats: Heartbeats) -> None:
        self.heartbeats = heartbeats
        self._url = url
        self._legs: list[EngineLeg] = []
        self.engine: Engine = self
        self.name = "server"
        self.prompt_words = True

    async def open(self, events: EngineEvents, wanted: EngineConfiguration, history: Sequence[PastTurn]) -> EngineLeg:
        engine = RealtimeEngine(RealtimeSettings(self._url, words_are_prompt=True), self.heartbeats)
        leg = await engine.open(events, wanted, history)
        self._legs.append(leg)
        return leg

    async def close(self) -> None:
        """Of tests that end before their sessions do, too."""
        for leg in self._legs:
            await leg.close()

    async def candidate_says(self, text: str) -> None:
        sound = bytes([0xFF] * 4000) + spoken(text) + bytes([0xFF] * 32_000)
        for start in range(0, len(sound), FRAME_BYTES):
            self._legs[-1].append_audio(base64.b64encode(sound[start : start + FRAME_BYTES]))

    async def candidate_coughs(self) -> None:
        pytest.skip("a cough is no speech to it")

    async def lose(self) -> None:
        pytest.skip("it serves other tests, too")

    def remembered(self) -> list[tuple[str, str]]:
        pytest.skip("nobody sees into it")

    def unreachable(self) -> None:
        self._url = "ws://127.0.0.1:9/v1/realtime"

    def refusing(self) -> None:
        self._url = self._url.replace("realtime", "elsewhere")

    async def nothing_left_open(self) -> bool:
        return len(self.heartbeats) == 0

    def talk_slowly(self) -> None:
        pytest.skip("it talks as fast as it can")

    def finish_talking(self) -> None:
        pass


@functools.cache
def spoken(text: str) -> bytes:
    """Mu-law of this sentence, in the embedded engine's own voice."""
    from greenroom.audio.g711 import pcm_to_ulaw
    from greenroom.audio.resample import resample
    from greenroom.localvoice.text_to_speech import SAMPLE_RATE_HZ, Hibari

    return pcm_to_ulaw(resample(Hibari().speak(text), SAMPLE_RATE_HZ, 8000))


@contextmanager
def localvoice_process() -> Generator[int]:
    """The embedded engine in a process of its own; gives its port."""
    command = [sys.executable, "-m", "greenroom.localvoice", "--port", "0", "--ends-with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(msgspec.json.decode(process.stdout.readline())["port"])
        finally:
            process.stdin.close()
            process.wait(10)
