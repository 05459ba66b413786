"""`psfdns status`: one picture of what five commands say, with Gandi, a registry and DNS on the loopback."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from psfdns.certs.store import Store
from psfdns.cli.status.view import render_text
from psfdns.errors import HostError
from tests.certs.issuing import issue
from tests.cli.clocks import set_clock
from tests.cli.registry import NOW, Registry, in_days
from tests.cli.top import name_servers, parents
from tests.dnssec.cases import CASES
from tests.dnssec.internet import RESOLVER, ROOT, Internet, internet
from tests.registrar.loopback import Said

ASPECTS = ("domain", "delegation", "dnssec", "drift", "certificates")
OTHERS = ("ns1.other.example.", "ns2.other.example.")


def without(*aspects: str) -> list[str]:
    return [word for aspect in aspects for word in ("--without", aspect)]


@pytest.fixture
def world(registry: Registry) -> Iterator[Registry]:
    """A zone that is well, one that is another's, a private one; applied, and one more that is not."""
    registry.claim("one", "ours.test", 'registrar = "gandi"')
    registry.claim("two", "theirs.test")
    registry.claim("two", "corp.example", 'private = ["us-east-1:vpc-0123"]')
    registry.gandi.add("ours.test", in_days(100))
    registry.rdap.add("theirs.test", in_days(200).strftime("%Y-%m-%dT%H:%M:%SZ"))
    (registry.root / "certs").mkdir()
    (registry.root / "certs" / "one.toml").write_text('[[certificate]]\nnames = ["www.ours.test"]\n')
    Store(registry.root / ".psfdns" / "certs").put("www.ours.test", issue(("www.ours.test",)))
    assert registry.run("apply", "--yes", "-q", "--no-wait", sandbox=True)[0] == 0
    names = name_servers(registry.root)
    with parents(registry.root, {"ours": names["ours.test."], "theirs": names["theirs.test."]}):
        yield registry


def status(world: Registry, *words: str) -> tuple[int, dict[str, Any], str]:
    code, out, err = world.run("status", "--json", *words, sandbox=True)
    document = json.loads(out)
    assert document["format"] == "psfdns-status/1"
    return code, document, err


def zones(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {zone["name"]: zone for zone in document["zones"]}


def test_where_all_is_well_each_zone_is_a_line(world: Registry) -> None:
    code, out, err = world.run("status", *without("dnssec"), sandbox=True)
    assert (code, err) == (0, "")
    lines = [line.split("  ") for line in out.splitlines()]
    rows = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert rows == [
        ["ZONE", "TENANT", "DOMAIN", "DELEGATION", "DRIFT", "CERTIFICATES"],
        ["well", "corp.example.", "two", "-", "-", "in sync", "-"],
        ["well", "ours.test.", "one", "expires in 100 days", "to us", "in sync", "1: ends in 63 days"],
        ["well", "theirs.test.", "two", "expires in 200 days", "to us", "in sync", "-"],
        [],
        ["3 zones: 3 well. Not looked at: dnssec."],
    ]
    assert world.run("status", "-q", *without("dnssec"), sandbox=True) == (0, "", "")


def test_the_document_has_everything_and_no_address_or_secret(world: Registry) -> None:
    code, document, _ = status(world, *without("dnssec"))
    assert code == 0
    assert document["aspects"] == ["domain", "delegation", "drift", "certificates"]
    ours = zones(document)["ours.test."]
    assert ours["domain"]["registrar"] == "gandi"
    assert ours["domain"]["days_left"] == 100
    assert ours["certificates"]["names"] == ["www.ours.test"]
    assert [(each["kind"], each["summary"], each["commit"]) for each in ours["history"]] == [
        ("apply", "zone created, 1 added", None)
    ]
    assert [each["object"] for each in document["endings"]] == ["www.ours.test", "ours.test", "theirs.test"]
    assert document["tenants"] == [
        {"slug": "one", "name": "one", "kind": "working-group"},
        {"slug": "two", "name": "two", "kind": "working-group"},
    ]
    assert [each["name"] for each in document["domains"]] == ["ours.test.", "theirs.test."]
    assert "@" not in json.dumps(document)


def test_what_is_wrong_is_two_and_stands_first(world: Registry) -> None:
    world.gandi.domains["ours.test"].status = ["serverHold"]
    path = world.root / "zones" / "two" / "theirs.test.zone"
    path.write_text(path.read_text() + "new A 192.0.2.9\n")
    code, document, _ = status(world, *without("dnssec"))
    assert code == 2
    assert [(zone["name"], zone["severity"]) for zone in document["zones"]] == [
        ("ours.test.", "error"),
        ("theirs.test.", "error"),
        ("corp.example.", "well"),
    ]
    assert document["zones"][1]["drift"] == {
        "severity": "error",
        "words": "1 change",
        "status": "drifted",
        "changes": 1,
    }
    code, out, _ = world.run("status", *without("dnssec"), sandbox=True)
    assert "!! on hold" in out
    assert (
        "ours.test.: error: is on hold: nobody finds it [domain: domain-on-hold]\n  hint: renew it: psfdns"
        in out
    )
    assert "theirs.test.: error: Route 53 differs from the file: 1 change [drift: drifted]" in out


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--only", "domain"], 0), (["--only", "domain", "--fail-on", "warning"], 2), (["--only", "drift"], 0)],
)
def test_fail_on_says_what_counts(world: Registry, words: list[str], code: int) -> None:
    world.gandi.add("ours.test", in_days(25), autorenew=False)
    assert status(world, *words)[0] == code


