"""How well one converses with the embedded engine: gaps, wrong cut-ins, barge-in, words, false turns; one call, then two."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence

import uvloop
from tests.speech_references import REFERENCES

from benchmarks.server import greenroom
from benchmarks.speech.candidate import Candidate, connect, leave, spoken
from benchmarks.speech.falseturns import false_turns
from benchmarks.speech.recordings import CHUNK, KINDS, SNR_DB, Sound, recording, word_error_rates
from benchmarks.speech.texts import FINISHED, OVER_A_REPLY, PAUSES
from benchmarks.speech.wer import errors
from greenroom.audio.g711 import pcm_to_ulaw
from greenroom.localvoice import LocalVoiceSettings
from greenroom.localvoice.inference import loaded
from greenroom.localvoice.server import running

CUT_IN_GRACE_S = 0.1

Row = tuple[str, float, float]
"""What it is, what it came to, and its limit."""


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def no_answer(candidate: Candidate, text: str) -> None:
    """What the log had at the end, for whoever looks for the reason."""
    print(f"   {candidate.session_id}: no answer to: {text}", file=sys.stderr)
    for event in candidate.log[-8:]:
        print(f"      {event}", file=sys.stderr)


async def session_turns(url: str, texts: list[str], gaps: list[float]) -> None:
    """Answer with finished sentences, as many sessions as it takes; the gap after each."""
    candidate: Candidate | None = None
    while texts:
        if candidate is None:
            candidate = await connect(url, fast_ear=True)
        if not await candidate.wait_floor():
            await leave(candidate)
            candidate = None
            continue
        text = texts.pop()
        _, ended = await candidate.say(spoken(text, 1.0 if len(texts) % 2 else 0.85))
        answered = await candidate.wait_audio_after(ended, 6.0)
        if answered is None:
            no_answer(candidate, text)
            gaps.append(6.0)
        else:
            gaps.append(answered - ended)
    if candidate is not None:
        await leave(candidate)


async def session_pauses(url: str, answers: list[tuple[str, float, str]], cut: list[str]) -> None:
    """Answers with a thinking pause in the middle; those in which the interviewer cut in."""
    candidate: Candidate | None = None
    while answers:
        if candidate is None:
            candidate = await connect(url, fast_ear=True)
        if not await candidate.wait_floor():
            await leave(candidate)
            candidate = None
            continue
        first, pause_s, second = answers.pop()
        begun, end_of_first = await candidate.say(spoken(first))
        await candidate.pass_until(end_of_first + pause_s)
        _, ended = await candidate.say(spoken(second))
        early = candidate.first_audio_after(begun + 0.3)
        if early is not None and early < ended - CUT_IN_GRACE_S:
            cut.append(first)
        if await candidate.wait_audio_after(ended, 8.0) is None:
            no_answer(candidate, f"{first} … {second}")
    if candidate is not None:
        await leave(candidate)


async def barge_ins(url: str, count: int) -> list[float]:
    """Speak over replies; seconds from the first sound of speech until the line is cleared."""
    took: list[float] = []
    # Made beforehand: while the first is made, for half a second, no frame would leave, and the wait would be counted.
    speech = [spoken(text) for text in OVER_A_REPLY]
    candidate: Candidate | None = None
    while len(took) < count:
        if candidate is None:
            candidate = await connect(url)
        since = candidate.now
        if await candidate.wait_audio_after(since, 12.0) is None:
            await leave(candidate)
            candidate = None
            continue
        await candidate.pass_until(candidate.now + 0.8)
        clears = candidate.phone.clears
        silent_at: list[float] = []

        def cleared(candidate: Candidate = candidate, clears: int = clears, silent_at: list[float] = silent_at) -> None:
            if candidate.phone.clears > clears and not silent_at:
                silent_at.append(candidate.now)

        candidate.phone.on_clear = cleared
        began, ended = await candidate.say(speech[len(took) % len(speech)])
        await candidate.pass_until(ended + 0.3)
        took.append(silent_at[0] - began if silent_at else 9.0)
    if candidate is not None:
        await leave(candidate)
    return took


async def transcript(url: str, pcm: Sound) -> str:
    """What the log says that the candidate said, when this was played down the line."""
    candidate = await connect(url, fast_ear=True)
    await candidate.wait_floor()
    await candidate.say(pcm_to_ulaw(pcm))
    await candidate.pass_until(candidate.now + 5.0)
    await leave(candidate)
    return candidate.candidate_text()


async def _turns(url: str, quick: bool) -> list[Row]:
    texts = FINISHED[: 6 if quick else None]
    gaps: list[float] = []
    await session_turns(url, list(texts), gaps)
    print(f"   {len(gaps)} turns")
    return [
        ("reply gap p50, s", percentile(gaps, 0.5), 1.0),
        ("reply gap p95, s", percentile(gaps, 0.95), 1.8),
    ]


async def _pauses(url: str, quick: bool) -> list[Row]:
    pauses = list(PAUSES)[: 6 if quick else None]
    of = len(pauses)
    cut: list[str] = []
    await session_pauses(url, pauses, cut)
    _name_cut(cut, of)
    return [("answers with pauses cut off, share", len(cut) / of, 0.05)]


async def _barge_in(url: str, quick: bool) -> list[Row]:
    took = await barge_ins(url, 5 if quick else 20)
    print("   ms:", *(round(second * 1000) for second in took))
    return [("barge-in to silence p95, s", percentile(took, 0.95), 0.3)]


async def _words(url: str, quick: bool) -> list[Row]:
    rows: list[Row] = []
    offsets = range(0, CHUNK, CHUNK // (2 if quick else 8))
    async with loaded() as inference, running(LocalVoiceSettings(), inference) as engine:
        for kind in KINDS:
            rates = await word_error_rates(engine.port, kind, offsets)
            name = kind if kind == "clean" else f"{kind} at {SNR_DB:.0f} dB"
            print(f"   {name}, {min(rates):.3f} to {max(rates):.3f}:", *(f"{rate:.3f}" for rate in rates), flush=True)
            rows.append((f"word error rate, {name}", sum(rates) / len(rates), 0.08 if kind == "clean" else 0.12))
    wrong = of = 0
    for name, reference in REFERENCES.items():
        edits, length = errors(reference, await transcript(url, recording(name)))
        wrong, of = wrong + edits, of + length
    return [*rows, ("word error rate, clean, one call", wrong / of, 0.08)]


async def _two_calls(url: str, quick: bool) -> list[Row]:
    texts = list(FINISHED)[: 6 if quick else None]
    pauses = list(PAUSES)[: 6 if quick else None]
    gaps: list[float] = []
    cut: list[str] = []
    half = len(pauses) // 2
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(session_turns(url, list(texts), gaps))
        tasks.create_task(session_turns(url, list(texts), gaps))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(session_pauses(url, list(pauses[:half]), cut))
        tasks.create_task(session_pauses(url, list(pauses[half:]), cut))
    _name_cut(cut, len(pauses))
    return [
        ("two calls: reply gap p50, s", percentile(gaps, 0.5), 1.0 * 4 / 3),
        ("two calls: reply gap p95, s", percentile(gaps, 0.95), 1.8 * 4 / 3),
        ("two calls: answers cut off, share", len(cut) / len(pauses), 0.05 * 4 / 3),
    ]


def _name_cut(cut: list[str], of: int) -> None:
    print(f"   {len(cut)} of {of} answers with pauses of 1 to 3 s cut off")
    for first in cut:
        print(f"   cut off after: {first}")


PARTS: dict[str, Callable[[str, bool], Awaitable[list[Row]]]] = {
    "turns": _turns,
    "pauses": _pauses,
    "barge-in": _barge_in,
    "words": _words,
    "two-calls": _two_calls,
}
FALSE_TURNS = "false-turns"


async def measure(url: str, parts: Sequence[str], quick: bool) -> list[Row]:
    rows: list[Row] = []
    for name in parts:
        print(f"{name} …", flush=True)
        rows += await PARTS[name](url, quick)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quarter of everything, to see whether it runs")
    parser.add_argument("--only", action="append", choices=[*PARTS, FALSE_TURNS], help="this part; may be repeated")
    arguments, _ = parser.parse_known_args()
    wanted = arguments.only or [*PARTS, FALSE_TURNS]
    parts = [name for name in PARTS if name in wanted]
    rows: list[Row] = []
    if parts:
        with greenroom() as (port, _pid):
            rows += uvloop.run(measure(f"http://127.0.0.1:{port}", parts, arguments.quick))
    if FALSE_TURNS in wanted:
        print("five minutes each of silence, noise and tones …", flush=True)
        rows.append(("turns from silence, noise and tones", float(sum(false_turns().values())), 0.0))
    print()
    for name, value, limit in rows:
        print(f"{name:46}{value:8.3f}  limit {limit:5.2f}  {'ok' if value <= limit + 1e-9 else 'MISSED'}")
    return int(any(value > limit + 1e-9 for _, value, limit in rows))


if __name__ == "__main__":
    sys.exit(main())
