"""The audio bridge: sound between caller and engine, from one socket's callback to the other socket's send.

No frame passes through `step`, is decoded, or waits for a task. Commands open and close the gates; in return the bridge
keeps the numbers that the core asks for and says when a reply begins to sound and when it has been heard.

Audio is base64 text as it came. What was sent and may not have been heard yet is retained, so that a reply can go on
from where the ear was after somebody spoke over it.
"""

import math
from collections import deque
from collections.abc import Callable
from time import perf_counter

from greenroom.core.session import Ear
from greenroom.core.signals import ReplyBegan, ReplyPlayed, ReplyStopped, Signal
from greenroom.ports.caller import BYTES_PER_MS, CallerLeg
from greenroom.ports.clock import Clock
from greenroom.ports.engine import EngineLeg
from greenroom.runtime.kept_audio import KeptAudio
from greenroom.runtime.metrics import Metrics
from greenroom.runtime.playback import CUT_BYTES, SAMPLE_BYTES, Playback, decoded_bytes, tail_of

MARK_EVERY_MS = 200
PLAYOUT_SLACK_S = 2.0
"""A caller that echoes no mark is believed to have heard a reply this long after it should have ended."""
LONGEST_REPLY_MS = 240_000
"""What an engine sends of one reply beyond this is dropped."""

RECENT_FRAMES = 100
"""Two seconds of the caller's audio, kept for a change of engines."""

TIMED_EVERY = 16
"""Frames for each one whose way is timed: timing all of them would be a good part of the way itself."""


