"""DNSSEC signing at the sandbox: what Route 53 does, shows and refuses."""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dns.dnssec
import dns.rdata
import pytest
from botocore.config import Config

from psfdns.key_policies import write_policy
from psfdns.sandbox.cloud import ACCOUNT
from psfdns.sandbox.sandbox import Sandbox
from tests.sandbox.api import Clock, change, create, make_zone, record, upsert
from tests.sandbox.keys import code_of, make_key, make_kms_key, sign


def says(client: Any, zone: str) -> tuple[str, dict[str, str]]:
    """ServeSignature, and the status of each key."""
    answer = client.get_dnssec(HostedZoneId=zone)
    return answer["Status"]["ServeSignature"], {
        key["Name"]: key["Status"] for key in answer["KeySigningKeys"]
    }


def test_a_new_zone_is_not_signed(client: Any, zone: str) -> None:
    assert says(client, zone) == ("NOT_SIGNING", {})


def test_a_key_is_that_of_kms(client: Any, kms: Any, zone: str, clock: Clock) -> None:
    """Its public half is what KMS shows, and tag and digest follow from it, as dnspython has it."""
    arn = make_kms_key(kms, zone)

    key = make_key(client, zone, arn, status="INACTIVE")

    der = kms.get_public_key(KeyId=arn)["PublicKey"]
    assert base64.b64decode(key["PublicKey"]) == der[-64:]
    dnskey: Any = dns.rdata.from_text("IN", "DNSKEY", key["DNSKEYRecord"])
    assert (dnskey.flags, dnskey.protocol, int(dnskey.algorithm)) == (257, 3, 13)
    assert base64.b64encode(dnskey.key).decode() == key["PublicKey"]
    assert key["KeyTag"] == dns.dnssec.key_id(dnskey)
    digest = dns.dnssec.make_ds("z.test.", dnskey, "SHA256")
    assert dns.rdata.from_text("IN", "DS", key["DSRecord"]) == digest
    assert key["DigestValue"] == digest.digest.hex().upper()
    assert (key["Flag"], key["SigningAlgorithmMnemonic"], key["SigningAlgorithmType"]) == (
        257,
        "ECDSAP256SHA256",
        13,
    )
    assert (key["DigestAlgorithmMnemonic"], key["DigestAlgorithmType"]) == ("SHA-256", 2)
    assert (key["Name"], key["KmsArn"], key["Status"]) == ("key_1", arn, "INACTIVE")
    assert key["CreatedDate"] == clock.now.replace(tzinfo=key["CreatedDate"].tzinfo)
    assert client.get_dnssec(HostedZoneId=zone)["KeySigningKeys"] == [key]


def test_answers_have_the_shapes_of_the_model(client: Any, kms: Any, zone: str) -> None:
    answer = client.create_key_signing_key(
        CallerReference="1",
        HostedZoneId=zone,
        KeyManagementServiceArn=make_kms_key(kms, zone),
        Name="abc",
        Status="ACTIVE",
    )
    model = client.meta.service_model

    def members(action: str) -> set[str]:
        return set(model.operation_model(action).output_shape.members)

    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert answer["Location"] == f"https://route53.amazonaws.com/2013-04-01/keysigningkey/{zone}/abc"
    assert set(answer) - {"ResponseMetadata"} == members("CreateKeySigningKey")
    shape = model.shape_for("KeySigningKey").members
    assert set(answer["KeySigningKey"]) == set(shape) - {"StatusMessage"}
    told = client.enable_hosted_zone_dnssec(HostedZoneId=zone)
    assert set(told) - {"ResponseMetadata"} == members("EnableHostedZoneDNSSEC")


