"""`psfdns import`, end to end on the embedded Route 53: import, then plan finds nothing to do."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.aws import AwsApi
from psfdns.cli.import_.importing import ImportAction, import_live
from psfdns.cli.import_.view import render_text, to_document
from psfdns.cli.main import run
from psfdns.plans.host import Foreign, HostedZone, LiveZone
from psfdns.records import RRsetKey, Zone
from psfdns.route53.host import fetch_zone, list_zones
from psfdns.rrsets import to_api
from psfdns.sandbox.sandbox import Sandbox
from psfdns.settings import ZoneSettings
from psfdns.tenants.zone_file import ZoneFile
from psfdns.zonefile.parse import parse_zone
from psfdns.zonefile.write import write_zone
from tests.oracles import named_checkzone
from tests.strategies import quoted

TENANT = """\
# The example's tenant.
name = "Example"
kind = "working-group"
approved = "an example"
billing = "psf"

[[liaison]]  # a role
name = "Infrastructure"
email = "infra@example.org"
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "psfdns.toml").write_text('[route53]\naccounts = ["sandbox"]\n')
    for tenant in ("one", "two"):
        (tmp_path / "zones" / tenant).mkdir(parents=True)
        (tmp_path / "zones" / tenant / "tenant.toml").write_text(TENANT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def route53(repository: Path) -> Any:
    return Sandbox(repository / ".psfdns" / "sandbox").client()


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def psfdns(repository: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    def command(*words: str) -> tuple[int, str, str]:
        assert Path.cwd() == repository
        capsys.readouterr()
        code = run(["--sandbox", *words])
        return (code, *capsys.readouterr())

    return command


def make_zone(route53: Any, name: str = "tenant.example", **settings: Any) -> str:
    reference = f"made by hand: {name} {settings}"
    made = route53.create_hosted_zone(Name=name, CallerReference=reference[:128], **settings)
    return str(made["HostedZone"]["Id"]).rpartition("/")[2]


def change(route53: Any, zone_id: str, *rrsets: dict[str, Any], action: str = "CREATE") -> None:
    changes = [{"Action": action, "ResourceRecordSet": rrset} for rrset in rrsets]
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})


def values(name: str, rdtype: str, *some: str, ttl: int = 300, **fields: Any) -> dict[str, Any]:
    records = [{"Value": value} for value in some]
    return {"Name": name, "Type": rdtype, "TTL": ttl, "ResourceRecords": records, **fields}


def alias(
    name: str, rdtype: str, target: str, zone_id: str, *, health: bool = False, **fields: Any
) -> dict[str, Any]:
    target_fields = {"HostedZoneId": zone_id, "DNSName": target, "EvaluateTargetHealth": health}
    return {"Name": name, "Type": rdtype, "AliasTarget": target_fields, **fields}


def assert_in_sync(psfdns: Command) -> None:
    code, out, err = psfdns("plan", "--json", "--detailed-exitcode")
    assert code == 0, out + err
    plan = json.loads(out)
    assert {zone["action"] for zone in plan["zones"]} == {"none"}
    assert not plan["refused"]


DIGEST = "ab" * 32
EVERY_TYPE = [
    values("tenant.example", "MX", "10 Mail.Tenant.Example", "20 mx.example.net."),
    values("tenant.example", "TXT", '"v=spf1 -all"', '"caf\\303\\251 \\"hi\\" \\\\ ; x" "second"', ttl=60),
    values("tenant.example", "CAA", '0 issue "letsencrypt.org; validationmethods=dns-01"'),
    values("tenant.example", "HTTPS", '1 . alpn="h3,h2" port=443 ipv4hint=192.0.2.1'),
    values("*.tenant.example", "A", "192.0.2.1", "192.0.2.2"),
    values("www.tenant.example", "A", "192.0.2.1"),
    values("www.tenant.example", "AAAA", "2001:DB8:0::1"),
    values("cname.tenant.example", "CNAME", "WWW.tenant.example"),
    values("child.tenant.example", "NS", "ns1.example.net", "ns2.example.net."),
    values("child.tenant.example", "DS", f"12345 13 2 {DIGEST.upper()}"),
    values("naptr.tenant.example", "NAPTR", '100 50 "u" "E2U+sip" "!^(.*)$!sip:\\\\1@x.example!" .'),
    values("1.tenant.example", "PTR", "www.tenant.example"),
    values("spf.tenant.example", "SPF", '"v=spf1 -all"'),
    values("_sip._tcp.tenant.example", "SRV", "1 2 5060 www.tenant.example"),
    values("ssh.tenant.example", "SSHFP", f"4 2 {DIGEST}"),
    values("svcb.tenant.example", "SVCB", "0 www.tenant.example."),
    values("_443._tcp.www.tenant.example", "TLSA", f"3 1 1 {DIGEST}"),
    values("a\\040b\\056c.tenant.example", "TXT", '"odd owner"'),
    values("0/25.tenant.example", "A", "192.0.2.3"),
]


