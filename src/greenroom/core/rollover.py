"""When another connection to the model may take over from the one at hand without the call noticing.

It is no signal and no event: which socket speaks for the interviewer is nothing that the session knows or the log tells,
as long as the next one knows what this one knew.
"""

from greenroom.core.phases import Phase
from greenroom.core.session import Hearing, Session

OVERLAP_MS = 1500
"""At most so much of the caller's audio is given to the next connection, too: far longer than a server takes to find that
somebody speaks and to say so."""
AFTER_SPEECH_MS = 200
"""The end of a turn is known no better than this."""
OVERDUE_MS = 3000
"""Words that did not come within so long after the end of speech may never come; some servers give none."""


def may_switch(session: Session, at_ms: int, *, urgent: bool = False) -> bool:
    """Whether nothing of the engine at hand is awaited: no speech that it hears, no words, no reply, no agreement.

    `urgent`: a reply that is made may still be playing, since its sound is here already, and words may be overdue.
    `at_ms` is now, on the session's audio clock.
    """
    wanted, reply = session.record.configuration, session.reply
    if session.record.phase not in (Phase.CONNECTED, Phase.INTERRUPTED) or not session.engine_here:
        return False
    if not all(urgent and _is_overdue(hearing, at_ms) for hearing in session.hearings):
        return False
    if session.awaiting_words is not None or session.owed is not None or session.candidate_cut_off:
        return False
    if wanted is None or session.engine_revision != wanted.revision:
        return False
    return reply is None or (urgent and reply.made and reply.turn_id is not None)


def overlap_ms(session: Session, at_ms: int) -> int:
    """How much of the caller's latest audio holds no speech that the engine at hand is known to have heard."""
    # What was answered was heard, whatever the engine says of when it ended.
    known = [
        turn.completed.ended_ms if turn.speaker == "candidate" else turn.completed.started_ms
        for turn in session.record.turns
        if turn.completed is not None
    ]
    known += [hearing.ended_ms for hearing in session.hearings if hearing.ended_ms is not None]
    if session.reply is not None:
        known.append(session.reply.began_ms)
    return max(0, min(OVERLAP_MS, at_ms - max(known, default=-OVERLAP_MS) - AFTER_SPEECH_MS))


def _is_overdue(hearing: Hearing, at_ms: int) -> bool:
    return hearing.ended_ms is not None and at_ms - hearing.ended_ms >= OVERDUE_MS
