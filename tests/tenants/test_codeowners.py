"""CODEOWNERS says what the tenants' files say, and is told when it does not any more."""

from __future__ import annotations

from pathlib import Path

from psfdns.tenants.codeowners import find_stale, render_codeowners
from tests.tenants.test_change import BASE, lay_out, tenant


def test_the_staff_stand_in_every_line_and_tenants_in_those_of_their_own(tmp_path: Path) -> None:
    lines = render_codeowners(lay_out(tmp_path, BASE).tenants).splitlines()
    rules = {line.split()[0]: line.split()[1:] for line in lines if line and not line.startswith("#")}
    assert rules == {
        "*": ["@psf/infra", "@staffer"],
        "/zones/french/": ["@psf/infra", "@staffer", "@vipere"],
        "/certs/french.toml": ["@psf/infra", "@staffer", "@vipere"],
        "/zones/french/tenant.toml": ["@psf/infra", "@staffer"],
        "/zones/snakes/": ["@psf/infra", "@staffer", "@asp"],
        "/certs/snakes.toml": ["@psf/infra", "@staffer", "@asp"],
        "/zones/snakes/tenant.toml": ["@psf/infra", "@staffer"],
    }


def test_what_psfdns_made_is_stale_when_a_handle_changes(tmp_path: Path) -> None:
    before = lay_out(tmp_path / "1", BASE).tenants
    after = lay_out(tmp_path / "2", {**BASE, "zones/french/tenant.toml": tenant("french", "other")}).tenants
    text = render_codeowners(before)
    assert not list(find_stale(text, before, path="CODEOWNERS"))
    assert [each.code for each in find_stale(text, after, path="CODEOWNERS")] == ["codeowners-stale"]
    assert not list(find_stale("* @somebody\n", after, path="CODEOWNERS"))