def every_policy(health_check: str, zone_id: str, collection: str) -> list[dict[str, Any]]:
    place = {"Coordinates": {"Latitude": "49.22", "Longitude": "-74.01"}, "Bias": -10}

    def routed(name: str, identifier: str, **fields: Any) -> dict[str, Any]:
        return values(f"{name}.tenant.example", "A", "192.0.2.9", SetIdentifier=identifier, **fields)

    return [
        routed("weighted", "one", Weight=0),
        routed("weighted", 'two "quoted" \\ ; psfdns: x', Weight=255, HealthCheckId=health_check),
        routed("latency", "west", Region="us-west-2"),
        routed("latency", "east", Region="us-east-1"),
        routed("failover", "p", Failover="PRIMARY", HealthCheckId=health_check),
        routed("failover", "s", Failover="SECONDARY"),
        routed("geo", "eu", GeoLocation={"ContinentCode": "EU"}),
        routed("geo", "fr", GeoLocation={"CountryCode": "FR"}),
        routed("geo", "ca", GeoLocation={"CountryCode": "US", "SubdivisionCode": "CA"}),
        routed("geo", "rest", GeoLocation={"CountryCode": "*"}),
        routed("multi", "m1", MultiValueAnswer=True),
        routed("multi", "m2", MultiValueAnswer=True, HealthCheckId=health_check),
        routed("near", "region", GeoProximityLocation={"AWSRegion": "us-west-2", "Bias": 0}),
        routed("near", "place", GeoProximityLocation=place),
        routed("near", "zone", GeoProximityLocation={"LocalZoneGroup": "us-west-2-lax-1"}),
        routed("cidr", "office", CidrRoutingConfig={"CollectionId": collection, "LocationName": "office"}),
        routed("cidr", "rest", CidrRoutingConfig={"CollectionId": collection, "LocationName": "*"}),
        alias(
            "tenant.example", "A", "dualstack.lb.us-east-1.elb.amazonaws.com", "Z35SXDOTRQ7X7K", health=True
        ),
        alias("own.tenant.example", "A", "www.tenant.example", zone_id),
        alias("routed.tenant.example", "A", "www.tenant.example", zone_id, SetIdentifier="a", Weight=1),
        alias("routed.tenant.example", "AAAA", "www.tenant.example", zone_id, SetIdentifier="a", Weight=1),
    ]


def fill(route53: Any, zone_id: str) -> None:
    config = {"Type": "TCP", "IPAddress": "192.0.2.9", "Port": 80}
    made = route53.create_health_check(CallerReference="check", HealthCheckConfig=config)
    health_check = made["HealthCheck"]["Id"]
    change(route53, zone_id, *EVERY_TYPE)
    collection = "12345678-1234-1234-1234-123456789abc"
    change(route53, zone_id, *every_policy(health_check, zone_id, collection))


