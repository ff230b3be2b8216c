"""What `greenroom phone check` looks at."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from greenroom.cli.doctor import Finding, Status
from greenroom.cli.reaching import stream_headers
from greenroom.config import Settings
from greenroom.ports.dialler import CallRefused, DiallerError
from greenroom.telephony.twilio.rest import TwilioAccount, TwilioDialler
from greenroom.telephony.twilio.signature import HEADER, sign

ANSWER_WITHIN_S = 10.0
REFUSED_TOKEN = 4401
NO_CALL = "CA" + "0" * 32
"""No call has this name: telling of it changes nothing."""
UNKNOWN_TOKEN = "checked-by-greenroom-phone-check"  # noqa: S105 it opens nothing


async def examine(settings: Settings) -> list[Finding]:
    """Every finding, in the order in which things are set up."""
    found = list(_settings(settings))
    if any(finding.status == "fail" for finding in found):
        return found
    phone = settings.phone
    account = TwilioAccount(phone.twilio_account_sid or "", phone.twilio_auth_token or "", phone.twilio_api_url)
    async with TwilioDialler(account) as dialler:
        async for finding in _account(dialler, settings):
            found.append(finding)  # noqa: PERF401 one request after the other
    found += [finding async for finding in _way_here(settings)]
    return found


def _settings(settings: Settings) -> list[Finding]:
    phone, server = settings.phone, settings.server
    needed: Mapping[str, tuple[object, str]] = {
        "GREENROOM_TWILIO_ACCOUNT_SID": (phone.twilio_account_sid, "the account's SID, from the Twilio console"),
        "GREENROOM_TWILIO_AUTH_TOKEN": (phone.twilio_auth_token, "the account's auth token, from the Twilio console"),
        "GREENROOM_PUBLIC_ORIGIN": (server.public_origin, "where Twilio reaches this server, such as https://host"),
    }
    missing = [
        Finding("settings", "fail", f"{name} is not set", do) for name, (value, do) in needed.items() if not value
    ]
    if missing:
        return missing
    found: list[Finding] = []
    if not phone.twilio_numbers:
        found.append(Finding("settings", "warn", "no number that calls come from", "set GREENROOM_TWILIO_NUMBERS"))
    if not phone.countries:
        found.append(Finding("settings", "warn", "no country may be called", "set GREENROOM_PHONE_COUNTRIES"))
    if not phone.calls:
        found.append(Finding("settings", "warn", "phone calls are switched off", "set GREENROOM_PHONE_CALLS=true"))
    if not (server.public_origin or "").startswith("https://"):
        do = "Twilio opens streams over TLS only: put a proxy or a tunnel in front, and set its https:// address"
        found.append(Finding("settings", "warn", "GREENROOM_PUBLIC_ORIGIN is not https", do))
    return found or [Finding("settings", "ok", "all there")]


async def _account(dialler: TwilioDialler, settings: Settings) -> AsyncIterator[Finding]:
    try:
        account = await dialler.ask("GET", "")
    except DiallerError as error:
        yield Finding("account", "fail", f"{error} ({error.code})", "correct the SID, the auth token or the API's URL")
        return
    if account.get("status") != "active":
        yield Finding("account", "fail", f"it is {account.get('status')}", "activate it in the Twilio console")
    elif account.get("type") == "Trial":
        do = "it calls numbers that you have verified only, and says so first; upgrade it for others"
        yield Finding("account", "warn", "a trial account", do)
    else:
        yield Finding("account", "ok", "active")
    for country, number in settings.phone.twilio_numbers.items():
        yield await _number(dialler, settings, country, number)


async def _number(dialler: TwilioDialler, settings: Settings, country: str, number: str) -> Finding:
    what = f"number …{number[-2:]}" + ("" if country == "*" else f" for {country}")
    try:
        answer = await dialler.ask("GET", f"IncomingPhoneNumbers.json?PhoneNumber={quote(number, safe='')}")
    except CallRefused as error:
        return Finding(what, "warn", f"can't be looked up: {error} ({error.code})")
    except DiallerError as error:
        return Finding(what, "warn", f"can't be looked up: {error}", "try again")
    owned: list[Any] = answer.get("incoming_phone_numbers") or []
    if not owned:
        return Finding(what, "fail", "not this account's", "buy it, or correct GREENROOM_TWILIO_NUMBERS")
    public = f"{settings.server.public_origin}{settings.server.base_path}"
    wanted = {"voice_url": f"{public}/twiml", "status_callback": f"{public}/twilio/status"}
    other = [f"{name} {value}" for name, value in wanted.items() if owned[0].get(name) != value]
    if other:
        return Finding(
            what, "warn", "calls out, but does not lead callers here", f"to take calls, set {', '.join(other)}"
        )
    return Finding(what, "ok", "calls out, and leads callers here")


async def _way_here(settings: Settings) -> AsyncIterator[Finding]:
    """From the public origin to a running server."""
    import httpx2

    public = f"{settings.server.public_origin}{settings.server.base_path}"
    async with httpx2.AsyncClient(timeout=ANSWER_WITHIN_S, trust_env=False) as http:
        try:
            health = await http.get(f"{public}/healthz")
        except httpx2.TransportError as error:
            do = "start the server, and the tunnel or proxy in front of it"
            yield Finding("way here", "fail", f"no answer from {public}: {error or type(error).__name__}", do)
            return
        if health.status_code != 200:
            do = "is it this server that the tunnel or proxy leads to?"
            yield Finding("way here", "fail", f"{public}/healthz answered {health.status_code}", do)
            return
        yield Finding("way here", "ok", f"{public} is reached")
        url, fields = f"{public}/twilio/status", {"CallSid": NO_CALL, "CallStatus": "completed"}
        signature = sign(settings.phone.twilio_auth_token or "", url, {name: [value] for name, value in fields.items()})
        headers = {HEADER: signature, "Content-Type": "application/x-www-form-urlencoded"}
        answer = await http.post(url, content=urlencode(fields), headers=headers)
        yield Finding("webhooks", *_WEBHOOK.get(answer.status_code, ("fail", f"answered {answer.status_code}", _OTHER)))
    yield await _stream(public)


_OTHER = "look into the server's log"
_WEBHOOK: Mapping[int, tuple[Status, str, str]] = {
    204: ("ok", "signed requests are understood", ""),
    403: (
        "fail",
        "the signature was refused",
        "start the server with the same GREENROOM_TWILIO_AUTH_TOKEN and GREENROOM_PUBLIC_ORIGIN; a proxy must leave paths as they are",
    ),
    409: ("fail", "the running server has no phone set up", "start it again with these settings"),
}


async def _stream(public: str) -> Finding:
    from greenroom.practice_client.connection import ConnectFailed
    from greenroom.practice_client.phone import call

    try:
        phone = await call(public, UNKNOWN_TOKEN, headers=stream_headers())
    except ConnectFailed as error:
        return Finding("stream", "fail", str(error), "the tunnel or proxy must pass WebSockets on at /call")
    close = await phone.wait_closed()
    if close.code != REFUSED_TOKEN:
        return Finding("stream", "fail", f"closed with {close.code} {close.reason}", _OTHER)
    return Finding("stream", "ok", "signed streams get through")
