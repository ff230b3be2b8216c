"""What every engine must do; a new engine is one line in `BENCHES`."""

import asyncio
import base64
import itertools
import os
from collections.abc import AsyncGenerator, Iterable, Iterator

import pytest

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.core.errors import EngineRefusal, EngineUnreachable
from greenroom.ports.engine import EngineConfiguration, EngineLeg, PastTurn
from greenroom.websocket import Heartbeats
from tests.contracts.engine_benches import WANTED, Bench, ScriptedBench, ServerBench, localvoice_process, realtime, warm
from tests.doubles.engine_events import Caption, HeardEvents, Sound

LONG = "This is a rather long sentence that goes on for quite some time before it comes to its end."


BENCHES = ["scripted", "realtime", "warm", pytest.param("local", marks=pytest.mark.speech)]
# Any other server of the protocol, by the URL that it has here: what it can't do fails, and is read rather than mended.
THEIRS = os.environ.get("GREENROOM_TEST_ENGINE_URL")
if THEIRS:
    BENCHES.append("theirs")


@pytest.fixture(scope="module")
def local_url() -> Iterator[str]:
    pytest.importorskip("hibari")
    with localvoice_process() as port:
        yield f"ws://127.0.0.1:{port}/v1/realtime"


@pytest.fixture(params=BENCHES)
async def bench(request: pytest.FixtureRequest) -> AsyncGenerator[Bench]:
    match request.param:
        case "scripted":
            yield ScriptedBench()
        case "realtime":
            async with realtime() as made:
                yield made
        case "warm":
            async with warm() as made:
                yield made
        case _:
            heartbeats = Heartbeats()
            url = THEIRS or "" if request.param == "theirs" else request.getfixturevalue("local_url")
            server = ServerBench(url, heartbeats)
            yield server
            await server.close()
            assert len(heartbeats) == 0


@pytest.fixture
def heard() -> HeardEvents:
    return HeardEvents(offset_ms=5000)


@pytest.fixture
async def leg(bench: Bench, heard: HeardEvents) -> AsyncGenerator[EngineLeg]:
    made = await bench.engine.open(heard, WANTED, ())
    yield made
    await made.close()


async def settled(leg: EngineLeg, heard: HeardEvents, revision: int) -> None:
    """Everything that was under way has been reported: orders and reports keep their order."""
    leg.configure(EngineConfiguration(revision, f"Revision {revision}.", WANTED.voice, WANTED.audio_format))
    await heard.wait_for(s.ConfigurationEchoed, revision=revision)


def place(heard: HeardEvents, kinds: Iterable[type[object]], of: str) -> list[int]:
    """Where the first fact of each kind stands that is about this reply or item."""

    def about(fact: object) -> str | None:
        for name in ("reply_id", "item_id", "ref_id"):
            if hasattr(fact, name):
                return str(getattr(fact, name))
        return None

    return [
        next(index for index, fact in enumerate(heard.facts) if isinstance(fact, kind) and about(fact) == of)
        for kind in kinds
    ]


async def test_the_wanted_configuration_is_echoed(leg: EngineLeg, heard: HeardEvents) -> None:
    await heard.wait_for(s.ConfigurationEchoed, revision=1)


async def test_a_new_configuration_is_echoed_by_its_revision(leg: EngineLeg, heard: HeardEvents) -> None:
    leg.configure(EngineConfiguration(2, "You are another interviewer.", "marin", "audio/pcmu"))
    await heard.wait_for(s.ConfigurationEchoed, revision=2)


async def test_the_same_configuration_asked_for_again_is_echoed_again(leg: EngineLeg, heard: HeardEvents) -> None:
    await heard.wait_for(s.ConfigurationEchoed)
    leg.configure(WANTED)
    await heard.wait_for(s.ConfigurationEchoed, number=2)


async def test_the_conversation_so_far_is_given_to_the_model(bench: Bench, heard: HeardEvents) -> None:
    history = (PastTurn("interviewer", "Who are you?"), PastTurn("candidate", "I am Ada."))
    leg = await bench.engine.open(heard, WANTED, history)
    leg.add_text("I typed this.")
    await settled(leg, heard, 2)
    await settled(leg, heard, 3)
    assert bench.remembered() == [("assistant", "Who are you?"), ("user", "I am Ada."), ("user", "I typed this.")]
    await leg.close()


async def test_turns_may_be_told_later_than_at_the_beginning(bench: Bench, heard: HeardEvents) -> None:
    leg = await bench.engine.open(heard, WANTED, (PastTurn("interviewer", "Who are you?"),))
    leg.remember((PastTurn("candidate", "I am Ada."), PastTurn("interviewer", "Welcome.")))
    await settled(leg, heard, 2)
    await settled(leg, heard, 3)
    assert bench.remembered() == [("assistant", "Who are you?"), ("user", "I am Ada."), ("assistant", "Welcome.")]
    await leg.close()


