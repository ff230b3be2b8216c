"""A page's voice connection as a caller's leg. It decides nothing."""

from binascii import a2b_base64, b2a_base64
from collections.abc import Callable

import msgspec

from greenroom.ports.browser import VoiceDesk, VoiceWire
from greenroom.ports.caller import AUDIO_PCM_24K, CallerEvents
from greenroom.ports.telephony import NotUnderstood, OutOfTurn
from greenroom.telephony.browser import messages as m

SAMPLE_BYTES = 2
NORMAL = 1000


class BrowserLeg:
    """A page's messages in, reports out; orders in, messages to the page out."""

    __slots__ = ("_audio", "_desk", "_events", "_half", "_joining", "_muted", "_wire", "audio_format", "stream_sid")

    def __init__(self, wire: VoiceWire, desk: VoiceDesk) -> None:
        self.audio_format = AUDIO_PCM_24K
        self.stream_sid: str | None = None
        self._wire = wire
        self._desk = desk
        self._joining = False
        self._events: CallerEvents | None = None
        self._audio: Callable[[bytes], None] = _audio_before_join
        self._muted = False
        self._half = b""
        """The first byte of a sample whose second has not come yet: a page takes whole samples only."""

    # What the page says.

    def received(self, data: bytes) -> None:
        """Take a text message. Raises `StreamRefused`."""
        try:
            message = m.parse(data)
        except (ValueError, msgspec.MsgspecError):
            raise NotUnderstood("this is no message of a page's voice") from None
        if isinstance(message, m.Join):
            if self._joining:
                raise OutOfTurn("a second join")
            self._joining = True
            self._audio = _unheard
            self._desk.asked(message.session_id, message.ticket)
            return
        if not self._joining:
            raise OutOfTurn("a message before the join")
        match message:
            case m.MarkPlayed(name) if self._events is not None:
                self._events.mark_played(name)
            case m.Cleared(reply_id, played_ms) if self._events is not None:
                self._events.cleared(reply_id, played_ms)
            case m.Mute(on):
                self._muted = on
            case _:
                pass  # its session is being found, or it is over

    def heard(self, pcm: bytes) -> None:
        """Take sound. Raises `StreamRefused`."""
        if len(pcm) % SAMPLE_BYTES:
            raise NotUnderstood("half a sample")
        # Silence goes on: the engine's clock is the sound that it gets, and a turn ends in silence.
        self._audio(b2a_base64(bytes(len(pcm)) if self._muted else pcm, newline=False))

    def gone(self, code: int) -> None:
        """The WebSocket is closed. A page that is left, reloaded or cut off looks the same from here: it may come back."""
        events = self._end()
        if events is not None:
            events.lost(str(code))

    def joining(self, session_id: str) -> None:
        self._wire.send_text(m.build(m.Joined(session_id)))

    def admitted(self, events: CallerEvents) -> None:
        self._events = events
        self._audio = events.audio

    def _end(self) -> CallerEvents | None:
        """Report nothing more; to whom it was."""
        events, self._events = self._events, None
        self._audio = _unheard
        return events

    # What the session orders.

    def send_audio(self, payload: bytes) -> None:
        pcm = a2b_base64(payload)
        if self._half or len(pcm) % SAMPLE_BYTES:
            pcm = self._half + pcm
            whole = len(pcm) // SAMPLE_BYTES * SAMPLE_BYTES
            pcm, self._half = pcm[:whole], pcm[whole:]
        self._wire.send_binary(pcm)

    def send_mark(self, name: str) -> None:
        self._wire.send_text(m.build(m.Mark(name)))

    def clear(self) -> None:
        self._half = b""
        self._wire.send_text(m.build(m.Clear()))

    def reply_started(self, reply_id: str, from_ms: int) -> None:
        self._half = b""
        self._wire.send_text(m.build(m.ReplyStarted(reply_id, from_ms)))

    def close(self, code: int, reason: str) -> None:
        self._end()
        if code == NORMAL:
            self._wire.send_text(m.build(m.End(reason)))
        self._wire.close(code, reason)


def _audio_before_join(_payload: bytes) -> None:
    raise OutOfTurn("sound before the join")


def _unheard(_payload: bytes) -> None:
    """Nobody is there to hear it: its session is being found, or it is over."""
