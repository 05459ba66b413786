"""Zone files from the disk: what $INCLUDE reaches, and that it reaches nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from psfdns.records import RRsetKey
from psfdns.zonefile.load import load_zone
from psfdns.zonefile.parse import ParsedZone

SOA = "$TTL 300\n@ SOA ns1.example.net. hostmaster.example.net. 1 2 3 4 5\n"


@pytest.fixture
def tenant(tmp_path: Path) -> Path:
    """A tenant's folder beside another's, with a secret outside both."""
    (tmp_path / "secret").write_text("token A 192.0.2.1\n")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "theirs.inc").write_text("theirs A 192.0.2.1\n")
    folder = tmp_path / "psf"
    (folder / "parts").mkdir(parents=True)
    (folder / "mail.inc").write_text("mail A 192.0.2.25\n")
    (folder / "parts" / "web.inc").write_text("www A 192.0.2.80\n A 192.0.2.81\n$INCLUDE more.inc\n")
    (folder / "parts" / "more.inc").write_text("more A 192.0.2.82\nbad A x\n")
    return folder


def load(tenant: Path, text: str) -> ParsedZone:
    (tenant / "example.com.zone").write_text(SOA + text)
    return load_zone(
        tenant / "example.com.zone",
        origin="example.com.",
        shown_path="zones/psf/example.com.zone",
        tenant_root=tenant,
    )


def names(parsed: ParsedZone) -> set[str]:
    return {key.name.removesuffix(".example.com.") for key in parsed.zone.rrsets}


def test_an_included_file_is_read_with_its_own_path_and_lines(tenant: Path) -> None:
    parsed = load(tenant, "$INCLUDE parts/web.inc\n$INCLUDE mail.inc\n")
    assert {"www", "more", "mail"} <= names(parsed)
    assert [(str(finding.span), finding.code) for finding in parsed.findings] == [
        ("zones/psf/parts/more.inc:2", "bad-rdata")
    ]


def test_origin_and_owner_are_restored_behind_an_include(tenant: Path) -> None:
    (tenant / "sub.inc").write_text("$ORIGIN deep.example.com.\na A 192.0.2.1\n")
    parsed = load(tenant, "last A 192.0.2.9\n$INCLUDE sub.inc sub\n  A 192.0.2.10\nafter A 192.0.2.11\n")
    assert parsed.findings == ()
    assert parsed.zone.rrsets[RRsetKey("last.example.com.", "A")].values == ("192.0.2.10", "192.0.2.9")
    assert {"a.deep", "after"} <= names(parsed)


def test_the_origin_of_an_include_is_where_its_names_are(tenant: Path) -> None:
    parsed = load(tenant, "$INCLUDE mail.inc sub\n")
    assert "mail.sub" in names(parsed)


def test_an_included_file_begins_without_an_owner(tenant: Path) -> None:
    (tenant / "blank.inc").write_text("  A 192.0.2.1\n")
    parsed = load(tenant, "www A 192.0.2.9\n$INCLUDE blank.inc\n")
    assert [(str(finding.span), finding.code) for finding in parsed.findings] == [
        ("zones/psf/blank.inc:1", "no-owner")
    ]


def test_a_quoted_file_name_is_read(tenant: Path) -> None:
    assert "mail" in names(load(tenant, '$INCLUDE "mail.inc"\n'))


def link_to_secret(tenant: Path) -> None:
    (tenant / "link.inc").symlink_to(tenant.parent / "secret")


def link_inside(tenant: Path) -> None:
    (tenant / "link.inc").symlink_to("mail.inc")


def link_to_folder(tenant: Path) -> None:
    (tenant / "away").symlink_to(tenant.parent / "other")


def make_fifo(tenant: Path) -> None:
    os.mkfifo(tenant / "pipe.inc")


def make_folder(tenant: Path) -> None:
    (tenant / "folder.inc").mkdir()


def nothing(tenant: Path) -> None:
    assert tenant.is_dir()


@pytest.mark.parametrize(
    ("file", "prepare", "said"),
    [
        ("/etc/passwd", nothing, "absolute"),
        ("../other/theirs.inc", nothing, ".."),
        ("parts/../../secret", nothing, ".."),
        ("link.inc", link_to_secret, "link"),
        ("link.inc", link_inside, "link"),
        ("away/theirs.inc", link_to_folder, "link"),
        ("pipe.inc", make_fifo, "not a regular file"),
        ("folder.inc", make_folder, "not a regular file"),
        ("absent.inc", nothing, "No such file"),
        ("mail.inc/x", nothing, "not a folder"),
        ("other.ZONE", nothing, "zone of its own"),
        ("example.com.zone", nothing, "zone of its own"),
        (".", nothing, "plain"),
    ],
)
def test_what_may_not_be_included_is_an_error_at_its_line(
    tenant: Path, file: str, prepare: Callable[[Path], object], said: str
) -> None:
    prepare(tenant)
    parsed = load(tenant, f"$INCLUDE {file}\nafter A 192.0.2.1\n")
    assert [(str(finding.span), finding.code) for finding in parsed.findings] == [
        ("zones/psf/example.com.zone:3", "include-refused")
    ]
    assert said in parsed.findings[0].summary
    assert "token" not in parsed.findings[0].summary
    assert "after" in names(parsed)


def test_files_that_include_each_other_are_an_error_where_the_circle_closes(tenant: Path) -> None:
    (tenant / "a.inc").write_text("$INCLUDE b.inc\n")
    (tenant / "b.inc").write_text("$INCLUDE a.inc\n")
    parsed = load(tenant, "$INCLUDE a.inc\n")
    assert [str(finding.span) for finding in parsed.findings] == ["zones/psf/b.inc:1"]
    assert "includes itself" in parsed.findings[0].summary


def test_one_file_may_be_included_under_two_origins(tenant: Path) -> None:
    parsed = load(tenant, "$INCLUDE mail.inc a\n$INCLUDE mail.inc b\n")
    assert parsed.findings == ()
    assert {"mail.a", "mail.b"} <= names(parsed)


@pytest.mark.parametrize(("depth", "codes"), [(8, []), (9, ["include-refused"])])
def test_includes_go_eight_deep(tenant: Path, depth: int, codes: list[str]) -> None:
    for level in range(1, depth):
        (tenant / f"{level}.inc").write_text(f"$INCLUDE {level + 1}.inc\n")
    (tenant / f"{depth}.inc").write_text("deepest A 192.0.2.1\n")
    parsed = load(tenant, "$INCLUDE 1.inc\n")
    assert [finding.code for finding in parsed.findings] == codes


def test_an_include_bomb_ends_at_the_size_of_a_zone(tenant: Path) -> None:
    (tenant / "big.inc").write_text(("; " + "x" * 100_000 + "\n") * 40)
    for level in range(1, 7):
        (tenant / f"{level}.inc").write_text(f"$INCLUDE {level + 1}.inc\n" * 10)
    (tenant / "7.inc").write_text("$INCLUDE big.inc\n" * 10)
    parsed = load(tenant, "$INCLUDE 1.inc\n")
    assert [finding.code for finding in parsed.findings] == ["zone-too-large"]


def test_a_zone_file_that_is_a_link_is_not_read(tenant: Path) -> None:
    (tenant / "example.org.zone").symlink_to(tenant.parent / "secret")
    parsed = load_zone(
        tenant / "example.org.zone", origin="example.org.", shown_path="example.org.zone", tenant_root=tenant
    )
    assert [finding.code for finding in parsed.findings] == ["unreadable"]
    assert parsed.zone.rrsets == {}


def test_a_zone_file_that_is_a_pipe_does_not_make_us_wait(tenant: Path) -> None:
    os.mkfifo(tenant / "pipe.zone")
    parsed = load_zone(tenant / "pipe.zone", origin="pipe.", shown_path="pipe.zone", tenant_root=tenant)
    assert [finding.code for finding in parsed.findings] == ["unreadable"]


def test_without_a_tenant_nothing_is_included(tmp_path: Path) -> None:
    (tmp_path / "a.inc").write_text("www A 192.0.2.1\n")
    (tmp_path / "example.com.zone").write_text("$INCLUDE a.inc\n")
    parsed = load_zone(
        tmp_path / "example.com.zone", origin="example.com.", shown_path="example.com.zone", tenant_root=None
    )
    assert [finding.code for finding in parsed.findings] == ["include-refused"]


def test_a_larger_file_than_a_zone_may_be_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "example.com.zone"
    with file.open("wb") as written:
        written.truncate(1 << 31)
    parsed = load_zone(file, origin="example.com.", shown_path="example.com.zone", tenant_root=None)
    assert [finding.code for finding in parsed.findings] == ["zone-too-large"]
