"""DMARC: each fault, and what nearly has it; records where nobody asks for them."""

from __future__ import annotations

import pytest

from psfdns.checks import dmarc, dmarc_place
from tests.checks.findings import codes, judged

GOOD = (
    "v=DMARC1; p=none",
    "V=DMARC1; p=none",
    "v = DMARC1 ;p=Reject;sp=none; adkim=s; aspf=r; pct=100; fo=1:d; ri=3600; rf=afrf;",
    "v=DMARC1; p=none; rua=mailto:a@example.net!10m, mailto:b@example.net; np=reject; psd=n; t=y",
)
BAD = {
    "nv=DMARC1; p=none": "dmarc-version",
    "v=dmarc1; p=none": "dmarc-version",
    "v=DMARC1 p=none": "dmarc-version",
    " v=DMARC1; p=none": "dmarc-version",
    "": "dmarc-version",
    "v=DMARC1; p=non": "dmarc-tags",
    "v=DMARC1; p=none; pct=101": "dmarc-tags",
    "v=DMARC1; p=none; psd=x": "dmarc-tags",
    "v=DMARC1; p=none; rua=": "dmarc-tags",
    "v=DMARC1; p=none; rua=a@example.net": "dmarc-tags",
    "v=DMARC1; p=none; rau=mailto:a@example.net": "dmarc-tags",
    "v=DMARC1; p=none; p=reject": "dmarc-tags",
    "v=DMARC1; sp=none": "dmarc-tags",
}
POLICY = 'TXT "v=DMARC1; p=none"'
IN_PLACE = (
    "_dmarc",
    "_dmarc.mail",
    "_dmarc.dmarc",
    "example.net._report._dmarc",
    "*._report._dmarc",
    "*",
    "customer._d",
)
MISPLACED = {
    "@": "_dmarc.zone.example.",
    "dmarc": "_dmarc.zone.example.",
    "dmarc.mail": "_dmarc.mail.zone.example.",
    "mail": "_dmarc.mail.zone.example.",
    "_dmark": "_dmarc.zone.example.",
    "_dmarc1.mail": "_dmarc.mail.zone.example.",
    "mail._dmarc": "_dmarc.mail.zone.example.",
    "_dmarc._dmarc": "_dmarc.zone.example.",
    "_dmarc.zone.example._dmarc": "_dmarc.zone.example.",
}
CHECKS = (dmarc.CHECK, dmarc_place.CHECK)


@pytest.mark.parametrize(
    "record",
    [
        *(f'_dmarc TXT "{text}"' for text in GOOD),
        *(f"{name} {POLICY}" for name in IN_PLACE),
        '@ TXT "nv=DMARC1"',
        '@ TXT "we use v=DMARC1; p=none"',
        "_dmarc CNAME _dmarc.example.net.",
        f"_dmarc CNAME policy\npolicy {POLICY}",
    ],
)
def test_what_is_sound_is_left_in_peace(record: str) -> None:
    assert codes(record, *CHECKS) == []


@pytest.mark.parametrize(
    ("record", "code"),
    [
        *((f'_dmarc TXT "{text}"', code) for text, code in BAD.items()),
        (f'_dmarc {POLICY}\n_dmarc TXT "v=DMARC1; p=reject"', "dmarc-several"),
    ],
)
def test_each_fault_has_its_code(record: str, code: str) -> None:
    assert codes(record, *CHECKS) == [code]


@pytest.mark.parametrize(("name", "right"), MISPLACED.items())
def test_a_record_at_a_wrong_name_is_told_the_right_one(name: str, right: str) -> None:
    (finding,) = judged(f"{name} {POLICY}", *CHECKS)
    assert (finding.code, finding.hint) == ("dmarc-place", f"write it at {right}")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("v=DMARC1; p=rejected", "p= is none, quarantine or reject"),
        ("v=DMARC1; p=none; adkim=strict", "adkim= is r (relaxed) or s (strict)"),
        ("v=DMARC1; p=none; rua=a@example.net", "rua= is addresses with mailto: in front"),
        (
            "v=DMARC1; p=none; rua=mailto:a@example.net;mailto:b@example.net",
            "part several addresses by commas",
        ),
        ("v=DMARC1; p=none; rau=mailto:a@example.net", "did you mean rua=?"),
        ("v=DMARC1; p=none; p=none", "keep one of them"),
        ("v=DMARC1; p=none; x-tag=1", "write it like"),
    ],
)
def test_the_hint_is_about_the_tag_that_is_wrong(text: str, hint: str) -> None:
    (finding,) = judged(f'_dmarc TXT "{text}"', dmarc.CHECK)
    assert (finding.hint or "").startswith(hint)


def test_two_records_are_pointed_at_where_the_second_of_them_stands() -> None:
    lines = '_dmarc TXT "v=DMARC1; p=reject"\n_dmarc TXT "v=DMARC1; p=none"\n_dmarc TXT "zz"'
    several, other = judged(lines, dmarc.CHECK)[::-1]
    assert (several.code, several.span and several.span.first_line) == ("dmarc-several", 3)
    assert (other.code, other.span and other.span.first_line) == ("dmarc-version", 4)