def test_every_type_alias_and_policy_is_imported_and_then_there_is_nothing_to_do(
    repository: Path, route53: Any, psfdns: Command
) -> None:
    zone_id = make_zone(route53)
    fill(route53, zone_id)
    code, out, err = psfdns("import", "tenant.example", "--tenant", "one", "--json")
    assert code == 0, out + err
    document = json.loads(out)
    (zone,) = document["zones"]
    assert (document["format"], zone["action"], zone["id"], zone["adopted"]) == (
        "psfdns-import/1",
        "created",
        zone_id,
        {"id": zone_id},
    )
    count = route53.get_hosted_zone(Id=zone_id)["HostedZone"]["ResourceRecordSetCount"]
    assert zone["record_sets"] == count
    assert zone["foreign"] == []
    assert_in_sync(psfdns)
    tenant = tomllib.loads((repository / "zones/one/tenant.toml").read_text())
    assert tenant["zones"] == {"tenant.example": {"id": zone_id}}
    assert (repository / "zones/one/tenant.toml").read_text().startswith(TENANT)


def test_importing_again_changes_nothing(repository: Path, route53: Any, psfdns: Command) -> None:
    fill(route53, make_zone(route53))
    psfdns("import", "--all", "--tenant", "one")
    before = {path: path.read_bytes() for path in (repository / "zones").rglob("*.*")}
    code, out, _ = psfdns("import", "--all", "--json")
    assert code == 0
    assert [zone["action"] for zone in json.loads(out)["zones"]] == ["unchanged"]
    assert {path: path.read_bytes() for path in (repository / "zones").rglob("*.*")} == before


def test_other_programs_load_what_is_written(repository: Path, route53: Any, psfdns: Command) -> None:
    zone_id = make_zone(route53)
    change(route53, zone_id, *EVERY_TYPE)
    assert psfdns("import", "--all", "--tenant", "one")[0] == 0
    judged = named_checkzone("tenant.example", repository / "zones/one/tenant.example.zone")
    assert judged.returncode == 0, judged.stdout


def test_what_changed_live_is_changed_in_the_file_and_remarks_stay(
    repository: Path, route53: Any, psfdns: Command
) -> None:
    zone_id = make_zone(route53)
    old, gone = values("www.tenant.example", "A", "192.0.2.1"), values("old.tenant.example", "A", "192.0.2.2")
    change(route53, zone_id, old, gone)
    psfdns("import", "--all", "--tenant", "one")
    path = repository / "zones/one/tenant.example.zone"
    path.write_text("; our zone\n" + path.read_text().replace("192.0.2.1", "192.0.2.1 ; the web"))
    change(route53, zone_id, old, gone, action="DELETE")
    change(
        route53,
        zone_id,
        values("www.tenant.example", "A", "192.0.2.7"),
        values("new.tenant.example", "A", "192.0.2.8"),
    )
    code, out, _ = psfdns("import", "tenant.example", "--json")
    assert (code, json.loads(out)["zones"][0]["action"]) == (0, "updated")
    text = path.read_text()
    assert text.startswith("; our zone\n")
    assert "192.0.2.7 ; the web" in text
    assert "192.0.2.8" in text
    assert "192.0.2.2" not in text
    assert_in_sync(psfdns)


def test_a_file_with_errors_is_left_alone_and_the_others_are_written(
    repository: Path, route53: Any, psfdns: Command
) -> None:
    make_zone(route53, "broken.example")
    make_zone(route53, "whole.example")
    broken = repository / "zones/one/broken.example.zone"
    broken.write_text("www IN A 192.0.2.256\n")
    code, out, _ = psfdns("import", "--all", "--tenant", "one", "--json")
    assert code == 1
    assert [zone["action"] for zone in json.loads(out)["zones"]] == ["error", "created"]
    assert broken.read_text() == "www IN A 192.0.2.256\n"
    assert "broken.example" not in (repository / "zones/one/tenant.toml").read_text()
    assert (repository / "zones/one/whole.example.zone").exists()


def test_a_zone_that_is_nobodys_needs_a_tenant_and_nothing_is_written_before(
    repository: Path, route53: Any, psfdns: Command
) -> None:
    make_zone(route53, "first.example")
    make_zone(route53, "second.example")
    code, out, err = psfdns("import", "--all")
    assert (code, out) == (64, "")
    assert "first.example, second.example" in err
    assert "--tenant one|two" in err
    assert not list((repository / "zones").rglob("*.zone"))


