"""Which plug-ins the settings name."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from greenroom.config import read
from greenroom.runtime.metrics import Metrics
from greenroom.websocket import Heartbeats
from greenroom.wiring import make_engine, make_other_voice

URL = "ws://engine.example/v1/realtime"
OTHER = "ws://other.example/v1/realtime"


@pytest.mark.parametrize(
    ("engine", "farewell", "named"),
    [
        ("openai", "", ("openai", None)),
        ("openai", "local", ("openai", "local")),
        ("openai", OTHER, ("openai", "farewell")),
        (URL, "local", ("realtime", "local")),
        (URL, OTHER, ("realtime", "farewell")),
        ("local", OTHER, ("local", "farewell")),
        # Nobody says goodbye who would be lost with the engine.
        ("local", "local", ("local", None)),
        (URL, URL, ("realtime", None)),
    ],
)
def test_who_speaks_and_who_says_goodbye(
    engine: str, farewell: str, named: tuple[str, str | None], tmp_path: Path
) -> None:
    names = {"GREENROOM_ENGINE": engine, "GREENROOM_FAREWELL_ENGINE": farewell}
    settings = read(names, tmp_path).engine
    voice = cast("Any", SimpleNamespace(port=1234)) if settings.runs_localvoice else None
    speaks = make_engine(settings, Heartbeats(), Metrics(), voice)
    says_goodbye = make_other_voice(settings, Heartbeats(), Metrics(), voice)
    assert (speaks.name, None if says_goodbye is None else says_goodbye.name) == named
    assert (voice is not None) == ("local" in (engine, farewell))