def test_every_step_is_a_change_that_is_pending_before_it_is_insync(
    client: Any, kms: Any, zone: str, clock: Clock
) -> None:
    key = {"HostedZoneId": zone, "Name": "key_1"}
    steps: list[Callable[[], Any]] = [
        lambda: client.create_key_signing_key(
            CallerReference="1",
            KeyManagementServiceArn=make_kms_key(kms, zone),
            Status="INACTIVE",
            **key,
        ),
        lambda: client.activate_key_signing_key(**key),
        lambda: client.enable_hosted_zone_dnssec(HostedZoneId=zone),
        lambda: client.disable_hosted_zone_dnssec(HostedZoneId=zone),
        lambda: client.deactivate_key_signing_key(**key),
        lambda: client.delete_key_signing_key(**key),
    ]
    seen = []
    for step in steps:
        info = step()["ChangeInfo"]
        seen.append(info["Id"])
        states = [client.get_change(Id=info["Id"])["ChangeInfo"]["Status"]]
        clock.pass_(30)
        states.append(client.get_change(Id=info["Id"])["ChangeInfo"]["Status"])
        assert [info["Status"], *states] == ["PENDING", "PENDING", "INSYNC"]
    assert len(set(seen)) == len(steps)
    assert says(client, zone) == ("NOT_SIGNING", {})


def test_a_life_of_a_signed_zone(client: Any, kms: Any, zone: str, clock: Clock) -> None:
    sign(client, kms, zone)
    assert says(client, zone) == ("SIGNING", {"key_1": "ACTIVE"})
    make_key(client, zone, make_kms_key(kms, zone), "key_2", "INACTIVE")
    client.activate_key_signing_key(HostedZoneId=zone, Name="key_2")
    client.deactivate_key_signing_key(HostedZoneId=zone, Name="key_1")
    assert says(client, zone) == ("SIGNING", {"key_1": "INACTIVE", "key_2": "ACTIVE"})
    client.delete_key_signing_key(HostedZoneId=zone, Name="key_1")
    assert says(client, zone) == ("SIGNING", {"key_1": "DELETING", "key_2": "ACTIVE"})
    clock.pass_(30)
    assert says(client, zone) == ("SIGNING", {"key_2": "ACTIVE"})
    client.disable_hosted_zone_dnssec(HostedZoneId=zone)
    assert says(client, zone) == ("DELETING", {"key_2": "ACTIVE"})
    clock.pass_(30)
    assert says(client, zone) == ("NOT_SIGNING", {"key_2": "ACTIVE"})


def create_key(client: Any, **changed: Any) -> str:
    wanted = {"CallerReference": "new", "Name": "key_9", "Status": "ACTIVE", **changed}
    return code_of(client.create_key_signing_key, **wanted)


Scene = Callable[[Any, Any, str], str]


def refused_key(**changed: Any) -> Scene:
    def ask(client: Any, kms: Any, zone: str) -> str:
        arn = make_kms_key(kms, zone)
        return create_key(client, **{"HostedZoneId": zone, "KeyManagementServiceArn": arn, **changed})

    return ask


def with_kms(act: Callable[[Any, str], Any] = lambda *_: None, **settings: Any) -> Scene:
    """A key behind one of KMS that was made so, or that this happened to."""

    def ask(client: Any, kms: Any, zone: str) -> str:
        arn = make_kms_key(kms, zone, **settings)
        act(kms, arn)
        return create_key(client, HostedZoneId=zone, KeyManagementServiceArn=arn)

    return ask


def on_signed(act: Callable[[Any, Any, str], str]) -> Scene:
    def ask(client: Any, kms: Any, zone: str) -> str:
        sign(client, kms, zone)
        return act(client, kms, zone)

    return ask


def on_idle(act: Callable[[Any, Any, str], str], status: str = "INACTIVE") -> Scene:
    def ask(client: Any, kms: Any, zone: str) -> str:
        make_key(client, zone, make_kms_key(kms, zone), status=status)
        return act(client, kms, zone)

    return ask


def private(client: Any) -> str:
    return make_zone(client, "inside.test", VPC={"VPCRegion": "us-east-1", "VPCId": "vpc-1"})


def same_name(client: Any, kms: Any, zone: str) -> str:
    arn = make_kms_key(kms, zone)
    return create_key(client, HostedZoneId=zone, Name="key_1", KeyManagementServiceArn=arn)


def same_kms(client: Any, kms: Any, zone: str) -> str:
    arn = client.get_dnssec(HostedZoneId=zone)["KeySigningKeys"][0]["KmsArn"]
    return create_key(client, HostedZoneId=zone, KeyManagementServiceArn=arn)


def third(client: Any, kms: Any, zone: str) -> str:
    for name in ("key_1", "key_2"):
        make_key(client, zone, make_kms_key(kms, zone), name, "INACTIVE")
    return refused_key()(client, kms, zone)


