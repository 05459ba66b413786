from __future__ import annotations

import math
from typing import Any

import pytest

from psfdns.budget import Rates
from psfdns.errors import HostError
from psfdns.records import RRset, RRsetKey
from psfdns.route53 import host as host_module
from psfdns.route53.host import Route53Host, fetch_zone, list_zones
from psfdns.routing import Weighted
from psfdns.rrsets import from_api
from psfdns.sandbox.throttle import Throttle
from tests.route53.accounts import ORIGIN, Account, address, new_zone, open_account, row


def host_of(account: Account, *, threads: int = 8) -> Route53Host:
    return Route53Host(account.api, look_up_account=lambda: "sandbox", threads=threads)


class Pages:
    """An API that gives prepared answers and remembers what it was asked."""

    def __init__(self, *answers: dict[str, Any] | HostError) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def call(self, action: str, doing: str, /, **parameters: Any) -> dict[str, Any]:
        del action, doing
        self.asked.append(parameters)
        answer = self.answers.pop(0)
        if isinstance(answer, HostError):
            raise answer
        return answer


def test_an_account_is_read_with_exactly_the_requests_that_its_pages_need() -> None:
    account = open_account()
    sizes = [0, 1, 297, 298, 299, 599] + [3] * 104
    account.apply(
        *(
            new_zone(
                *(RRset(RRsetKey(f"h{i}.z{n}.example.", "A"), 300, ("192.0.2.1",)) for i in range(size)),
                origin=f"z{n}.example.",
            )
            for n, size in enumerate(sizes)
        ),
        wait=False,
    )
    before = account.budget.sent
    host = host_of(account)
    zones = host.fetch_zones(host.list_zones())
    assert len(zones) == len(sizes)
    assert account.budget.sent - before == {
        "ListHostedZones": math.ceil(len(sizes) / 100),
        "ListResourceRecordSets": sum(math.ceil((size + 2) / 300) for size in sizes),
        "ListTagsForResource": sizes.count(0),
    }


def test_many_zones_are_read_below_the_limits_of_the_service() -> None:
    filling = open_account()
    origins = [f"z{n}.example." for n in range(60)]
    filling.apply(
        *(
            new_zone(
                *(RRset(RRsetKey(f"h{i}.{origin}", "A"), 300, ("192.0.2.1",)) for i in range(8)),
                origin=origin,
            )
            for origin in origins
        ),
        wait=False,
    )
    throttle = Throttle()
    account = open_account(Rates(), throttle=throttle)
    account.sandbox.cloud.store = filling.sandbox.cloud.store
    host = host_of(account)
    zones = host.fetch_zones(host.list_zones())
    assert sum(len(zone.zone.rrsets) for zone in zones) == 600
    assert account.budget.sent == {"ListHostedZones": 1, "ListResourceRecordSets": 60}
    assert account.time.now >= (61 - 40) / 9, "they had to be held back"
    assert throttle.refused == 0


def test_zones_come_in_the_order_asked_for() -> None:
    account = open_account()
    account.apply(*(new_zone(origin=f"z{n}.example.") for n in range(5)), wait=False)
    hosted = sorted(list_zones(account.api), key=lambda zone: zone.name, reverse=True)
    assert [zone.hosted for zone in host_of(account).fetch_zones(hosted)] == hosted


def test_pages_go_on_inside_a_weighted_group(monkeypatch: pytest.MonkeyPatch) -> None:
    account = open_account()
    group = [
        RRset(RRsetKey(f"w.{ORIGIN}", "A", f"{n:03}"), 300, (f"192.0.2.{n}",), routing=Weighted(n))
        for n in range(100)
    ]
    others = [address(f"a{n}") for n in range(250)]
    account.create(*group, *others)
    read: list[Any] = []

    def note(api: Any, *, zone_id: str) -> RRset:
        read.append(api)
        return from_api(api, zone_id=zone_id)

    monkeypatch.setattr(host_module, "from_api", note)
    assert account.rrsets() == {rrset.key: rrset for rrset in (*group, *others)}
    assert len(read) == 352, "none is read twice"


def test_names_are_read_from_octal_and_kept_as_they_were_spelled() -> None:
    account = open_account()
    account.create(address("*"), address("a/b"))
    live = account.read()
    key = RRsetKey(f"*.{ORIGIN}", "A")
    assert live.zone.rrsets[key].values == ("192.0.2.1",)
    assert live.spelled[key]["Name"] == f"\\052.{ORIGIN}"


