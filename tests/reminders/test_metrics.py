"""Metrics, read again by the library; what was not measured is not there."""

from __future__ import annotations

import datetime
from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from psfdns.reminders.book import Book, Sighting
from psfdns.reminders.ending import Ending, Kind, Stage
from psfdns.reminders.metrics import render_metrics

NOW = datetime.datetime(2027, 1, 1, 6, tzinfo=datetime.UTC)
FACTS = {
    "source": "gandi",
    "registrar": "gandi",
    "autorenew": True,
    "payable": False,
    "ends_at": 1809129600.0,
}
ONE = Ending(Kind.DOMAIN, "a.example", datetime.date(2027, 5, 1), checked_at=NOW, facts=FACTS)


def samples(*endings: Ending, book: Book | None = None, failed: int = 0) -> dict[tuple[str, str], float]:
    text = render_metrics(endings, book or Book(), now=NOW, failed=failed)
    return {
        (sample.name, ",".join(sample.labels[key] for key in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


OWN = {
    ("psfdns_remind_last_run_timestamp_seconds", ""): NOW.timestamp(),
    ("psfdns_remind_failed_messages", ""): 0.0,
}


def test_what_is_known_of_a_domain() -> None:
    assert samples(ONE) == {
        ("psfdns_domain_expiry_timestamp_seconds", "a.example,gandi,gandi"): 1809129600.0,
        ("psfdns_domain_autorenew", "a.example"): 1.0,
        ("psfdns_domain_payable", "a.example"): 0.0,
        ("psfdns_domain_probe_success", "a.example"): 1.0,
        ("psfdns_domain_last_success_timestamp_seconds", "a.example"): NOW.timestamp(),
        **OWN,
    }


def test_a_mere_day_begins_at_midnight() -> None:
    facts = {"source": "file", "registrar": "tenant", "autorenew": None, "payable": None}
    found = samples(replace(ONE, facts=facts, checked_at=None))
    assert found == {
        ("psfdns_domain_expiry_timestamp_seconds", "a.example,tenant,file"): 1809129600.0,
        ("psfdns_domain_probe_success", "a.example"): 1.0,
        **OWN,
    }


def test_what_could_not_be_asked_has_no_end_and_never_zero_days() -> None:
    away = replace(ONE, checked_at=None, unknown="away")
    seen = NOW - datetime.timedelta(days=2)
    book = Book(sightings={ONE.thing: Sighting(ONE.end, seen)})
    assert samples(away, book=book) == {
        ("psfdns_domain_probe_success", "a.example"): 0.0,
        ("psfdns_domain_last_success_timestamp_seconds", "a.example"): seen.timestamp(),
        **OWN,
    }


def test_what_is_gone_has_no_end_and_what_is_let_go_is_not_there() -> None:
    names = {name for name, _ in samples(replace(ONE, stage=Stage.GONE))}
    assert "psfdns_domain_expiry_timestamp_seconds" not in names
    assert samples(replace(ONE, stage=Stage.UNWATCHED)) == OWN


def test_tokens_and_failures_are_counted_and_names_are_escaped() -> None:
    token = Ending(Kind.TOKEN, "GANDI_PAT", datetime.date(2027, 5, 1))
    odd = Ending(Kind.DOMAIN, 'a"\\b\n', None)
    found = samples(token, odd, failed=3)
    assert found["psfdns_token_expiry_timestamp_seconds", "GANDI_PAT"] == 1809129600.0
    assert found["psfdns_remind_failed_messages", ""] == 3.0
    assert found["psfdns_domain_probe_success", 'a"\\b\n'] == 1.0
