"""The scripted engine does as it is told, in order, and costs next to nothing."""

import asyncio
import base64
import gc

import msgspec
import pytest

from greenroom.core import signals as s
from greenroom.core.commands import Cue
from greenroom.core.signals import Signal
from greenroom.engines.scripted import Call, Caption, Emit, Expect, ScriptedEngine, ScriptedLeg, Sound, Speech
from greenroom.engines.scripted.sound import pieces, tone
from tests.doubles.engine_events import Caption as HeardCaption
from tests.doubles.engine_events import HeardEvents
from tests.doubles.engine_events import Sound as HeardSound
from tests.engines.conftest import WANTED


def cue(number: int = 1, text: str = "one two three") -> Cue:
    return Cue(f"c{number}", "question", text)


async def opened(engine: ScriptedEngine, heard: HeardEvents) -> ScriptedLeg:
    leg = await engine.open(heard, WANTED, ())
    assert isinstance(leg, ScriptedLeg)
    return leg


def started(call: Call) -> Signal:
    return s.ReplyStarted("r1", call.args[0].cue_id)


async def test_a_script_is_followed_step_by_step() -> None:
    heard = HeardEvents()
    steps = (
        Expect("configure"),
        Emit(lambda call: s.ConfigurationEchoed(call.args[0].revision)),
        Expect("say", lambda call: call.args[0].kind == "question"),
        Emit(started),
        Caption("r1", "Hello"),
        Sound("r1", 250),
        Expect("cancel"),
        Emit(s.ReplyFinished("r1", "cancelled")),
    )
    leg = await opened(ScriptedEngine(steps), heard)
    await heard.wait_for(s.ConfigurationEchoed, revision=1)
    leg.say(Cue("c0", "farewell", "Not expected."))
    leg.say(cue())
    leg.cancel("r1")
    await heard.wait_for(s.ReplyFinished)
    assert [type(fact) for fact in heard.facts] == [
        s.ConfigurationEchoed,
        s.ReplyStarted,
        HeardCaption,
        HeardSound,
        HeardSound,
        HeardSound,
        s.ReplyFinished,
    ]
    assert [call.name for call in leg.calls] == ["configure", "say", "say", "cancel"]
    await leg.close()


async def test_what_stands_before_the_first_expectation_is_told_at_once() -> None:
    heard = HeardEvents()
    leg = await opened(ScriptedEngine((Emit(s.EngineLost("closed_1001")),)), heard)
    assert not heard.facts  # not before `open` has returned
    await heard.wait_for(s.EngineLost)
    await leg.close()


async def test_nothing_is_told_from_within_an_order() -> None:
    heard = HeardEvents()
    leg = await opened(ScriptedEngine.auto(), heard)
    leg.say(cue())
    assert not heard.facts
    await heard.wait_for(s.ReplyFinished)
    await leg.close()


async def test_speech_is_as_long_as_its_text() -> None:
    heard = HeardEvents()
    engine = ScriptedEngine.auto(Speech(ms_per_word=250, least_ms=100))
    leg = await opened(engine, heard)
    leg.say(cue(1, "one two three four five"))
    finished = await heard.wait_for(s.ReplyFinished)
    sound = b"".join(base64.b64decode(piece) for piece in heard.sounds(finished.reply_id))
    assert len(sound) == 8 * 1250
    assert len(set(sound)) > 10  # a tone
    await leg.close()


async def test_paced_speech_comes_as_fast_as_it_is_spoken() -> None:
    heard = HeardEvents()
    leg = await opened(ScriptedEngine.auto(Speech(ms_per_word=100, paced=True)), heard)
    before = asyncio.get_running_loop().time()
    leg.say(cue(1, "one two three four"))
    await heard.wait_for(s.ReplyFinished)
    assert 0.3 <= asyncio.get_running_loop().time() - before < 1.0
    await leg.close()


async def test_the_candidate_speaks_on_the_sessions_clock() -> None:
    heard = HeardEvents(offset_ms=7000)
    leg = await opened(ScriptedEngine.auto(), heard)
    for _ in range(50):
        leg.append_audio(base64.b64encode(bytes(160)))
    assert leg.received_ms == 1000
    item_id = leg.hear("I build bridges", speech_ms=900)
    assert heard.of(s.CallerSpoke) == [s.CallerSpoke(item_id, 8000)]
    assert heard.of(s.CallerStopped) == [s.CallerStopped(item_id, 8900)]
    leg.hear("", at_ms=20_000)
    assert heard.of(s.CallerSpoke)[-1].at_ms == 20_000
    assert len(heard.of(s.SpeechConfirmed)) == 1
    await leg.close()


async def test_a_refusal_ends_it() -> None:
    heard = HeardEvents()
    engine = ScriptedEngine.auto()
    leg = await opened(engine, heard)
    leg.refuse("insufficient_quota", "No credit.")
    leg.lose()
    leg.hear("Anybody?")
    leg.say(cue())
    assert heard.signals == [s.EngineRefused("insufficient_quota", "No credit.")]
    assert not leg.is_open
    assert not engine.legs


async def test_a_closed_session_is_forgotten() -> None:
    engine = ScriptedEngine.auto(Speech(paced=True))

    async def one_session() -> None:
        heard = HeardEvents()
        leg = await opened(engine, heard)
        leg.say(cue())
        await heard.wait_for(s.ReplyStarted)
        await leg.close()

    for _ in range(3):
        await one_session()
    assert engine.opened == 3
    assert not engine.legs
    gc.collect()
    assert not [thing for thing in gc.get_objects() if isinstance(thing, ScriptedLeg)]


@pytest.mark.parametrize("audio_format", ["audio/pcmu", "audio/pcm"])
def test_tones_are_whole_in_either_format(audio_format: str) -> None:
    size = {"audio/pcmu": 800, "audio/pcm": 4800}[audio_format]
    assert len(base64.b64decode(tone(audio_format, 100))) == size
    assert tone(audio_format, 100) is tone(audio_format, 100)
    silence = base64.b64decode(tone(audio_format, 100, silent=True))
    assert set(silence) <= {0, 0xFF}


def test_pieces_add_up() -> None:
    assert pieces(250) == [100, 100, 50]
    assert pieces(100) == [100]
    assert pieces(0) == []


async def test_a_browsers_format_is_spoken_too() -> None:
    heard = HeardEvents()
    leg = await ScriptedEngine.auto().open(heard, msgspec.structs.replace(WANTED, audio_format="audio/pcm"), ())
    leg.say(cue(1, "one"))
    finished = await heard.wait_for(s.ReplyFinished)
    assert sum(len(base64.b64decode(piece)) for piece in heard.sounds(finished.reply_id)) == 48 * 300
    await leg.close()