class AudioBridge:
    """The sound of one session. `report` takes signals; `schedule` keeps the one deadline that playing out needs."""

    __slots__ = (
        "_bytes_per_ms",
        "_caller",
        "_clock",
        "_engine",
        "_hearing",
        "_kept",
        "_line_s",
        "_mark_bytes",
        "_mark_number",
        "_metrics",
        "_playback",
        "_recent",
        "_report",
        "_schedule",
        "_sent_to_engine",
    )

    def __init__(
        self,
        clock: Clock,
        metrics: Metrics,
        report: Callable[[Signal], None],
        schedule: Callable[[float | None], None],
    ) -> None:
        self._clock = clock
        self._metrics = metrics
        self._report = report
        self._schedule = schedule
        """Call `playout_overdue` at this time; None: not any more."""
        self._caller: CallerLeg | None = None
        self._engine: EngineLeg | None = None
        self._hearing = False
        self._kept: KeptAudio | None = None
        """What the caller says meanwhile, if the gate is closed for a gap."""
        self._playback: Playback | None = None
        self._bytes_per_ms = 8
        self._mark_bytes = self._bytes_per_ms * MARK_EVERY_MS
        self._mark_number = 0
        self._line_s = math.inf
        """The way to the caller and back: the least that a mark was late. Infinite: none came yet."""
        self._sent_to_engine = 0
        self._recent: deque[bytes] | None = None

    # The ways of sound: called for every frame.

    def caller_audio(self, payload: bytes) -> None:
        """A frame of the candidate's speech."""
        metrics = self._metrics
        metrics.audio_frames_in += 1
        engine = self._engine
        if self._hearing and engine is not None:
            self._sent_to_engine += decoded_bytes(payload)
            if self._recent is not None:
                self._recent.append(payload)
            if metrics.audio_frames_in % TIMED_EVERY:
                engine.append_audio(payload)
            else:
                began = perf_counter()
                engine.append_audio(payload)
                metrics.relay.add(perf_counter() - began, TIMED_EVERY)
        elif self._kept is not None:
            self._kept.add(payload)

    def reply_audio(self, reply_id: str, payload: bytes) -> None:
        """A piece of a reply, of any length; dropped unless that reply was let through."""
        playback = self._playback
        if playback is None or playback.reply_id != reply_id or playback.complete:
            self._metrics.audio_frames_dropped += 1
            return
        if playback.rest or decoded_bytes(payload) % SAMPLE_BYTES[self._bytes_per_ms]:
            payload = playback.whole_samples(payload)
        if not playback.began:
            playback.began = True
            if self._caller is not None:
                self._caller.reply_started(reply_id, 0)
            self._report(ReplyBegan(reply_id))
        # A model that makes speech faster than it is spoken sends long pieces: marks must fit between.
        piece_chars = self._mark_bytes // 3 * 4
        for start in range(0, len(payload), piece_chars):
            piece = payload if len(payload) <= piece_chars else payload[start : start + piece_chars]
            first = playback.received
            if first >= LONGEST_REPLY_MS * self._bytes_per_ms:
                self._metrics.audio_frames_dropped += 1
                return
            playback.received = last = first + decoded_bytes(piece)
            playback.chunks.append((piece, first, last))
            if not playback.held and self._caller is not None:
                self._send(playback, piece, last)

    def mark_played(self, name: str) -> None:
        """The caller echoed a mark: everything sent before it has sounded."""
        playback = self._playback
        if playback is None or playback.held:
            return  # echoed by `clear`, or of a reply that is over
        marks = playback.marks
        key = name.encode()
        if not any(key == sent for sent, _ in marks):
            return
        position = 0
        while marks:
            sent, position = marks.popleft()
            if sent == key:
                break
        self._keep_time(playback, position)
        self._has_heard(playback, position)

    def cleared(self, reply_id: str, played_ms: int) -> None:
        """The caller knows how much of a reply had sounded when it was silenced: that is where the ear is."""
        playback = self._of(reply_id)
        if playback is None or not playback.held:
            return
        kept_from = playback.chunks[0][1] if playback.chunks else playback.heard
        playback.heard = min(max(played_ms * self._bytes_per_ms, kept_from), playback.sent)
        self._report(ReplyStopped(reply_id, playback.heard // self._bytes_per_ms))

    # What the core orders.

    def hear(self, *, on: bool, keep: bool = False) -> None:
        """Open or close the gate to the engine; what was kept behind it goes first when it opens."""
        self._hearing = on
        if self._recent is not None and not on:
            self._recent.clear()  # what comes later does not follow on it
        kept = self._kept
        if on:
            self._kept = None
            if kept is not None and self._engine is not None:
                self._sent_to_engine += len(kept)
                for piece in kept.pieces():
                    self._engine.append_audio(piece)
        elif not keep:
            self._kept = None
        elif kept is None:
            self._kept = KeptAudio(self._bytes_per_ms)

    def play(self, reply_id: str) -> None:
        """Let this reply, and no other, through."""
        self._schedule(None)
        self._playback = Playback(reply_id)

    def stop(self, reply_id: str) -> None:
        """Silence it at once; what was not heard is kept."""
        playback = self._of(reply_id)
        if playback is None or playback.held:
            return
        self._settle(playback)
        playback.held = True
        playback.marks.clear()
        self._schedule(None)
        if self._caller is not None:
            self._caller.clear()

    def resume(self, reply_id: str) -> None:
        """Go on from where the ear was."""
        playback = self._of(reply_id)
        if playback is None or not playback.held:
            return
        playback.held = False
        self._send_again(playback)

    def complete(self, reply_id: str) -> None:
        """No more of it will come: say when it has been heard."""
        playback = self._of(reply_id)
        if playback is None:
            self._report(ReplyPlayed(reply_id, 0))
            return
        playback.complete = True
        self._await_end(playback)

    def drop(self, reply_id: str) -> None:
        """Forget what is left of it."""
        if self._of(reply_id) is not None:
            self._playback = None
            self._schedule(None)

    def playout_overdue(self) -> None:
        """By the clock, the reply must have been heard, whatever marks did not come."""
        playback = self._playback
        if playback is not None and playback.complete and not playback.held:
            self._has_heard(playback, playback.received)

    # The legs.

    def attach_caller(self, leg: CallerLeg) -> None:
        """Sound goes here from now on; a reply that was under way goes on from where the ear was."""
        playback = self._playback
        if playback is not None and not playback.held:
            self._settle(playback)
        self._caller = leg
        self._line_s = math.inf
        if self._kept is not None and self._bytes_per_ms != BYTES_PER_MS[leg.audio_format]:
            self._kept = KeptAudio(BYTES_PER_MS[leg.audio_format])
        self._bytes_per_ms = BYTES_PER_MS[leg.audio_format]
        self._mark_bytes = self._bytes_per_ms * MARK_EVERY_MS // CUT_BYTES * CUT_BYTES
        if playback is not None and not playback.held:
            self._send_again(playback)

    def detach_caller(self) -> None:
        """The caller is gone: what it may not have heard stays here."""
        playback = self._playback
        if playback is not None and not playback.held:
            self._settle(playback)
            playback.marks.clear()
        self._schedule(None)
        self._caller = None

    def attach_engine(self, leg: EngineLeg | None) -> None:
        self._engine = leg
        self._sent_to_engine = 0

    def keep_recent(self, *, on: bool) -> None:
        """Keep what `hand_over` gives."""
        self._recent = deque(maxlen=RECENT_FRAMES) if on else None

    def hand_over(self, leg: EngineLeg, overlap_ms: int) -> None:
        """Go on with this engine, which is given so much of what the one before it heard: an utterance that that one has
        not noticed yet reaches this one whole."""
        overlap: deque[bytes] = deque()
        left = overlap_ms * self._bytes_per_ms
        for payload in reversed(self._recent or ()):
            left -= decoded_bytes(payload)
            if left < 0:
                break
            overlap.appendleft(payload)
        self.keep_recent(on=False)
        self.attach_engine(leg)
        for payload in overlap:
            self._sent_to_engine += decoded_bytes(payload)
            leg.append_audio(payload)

    # The numbers that the core asks for.

    @property
    def ear(self) -> Ear:
        """What is known of the reply that plays, or that was let through last."""
        playback = self._playback
        if playback is None:
            return Ear()
        per_ms = self._bytes_per_ms
        return Ear(playback.reply_id, self._heard_now(playback) // per_ms, playback.received // per_ms)

    def behind_ms(self, engine_ms: float) -> float:
        """How long ago the caller's audio at this time of the engine's input clock was sent to it."""
        return max(0.0, self._sent_to_engine / self._bytes_per_ms - engine_ms)

    # Inside.

    def _of(self, reply_id: str) -> Playback | None:
        playback = self._playback
        return playback if playback is not None and playback.reply_id == reply_id else None

    def _send(self, playback: Playback, piece: bytes, last: int) -> None:
        caller = self._caller
        if caller is None:
            return
        if self._heard_now(playback) >= playback.sent:
            # The ear has run dry: what is sent now begins to sound now.
            playback.play_from(playback.sent, self._clock.now())
        length = last - playback.sent
        if playback.unmarked and playback.unmarked + length > self._mark_bytes:
            self._mark(playback)
        caller.send_audio(piece)
        self._metrics.audio_frames_out += 1
        playback.unmarked += length
        playback.sent = last
        if playback.unmarked >= self._mark_bytes:
            self._mark(playback)

    def _mark(self, playback: Playback) -> None:
        if self._caller is None:
            return
        # Numbered through the session, so that an echo of an earlier one can't be taken for a later one's.
        self._mark_number += 1
        name = f"m{self._mark_number}"
        playback.marks.append((name.encode(), playback.sent))
        playback.unmarked = 0
        self._caller.send_mark(name)

    def _has_heard(self, playback: Playback, position: int) -> None:
        playback.heard = max(playback.heard, position)
        chunks = playback.chunks
        while chunks and chunks[0][2] <= playback.heard:
            chunks.popleft()
        if playback.complete and playback.heard >= playback.received:
            self._playback = None
            self._schedule(None)
            self._report(ReplyPlayed(playback.reply_id, playback.received // self._bytes_per_ms))

    def _keep_time(self, playback: Playback, position: int) -> None:
        """Set the clock of the ear by an echoed mark: by as much as it is later than others were, the sound stood still."""
        if position <= playback.playing_from:
            return  # of sound before the ear ran dry
        bytes_per_s = self._bytes_per_ms * 1000
        late_s = self._clock.now() - playback.playing_since - (position - playback.playing_from) / bytes_per_s
        self._line_s = min(self._line_s, max(late_s, 0.0))
        playback.stood_still_s = max(late_s - self._line_s, 0.0)

    def _heard_now(self, playback: Playback) -> int:
        """What will have sounded when a `clear` sent now arrives: on its way there the sound goes on, for as long as it
        took the first of it to arrive. At most up to a mark that should have been echoed by then."""
        if playback.held or self._caller is None or not playback.began:
            return playback.heard
        ceiling = playback.sent
        if playback.marks and math.isfinite(self._line_s):
            ceiling = min(ceiling, playback.marks[0][1] + int(self._line_s * self._bytes_per_ms * 500) * 2)
        passed_s = self._clock.now() - playback.playing_since - playback.stood_still_s
        passed = int(passed_s * self._bytes_per_ms * 500) * 2
        return max(playback.heard, min(playback.playing_from + passed, ceiling))

    def _settle(self, playback: Playback) -> None:
        # By the clock: what lies between the last echoed mark and there is kept, since less of it may have sounded.
        playback.heard = self._heard_now(playback)

    def _send_again(self, playback: Playback) -> None:
        playback.marks.clear()
        playback.unmarked = 0
        playback.sent = playback.heard
        playback.play_from(playback.heard, self._clock.now())
        if self._caller is None:
            return
        self._caller.reply_started(playback.reply_id, playback.heard // self._bytes_per_ms)
        for piece, first, last in tuple(playback.chunks):
            if last <= playback.heard:
                continue
            kept = tail_of(piece, playback.heard - first) if first < playback.heard else piece
            self._send(playback, kept, last)
        if playback.complete:
            self._await_end(playback)

    def _await_end(self, playback: Playback) -> None:
        if playback.held:
            return
        if playback.heard >= playback.received:
            self._has_heard(playback, playback.received)
            return
        if playback.unmarked or not playback.marks:
            self._mark(playback)
        left_s = (playback.received - self._heard_now(playback)) / self._bytes_per_ms / 1000
        self._schedule(self._clock.now() + left_s + PLAYOUT_SLACK_S)
