"""What Route 53 or the DNS would refuse is found before a plan is made, at its line."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.checks import MAX_FINDINGS, RULES, run_checks
from psfdns.checks.check import ExistingNames
from psfdns.diagnostics import Diagnostic, Severity, Span
from psfdns.patterns import parse_pattern
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.settings import Apex, Vpc, ZoneSettings
from psfdns.zonefile.parse import parse_zone
from tests.oracles import named_checkzone

ORIGIN = "zone.example."
FIFTEEN = " ".join(f'"{letter * 250}"' for letter in "abcdefghijklmno")
WEIGHTED = 'AWS routing="WEIGHTED" weight=1 identifier='

CASES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "a CNAME alone": ("www CNAME a.example.net.", []),
    "a CNAME and then an A": ("www CNAME a.example.net.\nwww A 192.0.2.1", [(2, "cname-and-other-data")]),
    "an A and then a CNAME": (
        "www A 192.0.2.1\n@ MX 10 m.example.net.\nwww CNAME a.example.net.",
        [(3, "cname-and-other-data")],
    ),
    "a CNAME and several others": (
        'www CNAME a.example.net.\nwww CAA 0 issue "letsencrypt.org"\nwww TXT x',
        [(2, "cname-and-other-data")],
    ),
    "an alias of type CNAME and an A": (
        "www AWS ALIAS CNAME a $self false\na CNAME b.example.net.\nwww A 192.0.2.1",
        [(3, "cname-and-other-data")],
    ),
    "a CNAME at the apex": ("@ CNAME www.example.net.", [(1, "cname-at-apex")]),
    "a CNAME alias at the apex": (
        "@ AWS ALIAS CNAME www $self false\nwww CNAME x.example.net.",
        [(1, "cname-at-apex")],
    ),
    "a CNAME at the apex beside SOA and NS": (
        "@ SOA ns h 1 7200 900 1209600 86400\n@ NS ns.example.net.\n@ CNAME www.example.net.",
        [(3, "cname-at-apex")],
    ),
    "a DS at the apex": ("@ DS 1 13 2 " + "ab" * 32, [(1, "ds-at-apex")]),
    "a DS at a delegation": ("sub NS a.example.net.\nsub NS b.example.net.\nsub DS 1 13 2 " + "ab" * 32, []),
    "a wildcard NS": ("* NS ns.example.net.", [(1, "wildcard-ns")]),
    "a wildcard A": ("* A 192.0.2.1\n*.sub A 192.0.2.1", []),
    "an alias to a name of the zone": ("@ AWS ALIAS A www $self false\nwww A 192.0.2.1", []),
    "an alias to nothing": ("@ AWS ALIAS A www $self false", [(1, "alias-target-missing")]),
    "an alias to another type": (
        "@ AWS ALIAS AAAA www $self false\nwww A 192.0.2.1",
        [(1, "alias-target-missing")],
    ),
    "an alias to what a wildcard would answer": (
        "@ AWS ALIAS A www $self false\n* A 192.0.2.1",
        [(1, "alias-target-missing")],
    ),
    "an alias to the wildcard itself": ("@ AWS ALIAS A * $self false\n* A 192.0.2.1", []),
    "an alias to a weighted name": (
        f'@ AWS ALIAS A www $self false\nwww A 192.0.2.1 ; {WEIGHTED}"one"',
        [],
    ),
    "an alias out of the zone": ("@ AWS ALIAS A www.example.org. $self false", [(1, "alias-outside")]),
    "an alias to another service": ("@ AWS ALIAS A x.example.org. Z35SXDOTRQ7X7K true", []),
    "an alias of itself": ("www AWS ALIAS A www $self false", [(1, "alias-loop")]),
    "aliases in a circle": (
        """a AWS ALIAS A b $self false
b AWS ALIAS A c $self false
c AWS ALIAS A a $self false
in AWS ALIAS A a $self false""",
        [(3, "alias-loop")],
    ),
    "a chain of aliases": (
        """a AWS ALIAS A b $self false
b AWS ALIAS A c $self false
c A 192.0.2.1
d AWS ALIAS A b $self false""",
        [],
    ),
    "CloudFront": (
        """@ AWS ALIAS A d.cloudfront.example. Z2FDTNDATAQYW2 false
