"""`greenroom call`: a practice call with a recording for a voice, as a phone would make it."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from greenroom.cli.failing import Failed
from greenroom.cli.live import LiveTranscript
from greenroom.cli.printing import as_json, printable
from greenroom.cli.reaching import run, server_url, stream_headers

END_TOLD_WITHIN_S = 5.0
FAILURES = frozenset({"engine_lost", "engine_refused", "failed", "log_unavailable"})


def call(
    *,
    voice: Annotated[
        Path, Parameter(help="A WAV file. It is cut at its long pauses, and a piece is spoken at each turn.")
    ],
    title: Annotated[str, Parameter(help="The job's title.")] = "Software engineer",
    company: Annotated[str, Parameter(help="Where the job is.")] = "Example Ltd",
    description: Annotated[str, Parameter(help="The job's description, or @ and the file that has it.")] = "",
    minutes: Annotated[int, Parameter(help="Length of the interview: 5, 10 or 20.")] = 5,
    out: Annotated[Path | None, Parameter(help="Write what was heard to this WAV file.")] = None,
    url: Annotated[
        str | None, Parameter(help="The server; by default the one that runs with the settings here.")
    ] = None,
    seconds: Annotated[float | None, Parameter(name="--for", help="Hang up after so many seconds.")] = None,
    whole: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Speak the recording in one piece.")
    ] = False,
    json: Annotated[
        bool, Parameter(name="--json", negative=(), show_default=False, help="For a program: one object, at the end.")
    ] = False,
) -> int:
    """Make a practice call to a running server: speak a recording, hear the interviewer, see the transcript."""
    config = {"jobTitle": title, "company": company, "jobDescription": _text(description), "lengthMinutes": minutes}
    pieces = _utterances(voice, whole=whole)
    told = run(_call(server_url(url), config, pieces, seconds, None if json else LiveTranscript(), out))
    if json:
        as_json(told)
    elif out is not None:
        print(f"What was heard is in {out}.")
    return 1 if told["reason"] in FAILURES else 0


async def _call(
    url: str,
    config: dict[str, Any],
    pieces: list[bytes],
    seconds: float | None,
    live: LiveTranscript | None,
    out: Path | None,
) -> dict[str, Any]:
    from greenroom.practice_client import phone as phones
    from greenroom.practice_client import recording
    from greenroom.practice_client.observer import Observer
    from greenroom.practice_client.rest import Rest

    watcher = _Watcher(live)
    async with Rest(url) as rest, asyncio.TaskGroup() as tasks:
        made = await rest.create(config, channel="phone")
        observer = Observer(rest, made["sessionId"], watcher.take, ticket=made["ticket"])
        watching = tasks.create_task(_watch(observer, watcher))
        phone = await phones.call(url, made["streamToken"], pieces, headers=stream_headers())
        try:
            async with asyncio.timeout(seconds):
                await phone.wait_closed()
        except TimeoutError:
            phone.hang_up()
        finally:
            if phone.ended is None:
                phone.hang_up()
            until = phone.now
            if out is not None:
                _save(out, phone.playout.heard(phone.began, until), recording)
        try:
            async with asyncio.timeout(END_TOLD_WITHIN_S):
                await watcher.ended.wait()
        except TimeoutError:
            watcher.complain("the server did not tell the end of the session")
        watching.cancel()
    first = phone.first_audio
    return {
        "sessionId": made["sessionId"],
        "reason": watcher.reason,
        "seconds": round(until - phone.began, 2),
        "heardSeconds": round(phone.playout.heard_s(until), 2),
        "firstAudioMs": None if first is None else round(1000 * (first - phone.began)),
        "utterancesSpoken": phone.talker.spoken,
        "interruptions": phone.clears,
        "turns": watcher.turns,
        "out": None if out is None else str(out),
    }


class _Watcher:
    """What the observer of a call has seen."""

    def __init__(self, live: LiveTranscript | None) -> None:
        self.ended = asyncio.Event()
        self.reason: str | None = None
        self.turns: list[dict[str, Any]] = []
        self._live = live

    def take(self, message: dict[str, Any]) -> None:
        if self._live is not None:
            self._live.show(message)
        if message["type"] == "turn.completed":
            self.turns.append({name: message[name] for name in ("speaker", "text", "startedMs", "endedMs")})
        elif message["type"] == "call.status_changed" and message["status"] == "ended":
            self.reason = message["reason"]
            self.ended.set()

    def complain(self, text: str) -> None:
        if self._live is not None:
            self._live.line(f"!! {printable(text)}")


async def _watch(observer: Any, watcher: _Watcher) -> None:
    from greenroom.practice_client.observer import Stopped

    try:
        await observer.run()
    except Stopped as stopped:
        # The call goes on without being seen.
        watcher.complain(str(stopped))


def _utterances(path: Path, *, whole: bool) -> list[bytes]:
    from greenroom.audio.g711 import pcm_to_ulaw
    from greenroom.practice_client import recording

    try:
        pcm = recording.load(path)
    except recording.BadRecording as error:
        raise Failed(str(error)) from None
    pieces = [pcm_to_ulaw(pcm)] if whole else recording.utterances(pcm)
    if not any(pieces):
        raise Failed(f"there is no speech in {path}")
    return pieces


def _save(path: Path, ulaw: bytes, recording: Any) -> None:
    try:
        recording.save(path, ulaw)
    except OSError as error:
        raise Failed(f"{path} can't be written: {error.strerror}") from None


def _text(given: str) -> str:
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text("utf-8")
    except OSError as error:
        raise Failed(f"{given[1:]} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failed(f"{given[1:]} is not a UTF-8 text") from None
