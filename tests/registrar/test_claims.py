"""Which domain a zone belongs to, and whose the domain is."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from psfdns.registrar.claims import claims_of, domains_of
from psfdns.registrar.registrable import domain_of
from psfdns.settings import Registrar, Vpc, ZoneSettings
from psfdns.tenants.zone_file import ZoneFile

GANDI, TENANT, NONE = Registrar.GANDI, Registrar.TENANT, Registrar.NONE


def zone(
    origin: str,
    tenant: str = "one",
    registrar: Registrar = TENANT,
    *,
    view: str | None = None,
    private: bool = False,
) -> ZoneFile:
    vpcs = (Vpc("us-east-1", "vpc-1"),) if private else ()
    settings = ZoneSettings(registrar=registrar, private=vpcs, expires=datetime.date(2027, 1, 2))
    path = f"zones/{tenant}/{origin}zone"
    return ZoneFile(Path(path), path, origin, view, tenant, settings)


@pytest.mark.parametrize(
    ("origin", "domain"),
    [
        ("python.org.", "python.org."),
        ("docs.python.org.", "python.org."),
        ("a.b.python.org.", "python.org."),
        ("pycon.co.uk.", "pycon.co.uk."),
        ("2026.pycon.co.uk.", "pycon.co.uk."),
        ("psf.github.io.", "github.io."),
        ("pyladies.example.", "pyladies.example."),
        ("xn--bcher-kva.xn--p1ai.", "xn--bcher-kva.xn--p1ai."),
        ("org.", None),
        ("co.uk.", None),
        ("2.0.192.in-addr.arpa.", None),
        ("8.b.d.0.1.0.0.2.ip6.arpa.", None),
        ("arpa.", None),
        (".", None),
    ],
)
def test_the_domain_of_a_zone_is_the_name_below_a_public_suffix(origin: str, domain: str | None) -> None:
    assert domain_of(origin) == domain


def test_zones_of_a_domain_are_one_claim_for_which_the_domains_own_zone_speaks() -> None:
    files = [zone("docs.python.org.", "docs", TENANT), zone("python.org.", "psf", GANDI)]
    claims = claims_of(files)
    assert list(claims) == ["python.org."]
    claim = claims["python.org."]
    assert (claim.tenant, claim.registrar, claim.zone) == ("psf", GANDI, "python.org.")
    assert claim.zones == ("python.org.", "docs.python.org.")
    assert claim.expires == datetime.date(2027, 1, 2)
    assert str(claim.span) == "zones/psf/tenant.toml"


def test_a_subzone_speaks_where_the_domain_has_no_zone_here() -> None:
    files = [zone("us.pycon.org.", "us", NONE), zone("a.us.pycon.org.", "deep"), zone("fr.pycon.org.", "fr")]
    assert claims_of(files)["pycon.org."].tenant == "fr"


def test_a_domain_whose_own_zone_says_none_is_none_whatever_subzones_say() -> None:
    files = [zone("corp.example.", "one", NONE), zone("a.corp.example.", "two", TENANT)]
    assert claims_of(files)["corp.example."].registrar is NONE


def test_private_and_reverse_zones_belong_to_no_domain() -> None:
    assert claims_of([zone("a.test.", private=True), zone("2.0.192.in-addr.arpa."), zone("org.")]) == {}


def test_domains_of_chosen_zones_are_those_that_they_lie_in() -> None:
    files = [zone("python.org."), zone("docs.python.org."), zone("pycon.org.")]
    claims = claims_of(files)
    assert domains_of(claims, [files[1]]) == {"python.org."}
    assert domains_of(claims, []) == set()
