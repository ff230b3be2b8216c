"""A caller's leg between a wire and a session that only write down what happens, one bench for each implementation.

`sent` and `said` are the same lists of the same words whatever the leg speaks.
"""

import base64
import json
from typing import Any, Protocol

from greenroom.ports.caller import CallerEvents, CallerLeg
from greenroom.ports.telephony import PhoneLeg, StreamStart
from greenroom.telephony.browser.leg import BrowserLeg
from greenroom.telephony.twilio.leg import TwilioLeg


class Ear:
    """A session, as a leg sees it."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []

    def audio(self, payload: bytes) -> None:
        self.said.append(("audio", base64.b64decode(payload, validate=True)))

    def mark_played(self, name: str) -> None:
        self.said.append(("mark", name))

    def cleared(self, reply_id: str, played_ms: int) -> None:
        self.said.append(("cleared", reply_id, played_ms))

    def hung_up(self) -> None:
        self.said.append(("gone",))

    def lost(self, code: str) -> None:
        self.said.append(("gone", code))


class Bench(Protocol):
    """`sent` holds what reached the peer: ("audio", bytes), ("mark", name), ("clear",), ("closed", code)."""

    leg: CallerLeg
    sent: list[tuple[Any, ...]]

    def arrive(self) -> None:
        """Say what a peer says first."""
        ...

    def admit(self, events: CallerEvents) -> None: ...

    def speak(self, sound: bytes) -> None:
        """Send a frame of the caller's speech, in the leg's format."""
        ...

    def echo(self, name: str) -> None: ...

    def hang(self, code: int) -> None:
        """The connection is over."""
        ...


class TwilioBench:
    def __init__(self) -> None:
        self.sent: list[tuple[Any, ...]] = []
        self._leg = TwilioLeg(self, self)
        self.leg: CallerLeg = self._leg

    def send_text(self, data: bytes) -> None:
        match json.loads(data):
            case {"event": "media", "media": {"payload": payload}}:
                self.sent.append(("audio", base64.b64decode(payload)))
            case {"event": "mark", "mark": {"name": name}}:
                self.sent.append(("mark", name))
            case {"event": "clear"}:
                self.sent.append(("clear",))
            case other:
                raise AssertionError(other)

    def close(self, code: int, reason: str = "") -> None:
        self.sent.append(("closed", code))

    def started(self, leg: PhoneLeg, start: StreamStart) -> None:
        pass

    def arrive(self) -> None:
        self._say(event="start", start={"streamSid": "MZ1", "customParameters": {"token": "t"}})

    def admit(self, events: CallerEvents) -> None:
        self._leg.admitted(events)

    def speak(self, sound: bytes) -> None:
        self._say(event="media", media={"payload": base64.b64encode(sound).decode()})

    def echo(self, name: str) -> None:
        self._say(event="mark", mark={"name": name})

    def hang(self, code: int) -> None:
        self._leg.gone(code)

    def _say(self, **message: Any) -> None:
        self._leg.received(json.dumps(message).encode())


class BrowserBench:
    def __init__(self) -> None:
        self.sent: list[tuple[Any, ...]] = []
        self._leg = BrowserLeg(self, self)
        self.leg: CallerLeg = self._leg

    def send_text(self, data: bytes) -> None:
        match json.loads(data):
            case {"type": "mark", "name": name}:
                self.sent.append(("mark", name))
            case {"type": "clear"}:
                self.sent.append(("clear",))
            case {"type": "joined" | "reply.started" | "end"}:
                pass  # a phone has no word for these
            case other:
                raise AssertionError(other)

    def send_binary(self, data: bytes) -> None:
        self.sent.append(("audio", data))

    def close(self, code: int, reason: str = "") -> None:
        self.sent.append(("closed", code))

    def asked(self, session_id: str, ticket: str) -> None:
        pass

    def arrive(self) -> None:
        self._say(type="join", sessionId="s1", ticket="t", sampleRateHz=24000)

    def admit(self, events: CallerEvents) -> None:
        self._leg.joining("s1")
        self._leg.admitted(events)

    def speak(self, sound: bytes) -> None:
        self._leg.heard(sound)

    def echo(self, name: str) -> None:
        self._say(type="mark.played", name=name)

    def hang(self, code: int) -> None:
        self._leg.gone(code)

    def _say(self, **message: Any) -> None:
        self._leg.received(json.dumps(message).encode())


BENCHES: dict[str, type[TwilioBench] | type[BrowserBench]] = {"twilio": TwilioBench, "browser": BrowserBench}
