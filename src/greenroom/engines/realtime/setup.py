"""Bringing the server to the wanted configuration: sent, sent again until the echo agrees, or refused."""

from collections.abc import Callable

import msgspec

from greenroom.core.signals import ConfigurationEchoed, ConfigurationRejected, Signal
from greenroom.engines.realtime.alarm import Alarm
from greenroom.engines.realtime.configuration import echo_agrees, wanted_session
from greenroom.engines.realtime.faults import Severity, severity, while_configuring
from greenroom.engines.realtime.settings import RealtimeSettings
from greenroom.ports.engine import EngineConfiguration
from greenroom.realtime.client_events import SessionUpdate
from greenroom.realtime.server_events import ErrorDetails
from greenroom.realtime.sessions import Session
from greenroom.realtime.wire import Wire

RESENDS = 5


class Setup:
    """One wanted configuration at a time; `want` again with the same content is answered from what is known."""

    __slots__ = (
        "_agreed",
        "_alarm",
        "_locked_voice",
        "_report",
        "_resends",
        "_send",
        "_sent",
        "_sent_as",
        "_settings",
        "_wanted",
    )

    def __init__(
        self, settings: RealtimeSettings, send: Callable[[Wire], None], report: Callable[[Signal], None]
    ) -> None:
        self._settings = settings
        self._send = send
        self._report = report
        self._wanted: EngineConfiguration | None = None
        self._agreed = False
        self._locked_voice: str | None = None
        self._alarm = Alarm()
        self._resends = 0
        self._sent = 0
        self._sent_as: set[str] = set()
        """Event ids of the updates that ask for what is wanted now."""

    @property
    def wanted(self) -> EngineConfiguration | None:
        return self._wanted

    def want(self, wanted: EngineConfiguration) -> None:
        """From now on this. The same once more: echoed already, it is reported again; under way, it goes on."""
        before, self._wanted = self._wanted, wanted
        if before is not None and msgspec.structs.replace(before, revision=wanted.revision) == wanted:
            if self._agreed:
                self._report(ConfigurationEchoed(wanted.revision))
                return
            if self._alarm.is_set:
                self._resends = 0
                return
        self._agreed = False
        self._resends = 0
        self._sent_as.clear()
        self._update()

    def voice_heard(self) -> None:
        """The first sound came: the voice is locked, and setting it once more may be refused."""
        if self._locked_voice is None and self._wanted is not None:
            self._locked_voice = self._wanted.voice

    def echoed(self, session: Session) -> None:
        """The server says what it is set to now."""
        wanted = self._wanted
        if wanted is None or self._agreed or not echo_agrees(wanted, session, self._settings):
            return
        self._agreed = True
        self._alarm.clear()
        self._report(ConfigurationEchoed(wanted.revision))

    def refused(self, error: ErrorDetails) -> bool:
        """Whether this error is about the configuration; if it stays so, it is reported."""
        wanted = self._wanted
        if wanted is None or self._agreed:
            return False
        unnamed = error.event_id is None and error.param is not None and error.param.startswith("session.")
        if error.event_id not in self._sent_as and not unnamed:
            return False
        if severity(error.code, error.type) is not Severity.RETRYABLE:
            self._alarm.clear()
            self._sent_as.clear()
            refusal = while_configuring(error)
            self._report(ConfigurationRejected(wanted.revision, refusal.code, refusal.message))
        return True

    def close(self) -> None:
        self._alarm.clear()

    def _update(self) -> None:
        wanted = self._wanted
        if wanted is None:
            return
        settings = self._settings
        try:
            session = wanted_session(wanted, settings, with_voice=wanted.voice != self._locked_voice)
        except msgspec.ValidationError as error:
            self._report(ConfigurationRejected(wanted.revision, "bad_tools", str(error)))
            return
        self._sent += 1
        event_id = f"configure-{self._sent}"
        self._sent_as.add(event_id)
        self._send(SessionUpdate(session=session, event_id=event_id))
        self._alarm.set(settings.resend_every_s, self._update_again)

    def _update_again(self) -> None:
        if self._resends < RESENDS:
            self._resends += 1
            self._update()