def test_a_subzone_goes_to_the_tenant_that_holds_the_zone_above_or_is_handed_it(
    repository: Path, route53: Any, psfdns: Command
) -> None:
    for name in ("tenant.example", "fr.tenant.example", "de.tenant.example"):
        make_zone(route53, name)
    psfdns("import", "tenant.example", "--tenant", "one")
    settings = repository / "zones/one/tenant.toml"
    settings.write_text(settings.read_text() + 'delegated = { "fr.tenant.example" = "two" }\n')
    code, out, err = psfdns("import", "--all", "--json")
    assert code == 0, err
    assert [zone["path"] for zone in json.loads(out)["zones"]] == [
        "zones/one/tenant.example.zone",
        "zones/one/de.tenant.example.zone",
        "zones/two/fr.tenant.example.zone",
    ]
    assert_in_sync(psfdns)


def test_a_new_tenant_is_for_people_to_introduce(route53: Any, psfdns: Command) -> None:
    make_zone(route53)
    code, _, err = psfdns("import", "tenant.example", "--tenant", "three")
    assert code == 64
    assert "unknown tenant 'three'" in err
    assert "zones/three/tenant.toml" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["import"], "name the zones, or say --all"),
        (["import", "--all", "x.example"], "exclude each other"),
        (["import", "tenants.example"], "did you mean 'tenant.example'?"),
        (["import", "a..b"], "is not the name of a zone"),
        (["import", "--from", "missing.txt"], "no such file"),
        (["import", "--from", "psfdns.toml", "a.example", "b.example"], "one zone at most"),
        (["import", "--from", "psfdns.toml"], "--tenant one|two"),
    ],
)
def test_wrong_words_are_wrong_usage(words: list[str], message: str, route53: Any, psfdns: Command) -> None:
    make_zone(route53)
    code, out, err = psfdns(*words)
    assert (code, out) == (64, "")
    assert message in err


def test_public_and_private_zones_of_one_name_are_two_files(
    repository: Path, route53: Any, psfdns: Command
) -> None:
    public = make_zone(route53)
    vpc = {"VPCRegion": "us-east-1", "VPCId": "vpc-0123456789abcdef0"}
    private = make_zone(route53, VPC=vpc, HostedZoneConfig={"PrivateZone": True})
    change(route53, public, values("www.tenant.example", "A", "192.0.2.1"))
    change(route53, private, values("www.tenant.example", "A", "192.0.2.2"))
    code, out, err = psfdns("import", "--all", "--tenant", "one", "--json")
    assert code == 0, out + err
    zones = json.loads(out)["zones"]
    assert [(zone["id"], zone["view"]) for zone in zones] == [(public, None), (private, "private")]
    assert "192.0.2.2" in (repository / "zones/one/tenant.example@private.zone").read_text()
    tenant = tomllib.loads((repository / "zones/one/tenant.toml").read_text())
    assert tenant["zones"] == {
        "tenant.example": {"id": public},
        "tenant.example@private": {"id": private, "private": ["us-east-1:vpc-0123456789abcdef0"]},
    }
    assert_in_sync(psfdns)


def test_a_view_may_be_given_its_name(repository: Path, route53: Any, psfdns: Command) -> None:
    make_zone(route53)
    vpc = {"VPCRegion": "us-east-1", "VPCId": "vpc-0123456789abcdef0"}
    make_zone(route53, VPC=vpc, HostedZoneConfig={"PrivateZone": True})
    code, _, err = psfdns("import", "tenant.example@office", "--tenant", "one")
    assert code == 0, err
    assert [path.name for path in (repository / "zones").rglob("*.zone")] == ["tenant.example@office.zone"]


def test_two_public_zones_of_one_name_are_told_apart_by_id(
    repository: Path, route53: Any, psfdns: Command
) -> None:
    ids = {make_zone(route53), make_zone(route53, HostedZoneConfig={"Comment": "the other"})}
    code, out, err = psfdns("import", "--all", "--tenant", "one", "--json")
    assert code == 0, err
    assert {zone["id"] for zone in json.loads(out)["zones"]} == ids
    tenant = tomllib.loads((repository / "zones/one/tenant.toml").read_text())
    assert {settings["id"] for settings in tenant["zones"].values()} == ids


