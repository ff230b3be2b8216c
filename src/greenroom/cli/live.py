"""A session as it goes on, line by line; the caption of an open turn changes in place on a terminal."""

import shutil
import sys
from typing import Any, TextIO

from greenroom.cli.printing import clock, printable

SPEAKERS = {"candidate": "You", "interviewer": "Interviewer"}


class LiveTranscript:
    """Takes the messages of an observer and prints what they mean to a person."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._in_place = self._out.isatty()
        self._caption = ""
        self.reason: str | None = None
        """Why the session ended, once it has."""
        self.turns: list[dict[str, Any]] = []

    def show(self, message: dict[str, Any]) -> None:
        """Print one message, if it says anything to a person."""
        match message.get("type"):
            case "transcript.delta":
                self._show_caption(f"       {SPEAKERS.get(message['speaker'], '?')}: {printable(message['text'])}")
            case "turn.completed":
                self.turns.append(message)
                said = printable(message["text"]) if message["available"] else "(no transcript)"
                how = " (typed)" if message.get("typed") else ""
                self.line(f"{clock(message['startedMs'])}  {SPEAKERS.get(message['speaker'], '?')}{how}: {said}")
            case "turn.interrupted":
                self.line(f"       (spoken over, after: {printable(message['heardText']) or 'nothing'})")
            case "plan.advanced":
                title, index, count = printable(message["title"]), message["index"], message["count"]
                self.line(f"-- {title} ({index} of {count}, {clock(message['remainingSeconds'] * 1000)} left)")
            case "call.status_changed":
                self._show_status(message)
            case "configuration.failed" | "notice" | "error":
                self.line(f"!! {printable(message['message'])} ({printable(message['code'])})")
            case "leg.lost" | "leg.restored":
                what = "lost" if message["type"] == "leg.lost" else "back"
                self.line(f"-- {printable(message['leg'])} {what}")
            case _:
                pass

    def line(self, text: str) -> None:
        """One finished line; a caption that stands is overwritten."""
        self._wipe()
        print(text, file=self._out, flush=True)

    def _show_status(self, message: dict[str, Any]) -> None:
        if message["status"] == "ended":
            self.reason = printable(message.get("reason"))
            self.line(f"-- ended: {self.reason}")
        else:
            self.line(f"-- {printable(message['status'])}")

    def _show_caption(self, text: str) -> None:
        if not self._in_place:
            return
        self._wipe()
        width = shutil.get_terminal_size().columns - 1
        # The end is what is being said.
        self._caption = text if len(text) <= width else "…" + text[-(width - 1) :]
        self._out.write(self._caption)
        self._out.flush()

    def _wipe(self) -> None:
        if self._caption:
            self._out.write("\r\x1b[K")
            self._caption = ""
