"""What a session's legs report to. An adapter goes dead with its leg, so that nothing stale reaches the session."""

from typing import TYPE_CHECKING

from greenroom.core import signals as s
from greenroom.runtime.audio_bridge import AudioBridge

if TYPE_CHECKING:
    from greenroom.runtime.session_runner import SessionRunner


class CallerAdapter:
    """What a caller's connection reports to. It goes dead when its leg is replaced or gone."""

    __slots__ = ("_bridge", "_runner")

    def __init__(self, runner: "SessionRunner") -> None:
        self._runner = runner
        self._bridge: AudioBridge | None = runner.bridge

    def audio(self, payload: bytes) -> None:
        bridge = self._bridge
        if bridge is not None:
            bridge.caller_audio(payload)

    def kill(self) -> None:
        """The leg was replaced or is gone."""
        self._bridge = None

    def mark_played(self, name: str) -> None:
        if self._bridge is not None:
            self._bridge.mark_played(name)

    def cleared(self, reply_id: str, played_ms: int) -> None:
        if self._bridge is not None:
            self._bridge.cleared(reply_id, played_ms)

    def hung_up(self) -> None:
        self._leave(s.CallerHungUp())

    def lost(self, code: str) -> None:
        self._leave(s.CallerLost(code))

    def _leave(self, signal: s.Signal) -> None:
        self._runner.caller_left(self, signal)


class EngineAdapter:
    """What an engine's connection reports to. It is dead until its leg is taken, and after it was given up."""

    __slots__ = ("_bridge", "_runner")

    def __init__(self, runner: "SessionRunner") -> None:
        self._runner = runner
        self._bridge: AudioBridge | None = runner.bridge

    def audio(self, reply_id: str, payload: bytes) -> None:
        bridge = self._bridge
        if bridge is not None:
            bridge.reply_audio(reply_id, payload)

    def kill(self) -> None:
        """The leg was given up."""
        self._bridge = None

    def signal(self, signal: s.Signal) -> None:
        self._runner.engine_reports(self, signal)

    def caption(self, ref_id: str, text: str) -> None:
        if self._bridge is None:
            return
        runner = self._runner
        if not runner.captions.of_candidate(runner.session, ref_id, text):
            runner.captions.of_reply(runner.session, ref_id, text)

    def session_ms(self, engine_ms: float) -> int:
        runner = self._runner
        return max(0, round(runner.at_ms - runner.bridge.behind_ms(engine_ms)))
