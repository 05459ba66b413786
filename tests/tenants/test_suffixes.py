"""A registry's suffix is nobody's zone; a company's own is."""

from __future__ import annotations

import pytest

from psfdns.tenants.suffixes import is_public_suffix


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
