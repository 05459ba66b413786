"""zones/ is read as tenants and zone files; what is out of place is said, and links lead nowhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from psfdns.diagnostics import Severity
from psfdns.settings import ZoneSettings
from psfdns.tenants.load import Repository, load_repository

TENANT = 'name = "T"\nkind = "psf"\napproved = "yes"\n[[liaison]]\nname = "L"\nemail = "l@t.example"\n'


def lay_out(root: Path, files: dict[str, str]) -> Path:
    """Write the files; a tenant.toml is TENANT and what is given."""
    for name, text in files.items():
        path = root / "zones" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TENANT + text if path.name == "tenant.toml" else text)
    return root


def load(root: Path, files: dict[str, str]) -> Repository:
    return load_repository(lay_out(root, files))


def said(repository: Repository) -> list[tuple[str, str]]:
    """Place and code of each finding."""
    return [(str(finding.span), finding.code) for finding in repository.findings]


def test_tenants_and_zone_files_are_found_with_their_settings(tmp_path: Path) -> None:
    repository = load(
        tmp_path,
        {
            "b/tenant.toml": '[zones."b.example@office"]\nprivate = ["us-east-1:vpc-1"]\nid = "Z1"\n',
            "b/b.example.zone": "",
            "b/b.example@office.zone": "",
            "b/0%2F25.2.0.192.in-addr.arpa.zone": "",
            "b/README.md": "",
            "b/shared/mail.inc": "",
            "b/.b.example.zone.swp": "",
            "a/tenant.toml": "",
            "a/xn--bcher-kva.example.zone": "",
            "README.md": "",
        },
    )
    assert said(repository) == []
    assert list(repository.tenants) == ["a", "b"]
    assert [(file.shown_path, file.origin, file.view, file.tenant) for file in repository.zone_files] == [
        ("zones/a/xn--bcher-kva.example.zone", "xn--bcher-kva.example.", None, "a"),
        ("zones/b/0%2F25.2.0.192.in-addr.arpa.zone", "0/25.2.0.192.in-addr.arpa.", None, "b"),
        ("zones/b/b.example.zone", "b.example.", None, "b"),
        ("zones/b/b.example@office.zone", "b.example.", "office", "b"),
    ]
    assert [file.settings.id for file in repository.zone_files] == [None, None, None, "Z1"]
    assert repository.zone_files[0].path == tmp_path / "zones/a/xn--bcher-kva.example.zone"


def test_a_repository_without_zones_has_none(tmp_path: Path) -> None:
    assert load_repository(tmp_path) == Repository({}, (), ())


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("T.example.zone", "write t.example.zone"),
        ("t.example..zone", "write t.example.zone"),
        ("bücher.example.zone", "write xn--bcher-kva.example.zone"),
        ("0%2f25.2.0.192.in-addr.arpa.zone", "write 0%2F25.2.0.192.in-addr.arpa.zone"),
        ("t%2Eexample.zone", None),
        ("t.example@.zone", None),
        ("t.example@Office.zone", None),
        ("@.zone", None),
        ("*.example.zone", None),
        ("a b.zone", None),
        ("x" * 64 + ".example.zone", None),
    ],
)
def test_a_file_that_is_not_named_as_a_zone_is_an_error_with_the_right_name(
    tmp_path: Path, name: str, hint: str | None
) -> None:
    repository = load(tmp_path, {"t/tenant.toml": "", f"t/{name}": ""})
    (finding,) = repository.findings
    assert (str(finding.span), finding.code) == (f"zones/t/{name}", "bad-zone-name")
    assert repository.zone_files == ()
    if hint is not None:
        assert finding.hint == hint


def test_what_is_out_of_place_is_said(tmp_path: Path) -> None:
    repository = load(
        tmp_path,
        {
            "stray.example.zone": "",
            "Bad Name/tenant.toml": "",
            "nobody/n.example.zone": "",
            "t/tenant.toml": '[zones."gone.example"]\n',
            "t/deep/d.example.zone": "",
            "t/t.example.ZONE": "",
        },
    )
    assert sorted(said(repository)) == [
        ("zones/Bad Name", "bad-tenant-name"),
        ("zones/nobody", "no-tenant-file"),
        ("zones/stray.example.zone", "no-tenant"),
        ("zones/t/deep/d.example.zone", "misplaced-zone"),
        ("zones/t/t.example.ZONE", "ignored-file"),
        ("zones/t/tenant.toml:7", "no-zone-file"),
    ]
    warnings = {f.code for f in repository.findings if f.severity is Severity.WARNING}
    assert warnings == {"ignored-file", "no-zone-file"}


def test_a_zone_of_one_view_in_two_folders_is_an_error_at_both(tmp_path: Path) -> None:
    files = {"a/tenant.toml": "", "b/tenant.toml": "", "a/z.example.zone": "", "b/z.example.zone": ""}
    repository = load(tmp_path, files)
    assert said(repository) == [
        ("zones/a/z.example.zone", "zone-twice"),
        ("zones/b/z.example.zone", "zone-twice"),
    ]
    assert [[each.code for each in file.findings] for file in repository.zone_files] == [["zone-twice"]] * 2
    assert "zones/b/z.example.zone" in repository.findings[0].summary


def test_one_id_for_two_zones_is_an_error_at_both(tmp_path: Path) -> None:
    settings = '[zones."a.example"]\nid = "Z1"\n[zones."b.example"]\nid = "Z1"\n'
    repository = load(tmp_path, {"t/tenant.toml": settings, "t/a.example.zone": "", "t/b.example.zone": ""})
    assert said(repository) == [
        ("zones/t/a.example.zone", "id-twice"),
        ("zones/t/b.example.zone", "id-twice"),
    ]


def test_two_public_zones_of_one_name_are_a_warning(tmp_path: Path) -> None:
    repository = load(tmp_path, {"t/tenant.toml": "", "t/a.example.zone": "", "t/a.example@x.zone": ""})
    assert {finding.severity for finding in repository.findings} == {Severity.WARNING}
    assert [code for _, code in said(repository)] == ["two-public-zones"] * 2


@pytest.mark.parametrize(
    ("delegated", "found"),
    [
        ("", ["other-tenants-zone"]),
        ('{ "sub.a.example" = "b" }', []),
        ('{ "x.sub.a.example" = "b" }', ["other-tenants-zone"]),
        ('{ "sub.a.example" = "nobody" }', ["other-tenants-zone", "unknown-tenant"]),
    ],
)
def test_a_zone_in_another_tenants_zone_needs_that_tenants_word(
    tmp_path: Path, delegated: str, found: list[str]
) -> None:
    settings = f'[zones."a.example"]\ndelegated = {delegated}\n' if delegated else ""
    files = {
        "a/tenant.toml": settings,
        "a/a.example.zone": "",
        "a/own.a.example.zone": "",
        "b/tenant.toml": "",
        "b/sub.a.example.zone": "",
        "b/nota.example.zone": "",
    }
    repository = load(tmp_path, files)
    assert [finding.code for finding in repository.findings] == found
    # A matter of policy: no plan is stopped by it.
    assert not any(file.findings for file in repository.zone_files)


def test_a_plan_is_stopped_where_settings_could_not_be_read(tmp_path: Path) -> None:
    files = {
        "broken/tenant.toml": "[",
        "broken/b.example.zone": "",
        "half/tenant.toml": '[zones."h.example"]\nignore = ["x"]\nregistrar = "x"\n[zones."i.example"]\n',
        "half/h.example.zone": "",
        "half/i.example.zone": "",
    }
    repository = load(tmp_path, files)
    found = {file.origin: [str(finding.span) for finding in file.findings] for file in repository.zone_files}
    assert found == {
        "b.example.": ["zones/broken/tenant.toml:7"],
        "h.example.": ["zones/half/tenant.toml:8"],
        "i.example.": [],
    }
    assert repository.zone_files[1].settings == ZoneSettings()
    assert list(repository.tenants) == ["half"]


def test_links_and_special_files_are_refused_and_never_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("name = 'password'")
    root = lay_out(tmp_path / "repository", {"t/tenant.toml": "", "u/x": ""})
    zones = root / "zones"
    (zones / "t" / "l.example.zone").symlink_to(secret)
    (zones / "t" / "inc").symlink_to(tmp_path)
    (zones / "u" / "tenant.toml").symlink_to(secret)
    (zones / "v").symlink_to(zones / "t")
    os.mkfifo(zones / "t" / "p.example.zone")
    repository = load_repository(root)
    assert {code for _, code in said(repository)} == {"bad-file"}
    assert sorted(place for place, _ in said(repository)) == [
        "zones/t/inc",
        "zones/t/l.example.zone",
        "zones/t/p.example.zone",
        "zones/u/tenant.toml",
        "zones/v",
    ]
    assert repository.zone_files == ()
    assert "password" not in str(repository.findings)


def test_zones_itself_must_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "zones").symlink_to(tmp_path)
    assert said(load_repository(tmp_path)) == [("zones", "bad-file")]


def test_a_tenant_file_that_is_a_folder_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "zones" / "t" / "tenant.toml").mkdir(parents=True)
    assert said(load_repository(tmp_path)) == [("zones/t/tenant.toml", "bad-file")]


def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"t/tenant.toml": "", "u/tenant.toml": ""})
    scandir = os.scandir

    def refuse(folder: Path) -> object:
        if folder.name == "u":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr("os.scandir", refuse)
    repository = load_repository(tmp_path)
    assert said(repository) == [("zones/u", "unreadable-folder")]
    assert list(repository.tenants) == ["t"]


def test_an_empty_folder_is_no_tenant(tmp_path: Path) -> None:
    (tmp_path / "zones" / "t").mkdir(parents=True)
    assert load_repository(tmp_path) == Repository({}, (), ())


def test_folders_may_not_nest_without_end(tmp_path: Path) -> None:
    repository = load(tmp_path, {"t/tenant.toml": "", "t/" + "d/" * 20 + "x.zone": ""})
    assert [code for _, code in said(repository)] == ["bad-file"]


def test_this_repositorys_own_tenants_are_well(repository_root: Path) -> None:
    repository = load_repository(repository_root)
    assert said(repository) == []
    assert "psf" in repository.tenants


def test_a_folder_named_as_a_zone_file_is_said(tmp_path: Path) -> None:
    repository = load(tmp_path, {"a/tenant.toml": "", "a/a.example.zone/README.md": ""})
    assert said(repository) == [("zones/a/a.example.zone", "bad-file")]
