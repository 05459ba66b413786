"""A and AAAA that drifted apart are told where it is sure, and nowhere else."""

from __future__ import annotations

import pytest

from tests.checks.findings import found

PYTHON_ORG = "A 151.101.0.223"
"""Fastly, as its AAAA below."""
FASTLY = "AAAA 2a04:4e42::223"
MAIL = "A 188.166.95.178"
"""mail.python.org, at DigitalOcean, as its AAAA below."""
OCEAN = "AAAA 2a03:b0c0:2:d0::71:1"
OLD = "AAAA 2001:888:2000:d::a2"
"""Where python.org was over IPv6 before it moved."""
PAGES = "\n".join(f"{{0}} A 185.199.{number}.153" for number in range(108, 112))
PAGES_SIX = "\n".join(f"{{0}} AAAA 2606:50c0:800{number}::153" for number in range(4))
WEIGHTED = '; AWS routing="WEIGHTED" weight=1 identifier='

CASES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "both at Fastly": (f"www {PYTHON_ORG}\nwww {FASTLY}", []),
    "IPv6 stayed where the site was": (f"www {PYTHON_ORG}\nwww {OLD}", [(2, "aaaa-elsewhere")]),
    "IPv4 stayed where the site was": (f"www {MAIL}\nwww {FASTLY}", [(2, "aaaa-elsewhere")]),
    "from GitHub Pages to Fastly": (
        f"www {PYTHON_ORG}\n{PAGES_SIX.format('www')}",
        [(2, "aaaa-elsewhere")],
    ),
    "all of GitHub Pages": (f"{PAGES.format('www')}\n{PAGES_SIX.format('www')}", []),
    "a part of GitHub Pages' IPv6": (f"{PAGES.format('www')}\nwww AAAA 2606:50c0:8000::153", []),
    "both at Cloudflare, in networks of different names": (
        "www A 104.16.132.229\nwww AAAA 2606:4700::6810:84e5\nwww AAAA 2400:cb00:2048:1::c629:d7a2",
        [],
    ),
    "two providers at once": (f"www {PYTHON_ORG}\nwww {MAIL}\nwww {OCEAN}", []),
    "two providers at once, and IPv6 at neither": (
        f"www {PYTHON_ORG}\nwww A 185.199.108.153\nwww {OLD}",
        [],
    ),
    "one AAAA of two elsewhere": (f"www {PYTHON_ORG}\nwww {FASTLY}\nwww {OLD}", []),
    "nobody whose ranges are published": (f"www {MAIL}\nwww {OLD}", []),
    "no IPv6 at all": (f"www {PYTHON_ORG}\nmail {MAIL}", []),
    "no IPv4 at all": (f"www {FASTLY}\nmail {OCEAN}", []),
    "an alias": (f"www AWS ALIAS A x.example.net. Z35SXDOTRQ7X7K false\nwww {OLD}", []),
    "weighted addresses": (f'www {PYTHON_ORG} {WEIGHTED}"one"\nwww {OLD} {WEIGHTED}"one"', []),
    "an address that nobody reaches is told as that alone": (
        f"www {PYTHON_ORG}\nwww AAAA 2001:db8::1",
        [(2, "reserved-address")],
    ),
    "names alike": (f"@ {MAIL}\n@ {OCEAN}\nmail {MAIL}\nmail {OCEAN}", []),
    "names alike, one with IPv6 of an earlier host": (
        f"mail {MAIL}\nmail {OCEAN}\nmx {MAIL}\nmx {OLD}",
        [(4, "aaaa-differs")],
    ),
    "three names, of which the first differs": (
        f"a {MAIL}\na {OLD}\nb {MAIL}\nb {OCEAN}\nc {MAIL}\nc {OCEAN}",
        [(2, "aaaa-differs")],
    ),
    "two that differ from three": (
        "\n".join(
            f"{name} {MAIL}\n{name} {six}" for name, six in zip("abcde", [OCEAN] * 3 + [OLD] * 2, strict=True)
        ),
        [(8, "aaaa-differs"), (10, "aaaa-differs")],
    ),
    "one of the two has no IPv6": (f"mail {MAIL}\nmail {OCEAN}\nmx {MAIL}", []),
    "shared hosting: an address of its own for each, from one provider": (
        f"a {MAIL}\na {OCEAN}\nb {MAIL}\nb AAAA 2a03:b0c0:3:d0::1\nc {MAIL}\nc AAAA 2a03:b0c0:1::7",
        [],
    ),
    "one address more": (f"a {MAIL}\na {OCEAN}\nb {MAIL}\nb {OCEAN}\nb {OLD}", []),
    "other addresses beside the same one": (
        f"a {MAIL}\na {OCEAN}\nb {MAIL}\nb A 159.89.159.168\nb {OLD}",
        [],
    ),
    "what leads elsewhere is not told twice": (
        f"a {PYTHON_ORG}\na {FASTLY}\nb {PYTHON_ORG}\nb {OLD}",
        [(4, "aaaa-elsewhere")],
    ),
    "silenced": (f"www {PYTHON_ORG}\nwww {OLD} ; psfdns: ignore=aaaa-elsewhere", []),
}


@pytest.mark.parametrize("case", CASES)
def test_addresses_that_drifted_apart_are_told_where_it_is_sure(case: str) -> None:
    text, expected = CASES[case]
    assert found(text, origin="python.org.") == expected
