"""What a refusal is called where only a close code can be given."""

import math

from greenroom.core.errors import (
    Draining,
    GreenroomError,
    LogUnavailable,
    NoSuchSession,
    NotYours,
    OutOfOrder,
    RateLimited,
    ServerFull,
    TicketRefused,
)

UNSUPPORTED = 1003
POLICY = 1008
INTERNAL = 1011
RESTART = 1012
TICKET_BAD = 4401
NOT_YOURS = 4403
NO_SESSION = 4404
OVER = 4410
TOO_MANY = 4429
TOO_SLOW = 4508

_CODES: dict[type[GreenroomError], int] = {
    TicketRefused: TICKET_BAD,
    NotYours: NOT_YOURS,
    NoSuchSession: NO_SESSION,
    OutOfOrder: OVER,
    RateLimited: TOO_MANY,
    Draining: RESTART,
    ServerFull: RESTART,
    LogUnavailable: RESTART,
}


def close_code(error: GreenroomError) -> tuple[int, str]:
    """Code and reason."""
    code = _CODES.get(type(error), INTERNAL if error.http_status >= 500 else POLICY)
    if isinstance(error, RateLimited):
        return code, f'{{"retryAfter":{max(1, math.ceil(error.retry_after_s))}}}'
    return code, error.code
