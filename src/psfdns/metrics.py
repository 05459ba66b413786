"""Gauges in Prometheus' text format, for node_exporter's folder and the like. Pure.

What was not measured is left out: a failed look-up must never read as 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple


class Gauge(NamedTuple):
    """A family: its name, what it says, the names of its labels, and (labels, value) for each thing."""

    name: str
    words: str
    labels: tuple[str, ...]
    values: Sequence[tuple[tuple[str, ...], float]]


def render_gauges(gauges: Iterable[Gauge]) -> str:
    """The text."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry()
    registry.register(_Families(list(map(_family, gauges))))
    return generate_latest(registry).decode("utf-8")


class _Families:
    """What the library asks of something that can be measured."""

    def __init__(self, families: list[Any]) -> None:
        self._families = families

    def collect(self) -> Iterator[Any]:
        yield from self._families


def _family(gauge: Gauge) -> Any:
    from prometheus_client.metrics_core import GaugeMetricFamily

    family = GaugeMetricFamily(gauge.name, gauge.words, labels=gauge.labels)
    for labels, value in gauge.values:
        family.add_metric(labels, value)
    return family