@ AWS ALIAS AAAA d.cloudfront.example. Z2FDTNDATAQYW2 true
@ AWS ALIAS MX d.cloudfront.example. Z2FDTNDATAQYW2 false""",
        [(2, "alias-cloudfront"), (3, "alias-cloudfront")],
    ),
    "weighted records": (
        f'www A 192.0.2.1 ; {WEIGHTED}"one"\nwww A 192.0.2.2 ; {WEIGHTED}"two"\nwww AAAA 2001:db8::1',
        [],
    ),
    "two kinds of routing": (
        f'www A 192.0.2.1 ; {WEIGHTED}"one"\nwww A 192.0.2.2 ; AWS routing="MULTIVALUE" identifier="two"',
        [(2, "mixed-routing")],
    ),
    "routed beside simple": (
        f'www A 192.0.2.1\nwww A 192.0.2.2 ; {WEIGHTED}"two"',
        [(2, "routed-beside-simple")],
    ),
    "routed NS": (f'sub NS ns.example.net. ; {WEIGHTED}"one"', [(1, "routing-not-allowed")]),
    "a multivalue CNAME": (
        'www CNAME a.example.net. ; AWS routing="MULTIVALUE" identifier="one"',
        [(1, "routing-not-allowed")],
    ),
    "a weighted CNAME": (
        f'www CNAME a.example.net. ; {WEIGHTED}"one"\nwww CNAME b.example.net. ; {WEIGHTED}"two"',
        [],
    ),
    "one region twice": (
        """www A 192.0.2.1 ; AWS routing="LATENCY" region="us-east-1" identifier="one"
www A 192.0.2.2 ; AWS routing="LATENCY" region="us-west-2" identifier="two"
www A 192.0.2.3 ; AWS routing="LATENCY" region="us-east-1" identifier="three\"""",
        [(3, "same-routing")],
    ),
    "101 weighted records": (
        "\n".join(f'www A 192.0.2.1 ; {WEIGHTED}"{number}"' for number in range(101)),
        [(101, "many-routed")],
    ),
    "31 places": (
        "\n".join(
            f'@ A 192.0.2.1 ; AWS routing="GEOPROXIMITY" latitude="{at}" longitude="1" identifier="{at}"'
            for at in range(31)
        ),
        [(31, "many-routed")],
    ),
    "400 values": (
        "\n".join(f"@ AAAA 2001:db8::{number:x}" for number in range(400)),
        [(1, "large-answer")],
    ),
    "401 values": (
        "\n".join(f"@ AAAA 2001:db8::{number:x}" for number in range(401)),
        [(1, "many-values"), (1, "large-answer")],
    ),
    "a value of 4,000 characters": (f'@ TXT {FIFTEEN} "{"x" * 203}"', [(1, "large-answer")]),
    "a value of 4,001 characters": (
        f'@ TXT x\n@ TXT {FIFTEEN} "{"x" * 204}"',
        [(1, "large-answer"), (2, "long-value")],
    ),
    "more than 32,000 characters": (
        "\n".join(f"@ TXT {number} " + " ".join(f'"{"x" * 240}"' for _ in range(16)) for number in range(9)),
        [(1, "large-record-set"), (1, "large-answer")],
    ),
}


def check(text: str, settings: ZoneSettings | None = None, *, origin: str = ORIGIN) -> tuple[Diagnostic, ...]:
    """The findings of a zone file, the reader's remarks on TTLs left out."""
    parsed = parse_zone(f"$TTL 300\n{text}\n".encode(), origin=origin, path="x.zone")
    return run_checks(
        parsed.zone,
        settings=settings or ZoneSettings(),
        suppressions=parsed.suppressions,
        path="x.zone",
        findings=parsed.findings,
    )


def places(findings: Iterable[Diagnostic]) -> list[tuple[int, str]]:
    """Line, counted from the first after $TTL (0: the file), and code."""
    return [((finding.span.first_line or 1) - 1 if finding.span else 0, finding.code) for finding in findings]


@pytest.mark.parametrize("case", CASES)
def test_each_fault_is_found_once_at_its_line(case: str) -> None:
    text, expected = CASES[case]
    assert places(check(text)) == expected


def test_every_error_has_a_rule_that_names_its_source() -> None:
    for text, expected in CASES.values():
        for finding in check(text):
            assert finding.reference or finding.severity is not Severity.ERROR, expected
    assert len({rule.code for rule in RULES}) == len(RULES)


def test_a_managed_apex_needs_soa_and_ns() -> None:
    managed = ZoneSettings(apex=Apex.MANAGED)
    assert places(check("www A 192.0.2.1", managed)) == [(0, "missing-ns"), (0, "missing-soa")]
    assert not check("@ SOA ns h 1 7200 900 1209600 86400\n@ NS ns.example.net.", managed)
    assert not check("@ SOA ns h 1 7200 900 1209600 86400\n@ NS ns.example.net.")


