"""`psfdns domains list` against a fake Gandi and a fake registry."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from psfdns.cli.main import run
from tests.cli.clocks import set_clock
from tests.cli.registry import DAY, NOW, Registry, in_days
from tests.registrar.fake_gandi import AUTHINFO, TOKEN, error, key_of
from tests.registrar.loopback import Said


@pytest.fixture
def world(registry: Registry) -> Registry:
    """A domain at Gandi, one with a registry, a subzone that is none, and a private zone."""
    registry.claim("one", "ours.test", 'registrar = "gandi"')
    registry.claim("two", "theirs.test")
    registry.claim("two", "sub.theirs.test", 'registrar = "none"')
    registry.claim("two", "corp.example", 'private = ["us-east-1:vpc-0123"]')
    registry.gandi.add("ours.test", in_days(100), keys=[key_of("ours.test")[0]])
    registry.rdap.add("theirs.test", in_days(200).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return registry


def test_all_is_known_of_every_domain(world: Registry) -> None:
    code, domains, findings = world.listing()
    assert (code, findings) == (0, [])
    assert list(domains) == ["ours.test.", "theirs.test."]
    ours, theirs = domains.values()
    assert {key: ours[key] for key in ours if key not in {"checked_at", "renewal"}} == {
        "name": "ours.test.",
        "tenant": "one",
        "registrar": "gandi",
        "registrar_name": None,
        "expires": in_days(100).strftime("%Y-%m-%dT12:00:00Z"),
        "expires_by": None,
        "source": "gandi",
        "days_left": 100,
        "autorenew": True,
        "payable": True,
        "phase": "active",
        "status": ["clientTransferProhibited"],
        "nameservers": ["ns1.old.example.", "ns2.old.example."],
        "ds": [key_of("ours.test")[2]],
        "zones": ["ours.test."],
        "unknown": False,
        "why": None,
    }
    assert ours["renewal"] == {
        "at": in_days(69).strftime("%Y-%m-%dT12:00:00Z"),
        "price": "15.5",
        "currency": "EUR",
        "years": 1,
    }
    assert (theirs["source"], theirs["days_left"], theirs["expires_by"]) == ("rdap", 200, "registry")
    assert (theirs["autorenew"], theirs["payable"], theirs["renewal"]) == (None, None, None)
    assert theirs["status"] == ["clientTransferProhibited", "ok"]
    assert (theirs["registrar"], theirs["registrar_name"]) == ("tenant", "Example Registrar, Inc.")
    assert theirs["zones"] == ["theirs.test.", "sub.theirs.test."]
    assert theirs["checked_at"].endswith("Z")


def test_a_person_reads_a_line_a_domain_the_most_urgent_first(world: Registry) -> None:
    world.claim("one", "later.test", 'registrar = "gandi"')
    world.gandi.add("later.test", in_days(20), autorenew=False, status=["serverHold"])
    code, out, err = world.run("domains", "list")
    assert (code, err) == (2, "")
    lines = out.splitlines()
    assert lines[0].split() == "domain tenant registrar ends left renewal lock status checked".split()
    assert [line.split()[0] for line in lines[1:4]] == ["later.test.", "ours.test.", "theirs.test."]
    assert "20 d   by hand" in lines[1]
    assert "open    serverHold  now" in lines[1]
    assert "automatic, paid  locked" in lines[2]
    assert "error: later.test. is on hold: nobody finds it [domain-on-hold]" in lines
    assert "hint: psfdns domains renew later.test" in lines
    assert lines[-1] == "3 domains"
    quiet = world.run("domains", "list", "-q")[1]
    assert quiet.splitlines()[0].startswith("error: later.test.")
    assert "3 domains" not in quiet


def test_with_v_all_that_is_known_of_a_domain_is_shown(
    world: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = world.run("domains", "list", "-v", "ours.test")[1]
    assert out.splitlines()[3:12] == [
        "ours.test.",
        f"  ends      {in_days(100).date()}T12:00:00Z, says Gandi",
        "  zones     ours.test.",
        "  status    clientTransferProhibited",
        "  servers   ns1.old.example., ns2.old.example.",
        f"  ds        {key_of('ours.test')[2]}",
        f"  renewal   15.50 EUR after taxes, {in_days(69).date()}, for 1 year",
        "balance: 100.00 EUR",
        "",
    ]
    world.gandi.fail("GET", "/v5/domain/domains/bare.test/dnskeys", Said(500), times=9)
    world.claim("one", "bare.test", 'registrar = "gandi"')
    world.gandi.add("bare.test", in_days(-3), autorenew=True, status=[], nameservers=[], price=None)
    lines = world.run("domains", "list", "-v", "bare.test")[1].splitlines()
    assert lines[1].split()[-2:] == ["hold", "now"], "a phase that only dates tell"
    assert lines[3:9] == [
        "bare.test.",
        f"  ends      {in_days(-3).date()}T12:00:00Z, says Gandi",
        "  zones     bare.test.",
        "  servers   none",
        "  ds        not known",
        "  renewal   at a price that is not known, on a day that is not known, for 1 year",
    ]
    assert "servers" not in world.run("domains", "list")[1]
    world.rdap.domains["theirs.test"]["events"] += [
        {"eventAction": "registrar expiration", "eventDate": "2027-01-05T00:00:00Z"}
    ]
    moments = [NOW + 2 * DAY]
    set_clock(monkeypatch, lambda: moments[-1])
    theirs = world.run("domains", "list", "-v", "theirs.test")[1]
    assert "  ends      2027-01-05T00:00:00Z, says its registry, the date of its registrar\n" in theirs
    world.rdap.domains["theirs.test"]["events"] = []
    moments.append(NOW + 4 * DAY)
    assert "  ends      not known\n" in world.run("domains", "list", "-v", "theirs.test")[1]


def test_a_second_run_asks_the_registry_nothing_and_gandi_twice(world: Registry) -> None:
    first = world.listing()
    questions, requests = list(world.rdap.asked), len(world.gandi.asked)
    second = world.listing()
    assert world.rdap.asked == questions
    assert len(world.gandi.asked) == requests + 2
    assert [domain["days_left"] for domain in second[1].values()] == [
        domain["days_left"] for domain in first[1].values()
    ]
    assert world.rdap.questions == ["theirs.test"]


def test_with_v_it_is_said_what_was_asked_of_whom(world: Registry) -> None:
    err = world.run("-v", "domains", "list")[2]
    assert "asked of Gandi: 1 balance, 1 dnskeys, 1 domain, 1 list, 1 price\n" in err
    assert f"asked of registries: 1 {world.rdap.url.removeprefix('http://')}\n" in err
    assert "asked of registries: nothing\n" in world.run("-v", "domains", "list")[2]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["ours.test"], ["ours.test."]),
        (["--tenant", "two"], ["theirs.test."]),
        (["sub.theirs.test"], ["theirs.test."]),
        (["ours.test", "--tenant", "two"], []),
        ([], ["extra.test.", "ours.test.", "theirs.test."]),
    ],
)
def test_zones_and_tenant_choose_and_only_the_whole_list_tells_what_nobody_claims(
    world: Registry, words: list[str], names: list[str]
) -> None:
    world.gandi.add("extra.test", in_days(100))
    code, domains, findings = world.listing(*words)
    assert (code, list(domains)) == (0, names)
    assert findings == (["extra.test. domain-unclaimed"] if not words else [])
    if not words:
        assert domains["extra.test."]["tenant"] is None
        assert world.listing("--fail-on", "warning")[0] == 2


def test_an_unknown_zone_or_tenant_is_wrong_usage(world: Registry) -> None:
    assert world.run("domains", "list", "nowhere.test")[0] == 64
    assert world.run("domains", "list", "--tenant", "three")[0] == 64
    assert world.gandi.asked == []


@pytest.mark.parametrize(("registrar", "expected"), [("gandi", "ours.test. not-at-gandi"), ("tenant", None)])
def test_a_domain_that_is_elsewhere_than_its_tenant_says(
    world: Registry, registrar: str, expected: str | None
) -> None:
    world.claim("three", "gone.test", f'registrar = "{registrar}"')
    code, domains, findings = world.listing()
    assert findings == ["gone.test. domain-nowhere"]
    assert (domains["gone.test."]["expires"], domains["gone.test."]["unknown"]) == (None, False)
    assert (code, world.listing("--fail-on", "warning")[0]) == (0, 2)
    if expected:
        world.gandi.domains.clear()
        world.rdap.add("ours.test", "2030-01-01T00:00:00Z")
        _, domains, findings = world.listing()
        assert expected in findings
        assert domains["ours.test."]["expires"] == "2030-01-01T00:00:00Z"


def test_while_gandi_is_away_what_it_last_said_counts_for_three_days(
    world: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It once was as if nothing had ever been known."""
    world.gandi.add("extra.test", in_days(100))
    moments = [NOW]
    set_clock(monkeypatch, lambda: moments[-1])
    known = world.listing()[1]["ours.test."]
    world.gandi.fail("GET", ".*", Said(500), times=10**6)
    for days, unknown in ((1, False), (2.9, False), (3, True), (30, True)):
        moments.append(NOW + days * DAY)
        code, domains, findings = world.listing()
        ours = domains["ours.test."]
        assert (code, ours["unknown"]) == (3, unknown)
        same = ("expires", "source", "autorenew", "nameservers", "ds", "status", "checked_at", "registrar")
        assert {key: ours[key] for key in same} == {key: known[key] for key in same}
        assert (ours["payable"], ours["why"]) == (None, "Gandi: list the domains: it answers 500")
        assert findings == ["extra.test. not-asked", "ours.test. not-asked"], (
            "what is unclaimed is not known now"
        )
    out = world.run("domains", "list")[1]
    assert "automatic, money ?  locked  -       30 d ago" in out
    world.gandi.faults.clear()
    del world.gandi.domains["extra.test"]
    assert list(world.listing()[1]) == ["ours.test.", "theirs.test."]


