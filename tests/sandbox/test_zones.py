"""Hosted zones: making, showing and removing them, and what belongs to them."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import dns.rdata
import pytest
from botocore.exceptions import ClientError

from psfdns.errors import PsfdnsError
from psfdns.sandbox.sandbox import Sandbox
from psfdns.sandbox.throttle import Throttle
from tests.sandbox.api import (
    Clock,
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
)
from tests.sandbox.conftest import detach

VPC = {"VPCRegion": "us-east-1", "VPCId": "vpc-0123456789abcdef0"}
OTHER_VPC = {"VPCRegion": "eu-west-1", "VPCId": "vpc-0fedcba9876543210"}


def code_of(call: Any, **arguments: Any) -> str:
    """The code of a refusal that has to come."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def test_a_new_zone_has_a_valid_soa_and_four_name_servers(client: Any) -> None:
    made = client.create_hosted_zone(Name="Example.COM", CallerReference="one")
    zone = made["HostedZone"]

    ns, soa = client.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]

    assert re.fullmatch(r"/hostedzone/Z[A-Z0-9]{12,31}", zone["Id"])
    assert (zone["Name"], zone["ResourceRecordSetCount"]) == ("example.com.", 2)
    assert (ns["Name"], ns["Type"], ns["TTL"]) == ("example.com.", "NS", 172800)
    servers = [each["Value"] for each in ns["ResourceRecords"]]
    assert [re.sub(r"\d+", "#", server) for server in servers] == [
        f"ns-#.awsdns-#.{end}." for end in ("com", "net", "org", "co.uk")
    ]
    assert made["DelegationSet"]["NameServers"] == [server[:-1] for server in servers]
    assert (soa["Type"], soa["TTL"]) == ("SOA", 900)
    (value,) = soa["ResourceRecords"]
    rdata: Any = dns.rdata.from_text("IN", "SOA", value["Value"])
    assert (str(rdata.mname), rdata.serial, rdata.minimum) == (servers[0], 1, 86400)


def test_two_zones_of_one_name_have_different_name_servers(client: Any) -> None:
    one, other = (client.create_hosted_zone(Name="z.test", CallerReference=each) for each in ("1", "2"))

    assert one["HostedZone"]["Id"] != other["HostedZone"]["Id"]
    assert not set(one["DelegationSet"]["NameServers"]) & set(other["DelegationSet"]["NameServers"])


def test_a_caller_reference_is_used_once_even_when_its_zone_is_gone(client: Any) -> None:
    zone = make_zone(client, "a.test", "one")

    with pytest.raises(client.exceptions.HostedZoneAlreadyExists) as caught:
        make_zone(client, "b.test", "one")
    client.delete_hosted_zone(Id=zone)

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert (
        code_of(client.create_hosted_zone, Name="a.test", CallerReference="one") == "HostedZoneAlreadyExists"
    )
    make_zone(client, "a.test", "two")


@pytest.mark.parametrize("name", ["com", "*.z.test", "x" * 64 + ".test", "a..test", "a b.test", "."])
def test_a_name_that_no_zone_may_have_is_refused(client: Any, name: str) -> None:
    assert code_of(client.create_hosted_zone, Name=name, CallerReference="one") == "InvalidDomainName"
    assert client.get_hosted_zone_count()["HostedZoneCount"] == 0


@pytest.mark.parametrize(
    ("name", "stored"),
    [("example.com", "example.com."), ("0/25.2.0.192.in-addr.arpa", "0\\05725.2.0.192.in-addr.arpa.")],
)
def test_a_name_that_is_well_formed_is_accepted(client: Any, name: str, stored: str) -> None:
    zone = make_zone(client, name)

    assert client.get_hosted_zone(Id=zone)["HostedZone"]["Name"] == stored


def test_an_account_has_so_many_zones_and_no_more(bare_client: Any) -> None:
    sandbox = Sandbox(None, max_zones=2)
    sandbox.attach(bare_client)
    make_zone(bare_client, "a.test")
    make_zone(bare_client, "b.test")

    code = code_of(bare_client.create_hosted_zone, Name="c.test", CallerReference="c")
    limit = bare_client.get_account_limit(Type="MAX_HOSTED_ZONES_BY_OWNER")
    detach(sandbox, bare_client)

    assert code == "TooManyHostedZones"
    assert (limit["Limit"]["Value"], limit["Count"]) == (2, 2)


