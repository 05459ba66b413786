"""The same zones read by others: dnspython reads the same, BIND and Knot refuse and accept the same."""

from __future__ import annotations

import re
import subprocess
import zlib
from pathlib import Path

import dns.rdatatype
import dns.zone
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psfdns.diagnostics import has_errors
from psfdns.rdata import canonical_rdata
from psfdns.zonefile.parse import parse_zone
from tests import oracles

ORIGIN = "example.com."
Sets = dict[tuple[str, str], tuple[int | None, set[str]]]
HEAD = """\
$TTL 300
@ IN SOA ns1.example.net. hostmaster.example.net. 1 7200 900 1209600 300
@ NS ns1.example.net.
"""

OWNERS = st.sampled_from(
    ["www", "MAIL", "a.b", "*.wild", "_sip._tcp", "@", "deep.example.com.", r"a\.b", r"\119\119w", "0/25"]
)
STRINGS = st.sampled_from(
    [
        '"v=spf1 -all"',
        '"a;b (c)"',
        "word",
        r'"\"q\" \228"',
        '""',
        '"a" "b"',
        '"x""y"',
        r"\;",
        '"' + "z" * 255 + '"',
    ]
)
TARGETS = st.sampled_from(["www", "Mail.Example.NET.", "ns1.example.net.", r"odd\.dot", "a.b"])
HEX32 = "0123456789ABCDEF" * 4
VALUES = {
    "A": st.integers(1, 254).map(lambda number: f"192.0.2.{number}"),
    "AAAA": st.integers(0, 0xFFFF).map(lambda number: f"2001:DB8:0:0::{number:X}"),
    "CAA": st.sampled_from(
        [
            '0 issue "ca.example.net"',
            '128 iodef "mailto:x@example.net"',
            "0 issuewild ;".replace(" ;", ' ";"'),
        ]
    ),
    "DS": st.sampled_from([f"12345 13 2 {HEX32}", f"1 8 2 {HEX32[:32]} {HEX32[32:]}"]),
    "HTTPS": st.sampled_from(["1 . alpn=h2", '1 . alpn="h3,h2" port=443', "0 www.example.net."]),
    "MX": st.tuples(st.integers(0, 65535), TARGETS).map("{0[0]} {0[1]}".format),
    "NAPTR": TARGETS.map(lambda target: f'100 50 "s" "SIP+D2U" "" {target}'),
    "PTR": TARGETS,
    "SPF": STRINGS,
    "SRV": TARGETS.map(lambda target: f"0 5 5060 {target}"),
    "SSHFP": st.just(f"4 2 {HEX32}"),
    "SVCB": st.sampled_from(["1 svc alpn=h2 ipv4hint=192.0.2.1,192.0.2.2", "0 svc"]),
    "TLSA": st.just(f"3 1 1 {HEX32}"),
    "TXT": st.lists(STRINGS, min_size=1, max_size=3).map(" ".join),
}
BLANKS = st.sampled_from([" ", "  ", "\t", " \t "])
COMMENTS = st.sampled_from(["", "", " ; a comment", ' ; with "quotes and (parens', "\t;"])


@st.composite
def records(draw: st.DrawFn, owners: st.SearchStrategy[str] = OWNERS) -> str:
    """The text of one record in some spelling; the TTL depends on owner and type, so sets have one."""
    owner, rdtype = draw(owners), draw(st.sampled_from(sorted(VALUES)))
    if rdtype == "DS":
        owner = "deleg"
    gap, value, comment = draw(BLANKS), draw(VALUES[rdtype]), draw(COMMENTS)
    ttl = str(zlib.crc32(rdtype.encode()) % 5 * 60 + 60)
    middle = draw(st.sampled_from([[ttl], [ttl, "IN"], ["IN", ttl], ["in", ttl]]))
    typed = draw(st.sampled_from([rdtype, rdtype.lower()]))
    words = [owner, *middle, typed]
    if draw(st.booleans()):
        return gap.join(words) + gap + f"({comment}\n {value}{comment}\n ){comment}"
    return gap.join([*words, value]) + comment


@st.composite
def zone_texts(draw: st.DrawFn) -> str:
    """A zone that nobody refuses: records in many spellings, directives, blank lines, and a few CNAMEs."""
    parts = draw(st.lists(records(), max_size=12))
    parts.insert(0, "deleg NS ns1.example.net.")
    parts += [f"alias{number} 60 CNAME {draw(TARGETS)}" for number in range(draw(st.integers(0, 2)))]
    extras = [
        "",
        "; a line of its own",
        "   ",
        "$TTL 1h30m",
        "$ORIGIN sub.example.com.\n$ORIGIN example.com.",
    ]
    for extra in draw(st.lists(st.sampled_from(extras), max_size=3)):
        parts.insert(draw(st.integers(0, len(parts))), extra)
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return (HEAD + "\n".join(parts) + draw(st.sampled_from(["", "\n"]))).replace("\n", newline)


def ours(text: str) -> Sets:
    parsed = parse_zone(text.encode(), origin=ORIGIN, path="z")
    assert not has_errors(parsed.findings), parsed.findings
    return {(key.name, key.type): (rrset.ttl, set(rrset.values)) for key, rrset in parsed.zone.rrsets.items()}


