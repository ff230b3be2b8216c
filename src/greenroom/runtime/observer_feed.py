"""The observer feed of one live session: replay from the log, then live, each event once and in order.

Only what the log holds is shown. A reader that comes while events are being stored is registered first, then given the
log, then what was published meanwhile.
"""

from collections import deque
from collections.abc import Awaitable, Callable

from greenroom.ports.observer import Attached, Reader
from greenroom.ports.store import StoredEvent

TAIL_EVENTS = 128
"""Kept in memory: most readers that come back need no more."""
PAGE_EVENTS = 500

ReadLog = Callable[[int, int], Awaitable[list[StoredEvent]]]
"""`(after, limit)` to lines of the log, read outside the loop."""


class _Seat:
    """Where one reader stands."""

    __slots__ = ("last_seq", "pending", "replaying")

    def __init__(self, last_seq: int) -> None:
        self.last_seq = last_seq
        self.replaying = True
        self.pending: deque[StoredEvent] = deque()


class ObserverFeed:
    """All readers of one live session."""

    def __init__(self, log_id: str, read_log: ReadLog) -> None:
        self._log_id = log_id
        self._read_log = read_log
        self._tail: deque[StoredEvent] = deque(maxlen=TAIL_EVENTS)
        self._seats: dict[Reader, _Seat] = {}
        self._captions: dict[str, bytes] = {}
        self._open_turns: set[str] = set()
        """Turns whose beginning was shown, and whose end was not."""
        self._end: tuple[int, str] | None = None
        self.head_seq = 0
        """The last event that is stored and was shown."""

    def __len__(self) -> int:
        return len(self._seats)

    @property
    def owner_watching(self) -> bool:
        return any(reader.is_owner for reader in self._seats)

    def publish(self, event: StoredEvent, *, begins: str | None = None, ends: str | None = None) -> None:
        """Show a stored event to everyone; `begins` and `ends` name the turn that it opens or closes."""
        self.head_seq = event.seq
        self._tail.append(event)
        for reader, seat in tuple(self._seats.items()):
            if seat.replaying:
                seat.pending.append(event)
            else:
                seat.last_seq = event.seq
                reader.event(event.body, event.seq)
        if begins is not None:
            self._open_turns.add(begins)
            if begins in self._captions:
                self.tell(self._captions[begins])
        if ends is not None:
            self._open_turns.discard(ends)
            self._captions.pop(ends, None)

    def tell(self, body: bytes) -> None:
        """Show something that is not in the log to everyone who is up to date."""
        for reader, seat in tuple(self._seats.items()):
            if not seat.replaying:
                reader.event(body, 0)

    def caption(self, turn_id: str, body: bytes) -> None:
        """Show how far a turn's words are, once its beginning was shown; the latest is kept for whoever comes."""
        self._captions[turn_id] = body
        if turn_id in self._open_turns:
            self.tell(body)

    async def attach(self, reader: Reader, after: tuple[str, int] | None, *, status: str, caller_present: bool) -> None:
        """Register the reader, say where the log is, replay, go live."""
        resumed = after is not None and after[0] == self._log_id and after[1] <= self.head_seq
        seat = _Seat(after[1] if resumed and after is not None else 0)
        self._seats[reader] = seat
        reader.attached(
            Attached(
                log_id=self._log_id,
                head_seq=self.head_seq,
                resumed=resumed,
                status=status,
                caller_present=caller_present,
            )
        )
        try:
            await self._replay(reader, seat)
        except BaseException:
            self._seats.pop(reader, None)
            raise

    def detach(self, reader: Reader) -> bool:
        """Forget a reader; whether it was known."""
        return self._seats.pop(reader, None) is not None

    def close(self, code: int, reason: str) -> int:
        """Every reader has been told the end: let them go. Those still being given the log leave when they have it."""
        self._end = (code, reason)
        told = len(self._seats)
        for reader, seat in tuple(self._seats.items()):
            if not seat.replaying:
                del self._seats[reader]
                reader.end(code, reason)
        return told

    async def _replay(self, reader: Reader, seat: _Seat) -> None:
        upto = self.head_seq
        while seat.last_seq < upto and reader in self._seats:
            if self._tail and self._tail[0].seq <= seat.last_seq + 1:
                page = [event for event in self._tail if event.seq > seat.last_seq]
            else:
                page = await self._read_log(seat.last_seq, PAGE_EVENTS)
            if not page:
                break
            for event in page:
                seat.last_seq = event.seq
                reader.event(event.body, event.seq)
        if reader not in self._seats:
            return
        # Nothing waits between here and going live, so nothing can be published in between.
        for event in seat.pending:
            if event.seq > seat.last_seq:
                seat.last_seq = event.seq
                reader.event(event.body, event.seq)
        seat.pending.clear()
        seat.replaying = False
        for turn_id, body in self._captions.items():
            if turn_id in self._open_turns:
                reader.event(body, 0)
        if self._end is not None:
            self._seats.pop(reader, None)
            reader.end(*self._end)
