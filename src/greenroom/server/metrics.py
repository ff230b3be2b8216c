"""The process' numbers in Prometheus' words, made when they are asked for."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from greenroom.runtime.metrics import Histogram, Metrics

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LEGS = ("caller", "engine", "observer")


class Exposition:
    """What `GET /metrics` answers."""

    def __init__(self, metrics: Metrics) -> None:
        # Takes 70 ms to import, and the first scrape can wait for that better than the start.
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.process_collector import ProcessCollector

        self._metrics = metrics
        self._registry = CollectorRegistry()
        self._generate = generate_latest
        self._registry.register(self)
        ProcessCollector(registry=self._registry)  # open files, resident memory

    def text(self) -> bytes:
        return self._generate(self._registry)

    def describe(self) -> list["Metric"]:
        """Nothing: asked at registration, when there may be no loop yet."""
        return []

    def collect(self) -> Iterator["Metric"]:
        """Every number, now."""
        from prometheus_client.metrics_core import GaugeMetricFamily

        m = self._metrics
        yield GaugeMetricFamily("greenroom_sessions_live", "Sessions with somebody connected.", m.sessions_live)
        yield _counters("greenroom_sessions", "Sessions that ended.", "reason", m.sessions_ended)
        legs = {leg: m.legs_open[leg] for leg in LEGS} | m.legs_open
        yield _gauges("greenroom_legs_open", "Connections of sessions.", "leg", legs)
        yield _gauges("greenroom_sockets_open", "WebSockets, attached or not.", "kind", m.sockets_open)
        frames = {"in": m.audio_frames_in, "out": m.audio_frames_out}
        yield _counters("greenroom_audio_frames", "Frames from and to callers.", "direction", frames)
        yield _counters(
            "greenroom_audio_frames_dropped", "Frames that nobody was there for.", None, m.audio_frames_dropped
        )
        yield _histogram("greenroom_relay_seconds", "Frame in to frame out.", m.relay)
        yield _histogram(
            "greenroom_reply_gap_seconds", "Candidate's last word to first audio of the reply.", m.reply_gap
        )
        yield _counters("greenroom_engine_reconnects", "Engine connections made anew.", None, m.engine_reconnects)
        yield _counters(
            "greenroom_engine_tokens", "Tokens of the voice model, as it told them.", "kind", m.engine_tokens
        )
        yield _counters(
            "greenroom_engine_transcript_seconds",
            "Sound written down by a model that is paid by time.",
            None,
            m.engine_transcript_seconds,
        )
        yield GaugeMetricFamily("greenroom_engine_warm", "Engine connections that wait for a call.", m.engine_warm)
        yield _counters("greenroom_phone_calls", "Phone calls made and taken.", "direction", m.calls)
        yield GaugeMetricFamily(
            "greenroom_phone_calls_open", "Phone calls that are not known to be over.", m.calls_open
        )
        yield _counters(
            "greenroom_hang_ups_failed", "Calls left to the carrier's own time limit.", None, m.hang_ups_failed
        )
        yield _counters(
            "greenroom_observers_dropped", "Observers closed by the server.", "code", m.observers_dropped_by_code
        )
        yield _counters("greenroom_rejected", "Requests, sockets and messages refused.", "code", m.rejected_by_code)
        yield GaugeMetricFamily("greenroom_tasks", "Tasks of the event loop.", _tasks())


def _tasks() -> int:
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        return 0


def _counters(name: str, help_text: str, label: str | None, values: Mapping[str, int] | float) -> "Metric":
    from prometheus_client.metrics_core import CounterMetricFamily

    if isinstance(values, int | float):
        return CounterMetricFamily(name, help_text, values)
    family = CounterMetricFamily(name, help_text, labels=[label or ""])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _gauges(name: str, help_text: str, label: str, values: Mapping[str, int]) -> "Metric":
    from prometheus_client.metrics_core import GaugeMetricFamily

    family = GaugeMetricFamily(name, help_text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _histogram(name: str, help_text: str, histogram: Histogram) -> "Metric":
    from prometheus_client.metrics_core import HistogramMetricFamily

    buckets: list[tuple[str, float]] = []
    seen = 0
    for bound, count in zip((*map(str, histogram.bounds), "+Inf"), histogram.counts, strict=True):
        seen += count
        buckets.append((bound, seen))
    return HistogramMetricFamily(name, help_text, buckets=buckets, sum_value=histogram.total)
