"""What a client does after each close code."""

import enum

import msgspec


class Next(enum.Enum):
    AGAIN = "again"
    WAIT = "wait"
    """Attach again, no earlier than the reason says."""
    OVER = "over"
    """The session is over and all of it was read."""
    STOP = "stop"


SESSION_OVER = 4410
TOO_MANY = 4429

_STOPS = {
    4401: "the ticket is bad or spent",
    4403: "this session belongs to somebody else",
    4404: "there is no such session",
    4409: "a newer connection has taken its place",
    1008: "the server's policy forbids it",
    1009: "a message was too large",
    1003: "the server does not speak this here",
}


def after(code: int) -> Next:
    """What this close code asks for; everything that is not known is worth another attempt."""
    if code == SESSION_OVER:
        return Next.OVER
    if code == TOO_MANY:
        return Next.WAIT
    return Next.STOP if code in _STOPS else Next.AGAIN


def meaning(code: int, reason: str = "") -> str:
    """For people."""
    return _STOPS.get(code) or reason or f"the connection closed with {code}"


def retry_after_s(reason: str) -> float:
    """From the reason of a 4429; 1 if it can't be read."""
    try:
        told = msgspec.json.decode(reason)
        return max(0.0, float(told["retryAfter"]))
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return 1.0
