"""cli53's notation, read strictly: whatever cli53 would read as a plain record is an error here."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from psfdns.records import Alias, RRset, RRsetKey
from psfdns.routing import (
    AWS_KEYS,
    Cidr,
    Failover,
    Geolocation,
    Geoproximity,
    Latency,
    Multivalue,
    Routing,
    Weighted,
)
from psfdns.zonefile.aws import (
    AwsAttributes,
    AwsSyntaxError,
    format_alias,
    format_comment,
    parse_alias,
    parse_comment,
)
from tests.strategies import health_checks, identifiers, routings

COLLECTION = "12345678-1234-1234-1234-123456789abc"

GOOD: list[tuple[str, Routing]] = [
    ('routing="WEIGHTED" weight=10', Weighted(10)),
    ('routing="WEIGHTED" weight="255"', Weighted(255)),
    ('routing="LATENCY" region="us-west-1"', Latency("us-west-1")),
    ('routing="FAILOVER" failover="PRIMARY"', Failover("PRIMARY")),
    ('routing="FAILOVER" failover="SECONDARY"', Failover("SECONDARY")),
    ('routing="GEOLOCATION" continentCode="AF"', Geolocation("AF")),
    ('routing="GEOLOCATION" countryCode="*"', Geolocation(None, "*")),
    ('routing="GEOLOCATION" countryCode="US" subdivisionCode="CA"', Geolocation(None, "US", "CA")),
    ('routing="MULTIVALUE"', Multivalue()),
    ('routing="GEOPROXIMITY" region="us-west-2"', Geoproximity("us-west-2")),
    (
        'routing="GEOPROXIMITY" localZoneGroup="us-west-2-lax-1" bias="99"',
        Geoproximity(None, "us-west-2-lax-1", bias=99),
    ),
    (
        'routing="GEOPROXIMITY" latitude="49.22" longitude="-74.01" bias="-10"',
        Geoproximity(latitude="49.22", longitude="-74.01", bias=-10),
    ),
    (f'routing="CIDR" collectionId="{COLLECTION}" locationName="office"', Cidr(COLLECTION, "office")),
]


@pytest.mark.parametrize(("text", "routing"), GOOD, ids=lambda value: str(value)[:60])
def test_each_policy_is_read(text: str, routing: Routing) -> None:
    assert parse_comment(f' {text} identifier="one"') == AwsAttributes(routing, "one", None)
    assert parse_comment(f'{text}  healthCheckId="h"\tidentifier="one" \t') == AwsAttributes(
        routing, "one", "h"
    )


BAD = [
    ("", "nothing"),
    ("   ", "nothing"),
    (" is our provider", "key="),
    ('routing="WEIGHTED" weight=10', "no identifier"),
    ('routing="WEIGHTED" identifier="a"', "needs weight"),
    ('routing="WEIGHTED" weight=256 identifier="a"', "from 0 to 255"),
    ('routing="WEIGHTED" weight="-1" identifier="a"', "from 0 to 255"),
    ('routing="WEIGHTED" weight="1.5" identifier="a"', "from 0 to 255"),
    ('routing="WEIGHTED" weight=ten identifier="a"', 'weight="ten"'),
    ('routing="weighted" weight=1 identifier="a"', "no routing policy"),
    ('routing="WEIGHTD" weight=1 identifier="a"', "no routing policy"),
    ("routing=WEIGHTED weight=1", 'routing="WEIGHTED"'),
    ('routing="LATENCY" region=us-west-1 identifier="a"', 'region="us-west-1"'),
    ('routing="LATENCY" region="US West" identifier="a"', "AWS region"),
    ('routing="LATENCY" weight=1 region="us-west-1" identifier="a"', "takes no weight"),
    ('routing="LATENCY" region="us-west-1" wait=1 identifier="a"', "no key wait"),
    ('routing="LATENCY" Region="us-west-1" identifier="a"', "write region"),
    ('routing="LATENCY" region="us-west-1" region="us-west-2" identifier="a"', "twice"),
    ('routing="LATENCY" region="us-west-1"identifier="a"', "key="),
    ('routing="LATENCY" region="us-west-1 identifier="a"', "key="),
    ('routing="LATENCY" region="us-west-1" identifier=""', "1 to 128"),
    (f'routing="MULTIVALUE" identifier="{"a" * 129}"', "1 to 128"),
    ('routing="FAILOVER" failover="primary" identifier="a"', "PRIMARY or SECONDARY"),
    ('routing="GEOLOCATION" identifier="a"', "either"),
    ('routing="GEOLOCATION" countryCode="US" continentCode="NA" identifier="a"', "either"),
    ('routing="GEOLOCATION" countryCode="FR" subdivisionCode="A" identifier="a"', "US"),
    ('routing="GEOLOCATION" countryCode="US" subdivisonCode="CA" identifier="a"', "write subdivisionCode"),
    ('routing="GEOLOCATION" countryCode="usa" identifier="a"', "two capital letters"),
    ('routing="GEOLOCATION" continentCode="XX" identifier="a"', "one of AF"),
    ('routing="GEOPROXIMITY" identifier="a"', "one of region"),
    ('routing="GEOPROXIMITY" region="us-west-2" localZoneGroup="x" identifier="a"', "one of region"),
    ('routing="GEOPROXIMITY" latitude="1" identifier="a"', "together"),
    ('routing="GEOPROXIMITY" latitude="90.01" longitude="0" identifier="a"', "-90"),
    ('routing="GEOPROXIMITY" latitude="1.234" longitude="0" identifier="a"', "two decimals"),
    ('routing="GEOPROXIMITY" latitude="0" longitude="181" identifier="a"', "-180"),
    ('routing="GEOPROXIMITY" region="us-west-2" bias="100" identifier="a"', "from -99 to 99"),
    ('routing="CIDR" collectionId="nearby" locationName="x" identifier="a"', "UUID"),
    (f'routing="CIDR" collectionId="{COLLECTION}" locationName="a b" identifier="a"', "CIDR location"),
    (f'routing="CIDR" collectionId="{COLLECTION}" identifier="a"', "needs locationName"),
    ('identifier="a"', "no routing"),
    ('weight=1 identifier="a"', "no routing"),
    ('healthCheckId="h" identifier="a"', "no routing"),
    ('healthCheckId="a b"', "health check"),
]


@pytest.mark.parametrize(("text", "words"), BAD)
def test_anything_else_is_an_error_that_says_what_to_write(text: str, words: str) -> None:
    with pytest.raises(AwsSyntaxError) as caught:
        parse_comment(text)
    assert words in f"{caught.value.summary} {caught.value.hint}"


def test_a_health_check_may_stand_alone() -> None:
    assert parse_comment(' healthCheckId="abc"') == AwsAttributes(None, None, "abc")


def test_quotes_and_backslashes_in_an_identifier_are_escaped() -> None:
    comment = r' routing="MULTIVALUE" identifier="say \"hi\" \\ ; psfdns: x"'
    assert parse_comment(comment).set_identifier == r'say "hi" \ ; psfdns: x'


def test_no_bias_is_a_bias_of_nothing() -> None:
    text = 'routing="GEOPROXIMITY" region="us-west-2" bias="0" identifier="a"'
    assert parse_comment(text).routing == Geoproximity("us-west-2")


@given(routings, identifiers, health_checks)
def test_what_is_written_is_read_as_the_same(routing: Routing, identifier: str, check: str | None) -> None:
    rrset = RRset(RRsetKey("www.example.com.", "A", identifier), 60, ("192.0.2.1",), None, routing, check)
    comment = format_comment(rrset)
    assert comment.startswith("; AWS ")
    assert parse_comment(comment.removeprefix("; AWS")) == AwsAttributes(routing, identifier, check)


CLI53_PAIR = re.compile(r'(?P<key>[A-Za-z]+)=(?:"(?:\\.|[^"])*"|\d+)')
"""cli53's own idea of a pair, written down from its grammar: one blank between, nothing behind."""