def test_zones_and_tenant_choose_certificates_and_tenants_too(world: Registry) -> None:
    (world.root / "certs" / "two.toml").write_text(
        '[[certificate]]\nnames = ["www.theirs.test"]\n[[certificate]]\nnames = ["www.elsewhere.test"]\n'
    )
    names = [each["name"] for each in status(world, "--only", "certificates")[1]["certificates"]]
    assert names == ["www.ours.test", "www.theirs.test", "www.elsewhere.test"]
    one = status(world, "--only", "certificates", "theirs.test")[1]
    assert [each["name"] for each in one["certificates"]] == ["www.theirs.test"]
    assert [each["slug"] for each in one["tenants"]] == ["two"]
    two = status(world, "--only", "certificates", "--tenant", "two")[1]
    assert [each["name"] for each in two["certificates"]] == ["www.theirs.test", "www.elsewhere.test"]
    assert list(zones(two)) == ["corp.example.", "theirs.test."]
    assert [each["code"] for each in two["findings"]] == ["certificate-missing"]


def test_gandi_away_leaves_the_others_and_is_three(world: Registry) -> None:
    world.gandi.fail("GET", "/v5/domain/domains", Said(500), times=99)
    code, document, err = status(world, *without("dnssec"))
    assert code == 3
    assert err.count("warning: ") == 1
    assert err.startswith("warning: domain not known: Gandi: list the domains: ")
    found = zones(document)
    assert found["ours.test."]["domain"]["severity"] == "unknown"
    assert found["theirs.test."]["severity"] == "well"
    assert found["ours.test."]["drift"]["words"] == "in sync"


