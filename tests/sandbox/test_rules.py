"""Each rule of a batch: a case that Route 53 refuses, and a near one that it accepts."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from psfdns.sandbox.sandbox import Sandbox
from tests.sandbox.api import (
    Change,
    a,
    alias,
    change,
    create,
    delete,
    listed,
    make_zone,
    names,
    record,
    refusal,
    upsert,
)
from tests.sandbox.conftest import detach

ZONE = "$zone"
"""Stands for the id of the zone under test."""


class Case(NamedTuple):
    before: list[Change]
    refused: list[Change]
    message: str
    accepted: list[Change]
    code: str = "InvalidChangeBatch"


def cname(name: str, *targets: str) -> dict[str, Any]:
    return record(name, "CNAME", *(targets or ("t.test.",)))


def weighted(name: str, identifier: str, weight: int = 1, **fields: Any) -> dict[str, Any]:
    return a(name, SetIdentifier=identifier, Weight=weight, **fields)


WEIGHTED_W = create(weighted("w.z.test", "w"))
CASES = {
    "create on an existing set": Case(
        [create(a("a.z.test"))],
        [create(a("a.z.test", "192.0.2.9"))],
        "[Tried to create resource record set [name='a.z.test.', type='A'] but it already exists]",
        [create(record("a.z.test", "AAAA", "2001:db8::1"))],
    ),
    "create on an existing identifier": Case(
        [WEIGHTED_W],
        [WEIGHTED_W],
        "[name='w.z.test.', type='A', set identifier='w'] but it already exists",
        [create(weighted("w.z.test", "v"))],
    ),
    "delete of what is not there": Case(
        [create(a("a.z.test"))],
        [delete(a("b.z.test"))],
        "Tried to delete resource record set [name='b.z.test.', type='A'] but it was not found",
        [delete(a("A.z.test."))],
    ),
    "delete with another value": Case(
        [create(a("a.z.test"))],
        [delete(a("a.z.test", "192.0.2.2"))],
        "but the values provided do not match the current values",
        [delete(a("a.z.test"))],
    ),
    "delete with another TTL": Case(
        [create(a("a.z.test"))], [delete(a("a.z.test", ttl=301))], "do not match", [delete(a("a.z.test"))]
    ),
    "delete with one value of two": Case(
        [create(a("a.z.test", "192.0.2.1", "192.0.2.2"))],
        [delete(a("a.z.test", "192.0.2.1"))],
        "do not match",
        [delete(a("a.z.test", "192.0.2.2", "192.0.2.1"))],
    ),
    "delete with another weight": Case(
        [WEIGHTED_W],
        [delete(weighted("w.z.test", "w", 2))],
        "do not match",
        [delete(weighted("w.z.test", "w"))],
    ),
    "delete with another alias target": Case(
        [create(a("a.z.test")), create(a("b.z.test")), create(alias("c.z.test", "A", "a.z.test", ZONE))],
        [delete(alias("c.z.test", "A", "b.z.test", ZONE))],
        "do not match",
        [delete(alias("c.z.test", "A", "A.z.test.", ZONE))],
    ),
    "one set twice": Case(
        [],
        [create(a("a.z.test")), upsert(a("A.Z.test."))],
        "The request contains an invalid set of changes for a resource record set 'A a.z.test.'",
        [create(a("a.z.test")), create(record("a.z.test", "TXT", '"x"'))],
    ),
    "create before delete": Case(
        [create(a("a.z.test"))],
        [create(a("a.z.test", "192.0.2.2")), delete(a("a.z.test"))],
        "invalid set of changes",
        [delete(a("a.z.test")), create(a("a.z.test", "192.0.2.2"))],
    ),
    "a CNAME at the apex": Case(
        [],
        [create(cname("z.test"))],
        "[RRSet of type CNAME with DNS name z.test. is not permitted at apex in zone z.test.]",
        [create(cname("www.z.test"))],
    ),
    "an alias of type CNAME at the apex": Case(
        [create(cname("b.z.test"))],
        [create(alias("z.test", "CNAME", "b.z.test", ZONE))],
        "is not permitted at apex",
        [create(alias("c.z.test", "CNAME", "b.z.test", ZONE))],
    ),
    "a CNAME onto another set": Case(
        [create(a("a.z.test"))],
        [create(cname("a.z.test"))],
        "RRSet of type CNAME with DNS name a.z.test. is not permitted as it conflicts with other records "
        "with the same DNS name in zone z.test.",
        [delete(a("a.z.test")), create(cname("a.z.test"))],
    ),
    "a set beside a CNAME": Case(
        [create(cname("a.z.test"))],
        [create(record("a.z.test", "CAA", '0 issue "ca.test"'))],
        "RRSet of type CAA with DNS name a.z.test. is not permitted because a conflicting RRSet of type "
        "CNAME with the same DNS name already exists in zone z.test.",
        [create(record("b.a.z.test", "CAA", '0 issue "ca.test"'))],
    ),
    "a CNAME and another set in one batch": Case(
        [],
        [create(cname("a.z.test")), create(a("a.z.test"))],
        "already exists in zone",
        [create(a("a.z.test"))],
    ),
    "a CNAME with two values": Case(
        [],
        [create(cname("a.z.test", "t.test.", "u.test."))],
        "exactly one value",
        [create(cname("a.z.test"))],
    ),
    "an SOA below the apex": Case(
        [],
        [create(record("a.z.test", "SOA", "ns. host. 1 2 3 4 5"))],
        "only permitted at apex",
        [upsert(record("z.test", "SOA", "ns. host. 1 2 3 4 5"))],
    ),
    "an SOA with two values": Case(
        [],
        [upsert(record("z.test", "SOA", "ns. host. 1 2 3 4 5", "ns. host. 2 2 3 4 5"))],
        "exactly one value",
        [upsert(record("z.test", "SOA", "ns. host. 1 2 3 4 5", ttl=60))],
    ),
    "a name outside the zone": Case(
        [],
        [create(a("a.other.test"))],
        "[RRSet with DNS name a.other.test. is not permitted in zone z.test.]",
        [create(a("a.other.z.test"))],
    ),
    "a name outside the zone that ends alike": Case(
        [], [create(a("a.xz.test"))], "is not permitted in zone z.test.", [create(a("a.x.z.test"))]
    ),
    "an escaped dot is no boundary": Case(
        [], [create(a("a\\056z.test"))], "is not permitted in zone", [create(a("a\\056b.z.test"))]
    ),
    "a duplicate value": Case(
        [],
        [create(a("a.z.test", "192.0.2.1", "192.0.2.1"))],
        "[Duplicate Resource Record: '192.0.2.1']",
        [create(a("a.z.test", "192.0.2.1", "192.0.2.2"))],
    ),
    "a duplicate by meaning": Case(
        [],
        [create(record("a.z.test", "MX", "10 Mail.test", "10 mail.test."))],
        "Duplicate Resource Record: '10 mail.test.'",
        [create(record("a.z.test", "MX", "10 mail.test", "20 mail.test."))],
    ),
    "a wildcard NS": Case(
        [],
        [create(record("*.z.test", "NS", "ns.test."))],
        "wildcard",
        [create(record("a.z.test", "NS", "ns.test."))],
    ),
    "401 values": Case(
        [],
        [create(a("a.z.test", *(f"10.0.{n // 250}.{n % 250}" for n in range(401))))],
        "[Cannot have more than 400 records in a RRSet.]",
        [create(a("a.z.test", *(f"10.0.{n // 250}.{n % 250}" for n in range(400))))],
    ),
    "a label of 64 bytes": Case(
        [], [create(a("x" * 64 + ".z.test"))], "DomainLabelTooLong", [create(a("x" * 63 + ".z.test"))]
    ),
    "a name of 256 bytes": Case(
        [],
        [create(a(".".join(["x" * 61] * 4) + ".z.test"))],
        "DomainNameTooLong",
        [create(a(".".join(["x" * 61] * 3) + "." + "x" * 60 + ".z.test"))],
    ),
    "a bare space in a name": Case(
        [],
        [create(a("a b.z.test"))],
        "FATAL problem: UnsupportedCharacter (Value contains unsupported characters) encountered with ' '",
        [create(a("a\\040b.z.test"))],
    ),
    "an empty label": Case([], [create(a("a..z.test"))], "DomainLabelEmpty", [create(a("a.z.test."))]),
    "an alias whose target is missing": Case(
        [create(record("b.z.test", "AAAA", "2001:db8::1"))],
        [create(alias("c.z.test", "A", "b.z.test", ZONE))],
        "Tried to create an alias that targets b.z.test., type A in zone",
        [create(alias("c.z.test", "AAAA", "b.z.test", ZONE))],
    ),
    "an alias whose target lies elsewhere": Case(
        [create(a("b.z.test"))],
        [create(alias("c.z.test", "A", "b.other.test", ZONE))],
        ", but the alias target name does not lie within the target zone, but that target was not found",
        [create(alias("c.z.test", "A", "b.z.test", ZONE))],
    ),
    "an alias before its target": Case(
        [],
        [create(alias("c.z.test", "A", "b.z.test", ZONE)), create(a("b.z.test"))],
        ", but that target was not found",
        [create(a("b.z.test")), create(alias("c.z.test", "A", "b.z.test", ZONE))],
    ),
    "an alias before its upserted target": Case(
        [create(a("b.z.test"))],
        [create(alias("c.z.test", "A", "b.z.test", ZONE)), upsert(a("b.z.test", ttl=60))],
        ", but that target was not found",
        [upsert(a("b.z.test", ttl=60)), create(alias("c.z.test", "A", "b.z.test", ZONE))],
    ),
    "an alias of itself": Case(
        [],
        [create(alias("c.z.test", "A", "c.z.test", ZONE))],
        "not found",
        [create(a("c.z.test"))],
    ),
    "an alias of type NS": Case(
        [create(record("b.z.test", "NS", "ns.test."))],
        [create(alias("c.z.test", "NS", "b.z.test", ZONE))],
        "cannot be an alias",
        [create(record("c.z.test", "NS", "ns.test."))],
    ),
    "a CloudFront alias with health evaluation": Case(
        [],
        [create(alias("z.test", "A", "d1.cloudfront.net", "Z2FDTNDATAQYW2", health=True))],
        "EvaluateTargetHealth must be false",
        [create(alias("z.test", "A", "d1.cloudfront.net", "Z2FDTNDATAQYW2"))],
    ),
    "a CloudFront alias of another type": Case(
        [],
        [create(alias("z.test", "MX", "d1.cloudfront.net", "Z2FDTNDATAQYW2"))],
        "A, AAAA or HTTPS",
        [create(alias("z.test", "HTTPS", "d1.cloudfront.net", "Z2FDTNDATAQYW2"))],
    ),
    "an alias with a TTL": Case(
        [create(a("b.z.test"))],
        [create(alias("c.z.test", "A", "b.z.test", ZONE, TTL=300))],
        "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or "
        "TrafficPolicyInstanceId], but found more than one in Change with [Action=CREATE, Name=c.z.test, "
        "Type=A, SetIdentifier=null]",
        [create(alias("c.z.test", "A", "b.z.test", ZONE))],
        "InvalidInput",
    ),
    "no TTL": Case(
        [],
        [create(a("a.z.test", ttl=None))],
        "but found none in Change",
        [create(a("a.z.test", ttl=0))],
        "InvalidInput",
    ),
    "no values": Case(
        [], [create(record("a.z.test", "A"))], "but found none", [create(a("a.z.test"))], "InvalidInput"
    ),
    "a TTL of 2^31": Case(
        [],
        [create(a("a.z.test", ttl=2**31))],
        "2147483647",
        [create(a("a.z.test", ttl=2**31 - 1))],
        "InvalidInput",
    ),
    "a type that is not hosted": Case(
        [], [create(record("a.z.test", "LOC", "x"))], "LOC", [create(a("a.z.test"))], "InvalidInput"
    ),
    "an action that does not exist": Case(
        [],
        [{"Action": "REPLACE", "ResourceRecordSet": a("a.z.test")}],
        "REPLACE",
        [upsert(a("a.z.test"))],
        "InvalidInput",
    ),
    "a value of 4001 characters": Case(
        [],
        [create(record("a.z.test", "TXT", " ".join(['"' + "x" * 248 + '"'] * 16)[:-1] + 'x"'))],
        "4000",
        [create(record("a.z.test", "TXT", " ".join(['"' + "x" * 247 + '"'] * 16)))],
        "InvalidInput",
    ),
    "a traffic policy's record set": Case(
        [],
        [create({"Name": "a.z.test", "Type": "A", "TrafficPolicyInstanceId": "x"})],
        "TrafficPolicyInstanceId",
        [create(a("a.z.test"))],
        "InvalidInput",
    ),
}


def placed(changes: list[Change], zone: str) -> list[Change]:
    """The changes with the zone's id where an alias means its own zone."""

    def place(record_set: dict[str, Any]) -> dict[str, Any]:
        target = record_set.get("AliasTarget")
        if target is None or target["HostedZoneId"] != ZONE:
            return record_set
        return {**record_set, "AliasTarget": {**target, "HostedZoneId": zone}}

    return [{**each, "ResourceRecordSet": place(each["ResourceRecordSet"])} for each in changes]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_rule_refuses_its_case_whole_and_accepts_the_near_one(client: Any, zone: str, case: Case) -> None:
    if case.before:
        change(client, zone, *placed(case.before, zone))
    before = listed(client, zone)

    code, message = refusal(client, zone, *placed([create(a("bystander.z.test")), *case.refused], zone))

    assert code == case.code
    assert case.message in message
    assert listed(client, zone) == before
    change(client, zone, *placed(case.accepted, zone))