def test_other_writers_are_named_and_theirs_is_left_alone(route53: Any, psfdns: Command) -> None:
    zone_id = make_zone(route53)
    change(
        route53,
        zone_id,
        values("_acme-challenge.www.tenant.example", "TXT", '"token"'),
        values(f"_{'0a' * 16}.tenant.example", "CNAME", f"_{'1b' * 16}.xyz.acm-validations.aws."),
        values("app.tenant.example", "TXT", '"heritage=external-dns,external-dns/owner=x"'),
    )
    code, out, _ = psfdns("import", "--all", "--tenant", "one", "--json")
    (zone,) = json.loads(out)["zones"]
    assert code == 0
    codes = {finding["code"] for finding in zone["findings"]}
    assert {"acme-challenge", "acm-validation", "external-dns"} <= codes
    assert [foreign["name"] for foreign in zone["foreign"]] == ["_acme-challenge.www.tenant.example."]
    assert_in_sync(psfdns)


def test_what_is_ignored_is_not_written(repository: Path, route53: Any, psfdns: Command) -> None:
    settings = repository / "zones/one/tenant.toml"
    settings.write_text(TENANT + '\n[zones."tenant.example"]  # theirs\nignore = ["**.dyn A"]\n')
    change(route53, make_zone(route53), values("x.dyn.tenant.example", "A", "192.0.2.1"))
    code, out, _ = psfdns("import", "--all", "--tenant", "one")
    assert code == 0
    assert 'left alone: x.dyn.tenant.example. A: ignored by "**.dyn A"' in out
    assert "192.0.2.1" not in (repository / "zones/one/tenant.example.zone").read_text()
    assert '[zones."tenant.example"]  # theirs\nignore = ["**.dyn A"]\nid = "Z' in settings.read_text()
    assert_in_sync(psfdns)


CLI53 = """\
$ORIGIN tenant.example.
; exported
@\t172800\tIN\tNS\tns-1.example.net.
www\t86400\tAWS\tALIAS\tA server1 $self false
server1\t60\tIN\tA\t192.0.2.1
ca\t60\tIN\tA\t192.0.2.1 ; AWS routing="GEOLOCATION" countryCode="US" subdivisonCode="CA" identifier="c"
"""


def test_an_export_is_adopted_without_asking_aws(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "export.txt").write_text(CLI53)
    assert run(["import", "--from", "export.txt", "--tenant", "two", "--json"]) == 0
    (zone,) = json.loads(capsys.readouterr().out)["zones"]
    assert (zone["path"], zone["action"], zone["adopted"]) == ("zones/two/tenant.example.zone", "created", {})
    said = {(finding["code"], finding["path"], finding["line"]) for finding in zone["findings"]}
    assert {("cli53-spelling", "export.txt", 6), ("comments-left", "export.txt", None)} <= said
    text = (repository / "zones/two/tenant.example.zone").read_text()
    assert 'countryCode="US" subdivisionCode="CA" identifier="c"' in text
    assert "www            AWS ALIAS A server1 $self false\n" in text


@pytest.mark.parametrize(
    ("name", "text", "path"),
    [
        ("export.txt", "$ORIGIN .\n$TTL 60\ntenant.example IN SOA a. b. 1 2 3 4 5\n", "tenant.example.zone"),
        ("export.txt", "$ORIGIN example.\ntenant 60 SOA a. b. 1 2 3 4 5\n", "tenant.example.zone"),
        ("other.example", "tenant.example. 60 IN SOA a. b. 1 2 3 4 5\n", "tenant.example.zone"),
        ("export.txt", "$ORIGIN tenant.example.\nwww 60 IN A 192.0.2.1\n", "tenant.example.zone"),
        ("tenant.example.db", "www 60 IN A 192.0.2.1\n", "tenant.example.zone"),
        ("0%2F25.2.0.192.in-addr.arpa", "1 60 IN PTR a.example.\n", "0%2F25.2.0.192.in-addr.arpa.zone"),
    ],
)
def test_an_export_says_itself_whose_zone_it_is(
    repository: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, path: str
) -> None:
    (repository / name).write_text(text)
    assert run(["import", "--from", name, "--tenant", "two"]) == 0, capsys.readouterr()
    assert [file.name for file in (repository / "zones").rglob("*.zone")] == [path]


