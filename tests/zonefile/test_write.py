"""Canonical text: it reads back as the same zone, here and in other people's programs."""

from __future__ import annotations

from pathlib import Path

import dns.rdatatype
import dns.zone
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psfdns.diagnostics import has_errors
from psfdns.names import name_from_labels
from psfdns.rdata import canonical_rdata
from psfdns.records import Alias, RRset, RRsetKey, Zone
from psfdns.routing import Weighted
from psfdns.zonefile.parse import parse_zone
from psfdns.zonefile.write import LONG_LINE, write_zone
from tests.oracles import kzonecheck, named_checkzone
from tests.strategies import ORIGIN, rrsets, zones


def zone_of(*rrsets: RRset) -> Zone:
    return Zone(ORIGIN, {rrset.key: rrset for rrset in rrsets})


def simple(owner: str, rdtype: str, ttl: int, *values: str) -> RRset:
    return RRset(RRsetKey(f"{owner}.{ORIGIN}" if owner else ORIGIN, rdtype), ttl, tuple(sorted(values)))


@given(zones())
def test_what_is_written_reads_back_as_the_same_zone(zone: Zone) -> None:
    text = write_zone(zone)
    parsed = parse_zone(text.encode(), origin=zone.origin, path="zone")
    assert not has_errors(parsed.findings), (text, parsed.findings)
    assert parsed.zone.rrsets == zone.rrsets


@given(zones())
def test_writing_again_what_was_read_changes_nothing(zone: Zone) -> None:
    text = write_zone(zone)
    assert write_zone(parse_zone(text.encode(), origin=zone.origin, path="zone").zone) == text


APEX = (
    simple("", "SOA", 900, "ns-1.awsdns-00.org. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 60"),
    simple("", "NS", 172800, "ns-1.awsdns-00.org.", "ns-2.awsdns-00.net."),
)


def test_a_zone_reads_like_one_that_a_careful_person_wrote() -> None:
    zone = zone_of(
        *APEX,
        simple("", "MX", 300, "10 mail.example.com.", "5 mx.example.net."),
        simple("*", "A", 300, "192.0.2.2"),
        simple("alias", "CNAME", 60, "example.com."),
        simple("www", "AAAA", 300, "2001:db8::1"),
        simple("deep.www", "SRV", 300, "0 5 443 www.example.com."),
    )
    assert write_zone(zone) == (
        "$TTL 300\n"
        "\n"
        "@           900 IN SOA   ns-1.awsdns-00.org. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 60\n"
        "@        172800 IN NS    ns-1.awsdns-00.org.\n"
        "@        172800 IN NS    ns-2.awsdns-00.net.\n"
        "@               IN MX    5 mx.example.net.\n"
        "@               IN MX    10 mail\n"
        "\n"
        "*               IN A     192.0.2.2\n"
        "alias        60 IN CNAME @\n"
        "www             IN AAAA  2001:db8::1\n"
        "deep.www        IN SRV   0 5 443 www\n"
    )


def test_aliases_and_routing_are_written_as_cli53_writes_them() -> None:
    target = Alias("lb.example.net.", "Z35SXDOTRQ7X7K", evaluate_target_health=False)
    own = Alias("www.example.com.", "$self", evaluate_target_health=True)
    zone = zone_of(
        RRset(RRsetKey(ORIGIN, "A"), None, alias=target),
        RRset(RRsetKey("w." + ORIGIN, "A", "one"), None, alias=own, routing=Weighted(3)),
        RRset(
            RRsetKey("www." + ORIGIN, "A", "a"), 60, ("192.0.2.1",), routing=Weighted(10), health_check="h"
        ),
    )
    assert write_zone(zone).splitlines() == [
        "$TTL 60",
        "",
        "@   AWS ALIAS A lb.example.net. Z35SXDOTRQ7X7K false",
        "",
        'w   AWS ALIAS A www $self true ; AWS routing="WEIGHTED" weight=3 identifier="one"',
        'www IN  A     192.0.2.1 ; AWS routing="WEIGHTED" weight=10 healthCheckId="h" identifier="a"',
    ]


