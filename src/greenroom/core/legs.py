"""The caller and the engine: there, lost for a while, back, gone for good."""

from greenroom.core import commands as c
from greenroom.core import configuring, endings, gaps, speaking, spending
from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.apologies import apology
from greenroom.core.draft import Draft
from greenroom.core.phases import Phase

RETRY_FIRST_S = 0.25
RETRY_MOST_S = 2.0

_BEFORE = (Phase.IDLE, Phase.CALLING, Phase.RINGING)
_DIALLING = {s.CallDialled: Phase.CALLING, s.CallRinging: Phase.RINGING}


def on_call_progress(draft: Draft, signal: s.CallDialled | s.CallRinging) -> None:
    """What the phone provider says; late or repeated news changes nothing."""
    phase = _DIALLING[type(signal)]
    if draft.phase in _BEFORE and draft.phase is not phase and phase in draft.allowed:
        draft.clear_deadline("expire")
        draft.go(phase)


def on_call_failed(draft: Draft, signal: s.CallFailed) -> None:
    endings.finish(draft, signal.reason)


def on_caller_joined(draft: Draft, signal: s.CallerJoined) -> None:
    draft.clear_deadline("expire")
    was_here = draft.now.caller_here
    draft.set(caller_here=True)
    new_stream = signal.stream_sid != draft.now.record.stream_sid
    if draft.phase in _BEFORE or (was_here and new_stream and draft.phase is Phase.CONNECTED):
        _name_stream(draft, signal.stream_sid)
    match draft.phase:
        case Phase.IDLE | Phase.CALLING | Phase.RINGING:
            draft.go(Phase.CONNECTING)
            draft.set_deadline("connect", draft.now.limits.connect_s)
            if draft.now.engine_here:
                _connect(draft)
            elif not draft.now.engine_opening:
                open_engine(draft)
        case Phase.INTERRUPTED:
            _name_stream(draft, signal.stream_sid)
            draft.record(e.LegRestored("caller", "joined"))
            if draft.now.engine_here or draft.now.connected_at is None:
                _after_interruption(draft)
            else:
                speaking.resume(draft)  # what is all made needs no engine
                _set_grace(draft)
        case Phase.CONNECTED if was_here:
            # A newer stream took the place of the old one, whose buffered audio is gone.
            draft.go(Phase.CONNECTED)
        case _:
            pass


def on_caller_hung_up(draft: Draft) -> None:
    draft.set(caller_here=False)
    endings.ask(draft, "caller_hung_up")


def on_caller_lost(draft: Draft, signal: s.CallerLost) -> None:
    if not draft.now.caller_here:
        return
    draft.set(caller_here=False)
    if draft.phase is Phase.ENDING:
        endings.finish(draft, draft.now.end_reason or "caller_lost")
        return
    draft.record(e.LegLost("caller", signal.code))
    _interrupt(draft)


def on_owner_watching(draft: Draft, signal: s.OwnerWatching) -> None:
    draft.set(owner_watching=signal.watching)
    if draft.phase is Phase.INTERRUPTED:
        _set_grace(draft)


def open_engine(draft: Draft) -> None:
    """Ask for a connection to the model; another attempt if there was one before."""
    draft.set(engine_opening=True, engine_attempts=draft.now.engine_attempts + 1)
    draft.order(c.OpenEngine(draft.now.engine_attempts))


def on_engine_ready(draft: Draft, signal: s.EngineReady) -> None:
    if gaps.said_goodbye(draft):
        return
    gaps.take_back_last_words(draft)
    draft.clear_deadline("engine_retry")
    draft.set(engine_here=True, engine_opening=False, engine_revision=0, prompt_words=signal.prompt_words)
    configuring.configure_engine(draft)
    if draft.phase is Phase.CONNECTING and draft.now.caller_here:
        _connect(draft)
    elif draft.phase is Phase.INTERRUPTED:
        draft.record(e.LegRestored("engine", "connected"))
        if draft.now.caller_here:
            _after_interruption(draft)


def on_engine_lost(draft: Draft, signal: s.EngineLost) -> None:
    engine_gone(draft, signal.code)


def engine_gone(draft: Draft, code: str) -> None:
    """The model is not there (any more): try again within the session's grace."""
    was_here = draft.now.engine_here
    since, reply = draft.now.engine_failing_since, draft.now.reply
    draft.set(
        calls=(), engine_here=False, engine_opening=False, engine_failing_since=draft.at if since is None else since
    )
    draft.clear_deadline("configure")
    match draft.phase:
        case Phase.ENDING if reply is not None and reply.made and reply.turn_id is not None:
            pass  # all of the farewell is here: it is heard to its end
        case Phase.ENDING:
            endings.finish(draft, draft.now.end_reason or "engine_lost")
        case Phase.CONNECTED:
            gaps.cut_off(draft)
            draft.record(e.LegLost("engine", code))
            _interrupt(draft)
            _open_again(draft)
        case Phase.INTERRUPTED if was_here:
            gaps.cut_off(draft)
            draft.record(e.LegLost("engine", code))
            _set_grace(draft)
            _open_again(draft)
        case _:
            _retry_engine(draft)