def test_route_53_away_leaves_the_others_and_says_why_once(
    world: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise HostError("Route 53", "list the hosted zones", "no credentials", hint="set AWS_PROFILE")

    monkeypatch.setattr("psfdns.route53.host.Route53Host.list_zones", refuse)
    code, document, err = status(world, *without("dnssec"))
    assert code == 3
    assert err == (
        "warning: drift not known: Route 53: list the hosted zones: no credentials\nhint: set AWS_PROFILE\n"
    )
    ours = zones(document)["ours.test."]
    assert {name: ours[name]["severity"] for name in ("domain", "delegation", "drift", "certificates")} == {
        "domain": "well",
        "delegation": "unknown",
        "drift": "unknown",
        "certificates": "well",
    }
    assert ours["drift"]["status"] == "unknown"


def test_what_cannot_be_asked_does_not_hide_what_is_wrong(world: Registry) -> None:
    world.gandi.fail("GET", "/v5/domain/domains", Said(500), times=99)
    path = world.root / "zones" / "two" / "theirs.test.zone"
    path.write_text("$TTL 300\nwww A 192.0.2.77\n")
    assert status(world, *without("dnssec", "delegation"))[0] == 2


def test_a_file_with_errors_is_its_zones_error(world: Registry) -> None:
    (world.root / "zones" / "two" / "theirs.test.zone").write_text("www A 192.0.2.300\n")
    code, document, _ = status(world, "--only", "drift")
    theirs = zones(document)["theirs.test."]
    assert (code, theirs["severity"], theirs["drift"]["words"]) == (2, "error", "its file has errors")
    assert {each["aspect"] for each in theirs["findings"]} == {"zone"}
    assert zones(document)["ours.test."]["severity"] == "well"


def test_a_zone_that_no_command_takes_for_one_is_not_just_gone(world: Registry) -> None:
    folder = world.root / "zones" / "two"
    (folder / "theirs.test.zone").rename(folder / "Theirs.test.zone")
    (folder / "more.test.zone").symlink_to("/dev/null")
    code, document, _ = status(world, "--only", "drift")
    assert code == 2
    assert {(each["aspect"], each["code"], each["path"]) for each in document["findings"]} == {
        ("zone", "bad-zone-name", "zones/two/Theirs.test.zone"),
        ("zone", "bad-file", "zones/two/more.test.zone"),
    }
    _, out, _ = world.run("status", "--only", "drift")
    assert "zones/two/more.test.zone: error: is a link" in out
    assert status(world, "--only", "drift", "--tenant", "one")[0] == 0
    assert status(world, "--only", "drift", "ours.test")[0] == 0


def test_what_a_deploy_program_said_is_not_told_to_all_who_read_the_pages(
    world: Registry, tmp_path: Path
) -> None:
    with (world.root / "psfdns.toml").open("a") as file:
        file.write(
            '\n[deploy.hook]\ntype = "exec"\ntenants = ["one"]\n'
            'command = ["/bin/sh", "-c", "echo Authorization: Bearer s3cr3t; exit 1"]\n'
        )
    with (world.root / "certs" / "one.toml").open("a") as file:
        file.write('deploy = ["hook"]\n')
    assert world.run("certs", "deploy", "www.ours.test", sandbox=True)[0] == 1
    assert "s3cr3t" in world.run("certs", "list", sandbox=True)[1]

    site = tmp_path / "site"
    code, document, _ = status(world, "--only", "certificates", "--html", str(site))
    (finding,) = zones(document)["ours.test."]["findings"]
    assert (code, finding["summary"]) == (
        2,
        "www.ours.test is not at hook, last tried 2026-11-28 09:30 UTC: `psfdns certs list` says why",
    )
    pages = "".join(page.read_text() for page in site.rglob("*.html"))
    assert "www.ours.test is not at hook" in pages
    assert "s3cr3t" not in pages + json.dumps(document)


def test_a_certs_file_with_errors_is_a_finding_of_no_zone(world: Registry) -> None:
    (world.root / "certs" / "two.toml").write_text("[[certificate]]\nnames = 7\n")
    code, document, _ = status(world, "--only", "certificates")
    assert (code, {each["severity"] for each in document["findings"]}) == (2, {"error"})
    assert zones(document)["ours.test."]["severity"] == "well"


def test_orders_at_the_registrar_stand_among_what_was_done(
    world: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, lambda: NOW + datetime.timedelta(minutes=1))
    assert world.run("domains", "lock", "ours.test", "--off", "--yes", "--wait", "0", sandbox=True)[0] == 0
    ours = zones(status(world, "--only", "drift")[1])["ours.test."]
    assert [(each["kind"], each["summary"]) for each in ours["history"]][:1] == [("lock", "unlocked")]
    assert [each["kind"] for each in ours["history"]] == ["lock", "apply"]
    theirs = zones(status(world, "--only", "drift")[1])["theirs.test."]
    assert [each["kind"] for each in theirs["history"]] == ["apply"]


def test_metrics_tell_what_is_known_and_leave_out_what_is_not(world: Registry) -> None:
    path = world.root / "zones.prom"
    assert status(world, *without("dnssec"), "--metrics", str(path))[0] == 0
    told = read_metrics(path)
    assert told["psfdns_delegation_ok", "ours.test."] == 1
    assert ("psfdns_delegation_ok", "corp.example.") not in told
    assert not any(name.startswith("psfdns_dnssec") for name, _ in told)
    assert told["psfdns_status_last_run_timestamp_seconds", None] == NOW.timestamp()
    assert world.run("status", "--metrics", str(world.root / "none" / "x"), sandbox=True)[0] == 1


def read_metrics(path: Path) -> dict[tuple[str, str | None], float]:
    families = text_string_to_metric_families(path.read_text())
    return {
        (each.name, each.labels.get("status") or each.labels.get("zone")): each.value
        for family in families
        for each in family.samples
    }


def test_a_zone_has_the_last_twenty_entries(world: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psfdns.cli.status.zone_history.SHOWN", 1)
    set_clock(monkeypatch, lambda: NOW + datetime.timedelta(minutes=1))
    assert world.run("domains", "lock", "ours.test", "--off", "--yes", "--wait", "0", sandbox=True)[0] == 0
    ours = zones(status(world, "--only", "drift")[1])["ours.test."]
    assert [each["kind"] for each in ours["history"]] == ["lock"]


def test_what_is_left_out_is_asked_of_nobody(world: Registry) -> None:
    requests = len(world.gandi.asked)
    code, document, _ = status(world, "--only", "drift", "--only", "certificates")
    assert (code, document["aspects"]) == (0, ["drift", "certificates"])
    assert (len(world.gandi.asked), document["domains"], document["unknown"]) == (requests, [], {})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--only", "drift", "--without", "drift"], "--only and --without leave nothing to look at"),
        (["nowhere.test"], "unknown zone 'nowhere.test.'"),
        (["--tenant", "three"], "unknown tenant 'three'"),
        (["--only", "weather"], "'weather' is not one of"),
    ],
)
def test_wrong_usage_is_sixty_four(world: Registry, words: list[str], told: str) -> None:
    code, out, err = world.run("status", *words, sandbox=True)
    assert (code, out) == (64, "")
    assert told in err


