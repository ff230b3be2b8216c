"""What the environment makes of the engine that is elsewhere."""

from pathlib import Path

from greenroom import wiring
from greenroom.config import read
from greenroom.engines.realtime import RealtimeSettings


def settings_of(**environ: str) -> RealtimeSettings:
    return wiring.realtime_settings(read(environ, Path("/nowhere")).engine)


def test_openai_needs_no_more_than_a_key() -> None:
    settings = settings_of(GREENROOM_ENGINE="openai", OPENAI_API_KEY="sk-1")
    assert settings.target == f"{wiring.OPENAI_URL}?model={wiring.OPENAI_MODEL}"
    assert settings.headers == {"Authorization": "Bearer sk-1"}
    assert settings.transcription_model == wiring.OPENAI_TRANSCRIPTION_MODEL
    assert settings.takes_tools
    assert settings.turn_detection == "server_vad"
    assert settings.voices == {"heart": "marin"}  # it has none of the name that scenarios choose


def test_a_server_at_a_url_is_left_as_it_is_unless_told() -> None:
    settings = settings_of(GREENROOM_ENGINE="wss://voice.example/v1")
    assert settings == RealtimeSettings("wss://voice.example/v1", voices={"heart": ""})  # it speaks in its own voice


def test_azure_is_a_url_and_a_header() -> None:
    settings = settings_of(
        GREENROOM_ENGINE="wss://me.openai.azure.com/openai/v1/realtime",
        GREENROOM_ENGINE_MODEL="my-deployment",
        OPENAI_API_KEY="k",
        GREENROOM_ENGINE_KEY_HEADER="api-key",
        GREENROOM_ENGINE_TRANSCRIPTION_MODEL="my-transcriber",
        GREENROOM_ENGINE_TURN_DETECTION="semantic_vad",
        GREENROOM_ENGINE_EAGERNESS="high",
        GREENROOM_ENGINE_TOOLS="true",
        GREENROOM_ENGINE_VOICE="cedar",
    )
    assert settings.target == "wss://me.openai.azure.com/openai/v1/realtime?model=my-deployment"
    assert settings.headers == {"api-key": "k"}
    assert settings.transcription_model == "my-transcriber"
    assert (settings.turn_detection, settings.eagerness) == ("semantic_vad", "high")
    assert settings.takes_tools
    assert settings.voices == {"heart": "cedar"}
