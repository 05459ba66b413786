"""Route 53's request shapes in short, for tests: what is said is what is sent."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

Change = dict[str, Any]
RecordSet = dict[str, Any]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime.datetime(2026, 11, 20, 18, 0, tzinfo=datetime.UTC)

    def __call__(self) -> datetime.datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += datetime.timedelta(seconds=seconds)


def record(name: str, rdtype: str, *values: str, ttl: int | None = 300, **fields: Any) -> RecordSet:
    shape: RecordSet = {"Name": name, "Type": rdtype, **fields}
    if ttl is not None:
        shape["TTL"] = ttl
    if values:
        shape["ResourceRecords"] = [{"Value": value} for value in values]
    return shape


def alias(
    name: str, rdtype: str, target: str, zone_id: str, *, health: bool = False, **fields: Any
) -> RecordSet:
    target_shape = {"HostedZoneId": zone_id, "DNSName": target, "EvaluateTargetHealth": health}
    return {"Name": name, "Type": rdtype, "AliasTarget": target_shape, **fields}


def create(record_set: RecordSet) -> Change:
    return {"Action": "CREATE", "ResourceRecordSet": record_set}


def upsert(record_set: RecordSet) -> Change:
    return {"Action": "UPSERT", "ResourceRecordSet": record_set}


def delete(record_set: RecordSet) -> Change:
    return {"Action": "DELETE", "ResourceRecordSet": record_set}


def a(name: str, *values: str, **fields: Any) -> RecordSet:
    return record(name, "A", *(values or ("192.0.2.1",)), **fields)


def make_zone(client: Any, name: str = "z.test", reference: str | None = None, **fields: Any) -> str:
    """A new hosted zone's id, without its prefix."""
    made = client.create_hosted_zone(Name=name, CallerReference=reference or f"for {name}", **fields)
    return str(made["HostedZone"]["Id"].removeprefix("/hostedzone/"))


def change(client: Any, zone_id: str, *changes: Change, comment: str | None = None) -> dict[str, Any]:
    batch: dict[str, Any] = {"Changes": list(changes)}
    if comment is not None:
        batch["Comment"] = comment
    answer = client.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)
    return dict(answer["ChangeInfo"])


def refusal(client: Any, zone_id: str, *changes: Change) -> tuple[str, str]:
    """Code and message of the refusal of a batch that has to be refused."""
    try:
        change(client, zone_id, *changes)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    raise AssertionError("the batch was accepted")


def outcome(client: Any, zone_id: str, *changes: Change) -> str:
    """`accepted`, or the code of the refusal."""
    try:
        change(client, zone_id, *changes)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "accepted"


def listed(client: Any, zone_id: str) -> list[RecordSet]:
    """Every record set but the apex's SOA and NS."""
    pages = client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    sets = [each for page in pages for each in page["ResourceRecordSets"]]
    apex = {each["Name"] for each in sets if each["Type"] == "SOA"}
    return [
        each for each in sets if each["Type"] != "SOA" and not (each["Type"] == "NS" and each["Name"] in apex)
    ]


def names(record_sets: Iterable[RecordSet]) -> list[str]:
    return [each["Name"] for each in record_sets]
