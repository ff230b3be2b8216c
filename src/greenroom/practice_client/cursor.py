"""Where a reader of a session's log stands, and what each message means to it."""

import enum
from dataclasses import dataclass
from typing import Any


class Seen(enum.Enum):
    NEW = "new"
    """The next event, or a message that is not stored."""
    AGAIN = "again"
    """An event that was there before: drop it."""
    GAP = "gap"
    """An event is missing before this one: attach again."""


@dataclass(slots=True)
class Cursor:
    log_id: str | None = None
    seq: int = 0

    def after(self) -> dict[str, Any] | None:
        """For `attach`; None for a newcomer."""
        return None if self.log_id is None else {"logId": self.log_id, "seq": self.seq}

    def attached(self, message: dict[str, Any]) -> bool:
        """Take in the answer to `attach`. False: everything read so far is void and comes anew from seq 1."""
        resumed = bool(message["resumed"])
        if not resumed:
            self.seq = 0
        self.log_id = message["logId"]
        return resumed

    def take(self, message: dict[str, Any]) -> Seen:
        """Move on with an event; what is not stored moves nothing."""
        seq = message.get("seq")
        if seq is None:
            return Seen.NEW
        if message.get("logId") != self.log_id:
            return Seen.GAP
        if seq <= self.seq:
            return Seen.AGAIN
        if seq != self.seq + 1:
            return Seen.GAP
        self.seq = seq
        return Seen.NEW