def used_reference(client: Any, kms: Any, zone: str) -> str:
    arn = make_kms_key(kms, zone)
    wanted = {"HostedZoneId": zone, "KeyManagementServiceArn": arn, "Status": "INACTIVE"}
    assert create_key(client, **wanted) == "accepted"
    client.delete_key_signing_key(HostedZoneId=zone, Name="key_9")
    return create_key(
        client, **{**wanted, "Name": "key_8", "KeyManagementServiceArn": make_kms_key(kms, zone)}
    )


def two_disabled(client: Any, kms: Any, zone: str) -> str:
    client.disable_hosted_zone_dnssec(HostedZoneId=zone)
    return code_of(client.deactivate_key_signing_key, HostedZoneId=zone, Name="key_1")


def lame_kms(client: Any, kms: Any, zone: str) -> str:
    kms.disable_key(
        KeyId=client.get_dnssec(HostedZoneId=zone)["KeySigningKeys"][0]["KmsArn"].rpartition("/")[2]
    )
    return code_of(client.activate_key_signing_key, HostedZoneId=zone, Name="key_1")


def enable_lame(client: Any, kms: Any, zone: str) -> str:
    lame_kms(client, kms, zone)
    return code_of(client.enable_hosted_zone_dnssec, HostedZoneId=zone)


def enable(client: Any, _: Any, zone: str) -> str:
    return code_of(client.enable_hosted_zone_dnssec, HostedZoneId=zone)


def disable(client: Any, _: Any, zone: str) -> str:
    return code_of(client.disable_hosted_zone_dnssec, HostedZoneId=zone)


def act(action: str, name: str = "key_1") -> Scene:
    return lambda client, _, zone: code_of(
        getattr(client, f"{action}_key_signing_key"), HostedZoneId=zone, Name=name
    )


def other_zones_policy(client: Any, kms: Any, zone: str) -> str:
    return with_kms(Policy=write_policy(account=ACCOUNT, zone_ids=["Z1OTHER"]))(client, kms, zone)


NOWHERE = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROOT_ONLY = json.dumps(
    {
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*"}
        ]
    }
)

