"""Values as canonical text: what is accepted, what it becomes, and how a refusal reads."""

from __future__ import annotations

import contextlib
import re

import dns.exception
import dns.rdata
import dns.rdtypes.ANY.CAA
import dns.rdtypes.IN.NAPTR
import dns.rdtypes.svcbbase
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from psfdns.names import parse_name
from psfdns.rdata import RdataError, canonical_rdata, parse_ttl
from psfdns.records import HOSTED_TYPES

ORIGIN = "example.com."

CANONICAL = [
    ("A", "192.0.2.1", "192.0.2.1"),
    ("AAAA", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
    ("AAAA", "::FFFF:192.0.2.1", "::ffff:192.0.2.1"),
    ("CAA", '0 Issue "ca.example; account=1"', '0 issue "ca.example; account=1"'),
    ("CAA", "128 iodef mailto:x@example.com", '128 iodef "mailto:x@example.com"'),
    ("CNAME", "WWW", "www.example.com."),
    ("CNAME", "@", "example.com."),
    ("CNAME", "bücher.example.", "xn--bcher-kva.example."),
    ("DS", "12345 ECDSAP256SHA256 2 " + "AB" * 16 + " " + "cd" * 16, "12345 13 2 " + "ab" * 16 + "cd" * 16),
    ("HTTPS", "1 . alpn=h3,h2 port=443", '1 . alpn="h3,h2" port="443"'),
    ("HTTPS", "0 Target", "0 target.example.com."),
    ("MX", "010 Mail", "10 mail.example.com."),
    (
        "NAPTR",
        r'100 50 "u" "E2U+sip" "!^(.*)$!sip:\\1@example.com!" .',
        r'100 50 "u" "E2U+sip" "!^(.*)$!sip:\\1@example.com!" .',
    ),
    ("NS", "ns1.example.net.", "ns1.example.net."),
    ("PTR", r"a\.b", r"a\.b.example.com."),
    (
        "SOA",
        "ns1 Hostmaster 2026112000 2h 15m 2w 1d",
        "ns1.example.com. hostmaster.example.com. 2026112000 7200 900 1209600 86400",
    ),
    ("SPF", '"v=spf1 -all"', '"v=spf1 -all"'),
    ("SRV", "0  5\t5060 Sip.example.net.", "0 5 5060 sip.example.net."),
    ("SSHFP", "4 2 " + "AB" * 32, "4 2 " + "ab" * 32),
    ("SVCB", '1 x alpn="h2,h3"', '1 x.example.com. alpn="h2,h3"'),
    ("TLSA", "3 1 1 " + "AB" * 16 + " " + "AB" * 16, "3 1 1 " + "ab" * 32),
    ("TLSA", "3 0 0 " + "ab" * 200, "3 0 0 " + "ab" * 200),
    ("TXT", "one two", '"one" "two"'),
    ("TXT", '"a""b"', '"a" "b"'),
    ("TXT", r'"\"quoted\" \\ and \228"', r'"\"quoted\" \\ and \228"'),
    ("TXT", '"ü"', r'"\195\188"'),
    ("TXT", r"\ ", '" "'),
    ("TXT", '""', '""'),
    ("A", r"\# 4 C0000201", "192.0.2.1"),
    ("MX", r"\# 3 000A 00", "10 ."),
]


@pytest.mark.parametrize(("rdtype", "text", "expected"), CANONICAL)
def test_a_value_becomes_its_canonical_text_which_stays_as_it_is(
    rdtype: str, text: str, expected: str
) -> None:
    assert canonical_rdata(rdtype, text, origin=ORIGIN) == expected
    assert canonical_rdata(rdtype, expected) == expected


def test_every_hosted_type_is_among_the_cases() -> None:
    assert {rdtype for rdtype, _, _ in CANONICAL} == HOSTED_TYPES


REFUSED = [
    ("A", "192.0.2.010", "not an IPv4 address", "write 192.0.2.10"),
    ("A", "192.0.2", "not an IPv4 address", None),
    ("A", "192.0.2.1 192.0.2.2", 'A ends before "192.0.2.2"', "write A address"),
    ("A", "", "A lacks its address", "write A address"),
    ("AAAA", "2001:db8::1::2", "not an IPv6 address", None),
    ("AAAA", "fe80::1%eth0", "not an IPv6 address", None),
    ("CAA", "256 issue x", "above 255", None),
    ("CAA", "0 is-sue x", "other characters than letters and digits", None),
    ("CNAME", '"www"', "in quotes", "leave them out"),
    ("CNAME", "a..b", "empty label", None),
    ("CNAME", "x" * 64, "a label has at most 63", None),
    ("DS", "1 8 2 abcd", "has 32 bytes, here are 2", None),
    ("DS", "1 8 2 abc", "even number of hexadecimal digits", None),
    ("DS", "65536 8 2 ab", "above 65535", None),
    ("HTTPS", "1 . unknown=x", "", None),
    ("HTTPS", "1 . port", "port has no value", "write port=VALUE"),
    ("HTTPS", "1", "lacks its target", None),
    ("MX", "ten mail", '"ten" is not a number', None),
    ("MX", "-1 mail", '"-1" is not a number', None),
    ("MX", "٣ mail", "is not a number", None),
    ("SOA", "ns1 host 4294967296 1 1 1 1", "above 4294967295", None),
    ("SOA", "ns1 host 1 1 1 1 1x", "is not a time", None),
    ("SOA", "ns1 host 1 1 1", "lacks its expire, minimum", None),
    ("TXT", "", "there is no text", 'an empty text is written ""'),
    ("TXT", '"' + "a" * 256 + '"', "a string of 256 bytes", "split it"),
    ("TXT", r'"\256"', r"\256 is not a byte", "decimal"),
    ("TXT", r'"\1"', r"\1 is not a byte", "decimal"),
    ("TXT", '"open', "never closed", None),
    ("TXT", "a;b", '";" outside quotes', None),
    ("TXT", '"a\x00b"', "control character U+0000", r"\DDD"),
    ("A", r"\# 5 C0000201", "the length says 5 bytes, here are 4", None),
    ("A", r"\# 3 C00002", "no A rdata", None),
    ("A", r"\# x", "generic form", None),
]


@pytest.mark.parametrize(("rdtype", "text", "summary", "hint"), REFUSED)
def test_a_wrong_value_is_refused_in_words(rdtype: str, text: str, summary: str, hint: str | None) -> None:
    with pytest.raises(RdataError) as refusal:
        canonical_rdata(rdtype, text, origin=ORIGIN)
    assert summary in str(refusal.value)
    assert hint is None or hint in (refusal.value.hint or "")


def test_a_relative_name_needs_an_origin() -> None:
    with pytest.raises(RdataError, match="relative"):
        canonical_rdata("CNAME", "www")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("3600", 3600), ("1h30m", 5400), ("1W2D", 777_600), ("1h30", None), ("", None), ("h", None)],
)
def test_a_ttl_is_read_in_seconds_or_units(text: str, seconds: int | None) -> None:
    assert parse_ttl(text) == seconds


