"""The envelope around an event: `{"type","sessionId","logId","seq","at",…}`, and back."""

from datetime import UTC, datetime

import msgspec

from greenroom.core.events import AnyEvent, Event, tag_of
from greenroom.ports.store import StoredEvent

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyEvent)


class Envelope(msgspec.Struct, frozen=True, rename="camel"):
    """What every stored event has beside its own fields."""

    session_id: str
    log_id: str
    seq: int
    at: str
    """RFC 3339, UTC, with milliseconds."""


def rfc3339(unix_ms: int) -> str:
    """A time as it is on the wire: UTC, with milliseconds."""
    seconds, ms = divmod(unix_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ms:03d}Z"


def seal(event: Event, *, session_id: str, log_id: str, seq: int, at_ms: int) -> StoredEvent:
    """The event as one line of the log."""
    tag = tag_of(event)
    raw = _encoder.encode(event)
    head = len(f'{{"type":"{tag}"')
    envelope = _encoder.encode(Envelope(session_id, log_id, seq, rfc3339(at_ms)))
    return StoredEvent(seq=seq, type=tag, at_ms=at_ms, body=b"%b,%b%b" % (raw[:head], envelope[1:-1], raw[head:]))


def unseal(stored: StoredEvent) -> Event | None:
    """The core event of a line; None for a type that this version does not know."""
    try:
        return _decoder.decode(stored.body)
    except msgspec.ValidationError:
        return None
