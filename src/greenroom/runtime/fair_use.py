"""Fair use of the phone: how many calls, to whom, for whom, and when the next one may be made.

Everything happens at once, without an await between looking and taking, so two can't have the last call. Time is handed
in as Unix milliseconds: what is counted outlives the process. Numbers and addresses come as pseudonyms.
"""

import secrets
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass

from greenroom.core.errors import CallLimitReached, PhoneSwitchedOff
from greenroom.ports.store import CallRow

HOUR_MS = 3_600_000
DAY_MS = 86_400_000
KEPT_MS = 2 * DAY_MS
"""How long a call's row is of any use, with a day to spare."""
LINE_BUSY_S = 10.0
"""When to ask again while a line is taken: nobody knows how long a call takes."""

OFF = "phone_off"
DAY = "daily_call_budget"
LINES = "calls_at_once"
IN_CALL = "number_in_call"
COOLDOWN = "cooldown"
NUMBER = "calls_per_number_per_hour"
ADDRESS = "calls_per_address_per_hour"

WORDS = {
    DAY: "all of today's phone calls have been made",
    LINES: "all phone lines are taken at the moment",
    IN_CALL: "this number is in a call already",
    COOLDOWN: "this number was called a moment ago",
    NUMBER: "this number has had its calls of this hour",
    ADDRESS: "you have had your calls of this hour",
}


@dataclass(frozen=True, slots=True)
class CallLimits:
    """0 switches a limit off."""

    per_number: int = 5
    """An hour."""
    per_address: int = 10
    """An hour."""
    per_day: int = 200
    at_once: int = 10
    cooldown_s: float = 30.0
    """Between the end of a call to a number and the next one to it."""
    switched_on: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left. None: without a limit, or not asked about."""

    closed_by: str | None
    """The limit that lets no call through now."""
    opens_at_ms: int | None
    left_today: int | None
    left_for_number: int | None
    left_for_address: int | None
    calls_open: int

    def retry_after_s(self, at_ms: int) -> float:
        return LINE_BUSY_S if self.opens_at_ms is None else max(1.0, (self.opens_at_ms - at_ms) / 1000)


class _LastHour:
    """When each key had its calls of the last hour."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._times: defaultdict[str, deque[int]] = defaultdict(deque)
        self._order: deque[tuple[int, str]] = deque()

    def add(self, key: str, at_ms: int) -> None:
        if self.limit and key:
            self._times[key].append(at_ms)
            self._order.append((at_ms, key))

    def take_back(self, key: str, at_ms: int) -> None:
        times = self._times.get(key)
        if times is not None and at_ms in times:
            times.remove(at_ms)

    def left(self, key: str, at_ms: int) -> int | None:
        self._forget(at_ms)
        if not self.limit or not key:
            return None
        return max(0, self.limit - len(self._times.get(key, ())))

    def opens_at_ms(self, key: str) -> int:
        """When there will be one left again, if there is none."""
        return self._times[key][-self.limit] + HOUR_MS

    def _forget(self, at_ms: int) -> None:
        while self._order and self._order[0][0] <= at_ms - HOUR_MS:
            then, key = self._order.popleft()
            times = self._times.get(key)
            if times is None:
                continue
            while times and times[0] <= then:
                times.popleft()
            if not times:
                del self._times[key]


