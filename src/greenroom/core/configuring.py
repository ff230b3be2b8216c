"""The configuration: wanted, kept whenever it arrives, applied when the engine is there, agreed or failed in words."""

from greenroom.core import commands as c
from greenroom.core import director, endings, gaps, legs, speaking
from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.apologies import apology
from greenroom.core.draft import Draft
from greenroom.core.errors import RevisionConflict, StaleRevision
from greenroom.core.phases import Phase


def on_sent(draft: Draft, signal: s.ConfigurationSent) -> None:
    """Accept a newer revision; the same one again changes nothing. Raises `RevisionConflict`, `StaleRevision`."""
    current = draft.now.record.configuration
    have = 0 if current is None else current.revision
    revision = have + 1 if signal.revision is None else signal.revision
    same = current is not None and current.same_content(signal.scenario_id, signal.config, signal.voice)
    if same and (signal.revision is None or revision == have):
        return
    if revision == have:
        raise RevisionConflict(f"revision {revision} was sent before with other content")
    if revision < have:
        raise StaleRevision(f"revision {have} is in force already")
    if current is not None and draft.now.sounded and signal.voice != current.voice:
        draft.record(e.ConfigurationFailed(revision, "voice_locked", apology("voice_locked")))
        return
    plan = director.replan(draft.now.plan, signal.plan, draft.now.director) if draft.now.begun else signal.plan
    draft.set(plan=plan)
    draft.record(e.ConfigurationAccepted(revision, signal.scenario_id, signal.config, signal.voice))
    if draft.now.engine_here:
        configure_engine(draft)
        watch(draft)


def configure_engine(draft: Draft) -> None:
    wanted = draft.now.record.configuration
    if wanted is not None:
        draft.order(c.ConfigureEngine(wanted.revision))


def watch(draft: Draft) -> None:
    """From both legs being there, the engine has a set time to agree."""
    wanted = draft.now.record.configuration
    if draft.phase is Phase.CONNECTED and wanted is not None and draft.now.engine_revision != wanted.revision:
        draft.set_deadline("configure", draft.now.limits.configure_s)


def on_echoed(draft: Draft, signal: s.ConfigurationEchoed) -> None:
    wanted = draft.now.record.configuration
    if wanted is None or signal.revision != wanted.revision or draft.now.engine_revision == signal.revision:
        return
    draft.set(engine_revision=signal.revision)
    draft.clear_deadline("configure")
    if draft.now.record.applied_revision != signal.revision:
        draft.record(e.ConfigurationApplied(signal.revision))
    if draft.phase is not Phase.CONNECTED:
        return
    draft.order(c.HearCaller(on=True))
    if draft.now.begun:
        gaps.go_on(draft)
    else:
        begin_if_ready(draft)


def on_rejected(draft: Draft, signal: s.ConfigurationRejected) -> None:
    wanted = draft.now.record.configuration
    if wanted is not None and signal.revision == wanted.revision and draft.now.engine_revision != signal.revision:
        _fail(draft, signal.code)


def on_timeout(draft: Draft) -> None:
    if draft.now.sounded and _was_in_force(draft):
        legs.engine_gone(draft, "configuration_timeout")  # what another connection agreed to is not at fault
        return
    _fail(draft, "configuration_timeout")


def begin_if_ready(draft: Draft) -> None:
    """The first word is spoken once both legs are there and the engine is what it should be."""
    wanted = draft.now.record.configuration
    if draft.phase is not Phase.CONNECTED or draft.now.begun or wanted is None:
        return
    if draft.now.engine_revision == wanted.revision:
        draft.set(begun=True)
        speaking.say(draft, director.begin(draft.now.plan))


def _was_in_force(draft: Draft) -> bool:
    """Whether an earlier connection agreed to what is wanted."""
    wanted = draft.now.record.configuration
    return wanted is not None and draft.now.record.applied_revision == wanted.revision


def _fail(draft: Draft, code: str) -> None:
    wanted = draft.now.record.configuration
    draft.clear_deadline("configure")
    draft.record(e.ConfigurationFailed(0 if wanted is None else wanted.revision, code, apology(code)))
    if (not draft.now.sounded or _was_in_force(draft)) and draft.phase is not Phase.ENDED:
        endings.finish(draft, "engine_refused")