async def test_a_cue_is_said_in_its_words(leg: EngineLeg, heard: HeardEvents) -> None:
    leg.say(Cue("c1", "question", "What do you do?"))
    started = await heard.wait_for(s.ReplyStarted)
    assert started.cue_id == "c1"
    finished = await heard.wait_for(s.ReplyFinished)
    assert finished == s.ReplyFinished(started.reply_id, "completed")
    assert heard.of(s.ReplyWorded)[-1] == s.ReplyWorded(started.reply_id, "What do you do?")
    sound = b"".join(base64.b64decode(piece) for piece in heard.sounds(started.reply_id))
    assert len(sound) >= 8 * 300
    captions = heard.captions(started.reply_id)
    assert captions[-1] == "What do you do?"
    assert all(after.startswith(before) for before, after in itertools.pairwise(captions))
    order = place(heard, (s.ReplyStarted, Sound, s.ReplyWorded, s.ReplyFinished), started.reply_id)
    assert order == sorted(order)
    assert order[0] < place(heard, (Caption,), started.reply_id)[0] < order[-1]


async def test_one_reply_after_another(leg: EngineLeg, heard: HeardEvents) -> None:
    for number in range(1, 4):
        leg.say(Cue(f"c{number}", "question", f"Question number {number}?"))
        await heard.wait_for(s.ReplyFinished, number=number, status="completed")
    assert [reply.cue_id for reply in heard.of(s.ReplyStarted)] == ["c1", "c2", "c3"]
    assert len({reply.reply_id for reply in heard.of(s.ReplyStarted)}) == 3


async def test_a_new_cue_cuts_off_the_reply_that_is_being_made(
    bench: Bench, leg: EngineLeg, heard: HeardEvents
) -> None:
    bench.talk_slowly()
    leg.say(Cue("c1", "question", LONG))
    first = await heard.wait_for(s.ReplyStarted)
    await heard.until(lambda: heard.sounds(first.reply_id))
    before = len(heard.sounds(first.reply_id))
    leg.say(Cue("c2", "farewell", "Goodbye now."))
    second = await heard.wait_for(s.ReplyStarted, cue_id="c2")
    bench.finish_talking()
    await heard.wait_for(s.ReplyFinished, reply_id=second.reply_id, status="completed")
    assert s.ReplyFinished(first.reply_id, "cancelled") in heard.signals
    assert len(heard.sounds(first.reply_id)) == before
    [began] = place(heard, (s.ReplyStarted,), second.reply_id)
    [ended] = place(heard, (s.ReplyFinished,), first.reply_id)
    assert ended < began


async def test_a_cancelled_reply_is_silent_at_once(bench: Bench, leg: EngineLeg, heard: HeardEvents) -> None:
    bench.talk_slowly()
    leg.say(Cue("c1", "question", LONG))
    started = await heard.wait_for(s.ReplyStarted)
    await heard.until(lambda: heard.sounds(started.reply_id))
    leg.cancel(started.reply_id)
    cut = len(heard.facts)
    bench.finish_talking()
    await heard.wait_for(s.ReplyFinished, reply_id=started.reply_id, status="cancelled")
    await settled(leg, heard, 2)
    assert not [fact for fact in heard.facts[cut:] if isinstance(fact, Sound | Caption | s.ReplyWorded)]
    assert len(heard.of(s.ReplyFinished)) == 1


async def test_a_cue_taken_back_before_it_began_is_never_heard_of(leg: EngineLeg, heard: HeardEvents) -> None:
    leg.say(Cue("c1", "question", "Never mind?"))
    leg.cancel(None)
    await settled(leg, heard, 2)
    leg.say(Cue("c2", "question", "This one."))
    await heard.wait_for(s.ReplyFinished, status="completed")
    assert [reply.cue_id for reply in heard.of(s.ReplyStarted)] == ["c2"]
    assert len(heard.of(s.ReplyFinished)) == 1


async def test_the_last_of_many_cues_in_a_row_is_said(leg: EngineLeg, heard: HeardEvents) -> None:
    for number in range(5):
        leg.say(Cue(f"c{number}", "question", f"Question {number}?"))
    started = await heard.wait_for(s.ReplyStarted, cue_id="c4")
    await heard.wait_for(s.ReplyFinished, reply_id=started.reply_id, status="completed")


async def test_cancelling_what_is_made_already_changes_nothing(leg: EngineLeg, heard: HeardEvents) -> None:
    leg.say(Cue("c1", "question", "Done?"))
    finished = await heard.wait_for(s.ReplyFinished)
    leg.cancel(finished.reply_id)
    leg.cancel(None)
    leg.cancel("no such reply")
    await settled(leg, heard, 2)
    assert heard.of(s.ReplyFinished) == [s.ReplyFinished(finished.reply_id, "completed")]


async def test_a_turn_of_the_candidate_is_told_in_order(bench: Bench, leg: EngineLeg, heard: HeardEvents) -> None:
    await bench.candidate_says("I build bridges for a living.")
    came = await heard.wait_for(s.TranscriptCame)
    assert came.text == "I build bridges for a living."
    kinds = (s.CallerSpoke, s.SpeechConfirmed, s.CallerStopped, s.TranscriptCame)
    order = place(heard, kinds, came.item_id)
    assert order == sorted(order)
    [spoke], [stopped] = heard.of(s.CallerSpoke), heard.of(s.CallerStopped)
    assert 5000 <= spoke.at_ms < stopped.at_ms
    assert came.text.startswith(heard.captions(came.item_id)[-1])
    assert len(heard.of(s.SpeechConfirmed)) == 1


