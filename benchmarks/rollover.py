"""A call whose connections to the model expire every few seconds: what is lost by that, in samples, and for how long.

    python -m benchmarks.rollover

The whole server between a phone and the tests' double of OpenAI's server. The candidate begins to speak around each change
of connection, a little later each time.
"""

import asyncio
import itertools
import sys
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass

import picows
from tests.doubles.realtime_server import Behaviour, RealtimeDouble, Session, realtime_double

from benchmarks.phone import FRAME_BYTES, SAMPLES_A_SECOND, NumberedPhone, numbers_in
from benchmarks.server import serving
from greenroom.core.rollover import OVERLAP_MS
from greenroom.runtime.session_runner import SessionRunner

CHANGES = 50
LASTS_S = 6.0
LATER_S = 0.02
"""Between the beginnings of two utterances, counted from when a connection comes up."""
LATEST_S = 0.6
SPEAKS_S = 0.8
TURN_S = 15.0
WORDS = "Could you repeat that, please?"
LONGEST_GAP_MS = 300


@dataclass(frozen=True)
class Figures:
    changes: int
    utterances: int
    heard_as_turns: int
    begun_on_one_heard_by_next: int
    """Utterances that the old connection had noticed too late, so that the next one heard them from their beginning."""
    frames_sent: int
    frames_missing: int
    frames_twice: int
    utterances_cut: int
    lines_heard: int
    """Of the interviewer's, to their end; `lines_cut` were spoken over or put in other words."""
    lines_cut: int
    samples_made: int
    """Of the lines that were heard to their end."""
    samples_missing: int
    longest_gap_in_ms: float
    """Between two frames that arrive at the model."""
    longest_gap_at_change_ms: float
    """The same from the last frame that the old connection got to the next one's first."""
    longest_gap_out_ms: float
    """In which a reply runs dry."""
    greetings: int
    losses: int

    @property
    def hold(self) -> bool:
        nothing = self.frames_missing, self.utterances_cut, self.samples_missing, self.losses
        return (
            not any(nothing)
            and self.heard_as_turns == self.utterances
            and self.greetings == 1
            and max(self.longest_gap_in_ms, self.longest_gap_out_ms) <= LONGEST_GAP_MS
        )


async def measure(changes: int = CHANGES, lasts_s: float = LASTS_S) -> Figures:
    behaviour = Behaviour(
        lasts_s=lasts_s,
        vad=True,
        hears=deque([WORDS] * 10 * changes),
        transcript_after_s=0.0,
        delay_s=0.03,
        ms_per_word=40,
        checked=False,
    )
    async with realtime_double(behaviour) as double, serving(double.url, as_openai=True) as running:
        phone = NumberedPhone()
        await picows.ws_connect(phone.made, f"ws://127.0.0.1:{running.surface.port}/call")
        async with asyncio.TaskGroup() as tasks:
            talking = tasks.create_task(phone.talk())
            async with asyncio.timeout(TURN_S):
                await phone.talking.wait()
            (runner,) = running.directory.runners()
            utterances = await converse(phone, double, runner, changes)
            talking.cancel()
        async with asyncio.timeout(5):
            while not has_arrived(len(phone.spoken) - 1, double):  # noqa: ASYNC110 what is under way tells nobody
                await asyncio.sleep(0.01)
        figures = compare(phone, double, runner, utterances)
        phone.close(1000)
    return figures


def has_arrived(number: int, double: RealtimeDouble) -> bool:
    return any(numbers_in(session.sound[-FRAME_BYTES:]) == [number] for session in double.sessions)


async def converse(phone: NumberedPhone, double: RealtimeDouble, runner: SessionRunner, changes: int) -> int:
    """Something is said at each change; how often."""
    said = 0
    await quiet(runner)
    while len(double.sessions) <= changes:
        connections = len(double.sessions)
        await double.until(lambda: len(double.sessions) > connections, within_s=TURN_S)  # noqa: B023 it is over by then
        await asyncio.sleep(said * LATER_S % LATEST_S)
        phone.speaking = True
        await asyncio.sleep(SPEAKS_S)
        phone.speaking = False
        said += 1
        await answered(runner, said)
    return said


async def answered(runner: SessionRunner, said: int) -> None:
    async with asyncio.timeout(TURN_S):
        while len(turns_of(runner, "candidate")) < said:  # noqa: ASYNC110 the runner tells observers, not us
            await asyncio.sleep(0.01)
    await quiet(runner)


