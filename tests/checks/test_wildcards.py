"""A wildcard CNAME that answers for a challenge is told, unless the challenge's name is there."""

from __future__ import annotations

import pytest

from psfdns.patterns import parse_pattern
from psfdns.settings import ZoneSettings
from tests.checks.findings import found

ACME = [(1, "wildcard-acme")]

CASES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "a wildcard CNAME": ("*.docs CNAME x.example.net.", ACME),
    "a wildcard CNAME of the zone": ("* CNAME x.example.net.", ACME),
    "an alias": ("*.docs AWS ALIAS CNAME x $self false\nx CNAME x.example.net.", ACME),
    "a wildcard of addresses, which hold no proof": ("*.docs A 192.0.2.1", []),
    "a wildcard of texts, beside which a proof can be written": ("*.docs TXT x", []),
    "a challenge of its own": ("*.docs CNAME x.example.net.\n_acme-challenge.docs TXT x", []),
    "a challenge that is delegated": (
        "*.docs CNAME x.example.net.\n_acme-challenge.docs CNAME docs.validation.example.net.",
        [],
    ),
    "a challenge of another name": ("*.docs CNAME x.example.net.\n_acme-challenge TXT x", ACME),
    "a name below the challenge's": ("*.docs CNAME x.example.net.\na._acme-challenge.docs TXT x", []),
    "a wildcard that a nearer name shadows": (
        "* CNAME x.example.net.\n_acme-challenge TXT x\nwww.docs A 192.0.2.1",
        [],
    ),
    "a wildcard of a service": ("*._domainkey CNAME x.example.net.", []),
    "a challenge with its own name servers": (
        "*.a CNAME x.example.net.\n_acme-challenge.a NS a.example.net.\n_acme-challenge.a NS b.example.net.",
        [],
    ),
    "a wildcard below a delegation": (
        "*.docs CNAME x.example.net.\ndocs NS a.example.net.\ndocs NS b.example.net.",
        [(1, "below-delegation")],
    ),
    "silenced": ("*.docs CNAME x.example.net. ; psfdns: ignore=wildcard-acme", []),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wildcard_that_answers_for_a_challenge_is_found_once(case: str) -> None:
    text, expected = CASES[case]
    assert found(text) == expected


def test_a_challenge_that_is_left_to_another_writer_is_not_told() -> None:
    settings = ZoneSettings(ignore=(parse_pattern("_acme-challenge.docs TXT"),))
    assert found("*.docs CNAME x.example.net.\n*.a CNAME x.example.net.", settings) == [(2, "wildcard-acme")]