def test_a_number_of_a_million_digits_is_refused_at_once() -> None:
    with pytest.raises(RdataError):
        canonical_rdata("MX", "9" * 1_000_000 + " mail", origin=ORIGIN)


# --- beside dnspython --------------------------------------------------------------------------------

DEVIATIONS = [
    # (type or None for all, our refusal, why we refuse what dnspython accepts)
    (None, r"control character", "no editor shows it, and Route 53 wants it escaped"),
    (None, r"outside quotes", "comments and parentheses are the reader's, a value has none"),
    (None, r"is relative", "dnspython leaves a relative name relative"),
    (
        None,
        r"internationalised label|mixes escapes",
        "dnspython encodes by IDNA 2003, we by strict IDNA 2008",
    ),
    ("CAA", r"tag: ", "RFC 8659 §4.1 allows letters and digits"),
    (None, r"is not a number|is not a time", "dnspython takes what int() takes, other scripts' digits too"),
    ("DS", r"a digest of type", "dnspython knows fewer digest types"),
    ("SSHFP", r"a digest of type", "dnspython does not compare the lengths"),
    ("TLSA", r"a digest of type", "dnspython does not compare the lengths"),
    (None, r"not an even number of hexadecimal digits", "dnspython accepts an empty digest"),
    (None, r"has no value", "dnspython accepts a bare dohpath"),
    (None, r"is not a byte|escapes nothing", "dnspython takes an unfinished escape at the end"),
]
"""Where we refuse and dnspython accepts."""


def judged(rdtype: str, text: str) -> tuple[str | None, str]:
    """(canonical text, "") or (None, why not)."""
    try:
        return canonical_rdata(rdtype, text), ""
    except RdataError as error:
        return None, str(error)


def is_deviation(rdtype: str, refusal: str) -> bool:
    return any(kind in {None, rdtype} and re.search(pattern, refusal) for kind, pattern, _ in DEVIATIONS)


def dnspython(rdtype: str, text: str) -> str | None:
    """dnspython's text of the value, or None where it refuses."""
    with contextlib.suppress(dns.exception.DNSException, ValueError, OverflowError, IndexError):
        return dns.rdata.from_text("IN", rdtype, text, relativize=False).to_text()
    return None


def same_meaning(rdtype: str, ours: str, theirs: str) -> bool:
    """Whether dnspython's text means ours: case of names and hex, CAA's tag, blanks in long hex."""
    return dnspython_wire(rdtype, ours) == dnspython_wire(rdtype, theirs)


