"""The codec: canonical record sets and Route 53's dictionaries are two spellings of one thing."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from psfdns.records import HOSTED_TYPES, SELF_ZONE, Alias, RRset, RRsetKey
from psfdns.routing import POLICIES, Geoproximity, Weighted
from psfdns.rrsets import (
    InexpressibleError,
    decode_name,
    decode_value,
    encode_name,
    encode_value,
    from_api,
    to_api,
)
from tests.strategies import ORIGIN, VALUES, ZONE_ID, quoted, routings, rrsets

A_RECORD: dict[str, Any] = {
    "Name": "www.example.com.",
    "Type": "A",
    "TTL": 300,
    "ResourceRecords": [{"Value": "192.0.2.1"}],
}


def decoded(**fields: Any) -> RRset:
    api = {name: value for name, value in (A_RECORD | fields).items() if value is not ...}
    return from_api(api, zone_id=ZONE_ID)


@given(rrsets())
def test_what_goes_to_route53_comes_back_the_same(rrset: RRset) -> None:
    assert from_api(to_api(rrset, zone_id=ZONE_ID), zone_id=ZONE_ID) == rrset


SHAPE = ServiceModel(Loader().load_service_model("route53", "service-2")).shape_for("ResourceRecordSet")


@given(rrsets())
def test_amazons_own_model_of_the_api_accepts_what_is_made(rrset: RRset) -> None:
    report = ParamValidator().validate(to_api(rrset, zone_id=ZONE_ID), SHAPE)
    assert not report.has_errors(), report.generate_report()


def test_the_strategies_reach_every_type_and_every_policy() -> None:
    assert set(VALUES) == HOSTED_TYPES
    seen: set[str] = set()

    @given(routings)
    def collect(routing: Any) -> None:
        seen.add(routing.policy)

    collect()
    assert seen == set(POLICIES)


@given(st.lists(st.binary(max_size=255), min_size=1, max_size=3))
def test_strings_keep_every_byte_through_octal_and_back(strings: list[bytes]) -> None:
    value = " ".join(map(quoted, strings))
    there = encode_value(value)
    assert there.isascii()
    assert there.isprintable()
    # Read independently: Route 53's own rule, a backslash and three octal digits is a byte.
    python_literal = there.replace("{", "\\173").replace("'", "\\047")
    assert [eval("b" + part) for part in _split(python_literal)] == strings  # noqa: S307 - Python's octal
    assert decode_value("TXT", there) == value


def _split(text: str) -> list[str]:
    parts, inside, begin, position = [], False, 0, 0
    while position < len(text):
        if text[position] == "\\":
            position += 1
        elif text[position] == '"':
            if inside:
                parts.append(text[begin : position + 1])
            begin, inside = position, not inside
        position += 1
    return parts


@pytest.mark.parametrize(
    ("route53", "canonical"),
    [
        ("www.example.com.", "www.example.com."),
        (r"\052.example.com.", "*.example.com."),
        ("*.example.com", "*.example.com."),
        ("WWW.Example.COM", "www.example.com."),
        (r"0\05725.2.0.192.in-addr.arpa.", "0/25.2.0.192.in-addr.arpa."),
        (r"first\056last.example.com.", r"first\.last.example.com."),
        (r"a\040b.example.com.", r"a\032b.example.com."),
        (r"\100.example.com.", r"\@.example.com."),
        (r"caf\303\251.example.com.", r"caf\195\169.example.com."),
        (r"\101.example.com.", "a.example.com."),
    ],
)
def test_octal_in_names_becomes_decimal(route53: str, canonical: str) -> None:
    assert decode_name(route53) == canonical


def test_names_are_spelled_as_route53_returns_them() -> None:
    assert encode_name("*.example.com.") == r"\052.example.com."
    assert encode_name("0/25.2.0.192.in-addr.arpa.") == r"0\05725.2.0.192.in-addr.arpa."
    assert encode_name(r"a\032b\.c._tcp.example.com.") == r"a\040b\056c._tcp.example.com."


@pytest.mark.parametrize(
    ("rdtype", "route53", "canonical"),
    [
        ("TXT", '"a""b"', '"a" "b"'),
        ("TXT", '"a"   "b"', '"a" "b"'),
        ("TXT", r'"caf\303\251"', r'"caf\195\169"'),
        ("TXT", r'"\200"', r'"\128"'),
        ("TXT", r'"say \"hi\" \\ \101"', r'"say \"hi\" \\ A"'),
        ("TXT", '""', '""'),
        ("TXT", r'"a\;b"', '"a;b"'),
        ("SPF", '"v=spf1 -all"', '"v=spf1 -all"'),
        ("MX", "10 Mail.Example.com", "10 mail.example.com."),
        ("CNAME", "example.net", "example.net."),
        ("CNAME", r"\052.example.net", "*.example.net."),
        ("NS", "ns1.example.net", "ns1.example.net."),
        ("SRV", "1 2 443 host.example.net", "1 2 443 host.example.net."),
        ("AAAA", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("AAAA", "::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        (
            "NAPTR",
            r'100 50 "u" "E2U+sip" "!^(.*)$!sip:\\1@x!" .',
            r'100 50 "u" "E2U+sip" "!^(.*)$!sip:\\1@x!" .',
        ),
    ],
)
def test_one_meaning_has_one_canonical_text(rdtype: str, route53: str, canonical: str) -> None:
    assert decode_value(rdtype, route53) == canonical


@pytest.mark.parametrize(
    ("rdtype", "value"),
    [
        ("TXT", "unquoted"),
        ("TXT", '"open'),
        ("TXT", '"a" b'),
        ("TXT", r'"\228"'),
        ("TXT", r'"\9"'),
        ("TXT", '"caf\N{LATIN SMALL LETTER E WITH ACUTE}"'),
        ("TXT", '"' + "x" * 256 + '"'),
        ("A", "192.0.2.256"),
        ("MX", "mail.example.com"),
        ("SRV", "1 2 host."),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_with_the_value_named(rdtype: str, value: str) -> None:
    with pytest.raises(InexpressibleError, match="value") as caught:
        decode_value(rdtype, value)
    assert caught.value.reason == str(caught.value)


@pytest.mark.parametrize(
    "name", ["a..example.com.", ".example.com.", "x" * 64 + ".com.", "a\\9.com.", "a b.com.", "\xe9.com."]
)
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InexpressibleError):
        decode_name(name)


def test_the_longest_name_is_read_and_one_byte_more_is_not() -> None:
    longest = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61]) + "."
    assert decode_name(longest) == longest
    with pytest.raises(InexpressibleError):
        decode_name("a" + longest.replace("d", "dd", 1))


def test_values_are_sorted_and_equal_ones_are_one() -> None:
    values = ["2001:db8::2", "2001:DB8::1", "2001:db8:0::1"]
    rrset = decoded(Type="AAAA", ResourceRecords=[{"Value": value} for value in values])
    assert rrset.values == ("2001:db8::1", "2001:db8::2")


@pytest.mark.parametrize("spelled", [ZONE_ID, f"/hostedzone/{ZONE_ID}"])
def test_an_alias_into_its_own_zone_says_self(spelled: str) -> None:
    target = {"HostedZoneId": spelled, "DNSName": "Target.example.com", "EvaluateTargetHealth": True}
    rrset = decoded(TTL=..., ResourceRecords=..., AliasTarget=target)
    assert rrset.alias == Alias("target.example.com.", SELF_ZONE, evaluate_target_health=True)
    assert to_api(rrset, zone_id="ZOTHER")["AliasTarget"]["HostedZoneId"] == "ZOTHER"


def test_empty_fields_mean_the_same_as_absent_ones() -> None:
    assert decoded(HealthCheckId="", MultiValueAnswer=False) == decoded()


def test_no_bias_and_a_bias_of_nothing_are_one() -> None:
    location = {"AWSRegion": "us-west-2", "Bias": 0}
    assert decoded(SetIdentifier="one", GeoProximityLocation=location).routing == Geoproximity(
        region="us-west-2"
    )


def test_coordinates_are_numbers_however_they_are_written() -> None:
    place = {"Coordinates": {"Latitude": "+49.20", "Longitude": "-0.0"}}
    assert decoded(SetIdentifier="one", GeoProximityLocation=place).routing == Geoproximity(
        latitude="49.2", longitude="0"
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"TrafficPolicyInstanceId": "12345678-1234"}, "traffic policy"),
        ({"Type": "LOC"}, "type LOC"),
        ({"Novelty": {"x": 1}}, "Novelty"),
        ({"SetIdentifier": "one"}, "without a routing policy"),
        ({"Weight": 1}, "no set identifier"),
        ({"Weight": 1, "Region": "us-west-2", "SetIdentifier": "one"}, "more than one"),
        ({"ResourceRecords": []}, "no values"),
        ({"TTL": ...}, "no TTL"),
        ({"SetIdentifier": "one", "GeoLocation": {"ContinentCode": "EU", "CountryCode": "FR"}}, "either"),
        ({"SetIdentifier": "one", "GeoLocation": {"CountryCode": "FR", "SubdivisionCode": "X"}}, "US"),
        ({"SetIdentifier": "one", "GeoProximityLocation": {"Bias": 3}}, "one of"),
        ({"SetIdentifier": "one", "GeoProximityLocation": {"Planet": "Mars"}}, "Planet"),
        (
            {
                "SetIdentifier": "one",
                "GeoProximityLocation": {"Coordinates": {"Latitude": "91", "Longitude": "0"}},
            },
            "coordinates",
        ),
        ({"SetIdentifier": "one", "Failover": "TERTIARY"}, "TERTIARY"),
        ({"SetIdentifier": "a\nb", "Weight": 1}, "characters"),
        ({"AliasTarget": {"HostedZoneId": "Z1", "DNSName": "x.", "EvaluateTargetHealth": False}}, "both"),
    ],
)
def test_what_no_file_can_say_is_refused_in_plain_words(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(InexpressibleError, match=words):
        decoded(**fields)


def test_routing_and_health_check_stand_beside_the_values() -> None:
    rrset = RRset(
        RRsetKey("www." + ORIGIN, "A", "one"), 60, ("192.0.2.1",), routing=Weighted(0), health_check="abc"
    )
    assert to_api(rrset, zone_id=ZONE_ID) == {
        "Name": "www.example.com.",
        "Type": "A",
        "SetIdentifier": "one",
        "Weight": 0,
        "TTL": 60,
        "ResourceRecords": [{"Value": "192.0.2.1"}],
        "HealthCheckId": "abc",
    }


def test_ten_thousand_record_sets_are_decoded_in_well_under_a_second() -> None:
    listing = [
        A_RECORD
        | {"Name": f"host-{number}.example.com.", "ResourceRecords": [{"Value": f"192.0.2.{number % 256}"}]}
        for number in range(10_000)
    ]
    begin = time.process_time()
    for api in listing:
        from_api(api, zone_id=ZONE_ID)
    assert time.process_time() - begin < 1
