"""When another connection to the model may take over from the one at hand without the call noticing.

It is no signal and no event: which socket speaks for the interviewer is nothing that the session knows or the log tells,
as long as the next one knows what this one knew.
"""

from greenroom.core.phases import Phase
from greenroom.core.session import Session


def may_switch(session: Session, *, urgent: bool = False) -> bool:
    """Whether nothing of the engine at hand is awaited: no speech that it hears, no words, no reply, no agreement.

    `urgent`: a reply that is made may still be playing, since its sound is here already.
    """
    wanted, reply = session.record.configuration, session.reply
    if session.record.phase not in (Phase.CONNECTED, Phase.INTERRUPTED) or not session.engine_here:
        return False
    if session.hearings or session.awaiting_words is not None or session.owed is not None or session.candidate_cut_off:
        return False
    if wanted is None or session.engine_revision != wanted.revision:
        return False
    return reply is None or (urgent and reply.made and reply.turn_id is not None)
