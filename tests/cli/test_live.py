import io
from typing import Any

from greenroom.cli.live import LiveTranscript


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def turn(text: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "turn.completed",
        "speaker": "candidate",
        "text": text,
        "startedMs": 61000,
        "available": True,
    } | more


def test_a_caption_changes_in_place_and_gives_way_to_the_finished_line() -> None:
    out = Terminal()
    live = LiveTranscript(out)
    live.show({"type": "transcript.delta", "speaker": "candidate", "text": "So I"})
    live.show({"type": "transcript.delta", "speaker": "candidate", "text": "So I led"})
    live.show(turn("So I led a team."))
    assert out.getvalue() == "       You: So I\r\x1b[K       You: So I led\r\x1b[K01:01  You: So I led a team.\n"


def test_without_a_terminal_only_finished_lines_are_written() -> None:
    out = io.StringIO()
    live = LiveTranscript(out)
    live.show({"type": "transcript.delta", "speaker": "candidate", "text": "So I"})
    live.show({"type": "call.status_changed", "status": "connected"})
    live.show({"type": "plan.advanced", "title": "Warm-up", "index": 1, "count": 5, "remainingSeconds": 300})
    live.show(turn("", available=False))
    live.show({"type": "call.status_changed", "status": "ended", "reason": "user_ended"})
    live.show({"type": "something.new"})
    assert out.getvalue().splitlines() == [
        "-- connected",
        "-- Warm-up (1 of 5, 05:00 left)",
        "01:01  You: (no transcript)",
        "-- ended: user_ended",
    ]
    assert live.reason == "user_ended"


def test_nothing_that_was_said_can_command_the_terminal() -> None:
    out = io.StringIO()
    LiveTranscript(out).show(turn("hello \x1b]0;title\x07\x9b31m\u202e there\r\n"))
    assert out.getvalue() == "01:01  You: hello ]0;title 31m there\n"