def test_a_repository_without_zones_has_nothing_to_look_at(registry: Registry) -> None:
    assert registry.run("status", *without("domain"), sandbox=True) == (
        0,
        "0 zones: nothing to look at. Not looked at: domain.\n",
        "",
    )


HOSTILE = "two\x1b[2J\u202e"


def test_hostile_text_is_escaped() -> None:
    section = {"severity": "error", "words": HOSTILE, "name": None}
    finding = {
        "severity": "error",
        "summary": HOSTILE,
        "hint": HOSTILE,
        "aspect": "domain",
        "code": HOSTILE,
        "path": HOSTILE,
        "line": 3,
    }
    zone = {"name": HOSTILE, "view": None, "tenant": HOSTILE, "severity": "error", "findings": [finding]}
    document = {
        "zones": [{**zone, **dict.fromkeys(ASPECTS, section)}],
        "findings": [finding],
        "aspects": list(ASPECTS),
        "endings": [{"end": "2026-12-01", "days_left": 1, "kind": "domain", "object": HOSTILE}],
        "summary": {"error": 1, "warning": 0, "unknown": 0, "well": 0},
    }
    out = render_text(document)
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "ends 2026-12-01 (in 1 day): domain two\\x1b[2J\\u202e" in out
    assert "\x1b[31m" in render_text(document, colour=True)


def test_errors_are_told_before_all_else_and_at_their_line(world: Registry) -> None:
    world.gandi.add("ours.test", in_days(25), autorenew=False)
    path = world.root / "zones" / "one" / "ours.test.zone"
    path.write_text(path.read_text() + "bad A 1.2.3\n")
    (world.root / "certs" / "two.toml").write_text(
        '[[certificate]]\nnames = ["a.theirs.test"]\ndeploy = ["x"]\n'
    )
    _, out, _ = world.run("status", *without("delegation", "dnssec"), sandbox=True)
    told = [line for line in out.splitlines() if ": " in line and line.endswith(("]", ":3"))]
    assert [line.rpartition("]")[2] for line in told] == [
        "  zones/one/ours.test.zone:3",
        "  certs/two.toml:3",
        "",
    ]
    assert told[0].startswith("ours.test.: error: A: address")
    assert told[1].startswith("error: 'x' is no deploy target for two")
    assert told[2].startswith("ours.test.: warning: ends in 25 days")


def test_three_that_end_soon_are_named_and_the_others_counted() -> None:
    ends = [
        {"end": "2026-12-01", "days_left": 59 + day, "kind": "key", "object": "k"}
        for day in (0, 0, 0, 1, 1, 2)
    ]
    summary = {"error": 0, "warning": 0, "unknown": 0, "well": 0}
    document = {"zones": [], "findings": [], "aspects": list(ASPECTS), "endings": ends, "summary": summary}
    lines = render_text(document).splitlines()
    assert len([line for line in lines if line.startswith("ends ")]) == 3
    assert lines[3] == "and 2 more within 60 days"
    document["endings"] = ends[:3]
    assert "more within" not in render_text(document)