def test_nothing_is_said_to_be_missing_where_lines_could_not_be_read() -> None:
    text = "@ AWS ALIAS A www $self false\nwww A 192.0.2.999"
    assert places(check(text, ZoneSettings(apex=Apex.MANAGED))) == [(2, "bad-rdata")]


@pytest.mark.parametrize(
    ("origin", "codes"),
    [
        ("example.com.", ["reserved-name"]),
        ("www.example.org.", ["reserved-name"]),
        ("org.", ["reserved-name"]),
        ("notexample.com.", []),
        ("python.org.", []),
    ],
)
def test_a_zone_that_route_53_would_not_create_is_a_warning(origin: str, codes: list[str]) -> None:
    findings = check("@ TXT x", origin=origin)
    assert [finding.code for finding in findings] == codes
    assert all(finding.severity is Severity.WARNING for finding in findings)
    assert not check("@ A 192.0.2.1", ZoneSettings(private=(Vpc("us-east-1", "vpc-1"),)), origin=origin)


def test_a_record_that_ignore_leaves_to_another_writer_is_an_error() -> None:
    settings = ZoneSettings(ignore=(parse_pattern("**.dyn *"), parse_pattern("** NS")))
    text = "@ NS ns.example.net.\na A 192.0.2.1\nx.dyn TXT x\nsub NS a.example.net.\nsub NS b.example.net."
    assert places(check(text, settings)) == [(3, "ignored-record"), (4, "ignored-record")]
    assert places(check(text, replace(settings, apex=Apex.MANAGED)))[0] == (0, "missing-soa")
    assert (1, "ignored-record") in places(check(text, replace(settings, apex=Apex.MANAGED)))


def test_an_alias_by_the_zones_own_id_is_one_of_this_zone() -> None:
    text = "@ AWS ALIAS A www.zone.example. Z0123 false"
    assert not check(text)
    assert places(check(text, ZoneSettings(id="Z0123"))) == [(1, "alias-target-missing")]


def test_lengths_are_measured_as_route_53_spells_the_value() -> None:
    # Each parenthesis of a name takes 2 characters here and 4 there, as an octal escape.
    target = ("\\(" * 63 + ".") * 3 + "example."
    values = tuple(f"{number:05} {target}" for number in range(60))
    zone = Zone(ORIGIN, {RRsetKey(ORIGIN, "MX"): RRset(RRsetKey(ORIGIN, "MX"), 300, values)})
    assert sum(map(len, values)) < 32_000
    codes = [finding.code for finding in run_checks(zone, settings=ZoneSettings())]
    assert [code for code in codes if code != "unusual-target"] == ["large-record-set"]


def test_more_than_ten_thousand_record_sets_are_a_warning_about_the_file() -> None:
    keys = [RRsetKey(f"h{number}.{ORIGIN}", "A") for number in range(10_001)]
    rrsets = {key: RRset(key, 300, ("192.0.2.1",)) for key in keys}
    findings = run_checks(Zone(ORIGIN, rrsets), settings=ZoneSettings(), path="x.zone")
    assert [(finding.code, finding.severity) for finding in findings] == [
        ("many-record-sets", Severity.WARNING)
    ]
    del rrsets[keys[0]]
    assert not run_checks(Zone(ORIGIN, rrsets), settings=ZoneSettings(), path="x.zone")


def test_a_set_identifier_has_at_most_128_characters() -> None:
    text = f'www A 192.0.2.1 ; {WEIGHTED}"one"'
    parsed = parse_zone(f"$TTL 300\n{text}\n".encode(), origin=ORIGIN, path="x.zone")
    (rrset,) = parsed.zone.rrsets.values()
    for length, codes in ((128, []), (129, ["bad-set-identifier"]), (0, ["bad-set-identifier"])):
        key = rrset.key._replace(set_identifier="i" * length)
        found = run_checks(Zone(ORIGIN, {key: replace(rrset, key=key)}), settings=ZoneSettings())
        assert [finding.code for finding in found] == codes


def test_a_chain_of_aliases_may_be_as_long_as_the_zone() -> None:
    lines = [f"a{number} AWS ALIAS A a{number + 1} $self false" for number in range(3000)]
    assert not check("\n".join([*lines, "a3000 A 192.0.2.1"]))
    loop = check("\n".join([*lines, "a3000 AWS ALIAS A a0 $self false"]))
    assert [finding.code for finding in loop] == ["alias-loop"]
    assert len(loop[0].summary) < 300