@pytest.mark.parametrize(
    "own", [a("a.z.test"), record("child.z.test", "NS", "ns.test."), record("z.test", "TXT", '"x"')], ids=str
)
def test_a_zone_that_holds_more_than_its_own_sets_stays(client: Any, zone: str, own: dict[str, Any]) -> None:
    change(client, zone, create(own))

    with pytest.raises(client.exceptions.HostedZoneNotEmpty, match="non-required resource record sets"):
        client.delete_hosted_zone(Id=zone)
    change(client, zone, delete(own))
    client.delete_hosted_zone(Id=zone)

    assert code_of(client.get_hosted_zone, Id=zone) == "NoSuchHostedZone"
    assert code_of(client.delete_hosted_zone, Id=zone) == "NoSuchHostedZone"


def test_a_comment_is_replaced_and_taken_away(client: Any) -> None:
    zone = make_zone(client, HostedZoneConfig={"Comment": "first <&> ünï"})

    def comment() -> object:
        return client.get_hosted_zone(Id=zone)["HostedZone"]["Config"].get("Comment")

    assert comment() == "first <&> ünï"
    client.update_hosted_zone_comment(Id=zone, Comment="x" * 256)
    assert comment() == "x" * 256
    assert code_of(client.update_hosted_zone_comment, Id=zone, Comment="x" * 257) == "InvalidInput"
    client.update_hosted_zone_comment(Id=zone)
    assert comment() is None


def test_tags_are_added_replaced_removed_and_listed(client: Any, zone: str) -> None:
    other = make_zone(client, "other.test")

    def tag(**tags: Any) -> None:
        client.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, **tags)

    tag(AddTags=[{"Key": "psfdns:tenant", "Value": "psf"}, {"Key": "b", "Value": "1"}])
    tag(AddTags=[{"Key": "b", "Value": "2"}], RemoveTagKeys=["c"])
    tags = client.list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone)["ResourceTagSet"]
    assert (tags["ResourceId"], tags["ResourceType"]) == (zone, "hostedzone")
    assert tags["Tags"] == [{"Key": "b", "Value": "2"}, {"Key": "psfdns:tenant", "Value": "psf"}]
    tag(RemoveTagKeys=["b"])
    both = client.list_tags_for_resources(ResourceType="hostedzone", ResourceIds=[zone, other])
    assert [len(each["Tags"]) for each in both["ResourceTagSets"]] == [1, 0]


@pytest.mark.parametrize("prefix", ["", "/hostedzone/"])
def test_tags_of_an_unknown_id_are_refused(client: Any, zone: str, prefix: str) -> None:
    resource = f"{prefix}{zone}" if prefix else "ZNONSENSE"
    arguments = {"ResourceType": "hostedzone", "ResourceId": resource}

    assert code_of(client.list_tags_for_resource, **arguments) == "NoSuchHostedZone"
    assert code_of(client.change_tags_for_resource, **arguments, RemoveTagKeys=["a"]) == "NoSuchHostedZone"
    assert (
        code_of(client.list_tags_for_resource, ResourceType="healthcheck", ResourceId="x")
        == "NoSuchHealthCheck"
    )


def test_a_private_zone_shows_its_vpcs_and_no_delegation(client: Any) -> None:
    made = client.create_hosted_zone(
        Name="in.test", CallerReference="p", VPC=VPC, HostedZoneConfig={"PrivateZone": True}
    )
    zone = made["HostedZone"]["Id"]
    make_zone(client, "public.test")

    shown = client.get_hosted_zone(Id=zone)
    assert shown["VPCs"] == [VPC]
    assert "DelegationSet" not in shown
    assert "DelegationSet" not in made
    assert shown["HostedZone"]["Config"]["PrivateZone"] is True
    assert names(client.list_hosted_zones(HostedZoneType="PrivateHostedZone")["HostedZones"]) == ["in.test."]
    assert {each["Config"]["PrivateZone"] for each in client.list_hosted_zones()["HostedZones"]} == {
        True,
        False,
    }


