"""Why there is a layer of our own: what plain moto does, beside what Route 53 (and so the sandbox) does.

Each row asks both the same question; a row whose moto answer changes with a new moto fails here and can go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import dns.exception
import dns.rdata
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from moto import mock_aws

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
    outcome,
    record,
    upsert,
)
from tests.sandbox.conftest import detach

Ask = Callable[[Any, str], object]


class Row(NamedTuple):
    ask: Ask
    moto: object
    real: object


def batch(*changes: Change, before: tuple[Change, ...] = ()) -> Ask:
    """What becomes of a batch, each change of `before` having been made on its own."""

    def ask(client: Any, zone: str) -> object:
        for each in before:
            change(client, zone, each)
        return outcome(client, zone, *changes)

    return ask


def left_after(*changes: Change, before: tuple[Change, ...] = ()) -> Ask:
    """The names that a zone holds after a batch, accepted or not."""

    def ask(client: Any, zone: str) -> object:
        batch(*changes, before=before)(client, zone)
        return [each["Name"] for each in listed(client, zone)]

    return ask


def error_of(call: Callable[[], object]) -> str:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    except BotoCoreError as error:
        return type(error).__name__
    return "accepted"


def one(rdtype: str, value: str) -> Ask:
    return batch(create(record("a.z.test", rdtype, value)))


def apex_after_upsert(rdtype: str, value: str) -> Ask:
    mine = record("z.test", rdtype, value)
    return batch(delete(mine), before=(upsert(mine),))


def page_sizes(client: Any, zone: str, **asked: str) -> int:
    change(client, zone, *(create(a(f"h{n}.z.test")) for n in range(320)))
    return len(client.list_resource_record_sets(HostedZoneId=zone, **asked)["ResourceRecordSets"])


def group_pages(client: Any, zone: str) -> object:
    change(client, zone, *(create(a("w.z.test", SetIdentifier=f"{n:03}", Weight=1)) for n in range(20)))
    pages = client.get_paginator("list_resource_record_sets").paginate(
        HostedZoneId=zone, PaginationConfig={"PageSize": 10}
    )
    return error_of(lambda: list(pages))


def order(client: Any, zone: str) -> object:
    change(client, zone, create(a("a.z.test")), create(a("a-b.z.test")))
    return names(listed(client, zone))


def by_name(client: Any, zone: str) -> object:
    make_zone(client, "zz.test")
    shown = client.list_hosted_zones_by_name(DNSName="z.test")["HostedZones"]
    return {"z.test.", "zz.test."} <= set(names(shown)), zone in {each["Id"][12:] for each in shown}


def is_soa_valid(client: Any, zone: str) -> object:
    sets = client.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    soa = next(each for each in sets if each["Type"] == "SOA")
    try:
        dns.rdata.from_text("IN", "SOA", soa["ResourceRecords"][0]["Value"])
    except dns.exception.DNSException:
        return False
    return True


def server_dots(client: Any, zone: str) -> object:
    sets = client.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    (apex,) = (each for each in sets if each["Type"] == "NS")
    return all(value["Value"].endswith(".") for value in apex["ResourceRecords"])


def same_servers(client: Any, zone: str) -> object:
    other = make_zone(client, "other.test")
    one, two = (client.get_hosted_zone(Id=each)["DelegationSet"]["NameServers"] for each in (zone, other))
    return one == two


def change_ids(client: Any, zone: str) -> object:
    first, second = change(client, zone, create(a("a.z.test"))), change(client, zone, create(a("b.z.test")))
    return first["Id"] == second["Id"], first["Status"]


def comment(client: Any, zone: str) -> object:
    return change(client, zone, create(a("a.z.test")), comment="why").get("Comment")


def delete_with_child(client: Any, zone: str) -> object:
    change(client, zone, create(record("child.z.test", "NS", "ns.test.")))
    return error_of(lambda: client.delete_hosted_zone(Id=zone))


def kept(field: str, value: object) -> Ask:
    def ask(client: Any, zone: str) -> object:
        change(client, zone, create(a("r.z.test", SetIdentifier="x", **{field: value})))
        return field in listed(client, zone)[0]

    return ask


def deleted_identifier(client: Any, zone: str) -> object:
    for name in ("w", "v"):
        change(client, zone, create(a(f"{name}.z.test", SetIdentifier="x", Weight=1)))
    change(client, zone, delete(a("w.z.test", SetIdentifier="x", Weight=1)))
    return names(listed(client, zone))


def missing_action(name: str, **arguments: Any) -> Ask:
    return lambda client, zone: error_of(
        lambda: getattr(client, name)(
            **{key: zone if value == "$zone" else value for key, value in arguments.items()}
        )
    )


REFUSED = "InvalidChangeBatch"
FIRST, SECOND = a("a.z.test"), a("a.z.test", "192.0.2.2")
CNAME = record("a.z.test", "CNAME", "t.test.")
ROWS: dict[str, Row] = {
    "batch atomicity": Row(
        left_after(create(a("one.z.test")), create(a("one.other.test"))), ["one.z.test."], []
    ),
    "CREATE on existing, other value": Row(
        batch(create(SECOND), before=(create(FIRST),)), "accepted", REFUSED
    ),
    "DELETE with superseded value": Row(
        left_after(delete(FIRST), before=(upsert(FIRST), upsert(SECOND))), [], ["a.z.test."]
    ),
    "DELETE of already deleted": Row(
        batch(delete(FIRST), before=(create(FIRST), delete(FIRST))), "accepted", REFUSED
    ),
    "compare-and-swap with a stale value": Row(
        batch(delete(FIRST), create(a("a.z.test", "192.0.2.3")), before=(create(FIRST), upsert(SECOND))),
        "accepted",
        REFUSED,
    ),
    "DELETE with a value never written": Row(
        batch(delete(a("a.z.test", "192.0.2.7")), before=(create(FIRST),)), "InvalidInput", REFUSED
    ),
    "DELETE with values in other order": Row(
        batch(
            delete(a("a.z.test", "192.0.2.2", "192.0.2.1")),
            before=(create(a("a.z.test", "192.0.2.1", "192.0.2.2")),),
        ),
        "InvalidInput",
        "accepted",
    ),
    "DELETE of one SetIdentifier": Row(deleted_identifier, [], ["v.z.test."]),
    "same record set twice in a batch": Row(batch(upsert(FIRST), upsert(SECOND)), "accepted", REFUSED),
    "alias counted as element": Row(
        batch(*(create(alias(f"h{n}.z.test", "A", "d.test", "Z35SXDOTRQ7X7K")) for n in range(1001))),
        "accepted",
        REFUSED,
    ),
    "32,000 characters": Row(
        batch(*(create(record(f"t{n}.z.test", "TXT", '"' + "x" * 250 + '"')) for n in range(130))),
        "accepted",
        REFUSED,
    ),
    "400 values per record set": Row(
        batch(create(a("a.z.test", *(f"10.0.{n // 250}.{n % 250}" for n in range(401))))), "accepted", REFUSED
    ),
    "ChangeInfo id and status": Row(change_ids, (True, "INSYNC"), (False, "PENDING")),
    "ChangeInfo comment": Row(comment, None, "why"),
    "GetChange of any id": Row(missing_action("get_change", Id="CNONSENSE"), "accepted", "NoSuchChange"),
    "CNAME at apex": Row(batch(create(record("z.test", "CNAME", "t.test."))), "accepted", REFUSED),
    "CNAME beside others": Row(batch(create(CNAME), before=(create(FIRST),)), "accepted", REFUSED),
    "others beside CNAME": Row(batch(create(FIRST), before=(create(CNAME),)), "accepted", REFUSED),
    "CNAME with two values": Row(batch(create(record("a.z.test", "CNAME", "t.", "u."))), "accepted", REFUSED),
    "apex NS delete": Row(apex_after_upsert("NS", "ns.test."), "accepted", REFUSED),
    "apex SOA delete": Row(apex_after_upsert("SOA", "ns. h. 1 2 3 4 5"), "accepted", REFUSED),
    "SOA below the apex": Row(one("SOA", "ns. h. 1 2 3 4 5"), "accepted", REFUSED),
    "duplicate values": Row(batch(create(a("a.z.test", "192.0.2.1", "192.0.2.1"))), "accepted", REFUSED),
    "value syntax, A": Row(one("A", "not-an-ip"), "accepted", REFUSED),
    "value syntax, AAAA": Row(one("AAAA", "192.0.2.1"), "accepted", REFUSED),
    "value syntax, MX": Row(one("MX", "mail.test."), "accepted", REFUSED),
    "TXT unquoted": Row(one("TXT", "unquoted"), "accepted", REFUSED),
    "TXT string of 256": Row(one("TXT", '"' + "x" * 256 + '"'), "accepted", REFUSED),
    "TXT non-ASCII": Row(one("TXT", '"é"'), "accepted", REFUSED),
    "missing TTL": Row(batch(create(a("a.z.test", ttl=None))), "accepted", "InvalidInput"),
    "TTL 2^31": Row(batch(create(a("a.z.test", ttl=2**31))), "accepted", "InvalidInput"),
    "type LOC": Row(one("LOC", "0 0 0 N 0 0 0 E 0m"), "accepted", "InvalidInput"),
    "label of 64": Row(batch(create(a("x" * 64 + ".z.test"))), "accepted", REFUSED),
    "alias with TTL": Row(
        batch(create(alias("c.z.test", "A", "d.test", "Z35SXDOTRQ7X7K", TTL=60))), "accepted", "InvalidInput"
    ),
    "weighted beside simple": Row(
        batch(create(a("a.z.test", SetIdentifier="w", Weight=1)), before=(create(FIRST),)),
        "accepted",
        REFUSED,
    ),
    "weighted with differing TTLs": Row(
        batch(
            create(a("a.z.test", SetIdentifier="w", Weight=1)),
            create(a("a.z.test", ttl=9, SetIdentifier="v", Weight=1)),
        ),
        "accepted",
        REFUSED,
    ),
    "Weight without SetIdentifier": Row(batch(create(a("a.z.test", Weight=1))), "accepted", "InvalidInput"),
    "HealthCheckId unknown": Row(
        batch(create(a("a.z.test", HealthCheckId="0-0"))), "accepted", "NoSuchHealthCheck"
    ),
    "GeoProximityLocation": Row(kept("GeoProximityLocation", {"AWSRegion": "us-east-1"}), False, True),
    "CidrRoutingConfig": Row(
        kept(
            "CidrRoutingConfig",
            {"CollectionId": "0d0b7f3e-0000-4000-8000-000000000001", "LocationName": "lan"},
        ),
        False,
        True,
    ),
    "name outside zone by string suffix": Row(batch(create(a("a.xz.test"))), "accepted", REFUSED),
    "octal escapes on return": Row(left_after(create(a("*.z.test"))), ["*.z.test."], ["\\052.z.test."]),
    "* and \\052": Row(
        batch(create(a("\\052.z.test")), before=(create(a("*.z.test")),)), "accepted", REFUSED
    ),
    "case folding": Row(batch(create(a("A.z.test")), before=(create(FIRST),)), "accepted", REFUSED),
    "default page": Row(page_sizes, 300, 100),
    "MaxItems > 300": Row(lambda client, zone: page_sizes(client, zone, MaxItems="700"), 322, 300),
    "StartRecordIdentifier": Row(group_pages, "PaginationError", "accepted"),
    "order": Row(order, ["a.z.test.", "a-b.z.test."], ["a-b.z.test.", "a.z.test."]),
    "ListHostedZonesByName as a position": Row(by_name, (False, True), (True, True)),
    "CallerReference reuse": Row(
        missing_action("create_hosted_zone", Name="z.test", CallerReference="for z.test"),
        "accepted",
        "HostedZoneAlreadyExists",
    ),
    "zone com": Row(
        missing_action("create_hosted_zone", Name="com", CallerReference="c"), "accepted", "InvalidDomainName"
    ),
    "zone *.x": Row(
        missing_action("create_hosted_zone", Name="*.x.test", CallerReference="c"),
        "accepted",
        "InvalidDomainName",
    ),
    "new zone's SOA": Row(is_soa_valid, False, True),
    "new zone's NS with trailing dots": Row(server_dots, False, True),
    "always the same four name servers": Row(same_servers, True, False),
    "zone id": Row(lambda _, zone: zone.startswith("Z") and len(zone) == 21, False, True),
    "delete zone that holds a delegation NS": Row(delete_with_child, "accepted", "HostedZoneNotEmpty"),
    "private zone without VPC": Row(
        missing_action(
            "create_hosted_zone", Name="p.test", CallerReference="p", HostedZoneConfig={"PrivateZone": True}
        ),
        "accepted",
        "InvalidInput",
    ),
    "tags on unknown zone id": Row(
        missing_action("list_tags_for_resource", ResourceType="hostedzone", ResourceId="ZNONSENSE"),
        "accepted",
        "NoSuchHostedZone",
    ),
    "ListReusableDelegationSets": Row(
        lambda client, _: len(client.list_reusable_delegation_sets()["DelegationSets"]) > 0, True, False
    ),
    "GetHostedZoneLimit": Row(
        missing_action("get_hosted_zone_limit", HostedZoneId="$zone", Type="MAX_RRSETS_BY_ZONE"),
        "404",
        "accepted",
    ),
    "GetAccountLimit": Row(
        missing_action("get_account_limit", Type="MAX_HOSTED_ZONES_BY_OWNER"), "404", "accepted"
    ),
}


@pytest.fixture(scope="module")
def moto_client() -> Iterator[Any]:
    """A client of plain moto, as its own users have it."""
    import boto3

    with mock_aws():
        yield boto3.client(
            "route53",
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",  # noqa: S106
        )


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_plain_moto_answers_otherwise_than_route_53(moto_client: Any, row: Row) -> None:
    assert row.moto != row.real
    zone = make_zone(moto_client)
    try:
        assert row.ask(moto_client, zone) == row.moto
    finally:
        from moto.route53.models import route53_backends

        route53_backends.reset()


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_the_sandbox_answers_as_route_53(bare_client: Any, row: Row) -> None:
    sandbox = Sandbox(None)
    sandbox.attach(bare_client)
    try:
        assert row.ask(bare_client, make_zone(bare_client)) == row.real
    finally:
        detach(sandbox, bare_client)
