"""The main job over real sockets with the real embedded engine: a call, its transcript, its end, and what survives."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from benchmarks.server import greenroom
from benchmarks.speech.wer import rate

from greenroom.audio.resample import resample
from greenroom.practice_client.connection import JsonSocket
from greenroom.practice_client.observer import attach
from greenroom.practice_client.phone import Phone, call
from greenroom.practice_client.recording import load, save, utterances
from greenroom.practice_client.rest import Rest

pytestmark = [pytest.mark.speech, pytest.mark.timeout(90)]

NURSE = {"jobTitle": "Staff nurse", "company": "Hill Clinic", "jobDescription": "Care for patients on a surgical ward."}


@pytest.fixture(scope="module")
def server() -> Generator[tuple[str, int]]:
    with greenroom() as (port, pid):
        yield f"http://127.0.0.1:{port}", pid


def recording(name: str) -> Path:
    spec = find_spec("moonshine_voice")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "assets" / name


SPOKEN = "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness"


def first_sentences(folder: Path) -> Path:
    """Of a real recording: `SPOKEN`."""
    path = folder / "voice.wav"
    pieces = utterances(load(recording("two_cities.wav")), pause_s=0.5)
    save(path, next(piece for piece in pieces if len(piece) > 8000))
    return path


def place_call(url: str, voice: Path, out: Path, **job: str) -> dict[str, Any]:
    """`greenroom call`, as a person would try it first."""
    options = [part for name, value in job.items() for part in (f"--{name}", value)]
    command = ["call", "--url", url, "--voice", str(voice), "--whole", "--out", str(out), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "greenroom", *command, "--for", "28", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def transcribe(path: Path) -> str:
    from greenroom.audio.g711 import ulaw_to_pcm
    from greenroom.localvoice.models import speech_folder
    from greenroom.localvoice.speech_to_text import Moonshine

    model = Moonshine(speech_folder())
    pieces = [resample(ulaw_to_pcm(piece), 8000, 16000) for piece in utterances(load(path), pause_s=0.18)]
    return " ".join(model.transcribe((piece / 32768).astype(np.float32)) for piece in pieces)


async def gone(*connections: JsonSocket | Phone) -> None:
    """Until each of these was closed."""
    for connection in connections:
        await connection.wait_closed()


def said_by(turns: list[dict[str, Any]], speaker: str) -> list[str]:
    return [turn["text"] for turn in turns if turn["speaker"] == speaker]


async def test_a_call_with_a_real_recording_is_answered_in_speech_that_can_be_understood(
    server: tuple[str, int], tmp_path: Path
) -> None:
    url, _ = server
    heard = tmp_path / "heard.wav"
    voice = first_sentences(tmp_path)
    told = await asyncio.to_thread(place_call, url, voice, heard, title="Teacher", company="Green Hill School")
    assert told["reason"] == "caller_hung_up"
    interviewer = said_by(told["turns"], "interviewer")
    assert len(interviewer) >= 2
    assert "teacher" in interviewer[0].lower()
    candidate = " ".join(said_by(told["turns"], "candidate"))
    assert rate(SPOKEN, candidate) <= 0.2, candidate
    words = await asyncio.to_thread(transcribe, heard)
    spoken = " ".join(interviewer)
    assert rate(spoken, words) <= 0.1, (spoken, words)
    async with Rest(url) as visitor:
        assert await visitor.answers(f"/api/sessions/{told['sessionId']}") == 403


async def test_the_transcript_is_the_same_by_socket_and_by_rest_and_another_job_gets_other_questions(
    server: tuple[str, int],
) -> None:
    url, _ = server

    async def questions(config: dict[str, Any]) -> list[str]:
        async with Rest(url) as rest:
            made = await rest.create(config)
            socket, _ = await attach(url, made["sessionId"], made["ticket"])
            phone = await call(url, made["streamToken"])
            await socket.until("turn.completed", speaker="interviewer")
            socket.send_json({"type": "turn.text", "text": "I grew into it, step by step.", "clientTurnId": "1"})
            await socket.until("turn.completed", typed=True)
            shown = await socket.until("turn.completed", speaker="interviewer")
            phone.hang_up()
            await socket.until("call.status_changed", status="ended")
            await gone(socket, phone)
            session = await rest.session(made["sessionId"])
            stored = await rest.events(made["sessionId"])
        turns = session["turns"]
        assert [turn["speaker"] for turn in turns] == ["interviewer", "candidate", "interviewer"]
        assert shown in stored
        assert [event["text"] for event in stored if event["type"] == "turn.completed"] == [t["text"] for t in turns]
        return said_by(turns, "interviewer")

    async with asyncio.timeout(60):
        nurse, cook = await asyncio.gather(
            questions({**NURSE, "lengthMinutes": 10}),
            questions({"jobTitle": "Line cook", "company": "Blue Door", "lengthMinutes": 10}),
        )
    assert nurse[0] != cook[0]
    assert nurse[1] != cook[1]


async def test_a_killed_engine_is_back_within_five_seconds_and_the_call_goes_on(server: tuple[str, int]) -> None:
    url, pid = server
    async with Rest(url) as rest, asyncio.timeout(60):
        made = await rest.create(NURSE)
        socket, _ = await attach(url, made["sessionId"], made["ticket"])
        phone = await call(url, made["streamToken"])
        await socket.until("turn.completed", speaker="interviewer")
        (engine,) = psutil.Process(pid).children()
        engine.kill()
        killed = time.monotonic()
        await socket.until("leg.lost", leg="engine")
        await socket.until("leg.restored", leg="engine")
        await socket.until("call.status_changed", status="connected")
        assert time.monotonic() - killed < 5.0
        socket.send_json({"type": "interviewer.cue", "cue": "repeat"})
        await socket.until("turn.completed", speaker="interviewer")
        assert phone.ended is None
        phone.hang_up()
        await socket.until("call.status_changed", status="ended", reason="caller_hung_up")
        await gone(socket, phone)


async def test_a_session_that_was_live_when_the_server_was_killed_reads_back_whole(tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []
    token = {"GREENROOM_ADMIN_TOKEN": "the-operator"}
    async with asyncio.timeout(60):
        with greenroom(token, data=tmp_path / "var") as (port, pid):
            url = f"http://127.0.0.1:{port}"
            async with Rest(url) as rest:
                made = await rest.create(NURSE)
                socket, attached = await attach(url, made["sessionId"], made["ticket"])
                phone = await call(url, made["streamToken"])
                while not any(event["type"] == "turn.completed" for event in seen):
                    message = await socket.receive()
                    if "seq" in message:
                        seen.append(message)
                os.kill(pid, signal.SIGKILL)
                await gone(socket, phone)
        with greenroom(token, data=tmp_path / "var") as (port, _):
            url = f"http://127.0.0.1:{port}"
            async with Rest(url, "the-operator") as rest:
                stored = await rest.events(made["sessionId"])
                session = await rest.session(made["sessionId"])
                socket, again = await attach(
                    url,
                    made["sessionId"],
                    await rest.ticket(made["sessionId"]),
                    {"logId": attached["logId"], "seq": seen[-1]["seq"]},
                )
                assert again["resumed"]
                assert (await socket.until("call.status_changed", status="ended"))["reason"] == "node_lost"
                await gone(socket)
    assert stored[: len(seen)] == seen
    assert [event["seq"] for event in stored] == list(range(1, len(stored) + 1))
    assert session["reason"] == "node_lost"
    assert said_by(session["turns"], "interviewer")[0] == next(e["text"] for e in seen if e["type"] == "turn.completed")


def test_a_server_that_was_started_before_serves_in_under_three_seconds(tmp_path: Path) -> None:
    with greenroom(data=tmp_path / "var"):
        pass
    began = time.monotonic()
    with greenroom({"GREENROOM_ENGINE": "ws://127.0.0.1:9/v1/realtime"}, data=tmp_path / "var"):
        assert time.monotonic() - began < 3.0