def test_without_a_token_it_is_said_what_could_not_be_asked(
    world: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GANDI_PAT")
    code, domains, findings = world.listing()
    assert (code, findings) == (3, ["ours.test. not-asked"])
    ours = domains["ours.test."]
    unknown = ("expires", "source", "days_left", "autorenew", "payable", "nameservers", "ds", "checked_at")
    assert {ours[key] for key in unknown} == {None}
    assert (ours["unknown"], ours["why"]) == (True, "GANDI_PAT is not set")
    assert domains["theirs.test."]["days_left"] == 200
    assert world.gandi.asked == []
    out = world.run("domains", "list")[1]
    assert "info: could not be looked up: GANDI_PAT is not set [not-asked]\n  ours.test.\n" in out
    assert out.endswith("2 domains, 1 unknown; Gandi was not asked: GANDI_PAT is not set\n")
    assert world.listing("theirs.test")[0] == 0
    assert world.listing("--fail-on", "info")[0] == 2


@pytest.mark.parametrize("token", [f"{TOKEN}\x07", "ä", "two words"])
def test_what_is_no_token_is_refused_and_not_shown(
    world: Registry, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("GANDI_PAT", token)
    code, out, err = world.run("domains", "list")
    assert (code, out) == (1, "")
    assert err.startswith("error: GANDI_PAT holds characters that no token has\n")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (error(403, "HTTPForbidden", "Forbidden", "Access was denied."), "has expired, or may not do this"),
        (Said(401, b"{}"), "is missing or unknown there"),
        (Said(404, b"<html>Cannot GET</html>"), "it is not there"),
        (Said(200, b"<html>"), "what it answers is not JSON"),
        (Said(500, b""), "it answers 500"),
        (Said(429, b"", (("Retry-After", "9999"),)), "there were too many requests"),
        (None, "cut off before the answer was whole"),
    ],
)
def test_where_gandi_fails_its_domains_are_unknown_and_the_others_are_not(
    world: Registry, said: Said | None, why: str
) -> None:
    world.gandi.fail("GET", "/v5/domain/domains", said, times=9)
    code, domains, findings = world.listing()
    assert (code, findings) == (3, ["ours.test. not-asked"])
    assert domains["ours.test."]["expires"] is None
    assert why in domains["ours.test."]["why"]
    assert domains["theirs.test."]["days_left"] == 200


