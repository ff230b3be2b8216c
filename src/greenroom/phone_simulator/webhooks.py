"""The requests that Twilio makes: signed for the public URL, sent to wherever that is reached from here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urlsplit

import httpx2

Sign = Callable[[str, Mapping[str, list[str]]], str]
"""The signature of a request to this URL with these fields."""

SIGNATURE_HEADER = "X-Twilio-Signature"
ANSWER_WITHIN_S = 15.0


class NoAnswer(Exception):
    """A webhook got no answer, or none that is of use."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a public origin really is."""

    public_origin: str
    base_url: str

    def url(self, public: str) -> str:
        """The URL to ask, for one that the server gave out."""
        if not public.startswith(self.public_origin):
            return public
        return self.base_url + public.removeprefix(self.public_origin)

    def stream(self, public: str) -> tuple[str, str]:
        """The base URL and the path of a stream."""
        parts = urlsplit(public)
        origin = f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}"
        return self.url(origin), parts.path + (f"?{parts.query}" if parts.query else "")


class Webhooks:
    """Sends them; use it as a context."""

    def __init__(self, sign: Sign, reach: Reach) -> None:
        self.reach = reach
        self.sign = sign
        self._http = httpx2.AsyncClient(
            timeout=ANSWER_WITHIN_S, trust_env=False, verify=reach.base_url.startswith("https:")
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def post(self, url: str, fields: Mapping[str, str]) -> str:
        """What the server answers. Raises `NoAnswer`."""
        signature = self.sign(url, {name: [value] for name, value in fields.items()})
        headers = {SIGNATURE_HEADER: signature, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = await self._http.post(self.reach.url(url), content=urlencode(fields), headers=headers)
        except httpx2.TransportError as error:
            raise NoAnswer(f"no answer from {self.reach.url(url)}: {error or type(error).__name__}") from None
        if not answer.is_success:
            raise NoAnswer(f"{self.reach.url(url)} answered {answer.status_code}: {answer.text[:200]}")
        return answer.text
