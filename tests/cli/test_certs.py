"""`psfdns certs list`, `plan` and `import`: what is wanted, what is there, what is due, what certbot has."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from psfdns.certs.ari import Ari, Window
from psfdns.certs.pem import CertificateSet
from psfdns.certs.state import Deployment, State
from psfdns.certs.store import Store
from psfdns.certs.stored import Issuance
from psfdns.cli.main import run
from tests.certs.certificates import BEGIN, day
from tests.certs.issuing import issue
from tests.certs.lineages import write_lineage
from tests.cli.clocks import set_clock
from tests.cli.ground import Ground

WANTS = """\
[[certificate]]
names = ["a.alpha.test"]
[[certificate]]
name = "site"
names = ["b.alpha.test", "*.b.alpha.test"]
deploy = ["hook", "cdn"]
[[certificate]]
names = ["shop.example"]
issuer = "GlobalSign"
"""
TARGETS = """
[deploy.hook]
type = "exec"
tenants = ["*"]
command = ["/bin/true"]
[deploy.cdn]
type = "fastly"
tenants = ["one"]
"""
SITE = issue(("b.alpha.test", "*.b.alpha.test"), serial=0xABC)


@pytest.fixture
def wanting(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """Tenant one wants two certificates and watches a third; it is ten days after BEGIN."""
    with (ground.root / "psfdns.toml").open("a") as file:
        file.write(TARGETS)
    (ground.root / "certs").mkdir()
    (ground.root / "certs" / "one.toml").write_text(WANTS)
    at(monkeypatch, 10)
    return ground


def at(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    set_clock(monkeypatch, lambda: day(days))


def store_of(ground: Ground) -> Store:
    return Store(ground.root / ".psfdns" / "certs")


def put(ground: Ground, name: str = "site", new: CertificateSet = SITE, **more: Any) -> str:
    return store_of(ground).put(name, new, **more).fingerprint


def document(ground: Ground, *words: str) -> dict[str, Any]:
    code, out, _ = ground.run("certs", *words, "--json")
    return {"code": code, **json.loads(out)}


def certificate(found: dict[str, Any], name: str) -> dict[str, Any]:
    (one,) = (each for each in found["certificates"] if each["name"] == name)
    return dict(one)


def codes(found: dict[str, Any]) -> list[tuple[str | None, str]]:
    return [(each["certificate"], each["code"]) for each in found["findings"]]


def test_list_and_plan_are_the_same_document(wanting: Ground) -> None:
    fingerprint = put(wanting, issuance=Issuance("letsencrypt"))
    found = document(wanting, "list")

    assert (found["code"], found["format"]) == (0, "psfdns-certs/1")
    assert [each["name"] for each in found["certificates"]] == ["a.alpha.test", "site", "shop.example"]
    assert certificate(found, "site") == {
        "name": "site",
        "names": ["b.alpha.test", "*.b.alpha.test"],
        "lacks": [],
        "tenant": "one",
        "not_before": "2026-11-01T00:00:00Z",
        "not_after": "2027-01-30T00:00:00Z",
        "serial": "0abc",
        "fingerprint": fingerprint,
        "issuer": "Example Trust, Example Trust R1",
        "watched": False,
        "due": "2026-12-31T00:00:00Z",
        "reason": "lifetime",
        "why": "by its age",
        "explanation": None,
        "deployed": [
            {"target": "hook", "fingerprint": None, "ok": False, "at": None, "why": None},
            {"target": "cdn", "fingerprint": None, "ok": False, "at": None, "why": None},
        ],
        "copy": None,
    }
    assert document(wanting, "plan") == found


def test_what_is_missing_is_due_and_what_is_watched_never_is(wanting: Ground) -> None:
    found = document(wanting, "plan")
    missing, watched = certificate(found, "a.alpha.test"), certificate(found, "shop.example")
    assert (missing["due"], missing["reason"], missing["not_after"]) == (True, "missing", None)
    assert (watched["due"], watched["reason"], watched["issuer"]) == (False, None, "GlobalSign")
    assert codes(found) == [("a.alpha.test", "certificate-missing"), ("site", "certificate-missing")]
    assert found["code"] == 0
    assert document(wanting, "plan", "--fail-on", "info")["code"] == 2


def test_the_text_says_what_is_there(wanting: Ground) -> None:
    put(wanting)
    code, out, err = wanting.run("certs", "list")
    assert (code, err) == (0, "")
    header, one, site, shop, *rest = out.splitlines()
    assert header.split() == ["NAME", "TENANT", "NAMES", "EXPIRES", "ISSUER", "DEPLOYED"]
    assert one.split() == ["a.alpha.test", "one", "a.alpha.test", "-", "-", "-"]
    for text in (
        "b.alpha.test, *.b.alpha.test",
        "2027-01-30",
        "Example Trust, Example Trust R1",
        "not hook, not cdn",
    ):
        assert text in site
    assert "GlobalSign" in shop
    assert rest[1] == "certs/one.toml:3: warning: site is not at hook [certificate-not-deployed]"


def test_the_plan_says_what_is_due_first_and_why(wanting: Ground) -> None:
    put(wanting)
    code, out, _ = wanting.run("certs", "plan", "-q")
    assert code == 0
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[:4] == [
        "DUE NAME TENANT EXPIRES WHY",
        "now a.alpha.test one - there is none yet",
        "2026-12-31 site one 2027-01-30 by its age",
        "- shop.example one - not ours to renew: GlobalSign",
    ]
    assert lines[-1] == "Certificates: 1 due, 1 later, 1 only watched."


def ari(start: float, end: float, explanation: str | None = None) -> State:
    from psfdns.certs.pem import read_certificate

    identifier = read_certificate(SITE.certificate, name="x").identifier or ""
    window = Window(day(start), day(end))
    return State(Ari(identifier, window, window.at(0.5), day(0), explanation))


NEW = "its names change: +c.alpha.test -*.b.alpha.test; if new ones cannot be had, the others are renewed"
WHY = {
    "the CA suggests it": (WANTS, ari(9, 10), 10, (True, "ari", "the CA suggests it")),
    "the CA says why": (
        WANTS,
        ari(20, 22, "https://ca.example/\x1b[31mwhy"),
        10,
        ("2026-11-22T00:00:00Z", "ari", "the CA suggests it (https://ca.example/\x1b[31mwhy)"),
    ),
    "the CA suggests an absurd moment": (
        WANTS,
        ari(900, 902),
        10,
        ("2027-01-21T00:00:00Z", "lifetime", "by its age, before the CA suggests it"),
    ),
    "expired": (WANTS, State(), 90, (True, "expired", "it has expired")),
    "names": (
        WANTS.replace('"*.b.alpha.test"', '"c.alpha.test"'),
        State(),
        10,
        (True, "names-changed", NEW + " from 2026-12-31 on"),
    ),
    "names, and it is time": (
        WANTS.replace('"*.b.alpha.test"', '"c.alpha.test"'),
        State(),
        60,
        (True, "names-changed", NEW),
    ),
    "names that are none of the old ones": (
        WANTS.replace('"b.alpha.test", "*.b.alpha.test"', '"c.alpha.test"'),
        State(),
        60,
        (
            True,
            "names-changed",
            "its names change: +c.alpha.test -b.alpha.test -*.b.alpha.test",
        ),
    ),
    "a name less": (
        WANTS.replace(', "*.b.alpha.test"', ""),
        State(),
        60,
        (True, "names-changed", "its names change: -*.b.alpha.test"),
    ),
    "key": (
        WANTS.replace('name = "site"', 'name = "site"\nkey = "rsa-2048"'),
        State(),
        10,
        (True, "key-changed", "its key becomes rsa-2048 (is ecdsa-p256)"),
    ),
    "profile": (
        WANTS.replace('name = "site"', 'name = "site"\nprofile = "tlsserver"'),
        State(),
        10,
        (True, "profile-changed", "its profile becomes tlsserver (was the default one)"),
    ),
}


@pytest.mark.parametrize("case", WHY)
def test_each_reason_is_said(wanting: Ground, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    manifest, state, days, expected = WHY[case]
    (wanting.root / "certs" / "one.toml").write_text(manifest)
    put(wanting, issuance=Issuance("letsencrypt"))
    store_of(wanting).save_state("site", state)
    at(monkeypatch, days)
    site = certificate(document(wanting, "plan"), "site")
    assert (site["due"], site["reason"], site["why"]) == expected
    assert "\x1b" not in wanting.run("certs", "plan")[1]


def test_a_revoked_certificate_is_due_and_an_error(wanting: Ground) -> None:
    fingerprint = put(wanting)
    store_of(wanting).save_state("site", State(revoked=frozenset({fingerprint})))
    found = document(wanting, "plan")
    assert certificate(found, "site")["reason"] == "revoked"
    assert ("site", "certificate-revoked") in codes(found)
    assert found["code"] == 2
    put(wanting, new=issue(("b.alpha.test", "*.b.alpha.test"), serial=2))
    assert document(wanting, "plan")["code"] == 0


def test_a_name_that_it_lacks_is_a_warning_at_its_line_and_is_not_shown_as_there(wanting: Ground) -> None:
    put(wanting, issuance=Issuance("letsencrypt"))
    manifest = wanting.root / "certs" / "one.toml"
    manifest.write_text(WANTS.replace('"*.b.alpha.test"', '"*.b.alpha.test",\n"c.alpha.test"'))
    found = document(wanting, "list")

    assert (found["code"], certificate(found, "site")["lacks"]) == (0, ["c.alpha.test"])
    (finding,) = (each for each in found["findings"] if each["code"] == "certificate-lacks-name")
    line = (
        manifest.read_text()
        .splitlines()
        .index(next(x for x in manifest.read_text().splitlines() if "c.alpha" in x))
    )
    assert (finding["severity"], finding["line"]) == ("warning", line + 1)
    assert finding["summary"] == "site is not for c.alpha.test, which its certs file wants"
    assert document(wanting, "list", "--fail-on", "warning")["code"] == 2
    assert "  b.alpha.test, *.b.alpha.test, not c.alpha.test  " in wanting.run("certs", "list")[1]
    put(wanting, new=issue(("b.alpha.test", "*.b.alpha.test", "c.alpha.test"), serial=2))
    assert ("site", "certificate-lacks-name") not in codes(document(wanting, "list"))


AGES = {
    10: None,
    60: None,
    80.9: None,
    81: "certificate-late",
    89.9: "certificate-late",
    90: "certificate-expired",
}


@pytest.mark.parametrize("days", AGES)
def test_what_was_not_renewed_in_time_is_found(
    wanting: Ground, monkeypatch: pytest.MonkeyPatch, days: float
) -> None:
    put(wanting)
    at(monkeypatch, days)
    found = document(wanting, "list")
    about_age = [code for _, code in codes(found) if code in set(AGES.values())]
    assert about_age == ([AGES[days]] if AGES[days] else [])
    assert found["code"] == (2 if AGES[days] == "certificate-expired" else 0)


@pytest.mark.parametrize("days", [85, 91])
def test_what_to_do_about_it_depends_on_whose_it_is(
    wanting: Ground, monkeypatch: pytest.MonkeyPatch, days: float
) -> None:
    put(wanting)
    put(wanting, "shop.example", issue(("shop.example",), serial=9))
    at(monkeypatch, days)
    found = [each for each in document(wanting, "list")["findings"] if each["code"] in AGES.values()]
    hints = {each["certificate"]: each["hint"] for each in found}
    assert hints["site"] == "psfdns certs issue site renews it now, or says why it cannot"
    assert hints["shop.example"] == "have GlobalSign renew it, and bring the new one into the store"


def test_what_was_deployed_is_known_by_its_fingerprint(wanting: Ground) -> None:
    fingerprint = put(wanting)
    deployed = (Deployment("hook", fingerprint, BEGIN), Deployment("cdn", fingerprint, BEGIN, "refused"))
    store_of(wanting).save_state("site", State(deployed=deployed))
    found = document(wanting, "list")
    when = "2026-11-01T00:00:00Z"
    assert certificate(found, "site")["deployed"] == [
        {"target": "hook", "fingerprint": fingerprint, "ok": True, "at": when, "why": None},
        {"target": "cdn", "fingerprint": fingerprint, "ok": False, "at": when, "why": "refused"},
    ]
    assert [each["summary"] for each in found["findings"] if each["certificate"] == "site"] == [
        "site is not at cdn, last tried 2026-11-01 00:00 UTC: refused"
    ]
    put(wanting, new=issue(("b.alpha.test", "*.b.alpha.test"), serial=2))
    hook, _ = certificate(document(wanting, "list"), "site")["deployed"]
    assert hook == {"target": "hook", "fingerprint": fingerprint, "ok": False, "at": when, "why": None}


def test_a_store_that_cannot_be_read_is_unknown_and_never_fine(wanting: Ground) -> None:
    put(wanting)
    (store_of(wanting).live("site") / "cert.pem").write_bytes(b"")
    found = document(wanting, "plan")
    site = certificate(found, "site")
    assert (found["code"], site["due"], site["reason"]) == (3, None, None)
    assert "holds no certificate" in site["why"]
    assert "unknown" in wanting.run("certs", "plan")[1]
    assert document(wanting, "plan", "--fail-on", "warning")["code"] == 2, "2 before 3"


def test_what_keeps_renewals_back_stands_in_the_document_of_renew(wanting: Ground) -> None:
    put(wanting)
    (store_of(wanting).live("site") / "cert.pem").write_bytes(b"")
    (wanting.root / "certs" / "one.toml").write_text(
        '[[certificate]]\nname = "site"\nnames = ["b.alpha.test"]\n'
    )
    (wanting.root / "certs" / "two.toml").write_text('[[certificate]]\nnames = ["beta.test"]\nkey = "x"\n')
    code, out, err = wanting.run("--json", "certs", "renew")
    found = json.loads(out)
    listed = document(wanting, "list")["findings"]
    assert (code, found["format"], found["certificates"]) == (1, "psfdns-certs-issue/1", [])
    assert codes(found) == [("site", "certificate-unreadable"), (None, "bad-setting")]
    assert found["findings"] == [each for each in listed if each["code"] != "certificate-missing"]
    assert found["findings"][1]["path"] == "certs/two.toml"
    assert "certs/two.toml:3: error: " in err

    (wanting.root / "certs" / "two.toml").unlink()
    (wanting.root / "certs" / "one.toml").write_text("")
    code, out, err = wanting.run("--json", "certs", "renew")
    assert (code, json.loads(out)["findings"], err) == (0, [], "")


def test_a_certs_file_with_errors_is_exit_1_and_the_others_are_shown(wanting: Ground) -> None:
    (wanting.root / "certs" / "two.toml").write_text('[[certificate]]\nnames = ["beta.test"]\nkey = "x"\n')
    code, out, err = wanting.run("certs", "plan")
    assert code == 1
    assert "certs/two.toml:3: error: " in out
    assert "a.alpha.test" in out
    assert err == "error: certs files have errors: nothing of them is renewed\n"
    found = document(wanting, "list")
    assert (found["code"], len(found["certificates"])) == (1, 4)
    assert wanting.run("certs", "plan", "--tenant", "one")[0] == 0
    assert wanting.run("certs", "plan", "--tenant", "two")[0] == 1
    assert wanting.run("certs", "plan", "site")[0] == 0
    assert wanting.run("certs", "plan", "beta.test")[0] == 1


def test_names_and_tenant_narrow_each_other(wanting: Ground) -> None:
    (wanting.root / "certs" / "two.toml").write_text('[[certificate]]\nnames = ["beta.test"]\n')
    for words, expected in {
        ("site",): ["site"],
        ("site", "beta.test"): ["site", "beta.test"],
        ("--tenant", "two"): ["beta.test"],
        ("--tenant", "two", "site"): [],
    }.items():
        assert [each["name"] for each in document(wanting, "list", *words)["certificates"]] == expected
    code, _, err = wanting.run("certs", "list", "sitee")
    assert code == 64
    assert "unknown certificate 'sitee'" in err
    assert "did you mean 'site'?" in err
    assert wanting.run("certs", "list", "--tenant", "three")[0] == 64


def test_what_nobody_wants_is_told_where_all_is_shown(wanting: Ground) -> None:
    put(wanting, "old.example")
    assert (None, "certificate-unwanted") in codes(document(wanting, "list"))
    assert (None, "certificate-unwanted") not in codes(document(wanting, "list", "site"))


def test_without_certs_there_is_nothing_to_say(ground: Ground) -> None:
    assert ground.run("certs", "list") == (0, "", "")
    assert ground.run("certs", "plan") == (0, "\nCertificates: none wanted.\n", "")


# certs import


@pytest.fixture
def certbot(tmp_path: Path) -> Path:
    folder = tmp_path / "letsencrypt"
    write_lineage(folder, "site", issue(("b.alpha.test", "*.b.alpha.test"), serial=1), SITE)
    more = "reuse_key = True\npreferred_profile = classic\n"
    rsa = issue(("www.example.org", "example.org"), kind="rsa-2048", serial=7)
    write_lineage(folder, "example.org", rsa, server="https://ca.example/other", more=more)
    return folder


def import_(ground: Ground, certbot: Path, *words: str) -> dict[str, Any]:
    code, out, _ = ground.run("certs", "import", "--from", str(certbot), *words, "--json")
    return {"code": code, **json.loads(out)}


def fates(found: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["fate"] for each in found["certificates"]}


def snapshot(folder: Path) -> dict[str, object]:
    files = (path for path in sorted(folder.rglob("*")))
    return {
        str(path): path.readlink() if path.is_symlink() else path.is_file() and path.read_bytes()
        for path in files
    }


def test_certbots_certificates_become_ours_with_keys_and_older_sets(wanting: Ground, certbot: Path) -> None:
    before = snapshot(certbot)
    found = import_(wanting, certbot)

    assert (found["code"], found["format"], found["written"]) == (0, "psfdns-certs-import/1", True)
    assert fates(found) == {"example.org": "imported", "site": "imported"}
    assert [(each["sets"], each["wanted"]) for each in found["certificates"]] == [(1, False), (2, True)]
    store = store_of(wanting)
    assert store.load_set("site") == SITE
    assert store.versions("site") == (1, 2)
    stored = store.load("site")
    other = store.load("example.org")
    assert stored is not None
    assert stored.issuance == Issuance("letsencrypt", None)
    assert other is not None
    assert other.issuance is None, "its CA is none of psfdns.toml's"
    assert snapshot(certbot) == before
    assert certificate(document(wanting, "plan"), "site")["reason"] == "lifetime"


def test_what_no_file_wants_is_printed_as_it_would_stand_there(wanting: Ground, certbot: Path) -> None:
    expected = (
        '[[certificate]]\nname = "example.org"\nnames = ["www.example.org", "example.org"]\n'
        'key = "rsa-2048"\nreuse_key = true\nprofile = "classic"\n'
    )
    assert import_(wanting, certbot, "--dry-run")["manifest"] == expected
    code, out, err = wanting.run("certs", "import", "--from", str(certbot))
    assert (code, err) == (0, "")
    assert out == (
        "imported  example.org  1 set, expires 2027-01-30\n"
        "imported  site         2 sets, expires 2027-01-30\n"
        f"\nNo certs file wants these yet; in certs/<tenant>.toml:\n\n{expected}"
    )
    with (wanting.root / "certs" / "one.toml").open("a") as file:
        file.write(expected)
    assert certificate(document(wanting, "plan"), "example.org")["due"] == "2026-12-31T00:00:00Z"


def test_a_dry_run_writes_nothing(wanting: Ground, certbot: Path) -> None:
    found = import_(wanting, certbot, "--dry-run")
    assert (found["written"], fates(found)["site"]) == (False, "imported")
    assert not store_of(wanting).folder.exists()
    _, out, _ = wanting.run("certs", "import", "--from", str(certbot), "--dry-run")
    assert "\nNothing was written.\n" in out
    assert re.search(r"^to import +site ", out, re.MULTILINE)
    assert "imported" not in out


def test_a_second_import_takes_only_what_is_newer(wanting: Ground, certbot: Path) -> None:
    import_(wanting, certbot)
    assert set(fates(import_(wanting, certbot)).values()) == {"unchanged"}

    write_lineage(certbot, "site", SITE, issue(("b.alpha.test",), serial=9, begin=day(5)))
    found = import_(wanting, certbot, "site")
    assert fates(found) == {"site": "imported"}
    assert store_of(wanting).versions("site") == (1, 2, 3)

    for begin in (day(5), day(9)):
        put(wanting, new=issue(("b.alpha.test",), serial=10, begin=begin))
        found = import_(wanting, certbot, "site")
        assert fates(found) == {"site": "kept"}
        assert found["certificates"][0]["why"] == "the one in the store is as new or newer"
    stored = store_of(wanting).load("site")
    assert stored is not None
    assert stored.serial == "0a"


def test_one_that_is_damaged_is_exit_1_and_the_others_come(wanting: Ground, certbot: Path) -> None:
    (certbot / "archive" / "example.org" / "privkey1.pem").write_bytes(SITE.key)
    write_lineage(certbot, "Strange.name", SITE)
    found = import_(wanting, certbot)
    assert (found["code"], fates(found)) == (
        1,
        {"Strange.name": "error", "example.org": "error", "site": "imported"},
    )
    assert found["certificates"][1]["why"] == "the private key is not the certificate's"
    secret = SITE.key.splitlines()[1].decode()
    assert secret not in json.dumps(found)


def test_a_certificate_that_is_not_there_and_a_folder_that_is_none(wanting: Ground, certbot: Path) -> None:
    code, _, err = wanting.run("certs", "import", "--from", str(certbot), "nothing")
    assert (code, "has no certificate 'nothing'" in err) == (64, True)
    code, _, err = wanting.run("certs", "import", "--from", str(wanting.root / "zones"))
    assert (code, "there is no live/ in it" in err) == (1, True)
    (certbot / "live").rename(certbot / "x")
    (certbot / "live").write_text("")
    code, _, err = wanting.run("certs", "import", "--from", str(certbot))
    assert (code, "Not a directory" in err) == (1, True)


@pytest.mark.parametrize("way", ["itself", "a link to it"])
def test_the_store_is_not_imported_into_itself(wanting: Ground, certbot: Path, way: str) -> None:
    settings = wanting.root / "psfdns.toml"
    settings.write_text(f'{settings.read_text()}\n[acme]\nstore = "{certbot}"\n')
    source = certbot
    if way == "a link to it":
        source = wanting.root / "other"
        source.mkdir()
        (source / "live").symlink_to(certbot / "live")
    code, _, err = wanting.run("certs", "import", "--from", str(source))
    assert (code, "is the store itself" in err) == (1, True)


def test_owner_group_and_combined_file_are_as_asked(
    wanting: Ground, certbot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import grp
    import pwd

    handed = []
    monkeypatch.setattr(os, "fchown", lambda _, owner, group: handed.append((owner, group)))
    group, user = grp.getgrgid(os.getegid()).gr_name, pwd.getpwuid(os.geteuid()).pw_name
    found = import_(wanting, certbot, "site", "--group", group, "--owner", user, "--combined")
    assert fates(found) == {"site": "imported"}
    live = store_of(wanting).live("site")
    assert (live / "combined.pem").read_bytes() == SITE.full_chain + SITE.key
    assert (live / "privkey.pem").stat().st_mode & 0o777 == 0o640
    assert set(handed) == {(os.geteuid(), os.getegid()), (os.geteuid(), -1)}, "the latter the lock"
    for words in (("--owner", "nobody-here"), ("--group", "nobody-here")):
        code, _, err = wanting.run("certs", "import", "--from", str(certbot), *words)
        assert (code, "there is no such" in err) == (64, True)


def test_an_import_waits_for_nobody(wanting: Ground, certbot: Path) -> None:
    with store_of(wanting).held():
        code, _, err = wanting.run("certs", "import", "--from", str(certbot))
    assert (code, "another psfdns writes there" in err) == (1, True)


def test_an_imported_certificate_that_is_near_its_end_is_due(wanting: Ground, certbot: Path) -> None:
    write_lineage(certbot, "site", issue(("b.alpha.test", "*.b.alpha.test"), begin=day(-70)))
    import_(wanting, certbot)
    assert certificate(document(wanting, "plan"), "site")["due"] is True


def test_without_credentials_it_is_said_that_there_are_none(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    (ground.root / "psfdns.toml").write_text(
        '[route53]\naccounts = ["123456789012"]\n'
        '[acme]\norder = ["own"]\n[acme.ca.own]\ndirectory = "http://127.0.0.1:1/directory"\n'
    )
    (ground.root / "certs").mkdir()
    text = '[[certificate]]\nnames = ["alpha.test"]\nchallenge = "direct"\n'
    (ground.root / "certs" / "one.toml").write_text(text)

    assert run(["certs", "issue", "alpha.test"]) == 1
    err = capsys.readouterr().err
    assert "no usable credentials" in err
    assert "sign in to AWS" in err
    assert "account" not in err