def test_every_fault_of_a_batch_stands_in_one_message(client: Any, zone: str) -> None:
    _, message = refusal(
        client,
        zone,
        create(a("a.other.test")),
        create(a("b.z.test", "not-an-ip")),
        create(record("z.test", "CNAME", "t.test.")),
        delete(a("gone.z.test")),
    )

    assert message.startswith("[")
    assert message.endswith("]")
    for part in ("a.other.test.", "not-an-ip", "at apex", "gone.z.test."):
        assert part in message


def test_a_refused_batch_leaves_no_trace(client: Any, zone: str) -> None:
    refusal(client, zone, create(a("one.z.test")), create(a("one.other.test")))

    assert listed(client, zone) == []


def test_a_delete_of_what_another_writer_changed_refuses_the_create_beside_it(client: Any, zone: str) -> None:
    change(client, zone, create(a("a.z.test", "192.0.2.1")))
    change(client, zone, upsert(a("a.z.test", "192.0.2.2")))

    _, message = refusal(client, zone, delete(a("a.z.test", "192.0.2.1")), create(a("a.z.test", "192.0.2.3")))

    assert "do not match the current values" in message
    assert listed(client, zone) == [a("a.z.test.", "192.0.2.2")]


def test_a_deleted_set_cannot_be_deleted_again(client: Any, zone: str) -> None:
    change(client, zone, create(a("a.z.test")))
    change(client, zone, delete(a("a.z.test")))

    assert "was not found" in refusal(client, zone, delete(a("a.z.test")))[1]