def test_of_very_many_findings_the_worst_are_shown() -> None:
    keys = [RRsetKey(f"*.h{number}.{ORIGIN}", "NS") for number in range(MAX_FINDINGS + 5)]
    rrsets = {key: RRset(key, 300, ("ns.example.net.",)) for key in keys}
    odd = [Diagnostic("odd", Severity.WARNING, "…", Span("x.zone", line)) for line in range(1, 8)]
    found = run_checks(Zone(ORIGIN, rrsets), settings=ZoneSettings(), path="x.zone", findings=odd)
    assert len(found) == MAX_FINDINGS + 1
    assert [finding.code for finding in found if finding.severity is Severity.WARNING] == ["more-findings"]
    assert [finding.summary for finding in found if finding.code == "more-findings"] == [
        "12 more findings are not shown"
    ]


@pytest.mark.parametrize("seed", range(12))
def test_bind_agrees_on_which_types_may_stand_beside_each_other(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    data = {"A": "192.0.2.1", "TXT": '"x"', "CNAME": "x.example.net.", "MX": "10 x.example.net."}
    names = chance.sample(["@", "a", "b", "a.b", "*"], 3)
    lines = {f"{name} {rdtype} {data[rdtype]}" for name in names for rdtype in chance.sample(sorted(data), 1)}
    lines |= {f"{chance.choice(names)} A 192.0.2.1"} if seed % 3 == 0 else set()
    text = "\n".join(["@ SOA ns h 1 7200 900 1209600 86400", "@ NS ns.example.net.", *sorted(lines)])
    file = tmp_path / "x.zone"
    file.write_text(f"$TTL 300\n{text}\n")
    accepted = named_checkzone(ORIGIN, file).returncode == 0
    assert accepted is not any(finding.severity is Severity.ERROR for finding in check(text)), text


def test_what_one_line_makes_many_of_is_said_once_and_counted() -> None:
    found = check("$GENERATE 1-9 h$ A 10.0.0.$\n$GENERATE 1-3 g$ A 10.0.0.$")
    private = [each for each in found if each.code == "private-address"]
    assert [each.span and each.span.first_line for each in private] == [2, 3, 3, 3]
    assert private[0].summary.endswith("; 8 more findings like it here")


@pytest.mark.parametrize(
    ("record", "codes"),
    [
        ("a TXT v=spf1 mx -all", ["unquoted-text"]),
        ('a TXT "“v=spf1 -all”"', ["smart-quotes"]),
        ("s._domainkey TXT ( v=DKIM1;\n p=abc )", ["cut-at-semicolon"]),
        ('a TXT "v=spf1-all"', ["spf-version"]),
    ],
)
def test_a_text_that_was_not_meant_is_said_once(record: str, codes: list[str]) -> None:
    assert [finding.code for finding in check(record)] == codes


def test_another_line_in_another_file_is_named_with_its_file() -> None:
    here, there = Span("x.zone", 1, 1), Span("hosts.inc", 7, 7)
    ns = RRset(RRsetKey(f"sub.{ORIGIN}", "NS"), 300, ("ns.example.net.",), spans=(there,))
    hidden = RRset(RRsetKey(f"a.sub.{ORIGIN}", "A"), 300, ("192.0.2.1",), spans=(here,))
    zone = Zone(ORIGIN, {each.key: each for each in (ns, hidden)})
    (finding,) = [each for each in run_checks(zone, settings=ZoneSettings()) if each.span == here]
    assert (finding.hint or "").endswith("(hosts.inc:7)")


@given(
    owners=st.lists(
        st.lists(st.sampled_from(["a", "b", r"a\.b", r"b\\", "a:b", r"\000"]), min_size=1, max_size=4),
        max_size=6,
    ),
    asked=st.lists(st.sampled_from(["a", "b", r"a\.b", r"b\\", "a:b", ":b", r"\000"]), max_size=4),
)
def test_names_exist_that_are_owners_or_lie_above_one(owners: list[list[str]], asked: list[str]) -> None:
    names = {"".join(f"{label}." for label in owner) + ORIGIN for owner in owners}
    above = {ORIGIN} | {
        "".join(f"{label}." for label in owner[place:]) + ORIGIN
        for owner in owners
        for place in range(len(owner))
    }
    name = "".join(f"{label}." for label in asked) + ORIGIN
    assert (name in ExistingNames(ORIGIN, names)) == (name in above)