def test_a_private_zone_needs_a_vpc_of_its_own_name(client: Any) -> None:
    private = {"Name": "in.test", "HostedZoneConfig": {"PrivateZone": True}}

    assert code_of(client.create_hosted_zone, CallerReference="1", **private) == "InvalidInput"
    client.create_hosted_zone(CallerReference="2", VPC=VPC, **private)
    assert (
        code_of(client.create_hosted_zone, CallerReference="3", VPC=VPC, **private)
        == "ConflictingDomainExists"
    )
    client.create_hosted_zone(CallerReference="4", VPC=OTHER_VPC, **private)


def test_vpcs_come_and_go_but_the_last_stays(client: Any, zone: str) -> None:
    private = client.create_hosted_zone(Name="in.test", CallerReference="p", VPC=VPC)["HostedZone"]["Id"]

    info = client.associate_vpc_with_hosted_zone(HostedZoneId=private, VPC=OTHER_VPC)["ChangeInfo"]
    assert client.get_change(Id=info["Id"])["ChangeInfo"]["Status"] == "PENDING"
    assert client.get_hosted_zone(Id=private)["VPCs"] == [VPC, OTHER_VPC]
    assert names(
        client.list_hosted_zones_by_vpc(VPCId=VPC["VPCId"], VPCRegion="us-east-1")["HostedZoneSummaries"]
    ) == ["in.test."]
    client.disassociate_vpc_from_hosted_zone(HostedZoneId=private, VPC=VPC)
    assert client.get_hosted_zone(Id=private)["VPCs"] == [OTHER_VPC]
    limit = client.get_hosted_zone_limit(HostedZoneId=private, Type="MAX_VPCS_ASSOCIATED_BY_ZONE")
    assert limit["Count"] == 1
    last = {"HostedZoneId": private, "VPC": OTHER_VPC}
    assert code_of(client.disassociate_vpc_from_hosted_zone, **last) == "LastVPCAssociation"
    unknown = {"HostedZoneId": private, "VPC": VPC}
    assert code_of(client.disassociate_vpc_from_hosted_zone, **unknown) == "VPCAssociationNotFound"
    public = {"HostedZoneId": zone, "VPC": VPC}
    assert code_of(client.associate_vpc_with_hosted_zone, **public) == "PublicZoneVPCAssociation"


def test_a_delegation_set_gives_its_name_servers_to_unrelated_zones(client: Any) -> None:
    made = client.create_reusable_delegation_set(CallerReference="d")["DelegationSet"]
    set_id = made["Id"].removeprefix("/delegationset/")

    zone = client.create_hosted_zone(Name="z.test", CallerReference="1", DelegationSetId=made["Id"])
    client.create_hosted_zone(Name="y.test", CallerReference="2", DelegationSetId=set_id)

    assert zone["DelegationSet"] == {"Id": made["Id"], "NameServers": made["NameServers"]}
    assert (
        client.get_hosted_zone(Id=zone["HostedZone"]["Id"])["DelegationSet"]["NameServers"]
        == made["NameServers"]
    )
    for number, name in enumerate(("z.test", "sub.z.test", "deep.sub.z.test")):
        related = {"Name": name, "CallerReference": f"c{number}", "DelegationSetId": set_id}
        assert code_of(client.create_hosted_zone, **related) == "ConflictingDomainExists"
    make_zone(client, "sub.z.test")
    assert code_of(client.delete_reusable_delegation_set, Id=set_id) == "DelegationSetInUse"
    assert client.list_reusable_delegation_sets()["DelegationSets"] == [made]
    shown = client.list_hosted_zones(DelegationSetId=set_id)["HostedZones"]
    assert sorted(names(shown)) == ["y.test.", "z.test."]
    assert (
        code_of(client.create_reusable_delegation_set, CallerReference="d") == "DelegationSetAlreadyCreated"
    )
    missing = {"Name": "x.test", "CallerReference": "x", "DelegationSetId": "NNONSENSE"}
    assert code_of(client.create_hosted_zone, **missing) == "NoSuchDelegationSet"


