"""`psfdns check --changed-since REV`: only what the change brings, and whose it is to make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.checks import BAD, GOOD, ODD, TENANT, git, write


@pytest.fixture
def history(repository: Path) -> Path:
    """The repository under git; the branch `main` stands one commit ahead of where we branched off."""
    git(repository, "init", "-q", "-b", "main")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "one")
    git(repository, "checkout", "-qb", "work")
    git(repository, "checkout", "-q", "main")
    write(repository, "zones/bad/bad.example.zone", BAD + "; changed on main\n")
    git(repository, "commit", "-qam", "two")
    git(repository, "checkout", "-q", "work")
    return repository


def test_only_what_changed_since_the_merge_base_is_reported(history: Path, check: Any) -> None:
    assert check("--changed-since", "main").places == []
    write(history, "zones/bad/odd.example.zone", "; edited\n" + ODD + "ftp A 192.0.2.1\nftp 60 A 192.0.2.2\n")
    new = ["zones/bad/odd.example.zone:6 unequal-ttls"]
    assert check("--changed-since", "main").places == new
    git(history, "commit", "-qam", "three")
    assert check("--changed-since", "main").places == new
    assert check("--changed-since", "main", "zones/good").places == []


def test_new_files_and_changed_settings_count_as_changes(history: Path, check: Any) -> None:
    write(history, "zones/good/new.example.zone", ODD)
    assert check("--changed-since", "main").places == [
        "zones/good/new.example.zone new-zone",
        "zones/good/new.example.zone:3 unequal-ttls",
    ]
    write(history, "zones/good/tenant.toml", TENANT + '[zones."good.example"]\nignore = ["@ A"]\n')
    assert "zones/good/good.example.zone:2 ignored-record" in check("--changed-since", "main").places
    assert not any("bad" in place for place in check("--changed-since", "main").places)


def test_what_was_wrong_with_a_tenant_before_is_not_reported(history: Path, check: Any) -> None:
    new = ["zones/good/tenant.toml liaison-changed", "zones/good/tenant.toml no-liaison"]
    write(history, "zones/good/tenant.toml", TENANT.partition("[[")[0])
    assert check("--changed-since", "main").places == new
    git(history, "commit", "-qam", "three")
    assert check("--changed-since", "HEAD").places == []
    assert check("--changed-since", "main").places == new


def test_a_zone_file_that_is_gone_is_told(history: Path, check: Any) -> None:
    (history / "zones/bad/bad.example.zone").unlink()
    said = check("--changed-since", "main")
    assert (said.code, said.places) == (0, ["zones/bad/bad.example.zone zone-removed"])


def test_what_a_change_breaks_in_another_tenants_file_is_told_there(history: Path, check: Any) -> None:
    write(history, "zones/bad/good.example.zone", GOOD)
    said = check("--changed-since", "main")
    assert said.code == 1
    assert said.places[1:3] == [
        "zones/bad/good.example.zone zone-twice",
        "zones/good/good.example.zone zone-twice",
    ]


@pytest.mark.parametrize("revision", ["nonesuch", "--output=/tmp/x", "", "main..work", "HEAD:zones"])
def test_an_unknown_revision_cannot_be_done(history: Path, check: Any, revision: str) -> None:
    said = check(f"--changed-since={revision}")
    assert (said.code, said.out) == (1, "")
    assert "no revision of this repository" in said.err


def test_files_outside_zones_count_by_their_own_changes(history: Path, check: Any) -> None:
    write(history, "export/a.example.zone", ODD)
    assert check("--changed-since", "main", "export").places == ["export/a.example.zone:3 unequal-ttls"]
    git(history, "add", ".")
    git(history, "commit", "-qm", "export")
    assert check("--changed-since", "HEAD", "export").places == []
    elsewhere = write(history.parent, "b.example.zone", ODD)
    assert check("--changed-since", "HEAD", str(elsewhere)).places == [f"{elsewhere}:3 unequal-ttls"]


def test_without_git_changes_cannot_be_known(
    history: Path, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(history))
    said = check("--changed-since", "main")
    assert said.code == 1
    assert "git is not installed" in said.err


def test_changes_are_known_in_a_folder_of_a_larger_repository(
    tmp_path: Path, repository: Path, check: Any
) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    write(repository, "zones/bad/odd.example.zone", ODD + "ftp A 192.0.2.1\nftp 60 A 192.0.2.2\n")
    assert check("--changed-since", "main").places == ["zones/bad/odd.example.zone:5 unequal-ttls"]


def test_histories_without_a_common_commit_are_said(history: Path, check: Any) -> None:
    git(history, "checkout", "-q", "--orphan", "other")
    git(history, "commit", "-qm", "alone")
    said = check("--changed-since", "main")
    assert said.code == 1
    assert "no common history" in said.err
