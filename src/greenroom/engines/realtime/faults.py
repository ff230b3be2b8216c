"""What a server's complaints mean, in plain words. Its own messages are not passed on: some quote the key."""

from collections.abc import Mapping

import msgspec

from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.realtime.server_events import ErrorDetails

FATAL: Mapping[str, str] = {
    "insufficient_quota": "The account at the voice engine has no credit left.",
    "billing_hard_limit_reached": "The account at the voice engine has reached its spending limit.",
    "invalid_api_key": "The voice engine does not accept the API key.",
    "account_deactivated": "The account at the voice engine is deactivated.",
}
"""Codes after which trying again is of no use."""

SESSION_EXPIRED = "session_expired"
ALREADY_ACTIVE = "conversation_already_has_active_response"

BENIGN = frozenset({"response_cancel_not_active", ALREADY_ACTIVE})
"""Two messages crossed on the way; nothing is wrong."""

UNAUTHORIZED_CLOSES = {
    3000: ("invalid_api_key", FATAL["invalid_api_key"]),
    3003: ("forbidden", "The API key may not use this model of the voice engine."),
}
"""Registered close codes, from servers that check the key only after the handshake."""

_RETRYABLE_TYPES = frozenset({"server_error", "rate_limit_error"})
_RETRYABLE_CODES = frozenset({"server_error", "internal_error", "rate_limit_exceeded"})
_RETRYABLE_STATUSES = frozenset({408, 425, 429})


class _Body(msgspec.Struct):
    class Error(msgspec.Struct):
        code: str | None = None

    error: Error | None = None


def fatal_words(code: str | None, kind: str | None = None) -> tuple[str, str] | None:
    """Code and plain words when an error of this code or type ends it for good."""
    for name in (code, kind):
        if name is not None and name in FATAL:
            return name, FATAL[name]
    return None


def is_retryable(error: ErrorDetails) -> bool:
    """Whether the same request may succeed a moment later."""
    return error.type in _RETRYABLE_TYPES or error.code in _RETRYABLE_CODES


def while_opening(error: ErrorDetails, where: str) -> EngineRefusal | EngineUnreachable:
    """What an `error` before `session.created` means for the attempt."""
    fatal = fatal_words(error.code, error.type)
    if fatal is not None:
        return EngineRefusal(fatal[1])
    what = error.code or error.type
    if is_retryable(error) or error.code == SESSION_EXPIRED:
        return EngineUnreachable(f"the voice engine at {where} can't open a session now ({what})")
    return EngineRefusal(f"The voice engine at {where} refuses the session ({what}); check the model's name.")


def of_status(status: int, body: bytes, where: str) -> EngineRefusal | EngineUnreachable:
    """What an HTTP answer in place of the upgrade means."""
    try:
        error = msgspec.json.decode(body, type=_Body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        error = None
    fatal = fatal_words(None if error is None else error.code)
    if fatal is not None:
        return EngineRefusal(fatal[1])
    if status >= 500 or status in _RETRYABLE_STATUSES:
        return EngineUnreachable(f"the voice engine at {where} answers with HTTP {status}")
    match status:
        case 401:
            return EngineRefusal("The voice engine does not accept the API key, or wants one (HTTP 401).")
        case 403:
            return EngineRefusal("The API key may not use this model of the voice engine (HTTP 403).")
        case 404:
            return EngineRefusal(f"There is no voice engine at {where}, or no such model (HTTP 404).")
        case 400:
            return EngineRefusal(f"The voice engine at {where} can't be opened so; check URL and model (HTTP 400).")
        case _:
            return EngineRefusal(f"What answers at {where} is no voice engine (HTTP {status}); check the URL.")
