"""Whole conversations by voice with the embedded engine, from greeting to farewell: is the farewell heard, does the line close?

Ten at most, five at a time; synthesised candidates of two speeds; each of the shipped scenarios at least once.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
import uvloop

from benchmarks.server import greenroom
from benchmarks.speech.candidate import RATE, Candidate, connect, leave, spoken
from benchmarks.speech.wer import rate
from greenroom.audio.g711 import ulaw_to_pcm
from greenroom.audio.resample import resample

AT_ONCE = 5
CLOSED_WITHIN_S = 3.0
MOST_WRONG_WORDS = 0.2
SPEEDS = (1.0, 0.8)
LENGTH_SHARE = 0.15
WAIT_S = 90.0

ANSWERS: dict[str, tuple[str, ...]] = {
    "job_interview": (
        "In my last job I was responsible for the weekly plan, and I changed it so that nobody had to stay late.",
        "I talked to everyone on the team first. Then I wrote down what we agreed on, and we tried it for a month.",
        "Two years ago we lost our largest customer. I called them, listened, and found out that our invoices were wrong.",
        "The result was that we needed twenty percent less time, and the team was much calmer.",
        "I learned that it is better to ask early. Today I would do that on the first day.",
        "My part was to test the new system. I found eleven faults, and we repaired them before the start.",
        "I stayed calm and explained it step by step, because I knew that she was nervous.",
    ),
    "customer_service": (
        "I am sorry to hear that. Could you tell me when you bought it, please?",
        "I understand that this is annoying. I will send you a new one today, and it will be with you on Friday.",
        "Thank you for telling me. I can offer you your money back, or a repair that costs you nothing.",
        "Let me check that for you. I can see the order here, and I will call you back before noon.",
        "I apologise for the trouble. Is there anything else that went wrong?",
    ),
    "medical_consultation": (
        "I am sorry that you had to wait. How long have you had this, and when is it worse?",
        "That sounds worrying for you. Do you take any other medicine at the moment?",
        "What I think is going on is a strain of the muscle, and it will get better in two or three weeks.",
        "If it gets worse, or if you have a fever, please call us at once, and come back on Monday anyway.",
        "Let me explain what we will do next. First we take some blood, and then we talk about the result.",
    ),
    "language_practice": (
        "I like to cook at the weekend, because my family comes together and we talk for hours.",
        "Last summer I went to the mountains with two friends. It rained every day, but we laughed a lot.",
        "I think that it depends. For example, in a big city you do not need a car at all.",
        "I felt nervous at first, but after a week it was easier, and now I enjoy it.",
        "My favourite place is a small park near the river, where I can read and listen to the birds.",
    ),
    "sales_call": (
        "Before I tell you about it, may I ask how you do this today, and what takes the most time?",
        "What that means for you is that your team saves about five hours a week.",
        "One of our customers had the same worry. After two months they had half as many mistakes.",
        "I understand that the price is a concern. You could begin with the small package and cancel at any time.",
        "Shall we look at it together on Thursday, with your colleague from the workshop?",
    ),
}
FORMS: dict[str, tuple[dict[str, Any], ...]] = {
    "job_interview": (
        {"jobTitle": "Project manager", "company": "Northwind Works", "style": "friendly"},
        {"jobTitle": "Staff nurse", "company": "Hill Clinic", "style": "neutral"},
        {"jobTitle": "Electrician", "company": "Brightwire", "style": "tough"},
    ),
    "customer_service": ({"product": "coffee machine"}, {"product": "train tickets", "mood": "angry"}),
    "medical_consultation": ({"concern": "pain in the lower back"}, {"concern": "a cough that does not go away"}),
    "language_practice": ({"topic": "weekends"}, {"topic": "travelling", "level": "B2"}),
    "sales_call": ({"product": "software for invoices"},),
}
OWN_QUESTION = "What would my first week look like?"
DECLINES = "No, thank you. That is all."


@dataclass(frozen=True, slots=True)
class Outcome:
    scenario_id: str
    speed: float
    reason: str
    minutes: float
    turns: int
    farewell: str
    wrong_words: float
    """Share of the farewell's words that were not understood when what the phone played was transcribed again."""
    interrupted: bool
    closed_after_s: float
    """From the farewell's last sound to the end of the call."""

    def faults(self, length_minutes: float | None) -> list[str]:
        found: list[str] = []
        if self.reason != "interviewer_ended":
            found.append(f"ended as {self.reason}")
        if self.interrupted or self.wrong_words > MOST_WRONG_WORDS:
            found.append("farewell not heard to its end")
        if self.closed_after_s > CLOSED_WITHIN_S:
            found.append(f"closed after {self.closed_after_s:.1f} s")
        if length_minutes and abs(self.minutes - length_minutes) > LENGTH_SHARE * length_minutes:
            found.append(f"took {self.minutes:.1f} min")
        return found