def test_a_zone_s_name_servers_can_become_reusable(client: Any, zone: str) -> None:
    servers = client.get_hosted_zone(Id=zone)["DelegationSet"]["NameServers"]

    made = client.create_reusable_delegation_set(CallerReference="d", HostedZoneId=zone)["DelegationSet"]

    assert made["NameServers"] == servers
    assert client.get_hosted_zone(Id=zone)["DelegationSet"]["Id"] == made["Id"]
    again = {"CallerReference": "e", "HostedZoneId": zone}
    assert code_of(client.create_reusable_delegation_set, **again) == "DelegationSetAlreadyReusable"
    client.delete_hosted_zone(Id=zone)
    client.delete_reusable_delegation_set(Id=made["Id"].removeprefix("/delegationset/"))
    assert client.list_reusable_delegation_sets()["DelegationSets"] == []


def test_a_change_is_pending_until_the_servers_have_it(client: Any, zone: str, clock: Clock) -> None:
    one = change(client, zone, create(a("a.z.test")), comment="why")
    other = change(client, zone, create(a("b.z.test")))
    shown = client.get_change(Id=one["Id"])["ChangeInfo"]

    assert one["Id"] != other["Id"]
    assert re.fullmatch(r"/change/C[A-Z0-9]+", one["Id"])
    assert (shown["Status"], shown["Comment"], shown["SubmittedAt"]) == ("PENDING", "why", clock.now)
    clock.pass_(29.9)
    assert client.get_change(Id=one["Id"])["ChangeInfo"]["Status"] == "PENDING"
    clock.pass_(0.1)
    assert client.get_change(Id=one["Id"])["ChangeInfo"]["Status"] == "INSYNC"
    assert code_of(client.get_change, Id="CNONSENSE") == "NoSuchChange"


def test_the_changes_that_make_and_remove_a_zone_can_be_followed(client: Any, clock: Clock) -> None:
    made = client.create_hosted_zone(Name="z.test", CallerReference="1")
    gone = client.delete_hosted_zone(Id=made["HostedZone"]["Id"])["ChangeInfo"]

    assert made["ChangeInfo"]["Status"] == gone["Status"] == "PENDING"
    clock.pass_(30)
    assert client.get_change(Id=gone["Id"])["ChangeInfo"]["Status"] == "INSYNC"


def test_limits_tell_what_is_used(client: Any, zone: str) -> None:
    change(client, zone, create(a("a.z.test")))

    limit = client.get_hosted_zone_limit(HostedZoneId=zone, Type="MAX_RRSETS_BY_ZONE")
    assert (limit["Limit"], limit["Count"]) == ({"Type": "MAX_RRSETS_BY_ZONE", "Value": 10000}, 3)
    private = {"HostedZoneId": zone, "Type": "MAX_VPCS_ASSOCIATED_BY_ZONE"}
    assert code_of(client.get_hosted_zone_limit, **private) == "HostedZoneNotPrivate"


def test_a_zone_that_is_busy_refuses_the_next_change(bare_client: Any, clock: Clock) -> None:
    sandbox = Sandbox(None, clock=clock, busy_for=0.5, randomness=random.Random(1))
    sandbox.attach(bare_client)
    zone, other = make_zone(bare_client), make_zone(bare_client, "other.test")
    change(bare_client, zone, create(a("a.z.test")))

    code, message = refusal(bare_client, zone, create(a("b.z.test")))
    change(bare_client, other, create(a("a.other.test")))
    clock.pass_(0.5)
    change(bare_client, zone, create(a("b.z.test")))
    detach(sandbox, bare_client)

    assert code == "PriorRequestNotComplete"
    assert "still processing a prior request" in message


