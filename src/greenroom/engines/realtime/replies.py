"""The one writer of `response.create`: a reply at a time, matched to its cue, silenced when it is not wanted any more."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from greenroom.core.commands import Cue
from greenroom.core.signals import ReplyFinished, ReplyStarted, ReplyWorded, ToolsCalled
from greenroom.core.tools import ToolCall
from greenroom.engines.realtime.alarm import Alarm
from greenroom.engines.realtime.cues import cue_of, response_for
from greenroom.engines.realtime.faults import ALREADY_ACTIVE
from greenroom.engines.realtime.messages import decoded_bytes
from greenroom.engines.realtime.obedience import MOST_ASTRAY, astray
from greenroom.engines.realtime.rate_limits import RateLimits
from greenroom.ports.engine import EngineEvents
from greenroom.realtime.client_events import ConversationItemTruncate, ResponseCancel, ResponseCreate
from greenroom.realtime.conversations import FunctionCallItem, Item, Response
from greenroom.realtime.server_events import ErrorDetails
from greenroom.realtime.wire import Wire

log = structlog.get_logger()

GIVE_UP_S = 2.0
"""How long a cue waits for the reply before it to be done; a server that lost that one would keep it for ever."""
ASK_AGAIN_S = 0.25
"""After the server said that a reply is being made of which it told nothing."""
STALLED_S = 8.0
"""A reply that is being made and of which nothing comes for so long won't be finished."""
MAX_ASKS = 3
MAX_CALLS = 8
"""Of functions, in one reply; more are not answered."""
MAX_KEPT = 16
"""Replies that can still be truncated."""


@dataclass(slots=True)
class _Asked:
    """A `response.create` that was sent, and its response is not there yet."""

    cue: Cue
    event_id: str
    withdrawn: bool = False


@dataclass(slots=True)
class _Reply:
    reply_id: str
    cue_id: str
    reported: bool = False
    silenced: bool = False
    """Nothing of it is passed on any more."""
    done: bool = False
    """It is over for the session."""
    told: bool = False
    """The server has said that it is done."""
    item_id: str | None = None
    received_bytes: int = 0
    """Of audio, passed on."""
    said: list[str] = field(default_factory=list[str])
    """The texts of its finished parts."""
    saying: str = ""
    exactly: str = ""
    """What it is to say word for word; empty where the words are the model's."""
    calls: list[ToolCall] = field(default_factory=list[ToolCall])

    @property
    def came(self) -> int:
        """Grows with everything that comes of it."""
        return self.received_bytes + len(self.text)

    @property
    def text(self) -> str:
        return " ".join(part.strip() for part in (*self.said, self.saying) if part.strip())