async def converse(
    url: str,
    scenario_id: str,
    form: dict[str, Any],
    speed: float,
    transcribe: Callable[[bytes], str],
    lines: Sequence[str],
) -> Outcome:
    """One conversation; the candidate says one of these lines whenever it has the floor."""
    candidate = await connect(url, job=form, scenario_id=scenario_id)
    began, closed_at = candidate.now, asyncio.get_running_loop().create_future()
    answers, asked = cycle(lines), False
    closing = asyncio.get_running_loop().create_task(candidate.phone.wait_closed())
    closing.add_done_callback(lambda _: closed_at.set_result(candidate.now))
    while await candidate.wait_floor(WAIT_S):
        if not _own_turn(candidate):
            line = next(answers)
        else:
            line, asked = (DECLINES if asked else OWN_QUESTION), True
        await candidate.say(spoken(line, speed))
    async with asyncio.timeout(WAIT_S):
        await candidate.over.wait()
        ended_at = await closed_at
    phone = candidate.phone
    begun, sound = phone.playout._heard[-1]  # pyright: ignore[reportPrivateUsage] the last stretch that sounded
    farewell = _last_line(candidate)
    heard = await asyncio.to_thread(transcribe, bytes(sound))
    await leave(candidate)
    return Outcome(
        scenario_id,
        speed,
        next(e["reason"] for e in candidate.log if e.get("status") == "ended"),
        (ended_at - began) / 60,
        sum(e["type"] == "turn.completed" for e in candidate.log),
        farewell["text"],
        rate(farewell["text"], heard),
        any(e["type"] == "turn.interrupted" and e["turnId"] == farewell["turnId"] for e in candidate.log),
        ended_at - (begun + len(sound) / RATE),
    )


def _own_turn(candidate: Candidate) -> bool:
    """Whether it is the step in which the candidate asks: the last but one."""
    plan = [event for event in candidate.log if event["type"] == "plan.advanced"]
    return bool(plan) and plan[-1]["index"] == plan[-1]["count"] - 1


def _last_line(candidate: Candidate) -> dict[str, Any]:
    done = [e for e in candidate.log if e["type"] == "turn.completed" and e["speaker"] == "interviewer"]
    return done[-1]


def transcriber() -> Callable[[bytes], str]:
    """Hears the last 14 seconds of what a phone played."""
    from greenroom.localvoice.models import speech_folder
    from greenroom.localvoice.speech_to_text import Moonshine

    model = Moonshine(speech_folder())

    def transcribe(ulaw: bytes) -> str:
        pcm = resample(ulaw_to_pcm(ulaw), RATE, 16_000)
        return model.transcribe((pcm[-14 * 16_000 :] / 32768).astype(np.float32), careful=True)

    return transcribe


async def measure(url: str, wanted: list[tuple[str, dict[str, Any], float]]) -> list[Outcome]:
    transcribe, places = transcriber(), asyncio.Semaphore(AT_ONCE)

    async def one(scenario_id: str, form: dict[str, Any], speed: float) -> Outcome:
        async with places:
            outcome = await converse(url, scenario_id, form, speed, transcribe, ANSWERS[scenario_id])
            print(f"   {scenario_id} at speed {speed}: {outcome.reason} after {outcome.minutes:.1f} min", flush=True)
            return outcome

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one(*each)) for each in wanted]
    return [task.result() for task in running]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="one scenario")
    arguments, _ = parser.parse_known_args()
    speeds = cycle(SPEEDS)
    wanted = [
        (scenario_id, form | {"lengthMinutes": 5}, next(speeds))
        for scenario_id, forms in FORMS.items()
        for form in forms
        if arguments.only in (None, scenario_id)
    ]
    with greenroom() as (port, _pid):
        outcomes = uvloop.run(measure(f"http://127.0.0.1:{port}", wanted))
    print(f"\n{'scenario':22}{'speed':>6}{'minutes':>9}{'turns':>7}{'words lost':>12}{'closed after':>14}")
    failed = 0
    for one in outcomes:
        faults = one.faults(5)
        failed += bool(faults)
        print(
            f"{one.scenario_id:22}{one.speed:6.1f}{one.minutes:9.2f}{one.turns:7}{one.wrong_words:12.2f}"
            f"{one.closed_after_s:12.2f} s  {'; '.join(faults) or 'ok'}"
        )
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