def test_health_checks_live_as_moto_has_them(client: Any) -> None:
    config = {
        "Type": "HTTPS",
        "FullyQualifiedDomainName": "a.test",
        "Port": 443,
        "ResourcePath": "/up",
        "EnableSNI": True,
    }
    made = client.create_health_check(CallerReference="one", HealthCheckConfig=config)["HealthCheck"]

    client.update_health_check(HealthCheckId=made["Id"], ResourcePath="/down")

    shown = client.get_health_check(HealthCheckId=made["Id"])["HealthCheck"]
    assert shown["HealthCheckConfig"].items() >= {**config, "ResourcePath": "/down"}.items()
    listing = client.list_health_checks()
    assert [each["Id"] for each in listing["HealthChecks"]] == [made["Id"]]
    assert (listing["IsTruncated"], listing["MaxItems"]) == (False, "100")
    assert client.get_health_check_count()["HealthCheckCount"] == 1
    again = {"CallerReference": "one", "HealthCheckConfig": config}
    assert code_of(client.create_health_check, **again) == "HealthCheckAlreadyExists"
    client.change_tags_for_resource(
        ResourceType="healthcheck", ResourceId=made["Id"], AddTags=[{"Key": "a", "Value": "b"}]
    )
    client.delete_health_check(HealthCheckId=made["Id"])
    assert code_of(client.delete_health_check, HealthCheckId=made["Id"]) == "NoSuchHealthCheck"
    assert code_of(client.get_health_check, HealthCheckId=made["Id"]) == "NoSuchHealthCheck"


def test_an_action_that_nobody_here_knows_says_so_at_once(sandbox: Sandbox) -> None:
    client = sandbox.client()

    with pytest.raises(
        ClientError, match="The sandbox does not know the action ListCidrCollections"
    ) as caught:
        client.list_cidr_collections()
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_a_zone_that_nobody_signed_says_so(client: Any, zone: str) -> None:
    answer = client.get_dnssec(HostedZoneId=zone)
    assert (answer["Status"], answer["KeySigningKeys"]) == ({"ServeSignature": "NOT_SIGNING"}, [])
    assert code_of(client.get_dnssec, HostedZoneId="ZNONSENSE") == "NoSuchHostedZone"


SIGNING = {
    "Status": {"ServeSignature": "ACTION_NEEDED", "StatusMessage": "the key is gone"},
    "KeySigningKeys": [
        {
            "Name": "first_key",
            "KmsArn": "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000",
            "Flag": 257,
            "SigningAlgorithmMnemonic": "ECDSAP256SHA256",
            "SigningAlgorithmType": 13,
            "DigestAlgorithmMnemonic": "SHA-256",
            "DigestAlgorithmType": 2,
            "KeyTag": 12345,
            "DigestValue": "AB" * 32,
            "PublicKey": "AAAA",
            "DSRecord": f"12345 13 2 {'AB' * 32}",
            "DNSKEYRecord": "257 3 13 AAAA",
            "Status": "ACTIVE",
        }
    ],
}


def test_what_a_document_says_of_signing_is_told_in_the_shape_of_the_api(tmp_path: Path) -> None:
    """botocore parses it by its model; and it stays when the zone changes."""
    client = Sandbox(tmp_path).client()
    made = client.create_hosted_zone(Name="signed.test", CallerReference="1")["HostedZone"]["Id"]
    (path,) = [each for each in tmp_path.glob("*.json") if "signed.test" in each.read_text()]
    text = path.read_text()
    path.write_text(text.replace('"Tags": ', f'"DNSSEC": {json.dumps(SIGNING)}, "Tags": ', 1))
    client = Sandbox(tmp_path).client()
    client.update_hosted_zone_comment(Id=made, Comment="changed")
    answer = client.get_dnssec(HostedZoneId=made)
    shape = client.meta.service_model.operation_model("GetDNSSEC").output_shape
    assert answer["Status"] == SIGNING["Status"]
    assert answer["KeySigningKeys"] == SIGNING["KeySigningKeys"]
    members = shape.members["KeySigningKeys"].member.members
    assert set(answer["KeySigningKeys"][0]) <= set(members)


def test_an_action_of_moto_s_is_answered_by_moto(client: Any) -> None:
    assert client.list_query_logging_configs()["QueryLoggingConfigs"] == []


def test_the_account_is_the_sandbox(sandbox: Sandbox) -> None:
    sts = sandbox.client("sts")

    assert sts.get_caller_identity()["Account"] == "sandbox"
    assert code_of(sts.get_session_token) == "InvalidAction"


