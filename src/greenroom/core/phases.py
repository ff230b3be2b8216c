"""Which signal is legal in which phase, and where it may lead. The state diagram in the docs is drawn from this table."""

import enum

from greenroom.core import signals as s
from greenroom.core.errors import OutOfOrder


class Phase(enum.StrEnum):
    """A session's status, as it is on the wire."""

    IDLE = "idle"
    CONNECTING = "connecting"
    CALLING = "calling"
    RINGING = "ringing"
    CONNECTED = "connected"
    INTERRUPTED = "interrupted"
    ENDING = "ending"
    ENDED = "ended"


IDLE, CONNECTING, CALLING, RINGING, CONNECTED, INTERRUPTED, ENDING, ENDED = Phase

_Row = dict[type[s.Signal], frozenset[Phase]]


def _to(*phases: Phase) -> frozenset[Phase]:
    return frozenset(phases)


_ANYWHERE_BEFORE_THE_CALL = {
    s.ConfigurationSent: _to(),
    s.OwnerWatching: _to(),
    s.EndAskedFor: _to(ENDED),
    s.DeadlineCame: _to(ENDED),
}

_WHILE_DIALLING: _Row = {
    **_ANYWHERE_BEFORE_THE_CALL,
    s.CallRinging: _to(RINGING),
    s.CallFailed: _to(ENDED),
    s.CallerHungUp: _to(ENDED),
    s.CallerJoined: _to(CONNECTING, CONNECTED),
    s.EngineReady: _to(),
    s.EngineLost: _to(),
    s.EngineRefused: _to(ENDED),
    s.ConfigurationEchoed: _to(),
    s.ConfigurationRejected: _to(ENDED),
}

# A reply and what is heard of the candidate may be under way whenever an engine is there.
_ENGINE_TALKS: _Row = {
    s.CallerSpoke: _to(),
    s.SpeechConfirmed: _to(),
    s.CallerStopped: _to(),
    s.TranscriptCame: _to(),
    s.TranscriptFailed: _to(),
    s.ReplyStarted: _to(),
    s.ReplyWorded: _to(),
    s.ReplyFinished: _to(),
    s.ReplyBegan: _to(),
    s.ReplyStopped: _to(),
    s.ReplyPlayed: _to(),
    s.UsageCame: _to(),
    s.ToolsCalled: _to(),
    s.ToolAnswered: _to(),
}

_LIVE: _Row = {
    s.ConfigurationSent: _to(),
    s.ConfigurationEchoed: _to(),
    s.ConfigurationRejected: _to(ENDED),
    s.OwnerWatching: _to(),
    s.CallFailed: _to(ENDED),
    s.CallerHungUp: _to(ENDED),
    s.EngineRefused: _to(ENDED),
    s.CallRinging: _to(),
    s.CallDialled: _to(),
}

NEXT: dict[Phase, _Row] = {
    IDLE: {
        **_ANYWHERE_BEFORE_THE_CALL,
        s.CallDialled: _to(CALLING),
        s.CallRinging: _to(RINGING),
        s.CallFailed: _to(ENDED),
        s.CallerJoined: _to(CONNECTING),
    },
    CALLING: _WHILE_DIALLING,
    RINGING: {**_WHILE_DIALLING, s.CallDialled: _to()},
    CONNECTING: {
        **_LIVE,
        s.CallerJoined: _to(),
        s.CallerLost: _to(INTERRUPTED),
        s.EngineReady: _to(CONNECTED),
        s.EngineLost: _to(),
        s.EndAskedFor: _to(ENDED),
        s.DeadlineCame: _to(ENDED),
    },
    CONNECTED: {
        **_LIVE,
        **_ENGINE_TALKS,
        # What is said next may be the farewell: after a gap, or since its budget is used up.
        s.ConfigurationEchoed: _to(ENDING),
        s.CallerJoined: _to(CONNECTED),
        s.CallerLost: _to(INTERRUPTED),
        s.CallerStopped: _to(ENDING),
        s.TranscriptCame: _to(ENDING),
        s.TranscriptFailed: _to(ENDING),
        s.EngineReady: _to(),
        s.EngineLost: _to(INTERRUPTED),
        s.TextTyped: _to(ENDING),
        s.CueGiven: _to(ENDING),
        s.ReplyFinished: _to(INTERRUPTED),
        s.ReplyPlayed: _to(ENDING),
        s.ToolsCalled: _to(ENDING),
        s.EndAskedFor: _to(ENDING, ENDED),
        s.DeadlineCame: _to(INTERRUPTED, ENDING, ENDED),
    },
    INTERRUPTED: {
        **_LIVE,
        **_ENGINE_TALKS,
        s.CallerJoined: _to(CONNECTED, ENDING),
        s.CallerLost: _to(),
        s.EngineReady: _to(CONNECTED, ENDING),
        s.EngineLost: _to(),
        s.ReplyPlayed: _to(ENDED),
        s.EndAskedFor: _to(ENDED),
        s.DeadlineCame: _to(ENDED),
    },
    ENDING: {
        **_LIVE,
        **_ENGINE_TALKS,
        s.CallerJoined: _to(),
        s.CallerLost: _to(ENDED),
        s.EngineReady: _to(),
        s.EngineLost: _to(ENDED),
        s.ReplyFinished: _to(ENDED),
        s.ReplyPlayed: _to(ENDED),
        s.EndAskedFor: _to(ENDED),
        s.DeadlineCame: _to(ENDED),
    },
    # Ended is final: whatever comes late changes nothing.
    ENDED: {
        kind: _to()
        for kind in (
            *_LIVE, *_ENGINE_TALKS, s.CallerJoined, s.CallerLost, s.EngineReady, s.EngineLost, s.EndAskedFor,
            s.DeadlineCame, s.TextTyped, s.CueGiven,
        )
    },
}  # fmt: skip
"""By phase, the signals that are legal in it, with the phases that each may lead to beside staying. A missing entry is
the error."""


def allowed(phase: Phase, signal: s.Signal) -> frozenset[Phase]:
    """Where this signal may lead from this phase. Raises `OutOfOrder`."""
    try:
        return NEXT[phase][type(signal)]
    except KeyError:
        raise OutOfOrder(phase.value, type(signal).__name__) from None


def diagram() -> str:
    """The table as a Mermaid state diagram: an arrow from phase to phase, labelled with what can cause it."""
    lines = ["stateDiagram-v2", "    [*] --> idle"]
    for phase, row in NEXT.items():
        causes: dict[Phase, list[str]] = {}
        for signal, targets in row.items():
            for target in targets - {phase}:
                causes.setdefault(target, []).append(signal.__name__)
        lines += [
            f"    {phase.value} --> {target.value}: {', '.join(sorted(causes[target]))}"
            for target in Phase
            if target in causes
        ]
    lines.append("    ended --> [*]")
    return "\n".join(lines) + "\n"
