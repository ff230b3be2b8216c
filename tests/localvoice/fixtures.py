"""The engine with real models and with doubles of them."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from greenroom.localvoice.inference import Inference
from greenroom.localvoice.server import LocalVoice
from greenroom.localvoice.speech_to_text import Transcriber
from greenroom.localvoice.text_to_speech import Speaker
from tests.localvoice.client import Client, client_of, engine
from tests.localvoice.models import FakeDetector, FakeSpeaker, FakeTranscriber


@dataclass(frozen=True)
class RealModels:
    transcriber: Transcriber
    speaker: Speaker


@pytest.fixture(scope="session")
def real_models() -> RealModels:
    from greenroom.localvoice.models import speech_folder
    from greenroom.localvoice.speech_to_text import Moonshine
    from greenroom.localvoice.text_to_speech import Hibari

    return RealModels(Moonshine(speech_folder()), Hibari())


@pytest.fixture
async def real_engine(real_models: RealModels) -> AsyncGenerator[LocalVoice]:
    from greenroom.localvoice.silero import Silero

    async with engine(Inference(real_models.transcriber, real_models.speaker, Silero)) as server:
        yield server


@pytest.fixture
async def real_client(real_engine: LocalVoice) -> AsyncGenerator[Client]:
    async with client_of(real_engine.port) as client:
        yield client


@pytest.fixture
def transcriber() -> FakeTranscriber:
    return FakeTranscriber()


@pytest.fixture
def speaker() -> FakeSpeaker:
    return FakeSpeaker()


@pytest.fixture
async def fake_engine(transcriber: FakeTranscriber, speaker: FakeSpeaker) -> AsyncGenerator[LocalVoice]:
    async with engine(Inference(transcriber, speaker, FakeDetector)) as server:
        yield server


@pytest.fixture
async def client(fake_engine: LocalVoice) -> AsyncGenerator[Client]:
    async with client_of(fake_engine.port) as client:
        yield client