async def quiet(runner: SessionRunner) -> None:
    """Until the interviewer has said what is to be said."""
    async with asyncio.timeout(TURN_S):
        while runner.session.reply is not None or not turns_of(runner, "interviewer"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def turns_of(runner: SessionRunner, speaker: str) -> list[str]:
    return [turn.heard_text for turn in runner.session.record.turns if turn.speaker == speaker and turn.completed]


def compare(phone: NumberedPhone, double: RealtimeDouble, runner: SessionRunner, utterances: int) -> Figures:
    got = [numbers_in(bytes(session.sound)) for session in double.sessions]
    times = Counter(itertools.chain.from_iterable(got))
    first = got[0][0]
    speech = stretches([number for number, spoken in enumerate(phone.spoken) if spoken])
    whole = [any(stretch <= set(numbers) for numbers in got) for stretch in speech]
    lines = compare_lines(phone, double, runner)
    arrivals = [session.sound_at for session in double.sessions if session.sound_at]
    noticed = [kinds(session) for session in double.sessions]
    return Figures(
        changes=sum(bool(numbers) for numbers in got) - 1,
        utterances=utterances,
        heard_as_turns=turns_of(runner, "candidate").count(WORDS),
        begun_on_one_heard_by_next=sum(
            n["input_audio_buffer.speech_started"] > n["input_audio_buffer.speech_stopped"] for n in noticed
        ),
        frames_sent=len(phone.spoken) - first,
        frames_missing=sum(number not in times for number in range(first, len(phone.spoken))),
        frames_twice=sum(count - 1 for count in times.values()),
        utterances_cut=whole.count(False),
        lines_heard=len(lines),
        lines_cut=len(turns_of(runner, "interviewer")) - len(lines),
        samples_made=sum(len(made) for made, _ in lines),
        samples_missing=sum(len(made) - common(made, played) for made, played in lines),
        longest_gap_in_ms=longest_ms(itertools.pairwise(sorted(itertools.chain.from_iterable(arrivals)))),
        longest_gap_at_change_ms=longest_ms((old[-1], new[0]) for old, new in itertools.pairwise(arrivals)),
        longest_gap_out_ms=longest_gap_out_ms(phone, double),
        greetings=turns_of(runner, "interviewer").count(turns_of(runner, "interviewer")[0]),
        losses=len(runner.session.record.lost_legs),
    )


def longest_ms(pairs: Iterable[tuple[float, float]]) -> float:
    return 1000 * max(later - earlier for earlier, later in pairs)


def compare_lines(phone: NumberedPhone, double: RealtimeDouble, runner: SessionRunner) -> list[tuple[bytes, bytes]]:
    """Of each line that was heard to its end, as the record says: what was made of it, and what came to the phone."""
    played: dict[tuple[int, str], bytes] = {}
    for _, sound in phone.played:
        item = double.item_of(sound)
        assert item is not None, "sound that nobody made"
        played[item] = played.get(item, b"") + sound
    turns = [turn for turn in runner.session.record.turns if turn.speaker == "interviewer"]
    return [
        (bytes(double.sessions[number].sounds.of_item[item_id]), sound)
        for turn, ((number, item_id), sound) in zip(turns, played.items(), strict=True)
        if turn.completed is not None and turn.interrupted is None
    ]


def common(one: bytes, other: bytes) -> int:
    """How long they are the same."""
    length = 0
    for length, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            return length
    return min(len(one), len(other))


def kinds(session: Session) -> Counter[str]:
    return Counter(str(event["type"]) for event in session.sent)


def stretches(numbers: list[int]) -> list[set[int]]:
    """What follows on each other without a gap."""
    found: list[set[int]] = []
    for number in numbers:
        if found and number - 1 in found[-1]:
            found[-1].add(number)
        else:
            found.append({number})
    return found


def longest_gap_out_ms(phone: NumberedPhone, double: RealtimeDouble) -> float:
    longest_s = silent_at = 0.0
    before: object = None
    for at, sound in phone.played:
        item = double.item_of(sound)
        if item == before:
            longest_s = max(longest_s, at - silent_at)
        before, silent_at = item, max(silent_at, at) + len(sound) / SAMPLES_A_SECOND
    return 1000 * longest_s


def main() -> int:
    figures = asyncio.run(measure())
    ms = FRAME_BYTES * 1000 // SAMPLES_A_SECOND
    twice_ms = figures.frames_twice * ms / max(1, figures.changes)
    print(f"{figures.changes} changes of connection in one call of {figures.frames_sent * ms / 1000:.0f} s")
    print(f"to the model: {figures.frames_sent * FRAME_BYTES} samples, {figures.frames_missing * FRAME_BYTES} lost")
    print(f"  said to both connections: {twice_ms:.0f} ms a change (at most {OVERLAP_MS})")
    print(f"to the caller: {figures.samples_made} samples, {figures.samples_missing} lost", end=" ")
    print(f"({figures.lines_heard} lines; {figures.lines_cut} more that were spoken over)")
    print(f"longest gap: {figures.longest_gap_in_ms:.0f} ms to the model", end=" ")
    print(f"({figures.longest_gap_at_change_ms:.0f} at a change), {figures.longest_gap_out_ms:.0f} ms within a reply")
    print(f"said around a change: {figures.utterances}, cut in two {figures.utterances_cut}", end=", ")
    print(
        f"turns with their words {figures.heard_as_turns}, begun on one connection and heard whole by the next", end=" "
    )
    print(f"{figures.begun_on_one_heard_by_next}; connections lost {figures.losses}, greetings {figures.greetings}")
    return int(not figures.hold)


if __name__ == "__main__":
    sys.exit(main())
