"""Values: what each type takes, and what two spellings mean."""

from __future__ import annotations

import dns.rdata
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.records import HOSTED_TYPES
from psfdns.sandbox.faults import SpellingError
from psfdns.sandbox.values import _READERS, MAX_STRING, meaning_of, to_decimal_escapes

LONG = '"' + "x" * MAX_STRING + '"'
ACCEPTED = [
    ("A", "192.0.2.1"),
    ("AAAA", "2001:db8::1"),
    ("AAAA", "::ffff:192.0.2.1"),
    ("CNAME", "t.test"),
    ("CNAME", "_x.\\052.t.test."),
    ("MX", "0 ."),
    ("MX", "65535 mail.test."),
    ("NS", "ns-1.awsdns-01.org."),
    ("PTR", "host.test."),
    ("SRV", "0 0 0 ."),
    ("SRV", "1 2 65535 host.test"),
    ("TXT", '"a"'),
    ("TXT", '""'),
    ("TXT", '"a""b"'),
    ("TXT", '"a" "b"'),
    ("TXT", LONG),
    ("TXT", '"\\"\\\\ ; \\344"'),
    ("SPF", '"v=spf1 -all"'),
    ("CAA", '0 issue "ca.test; account=1"'),
    ("CAA", '255 iodef ""'),
    ("NAPTR", '100 50 "u" "E2U+sip" "!^.*$!sip:x@t.test!" .'),
    ("NAPTR", '1 2 "s" "" "" _sip._udp.t.test'),
    ("SOA", "ns.test. host.test. 1 7200 900 1209600 4294967295"),
    ("DS", "12345 13 2 " + "ab" * 32),
    ("SSHFP", "4 2 " + "ab" * 32),
    ("TLSA", "3 1 1 " + "ab" * 32),
    ("SVCB", "0 svc.test."),
    ("SVCB", "0 a\\.b\\052.test."),
    ("HTTPS", '1 . alpn="h3,h2" port=443 ipv4hint=192.0.2.1'),
]
REFUSED = [
    ("A", "192.0.2.256", "ARRDATAIllegalIPv4Address"),
    ("A", "192.0.2", "ARRDATAIllegalIPv4Address"),
    ("A", "192.0.2.1 ", "ARRDATAIllegalIPv4Address"),
    ("A", "::1", "ARRDATAIllegalIPv4Address"),
    ("AAAA", "192.0.2.1", "AAAARRDATAIllegalIPv6Address"),
    ("AAAA", "fe80::1%eth0", "AAAARRDATAIllegalIPv6Address"),
    ("CNAME", "two names.", "RRDATANotSingleField"),
    ("CNAME", "a..b.", "DomainLabelEmpty"),
    ("CNAME", "x" * 64 + ".test.", "DomainLabelTooLong"),
    ("CNAME", "\\200x.", None),
    ("CNAME", "\\228.", "UnsupportedCharacter"),
    ("CNAME", "é.test.", "UnsupportedCharacter"),
    ("MX", "mail.test.", "MXRRDATAWrongFieldCount"),
    ("MX", "65536 mail.test.", "UnparsableInteger"),
    ("MX", "-1 mail.test.", "UnparsableInteger"),
    ("SRV", "1 2 host.test.", "SRVRRDATAWrongFieldCount"),
    ("SRV", "1 2 65536 host.test.", "UnparsableInteger"),
    ("TXT", "unquoted", "InvalidCharacterString (Value should be enclosed in quotation marks)"),
    ("TXT", "", "InvalidCharacterString"),
    ("TXT", '"open', "InvalidCharacterString"),
    ("TXT", '"open\\"', "InvalidCharacterString"),
    ("TXT", '"a" b', "InvalidCharacterString"),
    ("TXT", LONG[:-1] + 'x"', "CharacterStringTooLong (Value is too long)"),
    ("TXT", '"é"', "UnsupportedCharacter"),
    ("TXT", '"\t"', "UnsupportedCharacter"),
    ("TXT", '"\\228"', "InvalidCharacterString"),
    ("TXT", '"\\400"', "InvalidCharacterString"),
    ("TXT", '"\\12"', "InvalidCharacterString"),
    ("SPF", "v=spf1 -all", "InvalidCharacterString"),
    ("CAA", "0 issue ca.test", "InvalidCharacterString"),
    ("CAA", '256 issue "ca.test"', "UnparsableInteger"),
    ("CAA", '0 is-sue "ca.test"', "CAARRDATAIllegalTag"),
    ("CAA", '0 issue "ca.test" x', "CAARRDATANotThreeFields"),
    ("NAPTR", '100 50 u "E2U+sip" "" .', "InvalidCharacterString"),
    ("NAPTR", '100 50 "u" "E2U+sip" .', "NAPTRRRDATANotSixFields"),
    ("SOA", "ns.test. host.test. 1 2 3 4", "SOARRDATAWrongFieldCount"),
    ("SOA", "ns.test. host.test. 1 2 3 4 4294967296", "UnparsableInteger"),
    ("DS", "12345 13 2 abcd", "DSRRDATAInvalid"),
    ("SSHFP", "4 2 xyz", "SSHFPRRDATAInvalid"),
    ("TLSA", "3 1 1", "TLSARRDATAInvalid"),
    ("SVCB", "0", "SVCBRRDATAInvalid"),
    ("HTTPS", "1 . port=http", "HTTPSRRDATAInvalid"),
    ("SVCB", "0 \\228.test.", "InvalidCharacterString"),
]
SAME = [
    ("AAAA", "2001:DB8:0::1", "2001:db8::1"),
    ("CNAME", "T.test", "t.test."),
    ("NS", "\\101.test", "a.test."),
    ("MX", "10  Mail.test", "10 mail.test."),
    ("SRV", "01 2 3 t.test", "1 2 3 T.test."),
    ("TXT", '"a""b"', '"a" "b"'),
    ("TXT", '"\\101"', '"A"'),
    ("CAA", '0 ISSUE "ca"', '0 issue "ca"'),
    ("DS", "1 8 2 " + "AB" * 32, "1 8 2 " + "ab" * 32),
]
DIFFERENT = [
    ("TXT", '"ab"', '"a" "b"'),
    ("TXT", '"A"', '"a"'),
    ("CAA", '0 issue "CA"', '0 issue "ca"'),
    ("MX", "10 a.test.", "20 a.test."),
]


