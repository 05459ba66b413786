"""A registry's suffix is nobody's zone; a company's own is."""

from __future__ import annotations

import pytest

from psfdns.suffixes import is_public_suffix, is_registrable, registrable_domain


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("org.", True),
        ("co.uk.", True),
        ("in-addr.arpa.", True),
        ("xn--p1ai.", True),
        ("anything.ck.", True),
        ("www.ck.", False),
        ("python.org.", False),
        ("pyladies.co.uk.", False),
        ("github.io.", False),
        ("2.0.192.in-addr.arpa.", False),
        ("pyladies.example.", False),
    ],
)
def test_whose_suffix_it_is(name: str, public: bool) -> None:
    assert is_public_suffix(name) is public


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("www.python.org.", "python.org."),
        ("python.org.", "python.org."),
        ("a.b.pyladies.co.uk.", "pyladies.co.uk."),
        ("psf.github.io.", "github.io."),
        (r"a\.b.python.org.", "python.org."),
        ("co.uk.", None),
        ("host.internal.", None),
        (".", None),
    ],
)
def test_what_of_a_name_is_bought(name: str, domain: str | None) -> None:
    assert registrable_domain(name) == domain


def test_a_name_below_no_known_suffix_is_not_registrable() -> None:
    assert is_registrable("www.example.net")
    assert not is_registrable("net")
    assert not is_registrable("mail.internal")
