"""SPF, and what only looks like it: each fault, and what nearly has it."""

from __future__ import annotations

import pytest

from psfdns.checks import spf, spf_lookalikes
from tests.checks.findings import codes, judged

GOOD = (
    "v=spf1 -all",
    "v=spf1",
    "V=SPF1 MX a/24 a//64 mx:mail.example.net/24//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~ALL",
    "v=spf1  include:_spf.example.net ?all ",
    "v=spf1 exists:%{i}._spf.%{d} redirect=_spf.example.net exp=why.%{d2}",
    "v=spf1 " + "a " * 10 + "-all",
    "v=spf1 -all unknown=modifier unknown=again",
    "v=spf1 include:zone.example.net -all",
    "v=spf1 a:zone.example mx:zone.example -all",
    "spf2.0/pra -all",
    "spf2.0/mfrom,pra include:example.net -all",
    "spf-verification=abc",
    "spf=pass",
    "spf1",
    "SPF1 is the version of SPF that we use",
    "We publish v=spf1 records elsewhere",
)
BAD = {
    "v=spf1 mx ~al": "spf-syntax",
    "v=spf1 ipv4:192.0.2.1 -all": "spf-syntax",
    "v=spf1 ip4:192.0.2.256 -all": "spf-syntax",
    "v=spf1 ip4:2001:db8::1 -all": "spf-syntax",
    "v=spf1 ip4:192.0.2.1/33 -all": "spf-syntax",
    "v=spf1 ip4:192.0.2.0/024 -all": "spf-syntax",
    "v=spf1 a/33 -all": "spf-syntax",
    "v=spf1 include: -all": "spf-syntax",
    "v=spf1 include -all": "spf-syntax",
    "v=spf1 include:example -all": "spf-syntax",
    "v=spf1 include:://example.net ~all": "spf-syntax",
    "v=spf1 redirect=a@example.net": "spf-syntax",
    "v=spf1 redirect=a.example redirect=b.example": "spf-syntax",
    'v=spf1 mx ~all\\"': "spf-syntax",
    "v=spf1 mx\\194\\160-all": "spf-syntax",
    "v=spf1 mx +all": "spf-everybody",
    "v=spf1 all": "spf-everybody",
    "v=spf1 -all mx": "spf-after-all",
    "v=spf1 redirect=example.net -all": "spf-after-all",
    "v=spf1 ptr -all": "spf-ptr",
    "v=spf1 " + "a " * 11 + "-all": "spf-lookups",
    "v=spf1 include:zone.example -all": "spf-self",
    "v=spf1 mx redirect=Zone.Example.": "spf-self",
    "v=spf1;": "spf-version",
    "v=spf1; mx; -all": "spf-version",
    "v=spf1,mx,-all": "spf-version",
    "v=spf1include:example.net -all": "spf-version",
    "v=spf1\\009-all": "spf-version",
    "v=spf1\\194\\160-all": "spf-version",
    "v=spf10 -all": "spf-version",
    "v=spf mx -all": "spf-version",
    "v=spf2 mx -all": "spf-version",
    "v=spf2.0 mx -all": "spf-version",
    "v=sfp1 mx -all": "spf-version",
    "v = spf1 mx -all": "spf-version",
    "v:spf1 mx -all": "spf-version",
    "vspf1 mx -all": "spf-version",
    "spf1 include:example.net -all": "spf-version",
    "spf1: v=spf1 mx -all": "spf-version",
    " v=spf1 mx -all": "spf-version",
    '\\"v=spf1 mx -all\\"': "spf-version",
    "\\226\\128\\156v=spf1 mx -all\\226\\128\\157": "spf-version",
}
CHECKS = (spf.CHECK, spf_lookalikes.CHECK)


@pytest.mark.parametrize("record", [*(f'@ TXT "{text}"' for text in GOOD), '@ TXT "v=spf1 mx" " -all"'])
def test_what_is_sound_or_no_spf_is_left_in_peace(record: str) -> None:
    assert codes(record, *CHECKS) == []


@pytest.mark.parametrize(
    ("record", "code"),
    [
        *((f'@ TXT "{text}"', code) for text, code in BAD.items()),
        ('@ TXT "v=spf1 mx -all"\n@ TXT "v=spf1 -all"', "spf-several"),
        ('@ TXT "v=spf1 mx" "-all"', "spf-syntax"),
        ('@ SPF "v=spf1 -all"', "spf-type"),
    ],
)
def test_each_fault_has_its_code(record: str, code: str) -> None:
    assert codes(record, *CHECKS) == [code]


def test_includes_in_the_zone_count_with_what_they_include() -> None:
    ten = 'a TXT "v=spf1 include:b.zone.example -all"\nb TXT "v=spf1 ' + "mx " * 9 + '-all"'
    assert codes(ten, *CHECKS) == []
    assert codes(ten.replace("v=spf1 mx", "v=spf1 mx mx"), *CHECKS) == ["spf-lookups"]


def test_a_circle_of_two_never_suffices() -> None:
    circle = 'a TXT "v=spf1 include:b.zone.example -all"\nb TXT "v=spf1 include:a.zone.example -all"'
    assert codes(circle, *CHECKS) == ["spf-lookups", "spf-lookups"]


def test_the_second_of_two_records_is_pointed_at_wherever_it_sorts() -> None:
    (finding,) = judged('@ TXT "v=spf1 -all"\n@ TXT "v=spf1 +mx -all"', *CHECKS)
    assert finding.span is not None
    assert finding.span.first_line == 3
