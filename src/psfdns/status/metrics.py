"""What `status` knows of delegation and DNSSEC, as gauges for Prometheus. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from psfdns.metrics import Gauge, render_gauges
from psfdns.moments import read_moment
from psfdns.status.aspect import Aspect, Heard, Shape
from psfdns.status.document import Gathered

STATES = ("secure", "insecure", "bogus", "indeterminate", "not-delegated")


def render_metrics(gathered: Gathered, *, now: datetime.datetime) -> str:
    """The text. Of an aspect that nobody looked at, or that is not known, there is nothing."""
    return render_gauges(_gauges(gathered, now))


def _gauges(gathered: Gathered, now: datetime.datetime) -> Iterator[Gauge]:
    signed = [each for each in _zones(gathered, Aspect.DNSSEC) if each["status"] is not None]
    yield Gauge(
        "psfdns_dnssec_status",
        "1 for what validation comes to: secure, insecure, bogus, indeterminate or not-delegated.",
        ("zone", "status"),
        [((each["name"], state), float(each["status"] == state)) for each in signed for state in STATES],
    )
    ends = [(each["name"], read_moment(each["signed_until"])) for each in signed]
    yield Gauge(
        "psfdns_dnssec_earliest_rrsig_expiry_timestamp_seconds",
        "When the first of its valid signatures ends.",
        ("zone",),
        [((name,), end.timestamp()) for name, end in ends if end is not None],
    )
    asked = [each for each in _zones(gathered, Aspect.DELEGATION) if each["status"] not in {None, "unknown"}]
    yield Gauge(
        "psfdns_delegation_ok",
        "Whether the zone is delegated to its name servers.",
        ("zone",),
        [((each["name"],), float(each["status"] == "ok")) for each in asked],
    )
    yield Gauge(
        "psfdns_status_last_run_timestamp_seconds",
        "When it was last looked at.",
        (),
        [((), now.timestamp())],
    )


def _zones(gathered: Gathered, aspect: Aspect) -> list[Shape]:
    """Each name once, or nobody reads the file; of several views the one that parents delegate to."""
    document = gathered.heard.get(aspect, Heard()).document or {"zones": ()}
    public = [each for each in document["zones"] if not each.get("private")]
    return list(
        {each["name"]: each for each in sorted(public, key=lambda each: each["status"] == "ok")}.values()
    )
