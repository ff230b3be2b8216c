"""One Twilio media stream as a caller's leg. It decides nothing."""

from collections.abc import Callable

import msgspec
import structlog

from greenroom.ports.caller import AUDIO_PCMU_8K, CallerEvents
from greenroom.ports.telephony import Desk, NotUnderstood, OutOfTurn, StreamStart, Wire
from greenroom.telephony.twilio import messages as m

TOKEN = "token"  # noqa: S105 the parameter's name
NORMAL = 1000

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class TwilioLeg:
    """Twilio's messages in, reports out; orders in, Twilio's messages out."""

    __slots__ = (
        "_audio",
        "_desk",
        "_events",
        "_media_head",
        "_over",
        "_unknown_seen",
        "_wire",
        "audio_format",
        "stream_sid",
    )

    def __init__(self, wire: Wire, desk: Desk) -> None:
        self.audio_format = AUDIO_PCMU_8K
        self.stream_sid: str | None = None
        self._wire = wire
        self._desk = desk
        self._events: CallerEvents | None = None
        self._audio: Callable[[bytes], None] = _audio_before_start
        self._media_head = b""
        self._over = False
        self._unknown_seen = False

    # What Twilio says.

    def received(self, data: bytes) -> None:
        """Take a text message. Raises `StreamRefused`."""
        try:
            message = m.parse(data)
            payload = m.audio_of(message) if type(message) is m.Media else None
        except (ValueError, msgspec.MsgspecError):
            raise NotUnderstood("this is no message of Twilio Media Streams") from None
        except m.UnknownEvent:
            self._unknown()
            return
        if payload is None:
            self._heard(message)
        else:
            self._audio(payload)

    def gone(self, code: int) -> None:
        """The WebSocket is closed. A clean close is the carrier's word that the call is over; anything else is a loss."""
        if self._end() and self._events is not None:
            if code == NORMAL:
                self._events.hung_up()
            else:
                self._events.lost(str(code))

    def admitted(self, events: CallerEvents) -> None:
        self._events = events
        if self._over:
            events.hung_up()
        else:
            self._audio = events.audio

    def _heard(self, message: m.AnyMessage) -> None:
        match message:
            case m.Start():
                self._started(message)
            case m.Mark(mark):
                if self.stream_sid is None:
                    raise OutOfTurn("a mark before the start")
                if self._events is not None and not self._over:
                    self._events.mark_played(mark.name)
            case m.Stop():
                if self.stream_sid is None:
                    raise OutOfTurn("a stop before the start")
                if self._end() and self._events is not None:
                    self._events.hung_up()
            case m.Clear():
                raise NotUnderstood("this is a message to Twilio, not from it")
            case _:
                pass  # connected says nothing, and digits mean nothing here

    def _started(self, message: m.Start) -> None:
        if self.stream_sid is not None:
            raise OutOfTurn("a second start")
        start = message.start
        stream_sid = message.stream_sid or start.stream_sid
        if not stream_sid:
            raise NotUnderstood("a start without its streamSid")
        if (start.media_format.encoding, start.media_format.sample_rate) != (m.MULAW, m.RATE_HZ):
            raise NotUnderstood("audio that is not mu-law at 8 kHz")
        self.stream_sid = stream_sid
        self._media_head = b'{"event":"media","streamSid":%b,"media":{"payload":"' % m.build(stream_sid)
        self._audio = _unheard
        parameters = dict(start.custom_parameters)
        self._desk.started(self, StreamStart(stream_sid, parameters.pop(TOKEN, None) or None, parameters))

    def _unknown(self) -> None:
        if self.stream_sid is None:
            raise NotUnderstood("this is no message of Twilio Media Streams")
        if not self._unknown_seen:  # Twilio adds messages now and then; once is enough to know
            self._unknown_seen = True
            log.info("unknown stream event", streamSid=self.stream_sid)

    def _end(self) -> bool:
        """Report nothing more; whether this was news."""
        was_over, self._over = self._over, True
        self._audio = _unheard
        return not was_over

    # What the session orders.

    def send_audio(self, payload: bytes) -> None:
        self._wire.send_text(b'%b%b"}}' % (self._media_head, payload))

    def send_mark(self, name: str) -> None:
        self._wire.send_text(m.build(m.Mark(m.MarkBody(name), self.stream_sid or "")))

    def clear(self) -> None:
        self._wire.send_text(m.build(m.Clear(self.stream_sid or "")))

    def reply_started(self, reply_id: str, from_ms: int) -> None:
        """Twilio has no word for it."""

    def close(self, code: int, reason: str) -> None:
        self._end()
        self._wire.close(code, reason)


def _audio_before_start(_payload: bytes) -> None:
    raise OutOfTurn("audio before the start")


def _unheard(_payload: bytes) -> None:
    """Nobody is there to hear it: its session is being found, or it is over."""
