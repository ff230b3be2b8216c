"""What is being said, shown while it is said and never stored."""

import msgspec

from greenroom.core.events import Speaker
from greenroom.core.session import Session
from greenroom.ports.observer import TranscriptDelta
from greenroom.runtime.observer_feed import ObserverFeed


class Captions:
    """Of one session. What the interviewer says is kept back until it sounds."""

    __slots__ = ("_early", "_feed", "_session_id")

    def __init__(self, session_id: str, feed: ObserverFeed) -> None:
        self._session_id = session_id
        self._feed = feed
        self._early: tuple[str, str] | None = None
        """A reply that does not sound yet, and its caption so far."""

    def of_candidate(self, session: Session, item_id: str, text: str) -> bool:
        """Whether this is an item of the candidate's that is being heard; then it is shown."""
        for hearing in session.hearings:
            if hearing.item_id == item_id:
                self._show(hearing.turn_id, "candidate", text)
                return True
        return False

    def of_reply(self, session: Session, reply_id: str, text: str) -> None:
        """What the interviewer says."""
        reply = session.reply
        if reply is None or reply.reply_id != reply_id:
            return
        if reply.turn_id is None:
            self._early = (reply_id, text)
        else:
            self._show(reply.turn_id, "interviewer", text)

    def turns_began(self, session: Session, turn_ids: set[str]) -> None:
        """These turns are in the log from now on."""
        early, reply = self._early, session.reply
        if early is not None and reply is not None and reply.reply_id == early[0] and reply.turn_id in turn_ids:
            self._early = None
            self._show(reply.turn_id, "interviewer", early[1])

    def _show(self, turn_id: str, speaker: Speaker, text: str) -> None:
        """The whole caption of a turn so far."""
        self._feed.caption(turn_id, msgspec.json.encode(TranscriptDelta(self._session_id, turn_id, speaker, text)))