def test_deleting_one_member_of_a_group_leaves_the_others(client: Any, zone: str) -> None:
    members = [weighted("w.z.test", "one"), weighted("w.z.test", "two"), weighted("v.z.test", "one")]
    change(client, zone, *map(create, members))

    change(client, zone, delete(members[0]))

    left = {(each["Name"], each["SetIdentifier"]) for each in listed(client, zone)}
    assert left == {("w.z.test.", "two"), ("v.z.test.", "one")}


@pytest.mark.parametrize("rdtype", ["NS", "SOA"])
def test_the_apex_keeps_its_own_sets(client: Any, zone: str, rdtype: str) -> None:
    sets = client.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    mine = next(each for each in sets if each["Type"] == rdtype)

    code, message = refusal(client, zone, delete(mine))

    assert code == "InvalidChangeBatch"
    assert "A HostedZone must contain" in message
    change(client, zone, upsert({**mine, "TTL": 60}))
    assert "A HostedZone must contain" in refusal(client, zone, delete({**mine, "TTL": 60}))[1]


def test_a_child_s_delegation_can_be_deleted(client: Any, zone: str) -> None:
    delegation = record("child.z.test", "NS", "ns.test.")
    change(client, zone, create(delegation))

    change(client, zone, delete(delegation))

    assert listed(client, zone) == []