def test_a_profile_of_the_machine_that_does_not_exist_has_no_say(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    assert sandbox.client().list_hosted_zones()["HostedZones"] == []


def test_requests_beyond_the_buckets_are_throttled(bare_client: Any, clock: Clock) -> None:
    throttle = Throttle()
    sandbox = Sandbox(None, clock=clock, throttle=throttle)
    sandbox.attach(bare_client)
    zone = make_zone(bare_client)
    for _ in range(49):
        bare_client.list_hosted_zones()

    codes = [code_of(bare_client.list_hosted_zones)]
    clock.pass_(0.1)
    bare_client.list_hosted_zones()
    clock.pass_(60)
    change(bare_client, zone, *(create(a(f"h{n}.z.test")) for n in range(999)))
    change(bare_client, zone, *(create(a(f"i{n}.z.test")) for n in range(501)))
    codes.append(refusal(bare_client, zone, create(a("j.z.test")))[0])
    clock.pass_(0.01)
    change(bare_client, zone, create(a("j.z.test")))
    detach(sandbox, bare_client)

    assert codes == ["Throttling", "Throttling"]
    assert throttle.refused == 2


def test_an_alias_s_target_may_go(client: Any, zone: str) -> None:
    change(client, zone, create(a("b.z.test")), create(alias("c.z.test", "A", "b.z.test", zone)))

    change(client, zone, delete(a("b.z.test")))

    assert names(listed(client, zone)) == ["c.z.test."]


@pytest.mark.parametrize(
    "action",
    ["list_geo_locations", "list_traffic_policies", "get_checker_ip_ranges", "list_traffic_policy_instances"],
)
def test_no_unknown_action_is_a_crash(client: Any, action: str) -> None:
    assert code_of(getattr(client, action)) == "NotImplemented"


def test_tags_have_a_number_and_a_purpose(client: Any, zone: str) -> None:
    def tag(first: int, last: int) -> None:
        tags = [{"Key": f"k{number}", "Value": ""} for number in range(first, last)]
        client.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, AddTags=tags)

    for first in range(0, 50, 10):
        tag(first, first + 10)
    assert code_of(tag, first=50, last=51) == "InvalidInput"
    nothing = {"ResourceType": "hostedzone", "ResourceId": zone}
    assert code_of(client.change_tags_for_resource, **nothing) == "InvalidInput"


def test_delegation_sets_have_a_number_and_an_id(client: Any) -> None:
    assert code_of(client.get_reusable_delegation_set, Id="NNONSENSE") == "NoSuchDelegationSet"
    nowhere = {"CallerReference": "x", "HostedZoneId": "ZNONSENSE"}
    assert code_of(client.create_reusable_delegation_set, **nowhere) == "HostedZoneNotFound"
    made = [
        client.create_reusable_delegation_set(CallerReference=f"d{n}")["DelegationSet"] for n in range(100)
    ]
    assert code_of(client.create_reusable_delegation_set, CallerReference="one more") == "LimitsExceeded"
    last = client.get_reusable_delegation_set(Id=made[-1]["Id"].removeprefix("/delegationset/"))
    assert last["DelegationSet"] == made[-1]


def test_a_private_zone_takes_no_delegation_set(client: Any) -> None:
    made = client.create_reusable_delegation_set(CallerReference="d")["DelegationSet"]
    private = {"Name": "in.test", "CallerReference": "p", "VPC": VPC, "DelegationSetId": made["Id"]}

    assert code_of(client.create_hosted_zone, **private) == "InvalidInput"


def test_an_account_has_200_health_checks_and_no_more(client: Any, sandbox: Sandbox) -> None:
    config = {"Type": "HTTP", "IPAddress": "192.0.2.1", "Port": 80}
    client.create_health_check(CallerReference="first", HealthCheckConfig=config)
    account = sandbox.cloud.store.account()
    (check,) = account.health_checks
    account.health_checks = [{**check, "Id": f"{n}", "CallerReference": f"{n}"} for n in range(200)]

    again = {"CallerReference": "one more", "HealthCheckConfig": config}
    assert code_of(client.create_health_check, **again) == "TooManyHealthChecks"
    pages = [client.list_health_checks(), client.list_health_checks(Marker="100", MaxItems="7")]
    assert [len(page["HealthChecks"]) for page in pages] == [100, 7]


def test_without_moto_there_is_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(PsfdnsError, match="needs moto") as caught:
        Sandbox(None)
    assert "psfdns[sandbox]" in (caught.value.hint or "")
