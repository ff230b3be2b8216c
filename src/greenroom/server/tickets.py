"""Tickets and stream tokens: what lets a socket in. In memory only, each good once, for one session and one role."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from greenroom.core.errors import RateLimited, TicketRefused

Role = Literal["observer", "voice", "stream"]

TICKET_S = 30.0
STREAM_TOKEN_S = 15 * 60.0
"""As long as a session waits for its caller."""
MOST_PER_SESSION = 64
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket is good for."""

    session_id: str
    role: Role
    is_owner: bool
    """Whether it was the session's owner who asked for it."""
    expires_at: float


class Tickets:
    """All tickets that were given out and not used yet. Time is handed in, in seconds.

    Looked up by their whole value in a dict of unguessable ones: how long that takes tells nothing about any of them.
    """

    def __init__(self) -> None:
        self._by_value: dict[str, Ticket] = {}
        self._of_session: dict[str, OrderedDict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._by_value)

    def give(
        self, session_id: str, role: Role, at: float, *, is_owner: bool = True, valid_s: float | None = None
    ) -> str:
        """A new ticket. A session's oldest goes when it has too many. Raises `RateLimited` when there are too many in all."""
        self._forget_oldest_expired(at)
        if len(self._by_value) >= MOST:
            raise RateLimited(TICKET_S)
        if valid_s is None:
            valid_s = STREAM_TOKEN_S if role == "stream" else TICKET_S
        value = secrets.token_urlsafe(24)
        self._by_value[value] = Ticket(session_id, role, is_owner, at + valid_s)
        values = self._of_session.setdefault(session_id, OrderedDict())
        values[value] = None
        if len(values) > MOST_PER_SESSION:
            self._forget(next(iter(values)))
        return value

    def redeem(self, value: str, role: Role, at: float, *, session_id: str | None = None) -> Ticket:
        """What the ticket is good for; it is spent then. Raises `TicketRefused`.

        One shown in the wrong place is spent, too: it is out, and whoever may have one gets another. `session_id` None:
        whichever session it is for.
        """
        ticket = self._by_value.get(value)
        if ticket is None:
            raise TicketRefused("the ticket is unknown, spent or expired; fetch a new one")
        self._forget(value)
        if ticket.expires_at <= at:
            raise TicketRefused("the ticket has expired; fetch a new one")
        if ticket.role != role or (session_id is not None and ticket.session_id != session_id):
            raise TicketRefused("the ticket is not for this")
        return ticket

    def erase(self, session_id: str) -> None:
        """Forget all of a session's; unknown ones are fine."""
        for value in self._of_session.pop(session_id, ()):
            self._by_value.pop(value, None)

    def _forget_oldest_expired(self, at: float) -> None:
        # A few for each one that comes: so those that ran out go faster than new ones can come.
        for value in tuple(islice(self._by_value, 4)):
            if self._by_value[value].expires_at <= at:
                self._forget(value)

    def _forget(self, value: str) -> None:
        ticket = self._by_value.pop(value)
        values = self._of_session[ticket.session_id]
        del values[value]
        if not values:
            del self._of_session[ticket.session_id]