def test_elements_are_counted_with_upsert_twice_and_an_alias_once(client: Any, zone: str) -> None:
    many = [f"10.0.{n // 250}.{n % 250}" for n in range(400)]
    wide = [create(a("a.z.test", *many)), create(a("b.z.test", *many)), upsert(a("c.z.test", *many[:99]))]
    foreign = create(alias("d.z.test", "A", "lb.elb.amazonaws.com", "Z35SXDOTRQ7X7K"))
    spare = create(alias("e.z.test", "A", "lb.elb.amazonaws.com", "Z35SXDOTRQ7X7K"))
    last = create(alias("f.z.test", "A", "lb.elb.amazonaws.com", "Z35SXDOTRQ7X7K"))

    assert refusal(client, zone, *wide, foreign, spare, last) == (
        "InvalidChangeBatch",
        "[Number of records limit of 1000 exceeded.]",
    )
    change(client, zone, *wide, foreign, spare)


def test_characters_are_counted_with_upsert_twice(client: Any, zone: str) -> None:
    text = " ".join(['"' + "x" * 247 + '"'] * 16)
    assert len(text) == 3999
    sets = [record(f"t{n}.z.test", "TXT", text) for n in range(4)]
    four = '"xxxxxx"'
    exact = record("exact.z.test", "TXT", four)

    assert refusal(
        client, zone, *map(upsert, sets), create({**exact, "ResourceRecords": [{"Value": '"xxxxxxx"'}]})
    ) == (
        "InvalidChangeBatch",
        "[RDATA character limit of 32000 exceeded.]",
    )
    change(client, zone, *map(upsert, sets), create(exact))