def on_engine_refused(draft: Draft, signal: s.EngineRefused) -> None:
    draft.record(e.Notice(signal.code, apology(signal.code)))
    endings.finish(draft, "engine_refused")


def on_engine_retry(draft: Draft) -> None:
    if not draft.now.engine_here and not draft.now.engine_opening and not gaps.said_goodbye(draft):
        open_engine(draft)


def on_grace_over(draft: Draft) -> None:
    """`interrupted` lasted too long."""
    endings.finish(draft, "engine_lost" if draft.now.caller_here else "caller_lost")


def on_connect_timeout(draft: Draft) -> None:
    endings.finish(draft, "engine_lost")


def _connect(draft: Draft) -> None:
    draft.clear_deadline("connect")
    draft.set(connected_at=draft.at)
    spending.start_clock(draft)
    _talk(draft)
    configuring.watch(draft)
    configuring.begin_if_ready(draft)


def _talk(draft: Draft) -> None:
    """Both legs are there: audio flows and the interview's clock runs."""
    draft.go(Phase.CONNECTED)
    since, lost_at = draft.now.silence_since, draft.now.interrupted_at
    if since is not None and lost_at is not None:
        draft.set(silence_since=since + draft.at - lost_at)  # nobody is silent while nobody listens
    draft.set(talking_since=draft.at, interrupted_at=None)
    if draft.now.engine_revision > 0:
        draft.order(c.HearCaller(on=True))  # else once the engine is set up: before, it may hear in another format
    most_s = min(draft.now.limits.session_s, draft.now.plan.length_s * 1.1)
    draft.set_deadline("time_limit", max(most_s - draft.now.talked_s, 1.0))


def _interrupt(draft: Draft) -> None:
    """A leg is missing: the clock stands, nothing is asked, the grace runs."""
    draft.set(talked_s=draft.elapsed_s, talking_since=None, awaiting_words=None)
    for name in ("silence", "answer", "time_limit", "words", "barge_in", "connect", "configure", "gap"):
        draft.clear_deadline(name)
    draft.order(c.HearCaller(on=False, keep=True))
    if draft.phase is not Phase.INTERRUPTED:
        draft.set(interrupted_at=draft.at)
        draft.go(Phase.INTERRUPTED)
    _set_grace(draft)
    reply = draft.now.reply
    if not draft.now.caller_here and reply is not None and reply.turn_id is not None:
        speaking.hold(draft)
        draft.clear_deadline("barge_in")


def _set_grace(draft: Draft) -> None:
    limits, since = draft.now.limits, draft.now.interrupted_at
    grace_s = limits.grace_watched_s if draft.now.owner_watching else limits.grace_s
    failing_since = draft.now.engine_failing_since
    if since is not None and failing_since is not None and not draft.now.engine_here:
        # Lost again before it was heard: connections that lead to nothing don't buy time.
        since = min(since, failing_since)
    passed_s = 0.0 if since is None else draft.at - since
    left_s = max(grace_s - passed_s, 0.0)
    draft.set_deadline("grace", left_s)
    other_voice = limits.last_words_s > 0 and draft.now.caller_here and not draft.now.engine_here and draft.now.sounded
    if not other_voice:
        draft.clear_deadline("last_words")
    elif not gaps.are_last_words(draft, draft.now.reply):
        draft.set_deadline("last_words", max(left_s - limits.last_words_s, 0.0))


def _after_interruption(draft: Draft) -> None:
    draft.clear_deadline("grace")
    draft.clear_deadline("last_words")
    if draft.now.connected_at is None:
        # It was cut off while it was still being connected.
        if draft.now.engine_here:
            _connect(draft)
        elif not draft.now.engine_opening:
            open_engine(draft)
        return
    _talk(draft)
    configuring.watch(draft)
    if not draft.now.begun:
        configuring.begin_if_ready(draft)
    else:
        gaps.go_on(draft)


def _open_again(draft: Draft) -> None:
    """At once if the model was heard before, later and later if it goes away without a word."""
    if draft.now.engine_attempts == 0:
        open_engine(draft)
    else:
        _retry_engine(draft)


def _retry_engine(draft: Draft) -> None:
    attempt = draft.now.engine_attempts
    most = min(RETRY_MOST_S, RETRY_FIRST_S * 2 ** max(attempt - 1, 0))
    # Spread over half of the interval, by a number that the session was given: many sessions lose one engine at once.
    spread = (draft.now.seed * 2654435761 + attempt * 40503) % 1000 / 1000
    draft.set_deadline("engine_retry", most * (0.5 + spread / 2))


def _name_stream(draft: Draft, stream_sid: str | None) -> None:
    from dataclasses import replace

    draft.set(record=replace(draft.now.record, stream_sid=stream_sid))
