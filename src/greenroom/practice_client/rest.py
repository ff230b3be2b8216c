"""A small client of the server's REST interface."""

import asyncio
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx2


class RestError(Exception):
    """The server said no. `code` is its stable code; `retry_after_s` says when to try again, if it told."""

    def __init__(self, status: int, code: str, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s


class Unreachable(Exception):
    """There is no answer at all."""


class Rest:
    """One visitor of a server, with a cookie jar of its own; with the admin token, the operator."""

    def __init__(self, base_url: str, admin_token: str | None = None, timeout_s: float = 15.0) -> None:
        self.base_url = base_url.rstrip("/")
        self._known = admin_token is not None
        self._first = asyncio.Lock()
        headers = {"Authorization": f"Bearer {admin_token}"} if admin_token else {}
        # Reading the certificates takes longer than a whole request, and plain HTTP needs none.
        encrypted = self.base_url.startswith("https:")
        # Nothing of the environment (proxies, netrc): these calls go to the named server only.
        self._http = httpx2.AsyncClient(headers=headers, timeout=timeout_s, trust_env=False, verify=encrypted)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def create(
        self,
        config: dict[str, Any],
        *,
        scenario_id: str = "job_interview",
        channel: str = "phone",
        voice: str | None = None,
        phone_number: str | None = None,
    ) -> dict[str, Any]:
        """`{sessionId, ticket, streamToken?}`."""
        body: dict[str, Any] = {"scenarioId": scenario_id, "config": config, "channel": channel}
        if voice is not None:
            body["voice"] = voice
        if phone_number is not None:
            body["phoneNumber"] = phone_number
        if self._known or self._http.cookies:
            return await self._call("POST", "/api/sessions", body)
        # The first answer brings the cookie: side by side, each would be somebody else's.
        async with self._first:
            return await self._call("POST", "/api/sessions", body)

    async def ticket(self, session_id: str, role: str = "observer") -> str:
        answer = await self._call("POST", f"/api/sessions/{quote(session_id, safe='')}/tickets", {"role": role})
        return answer["ticket"]

    async def sessions(self) -> list[dict[str, Any]]:
        """All that this visitor may see, every page of them."""
        found: list[dict[str, Any]] = []
        path = "/api/sessions"
        while True:
            page = await self._call("GET", path)
            found += page["sessions"]
            if not page.get("next"):
                return found
            path = f"/api/sessions?after={quote(page['next'])}"

    async def session(self, session_id: str) -> dict[str, Any]:
        return await self._call("GET", f"/api/sessions/{quote(session_id, safe='')}")

    async def events(self, session_id: str, after: int = 0) -> list[dict[str, Any]]:
        """Every stored event with a larger seq."""
        found: list[dict[str, Any]] = []
        while True:
            page = await self._call("GET", f"/api/sessions/{quote(session_id, safe='')}/events?after={after}&limit=500")
            found += page["events"]
            if not page.get("next") or not page["events"]:
                return found
            after = page["events"][-1]["seq"]

    async def call(self, session_id: str) -> None:
        """Have the session's phone number called."""
        await self._call("POST", f"/api/sessions/{quote(session_id, safe='')}/call")

    async def end(self, session_id: str) -> None:
        await self._call("POST", f"/api/sessions/{quote(session_id, safe='')}/end")

    async def erase(self, session_id: str) -> None:
        await self._call("DELETE", f"/api/sessions/{quote(session_id, safe='')}")

    async def reset(self) -> dict[str, Any]:
        return await self._call("POST", "/api/admin/reset")

    async def scenarios(self) -> Any:
        return await self._call("GET", "/api/scenarios")

    async def answers(self, path: str) -> int:
        """The HTTP status of a GET."""
        return (await self._request("GET", path)).status_code

    async def metrics(self) -> dict[str, float]:
        """Every figure by its name with labels, as it stands in the text: `greenroom_legs_open{leg="caller"}`."""
        answer = await self._request("GET", "/metrics")
        if not answer.is_success:
            raise _error_of(answer)
        figures: dict[str, float] = {}
        for line in answer.text.splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                figures[name] = float(value)
        return figures

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = await self._request(method, path, body)
        if not answer.is_success:
            raise _error_of(answer)
        return answer.json() if answer.content else {}

    async def _request(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx2.Response:
        try:
            return await self._http.request(method, self.base_url + path, json=body)
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise Unreachable(f"no answer from {self.base_url}: {error or type(error).__name__}") from None


def _error_of(answer: httpx2.Response) -> RestError:
    try:
        told: dict[str, Any] = answer.json()["error"]
        code, message = str(told["code"]), str(told["message"])
    except (ValueError, KeyError, TypeError):
        code, message = f"http_{answer.status_code}", f"the server answered {answer.status_code}"
    try:
        retry_after_s = float(answer.headers["Retry-After"])
    except (ValueError, KeyError):
        retry_after_s = None
    return RestError(answer.status_code, code, message, retry_after_s)
