"""The envelope around an event: `{"type","sessionId","logId","seq","at",…}`, and back."""

from datetime import UTC, datetime

import msgspec

from greenroom.core.events import AnyEvent, Event, tag_of
from greenroom.ports.store import StoredEvent

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyEvent)


def rfc3339(unix_ms: int) -> str:
    """A time as it is on the wire: UTC, with milliseconds."""
    seconds, ms = divmod(unix_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ms:03d}Z"


def seal(event: Event, *, session_id: str, log_id: str, seq: int, at_ms: int) -> StoredEvent:
    """The event as one line of the log."""
    tag = tag_of(event)
    raw = _encoder.encode(event)
    head = len(f'{{"type":"{tag}"')
    envelope = f',"sessionId":"{session_id}","logId":"{log_id}","seq":{seq},"at":"{rfc3339(at_ms)}"'.encode()
    return StoredEvent(seq=seq, type=tag, at_ms=at_ms, body=raw[:head] + envelope + raw[head:])


def unseal(stored: StoredEvent) -> Event | None:
    """The core event of a line; None for a type that this version does not know."""
    try:
        return _decoder.decode(stored.body)
    except msgspec.ValidationError:
        return None