@pytest.mark.parametrize(
    "entry",
    [
        {"Name": "a.zone.example.", "Type": "A", "TTL": 1, "ResourceRecords": [{"Value": "192.0.2.1"}]},
        {
            "Name": "a.zone.example.",
            "Type": "A",
            "TTL": 1,
            "ResourceRecords": [{"Value": "192.0.2.2"}, {"Value": "192.0.2.1"}],
        },
        {"Name": "a.zone.example.", "Type": "CNAME", "TTL": 1, "ResourceRecords": [{"Value": "Example.NET"}]},
        {
            "Name": "a.zone.example.",
            "Type": "AAAA",
            "TTL": 1,
            "ResourceRecords": [{"Value": "2001:DB8:0::1"}],
        },
        {"Name": "a.zone.example.", "Type": "TXT", "TTL": 1, "ResourceRecords": [{"Value": '"\\141" "b"'}]},
        {"Name": "\\141.zone.example.", "Type": "A", "TTL": 1, "ResourceRecords": [{"Value": "192.0.2.1"}]},
        {
            "Name": "a.zone.example.",
            "Type": "A",
            "AliasTarget": {"HostedZoneId": "Z1", "DNSName": "B.zone.example", "EvaluateTargetHealth": False},
        },
        {
            "Name": "a.zone.example.",
            "Type": "A",
            "SetIdentifier": "one",
            "Weight": 1,
            "TTL": 1,
            "HealthCheckId": "",
            "ResourceRecords": [{"Value": "192.0.2.1"}],
        },
    ],
    ids=["as ours", "order", "case and dot", "AAAA", "escapes", "name", "alias", "an empty field"],
)
def test_whatever_its_spelling_a_record_set_can_be_repeated_exactly(entry: dict[str, Any]) -> None:
    api = Pages({"ResourceRecordSets": [entry], "IsTruncated": False})
    live = fetch_zone(api, row("Z1", ORIGIN))
    (key,) = live.zone.rrsets
    assert dict(live.spelled) == {key: entry}
    assert (key in live.spelled, key._replace(type="MX") in live.spelled) == (True, False)


def test_what_cannot_be_expressed_is_foreign_with_its_reason() -> None:
    policy = {"Name": "p.zone.example.", "Type": "A", "TTL": 1, "TrafficPolicyInstanceId": "t-1"}
    odd = {
        "Name": "bad name.zone.example.",
        "Type": "A",
        "TTL": 1,
        "ResourceRecords": [{"Value": "192.0.2.1"}],
    }
    api = Pages({"ResourceRecordSets": [policy, odd], "IsTruncated": False})
    live = fetch_zone(api, row("Z1", ORIGIN))
    assert (live.zone.rrsets, live.spelled) == ({}, {})
    assert [foreign.key for foreign in live.foreign] == [
        RRsetKey("p.zone.example.", "A"),
        RRsetKey("bad name.zone.example.", "A"),
    ]
    assert live.foreign[0].reason == "made by a traffic policy (instance t-1)"


def test_the_list_says_who_else_a_zone_belongs_to() -> None:
    api = Pages(
        {
            "HostedZones": [
                {
                    "Id": "/hostedzone/Z1",
                    "Name": "0\\05725.2.0.192.in-addr.arpa.",
                    "CallerReference": "x",
                    "Config": {"PrivateZone": True, "Comment": "made by hand"},
                    "ResourceRecordSetCount": 7,
                    "LinkedService": {"ServicePrincipal": "servicediscovery.amazonaws.com"},
                }
            ],
            "IsTruncated": False,
        }
    )
    (zone,) = list_zones(api)
    assert (zone.id, zone.name, zone.private, zone.comment) == (
        "Z1",
        "0/25.2.0.192.in-addr.arpa.",
        True,
        "made by hand",
    )
    assert (zone.record_set_count, zone.linked_service) == (7, "servicediscovery.amazonaws.com")


def test_the_first_error_ends_the_reading() -> None:
    error = HostError("Route 53", "list", "no")
    host = Route53Host(Pages(error, error, error), look_up_account=lambda: None, threads=1)
    with pytest.raises(HostError):
        host.fetch_zones([row("Z1", ORIGIN), row("Z2", ORIGIN)])


def test_the_account_is_looked_up_once() -> None:
    asked: list[None] = []

    def look_up() -> None:
        asked.append(None)

    host = Route53Host(Pages(), look_up_account=look_up)
    assert host.look_up_account() is None
    assert host.look_up_account() is None
    assert len(asked) == 1
