import asyncio

from greenroom.server.media_watch import MediaWatch
from tests.runtime import virtual_time


class Stream:
    def __init__(self) -> None:
        self.frames_heard = 0
        self.said: list[tuple[str, float]] = []

    def fell_silent(self) -> None:
        self.said.append(("silent", asyncio.get_running_loop().time()))

    def is_dead(self) -> None:
        self.said.append(("dead", asyncio.get_running_loop().time()))

    async def talk(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            self.frames_heard += 1
            await asyncio.sleep(0.02)


def test_three_seconds_without_a_frame_are_suspect_and_ten_are_the_end() -> None:
    async def story() -> None:
        watch, stream = MediaWatch(), Stream()
        watch.add(stream)
        await stream.talk(5)
        await asyncio.sleep(20)
        (silent, at), (dead, end) = stream.said
        assert (silent, dead) == ("silent", "dead")
        assert 2.9 <= at - 5 <= 3.6
        assert 9.9 <= end - 5 <= 10.6
        assert len(watch) == 0

    virtual_time.run(story())


def test_a_pause_is_told_once_each_time_and_ends_nothing() -> None:
    async def story() -> None:
        watch, stream = MediaWatch(), Stream()
        watch.add(stream)
        for _ in range(3):
            await stream.talk(1)
            await asyncio.sleep(8)
        assert [what for what, _ in stream.said] == ["silent"] * 3
        watch.discard(stream)
        watch.discard(stream)
        await asyncio.sleep(20)
        assert len(stream.said) == 3

    virtual_time.run(story())


def test_a_stream_on_which_nothing_ever_came_is_dead_as_well_and_others_are_not() -> None:
    async def story() -> None:
        watch, mute, other = MediaWatch(), Stream(), Stream()
        watch.add(mute)
        watch.add(other)
        await other.talk(15)
        assert [what for what, _ in mute.said] == ["silent", "dead"]
        assert other.said == []
        watch.stop()

    virtual_time.run(story())
