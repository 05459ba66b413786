"""SPF, DMARC and CAA: each fault, and what nearly has it."""

from __future__ import annotations

import pytest

from psfdns.checks import caa, dmarc, spf
from psfdns.checks.check import Subject
from psfdns.settings import ZoneSettings
from psfdns.zonefile.parse import parse_zone

GOOD_SPF = (
    "v=spf1 -all",
    "v=spf1",
    "V=SPF1 MX a/24 a//64 mx:mail.example.net/24//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~ALL",
    "v=spf1  include:_spf.example.net ?all ",
    "v=spf1 exists:%{i}._spf.%{d} redirect=_spf.example.net exp=why.%{d2}",
    "v=spf1 " + "a " * 10 + "-all",
    "v=spf1 -all unknown=modifier",
    "v=spf10 al",
)
BAD_SPF = {
    "v=spf1 mx ~al": "spf-syntax",
    "v=spf1 ipv4:192.0.2.1 -all": "spf-syntax",
    "v=spf1 ip4:192.0.2.256 -all": "spf-syntax",
    "v=spf1 ip4:2001:db8::1 -all": "spf-syntax",
    "v=spf1 ip4:192.0.2.1/33 -all": "spf-syntax",
    "v=spf1 a/33 -all": "spf-syntax",
    "v=spf1 include: -all": "spf-syntax",
    "v=spf1 include -all": "spf-syntax",
    "v=spf1 include:example -all": "spf-syntax",
    "v=spf1 redirect=a@example.net": "spf-syntax",
    "v=spf1 mx +all": "spf-everybody",
    "v=spf1 all": "spf-everybody",
    "v=spf1 -all mx": "spf-after-all",
    "v=spf1 redirect=example.net -all": "spf-after-all",
    "v=spf1 ptr -all": "spf-ptr",
    "v=spf1 " + "a " * 11 + "-all": "spf-lookups",
    "v=spf1 include:zone.example -all": "spf-lookups",
}
GOOD_DMARC = (
    "v=DMARC1; p=none",
    "v = DMARC1 ;p=Reject;sp=none; adkim=s; aspf=r; pct=100; fo=1:d; ri=3600; rf=afrf;",
    "v=DMARC1; p=none; rua=mailto:a@example.net!10m, mailto:b@example.net; np=reject; psd=n; t=y",
)
BAD_DMARC = {
    "nv=DMARC1; p=none": "dmarc-version",
    "v=dmarc1; p=none": "dmarc-version",
    "v=DMARC1 p=none": "dmarc-version",
    "v=DMARC1; p=non": "dmarc-tags",
    "v=DMARC1; p=none; pct=101": "dmarc-tags",
    "v=DMARC1; p=none; rua=a@example.net": "dmarc-tags",
    "v=DMARC1; p=none; rau=mailto:a@example.net": "dmarc-tags",
    "v=DMARC1; p=none; p=reject": "dmarc-tags",
    "v=DMARC1; sp=none": "dmarc-tags",
}
GOOD_CAA = (
    '0 issue "letsencrypt.org"',
    '0 issue ";"',
    '128 issuewild "ca.example; validationmethods=dns-01; accounturi=https://ca.example/acct/1"',
    '0 iodef "mailto:a@example.net"',
    '0 contactemail "a@example.net"',
)
BAD_CAA = {
    '0 isue "ca.example"': "caa-tag",
    '0 issue "https://ca.example"': "caa-value",
    '0 issue "ca.example; dns-01"': "caa-value",
    '0 iodef "a@example.net"': "caa-value",
    '0 issue ";"\n@ CAA 0 issue "ca.example"': "caa-nobody",
}


def codes(text: str) -> list[str]:
    parsed = parse_zone(f"$TTL 300\n{text}\n".encode(), origin="zone.example.", path="x.zone")
    assert not parsed.findings
    subject = Subject(parsed.zone, ZoneSettings())
    return [found.code for check in (spf.CHECK, dmarc.CHECK, caa.CHECK) for found in check.find(subject)]


@pytest.mark.parametrize(
    "record",
    [
        *(f'@ TXT "{text}"' for text in GOOD_SPF),
        *(f'_dmarc TXT "{text}"' for text in GOOD_DMARC),
        *(f"@ CAA {text}" for text in GOOD_CAA),
        '@ TXT "v=spf1 mx" " -all"',
        '@ TXT "nv=DMARC1"',
        "_dmarc CNAME _dmarc.example.net.",
        '@ CAA 0 issue "ca.example"\n@ CAA 0 issuewild ";"',
    ],
)
def test_what_is_sound_is_left_in_peace(record: str) -> None:
    assert codes(record) == []


@pytest.mark.parametrize(
    ("record", "code"),
    [
        *((f'@ TXT "{text}"', code) for text, code in BAD_SPF.items()),
        *((f'_dmarc TXT "{text}"', code) for text, code in BAD_DMARC.items()),
        *((f"@ CAA {text}", code) for text, code in BAD_CAA.items()),
        ('@ TXT "v=spf1 mx -all"\n@ TXT "v=spf1 -all"', "spf-several"),
        ('_dmarc TXT "v=DMARC1; p=none"\n_dmarc TXT "v=DMARC1; p=reject"', "dmarc-several"),
        ('@ TXT "v=spf1 mx" "-all"', "spf-syntax"),
    ],
)
def test_each_fault_has_its_code(record: str, code: str) -> None:
    assert codes(record) == [code]


def test_includes_in_the_zone_count_with_what_they_include() -> None:
    ten = 'a TXT "v=spf1 include:b.zone.example -all"\nb TXT "v=spf1 ' + "mx " * 9 + '-all"'
    assert codes(ten) == []
    assert codes(ten.replace("v=spf1 mx", "v=spf1 mx mx")) == ["spf-lookups"]
