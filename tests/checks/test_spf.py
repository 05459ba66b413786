"""SPF, and what only looks like it: each fault, and what nearly has it."""

from __future__ import annotations

import pytest

from psfdns.checks import spf, spf_lookalikes
from tests.checks.findings import codes, judged

GOOD = (
    "v=spf1 -all",
    "V=SPF1 MX a/24 a//64 mx:mail.example.net/24//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~ALL",
    "v=spf1  include:_spf.example.net ?all ",
    "v=spf1 exists:%{i}._spf.%{d} redirect=_spf.example.net exp=why.%{d2}",
    "v=spf1 " + "a " * 10 + "-all",
    "v=spf1 -all unknown=modifier unknown=again",
    "v=spf1 include:zone.example.net -all",
    "v=spf1 include:%{i}.%{d1r-}.example.net -all",
    "v=spf1 ip4:192.0.2.0/24 a:mail.example.net/24//64 -all",
    "v=spf1 mx -ip4:0.0.0.0/0 ~all",
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
    "v=spf1 a:192.0.2.1 -all": "spf-syntax",
    "v=spf1 mx:192.0.2.1 -all": "spf-syntax",
    "v=spf1 mx:example.123 -all": "spf-syntax",
    "v=spf1 include=example.net -all": "spf-syntax",
    "v=spf1 ip4=192.0.2.1 -all": "spf-syntax",
    "v=spf1 v=spf1 mx -all": "spf-syntax",
    "v=spf1 exists:%{q}.example.net -all": "spf-syntax",
    "v=spf1 exists:%(i).example.net -all": "spf-syntax",
    "v=spf1 a:example.net/24/24 -all": "spf-syntax",
    "v=spf1": "spf-without-all",
    "v=spf1 mx include:example.net": "spf-without-all",
    "v=spf1 ip4:0.0.0.0/0 -all": "spf-everybody",
    "v=spf1 +ip6:::/0 -all": "spf-everybody",
    "v=spf1 mx/0 -all": "spf-everybody",
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


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ('@ TXT "v=spf1 include:_spf.zone.example -all"', ["spf-to-nothing"]),
        ('@ TXT "v=spf1 include:_spf.zone.example -all"\n_spf TXT "v=spf1 mx"', []),
        ('@ TXT "v=spf1 include:_spf.zone.example -all"\n_spf TXT "another text"', ["spf-to-nothing"]),
        ('@ TXT "v=spf1 include:_spf.zone.example -all"\n_spf CNAME spf.example.net.', []),
        ('@ TXT "v=spf1 include:_spf.zone.example -all"\n*  TXT "v=spf1 mx -all"', []),
        ('@ TXT "v=spf1 redirect=_spf.zone.example"', ["spf-to-nothing"]),
        ('@ TXT "v=spf1 include:a.sub.zone.example -all"\nsub NS ns.example.net.', []),
        ('@ TXT "v=spf1 include:%{d}.zone.example -all"', []),
        ('@ TXT "v=spf1 a:old.zone.example -all"', ["spf-to-nothing"]),
        ('@ TXT "v=spf1 a:old.zone.example/28 -all"\nold AAAA 2001:db8::1', []),
        ('@ TXT "v=spf1 mx:old.zone.example -all"\nold A 192.0.2.1', ["spf-to-nothing"]),
        ('@ TXT "v=spf1 mx:zone.example -all"\n@ MX 10 mail.example.net.', []),
        ('@ TXT "v=spf1 a mx -all"', []),
    ],
)
def test_what_a_record_names_in_the_zone_has_to_be_there(records: str, said: list[str]) -> None:
    assert codes(records, *CHECKS) == said


def test_a_part_that_others_include_needs_no_end() -> None:
    part = 'part TXT "v=spf1 ip4:192.0.2.1"'
    assert codes(part, *CHECKS) == ["spf-without-all"]
    assert codes(f'{part}\n@ TXT "v=spf1 include:part.zone.example -all"', *CHECKS) == []
    assert codes('_spf TXT "v=spf1 ip4:192.0.2.1"', *CHECKS) == []


@pytest.mark.parametrize(
    ("record", "hint"),
    [
        ('@ TXT "v=spf1 mx include=example.net -all"', "write include:example.net"),
        (
            '@ TXT "v=spf1 include:example.net" "include:example.org -all"',
            "strings are joined without a blank",
        ),
        ('@ TXT "v=spf1 mx ~al"', "write it like"),
    ],
)
def test_the_hint_is_about_what_was_written(record: str, hint: str) -> None:
    (finding,) = judged(record, *CHECKS)
    assert (finding.hint or "").startswith(hint)


def test_a_long_dash_is_shown_as_it_was_written() -> None:
    (finding,) = judged('@ TXT "v=spf1 mx \\226\\128\\148all"', *CHECKS)
    assert "`—all`" in finding.summary


def test_too_many_are_pointed_at_where_the_last_of_them_stands() -> None:
    (finding,) = judged('@ TXT "v=spf1 -all"\n@ TXT "v=spf1 mx -all"\n@ TXT "zz=another text"', *CHECKS)
    assert finding.span is not None
    assert finding.span.first_line == 3
