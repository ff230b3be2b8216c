import io
import json
import logging
import warnings

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from greenroom.runtime.metrics import Metrics
from greenroom.server.logging import configure
from greenroom.server.metrics import Exposition


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(Exposition(metrics).text().decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_every_promised_metric_is_there_from_the_start() -> None:
    metrics = Metrics()
    metrics.ended("user_ended")
    metrics.rejected("rate_limited")
    metrics.observers_dropped(4508)
    names = {name for name, _ in samples(metrics)}
    assert names >= {
        "greenroom_sessions_live",
        "greenroom_sessions_total",
        "greenroom_legs_open",
        "greenroom_audio_frames_total",
        "greenroom_relay_seconds_bucket",
        "greenroom_reply_gap_seconds_count",
        "greenroom_engine_reconnects_total",
        "greenroom_engine_warm",
        "greenroom_observers_dropped_total",
        "greenroom_rejected_total",
        "greenroom_tasks",
        "process_open_fds",
        "process_resident_memory_bytes",
    }


async def test_the_numbers_are_those_that_were_counted() -> None:
    metrics = Metrics()
    metrics.sessions_live = 3
    metrics.legs_open["caller"] += 2
    metrics.audio_frames_in += 50
    metrics.observers_dropped(4508)
    metrics.relay.add(0.0001)
    metrics.relay.add(0.003, times=4)
    metrics.relay.add(9.0)
    seen = samples(metrics)
    assert seen["greenroom_sessions_live", ()] == 3
    assert seen["greenroom_legs_open", (("leg", "caller"),)] == 2
    assert seen["greenroom_legs_open", (("leg", "engine"),)] == 0
    assert seen["greenroom_audio_frames_total", (("direction", "in"),)] == 50
    assert seen["greenroom_observers_dropped_total", (("code", "4508"),)] == 1
    assert seen["greenroom_relay_seconds_bucket", (("le", "0.0001"),)] == 1
    assert seen["greenroom_relay_seconds_bucket", (("le", "0.005"),)] == 5
    assert seen["greenroom_relay_seconds_bucket", (("le", "+Inf"),)] == 6
    assert seen["greenroom_relay_seconds_count", ()] == 6
    assert seen["greenroom_relay_seconds_sum", ()] == pytest.approx(9.0121)
    assert seen["greenroom_tasks", ()] >= 1


@pytest.fixture
def _logging_as_before():
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    yield
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("_logging_as_before")
def test_lines_are_json_and_keep_private_what_is_private() -> None:
    stream = io.StringIO()
    configure(stream=stream)
    structlog.get_logger().bind(sessionId="s1").info("observer attached", seq=3, ticket="t", text="I led", odd=object)
    structlog.get_logger().debug("not shown")
    logging.getLogger("some.library").warning("careful with %s", "this")
    logging.getLogger("some.library").info("not shown")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["observer attached", "careful with this"]
    assert lines[0]["sessionId"] == "s1"
    assert lines[0]["level"] == "info"
    assert lines[0]["timestamp"].endswith("Z")
    assert lines[0]["ticket"] == lines[0]["text"] == "…"


@pytest.mark.usefixtures("_logging_as_before")
def test_an_exception_is_one_line_without_the_values_of_variables() -> None:
    stream = io.StringIO()
    configure(stream=stream)
    spoken = ["I led a team"]
    try:
        spoken.remove("something else")
    except ValueError:
        structlog.get_logger().exception("request failed")
    (line,) = stream.getvalue().splitlines()
    assert "ValueError" in json.loads(line)["exception"]
    assert "I led a team" not in line


@pytest.mark.usefixtures("_logging_as_before")
def test_on_a_terminal_lines_are_for_people() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        configure(stream=stream)
        structlog.get_logger().info("observer attached", sessionId="s1")
    assert "observer attached" in stream.getvalue()
