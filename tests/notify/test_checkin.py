"""Where a service that watches scheduled runs is told how far one is."""

from __future__ import annotations

import pytest

from psfdns.notify.checkin import Step, checkin_url

SENTRY = "https://o0.ingest.sentry.io/api/7/cron/remind/key"
CASES = {
    "https://hc-ping.com/uuid": ("/uuid/start", "/uuid", "/uuid/fail"),
    "https://hc-ping.com/uuid/": ("/uuid/start", "/uuid", "/uuid/fail"),
    "https://hc-ping.com/uuid?rid=1": ("/uuid/start?rid=1", "/uuid?rid=1", "/uuid/fail?rid=1"),
    "https://watch.example.org/api/7/cron": ("/api/7/cron/start", "/api/7/cron", "/api/7/cron/fail"),
}


@pytest.mark.parametrize("url", CASES)
def test_most_services_take_the_state_as_the_end_of_the_path(url: str) -> None:
    host = url.partition("//")[2].partition("/")[0]
    found = [checkin_url(url, step).removeprefix(f"https://{host}") for step in Step]
    assert tuple(found) == CASES[url]


@pytest.mark.parametrize("end", ["", "/"])
def test_sentry_takes_it_as_a_parameter(end: str) -> None:
    found = [checkin_url(SENTRY + end, step) for step in Step]
    assert found == [f"{SENTRY}{end}?status={status}" for status in ("in_progress", "ok", "error")]
    assert checkin_url(f"{SENTRY}?environment=production", Step.SUCCESS) == (
        f"{SENTRY}?environment=production&status=ok"
    )
