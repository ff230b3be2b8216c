"""The log of one live session: events become lines, lines are recorded, and what is stored is shown."""

import asyncio
from collections.abc import Sequence

import msgspec
import structlog

from greenroom.core import events as e
from greenroom.core.record import Record
from greenroom.ports.clock import Clock
from greenroom.ports.store import NewEvents, SessionRow, StoredEvent
from greenroom.runtime.envelope import seal
from greenroom.runtime.observer_feed import ObserverFeed
from greenroom.runtime.recorder import Recorder
from greenroom.runtime.shown import configuration_as_stored

log = structlog.get_logger()


class SessionLog:
    """Numbers a session's events and brings them to the recorder, then to the feed."""

    def __init__(self, row: SessionRow, recorder: Recorder, clock: Clock, feed: ObserverFeed) -> None:
        self.head_seq = 0
        """Of what was recorded, stored or not."""
        self._row = row
        self._recorder = recorder
        self._clock = clock
        self._feed = feed
        self._end: StoredEvent | None = None
        self._end_stored = asyncio.Event()

    def append(self, events: Sequence[e.Event], record: Record) -> bool:
        """Record these; `record` is the session after them. False: the log can't take them."""
        at_ms = self._clock.unix_ms()
        lines = tuple(self._seal(event, at_ms) for event in events)
        ended = changed = configured = False
        for line, event in zip(lines, events, strict=True):
            match event:
                case e.CallStatusChanged(status=status):
                    changed = True
                    if status == "ended":
                        ended, self._end = True, line
                case e.ConfigurationAccepted():
                    configured = True
                case _:
                    pass
        write = NewEvents(
            session_id=self._row.session_id,
            events=lines,
            status=record.phase.value if changed else None,
            reason=record.reason if changed else None,
            configuration=msgspec.json.encode(configuration_as_stored(record)) if configured else None,
            scenario_id=record.configuration.scenario_id if configured and record.configuration is not None else None,
            ended_at_ms=at_ms if ended else None,
        )

        def stored() -> None:
            for line, event in zip(lines, events, strict=True):
                begins = event.turn_id if isinstance(event, e.TurnStarted) else None
                ends = event.turn_id if isinstance(event, e.TurnCompleted) else None
                self._feed.publish(line, begins=begins, ends=ends)
            if ended:
                self._end_stored.set()

        return self._recorder.record(write, stored)

    async def tell_end(self, within_s: float) -> None:
        """Until the last event was stored, and so shown; then, or after this time, everyone has been told it."""
        try:
            async with asyncio.timeout(within_s):
                await self._end_stored.wait()
        except TimeoutError:
            log.error("session end not stored", sessionId=self._row.session_id)
            if self._end is not None:
                self._feed.tell(self._end.body[:-1] + b',"stored":false}')

    def _seal(self, event: e.Event, at_ms: int) -> StoredEvent:
        self.head_seq += 1
        return seal(event, session_id=self._row.session_id, log_id=self._row.log_id, seq=self.head_seq, at_ms=at_ms)