def dnspython_wire(rdtype: str, text: str) -> bytes:
    parsed = dns.rdata.from_text("IN", rdtype, text, relativize=False)
    if isinstance(parsed, dns.rdtypes.ANY.CAA.CAA):
        return parsed.replace(tag=parsed.tag.lower()).to_digestable()
    if isinstance(parsed, dns.rdtypes.IN.NAPTR.NAPTR):
        return parsed.replace(replacement=parsed.replacement.canonicalize()).to_digestable()
    if isinstance(parsed, dns.rdtypes.svcbbase.SVCBBase):
        return parsed.replace(target=parsed.target.canonicalize()).to_digestable()
    return parsed.to_digestable()


ALPHABETS = {
    "A": "0123456789. 1",
    "AAAA": "0123456789abcdefF:. ",
    "CAA": '0128 issue"a;= \\',
    "TXT": 'ab" \\0123é\x7f;',
    "SVCB": '01 .a=lpn"h2,3porte\\ ',
}
NAMES = st.sampled_from(
    ["a.", "WWW.example.net.", "a\\.b.", "\\065.x.", ".", "bücher.example.", "_s._t.x.", "*.x."]
)
NUMBERS = st.sampled_from(
    ["0", "1", "10", "255", "256", "65535", "65536", "4294967296", "007", "x", "1h", "-1"]
)
STRINGS = st.text('abé" \\0129;', max_size=8).map(
    lambda text: '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
) | st.sampled_from(["plain", r"\228", r'"\000"', '"' + "x" * 255 + '"', '"' + "x" * 256 + '"'])
HEX = st.sampled_from(["ab", "AB" * 20, "cd" * 32, "ef" * 48, "01" * 64, "abc", "zz"])
SHAPES = {
    "A": (st.ip_addresses(v=4).map(str),),
    "AAAA": (st.ip_addresses(v=6).map(str),),
    "CAA": (NUMBERS, st.sampled_from(["issue", "ISSUE", "iodef", "is-sue"]), STRINGS),
    "CNAME": (NAMES,),
    "DS": (NUMBERS, NUMBERS, st.sampled_from(["1", "2", "4", "9"]), HEX),
    "HTTPS": (
        NUMBERS,
        NAMES,
        st.sampled_from(["", "alpn=h2", 'alpn="h2,h3"', "port=1", "port=x", "key667=a", "alpn"]),
    ),
    "MX": (NUMBERS, NAMES),
    "NAPTR": (NUMBERS, NUMBERS, STRINGS, STRINGS, STRINGS, NAMES),
    "NS": (NAMES,),
    "PTR": (NAMES,),
    "SOA": (NAMES, NAMES, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    "SPF": (STRINGS,),
    "SRV": (NUMBERS, NUMBERS, NUMBERS, NAMES),
    "SSHFP": (NUMBERS, st.sampled_from(["1", "2", "3"]), HEX),
    "SVCB": (
        NUMBERS,
        NAMES,
        st.sampled_from(["", "ipv4hint=192.0.2.1", "mandatory=alpn alpn=h2", "ipv6hint=::1"]),
    ),
    "TLSA": (NUMBERS, NUMBERS, st.sampled_from(["0", "1", "2"]), HEX),
    "TXT": (STRINGS, STRINGS),
}


@st.composite
def values(draw: st.DrawFn) -> tuple[str, str]:
    """(type, a text that is nearly right for it)."""
    rdtype = draw(st.sampled_from(sorted(HOSTED_TYPES)))
    if draw(st.integers(0, 3)) == 0:
        return rdtype, draw(st.text(ALPHABETS.get(rdtype, '01 a.\\"@'), max_size=24))
    return rdtype, " ".join(draw(part) for part in SHAPES[rdtype]).strip()


@settings(max_examples=600, deadline=None)
@given(values())
@example(("TXT", '"\\'))
@example(("CAA", "0 a"))
def test_dnspython_agrees_on_what_is_accepted_and_what_it_means(case: tuple[str, str]) -> None:
    rdtype, text = case
    theirs = dnspython(rdtype, text)
    ours, refusal = judged(rdtype, text)
    if ours is None:
        assert theirs is None or is_deviation(rdtype, refusal), f"{rdtype} {text!r}: {refusal}; not {theirs}"
        return
    assert canonical_rdata(rdtype, ours) == ours
    if theirs is not None and text.isascii():
        assert same_meaning(rdtype, ours, theirs)
    else:
        assert dnspython(rdtype, ours) is not None or rdtype in {"DS", "CAA"}, f"{rdtype} {text!r} -> {ours}"


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(HOSTED_TYPES)), st.text(max_size=60))
def test_no_text_whatever_ends_in_another_exception(rdtype: str, text: str) -> None:
    with contextlib.suppress(RdataError):
        assert canonical_rdata(rdtype, text, origin=ORIGIN).isascii()


def test_names_in_values_are_the_names_of_psfdns() -> None:
    assert (
        canonical_rdata("NS", r"A\064b", origin=ORIGIN)
        == parse_name(r"A\064b", origin=ORIGIN)
        == r"a\@b.example.com."
    )
