"""What a server's complaints mean: which are benign, which may pass, which end it. In plain words for the operator; the
server's own messages are not passed on, since some quote the key, and others what the candidate wrote."""

import enum
from collections.abc import Mapping

import msgspec

from greenroom.core.errors import (
    ConfigurationRefused,
    EngineAccountClosed,
    EngineBusy,
    EngineKeyRefused,
    EngineModelUnknown,
    EngineNotRealtime,
    EngineOutOfCredit,
    EngineRefusal,
    EngineSpeaksBeta,
    EngineUnreachable,
)
from greenroom.realtime.server_events import ErrorDetails

FATAL: Mapping[str, tuple[type[EngineRefusal], str]] = {
    "insufficient_quota": (EngineOutOfCredit, "The account at the voice engine has no credit left."),
    "billing_hard_limit_reached": (
        EngineOutOfCredit,
        "The account at the voice engine has reached its spending limit.",
    ),
    "invalid_api_key": (EngineKeyRefused, "The voice engine does not accept the API key."),
    "account_deactivated": (EngineAccountClosed, "The account at the voice engine is deactivated."),
}
"""Codes after which trying again is of no use."""

SESSION_EXPIRED = "session_expired"
ALREADY_ACTIVE = "conversation_already_has_active_response"

BENIGN = frozenset({"response_cancel_not_active", ALREADY_ACTIVE})
"""Two messages crossed on the way; nothing is wrong."""

UNAUTHORIZED_CLOSES: Mapping[int, str] = {
    3000: "The voice engine does not accept the API key.",
    3003: "The API key may not use this model of the voice engine.",
}
"""Registered close codes, from servers that check the key only after the handshake."""

_RETRYABLE_TYPES = frozenset({"server_error", "rate_limit_error"})
_RETRYABLE_CODES = frozenset({"server_error", "internal_error", "rate_limit_exceeded"})
_RETRYABLE_STATUSES = frozenset({408, 425, 429})
_MODEL_CODES = frozenset({"model_not_found", "invalid_model", "DeploymentNotFound"})
_GA_ONLY = ("session.type", "session.audio", "session.output_modalities")
"""Fields of `session.update` that the beta did not have."""


class Severity(enum.Enum):
    """What follows from a complaint: nothing, another try, the end of the connection, the end of the session."""

    BENIGN = enum.auto()
    RETRYABLE = enum.auto()
    OVER = enum.auto()
    FATAL = enum.auto()
    ODD = enum.auto()
    """One message of ours was at fault; the session goes on without it."""


class _Body(msgspec.Struct):
    class Error(msgspec.Struct):
        code: str | None = None

    error: Error | None = None


def severity(code: str | None, kind: str | None = None) -> Severity:
    """Of an error with this code and type."""
    if fatal(code, kind) is not None:
        return Severity.FATAL
    if code == SESSION_EXPIRED:
        return Severity.OVER
    if code in BENIGN:
        return Severity.BENIGN
    if kind in _RETRYABLE_TYPES or code in _RETRYABLE_CODES:
        return Severity.RETRYABLE
    return Severity.ODD


def fatal(code: str | None, kind: str | None = None) -> EngineRefusal | None:
    """What it is when an error of this code or type ends it for good."""
    for name in (code, kind):
        if name is not None and name in FATAL:
            refusal, words = FATAL[name]
            return refusal(words)
    return None


def while_configuring(error: ErrorDetails) -> EngineRefusal:
    """What a complaint about a `session.update` that will not pass means."""
    lacks_ga = error.param is not None and error.param.startswith(_GA_ONLY)
    if error.code == "unknown_parameter" and lacks_ga:
        return EngineSpeaksBeta(
            "The voice engine takes the Realtime protocol's beta only; Greenroom needs a server of the GA protocol."
        )
    what = " ".join(part for part in (error.code or error.type, error.param) if part)
    return ConfigurationRefused(f"The voice engine won't take the configuration ({what}).")


def while_opening(error: ErrorDetails, where: str) -> EngineRefusal | EngineUnreachable:
    """What an `error` before `session.created` means for the attempt."""
    refusal = fatal(error.code, error.type)
    if refusal is not None:
        return refusal
    what = error.code or error.type
    if severity(error.code, error.type) in (Severity.RETRYABLE, Severity.OVER):
        return EngineBusy(f"The voice engine at {where} can't open a session now ({what}).")
    if what in _MODEL_CODES:
        return EngineModelUnknown(f"The voice engine at {where} has no such model ({what}).")
    return EngineRefusal(f"The voice engine at {where} refuses the session ({what}); check the model's name.")


def of_status(status: int, body: bytes, where: str) -> EngineRefusal | EngineUnreachable:
    """What an HTTP answer in place of the upgrade means."""
    code = _code_in(body)
    refusal = fatal(code)
    if refusal is not None:
        return refusal
    if status >= 500 or status in _RETRYABLE_STATUSES:
        return EngineBusy(f"The voice engine at {where} answers with HTTP {status}.")
    if code in _MODEL_CODES:
        return EngineModelUnknown(f"The voice engine at {where} has no such model (HTTP {status}).")
    match status:
        case 401:
            return EngineKeyRefused("The voice engine does not accept the API key, or wants one (HTTP 401).")
        case 403:
            return EngineKeyRefused("The API key may not use this model of the voice engine (HTTP 403).")
        case 404:
            return EngineNotRealtime(f"There is no voice engine at {where}, or no such model (HTTP 404).")
        case 400:
            return EngineRefusal(f"The voice engine at {where} can't be opened so; check URL and model (HTTP 400).")
        case _:
            words = f"What answers at {where} is no voice engine (HTTP {status}); check the URL."
            return EngineNotRealtime(words)


def of_close(code: int) -> EngineRefusal | None:
    """What a close code before the first answer says of the key, if it does."""
    words = UNAUTHORIZED_CLOSES.get(code)
    return None if words is None else EngineKeyRefused(words)


def _code_in(body: bytes) -> str | None:
    try:
        error = msgspec.json.decode(body, type=_Body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return None if error is None else error.code
