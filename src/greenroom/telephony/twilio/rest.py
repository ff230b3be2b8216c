"""Twilio's REST API, as far as calls go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlencode

import msgspec

from greenroom.ports.dialler import AnswerLost, CallOrder, CallRefused, CallStatus, DiallerError, NotNow

if TYPE_CHECKING:
    import httpx2

VERSION = "2010-04-01"
ANSWER_WITHIN_S = 10.0
CONNECT_WITHIN_S = 5.0
STATUS_EVENTS = ("initiated", "ringing", "answered", "completed")

NOT_FOUND = "20404"
NOT_IN_PROGRESS = "21220"

_NOTHING_DONE = {429, 503}
"""Twilio's own: too many requests, or not taken in at the moment."""


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    account_sid: str
    auth_token: str = field(repr=False)
    api_url: str = "https://api.twilio.com"


class TwilioDialler:
    """One account's calls; use it as a context. A `ports.dialler.Dialler`."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account
        self._http: httpx2.AsyncClient | None = None
        self._making = Lock()
        """Of the client: it may be warmed up on a thread while the first call comes."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    def warm_up(self) -> None:
        """What the first request would take its time for; on a thread of its own."""
        self._client()

    async def place(self, order: CallOrder) -> str:
        fields: list[tuple[str, str]] = [
            ("To", order.to),
            ("From", order.caller),
            ("Twiml", order.answer),
            ("Timeout", str(order.ring_s)),
            ("TimeLimit", str(order.longest_s)),
            ("StatusCallback", order.status_url),
            ("StatusCallbackMethod", "POST"),
            *(("StatusCallbackEvent", event) for event in STATUS_EVENTS),
        ]
        if order.detect_machine:
            # Asynchronous: a person is greeted at once, and not after the seconds that telling them apart takes.
            fields += [
                ("MachineDetection", "Enable"),
                ("AsyncAmd", "true"),
                ("AsyncAmdStatusCallback", order.status_url),
                ("AsyncAmdStatusCallbackMethod", "POST"),
            ]
        answer = await self.ask("POST", "Calls.json", fields)
        call_id = answer.get("sid")
        if not isinstance(call_id, str):
            raise AnswerLost("the answer names no call")
        return call_id

    async def hang_up(self, call_id: str) -> None:
        try:
            # `completed` ends a call in any state; `canceled` would spare one that has just been answered.
            await self.ask("POST", f"Calls/{quote(call_id, safe='')}.json", [("Status", "completed")])
        except CallRefused as refusal:
            if refusal.code not in (NOT_FOUND, NOT_IN_PROGRESS, "404"):
                raise

    async def look_up(self, call_id: str) -> CallStatus:
        answer = await self.ask("GET", f"Calls/{quote(call_id, safe='')}.json")
        return CallStatus(call_id, str(answer.get("status", "")))

    async def ask(self, method: str, path: str, fields: Sequence[tuple[str, str]] = ()) -> Mapping[str, Any]:
        """One request below the account; an empty `path` is the account itself. Raises what `Dialler` does."""
        import httpx2

        account = self._account
        below = f"/{path}" if path else ".json"
        url = f"{account.api_url.rstrip('/')}/{VERSION}/Accounts/{quote(account.account_sid, safe='')}{below}"
        try:
            answer = await self._client().request(
                method,
                url,
                content=urlencode(fields) if fields else None,
                headers={"Content-Type": "application/x-www-form-urlencoded"} if fields else None,
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise NotNow(f"no connection to {account.api_url}", type(error).__name__) from None
        except httpx2.TransportError as error:
            raise AnswerLost(f"no answer from {account.api_url}", type(error).__name__) from None
        return _content(answer)

    def _client(self) -> "httpx2.AsyncClient":
        import httpx2

        account = self._account
        with self._making:
            if self._http is None:
                self._http = httpx2.AsyncClient(
                    auth=(account.account_sid, account.auth_token),
                    timeout=httpx2.Timeout(ANSWER_WITHIN_S, connect=CONNECT_WITHIN_S),
                    trust_env=False,
                    # Reading the certificates takes longer than a whole request, and plain HTTP needs none.
                    verify=account.api_url.startswith("https:"),
                )
            return self._http


def _content(answer: "httpx2.Response") -> Mapping[str, Any]:
    try:
        content = msgspec.json.decode(answer.content, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        content = {}
    if answer.is_success:
        return content
    # Twilio's message may hold the number that was called: its code says the same.
    code = str(content.get("code") or answer.status_code)
    raise _error(answer.status_code, code)


def _error(status: int, code: str) -> DiallerError:
    if status in _NOTHING_DONE:
        return NotNow(WORDS.get(code, f"the provider takes nothing at the moment ({status})"), code)
    if status >= 500:
        return AnswerLost(f"the provider failed ({status})", code)
    words = WORDS.get(code, f"the provider refused it ({status})")
    return CallRefused(words, code, unknown_call=code == NOT_FOUND)


WORDS = {
    "20003": "the account's SID or auth token is wrong",
    "20005": "the account is not active",
    NOT_FOUND: "there is no such thing in this account",
    "20429": "too many requests",
    "21201": "no number to call",
    "21210": "the number that calls come from is not the account's",
    "21211": "the number called is not valid",
    "21212": "the number that calls come from is not valid",
    "21213": "no number that calls come from",
    "21214": "the number called can't be reached",
    "21215": "the account may not call this country: allow it in its voice geographic permissions",
    "21216": "the account may not call this number",
    "21217": "the number called is not valid",
    "21219": "a trial account may only call numbers that it has verified",
    NOT_IN_PROGRESS: "the call is over",
    "21606": "the number that calls come from can't call",
}
"""What the provider's codes mean, for the operator."""
