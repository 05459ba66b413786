"""Record set protections: made, listed and taken away as the API reference says, and what they forbid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from psfdns.sandbox.sandbox import Sandbox
from tests.sandbox.api import a, change, create, delete, listed, make_zone, record, refusal, upsert


def protect(client: Any, zone: str, *entries: tuple[str, str], comment: str | None = None) -> None:
    extra = {} if comment is None else {"Comment": comment}
    client.create_resource_record_set_protections(
        HostedZoneId=zone,
        Protections=[{"RecordName": name, "RecordType": kind, **extra} for name, kind in entries],
    )


def unprotect(client: Any, zone: str, *entries: tuple[str, str]) -> None:
    client.delete_resource_record_set_protections(
        HostedZoneId=zone, Protections=[{"RecordName": name, "RecordType": kind} for name, kind in entries]
    )


def protected(client: Any, zone: str, **place: str) -> list[tuple[str, str]]:
    answer = client.list_resource_record_set_protections(HostedZoneId=zone, **place)
    return [(each["RecordName"], each["RecordType"]) for each in answer["ResourceRecordSetProtections"]]


def refused(call: Any, *arguments: Any, **named: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(*arguments, **named)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


@pytest.mark.parametrize("action", [create, upsert, delete])
def test_a_protected_name_and_type_cannot_be_changed_in_any_way(client: Any, zone: str, action: Any) -> None:
    www = a("www.z.test", "192.0.2.1")
    if action is not create:
        change(client, zone, create(www))
    protect(client, zone, ("WWW.z.test.", "A"), comment="ask the web team")
    before = listed(client, zone)

    code, message = refusal(client, zone, action(www), create(a("other.z.test")))

    assert code == "InvalidChangeBatch"
    assert "www.z.test." in message
    assert "ask the web team" in message
    assert listed(client, zone) == before


def test_another_type_of_a_protected_name_and_all_of_it_afterwards_can_be_changed(
    client: Any, zone: str
) -> None:
    protect(client, zone, ("www.z.test", "A"))
    change(client, zone, create(record("www.z.test", "TXT", '"free"')))

    unprotect(client, zone, ("www.z.test", "A"))

    change(client, zone, create(a("www.z.test")))
    assert len(listed(client, zone)) == 2


def test_a_protection_covers_every_member_of_a_routing_group(client: Any, zone: str) -> None:
    protect(client, zone, ("www.z.test", "A"))
    member = a("www.z.test", SetIdentifier="one", Weight=1)

    assert refusal(client, zone, create(member))[0] == "InvalidChangeBatch"


def test_a_zone_with_protections_is_not_deleted(client: Any, zone: str) -> None:
    protect(client, zone, ("z.test", "NS"))

    assert refused(client.delete_hosted_zone, Id=zone)[0] == "HostedZoneNotEmpty"

    unprotect(client, zone, ("z.test", "NS"))
    client.delete_hosted_zone(Id=zone)


def test_a_request_is_done_as_a_whole_or_not_at_all(client: Any, zone: str) -> None:
    protect(client, zone, ("a.z.test", "A"))

    all_taken = refused(protect, client, zone, ("a.z.test", "A"))
    some_taken = refused(protect, client, zone, ("a.z.test", "A"), ("b.z.test", "A"))
    outside = refused(protect, client, zone, ("a.other.test", "A"))
    twice = refused(protect, client, zone, ("c.z.test", "A"), ("C.z.test.", "A"))
    unknown = refused(unprotect, client, zone, ("a.z.test", "A"), ("b.z.test", "A"))

    assert all_taken[0] == "ProtectionAlreadyExists"
    assert {some_taken[0], outside[0], twice[0], unknown[0]} == {"InvalidResourceRecordSetProtectionBatch"}
    assert "b.z.test. A: there is no such protection (ProtectionNotFound)" in unknown[1]
    assert protected(client, zone) == [("a.z.test.", "A")]


def test_a_request_holds_a_hundred_and_a_zone_a_thousand(client: Any, zone: str) -> None:
    hundred = [[(f"n{page * 100 + number}.z.test", "A") for number in range(100)] for page in range(10)]

    assert refused(protect, client, zone, *hundred[0], ("more.z.test", "A"))[0] == "InvalidInput"
    for entries in hundred:
        protect(client, zone, *entries)
    assert refused(protect, client, zone, ("more.z.test", "A"))[0] == "LimitsExceeded"


def test_a_listing_has_pages_and_a_place_to_start(client: Any, zone: str) -> None:
    entries = [(f"n{number:03}.z.test.", kind) for number in range(200) for kind in ("A", "MX")]
    for start in range(0, 400, 100):
        protect(client, zone, *entries[start : start + 100])

    first = client.list_resource_record_set_protections(HostedZoneId=zone)
    rest = protected(client, zone, NextToken=first["NextToken"])

    assert len(first["ResourceRecordSetProtections"]) == 300
    assert rest == entries[300:]
    assert protected(client, zone, StartRecordName="n199.z.test", StartRecordType="MX") == entries[399:]
    assert protected(client, zone, StartRecordName="n199.z.test", MaxResults="1") == entries[398:399]
    assert refused(protected, client, zone, NextToken="next")[0] == "InvalidPaginationToken"
    assert refused(protected, client, zone, StartRecordType="A")[0] == "InvalidInput"


def test_protections_survive_on_the_disk_and_a_document_without_them_is_read(tmp_path: Path) -> None:
    client = Sandbox(tmp_path).client()
    zone = make_zone(client)
    plain = (tmp_path / f"{zone}.json").read_text()
    protect(client, zone, ("www.z.test", "A"), comment="kept")

    assert protected(Sandbox(tmp_path).client(), zone) == [("www.z.test.", "A")]
    assert "Protections" not in plain
    (tmp_path / f"{zone}.json").write_text(plain)
    assert protected(Sandbox(tmp_path).client(), zone) == []
