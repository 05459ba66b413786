"""`psfdns tenants codeowners`: the file that GitHub reads, or nothing where it would ask nobody."""

from __future__ import annotations

import json

import pytest

from tests.cli.ground import Ground
from tests.tenants.test_change import BASE


@pytest.fixture
def owned(ground: Ground) -> Ground:
    for path, text in BASE.items():
        place = ground.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return ground


def test_it_is_printed_as_check_wants_it(owned: Ground) -> None:
    code, text, err = owned.run("tenants", "codeowners")
    assert (code, err) == (0, "")
    place = owned.root / ".github" / "CODEOWNERS"
    place.parent.mkdir()
    place.write_text(text)
    assert "codeowners-stale" not in owned.run("check")[1]
    place.write_text(text.replace("@asp", "@adder"))
    assert "[codeowners-stale]" in owned.run("check")[1]


def test_as_json_it_is_rules_and_the_text(owned: Ground) -> None:
    _, text, _ = owned.run("tenants", "codeowners")
    document = json.loads(owned.run("tenants", "codeowners", "--json")[1])
    assert (document["format"], document["text"]) == ("psfdns-codeowners/1", text)
    assert {"pattern": "*", "owners": ["@psf/infra", "@staffer"]} in document["rules"]
    said = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    assert said == [[each["pattern"], *each["owners"]] for each in document["rules"]]


def test_where_nobody_of_the_staff_can_be_asked_there_is_no_file(ground: Ground) -> None:
    code, out, err = ground.run("tenants", "codeowners")
    assert (code, out) == (1, "")
    assert "the file would ask nobody" in err
    assert '[owners] team = "@org/team"' in err


def test_where_a_tenants_file_cannot_be_read_there_is_no_file(owned: Ground) -> None:
    (owned.root / "zones" / "snakes" / "tenant.toml").write_text("name = ")
    code, out, err = owned.run("tenants", "codeowners")
    assert (code, out) == (1, "")
    assert "zones/snakes/tenant.toml:1: error:" in err


def test_this_repository_names_nobody_who_did_not_ask_for_it(owned: Ground) -> None:
    """Its tenant.toml hold role addresses alone, so it carries no CODEOWNERS."""
    from tests.conftest import ROOT

    code, out, _ = owned.run("--root", str(ROOT), "tenants", "codeowners")
    assert (code, out) == (1, "")
    assert not (ROOT / ".github" / "CODEOWNERS").exists()
