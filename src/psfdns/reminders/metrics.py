"""What is known of domains in Prometheus' text format, for node_exporter's folder and the like. Pure.

What was not measured is left out: a failed look-up must never read as "0 days".
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from psfdns.reminders.book import Book
from psfdns.reminders.ending import Ending, Kind, Stage


def render_metrics(endings: Iterable[Ending], book: Book, *, now: datetime.datetime, failed: int) -> str:
    """The text; `failed` counts messages of this run that were not accepted."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry()
    registry.register(_Families(list(_families(list(endings), book, now, failed))))
    return generate_latest(registry).decode("utf-8")


class _Families:
    """What the library asks of something that can be measured."""

    def __init__(self, families: list[Any]) -> None:
        self._families = families

    def collect(self) -> Iterator[Any]:
        yield from self._families


def _families(endings: list[Ending], book: Book, now: datetime.datetime, failed: int) -> Iterator[Any]:
    domains = [each for each in endings if each.kind is Kind.DOMAIN and each.stage is not Stage.UNWATCHED]
    measured = [each for each in domains if each.unknown is None]
    yield _gauge(
        "psfdns_domain_expiry_timestamp_seconds",
        "When the registration ends.",
        ("domain", "source", "registrar"),
        [
            ((each.object, each.facts.get("source") or "", each.facts.get("registrar") or ""), _end_of(each))
            for each in measured
            if each.end is not None and each.stage is not Stage.GONE
        ],
    )
    for name, fact, words in (
        ("psfdns_domain_autorenew", "autorenew", "Whether the registrar renews it by itself."),
        ("psfdns_domain_payable", "payable", "Whether the prepaid balance pays for the next renewal."),
    ):
        known = [each for each in measured if each.facts.get(fact) is not None]
        values = [((each.object,), float(each.facts[fact])) for each in known]
        yield _gauge(name, words, ("domain",), values)
    yield _gauge(
        "psfdns_domain_probe_success",
        "Whether a registrar or a registry says how it stands.",
        ("domain",),
        [((each.object,), float(each.unknown is None)) for each in domains],
    )
    yield _gauge(
        "psfdns_domain_last_success_timestamp_seconds",
        "When a registrar or a registry last said something of it.",
        ("domain",),
        [((each.object,), at.timestamp()) for each in domains if (at := _seen_at(each, book)) is not None],
    )
    yield from _own_families(endings, now, failed)


def _own_families(endings: list[Ending], now: datetime.datetime, failed: int) -> Iterator[Any]:
    tokens = [((each.object,), _end_of(each)) for each in endings if each.kind is Kind.TOKEN]
    yield _gauge("psfdns_token_expiry_timestamp_seconds", "When the token ends.", ("token",), tokens)
    held = [each for each in endings if each.kind is Kind.CERTIFICATE and each.unknown is None]
    certificates = [((each.object,), _end_of(each)) for each in held if _is_dated(each)]
    yield _gauge(
        "psfdns_certificate_expiry_timestamp_seconds",
        "When the certificate in the store ends.",
        ("certificate",),
        certificates,
    )
    yield _gauge(
        "psfdns_remind_last_run_timestamp_seconds",
        "When reminders were last looked at.",
        (),
        [((), now.timestamp())],
    )
    yield _gauge(
        "psfdns_remind_failed_messages",
        "Messages that were not accepted in that run.",
        (),
        [((), float(failed))],
    )


def _is_dated(ending: Ending) -> bool:
    return ending.end is not None and ending.stage is not Stage.UNWATCHED


def _gauge(
    name: str, words: str, labels: tuple[str, ...], values: Sequence[tuple[tuple[str, ...], float]]
) -> Any:
    from prometheus_client.metrics_core import GaugeMetricFamily

    family = GaugeMetricFamily(name, words, labels=labels)
    for names, value in values:
        family.add_metric(names, value)
    return family


def _end_of(ending: Ending) -> float:
    """To the second where that is known, else the beginning of the UTC day."""
    at = ending.facts.get("ends_at")
    if isinstance(at, float):
        return at
    assert ending.end is not None  # noqa: S101 - the caller looked
    return datetime.datetime.combine(ending.end, datetime.time(), datetime.UTC).timestamp()


def _seen_at(ending: Ending, book: Book) -> datetime.datetime | None:
    seen = book.sightings.get(ending.thing)
    return seen.seen_at if ending.checked_at is None and seen is not None else ending.checked_at