REFUSED: dict[str, tuple[Scene, str]] = {
    "a name with a hyphen": (refused_key(Name="key-9"), "InvalidKeySigningKeyName"),
    "a status that is none": (refused_key(Status="ASLEEP"), "InvalidKeySigningKeyStatus"),
    "no such zone": (refused_key(HostedZoneId="Z0NONE"), "NoSuchHostedZone"),
    "a private zone": (
        lambda client, kms, zone: refused_key(HostedZoneId=private(client))(client, kms, zone),
        "InvalidArgument",
    ),
    "no such key of KMS": (refused_key(KeyManagementServiceArn=NOWHERE), "InvalidKMSArn"),
    "no ARN": (refused_key(KeyManagementServiceArn="alias/a"), "InvalidKMSArn"),
    "another curve": (with_kms(KeySpec="ECC_NIST_P384"), "InvalidKMSArn"),
    "another usage": (with_kms(KeyUsage="KEY_AGREEMENT"), "InvalidKMSArn"),
    "a multi-region key": (with_kms(MultiRegion=True), "InvalidKMSArn"),
    "a disabled key": (with_kms(lambda kms, arn: kms.disable_key(KeyId=arn)), "InvalidKMSArn"),
    "a key about to go": (with_kms(lambda kms, arn: kms.schedule_key_deletion(KeyId=arn)), "InvalidKMSArn"),
    "a policy without Route 53": (with_kms(Policy=ROOT_ONLY), "InvalidKMSArn"),
    "a policy for another zone": (other_zones_policy, "InvalidKMSArn"),
    "a name that is taken": (on_idle(same_name), "KeySigningKeyAlreadyExists"),
    "a key of KMS that is taken": (on_idle(same_kms), "KeySigningKeyAlreadyExists"),
    "a third key": (third, "TooManyKeySigningKeys"),
    "a reference of a key that is gone": (used_reference, "KeySigningKeyAlreadyExists"),
    "a key while signing ends": (
        on_signed(
            lambda client, kms, zone: (disable(client, kms, zone), refused_key()(client, kms, zone))[1]
        ),
        "InvalidSigningStatus",
    ),
    "signing without keys": (enable, "DNSSECNotFound"),
    "signing without an active key": (on_idle(enable), "KeySigningKeyWithActiveStatusNotFound"),
    "signing with a disabled key of KMS": (on_idle(enable_lame, "ACTIVE"), "InvalidKMSArn"),
    "no more signing without keys": (disable, "DNSSECNotFound"),
    "no more signing where there is none": (on_idle(disable), "DNSSECNotFound"),
    "activating nothing": (act("activate"), "NoSuchKeySigningKey"),
    "activating what is active": (on_idle(act("activate"), "ACTIVE"), "InvalidKeySigningKeyStatus"),
    "activating with a disabled key of KMS": (on_idle(lame_kms), "InvalidKMSArn"),
    "deactivating nothing": (act("deactivate"), "NoSuchKeySigningKey"),
    "deactivating what is not active": (on_idle(act("deactivate")), "InvalidKeySigningKeyStatus"),
    "deactivating the last key of a signed zone": (on_signed(act("deactivate")), "KeySigningKeyInUse"),
    "deactivating while signing ends": (on_signed(two_disabled), "InvalidSigningStatus"),
    "deleting nothing": (act("delete"), "NoSuchKeySigningKey"),
    "deleting what is active": (on_idle(act("delete"), "ACTIVE"), "InvalidKeySigningKeyStatus"),
    "deleting twice": (
        on_idle(
            lambda client, kms, zone: (act("delete")(client, kms, zone), act("delete")(client, kms, zone))[1]
        ),
        "NoSuchKeySigningKey",
    ),
    "deleting a zone that is signed": (
        on_signed(lambda client, _, zone: code_of(client.delete_hosted_zone, Id=zone)),
        "HostedZoneNotEmpty",
    ),
    "deleting a zone with a key": (
        on_idle(lambda client, _, zone: code_of(client.delete_hosted_zone, Id=zone)),
        "HostedZoneNotEmpty",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_route53_refuses_is_refused(client: Any, kms: Any, zone: str, what: str) -> None:
    scene, code = REFUSED[what]

    assert scene(client, kms, zone) == code


ACCEPTED: dict[str, Scene] = {
    "a key": refused_key(),
    "an inactive key": refused_key(Status="INACTIVE"),
    "a second key": on_idle(refused_key()),
    "signing": on_idle(enable, "ACTIVE"),
    "signing again": on_signed(enable),
    "no more signing": on_signed(disable),
    "activating": on_idle(act("activate")),
    "deactivating where nothing is signed": on_idle(act("deactivate"), "ACTIVE"),
    "deleting": on_idle(act("delete")),
    "deleting a zone without keys": lambda client, _, zone: code_of(client.delete_hosted_zone, Id=zone),
    "a key whose policy names any zone": with_kms(Policy=write_policy(account=ACCOUNT, zone_ids=["*"])),
}


@pytest.mark.parametrize("what", ACCEPTED)
def test_what_nearly_is_refused_is_done(client: Any, kms: Any, zone: str, what: str) -> None:
    assert ACCEPTED[what](client, kms, zone) == "accepted"


def test_a_key_of_another_region_is_refused(sandbox: Sandbox, client: Any, zone: str) -> None:
    arn = NOWHERE.replace("us-east-1", "eu-central-1")

    assert create_key(client, HostedZoneId=zone, KeyManagementServiceArn=arn) == "InvalidKMSArn"


def test_one_key_of_kms_signs_several_zones(client: Any, kms: Any, zone: str) -> None:
    other = make_zone(client, "other.test")
    arn = make_kms_key(kms, zone, Policy=write_policy(account=ACCOUNT, zone_ids=[zone, other]))

    assert make_key(client, zone, arn)["KeyTag"] == make_key(client, other, arn)["KeyTag"]


MISHAPS: dict[str, Callable[[Any, str], Any]] = {
    "disabled": lambda kms, arn: kms.disable_key(KeyId=arn),
    "about to go": lambda kms, arn: kms.schedule_key_deletion(KeyId=arn),
    "another policy": lambda kms, arn: kms.put_key_policy(KeyId=arn, Policy=ROOT_ONLY),
}


@pytest.mark.parametrize("mishap", MISHAPS)
def test_a_key_of_kms_that_cannot_be_used_any_more_needs_action_until_it_can(
    client: Any, kms: Any, zone: str, mishap: str
) -> None:
    arn = sign(client, kms, zone)["KmsArn"]
    MISHAPS[mishap](kms, arn)

    answer = client.get_dnssec(HostedZoneId=zone)

    assert says(client, zone) == ("ACTION_NEEDED", {"key_1": "ACTION_NEEDED"})
    assert answer["KeySigningKeys"][0]["StatusMessage"]
    assert "key_1" in answer["Status"]["StatusMessage"]
    assert (
        code_of(client.delete_key_signing_key, HostedZoneId=zone, Name="key_1")
        == "InvalidKeySigningKeyStatus"
    )
    if mishap == "about to go":
        kms.cancel_key_deletion(KeyId=arn)
    kms.enable_key(KeyId=arn)
    kms.put_key_policy(KeyId=arn, Policy=write_policy(account=ACCOUNT, zone_ids=[zone]))
    assert says(client, zone) == ("SIGNING", {"key_1": "ACTIVE"})


def test_a_key_of_kms_that_is_gone_needs_action_and_signing_can_still_be_ended(
    client: Any, kms: Any, zone: str, clock: Clock
) -> None:
    arn = sign(client, kms, zone)["KmsArn"]
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    clock.pass_(8 * 86400)

    assert says(client, zone) == ("ACTION_NEEDED", {"key_1": "ACTION_NEEDED"})
    client.disable_hosted_zone_dnssec(HostedZoneId=zone)
    clock.pass_(30)
    client.deactivate_key_signing_key(HostedZoneId=zone, Name="key_1")
    client.delete_key_signing_key(HostedZoneId=zone, Name="key_1")
    clock.pass_(30)
    assert says(client, zone) == ("NOT_SIGNING", {})


def test_where_nothing_is_signed_an_unusable_key_needs_action_but_the_zone_does_not(
    client: Any, kms: Any, zone: str
) -> None:
    arn = make_key(client, zone, make_kms_key(kms, zone))["KmsArn"]
    make_key(client, zone, idle := make_kms_key(kms, zone), "key_2", "INACTIVE")
    for each in (arn, idle):
        kms.disable_key(KeyId=each)

    assert says(client, zone) == ("NOT_SIGNING", {"key_1": "ACTION_NEEDED", "key_2": "INACTIVE"})


def parent_with(client: Any, zone_id: str, *values: str, rdtype: str = "DS") -> str:
    """The parent zone, in the same account, with such a record set at the delegation."""
    parent = make_zone(client, "test.example")
    servers = client.get_hosted_zone(Id=zone_id)["DelegationSet"]["NameServers"]
    changes = [create(record("child.test.example.", rdtype, *values))]
    if rdtype != "NS":
        changes.append(create(record("child.test.example.", "NS", *(f"{each}." for each in servers))))
    change(client, parent, *changes)
    return parent


def test_what_the_parent_knows_is_neither_disabled_nor_deactivated(client: Any, kms: Any) -> None:
    zone = make_zone(client, "child.test.example")
    key = sign(client, kms, zone)
    make_key(client, zone, make_kms_key(kms, zone), "key_2")
    digest = key["DSRecord"]
    parent = parent_with(client, zone, f"{digest[:-20].lower()} {digest[-20:]}")
    named = {"HostedZoneId": zone, "Name": "key_1"}

    assert disable(client, kms, zone) == "KeySigningKeyInParentDSRecord"
    assert code_of(client.deactivate_key_signing_key, **named) == "KeySigningKeyInParentDSRecord"
    assert code_of(client.deactivate_key_signing_key, **{**named, "Name": "key_2"}) == "accepted"
    stale = f"{(key['KeyTag'] + 1) % 65536} 13 2 {'AB' * 32}"
    change(client, parent, upsert(record("child.test.example.", "DS", stale)))
    assert disable(client, kms, zone) == "accepted"


@pytest.mark.parametrize(("known", "code"), [(True, "HostedZonePartiallyDelegated"), (False, "accepted")])
def test_a_zone_that_is_delegated_elsewhere_is_not_signed(
    client: Any, kms: Any, known: bool, code: str
) -> None:
    zone = make_zone(client, "child.test.example")
    make_key(client, zone, make_kms_key(kms, zone))
    if known:
        parent_with(client, zone, "ns1.example.", "ns2.example.", rdtype="NS")
    else:
        parent_with(client, zone, f"1 13 2 {'AB' * 32}")

    assert enable(client, kms, zone) == code


def test_a_parent_outside_is_asked_by_whoever_can(clock: Clock) -> None:
    found: dict[str, tuple[str, ...] | None] = {"z.test.": ()}
    sandbox = Sandbox(None, clock=clock, find_parent_ds=found.__getitem__)
    client, kms = sandbox.client(), sandbox.client("kms")
    zone = make_zone(client)
    key = sign(client, kms, zone)

    found["z.test."] = (key["DSRecord"],)
    assert disable(client, kms, zone) == "KeySigningKeyInParentDSRecord"
    found["z.test."] = None
    with pytest.raises(client.exceptions.KeySigningKeyInParentDSRecord, match="DNS lookup failure"):
        client.disable_hosted_zone_dnssec(HostedZoneId=zone)
    found["z.test."] = ()
    assert disable(client, kms, zone) == "accepted"


def test_one_change_of_a_zone_is_made_at_a_time(clock: Clock) -> None:
    sandbox = Sandbox(None, clock=clock, busy_for=2)
    client = sandbox.client(config=Config(retries={"total_max_attempts": 1}))
    kms = sandbox.client("kms")
    zone = make_zone(client)
    make_key(client, zone, make_kms_key(kms, zone))

    assert enable(client, kms, zone) == "ConcurrentModification"
    assert act("deactivate")(client, kms, zone) == "ConcurrentModification"
    assert refused_key()(client, kms, zone) == "ConcurrentModification"
    clock.pass_(2)
    assert enable(client, kms, zone) == "accepted"
    with pytest.raises(client.exceptions.PriorRequestNotComplete):
        change(client, zone, create(record("www.z.test.", "A", "192.0.2.1")))


def test_internal_failures_that_stand_in_a_document_stop_all_but_the_key_s_own_mending(
    tmp_path: Path,
) -> None:
    client, kms = Sandbox(tmp_path).client(), Sandbox(tmp_path).client("kms")
    zone = make_zone(client)
    make_key(client, zone, make_kms_key(kms, zone))
    path = tmp_path / f"{zone}.json"
    path.write_text(path.read_text().replace('"Status": "ACTIVE"', '"Status": "INTERNAL_FAILURE"'))
    client = Sandbox(tmp_path).client()

    assert enable(client, kms, zone) == "InvalidKeySigningKeyStatus"
    assert refused_key()(client, kms, zone) == "InvalidKeySigningKeyStatus"
    assert act("activate")(client, kms, zone) == "accepted"
    assert enable(client, kms, zone) == "accepted"


def test_a_signed_zone_outlives_the_process_and_its_records_change_as_before(tmp_path: Path) -> None:
    first = Sandbox(tmp_path)
    client, kms = first.client(), first.client("kms")
    zone = make_zone(client)
    key = sign(client, kms, zone)

    later = Sandbox(tmp_path).client()
    change(later, zone, create(record("www.z.test.", "A", "192.0.2.1")))
    later.update_hosted_zone_comment(Id=zone, Comment="changed")

    assert Sandbox(tmp_path).client().get_dnssec(HostedZoneId=zone)["KeySigningKeys"] == [key]
    assert says(later, zone) == ("SIGNING", {"key_1": "ACTIVE"})


def test_the_zones_own_key_is_nobodys_business(client: Any, kms: Any, zone: str) -> None:
    sign(client, kms, zone)

    assert "PRIVATE" not in json.dumps(client.get_dnssec(HostedZoneId=zone), default=str)


def test_moments_are_those_of_the_sandbox_s_clock(client: Any, kms: Any, zone: str, clock: Clock) -> None:
    make_key(client, zone, make_kms_key(kms, zone))
    clock.pass_(3600)
    client.deactivate_key_signing_key(HostedZoneId=zone, Name="key_1")
    (key,) = client.get_dnssec(HostedZoneId=zone)["KeySigningKeys"]

    assert key["LastModifiedDate"] - key["CreatedDate"] == datetime.timedelta(hours=1)
