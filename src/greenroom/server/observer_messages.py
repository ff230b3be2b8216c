"""What observers say on `/logs`, and are answered beside events: `parse(text) -> Message` and `encode(answer) -> text`."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from greenroom.core.errors import BadInput

Id = str | int

Short = Annotated[str, msgspec.Meta(max_length=200)]


class Message(msgspec.Struct, frozen=True, tag_field="type", rename="camel", kw_only=True):
    """Base of all messages."""

    id: Id | None = None
    """Of the client's choosing; the answer carries it as `inReplyTo`."""


class Cursor(msgspec.Struct, frozen=True, rename="camel"):
    """Up to where an observer has everything."""

    log_id: Short
    seq: Annotated[int, msgspec.Meta(ge=0)]


class Attach(Message, frozen=True, tag="attach"):
    """Comes first."""

    session_id: Short
    ticket: Short
    after: Cursor | None = None


class ScenarioConfiguration(Message, frozen=True, tag="scenario.configuration"):
    scenario_id: Short
    config: dict[str, Any]
    voice: Short = ""
    revision: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """None: the next one."""


class JobConfiguration(Message, frozen=True, tag="job.configuration"):
    """The same for the job interview, whose other fields stay as they are."""

    job_title: str
    company: str
    job_description: str = ""
    voice: Short = ""


class CallEnd(Message, frozen=True, tag="call.end"):
    pass


class TurnText(Message, frozen=True, tag="turn.text"):
    """A typed answer."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=5000)]
    client_turn_id: Short | None = None


class InterviewerCue(Message, frozen=True, tag="interviewer.cue"):
    cue: Literal["repeat", "skip", "moment"]


class Ping(Message, frozen=True, tag="ping"):
    t: float | int | Short | None = None


AnyMessage = Attach | ScenarioConfiguration | JobConfiguration | CallEnd | TurnText | InterviewerCue | Ping


class Answer(msgspec.Struct, frozen=True, tag_field="type", rename="camel"):
    """Base of all answers."""


class Attached(Answer, frozen=True, tag="attached"):
    """Events follow: from where the observer stood (`resumed`), else from seq 1."""

    session_id: str
    log_id: str
    head_seq: int
    resumed: bool
    status: str
    caller_present: bool
    ping_ms: int


class Pong(Answer, frozen=True, tag="pong"):
    t: float | int | str | None


class ErrorMessage(Answer, frozen=True, tag="error"):
    """A message was refused; the connection stays."""

    code: str
    message: str
    retryable: bool
    request_id: str
    in_reply_to: Id | UnsetType = UNSET


AnyAnswer = Attached | Pong | ErrorMessage


class NotJson(Exception):
    """The text is no JSON at all."""


class _Identified(msgspec.Struct):
    id: Id | None = None


_decode = msgspec.json.Decoder(AnyMessage).decode
_decode_id = msgspec.json.Decoder(_Identified).decode
encode = msgspec.json.Encoder().encode


def parse(text: bytes) -> AnyMessage:
    """The message. Raises `NotJson`, or `BadInput` for what is JSON but no message."""
    try:
        return _decode(text)
    except msgspec.ValidationError as error:
        raise BadInput(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotJson from None


def id_of(text: bytes) -> Id | None:
    """The `id` of what is no message otherwise, if it has one."""
    try:
        return _decode_id(text).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