def dnspythons(text: str) -> Sets:
    zone = dns.zone.from_text(text.replace("\r\n", "\n"), ORIGIN, relativize=False)
    return {
        (name.canonicalize().to_text(), dns.rdatatype.to_text(found.rdtype)): (
            found.ttl,
            {canonical_rdata(dns.rdatatype.to_text(found.rdtype), rdata.to_text()) for rdata in found},
        )
        for name, found in zone.iterate_rdatasets()
    }


@settings(max_examples=150, deadline=None)
@given(zone_texts())
def test_dnspython_reads_the_same_record_sets(text: str) -> None:
    assert ours(text) == dnspythons(text)


@settings(max_examples=25, deadline=None)
@given(zone_texts())
def test_bind_and_knot_accept_what_is_accepted_here(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    ours(text)
    file = tmp_path_factory.mktemp("zone") / "zone"
    # BIND does not read a directive on a last line without a newline.
    file.write_bytes((text + "\n").encode())
    for done in both(file):
        assert done.returncode == 0, text + done.stdout + done.stderr


def both(file: Path) -> tuple[subprocess.CompletedProcess[str], ...]:
    named = oracles.named_checkzone(
        ORIGIN, file, "-i", "none", "-k", "ignore", "-r", "ignore", "-M", "ignore"
    )
    # Knot knows neither CRLF nor strings without a blank between.
    file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b'"x""y"', b'"x" "y"'))
    return named, oracles.kzonecheck(ORIGIN, file)


FAULTS = {
    "an address with a leading zero": "www A 192.0.2.010",
    "a short address": "www A 192.0.2",
    "an IPv6 address of two halves too many": "www AAAA 2001::db8::1",
    "no rdata": "www A",
    "two addresses": "www A 192.0.2.1 192.0.2.2",
    "another class": "www CH A 192.0.2.1",
    "an unknown type": "www FOO 1",
    "a comment of another language": "# www",
    "an open quotation mark": 'www TXT "open',
    "an open parenthesis": "www A ( 192.0.2.1",
    "a closing parenthesis": "www A 192.0.2.1 )",
    "a label of 64 bytes": "x" * 64 + " A 192.0.2.1",
    "an empty label": "a..b A 192.0.2.1",
    "a name of 257 bytes": ".".join(["x" * 62] * 4) + " A 192.0.2.1",
    "a string of 256 bytes": 'www TXT "' + "x" * 256 + '"',
    "a byte of 256": r'www TXT "\256"',
    "a preference of 65536": "www MX 65536 mail",
    "a preference in words": "www MX ten mail",
    "an unknown directive": "$FOO bar",
    "an absent include": "$INCLUDE absent.inc",
    "a merge conflict": "<<<<<<< HEAD",
    "two CNAMEs": "www CNAME a\nwww CNAME b",
    "a second SOA": "@ SOA ns2.example.net. hostmaster.example.net. 2 7200 900 1209600 300",
    "hexadecimal of odd length": "www TLSA 3 1 1 abc",
    "a serial above 32 bits": "@ SOA a b 4294967296 1 1 1 1",
    "a TTL that is none": "www 1x A 192.0.2.1",
    "an alias of another provider": "www ANAME www.example.net.",
    "a generic rdata of another length": r"www TYPE1 \# 5 C0000201",
    "a service parameter without its value": "www HTTPS 1 . alpn=",
    "a service parameter that is none": "www HTTPS 1 . foo=bar",
    "a negative number": "www SRV -1 0 0 www",
}

LENIENT = {
    ("kzonecheck", "a string of 256 bytes"): "Knot splits it in silence",
    ("kzonecheck", "a second SOA"): "Knot keeps one in silence",
}
"""(program, fault) -> why it lets pass what is refused here."""


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_is_refused_by_all_three_at_its_line(fault: str, tmp_path: Path) -> None:
    text = HEAD + FAULTS[fault] + "\n"
    file = tmp_path / "zone"
    file.write_text(text)
    parsed = parse_zone(text.encode(), origin=ORIGIN, path="z")
    assert has_errors(parsed.findings)
    assert {finding.span.first_line for finding in parsed.findings if finding.span} <= {4, 5}
    verdicts = dict(zip(("named-checkzone", "kzonecheck"), both(file), strict=True))
    accepted = [name for name, done in verdicts.items() if done.returncode == 0]
    assert accepted == [name for name, lenient in LENIENT if lenient == fault]


def test_bind_warns_of_the_same_inherited_owners_unless_the_origin_itself_is_inherited() -> None:
    file = Path(__file__).parent / "cases" / "blank_owner_after_origin.zone"
    said = re.findall(
        r":(\d+): record with inherited owner \((.*)\) immediately after \$ORIGIN \((.*)\)",
        oracles.named_checkzone(ORIGIN, file).stdout,
    )
    parsed = parse_zone(file.read_bytes(), origin=ORIGIN, path="z")
    ours = [finding.span for finding in parsed.findings if finding.code == "inherited-owner"]
    assert [span.first_line for span in ours if span] == [
        int(line) for line, owner, origin in said if owner != origin
    ]
