"""Which part of a name is bought, and which names a proof covers."""

from __future__ import annotations

import pytest

from psfdns.dangling.proofs import LABELS, find_proofs
from psfdns.providers import PROVIDERS
from psfdns.suffixes import registrable_domain
from psfdns.zonefile.parse import parse_zone


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("example.com.", "example.com."),
        ("a.b.example.com.", "example.com."),
        ("a.example.co.uk.", "example.co.uk."),
        ("owner.github.io.", "github.io."),
        ("a\\.b.example.com.", "example.com."),
        ("a\\.com.", None),
        ("xn--bcher-kva.example.de.", "example.de."),
        ("com.", None),
        ("co.uk.", None),
        ("a.invalid.", None),
        ("\\255.example.com.", "example.com."),
        (".", None),
    ],
)
def test_what_is_registered_is_one_label_below_a_registry(name: str, domain: str | None) -> None:
    assert registrable_domain(name) == domain


ZONE = b"""$TTL 300
_github-pages-challenge-psf.docs TXT "1"
_github-pages-challenge- TXT "1"
_github-pages-challenge-psf.cname CNAME x
_vercel TXT "vc-domain-verify=www.example.com,1"
asuid.app TXT "1"
"""


@pytest.mark.parametrize(
    ("provider", "name", "proof"),
    [
        ("GitHub Pages", "docs.example.com.", "_github-pages-challenge-psf.docs.example.com."),
        ("GitHub Pages", "a.docs.example.com.", "_github-pages-challenge-psf.docs.example.com."),
        ("GitHub Pages", "a.b.docs.example.com.", None),
        ("GitHub Pages", "www.example.com.", None),
        ("GitHub Pages", "cname.example.com.", None),
        ("Vercel", "www.example.com.", "_vercel.example.com."),
        ("Microsoft Azure", "app.example.com.", "asuid.app.example.com."),
        ("Microsoft Azure", "a.app.example.com.", None),
        ("Heroku", "docs.example.com.", None),
    ],
)
def test_a_proof_covers_its_name_and_at_some_providers_the_names_below(
    provider: str, name: str, proof: str | None
) -> None:
    zone = parse_zone(ZONE, origin="example.com.", path="z").zone
    assert find_proofs(zone).find(provider, name) == proof


def test_each_proof_that_a_provider_offers_is_known_by_its_label() -> None:
    offered = {provider.name: provider.proof for provider in PROVIDERS if provider.proof}
    assert {name for name, proof in offered.items() if LABELS[name] in proof} == set(LABELS)
