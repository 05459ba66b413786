"""certs/ is read as what anybody may propose: whose it is, names once, names of their holders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from psfdns.certs.load import Manifests, load_manifests
from psfdns.certs.manifest import MAX_BYTES
from psfdns.tenants.load import load_repository
from tests.certs.ground import TENANT, load, places, write
from tests.certs.wanted import settings


def wants(*names: str, more: str = "") -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    return f"[[certificate]]\nnames = [{listed}]\n{more}"


def test_a_repository_without_certs_wants_none(tmp_path: Path) -> None:
    write(tmp_path, {})
    assert load(tmp_path) == Manifests()


def test_certificates_stand_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    files = {
        "certs/two.toml": wants("c.example"),
        "certs/one.toml": wants("b.example") + wants("a.example"),
        "certs/README.md": "# not read",
        "certs/.one.toml": "[[[",
    }
    write(tmp_path, files)
    manifests = load(tmp_path)
    assert [(each.tenant, each.name) for each in manifests.certificates] == [
        ("one", "b.example"),
        ("one", "a.example"),
        ("two", "c.example"),
    ]
    assert [each.name for each in manifests.of("two")] == ["c.example"]
    assert (manifests.findings, manifests.broken) == ((), frozenset())


def test_a_file_with_errors_breaks_its_tenant_alone(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"certs/one.toml": wants("a.example", more="key = 3\n"), "certs/two.toml": wants("b.example")},
    )
    manifests = load(tmp_path)
    assert places(manifests.findings) == ["certs/one.toml:3 bad-setting"]
    assert manifests.broken == {"one"}
    assert len(manifests.certificates) == 2


def test_a_warning_breaks_nobody(tmp_path: Path) -> None:
    write(tmp_path, {"certs/one.toml": wants("a.example", more='profile = "x"\n')})
    assert load(tmp_path).broken == frozenset()


def test_a_file_of_no_tenant_wants_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"certs/three.toml": wants("a.example")})
    manifests = load(tmp_path)
    assert places(manifests.findings) == ["certs/three.toml no-certificate-tenant"]
    assert manifests.certificates == ()


def test_a_tenant_toml_that_cannot_be_read_takes_no_certificate_from_anybody(tmp_path: Path) -> None:
    files = {**ZONES, "certs/one.toml": wants("sub.b.example"), "certs/two.toml": wants("b.example")}
    write(tmp_path, {**files, "zones/two/tenant.toml": "[["})
    manifests = load(tmp_path)
    assert [each.name for each in manifests.certificates] == ["sub.b.example", "b.example"]
    assert manifests.findings == (), "whether sub.b.example is delegated is not known"


def test_links_special_files_and_folders_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {"elsewhere.toml": wants("a.example"), "certs/README.md": ""})
    (tmp_path / "certs" / "one.toml").symlink_to(tmp_path / "elsewhere.toml")
    os.mkfifo(tmp_path / "certs" / "two.toml")
    assert places(load(tmp_path).findings) == ["certs/one.toml bad-file", "certs/two.toml bad-file"]
    (tmp_path / "certs" / "two.toml").unlink()
    (tmp_path / "certs" / "two.toml").mkdir()
    assert places(load(tmp_path).findings) == ["certs/one.toml bad-file", "certs/two.toml bad-file"]


@pytest.mark.parametrize("kind", ["link", "file"])
def test_certs_itself_is_a_folder_and_no_link(tmp_path: Path, kind: str) -> None:
    write(tmp_path, {"elsewhere/one.toml": wants("a.example")})
    if kind == "link":
        (tmp_path / "certs").symlink_to(tmp_path / "elsewhere")
    else:
        (tmp_path / "certs").write_text("")
    manifests = load(tmp_path)
    assert places(manifests.findings) == ["certs bad-file"]
    assert manifests.certificates == ()


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    write(tmp_path, {"certs/one.toml": "#" * (MAX_BYTES + 1)})
    assert places(load(tmp_path).findings) == ["certs/one.toml bad-toml"]


def test_what_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"certs/one.toml": wants("a.example")})
    repository = load_repository(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("psfdns.certs.load.read_regular_file", refuse)
        (finding,) = load_manifests(tmp_path, repository, settings()).findings
        assert "cannot be read: Permission denied" in finding.summary
    monkeypatch.setattr("psfdns.certs.load.os.scandir", refuse)
    (finding,) = load_manifests(tmp_path, repository, settings()).findings
    assert finding.code == "unreadable-folder"


def test_a_name_in_the_store_is_one_tenants(tmp_path: Path) -> None:
    files = {
        "certs/one.toml": wants("a.example") + wants("b.example", more='name = "x"\n') + wants("*.a.example"),
        "certs/two.toml": wants("c.example", more='name = "x"\n') + wants("d.example"),
    }
    write(tmp_path, files)
    manifests = load(tmp_path)
    assert places(manifests.findings) == [
        "certs/one.toml:1 certificate-twice",
        "certs/one.toml:6 certificate-twice",
        "certs/one.toml:3 certificate-twice",
        "certs/two.toml:1 certificate-twice",
    ]
    assert "certs/two.toml" in manifests.findings[2].summary
    assert manifests.broken == {"one", "two"}


def test_the_same_names_twice_are_a_warning_unless_the_keys_differ(tmp_path: Path) -> None:
    same = wants("a.example", "b.example") + wants("B.example", "a.example", more='name = "x"\n')
    write(tmp_path, {"certs/one.toml": same})
    assert places(load(tmp_path).findings) == ["certs/one.toml:1 same-names", "certs/one.toml:3 same-names"]
    write(tmp_path, {"certs/one.toml": same + 'key = "rsa-2048"\n'})
    assert load(tmp_path).findings == ()


ZONES = {"zones/one/a.example.zone": "@ 300 A 192.0.2.1\n", "zones/two/b.example.zone": "@ 300 A 192.0.2.1\n"}
DELEGATES = TENANT + '[zones."b.example"]\ndelegated = { "sub.b.example" = "one" }\n'
HELD = {
    "its own": ("www.a.example", TENANT, True),
    "its own zone": ("a.example", TENANT, True),
    "its own wildcard": ("*.a.example", TENANT, True),
    "in no zone here": ("www.c.example", TENANT, True),
    "beside a zone": ("www.ab.example", TENANT, True),
    "another's": ("www.b.example", TENANT, False),
    "another's zone": ("b.example", TENANT, False),
    "another's wildcard": ("*.b.example", TENANT, False),
    "delegated": ("sub.b.example", DELEGATES, True),
    "below what is delegated": ("*.www.sub.b.example", DELEGATES, True),
    "the wildcard of what is delegated": ("*.sub.b.example", DELEGATES, True),
    "beside what is delegated": ("xsub.b.example", DELEGATES, False),
    "above what is delegated": ("*.b.example", DELEGATES, False),
}


@pytest.mark.parametrize("case", HELD)
def test_a_name_in_a_zone_here_is_its_holders(tmp_path: Path, case: str) -> None:
    name, tenant, permitted = HELD[case]
    write(tmp_path, {**ZONES, "zones/two/tenant.toml": tenant, "certs/one.toml": wants("x.example", name)})
    found = places(load(tmp_path).findings)
    assert found == ([] if permitted else ["certs/one.toml:2 other-tenants-name"])


PRIVATE = TENANT + '[zones."{}"]\nprivate = ["us-east-1:vpc-0123456789abcdef0"]\n'
VIEWS = {
    "a private view": ("b.example@in", PRIVATE.format("b.example@in"), ["other-tenants-name"]),
    "a private zone below": ("www.b.example@in", PRIVATE.format("www.b.example@in"), ["other-tenants-name"]),
    "a public view": ("b.example@other", TENANT, ["other-tenants-name"]),
    "a view of settings that cannot be read": ("b.example@in", "[[", ["other-tenants-name"]),
    "a private zone of its own": ("c.example@in", PRIVATE.format("c.example@in"), []),
}


@pytest.mark.parametrize("case", VIEWS)
def test_a_view_beside_or_below_anothers_zone_gives_no_right_to_its_names(tmp_path: Path, case: str) -> None:
    stem, tenant, expected = VIEWS[case]
    name = f"www.{stem.partition('@')[0].removeprefix('www.')}"
    view = {f"zones/one/{stem}.zone": "@ 300 TXT x\n", "zones/one/tenant.toml": tenant}
    manifests = {"certs/one.toml": wants(name), "certs/two.toml": wants("b.example")}
    write(tmp_path, {**ZONES, **view, **manifests})
    assert [each.code for each in load(tmp_path).findings] == expected


def test_the_hint_says_what_permits_it(tmp_path: Path) -> None:
    write(tmp_path, {**ZONES, "certs/one.toml": wants("*.b.example", more='issuer = "GlobalSign"\n')})
    (finding,) = load(tmp_path).findings
    assert finding.hint == 'delegated = { "b.example" = "one" } in two\'s tenant.toml permits it'