def test_a_key_of_several_strings_stands_one_string_a_line() -> None:
    value = '"v=DKIM1; p=' + "A" * 200 + '" "' + "B" * 100 + r"\" \092" + '" "end"'
    lines = write_zone(zone_of(simple("k._domainkey", "TXT", 300, value))).splitlines()
    assert [line.strip()[:3] for line in lines[-3:]] == ['"v=', '"BB', '"en']
    assert lines[-4].endswith(" (")
    assert lines[-1].endswith(" )")
    assert max(map(len, lines[:-3])) < LONG_LINE


def test_a_target_that_would_look_wrong_when_relative_is_written_absolute() -> None:
    zone = zone_of(
        simple("a", "CNAME", 60, "1.2.3.4.example.com."),
        simple("b", "CNAME", 60, "x.example.com.example.com."),
        simple("c", "CNAME", 60, "xexample.com."),
    )
    written = [line.split()[-1] for line in write_zone(zone).splitlines()[2:]]
    assert written == ["1.2.3.4.example.com.", "x.example.com.example.com.", "xexample.com."]
    assert not parse_zone(write_zone(zone).encode(), origin=ORIGIN, path="z").findings


def test_a_bracket_is_written_in_digits_which_every_program_reads() -> None:
    zone = zone_of(simple("[a", "A", 60, "192.0.2.1"))
    assert "\n\\091a IN A 192.0.2.1\n" in write_zone(zone)


@st.composite
def plain_zones(draw: st.DrawFn) -> Zone:
    """What RFC 1035 can say and other programs load: no routing, no alias, a CNAME alone at its name."""
    chosen = {rrset.key: rrset for rrset in APEX}
    for rrset in draw(st.lists(rrsets(), max_size=8)):
        rivals = [key.type for key in chosen if key.name == rrset.name]
        alone = "CNAME" not in (*rivals, rrset.type) or not rivals
        plain = rrset.alias is None and rrset.routing is None and rrset.health_check is None
        below_apex = rrset.name != ORIGIN and not rrset.name.startswith("*.")
        if (
            plain
            and alone
            and below_apex
            and rrset.type not in {"SOA", "NS", "DS"}
            and rrset.key not in chosen
        ):
            chosen[rrset.key] = rrset
    return Zone(ORIGIN, chosen)


@settings(max_examples=15, deadline=None)
@given(zone=plain_zones())
def test_bind_loads_what_is_written_and_reads_the_same_records(
    zone: Zone, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("bind") / "zone"
    path.write_text(write_zone(zone))
    dump = path.with_name("dump")
    judged = named_checkzone(
        ORIGIN,
        path,
        "-k",
        "ignore",
        "-m",
        "ignore",
        "-M",
        "ignore",
        "-S",
        "ignore",
        "-r",
        "ignore",
        "-o",
        str(dump),
    )
    assert judged.returncode == 0, (path.read_text(), judged.stdout)
    assert records_of(dump) == {
        (rrset.name, rrset.type, rrset.ttl, value) for rrset in zone.rrsets.values() for value in rrset.values
    }


def records_of(dump: Path) -> set[tuple[str, str, int, str]]:
    """The records in BIND's own writing of a zone, read by dnspython."""
    read = dns.zone.from_file(str(dump), ORIGIN, relativize=False)
    return {
        (
            name_from_labels(name.labels[:-1]),
            dns.rdatatype.to_text(rdata.rdtype),
            ttl,
            canonical_rdata(dns.rdatatype.to_text(rdata.rdtype), rdata.to_text()),
        )
        for name, ttl, rdata in read.iterate_rdatas()
    }


@settings(max_examples=10, deadline=None)
@given(zone=plain_zones())
def test_knot_loads_what_is_written(zone: Zone, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("knot") / "zone"
    path.write_text(write_zone(zone))
    judged = kzonecheck(ORIGIN, path)
    assert "parser" not in judged.stdout + judged.stderr, (path.read_text(), judged.stdout + judged.stderr)