@pytest.mark.parametrize("name", ["export", "-.txt", "a..b"])
def test_an_export_that_does_not_say_so_needs_the_zone_named(
    repository: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (repository / name).write_text("www 60 IN A 192.0.2.1\n")
    assert run(["import", "--from", f"./{name}", "--tenant", "two"]) == 64
    assert "psfdns import ZONE --from FILE" in capsys.readouterr().err
    assert run(["import", "Tenant.Example.", "--from", f"./{name}", "--tenant", "two"]) == 0
    assert (repository / "zones/two/tenant.example.zone").exists()


def test_an_export_over_a_file_keeps_its_remarks(repository: Path) -> None:
    path = repository / "zones/two/tenant.example.zone"
    path.write_text("; ours\n$TTL 60\nwww IN A 192.0.2.1 ; the web\n")
    (repository / "export.txt").write_text("www.tenant.example. 60 IN A 192.0.2.2\n")
    assert run(["import", "tenant.example", "--from", "export.txt"]) == 0
    assert path.read_text() == "; ours\n$TTL 60\nwww IN A 192.0.2.2 ; the web\n"


def test_a_folder_is_no_export(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "tenant.example", "--from", str(repository)]) == 1
    assert "Is a directory" in capsys.readouterr().err


def test_an_export_with_errors_is_refused_with_each_at_its_line(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "tenant.example.txt").write_text("a 60 IN A 192.0.2.256\nb 60 IN LOC 1 N 2 E 3m\n")
    assert run(["import", "--from", "tenant.example.txt", "--tenant", "two"]) == 1
    out = capsys.readouterr().out
    assert "tenant.example.txt:1: error:" in out
    assert "tenant.example.txt:2: error:" in out
    assert not list((repository / "zones").rglob("*.zone"))


