"""Which record sets lead to a name or an address."""

from __future__ import annotations

import pytest

from psfdns.records import Alias, RRset, RRsetKey, Zone
from psfdns.tenants.leads import by_tenant, find_leading, parse_target, zone_places

RECORDS = {
    "lb.infra.test. A": "192.0.2.10",
    "other.infra.test. A": "192.0.2.20",
    "six.infra.test. AAAA": "2001:db8::10",
    "www.one.test. CNAME": "lb.infra.test.",
    "docs.one.test. CNAME": "www.one.test.",
    "loop.one.test. CNAME": "pool.one.test.",
    "pool.one.test. CNAME": "loop.one.test.",
    "one.test. MX": "10 lb.infra.test.",
    "srv.one.test. SRV": "0 5 443 docs.one.test.",
    "mailed.one.test. CNAME": "one.test.",
    "text.one.test. TXT": '"lb.infra.test."',
}


def rrset(key: str, value: str) -> RRset:
    name, rdtype = key.split()
    return RRset(RRsetKey(name, rdtype), 300, (value,))


ALIAS = RRset(RRsetKey("alias.one.test.", "A"), None, alias=Alias("docs.one.test.", "Z1", False))
SETS = [*(rrset(*item) for item in RECORDS.items()), ALIAS]
PLACES = zone_places(
    (tenant, origin, Zone(origin, {one.key: one for one in SETS if one.name.endswith(origin)}))
    for tenant, origin in (("infra", "infra.test."), ("one", "one.test."))
)
LED = ["www.one.test.", "docs.one.test.", "one.test.", "srv.one.test.", "alias.one.test."]

CASES = {
    "lb.infra.test.": ["lb.infra.test.", *LED],
    "LB.infra.test": ["lb.infra.test.", *LED],
    "192.0.2.10": ["lb.infra.test.", *LED],
    "192.0.2.0/28": ["lb.infra.test.", *LED],
    "192.0.2.0/24": ["lb.infra.test.", "other.infra.test.", *LED],
    "2001:db8::10": ["six.infra.test."],
    "docs.one.test.": ["docs.one.test.", "srv.one.test.", "alias.one.test."],
    "pool.one.test.": ["loop.one.test.", "pool.one.test."],
    "infra.test.": [],
    "192.0.2.1": [],
}


@pytest.mark.parametrize("target", CASES)
def test_what_leads_there_is_found_and_nothing_else(target: str) -> None:
    found = find_leading(PLACES, [parse_target(target)])
    assert [place.rrset.name for place in found] == CASES[target]


def test_several_targets_are_looked_for_at_once_and_told_apart_by_tenant() -> None:
    found = find_leading(PLACES, [parse_target("2001:db8::10"), parse_target("pool.one.test.")])
    assert {tenant: len(places) for tenant, places in by_tenant(found).items()} == {"infra": 1, "one": 2}


@pytest.mark.parametrize("text", ["", "a..b", "192.0.2.0/33"])
def test_what_is_neither_name_nor_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither a name nor an address"):
        parse_target(text)