async def test_a_cough_is_not_confirmed(bench: Bench, leg: EngineLeg, heard: HeardEvents) -> None:
    await bench.candidate_coughs()
    await heard.wait_for(s.TranscriptCame)
    assert not heard.of(s.SpeechConfirmed)


async def test_the_conversation_goes_on_after_an_interruption(bench: Bench, leg: EngineLeg, heard: HeardEvents) -> None:
    bench.talk_slowly()
    leg.say(Cue("c1", "question", LONG))
    started = await heard.wait_for(s.ReplyStarted)
    await heard.until(lambda: len(heard.sounds(started.reply_id)) >= 2)
    leg.append_audio(base64.b64encode(bytes(160)))
    leg.cancel(started.reply_id)
    leg.truncate(started.reply_id, 150)
    leg.truncate("no such reply", 150)
    leg.discard_input()
    bench.finish_talking()
    leg.say(Cue("c2", "repeat", "Once more?"))
    await heard.wait_for(s.ReplyFinished, status="completed")
    assert heard.of(s.ReplyStarted)[-1].cue_id == "c2"


async def test_a_loss_is_told_once_and_ends_all_reports(bench: Bench, leg: EngineLeg, heard: HeardEvents) -> None:
    await heard.wait_for(s.ConfigurationEchoed)
    await bench.lose()
    lost = await heard.wait_for(s.EngineLost)
    assert lost.code
    leg.say(Cue("c1", "question", "Anybody?"))
    leg.configure(EngineConfiguration(2, "Other.", "marin", "audio/pcmu"))
    leg.append_audio(b"AAAA")
    leg.cancel(None)
    leg.truncate("r", 1)
    leg.add_text("hello")
    leg.discard_input()
    await leg.close()
    assert heard.signals[-1] == lost
    assert await bench.nothing_left_open()


async def test_after_close_nothing_is_told(bench: Bench, heard: HeardEvents) -> None:
    leg = await bench.engine.open(heard, WANTED, ())
    bench.talk_slowly()
    leg.say(Cue("c1", "question", LONG))
    await heard.wait_for(s.ReplyStarted)
    closing = asyncio.gather(leg.close(), leg.close())
    await asyncio.sleep(0)
    told = len(heard.facts)
    await closing
    await leg.close()
    leg.say(Cue("c2", "question", "Anybody?"))
    assert len(heard.facts) == told
    assert not heard.of(s.EngineLost)
    assert await bench.nothing_left_open()


async def test_an_order_given_while_reporting_is_carried_out(bench: Bench, leg: EngineLeg, heard: HeardEvents) -> None:
    """The session answers a signal before the report of it returns."""

    def answer(signal: s.Signal) -> None:
        if isinstance(signal, s.TranscriptCame):
            leg.say(Cue("c1", "question", "I see. And then?"))
        if isinstance(signal, s.ReplyStarted) and signal.cue_id == "c1":
            leg.say(Cue("c2", "question", "Or rather: why?"))

    heard.hook = answer
    await bench.candidate_says("I went away again.")
    started = await heard.wait_for(s.ReplyStarted, cue_id="c2")
    await heard.wait_for(s.ReplyFinished, reply_id=started.reply_id, status="completed")
    [first] = [reply.reply_id for reply in heard.of(s.ReplyStarted) if reply.cue_id == "c1"]
    assert s.ReplyFinished(first, "cancelled") in heard.signals


async def test_an_engine_that_is_not_there_may_be_tried_again(bench: Bench, heard: HeardEvents) -> None:
    bench.unreachable()
    with pytest.raises(EngineUnreachable):
        await bench.engine.open(heard, WANTED, ())
    assert not heard.facts


async def test_an_engine_that_refuses_says_so(bench: Bench, heard: HeardEvents) -> None:
    bench.refusing()
    with pytest.raises(EngineRefusal):
        await bench.engine.open(heard, WANTED, ())
    assert not heard.facts


async def test_sessions_do_not_hear_each_other(bench: Bench, heard: HeardEvents) -> None:
    other = HeardEvents()
    leg, another = await bench.engine.open(heard, WANTED, ()), await bench.engine.open(other, WANTED, ())
    leg.say(Cue("c1", "question", "You there?"))
    another.say(Cue("c9", "question", "And you?"))
    mine, theirs = await heard.wait_for(s.ReplyFinished), await other.wait_for(s.ReplyFinished)
    assert [reply.cue_id for reply in heard.of(s.ReplyStarted)] == ["c1"]
    assert [reply.cue_id for reply in other.of(s.ReplyStarted)] == ["c9"]
    assert mine.status == theirs.status == "completed"
    await leg.close()
    await another.close()
