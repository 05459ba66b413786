"""Listing: order, pages and positions."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.api import a, change, create, listed, make_zone, names, record


def fill(client: Any, zone: str, count: int) -> None:
    for start in range(0, count, 900):
        change(client, zone, *(create(a(f"h{n:04}.z.test")) for n in range(start, min(start + 900, count))))


def test_names_are_in_the_order_of_their_reversed_escaped_labels(client: Any, zone: str) -> None:
    given = [
        "a.z.test",
        "a-b.z.test",
        "*.z.test",
        "9.z.test",
        "_x.z.test",
        "b.a.z.test",
        "B.z.test",
        "@.z.test",
    ]
    change(client, zone, *(create(a(name)) for name in given))

    assert names(listed(client, zone)) == [
        "9.z.test.",
        "\\052.z.test.",
        "\\100.z.test.",
        "_x.z.test.",
        "a-b.z.test.",
        "a.z.test.",
        "b.a.z.test.",
        "b.z.test.",
    ]


def test_one_name_s_sets_are_in_the_order_of_type_and_identifier(client: Any, zone: str) -> None:
    change(
        client,
        zone,
        create(record("w.z.test", "TXT", '"x"')),
        create(a("w.z.test", SetIdentifier="b", Weight=1)),
        create(record("w.z.test", "AAAA", "2001:db8::1")),
        create(a("w.z.test", SetIdentifier="a", Weight=1)),
    )

    shown = [(each["Type"], each.get("SetIdentifier")) for each in listed(client, zone)]
    assert shown == [("A", "a"), ("A", "b"), ("AAAA", None), ("TXT", None)]


@pytest.mark.parametrize(
    ("asked", "size", "said"),
    [
        ({}, 100, "100"),
        ({"MaxItems": "300"}, 300, "300"),
        ({"MaxItems": "1000"}, 300, "300"),
        ({"MaxItems": "7"}, 7, "7"),
    ],
)
def test_a_page_has_100_sets_unless_asked_and_300_at_most(
    client: Any, zone: str, asked: dict[str, str], size: int, said: str
) -> None:
    fill(client, zone, 310)

    page = client.list_resource_record_sets(HostedZoneId=zone, **asked)

    assert len(page["ResourceRecordSets"]) == size
    assert page["MaxItems"] == said
    assert page["IsTruncated"] is True
    assert page["NextRecordName"] == f"h{size - 2:04}.z.test."
    assert page["NextRecordType"] == "A"
    assert "NextRecordIdentifier" not in page


def test_the_last_page_says_that_it_is(client: Any, zone: str) -> None:
    page = client.list_resource_record_sets(HostedZoneId=zone)

    assert page["IsTruncated"] is False
    assert not page.keys() & {"NextRecordName", "NextRecordType", "NextRecordIdentifier"}


def test_every_set_stands_on_one_page_also_inside_a_group(client: Any, zone: str) -> None:
    for group in ("v", "w"):
        change(
            client,
            zone,
            *(create(a(f"{group}.z.test", SetIdentifier=f"{n:03}", Weight=1)) for n in range(90)),
        )

    pages = list(
        client.get_paginator("list_resource_record_sets").paginate(
            HostedZoneId=zone, PaginationConfig={"PageSize": 50}
        )
    )

    sets = [each for page in pages for each in page["ResourceRecordSets"]]
    shown = [(each["Name"], each["Type"], each.get("SetIdentifier")) for each in sets]
    assert len(pages) == 4
    assert len(shown) == len(set(shown)) == 182
    assert pages[0]["NextRecordIdentifier"] == "048"


def test_a_start_is_inclusive_and_need_not_exist(client: Any, zone: str) -> None:
    change(client, zone, *(create(a(f"{name}.z.test")) for name in "bdf"))

    def start(**position: str) -> list[str]:
        found = client.list_resource_record_sets(HostedZoneId=zone, **position)["ResourceRecordSets"]
        return names(found)

    assert start(StartRecordName="D.z.test") == ["d.z.test.", "f.z.test."]
    assert start(StartRecordName="e.z.test") == ["f.z.test."]
    assert start(StartRecordName="d.z.test", StartRecordType="AAAA") == ["f.z.test."]
    assert start(StartRecordName="\\052.z.test")[0] == "b.z.test."


@pytest.mark.parametrize(
    "position",
    [
        {"StartRecordType": "A"},
        {"StartRecordName": "a.z.test", "StartRecordIdentifier": "x"},
        {"MaxItems": "x"},
        {"MaxItems": "0"},
        {"StartRecordName": "a b.z.test"},
    ],
    ids=str,
)
def test_half_a_position_is_refused(client: Any, zone: str, position: dict[str, str]) -> None:
    with pytest.raises(client.exceptions.InvalidInput):
        client.list_resource_record_sets(HostedZoneId=zone, **position)


def test_a_zone_that_does_not_exist_is_named(client: Any) -> None:
    with pytest.raises(client.exceptions.NoSuchHostedZone, match="ZNONSENSE") as caught:
        client.list_resource_record_sets(HostedZoneId="ZNONSENSE")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_hosted_zones_come_100_at_a_time(client: Any) -> None:
    made = {make_zone(client, f"z{n}.test") for n in range(101)}

    first = client.list_hosted_zones(MaxItems="1000")
    rest = client.list_hosted_zones(Marker=first["NextMarker"])

    shown = [
        zone["Id"].removeprefix("/hostedzone/") for page in (first, rest) for zone in page["HostedZones"]
    ]
    assert (len(first["HostedZones"]), first["IsTruncated"], first["MaxItems"]) == (100, True, "100")
    assert (len(rest["HostedZones"]), rest["IsTruncated"]) == (1, False)
    assert set(shown) == made
    assert client.get_hosted_zone_count()["HostedZoneCount"] == 101


def test_hosted_zones_by_name_start_at_a_position(client: Any) -> None:
    for name in ("b.test", "a.test", "a.b.test", "c.example.org"):
        make_zone(client, name)
    twin = make_zone(client, "a.test", "again")

    def by_name(**position: str) -> list[str]:
        return names(client.list_hosted_zones_by_name(**position)["HostedZones"])

    assert by_name() == ["c.example.org.", "a.test.", "a.test.", "b.test.", "a.b.test."]
    assert by_name(DNSName="B.test.") == ["b.test.", "a.b.test."]
    assert by_name(DNSName="aa.test") == ["b.test.", "a.b.test."]
    assert by_name(DNSName="zz.test") == []
    page = client.list_hosted_zones_by_name(MaxItems="2")
    assert (page["IsTruncated"], page["NextDNSName"]) == (True, "a.test.")
    second = client.list_hosted_zones_by_name(
        DNSName=page["NextDNSName"], HostedZoneId=page["NextHostedZoneId"]
    )
    assert names(second["HostedZones"]) == ["a.test.", "b.test.", "a.b.test."]
    ids = [zone["Id"] for zone in client.list_hosted_zones_by_name(DNSName="a.test")["HostedZones"][:2]]
    assert ids == sorted(ids)
    assert f"/hostedzone/{twin}" in ids
    with pytest.raises(ClientError, match="DNSName"):
        client.list_hosted_zones_by_name(HostedZoneId=twin)