@pytest.fixture(scope="module")
def net() -> Iterator[Internet]:
    with internet(
        [case for case in CASES if case.zone in {"csk.lab.", "expired.lab.", "plain.lab."}]
    ) as made:
        yield made


@pytest.fixture
def signed(registry: Registry, net: Internet) -> Registry:
    """Zones of a signed internet, whose servers are not those of the sandbox."""
    for zone in ("csk.lab", "expired.lab", "plain.lab"):
        registry.claim("one", zone, 'registrar = "none"', "dnssec = true")
        (registry.root / "zones" / "one" / f"{zone}.zone").write_text("$TTL 300\n@ TXT x\n")
    (registry.root / "anchor").write_text("".join(f". DS {each}\n" for each in net.anchors))
    registry.configure(
        f'[resolver]\nroot_hints = ["{ROOT}"]\nservers = ["{RESOLVER}:{net.port}"]\nport = {net.port}',
        'trust_anchor = "anchor"',
    )
    return registry


def at_signing_time(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, lambda: datetime.datetime.now(tz=datetime.UTC))


def test_dnssec_and_delegation_are_told_by_the_same_questions(
    signed: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_signing_time(monkeypatch)
    assert signed.run("apply", "--yes", "-q", "--no-wait", sandbox=True)[0] == 0
    surveyed: list[str] = []
    from psfdns.lookup.survey import survey_delegation

    def survey(zone: str, *rest: Any) -> Any:
        surveyed.append(zone)
        return survey_delegation(zone, *rest)

    monkeypatch.setattr("psfdns.cli.delegation.delegating.survey_delegation", survey)
    monkeypatch.setattr("psfdns.cli.dnssec.signing.survey_delegation", survey)
    path = signed.root / "zones.prom"
    code, document, _ = status(signed, *without("domain", "certificates"), "--metrics", str(path))
    assert code == 2
    assert sorted(surveyed) == ["csk.lab.", "expired.lab.", "plain.lab."]
    found = zones(document)
    assert found["expired.lab."]["dnssec"]["status"] == "bogus"
    assert found["expired.lab."]["dnssec"]["severity"] == "error"
    assert found["plain.lab."]["dnssec"]["words"] == "not signed"
    assert found["csk.lab."]["dnssec"]["status"] == "secure"
    assert [key["role"] for key in found["csk.lab."]["dnssec"]["keys"]] == ["KSK"]
    told = [each for each in found["csk.lab."]["findings"] if each["aspect"] == "dnssec"]
    assert not {"DELEGATED_ELSEWHERE", "NS_OF_STALE_ZONE"} & {each["code"] for each in told}

    lines = [line for line in path.read_text().splitlines() if "csk.lab." in line]
    states = [line for line in lines if line.startswith("psfdns_dnssec_status")]
    assert [line for line in states if line.endswith(" 1.0")] == [
        'psfdns_dnssec_status{status="secure",zone="csk.lab."} 1.0'
    ]
    assert len(states) == 5
    assert any(line.startswith("psfdns_dnssec_earliest_rrsig_expiry_timestamp_seconds") for line in lines)
    assert 'psfdns_dnssec_status{status="bogus",zone="expired.lab."} 1.0' in path.read_text()

    alone = zones(status(signed, "--only", "dnssec")[1])["csk.lab."]["findings"]
    assert {"DELEGATED_ELSEWHERE", "NS_OF_STALE_ZONE"} & {each["code"] for each in alone}


def test_without_a_trust_anchor_dnssec_alone_is_not_known(signed: Registry) -> None:
    (signed.root / "anchor").write_text("no anchor\n")
    code, document, err = status(signed, "--only", "dnssec", "--only", "delegation")
    assert code == 3
    assert err.startswith("warning: dnssec not known: ")
    assert {zone["dnssec"]["severity"] for zone in document["zones"]} == {"unknown"}
    assert list(document["unknown"]) == ["dnssec"]


def test_without_credentials_what_needs_none_is_told(
    world: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No sandbox and no keys: Route 53 is not known, domains and certificates are."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    code, out, err = world.run("status", "--json", *without("dnssec", "delegation"))
    ours = zones(json.loads(out))["ours.test."]
    assert code == 3
    assert err.startswith("warning: drift not known: ")
    assert (ours["domain"]["severity"], ours["certificates"]["severity"]) == ("well", "well")
    assert (ours["severity"], ours["drift"]["words"]) == ("unknown", "not known")