def test_a_comment_holds_256_characters(client: Any, zone: str) -> None:
    assert change(client, zone, create(a("a.z.test")), comment="x" * 256)["Comment"] == "x" * 256
    with pytest.raises(client.exceptions.InvalidInput):
        change(client, zone, create(a("b.z.test")), comment="x" * 257)


def test_an_upsert_that_means_the_same_leaves_the_spelling(client: Any, zone: str) -> None:
    change(client, zone, create(record("a.z.test", "MX", "10 Mail.test")))

    change(client, zone, upsert(record("a.z.test", "MX", "10 mail.test.", ttl=60)))

    assert listed(client, zone) == [record("a.z.test.", "MX", "10 Mail.test", ttl=60)]


def test_values_are_returned_as_they_were_given(client: Any, zone: str) -> None:
    spelled = {
        "AAAA": "2001:DB8:0:0::1",
        "TXT": '"a""b"  "\\344;"',
        "CNAME": "Target.Test",
    }
    for rdtype, value in spelled.items():
        change(client, zone, create(record(f"{rdtype}.z.test", rdtype, value)))

    assert {each["Type"]: each["ResourceRecords"][0]["Value"] for each in listed(client, zone)} == spelled


def test_an_asterisk_and_its_escape_are_one_name(client: Any, zone: str) -> None:
    change(client, zone, create(a("*.z.test")))

    assert names(listed(client, zone)) == ["\\052.z.test."]
    assert "already exists" in refusal(client, zone, create(a("\\052.z.test")))[1]
    change(client, zone, delete(a("\\052.Z.test.")))


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("WWW.Z.Test", "www.z.test."),
        ("_dmarc.z.test", "_dmarc.z.test."),
        ("user@host.z.test", "user\\100host.z.test."),
        ("0/25.z.test", "0\\05725.z.test."),
        ("\\344.z.test", "\\344.z.test."),
        ("\\101.z.test", "a.z.test."),
        ("a\\056b.z.test", "a\\056b.z.test."),
    ],
)
def test_names_come_back_in_lower_case_with_octal_escapes(
    client: Any, zone: str, given: str, stored: str
) -> None:
    change(client, zone, create(a(given)))

    assert names(listed(client, zone)) == [stored]


def test_alias_targets_come_back_in_lower_case_with_a_final_dot(client: Any, zone: str) -> None:
    change(client, zone, create(alias("a.z.test", "A", "DualStack.LB.elb.amazonaws.com", "Z35SXDOTRQ7X7K")))

    (shown,) = listed(client, zone)
    assert shown["AliasTarget"]["DNSName"] == "dualstack.lb.elb.amazonaws.com."
    assert "TTL" not in shown


def test_an_alias_into_another_hosted_zone_needs_its_target_there(client: Any, zone: str) -> None:
    other = make_zone(client, "other.test")

    assert "not found" in refusal(client, zone, create(alias("a.z.test", "A", "b.other.test", other)))[1]
    change(client, other, create(a("b.other.test")))
    change(client, zone, create(alias("a.z.test", "A", "b.other.test", other)))


def test_a_zone_holds_so_many_record_sets_and_no_more(bare_client: Any) -> None:
    small = Sandbox(None, max_record_sets=2)
    small.attach(bare_client)
    zone = make_zone(bare_client)
    change(bare_client, zone, create(a("a.z.test")), create(a("b.z.test")))

    message = refusal(bare_client, zone, create(a("c.z.test")))[1]
    change(bare_client, zone, delete(a("a.z.test")), create(a("c.z.test")))
    detach(small, bare_client)

    assert message == f"[Exceeded limit MAX_RRSETS_BY_ZONE for zone: {zone}]"
