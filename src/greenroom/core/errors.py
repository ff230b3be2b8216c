"""Errors that a person or a program can act on: each has a stable code."""

from typing import ClassVar


class GreenroomError(Exception):
    """Something was refused or went wrong. `code` is stable; the message is for people."""

    code: ClassVar[str] = "internal_error"
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    @property
    def message(self) -> str:
        return str(self) or self.code


class BadInput(GreenroomError):
    """The request can't be understood as it is; sending it again changes nothing."""

    code = "bad_input"
    http_status = 400


class BadConfiguration(BadInput):
    """The form's content does not fit the scenario's schema."""

    code = "bad_configuration"


class UnknownScenario(BadInput):
    """No scenario has this id."""

    code = "unknown_scenario"


class RevisionConflict(GreenroomError):
    """The same configuration revision was sent before with other content."""

    code = "revision_conflict"
    http_status = 409


class StaleRevision(GreenroomError):
    """A later configuration revision is already in force."""

    code = "stale_revision"
    http_status = 409


class OutOfOrder(GreenroomError):
    """A signal or a wish that can't come in the phase that the session is in."""

    code = "out_of_order"
    http_status = 409

    def __init__(self, phase: str, what: str) -> None:
        super().__init__(f"{what} does not fit a session that is {phase}")
        self.phase = phase
        self.what = what


class NoSuchSession(GreenroomError):
    """No session has this id (any more)."""

    code = "no_such_session"
    http_status = 404


class NotYours(GreenroomError):
    """The session belongs to somebody else."""

    code = "not_yours"
    http_status = 403


class TicketRefused(GreenroomError):
    """The ticket or stream token is unknown, spent, expired, or for another session or role."""

    code = "ticket_refused"
    http_status = 401


class ServerFull(GreenroomError):
    """All places are taken; one that ends makes room."""

    code = "server_full"
    http_status = 503
    retryable = True


class Starting(GreenroomError):
    """The server does not take sessions yet."""

    code = "starting"
    http_status = 503
    retryable = True


class Draining(GreenroomError):
    """The server is about to stop and takes no more sessions."""

    code = "draining"
    http_status = 503
    retryable = True


class RateLimited(GreenroomError):
    """Too many attempts; `retry_after_s` says when the next one may succeed."""

    code = "rate_limited"
    http_status = 429
    retryable = True

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"too many attempts; try again in {max(1, round(retry_after_s))} s")
        self.retry_after_s = retry_after_s


class CallLimitReached(RateLimited):
    """No phone call may be made now; `retry_after_s` says when the next one may be."""

    def __init__(self, words: str, retry_after_s: float) -> None:
        super().__init__(retry_after_s)
        self.args = (words,)


class PhoneNotConfigured(GreenroomError):
    """No phone provider is set up."""

    code = "phone_not_configured"
    http_status = 409


class PhoneSwitchedOff(GreenroomError):
    """The operator has switched phone calls off."""

    code = "phone_off"
    http_status = 503


class BadNumber(BadInput):
    """Not a phone number with its country's code: +44 20 7946 0958."""

    code = "bad_phone_number"


class CountryNotAllowed(GreenroomError):
    """The number's country is not called from here."""

    code = "country_not_allowed"
    http_status = 403


class NumberNotAllowed(GreenroomError):
    """Numbers of this kind are not called from here: premium, shared-cost, toll-free, special, its own."""

    code = "number_not_allowed"
    http_status = 403


class NoNumber(GreenroomError):
    """The session was made without a phone number to call."""

    code = "no_phone_number"
    http_status = 409


class EngineUnreachable(GreenroomError):
    """No connection to the voice engine could be made; trying again may help."""

    code = "engine_unreachable"
    http_status = 502
    retryable = True


class EngineSilent(EngineUnreachable):
    """Something is at the voice engine's address and does not answer as one in time."""

    code = "engine_silent"


class EngineBusy(EngineUnreachable):
    """The voice engine is there and takes no session now: too many requests, or a fault of its own."""

    code = "engine_busy"


class EngineRefusal(GreenroomError):
    """The voice engine said no for good, for a reason that has no code of its own."""

    code = "engine_refused"
    http_status = 502


class EngineKeyRefused(EngineRefusal):
    """The voice engine wants a key, does not accept this one, or not for this model."""

    code = "engine_key_refused"


class EngineOutOfCredit(EngineRefusal):
    """The account at the voice engine has no credit left, or has reached its spending limit."""

    code = "engine_out_of_credit"


class EngineAccountClosed(EngineRefusal):
    """The account at the voice engine is deactivated."""

    code = "engine_account_closed"


class EngineModelUnknown(EngineRefusal):
    """The voice engine has no model of this name."""

    code = "engine_model_unknown"


class EngineNotRealtime(EngineRefusal):
    """What answers at the voice engine's address is no Realtime server."""

    code = "engine_not_realtime"


class EngineSpeaksBeta(EngineRefusal):
    """The voice engine takes the Realtime protocol's beta only."""

    code = "engine_beta_only"


class ConfigurationRefused(EngineRefusal):
    """The voice engine won't be set up as the session needs it."""

    code = "configuration_refused"


class LogUnavailable(GreenroomError):
    """Events can't be stored (fast enough)."""

    code = "log_unavailable"
    http_status = 503
    retryable = True
