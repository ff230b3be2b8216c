"""Finds phone streams on which nothing is heard any more: a live phone sends a frame every 20 ms, silence included."""

import asyncio
from typing import Protocol

LOOK_EVERY_S = 0.25
SUSPECT_S = 3.0
DEAD_S = 10.0


class Watched(Protocol):
    """One stream."""

    @property
    def frames_heard(self) -> int: ...

    def fell_silent(self) -> None:
        """Nothing has come for three seconds."""
        ...

    def is_dead(self) -> None:
        """Nothing has come for ten seconds."""
        ...


class _Seen:
    __slots__ = ("frames", "since", "suspected")

    def __init__(self, frames: int, since: float) -> None:
        self.frames = frames
        self.since = since
        self.suspected = False


class MediaWatch:
    """Looks at all streams four times a second, with one timer; a frame costs nothing here."""

    def __init__(
        self, suspect_s: float = SUSPECT_S, dead_s: float = DEAD_S, look_every_s: float = LOOK_EVERY_S
    ) -> None:
        self._suspect_s = suspect_s
        self._dead_s = dead_s
        self._look_every_s = look_every_s
        self._streams: dict[Watched, _Seen] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._streams)

    def add(self, stream: Watched) -> None:
        """Watch it from now on."""
        loop = asyncio.get_running_loop()
        self._streams[stream] = _Seen(stream.frames_heard, loop.time())
        if self._timer is None:
            self._timer = loop.call_later(self._look_every_s, self._look)

    def discard(self, stream: Watched) -> None:
        """Unknown ones are fine."""
        self._streams.pop(stream, None)
        if not self._streams:
            self.stop()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._timer = loop.call_later(self._look_every_s, self._look)
        for stream, seen in tuple(self._streams.items()):
            if stream.frames_heard != seen.frames:
                self._streams[stream] = _Seen(stream.frames_heard, now)
            elif now - seen.since >= self._dead_s:
                self.discard(stream)
                stream.is_dead()
            elif now - seen.since >= self._suspect_s and not seen.suspected:
                seen.suspected = True
                stream.fell_silent()