class Replies:
    """Every reply that is reported as started is reported as finished once, or the connection is lost before."""

    __slots__ = (
        "_active",
        "_alarm",
        "_asked",
        "_asks",
        "_count",
        "_events",
        "_limits",
        "_names_cues",
        "_replies",
        "_send",
        "_sent",
        "_stall",
        "_takes_tools",
        "_waiting",
        "instructions",
    )

    def __init__(
        self,
        send: Callable[[Wire], None],
        events: EngineEvents,
        limits: RateLimits,
        count: Callable[[str], None],
        *,
        takes_tools: bool = False,
    ) -> None:
        self._count = count
        self._send = send
        self._limits = limits
        self._takes_tools = takes_tools
        self._events = events
        self.instructions = ""
        """Of the session."""
        self._waiting: Cue | None = None
        self._asked: _Asked | None = None
        self._active: _Reply | None = None
        self._replies: dict[str, _Reply] = {}
        self._alarm = Alarm()
        self._stall = Alarm()
        self._names_cues = False
        """Whether the server hands metadata back, so that a response without a cue is nobody's."""
        self._sent = 0
        self._asks = 0

    # What the session orders.

    def say(self, cue: Cue) -> None:
        """Now this; what is being made or was asked for is cancelled first."""
        self._waiting = cue
        self._asks = 0
        if self._asked is not None:
            self._asked.withdrawn = True
        if self._active is not None:
            self._cancel(self._active)
        self._next()

    def cancel(self, reply_id: str | None) -> None:
        active = self._active
        if reply_id is not None:
            if active is not None and active.reply_id == reply_id:
                self._cancel(active)
        elif self._waiting is not None:
            self._waiting = None
            self._alarm.clear()
        elif self._asked is not None:
            # Cancelled by its id once it has one: before that, the cancel might overtake it.
            self._asked.withdrawn = True
        elif active is not None:
            self._cancel(active)

    def truncate(self, reply_id: str, heard_ms: int, bytes_per_ms: int) -> None:
        reply = self._replies.get(reply_id)
        if reply is None or reply.item_id is None or reply.received_bytes == 0:
            return
        received_ms = reply.received_bytes // bytes_per_ms
        if reply.done and not reply.silenced and heard_ms >= received_ms:
            return  # all of it was heard: truncating would only cost the server its text
        self._sent += 1
        self._send(
            ConversationItemTruncate(
                item_id=reply.item_id,
                content_index=0,
                audio_end_ms=max(0, min(heard_ms, received_ms)),
                event_id=f"truncate-{self._sent}",
            )
        )

    # What the server tells.

    def created(self, response: Response) -> None:
        if response.id in self._replies:
            return
        cue_id, asked = cue_of(response.metadata), self._asked
        if cue_id is not None:
            self._names_cues = True
        elif asked is not None and not self._names_cues:
            cue_id = asked.cue.cue_id
        ours = asked is not None and cue_id == asked.cue.cue_id
        exactly = asked.cue.text if ours and asked is not None and not asked.cue.intent else ""
        reply = self._keep(_Reply(response.id, cue_id or "", exactly=exactly))
        if ours:
            self._asked = None
        lost, self._active = self._active, reply
        if lost is not None:
            self._close(lost, "incomplete")
        late = asked.withdrawn if ours and asked is not None else cue_id is not None
        if late or self._waiting is not None:
            self._cancel(reply)
            return
        reply.reported = True
        self._watch(reply)
        self._events.signal(ReplyStarted(reply.reply_id, reply.cue_id))

    def audio(self, reply_id: str, item_id: str, payload: bytes) -> bool:
        """Pass a piece of speech on, if its reply is wanted; whether it was."""
        reply = self._replies.get(reply_id)
        if reply is None or reply.silenced or reply.done:
            return False
        reply.item_id = item_id
        reply.received_bytes += decoded_bytes(payload)
        if payload:
            self._events.audio(reply_id, payload)
        return True

    def wording(self, reply_id: str, piece: str) -> None:
        """A piece of what it says."""
        reply = self._replies.get(reply_id)
        if reply is not None and not reply.silenced and not reply.done:
            reply.saying += piece
            self._events.caption(reply_id, reply.text)

    def worded(self, reply_id: str, text: str) -> None:
        """All that one part of it says."""
        reply = self._replies.get(reply_id)
        if reply is not None and not reply.silenced and not reply.done:
            reply.said.append(text)
            reply.saying = ""
            self._events.signal(ReplyWorded(reply_id, reply.text))

    def item_done(self, reply_id: str, item: Item) -> None:
        """One part of its output is whole: speech, which was told already, or a call."""
        reply = self._replies.get(reply_id)
        if not isinstance(item, FunctionCallItem) or reply is None or reply.done or item.call_id is None:
            return
        if len(reply.calls) < MAX_CALLS and all(call.call_id != item.call_id for call in reply.calls):
            reply.calls.append(ToolCall(item.call_id, item.name, item.arguments))

    def done(self, response: Response) -> bool:
        """Whether it was not known yet."""
        if response.id not in self._replies:
            self.created(response)
        reply = self._replies[response.id]
        if reply.told:
            return False
        reply.told = True
        if self._active is reply:
            self._active = None
            self._stall.clear()
        status = response.status
        if status == "in_progress" or (status == "completed" and reply.received_bytes == 0):
            status = "incomplete"  # there is nothing to be heard
        if reply.calls and reply.reported and not reply.silenced and not reply.done and response.status == "completed":
            self._events.signal(ToolsCalled(reply.reply_id, tuple(reply.calls)))
        self._close(reply, "cancelled" if reply.silenced else status)
        if status == "completed" and not reply.silenced and reply.exactly:
            self._look_back(reply)
        self._next()
        return True

    def refused(self, error: ErrorDetails) -> bool:
        """Whether this error is about a reply that was asked for; then it is dealt with."""
        asked = self._asked
        if asked is None or error.event_id != asked.event_id:
            return False
        self._asked = None
        if asked.withdrawn or self._waiting is not None:
            self._next()
        elif error.code == ALREADY_ACTIVE and self._asks < MAX_ASKS:
            self._waiting = asked.cue
            if self._active is not None:
                self._cancel(self._active)
                self._next()
            else:
                self._sent += 1
                self._send(ResponseCancel(event_id=f"cancel-{self._sent}"))
                self._alarm.set(ASK_AGAIN_S, self._next)
        else:
            # It has no id, since it never was; the session hears of it as of any other that failed.
            reply = self._keep(_Reply(f"none-{asked.event_id}", asked.cue.cue_id, reported=True))
            self._events.signal(ReplyStarted(reply.reply_id, reply.cue_id))
            self._close(reply, "failed")
        return True

    def close(self) -> None:
        self._alarm.clear()
        self._stall.clear()
        self._waiting = None

    # Inside.

    def _next(self) -> None:
        """Ask for the cue that waits, once nothing is in its way."""
        cue = self._waiting
        if cue is None:
            self._alarm.clear()
        elif self._asked is not None or self._active is not None:
            if not self._alarm.is_set:
                self._alarm.set(GIVE_UP_S, self._give_up)
        elif (wait_s := self._limits.wait_s(asyncio.get_running_loop().time())) > 0:
            self._alarm.set(wait_s, self._next)
        else:
            self._alarm.clear()
            self._waiting = None
            self._asks += 1
            self._sent += 1
            event_id = f"say-{self._sent}"
            self._asked = _Asked(cue, event_id)
            self._send(
                ResponseCreate(
                    response=response_for(cue, self.instructions, takes_tools=self._takes_tools), event_id=event_id
                )
            )

    def _give_up(self) -> None:
        """What is in the way has not ended in time: go on as if it had."""
        lost, self._active, self._asked = self._active, None, None
        if lost is not None:
            self._close(lost, "cancelled")
        self._next()

    def _cancel(self, reply: _Reply) -> None:
        if not reply.silenced:
            reply.silenced = True
            self._order_cancel(reply)

    def _order_cancel(self, reply: _Reply) -> None:
        self._sent += 1
        self._send(ResponseCancel(response_id=reply.reply_id, event_id=f"cancel-{self._sent}"))

    def _close(self, reply: _Reply, status: str) -> None:
        if reply.done:
            return
        reply.done = True
        if not reply.reported:
            return
        if reply.saying and not reply.silenced:
            # Cut off before its last part was told as a whole: these were its words.
            self._events.signal(ReplyWorded(reply.reply_id, reply.text))
        self._events.signal(ReplyFinished(reply.reply_id, status))

    def _look_back(self, reply: _Reply) -> None:
        share = astray(reply.exactly, reply.text)
        if share > MOST_ASTRAY:
            self._count("engine_disobeyed")
            log.warning("engine said something else", cueId=reply.cue_id, astray=round(share, 2))

    def _watch(self, reply: _Reply) -> None:
        """See in a while whether more of it came."""
        came = reply.came
        self._stall.set(STALLED_S, lambda: self._see_after(reply, came))

    def _see_after(self, reply: _Reply, came: int) -> None:
        if self._active is not reply:
            return
        if reply.came > came:
            self._watch(reply)
            return
        self._active = None
        self._order_cancel(reply)
        self._close(reply, "incomplete")
        self._next()

    def _keep(self, reply: _Reply) -> _Reply:
        while len(self._replies) >= MAX_KEPT:
            del self._replies[next(iter(self._replies))]
        self._replies[reply.reply_id] = reply
        return reply