@given(routings, identifiers, health_checks)
def test_cli53_reads_what_is_written(routing: Routing, identifier: str, check: str | None) -> None:
    rrset = RRset(RRsetKey("www.example.com.", "A", identifier), 60, ("192.0.2.1",), None, routing, check)
    rest = format_comment(rrset).removeprefix("; AWS")
    keys = []
    while rest:
        assert rest[0] == " "
        pair = CLI53_PAIR.match(rest, 1)
        assert pair is not None, rest
        keys.append(pair["key"])
        rest = rest[pair.end() :]
    allowed = ["routing", *AWS_KEYS.values(), "healthCheckId", "identifier"]
    assert keys[0] == "routing"
    assert keys == [key for key in allowed if key in keys]


def test_nothing_is_written_where_nothing_is_to_say() -> None:
    assert format_comment(RRset(RRsetKey("www.example.com.", "A"), 60, ("192.0.2.1",))) == ""


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("A server1 $self false", "server1.example.com."),
        ("A @ $self false", "example.com."),
        ("AAAA www.example.com. $self true", "www.example.com."),
        ("A dns-name.elb.amazonaws.com. Z35SXDOTRQ7X7K false", "dns-name.elb.amazonaws.com."),
        ("A DNS-Name.elb.amazonaws.com Z35SXDOTRQ7X7K false", "dns-name.elb.amazonaws.com."),
    ],
)
def test_a_relative_target_is_completed_only_in_its_own_zone(words: str, name: str) -> None:
    rdtype, _, zone_id, health = words.split()
    expected = Alias(name, zone_id, health == "true")
    assert parse_alias(words.split(), origin="example.com.") == (rdtype, expected)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("A server1 $self", "4 words"),
        ("A server1 $self false more", "4 words"),
        ("A server1 $self True", "write true"),
        ("A server1 $self FALSE", "write false"),
        ("A server1 $self yes", "write true or false"),
        ("NS server1 $self false", "no alias records of type NS"),
        ("LOC server1 $self false", "no alias records of type LOC"),
        ("A server1 $SELF false", "not the id"),
        ("A server1 /hostedzone/Z1 false", "bare id"),
        ("A @ Z35SXDOTRQ7X7K false", "this zone"),
        ("A a..b $self false", "not a name"),
    ],
)
def test_a_wrong_alias_says_what_to_write(words: str, message: str) -> None:
    with pytest.raises(AwsSyntaxError) as caught:
        parse_alias(words.split(), origin="example.com.")
    assert message in f"{caught.value.summary} {caught.value.hint}"


def test_an_alias_is_written_as_four_words() -> None:
    target = Alias("lb.example.net.", "Z35SXDOTRQ7X7K", evaluate_target_health=True)
    assert format_alias("A", target, target="lb.example.net.") == "A lb.example.net. Z35SXDOTRQ7X7K true"