def test_text_from_outside_cannot_steer_the_terminal(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "tenant.example.txt").write_bytes(b'a 60 IN A "\x1b[31m"\n')
    assert run(["import", "--from", "tenant.example.txt", "--tenant", "two"]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_a_live_zone_of_another_service_is_skipped(
    repository: Path, psfdns: Command, route53: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from psfdns.route53 import host

    make_zone(route53)
    listed = host.list_zones

    def linked(api: Any) -> Any:
        return tuple(replace(zone, linked_service="servicediscovery.amazonaws.com") for zone in listed(api))

    monkeypatch.setattr(host, "list_zones", linked)
    code, out, _ = psfdns("import", "--all", "--tenant", "one")
    assert code == 0
    assert "skipped   tenant.example." in out
    assert not list((repository / "zones").rglob("*.zone"))


def test_two_live_zones_that_one_file_may_mean_are_refused_by_both_ids(
    repository: Path, route53: Any, psfdns: Command
) -> None:
    (repository / "zones/one/tenant.example.zone").write_text("$TTL 60\n")
    ids = {make_zone(route53), make_zone(route53, HostedZoneConfig={"Comment": "the other"})}
    make_zone(route53, "fine.example")
    code, out, _ = psfdns("import", "--all", "--tenant", "one", "--json")
    assert code == 1
    refused, fine = json.loads(out)["zones"]
    assert (refused["path"], refused["action"]) == ("zones/one/tenant.example.zone", "error")
    assert all(zone_id in refused["findings"][0]["summary"] for zone_id in ids)
    assert fine["action"] == "created"
    assert [path.name for path in sorted((repository / "zones").rglob("*.zone"))] == [
        "fine.example.zone",
        "tenant.example.zone",
    ]


def test_settings_that_cannot_be_read_stop_their_zone(
    repository: Path, route53: Any, psfdns: Command
) -> None:
    make_zone(route53)
    path = repository / "zones/one/tenant.example.zone"
    path.write_text("$TTL 60\n")
    (repository / "zones/one/tenant.toml").write_text(TENANT + '[zones."tenant.example"]\nignore = ["x"]\n')
    code, out, _ = psfdns("import", "--all")
    assert code == 1
    assert "NOT DONE  zones/one/tenant.example.zone" in out
    assert path.read_text() == "$TTL 60\n"


def test_a_zone_that_only_the_files_know_is_not_there_yet(repository: Path, psfdns: Command) -> None:
    (repository / "zones/one/tenant.example.zone").write_text("$TTL 60\n")
    code, _, err = psfdns("import", "tenant.example")
    assert code == 1
    assert "tenant.example is not in this account" in err


def test_a_zone_of_another_tenant_is_not_taken(route53: Any, psfdns: Command) -> None:
    make_zone(route53)
    psfdns("import", "tenant.example", "--tenant", "one")
    code, _, err = psfdns("import", "tenant.example", "--tenant", "two")
    assert code == 64
    assert "tenant.example is a zone of one" in err
    code, out, _ = psfdns("import", "--all", "--tenant", "two")
    assert (code, out) == (0, "Zone files: none.\n")


def test_what_no_file_can_say_is_left_alone_with_its_reason(tmp_path: Path) -> None:
    key = RRsetKey("tp.tenant.example.", "A")
    hosted = HostedZone("Z1", "tenant.example.", False, "by hand", None, 3)
    live = LiveZone(
        hosted, Zone("tenant.example.", {}), {}, (Foreign(key, "made by a traffic policy (instance 1)"),)
    )
    path = tmp_path / "tenant.example.zone"
    file = ZoneFile(path, "zones/one/tenant.example.zone", "tenant.example.", None, "one", ZoneSettings())
    outcome = import_live(file, live, vpcs=(), adopt=False, default_ttl=300)
    assert (outcome.action, outcome.text, outcome.adopts) == (ImportAction.CREATED, "", {"id": "Z1"})
    assert outcome.foreign == live.foreign
    assert [finding.code for finding in outcome.findings] == ["traffic-policy"]
    text = render_text(to_document([outcome], []))
    assert "left alone: tp.tenant.example. A: made by a traffic policy" in text


def test_a_private_zone_without_a_vpc_to_name_is_refused(tmp_path: Path) -> None:
    hosted = HostedZone("Z1", "tenant.example.", True, "by hand", None, 2)
    live = LiveZone(hosted, Zone("tenant.example.", {}), {})
    path = tmp_path / "tenant.example.zone"
    file = ZoneFile(path, "zones/one/tenant.example.zone", "tenant.example.", None, "one", ZoneSettings())
    outcome = import_live(file, live, vpcs=(), adopt=False, default_ttl=300)
    assert outcome.action is ImportAction.ERROR
    assert [finding.code for finding in outcome.findings] == ["no-vpc"]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(
    repository: Path, route53: Any, psfdns: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_zone(route53)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    code, _, err = psfdns("import", "--all", "--tenant", "one")
    assert code == 1
    assert "could not be written: No space left on device" in err
    assert [path.name for path in (repository / "zones/one").iterdir()] == ["tenant.toml"]


_strings = st.lists(st.binary(max_size=255), min_size=1, max_size=4).filter(
    lambda some: sum(map(len, some)) < 900
)


@pytest.fixture(scope="module")
def cloud() -> tuple[Any, HostedZone]:
    client = Sandbox(None).client()
    make_zone(client)
    api = AwsApi(client)
    return api, list_zones(api)[0]


@given(some=st.lists(_strings, min_size=1, max_size=3, unique_by=str))
def test_texts_of_any_bytes_go_from_file_to_route53_and_back(
    cloud: tuple[AwsApi, HostedZone], some: list[list[bytes]]
) -> None:
    api, hosted = cloud
    lines = [f"x 60 IN TXT {' '.join(map(quoted, strings))}\n" for strings in some]
    wanted = parse_zone("".join(lines).encode(), origin=hosted.name, path="file").zone
    (rrset,) = wanted.rrsets.values()

    def send(action: str) -> None:
        one = {"Action": action, "ResourceRecordSet": to_api(rrset, zone_id=hosted.id)}
        api.call("ChangeResourceRecordSets", "test", HostedZoneId=hosted.id, ChangeBatch={"Changes": [one]})

    send("CREATE")
    live = fetch_zone(api, hosted)
    send("DELETE")
    again = parse_zone(write_zone(live.zone).encode(), origin=hosted.name, path="imported").zone
    assert again.rrsets[rrset.key] == rrset
    assert live.foreign == ()