class FairUse:
    """Counts the calls of this process and, by what was stored, of those before it."""

    def __init__(self, limits: CallLimits, earlier: Iterable[CallRow] = ()) -> None:
        self._limits = limits
        self._by_number = _LastHour(limits.per_number)
        self._by_address = _LastHour(limits.per_address)
        self._day = 0
        self._today = 0
        self._open: dict[str, CallRow] = {}
        self._free_at: dict[str, int] = {}
        """By number: the end of its cooldown."""
        for row in sorted(earlier, key=lambda row: row.at_ms):
            self._count(row)
            self._cool(row, row.at_ms)

    def look(self, number_key: str = "", address_key: str = "", *, at_ms: int, inbound: bool = False) -> Standing:
        """What is left for a call to this number that this address asks for; neither need be known."""
        left_today = self._left_today(at_ms)
        left_number = self._by_number.left(number_key, at_ms)
        left_address = self._by_address.left(address_key, at_ms)
        closed: list[tuple[str, int | None]] = []
        if not self._limits.switched_on:
            closed.append((OFF, None))
        if left_today == 0:
            closed.append((DAY, (at_ms // DAY_MS + 1) * DAY_MS))
        if self._limits.at_once and len(self._open) >= self._limits.at_once:
            closed.append((LINES, None))
        if not inbound and number_key:
            closed += self._line_of(number_key, at_ms)
        if left_number == 0:
            closed.append((NUMBER, self._by_number.opens_at_ms(number_key)))
        if left_address == 0:
            closed.append((ADDRESS, self._by_address.opens_at_ms(address_key)))
        # What opens last is what one waits for; the switch has no time, and stands above all.
        name, opens_at_ms = max(closed, key=lambda limit: (limit[0] == OFF, limit[1] or 0), default=(None, None))
        return Standing(
            closed_by=name,
            opens_at_ms=opens_at_ms,
            left_today=left_today,
            left_for_number=left_number,
            left_for_address=left_address,
            calls_open=len(self._open),
        )

    def book(
        self, number_key: str, number_ends: str, address_key: str, *, at_ms: int, inbound: bool = False
    ) -> CallRow:
        """Take a call, to be stored. Raises `CallLimitReached`, `PhoneSwitchedOff`."""
        standing = self.look(number_key, address_key, at_ms=at_ms, inbound=inbound)
        if standing.closed_by == OFF:
            raise PhoneSwitchedOff("phone calls are switched off at the moment")
        if standing.closed_by is not None:
            raise CallLimitReached(WORDS[standing.closed_by], standing.retry_after_s(at_ms))
        row = CallRow(secrets.token_hex(12), at_ms, number_key, number_ends, address_key)
        self._count(row)
        self._open[row.call_id] = row
        return row

    def over(self, row: CallRow, at_ms: int) -> None:
        """The line is free again; a second time is fine."""
        if self._open.pop(row.call_id, None) is not None:
            self._cool(row, at_ms)

    def undo(self, row: CallRow) -> None:
        """There was no call. The address has had its attempt all the same, or refused numbers could be tried for ever."""
        if self._open.pop(row.call_id, None) is None:
            return
        self._by_number.take_back(row.number_key, row.at_ms)
        if self._day == row.at_ms // DAY_MS:
            self._today -= 1

    def _left_today(self, at_ms: int) -> int | None:
        if not self._limits.per_day:
            return None
        used = self._today if at_ms // DAY_MS <= self._day else 0
        return max(0, self._limits.per_day - used)

    def _line_of(self, number_key: str, at_ms: int) -> list[tuple[str, int | None]]:
        if any(row.number_key == number_key for row in self._open.values()):
            return [(IN_CALL, None)]
        free_at = self._free_at.get(number_key, 0)
        return [(COOLDOWN, free_at)] if free_at > at_ms else []

    def _count(self, row: CallRow) -> None:
        day = row.at_ms // DAY_MS
        if day > self._day:
            self._day, self._today = day, 0
        if day == self._day:
            self._today += 1
        self._by_number.add(row.number_key, row.at_ms)
        self._by_address.add(row.address_key, row.at_ms)

    def _cool(self, row: CallRow, at_ms: int) -> None:
        for number_key in [key for key, free_at in self._free_at.items() if free_at <= at_ms]:
            del self._free_at[number_key]
        if row.number_key and self._limits.cooldown_s:
            self._free_at[row.number_key] = at_ms + round(self._limits.cooldown_s * 1000)
