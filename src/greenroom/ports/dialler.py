"""What is asked of a phone provider: place a call, end it, say how it is."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A call to be placed. Numbers are E.164, and stay out of whatever prints this."""

    to: str = field(repr=False)
    caller: str = field(repr=False)
    """The number that it comes from."""
    answer: str = field(repr=False)
    """What the provider is to do when somebody answers, in its own words; holds a stream token."""
    status_url: str
    """Where the provider tells how it goes."""
    ring_s: int
    """How long it may ring."""
    longest_s: int
    """When the provider ends it, whatever we do."""
    detect_machine: bool = False


@dataclass(frozen=True, slots=True)
class CallStatus:
    """How a call is, in the words of `core.calls`."""

    call_id: str
    status: str


class DiallerError(Exception):
    """The provider did not do what it was asked; `code` is its own, for the log. Holds no number."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class CallRefused(DiallerError):
    """It was not done, and asking again changes nothing."""

    def __init__(self, message: str, code: str = "", *, unknown_call: bool = False) -> None:
        super().__init__(message, code)
        self.unknown_call = unknown_call
        """The provider has no call of this name."""


class NotNow(DiallerError):
    """Nothing was done; asking again may help."""


class AnswerLost(DiallerError):
    """It may have been done, or not: no answer came, or one that does not say."""


class Dialler(Protocol):
    """A phone provider's control of calls. Each method raises the errors above, within a bounded time."""

    async def place(self, order: CallOrder) -> str:
        """Have it call; its id of the call."""
        ...

    async def hang_up(self, call_id: str) -> None:
        """End the call, whatever its state; one that has ended is fine. `CallRefused`: it can't be ended like this."""
        ...

    async def look_up(self, call_id: str) -> CallStatus:
        """How it is now. `CallRefused`: the provider knows no such call."""
        ...
