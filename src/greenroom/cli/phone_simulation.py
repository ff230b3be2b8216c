"""What `greenroom phone simulate` does: a carrier here, a call, and its story line by line."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from greenroom.cli.failing import Failed
from greenroom.cli.live import LiveTranscript
from greenroom.cli.phone import HOW_TO
from greenroom.cli.printing import printable
from greenroom.config import Settings
from greenroom.phone_simulator.behaviour import Person, Told
from greenroom.phone_simulator.call import SimulatedCall
from greenroom.phone_simulator.carrier import SimulatedCarrier
from greenroom.phone_simulator.webhooks import Reach, Webhooks
from greenroom.telephony.twilio.signature import sign

LOCAL = ("127.0.0.1", "localhost", "::1")
CALLER = "+447400123456"
FORM = {"jobTitle": "Nurse", "company": "Example Hospital"}
END_WITHIN_S = 15.0
SPARE_S = 90.0


async def simulation(settings: Settings, person: Person, url: str, *, to: str, inbound: bool) -> int:
    """One call, out or in; 0 when it ended on both sides."""
    phone, server = settings.phone, settings.server
    sid, auth_token, origin = phone.twilio_account_sid or "", phone.twilio_auth_token or "", server.public_origin or ""
    base = url.removesuffix(server.base_path) if server.base_path else url
    webhooks = Webhooks(lambda public, fields: sign(auth_token, public, fields), Reach(origin, base))
    story = _Story()
    ours = next(iter(phone.twilio_numbers.values()), "+12125550142")
    carrier = SimulatedCarrier(sid, auth_token, webhooks, person=person, numbers=(ours,), tell=story.carrier_says)
    host, port = _where(phone.twilio_api_url)
    longest_s = person.rings_s + (person.talks_s or 0) + SPARE_S
    try:
        async with asyncio.timeout(longest_s), carrier.running(), carrier.serving(host, port):
            if inbound:
                public = f"{origin}{server.base_path}"
                told_to = f"{public}/twilio/status"
                call = carrier.call_in(f"{public}/twiml", caller=CALLER, called=ours, status_url=told_to)
                await call.over.wait()
                return _outcome(call)
            return await _called(carrier, story, url, to)
    except TimeoutError:
        raise Failed(f"the call did not end within {longest_s:.0f} s") from None
    except OSError as error:
        raise Failed(f"{phone.twilio_api_url} can't be listened on: {error.strerror or error}") from None


async def _called(carrier: SimulatedCarrier, story: "_Story", url: str, to: str) -> int:
    from greenroom.practice_client.observer import Observer
    from greenroom.practice_client.rest import Rest

    async with Rest(url) as rest, asyncio.TaskGroup() as tasks:
        made = await rest.create(FORM, channel="phone", phone_number=to)
        observer = Observer(rest, made["sessionId"], story.session_says, ticket=made["ticket"])
        watching = tasks.create_task(observer.run())
        await rest.call(made["sessionId"])
        await story.ended.wait()
        watching.cancel()
    for call in carrier.calls:
        async with asyncio.timeout(END_WITHIN_S):
            await call.over.wait()
    return max(map(_outcome, carrier.calls), default=1)


def _outcome(call: SimulatedCall) -> int:
    print(f"The call is over: {call.status}, {call.streams} stream{'' if call.streams == 1 else 's'}.")
    return 0 if not call.up and (call.streams or not call.answered) and "<Reject" not in call.twiml else 1


def _where(api_url: str) -> tuple[str, int]:
    parts = urlsplit(api_url)
    if parts.scheme != "http" or parts.hostname not in LOCAL or not parts.port:
        raise Failed(f"these settings lead to {api_url}, and the simulator plays that part itself: {HOW_TO}")
    return parts.hostname or "", parts.port


class _Story:
    """What both sides tell, in one list."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self._transcript = LiveTranscript()
        self._began: float | None = None

    def carrier_says(self, told: Told) -> None:
        self._began = told.at if self._began is None else self._began
        details = " ".join(f"{name}={printable(value)}" for name, value in told.details.items())
        self._transcript.line(f"{told.at - self._began:6.1f} s  provider: {told.what}  {details}".rstrip())

    def session_says(self, message: dict[str, Any]) -> None:
        self._transcript.show(message)
        if message["type"] == "call.status_changed" and message["status"] == "ended":
            self.ended.set()
