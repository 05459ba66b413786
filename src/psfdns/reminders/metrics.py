"""What is known of domains in Prometheus' text format, for node_exporter's folder and the like. Pure.

What was not measured is left out: a failed look-up must never read as "0 days".
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from psfdns.metrics import Gauge, render_gauges
from psfdns.reminders.book import Book
from psfdns.reminders.ending import Ending, Kind, Stage


def render_metrics(endings: Iterable[Ending], book: Book, *, now: datetime.datetime, failed: int) -> str:
    """The text; `failed` counts messages of this run that were not accepted."""
    return render_gauges(_families(list(endings), book, now, failed))


def _families(endings: list[Ending], book: Book, now: datetime.datetime, failed: int) -> Iterator[Gauge]:
    domains = [each for each in endings if each.kind is Kind.DOMAIN and each.stage is not Stage.UNWATCHED]
    measured = [each for each in domains if each.unknown is None]
    yield Gauge(
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
        yield Gauge(name, words, ("domain",), values)
    yield Gauge(
        "psfdns_domain_probe_success",
        "Whether a registrar or a registry says how it stands.",
        ("domain",),
        [((each.object,), float(each.unknown is None)) for each in domains],
    )
    yield Gauge(
        "psfdns_domain_last_success_timestamp_seconds",
        "When a registrar or a registry last said something of it.",
        ("domain",),
        [((each.object,), at.timestamp()) for each in domains if (at := _seen_at(each, book)) is not None],
    )
    yield from _own_families(endings, now, failed)


def _own_families(endings: list[Ending], now: datetime.datetime, failed: int) -> Iterator[Gauge]:
    tokens = [((each.object,), _end_of(each)) for each in endings if each.kind is Kind.TOKEN]
    yield Gauge("psfdns_token_expiry_timestamp_seconds", "When the token ends.", ("token",), tokens)
    held = [each for each in endings if each.kind is Kind.CERTIFICATE and each.unknown is None]
    certificates = [((each.object,), _end_of(each)) for each in held if _is_dated(each)]
    yield Gauge(
        "psfdns_certificate_expiry_timestamp_seconds",
        "When the certificate in the store ends.",
        ("certificate",),
        certificates,
    )
    yield Gauge(
        "psfdns_remind_last_run_timestamp_seconds",
        "When reminders were last looked at.",
        (),
        [((), now.timestamp())],
    )
    yield Gauge(
        "psfdns_remind_failed_messages",
        "Messages that were not accepted in that run.",
        (),
        [((), float(failed))],
    )


def _is_dated(ending: Ending) -> bool:
    return ending.end is not None and ending.stage is not Stage.UNWATCHED


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
