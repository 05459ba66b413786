"""Routing policies: what may stand in a record set, and what beside it."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.sandbox.api import Change, a, alias, change, create, delete, listed, record, refusal, upsert


def routed(identifier: str, name: str = "r.z.test", rdtype: str = "A", **fields: Any) -> dict[str, Any]:
    value = {"A": "192.0.2.1", "CNAME": "t.test.", "NS": "ns.test.", "DS": "1 8 2 " + "ab" * 32}[rdtype]
    return record(name, rdtype, value, SetIdentifier=identifier, **fields)


class Case(NamedTuple):
    before: list[Change]
    refused: dict[str, Any]
    message: str
    accepted: dict[str, Any]
    code: str = "InvalidChangeBatch"


EUROPE = {"ContinentCode": "EU"}
COLLECTION = "0d0b7f3e-0000-4000-8000-000000000001"
CASES = {
    "a simple set beside a routed one": Case(
        [create(routed("w", Weight=1))],
        a("r.z.test"),
        "cannot be created as other RRSets exist with the same name and type.",
        a("s.z.test"),
    ),
    "a weighted set beside a simple one": Case(
        [create(a("r.z.test"))],
        routed("w", Weight=1),
        "cannot be created as a non-weighted set exists with the same name and type.",
        routed("w", name="s.z.test", Weight=1),
    ),
    "a latency set beside a weighted one": Case(
        [create(routed("w", Weight=1))],
        routed("l", Region="us-east-1"),
        "cannot be created as a non-latency set exists",
        routed("v", Weight=255),
    ),
    "a multivalue set beside another kind": Case(
        [create(routed("w", Weight=1))],
        routed("m", MultiValueAnswer=True),
        "because a non multivalue answer rrset exists",
        routed("m", name="s.z.test", MultiValueAnswer=True),
    ),
    "weighted sets of different TTL": Case(
        [create(routed("w", Weight=1))],
        routed("v", Weight=1, ttl=60),
        "cannot be created as weighted sets must contain the same TTL.",
        routed("v", Weight=0),
    ),
    "a weight above 255": Case([], routed("w", Weight=256), "255", routed("w", Weight=255), "InvalidInput"),
    "two policies in one set": Case(
        [], routed("w", Weight=1, Region="us-east-1"), "more than one", routed("w", Weight=1), "InvalidInput"
    ),
    "a policy without an identifier": Case(
        [], a("r.z.test", Weight=1), "Missing field 'SetIdentifier'", routed("w", Weight=0), "InvalidInput"
    ),
    "an identifier without a policy": Case(
        [], routed("w"), "Missing one of 'Weight'", routed("w", Region="eu-west-1"), "InvalidInput"
    ),
    "an identifier of 129 characters": Case(
        [], routed("x" * 129, Weight=1), "128", routed("x" * 128, Weight=1), "InvalidInput"
    ),
    "an unknown region": Case(
        [],
        routed("l", Region="eu-nowhere-1"),
        "eu-nowhere-1",
        routed("l", Region="eu-west-1"),
        "InvalidInput",
    ),
    "one region twice": Case(
        [create(routed("l", Region="eu-west-1"))],
        routed("k", Region="eu-west-1"),
        "for the same region exists",
        routed("k", Region="eu-west-2"),
    ),
    "two primaries": Case(
        [create(routed("p", Failover="PRIMARY"))],
        routed("q", Failover="PRIMARY"),
        "for the same failover role exists",
        routed("q", Failover="SECONDARY"),
    ),
    "one continent twice": Case(
        [create(routed("e", GeoLocation=EUROPE))],
        routed("f", GeoLocation=EUROPE),
        "for the same location exists",
        routed("f", GeoLocation={"CountryCode": "*"}),
    ),
    "a continent and a country": Case(
        [],
        routed("e", GeoLocation={"ContinentCode": "EU", "CountryCode": "FR"}),
        "exactly one of ContinentCode and CountryCode",
        routed("e", GeoLocation={"CountryCode": "FR"}),
    ),
    "an unknown continent": Case(
        [], routed("e", GeoLocation={"ContinentCode": "XX"}), "XX", routed("e", GeoLocation=EUROPE)
    ),
    "a lower-case country": Case(
        [],
        routed("e", GeoLocation={"CountryCode": "fr"}),
        "CountryCode fr",
        routed("e", GeoLocation={"CountryCode": "FR"}),
    ),
    "a subdivision outside the US": Case(
        [],
        routed("e", GeoLocation={"CountryCode": "FR", "SubdivisionCode": "75"}),
        "only supported for CountryCode US",
        routed("e", GeoLocation={"CountryCode": "US", "SubdivisionCode": "CA"}),
    ),
    "a place twice over": Case(
        [],
        routed("g", GeoProximityLocation={"AWSRegion": "us-east-1", "LocalZoneGroup": "us-east-1-bos-1"}),
        "exactly one of AWSRegion, LocalZoneGroup and Coordinates",
        routed("g", GeoProximityLocation={"AWSRegion": "us-east-1", "Bias": -99}),
    ),
    "coordinates off the map": Case(
        [],
        routed("g", GeoProximityLocation={"Coordinates": {"Latitude": "91", "Longitude": "0"}}),
        "outside -90 to 90",
        routed("g", GeoProximityLocation={"Coordinates": {"Latitude": "-90", "Longitude": "180"}}),
    ),
    "a bias of 100": Case(
        [],
        routed("g", GeoProximityLocation={"AWSRegion": "us-east-1", "Bias": 100}),
        "99",
        routed("g", GeoProximityLocation={"AWSRegion": "us-east-1", "Bias": 99}),
        "InvalidInput",
    ),
    "a CIDR collection that is no id": Case(
        [],
        routed("c", CidrRoutingConfig={"CollectionId": "x", "LocationName": "lan"}),
        "pattern",
        routed("c", CidrRoutingConfig={"CollectionId": COLLECTION, "LocationName": "lan"}),
        "InvalidInput",
    ),
    "a routed NS": Case(
        [],
        routed("n", rdtype="NS", Weight=1),
        "not supported for type NS",
        routed("n", rdtype="CNAME", Weight=1),
    ),
    "a routed DS": Case(
        [], routed("n", rdtype="DS", Weight=1), "not supported for type DS", routed("n", Weight=1)
    ),
    "a multivalue CNAME": Case(
        [],
        routed("m", rdtype="CNAME", MultiValueAnswer=True),
        "type CNAME",
        routed("m", MultiValueAnswer=True),
    ),
    "a multivalue alias": Case(
        [],
        alias("r.z.test", "A", "d.elb.test", "Z35SXDOTRQ7X7K", SetIdentifier="m", MultiValueAnswer=True),
        "cannot be an alias",
        alias("r.z.test", "A", "d.elb.test", "Z35SXDOTRQ7X7K", SetIdentifier="m", Weight=1),
    ),
    "a health check that does not exist": Case(
        [],
        routed("w", Weight=1, HealthCheckId="00000000-0000-4000-8000-000000000000"),
        "00000000-0000-4000-8000-000000000000",
        routed("w", Weight=1),
        "NoSuchHealthCheck",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_rule_refuses_its_case_and_accepts_the_near_one(client: Any, zone: str, case: Case) -> None:
    if case.before:
        change(client, zone, *case.before)
    before = listed(client, zone)

    code, message = refusal(client, zone, create(case.refused))

    assert code == case.code
    assert case.message in message
    assert listed(client, zone) == before
    change(client, zone, create(case.accepted))


def test_a_group_s_ttl_changes_in_one_batch_only(client: Any, zone: str) -> None:
    change(client, zone, create(routed("w", Weight=1)), create(routed("v", Weight=1)))

    assert "same TTL" in refusal(client, zone, upsert(routed("w", Weight=1, ttl=60)))[1]
    change(client, zone, upsert(routed("w", Weight=1, ttl=60)), upsert(routed("v", Weight=1, ttl=60)))
    change(
        client,
        zone,
        delete(routed("w", Weight=1, ttl=60)),
        delete(routed("v", Weight=1, ttl=60)),
        create(routed("w", Weight=1, ttl=90)),
        create(routed("v", Weight=1, ttl=90)),
    )
    assert {each["TTL"] for each in listed(client, zone)} == {90}


def test_a_weighted_alias_has_no_ttl_to_agree_on(client: Any, zone: str) -> None:
    target = alias("r.z.test", "A", "d.elb.test", "Z35SXDOTRQ7X7K", SetIdentifier="alias", Weight=1)

    change(client, zone, create(routed("w", Weight=1)), create(target))


def test_an_upsert_does_not_change_the_kind_of_policy(client: Any, zone: str) -> None:
    change(client, zone, create(routed("x", Weight=1)))

    assert "another routing policy" in refusal(client, zone, upsert(routed("x", Region="eu-west-1")))[1]
    change(client, zone, delete(routed("x", Weight=1)), create(routed("x", Region="eu-west-1")))


@pytest.mark.parametrize(
    "fields",
    [
        {"Weight": 0},
        {"Region": "eu-west-1"},
        {"Failover": "SECONDARY"},
        {"GeoLocation": {"CountryCode": "US", "SubdivisionCode": "CA"}},
        {"MultiValueAnswer": True},
        {"CidrRoutingConfig": {"CollectionId": COLLECTION, "LocationName": "*"}},
        {"GeoProximityLocation": {"LocalZoneGroup": "us-east-1-bos-1", "Bias": 5}},
        {"GeoProximityLocation": {"Coordinates": {"Latitude": "49.22", "Longitude": "-74.01"}, "Bias": -99}},
    ],
    ids=str,
)
def test_every_policy_comes_back_as_it_was_given_and_deletes_so(
    client: Any, zone: str, fields: dict[str, Any]
) -> None:
    wanted = routed("one", name="r.z.test.", **fields)
    change(client, zone, create(wanted))

    assert listed(client, zone) == [wanted]
    change(client, zone, delete(wanted))


def test_a_group_has_at_most_100_members_and_30_by_geoproximity(client: Any, zone: str) -> None:
    change(client, zone, *(create(routed(f"{n:03}", Weight=1)) for n in range(100)))
    near = [
        create(routed(f"{n:03}", name="g.z.test", GeoProximityLocation={"AWSRegion": f"r-{n}"}))
        for n in range(31)
    ]
    change(client, zone, *near[:30])

    assert refusal(client, zone, create(routed("last", Weight=1)))[1] == (
        "[Exceeded limit on number of weighted RRSets for r.z.test., type A in this zone.]"
    )
    assert "number of geoproximity RRSets" in refusal(client, zone, near[30])[1]


def test_a_health_check_that_exists_may_be_used(client: Any, zone: str) -> None:
    config = {"Type": "HTTP", "IPAddress": "192.0.2.1", "Port": 80}
    made = client.create_health_check(CallerReference="one", HealthCheckConfig=config)
    wanted = a("a.z.test.", HealthCheckId=made["HealthCheck"]["Id"])

    change(client, zone, create(wanted))

    assert listed(client, zone) == [wanted]