def test_who_has_a_token_wants_to_know_what_nobody_claims(
    world: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world.root / "zones" / "one" / "ours.test.zone").unlink()
    assert world.listing()[0] == 0
    world.gandi.fail("GET", "/v5/domain/domains", Said(500), times=99)
    code, document = world.document("domains", "list")
    assert code == 3
    assert "it answers 500" in document["summary"]["gandi"]
    assert world.listing("theirs.test")[0] == 0
    monkeypatch.delenv("GANDI_PAT")
    assert world.listing()[0] == 0


def test_the_worst_code_wins(world: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    world.rdap.domains["theirs.test"]["status"] = ["client hold"]
    monkeypatch.delenv("GANDI_PAT")
    code, _, findings = world.listing()
    assert (code, findings) == (2, ["theirs.test. domain-on-hold", "ours.test. not-asked"])


def test_the_date_of_the_file_counts_only_where_the_registry_has_none(world: Registry) -> None:
    ends = in_days(60).date().isoformat()
    world.claim("three", "silent.test", f"expires = {ends}")
    world.claim("three", "talks.test", f"expires = {ends}")
    world.rdap.add("silent.test", None)
    world.rdap.add("talks.test", "2031-01-01T00:00:00Z")
    code, domains, findings = world.listing()
    assert (code, findings) == (0, ["talks.test. expires-ignored"])
    silent, talks = domains["silent.test."], domains["talks.test."]
    assert (silent["expires"], silent["source"], silent["days_left"]) == (ends, "file", 60)
    assert (talks["expires"], talks["source"]) == ("2031-01-01T00:00:00Z", "rdap")
    out = world.run("domains", "list")[1]
    assert f"{ends} (tenant.toml)" in out
    assert "zones/three/tenant.toml: warning: talks.test.: expires" in out


def test_a_registry_without_dates_or_server_is_unknown_and_says_what_would_help(world: Registry) -> None:
    world.claim("three", "silent.test")
    world.claim("three", "name.nowhere")
    world.rdap.add("silent.test", None)
    code, domains, findings = world.listing()
    assert (code, findings) == (3, ["name.nowhere. no-end-known", "silent.test. no-end-known"])
    for name in ("silent.test.", "name.nowhere."):
        assert [domains[name][key] for key in ("expires", "source", "days_left")] == [None] * 3
    assert (
        'hint: write it down: [zones."name.nowhere"] expires = YYYY-MM-DD' in world.run("domains", "list")[1]
    )


def test_money_that_is_short_is_said_before_it_is_needed(world: Registry) -> None:
    world.gandi.balance = "20.00"
    world.claim("one", "next.test", 'registrar = "gandi"')
    world.gandi.add("next.test", in_days(90))
    _, domains, findings = world.listing()
    assert (domains["next.test."]["payable"], domains["ours.test."]["payable"]) == (True, False)
    assert findings == ["ours.test. balance-short"]
    assert "automatic, NO MONEY" in world.run("domains", "list")[1]
    world.gandi.fail("GET", "/v5/billing/info.*", Said(500), times=99)
    _, domains, findings = world.listing()
    assert domains["ours.test."]["payable"] is None
    assert findings == ["None balance-unknown"]


def test_nothing_that_comes_from_outside_reaches_a_terminal_raw(world: Registry) -> None:
    card = ["vcard", [["fn", {}, "text", "\x1b[2J"]]]
    world.rdap.domains["theirs.test"]["entities"] = [{"roles": ["registrar"], "vcardArray": card}]
    world.gandi.fail("GET", "/v5/domain/domains", Said(403, b'{"message": "\\u001b[2J\\u202e"}'))
    out = world.run("domains", "list")[1]
    assert "\x1b" not in out
    assert "\\x1b[2J\\u202e" in out


def test_no_secret_is_shown_or_kept(world: Registry, tmp_path: Path) -> None:
    _, out, err = world.run("-v", "domains", "list")
    kept = "".join(path.read_text() for path in (tmp_path / ".psfdns").rglob("*") if path.is_file())
    for secret in (AUTHINFO, TOKEN):
        assert secret not in out + err + kept


def test_a_cache_that_cannot_be_kept_is_said_and_the_list_is_there(world: Registry, tmp_path: Path) -> None:
    """A full disk is no reason not to know when a domain ends."""
    (tmp_path / ".psfdns").write_text("in the way")
    code, domains, _ = world.listing()
    assert (code, [each["days_left"] for each in domains.values()]) == (0, [100, 200])
    _, _, err = world.run("domains", "list")
    assert [name for name in ("gandi.json", "rdap.json") if f"{name}: cannot be written" in err] == [
        "gandi.json",
        "rdap.json",
    ]
    assert "hint: what was heard counts for this run" in err
    assert world.rdap.questions == ["theirs.test"] * 2


def test_on_a_terminal_a_word_says_what_is_waited_for_in_colour(
    world: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.gandi.domains["ours.test"].status = ["clientHold"]
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    _, out, err = world.run("domains", "list")
    assert err == "asking Gandi and registries: a minute or more the first time\n"
    assert "\x1b[31merror\x1b[0m: ours.test." in out
    assert "\x1b" not in world.run("--no-color", "domains", "list")[1]


def test_a_fresh_clone_without_a_token_says_what_it_could_not_ask(
    repository_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "psfdns.toml"
    config.write_text((repository_root / "psfdns.toml").read_text())
    monkeypatch.chdir(tmp_path)
    assert "GANDI_PAT" not in os.environ
    assert run(["--json", "--root", str(repository_root), "domains", "list"]) == 3
    document = json.loads(capsys.readouterr().out)
    at_gandi = [domain for domain in document["domains"] if domain["registrar"] == "gandi"]
    assert len(at_gandi) >= 10
    assert {domain["why"] for domain in at_gandi} == {"GANDI_PAT is not set"}
    assert {domain["days_left"] for domain in at_gandi} == {None}
    assert document["summary"]["gandi"] == "GANDI_PAT is not set"


def test_ages_are_shown_in_the_largest_unit_that_fits() -> None:
    from psfdns.cli.domains.view import _age

    now = "2026-11-28T12:00:00Z"
    cases = {
        "2026-11-28T12:00:00Z": "now",
        "2026-11-28T11:50:00Z": "10 min ago",
        "2026-11-28T09:00:00Z": "3 h ago",
    }
    cases |= {"2026-11-26T11:00:00Z": "2 d ago"}
    assert {then: _age(then, now) for then in cases} == cases
    assert _age(None, now) == "never"


def test_of_findings_the_most_urgent_domain_comes_first(world: Registry) -> None:
    world.gandi.add("ours.test", in_days(29), autorenew=False)
    world.claim("one", "aaa.test", 'registrar = "gandi"')
    world.rdap.add("aaa.test", in_days(300).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _, out, _ = world.run("domains", "list")
    codes = [line.rpartition(" [")[2] for line in out.splitlines() if line.endswith("]")]
    assert codes == ["ends-soon]", "not-at-gandi]"]
