"""`psfdns check` of certs/: beside the zones, by what a change brings, and in `psfdns tenants`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.checks import git, write
from tests.cli.ground import Ground

WANTS = '[[certificate]]\nnames = ["www.good.example"]\n'


@pytest.fixture
def wanting(repository: Path) -> Path:
    """A repository whose good tenant wants a certificate, committed as `main`."""
    (repository / "zones" / "bad" / "bad.example.zone").unlink()
    (repository / "zones" / "bad" / "odd.example.zone").unlink()
    write(repository, "certs/good.toml", WANTS)
    git(repository, "init", "--quiet", "--initial-branch", "main")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "x")
    return repository


def test_a_sound_manifest_is_left_in_peace(wanting: Path, check: Any) -> None:
    assert check().places == []


def test_what_a_zone_forbids_stands_at_the_certificate(wanting: Path, check: Any) -> None:
    write(wanting, "zones/good/good.example.zone", '$TTL 300\n@ A 192.0.2.1\n@ CAA 0 issue ";"\n')
    assert "certs/good.toml:2 caa-forbids-ca" in check().places
    assert check("certs").places == ["certs/good.toml:2 caa-forbids-ca"]
    assert check("certs/bad.toml", "zones/bad").code == 64
    assert check("zones/good").code == 0, "the zone file alone is sound"


def test_the_cas_of_psfdns_toml_are_those_that_caa_has_to_permit(wanting: Path, check: Any) -> None:
    write(
        wanting, "zones/good/good.example.zone", '$TTL 300\n@ A 192.0.2.1\n@ CAA 0 issue "letsencrypt.org"\n'
    )
    assert check().places == []
    own = '[acme]\norder = ["own"]\n[acme.ca.own]\ndirectory = "https://ca.example/d"\ncaa = ["ca.example"]\n'
    write(wanting, "psfdns.toml", own)
    assert check().places == [
        "zones/good/good.example.zone:3 caa-forbids-ours",
        "certs/good.toml:2 caa-forbids-ca",
    ]


def test_a_ca_that_caa_cannot_be_matched_with_is_not_judged(wanting: Path, check: Any) -> None:
    write(wanting, "zones/good/good.example.zone", '$TTL 300\n@ A 192.0.2.1\n@ CAA 0 issue "ca.example"\n')
    own = '[acme]\norder = ["own"]\n[acme.ca.own]\ndirectory = "https://ca.example/d"\n'
    write(wanting, "psfdns.toml", own)
    assert check().places == []


def test_the_validation_zone_asks_for_delegations(wanting: Path, check: Any) -> None:
    write(wanting, "psfdns.toml", '[acme]\nvalidation_zone = "acme.example.org"\n')
    said = check("certs")
    assert said.places == ["certs/good.toml:2 challenge-not-delegated"]
    assert "_acme-challenge.www.good.example. CNAME wdrljipfl5auyqrzuwlh43z7lw.acme.example.org." in said.out


def test_a_change_brings_what_it_breaks_in_certificates(wanting: Path, check: Any) -> None:
    assert check("--changed-since", "main").places == []
    write(wanting, "zones/good/good.example.zone", '$TTL 300\n@ A 192.0.2.1\n@ CAA 0 issue ";"\n')
    assert "certs/good.toml:2 caa-forbids-ca" in check("--changed-since", "main").places
    git(wanting, "commit", "--quiet", "--all", "--message", "y")
    write(wanting, "certs/bad.toml", '[[certificate]]\nnames = ["x.good.example"]\nkey = "x"\n')
    said = check("--changed-since", "main~0", "--actor-tenant", "bad")
    assert [place for place in said.places if place.startswith("certs/")] == [
        "certs/bad.toml:3 bad-setting",
        "certs/bad.toml:2 other-tenants-name",
        "certs/bad.toml:2 caa-forbids-ca",
    ], "what main has already is not told, and the file is theirs to write"


def test_another_tenants_file_is_not_the_actors(wanting: Path, check: Any) -> None:
    tenant = wanting / "zones" / "bad" / "tenant.toml"
    tenant.write_text(tenant.read_text().replace('"psf"', '"working-group"'))
    git(wanting, "commit", "--quiet", "--all", "--message", "y")
    write(wanting, "certs/good.toml", WANTS + "\n")
    said = check("--changed-since", "main", "--actor-tenant", "bad")
    assert (said.code, said.places) == (1, ["certs/good.toml other-tenants-file"])


def test_a_baseline_knows_faults_of_certs(wanting: Path, check: Any) -> None:
    write(wanting, "certs/good.toml", WANTS + 'key = "x"\n')
    assert check("--baseline", "old.json", "--write-baseline").code == 0
    assert check("--baseline", "old.json").code == 0
    write(wanting, "certs/good.toml", WANTS)
    assert "1 finding of old.json gone" in check("--baseline", "old.json").err


def test_tenants_show_certificates_and_what_is_wrong_with_them(ground: Ground) -> None:
    (ground.root / "certs").mkdir()
    (ground.root / "certs" / "one.toml").write_text('[[certificate]]\nnames = ["alpha.test"]\nkey = "x"\n')
    (ground.root / "certs" / "two.toml").symlink_to("one.toml")
    code, out, _ = ground.run("tenants")
    assert code == 0
    assert "alpha.test" in out.splitlines()[1]
    assert "certs/one.toml:3: error: " in out
    assert "certs/two.toml: error: is not a regular file [bad-file]" in ground.run("tenants", "two")[1]