@pytest.mark.parametrize(("rdtype", "value"), ACCEPTED)
def test_a_value_of_its_type_is_accepted(rdtype: str, value: str) -> None:
    assert meaning_of(rdtype, value) == meaning_of(rdtype, value)


@pytest.mark.parametrize(("rdtype", "value", "words"), [case for case in REFUSED if case[2]])
def test_any_other_value_is_refused_with_its_reason(rdtype: str, value: str, words: str) -> None:
    with pytest.raises(SpellingError, match="FATAL problem") as caught:
        meaning_of(rdtype, value)
    assert words in str(caught.value)


@pytest.mark.parametrize(("rdtype", "one", "other"), SAME)
def test_two_spellings_of_one_value_mean_the_same(rdtype: str, one: str, other: str) -> None:
    assert meaning_of(rdtype, one) == meaning_of(rdtype, other)


@pytest.mark.parametrize(("rdtype", "one", "other"), DIFFERENT)
def test_two_values_mean_two_things(rdtype: str, one: str, other: str) -> None:
    assert meaning_of(rdtype, one) != meaning_of(rdtype, other)


def test_every_hosted_type_is_read() -> None:
    assert set(_READERS) == HOSTED_TYPES
    assert {rdtype for rdtype, _ in ACCEPTED} == HOSTED_TYPES
    assert {rdtype for rdtype, *_ in REFUSED} == HOSTED_TYPES - {"NS", "PTR"}


@given(st.lists(st.binary(max_size=MAX_STRING), min_size=1, max_size=3))
def test_strings_mean_the_bytes_that_dnspython_reads_from_them(strings: list[bytes]) -> None:
    def spell(string: bytes) -> str:
        return '"' + "".join(f"\\{byte:03o}" for byte in string) + '"'

    value = " ".join(map(spell, strings))
    oracle = dns.rdata.from_text("IN", "TXT", to_decimal_escapes(value))

    assert meaning_of("TXT", value) == tuple(strings) == oracle.strings  # type: ignore[attr-defined]


@given(
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12),
    st.sampled_from(sorted(HOSTED_TYPES)),
)
def test_no_text_breaks_a_reader(value: str, rdtype: str) -> None:
    try:
        meaning = meaning_of(rdtype, value)
    except SpellingError:
        return
    assert hash(meaning) == hash(meaning_of(rdtype, value))
