"""Which zones are meant: as people write them, by tenant, and by what changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from psfdns.cli.repository import read_zone, select_zones, zone_argument
from psfdns.config import Config
from psfdns.errors import UsageError
from psfdns.tenants.load import Repository, load_repository
from tests.cli.ground import TENANT


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    for slug, zones in {
        "one": ["alpha.test", "alpha.test@internal", "xn--bcher-kva.test"],
        "two": ["beta.test"],
    }.items():
        folder = tmp_path / "zones" / slug
        folder.mkdir(parents=True)
        settings = (
            '[zones."alpha.test@internal"]\nprivate = ["us-east-1:vpc-0123"]\n' if slug == "one" else ""
        )
        (folder / "tenant.toml").write_text(TENANT.format(slug=slug) + settings)
        for zone in zones:
            (folder / f"{zone}.zone").write_text("www 300 A 192.0.2.1\n")
    return load_repository(tmp_path)


def stems(repository: Repository, *names: str, **chosen: object) -> list[str]:
    return [file.stem for file in select_zones(repository, names=names, **chosen)]  # type: ignore[arg-type]


ALL = ["alpha.test", "alpha.test@internal", "xn--bcher-kva.test", "beta.test"]


def test_none_means_all(repository: Repository) -> None:
    assert sorted(stems(repository)) == sorted(ALL)


@pytest.mark.parametrize("written", ["beta.test", "BETA.Test", "beta.test."])
def test_case_and_final_dot_are_free(repository: Repository, written: str) -> None:
    assert stems(repository, written) == ["beta.test"]


@pytest.mark.parametrize("written", ["bücher.test", "BÜCHER.test.", "xn--bcher-kva.test"])
def test_a_name_may_be_written_in_unicode(repository: Repository, written: str) -> None:
    assert stems(repository, written) == ["xn--bcher-kva.test"]


def test_a_name_means_all_its_views_and_a_view_means_itself(repository: Repository) -> None:
    assert sorted(stems(repository, "alpha.test")) == ["alpha.test", "alpha.test@internal"]
    assert stems(repository, "Alpha.test@Internal") == ["alpha.test@internal"]


def test_names_and_tenant_intersect(repository: Repository) -> None:
    assert stems(repository, "beta.test", tenant="two") == ["beta.test"]
    assert stems(repository, "beta.test", tenant="one") == []


@pytest.mark.parametrize("written", ["beta.tst", "alpha.test@outside", "..", "a b.test"])
def test_an_unknown_zone_is_wrong_usage(repository: Repository, written: str) -> None:
    with pytest.raises(UsageError):
        stems(repository, written)


def test_the_nearest_name_is_offered(repository: Repository) -> None:
    with pytest.raises(UsageError) as caught:
        stems(repository, "beta.tst")
    assert caught.value.hint == "did you mean 'beta.test.'?"
    with pytest.raises(UsageError) as caught:
        stems(repository, tenant="twoo")
    assert caught.value.hint == "did you mean 'two'?"


@pytest.mark.parametrize(
    ("changed", "meant"),
    [
        ({"zones/two/beta.test.zone"}, ["beta.test"]),
        ({"zones/two/tenant.toml"}, ["beta.test"]),
        ({"zones/two/hosts.inc"}, ["beta.test"]),
        ({"zones/one/alpha.test.zone"}, ["alpha.test"]),
        ({"README.md", "zones/three/gamma.test.zone"}, []),
        (set(), []),
    ],
)
def test_what_changed_means_its_zone_and_what_zones_share_means_all_of_the_folder(
    repository: Repository, changed: set[str], meant: list[str]
) -> None:
    assert stems(repository, changed=changed) == meant


def test_a_zone_with_errors_is_read_as_unusable_with_its_findings(
    tmp_path: Path, repository: Repository
) -> None:
    (tmp_path / "zones" / "two" / "beta.test.zone").write_text("www 300 A 192.0.2.300\n")
    (file,) = select_zones(repository, names=["beta.test"])
    zone = read_zone(file, Config(tmp_path))
    assert zone.zone is None
    assert [finding.code for finding in zone.findings] == ["bad-rdata"]


def test_a_zone_argument_is_canonical() -> None:
    assert zone_argument("Example.ORG") == "example.org."
    assert zone_argument("example.org@Inside") == "example.org.@inside"
