"""An address that nobody outside reaches is told, by its range; one beside the range is not."""

from __future__ import annotations

import ipaddress

import pytest

from psfdns.checks.addresses import CHECK, DOCUMENTATION, PRIVATE, RESERVED, Range, range_of
from psfdns.checks.check import Subject
from psfdns.settings import Vpc, ZoneSettings
from psfdns.zonefile.parse import parse_zone
from tests.checks.findings import found

REAL = "python.org."
PUBLIC = "151.101.0.223"
PRIVATE_CODE, RESERVED_CODE = "private-address", "reserved-address"

CASES: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "a public address": (f"www A {PUBLIC}\nwww AAAA 2a04:4e42::223", []),
    "a private address": ("www A 10.0.0.1", [(1, PRIVATE_CODE)]),
    "the last address before a private range": ("www A 172.15.255.255", []),
    "the first address of a private range": ("www A 172.16.0.0", [(1, PRIVATE_CODE)]),
    "the last address of a private range": ("www A 172.31.255.255", [(1, PRIVATE_CODE)]),
    "the first address behind a private range": ("www A 172.32.0.0", []),
    "a carrier's shared address": ("www A 100.64.0.1", [(1, PRIVATE_CODE)]),
    "an address beside the shared ones": ("www A 100.128.0.1", []),
    "a unique local address": ("www AAAA fd12:3456:789a::1", [(1, PRIVATE_CODE)]),
    "a link-local address": ("www A 169.254.169.254", [(1, PRIVATE_CODE)]),
    "a link-local address of IPv6": ("www AAAA fe80::1", [(1, PRIVATE_CODE)]),
    "loopback": ("www A 127.0.0.1\nwww AAAA ::1", [(1, PRIVATE_CODE), (2, PRIVATE_CODE)]),
    "localhost": ("localhost A 127.0.0.1\nlocalhost AAAA ::1\nlocalhost.www A 127.0.0.1", []),
    "localhost that is no loopback": ("localhost A 10.0.0.1", [(1, PRIVATE_CODE)]),
    "a name that begins like localhost": ("localhosts A 127.0.0.1", [(1, PRIVATE_CODE)]),
    "glue": (
        "sub NS ns.sub\nsub NS ns.example.net.\nns.sub A 192.168.0.1",
        [(3, PRIVATE_CODE)],
    ),
    "a wildcard": ("*.dev A 127.0.0.1", [(1, PRIVATE_CODE)]),
    "one private address of three": (f"www A {PUBLIC}\nwww A 10.0.0.1\nwww A 10.0.0.2", [(2, PRIVATE_CODE)]),
    "a documentation address": ("www A 192.0.2.1", [(1, RESERVED_CODE)]),
    "an address beside the documentation ones": ("www A 192.0.3.1\nwww A 198.51.101.1", []),
    "a documentation address of IPv6": ("www AAAA 2001:db8::1", [(1, RESERVED_CODE)]),
    "a newer documentation address of IPv6": ("www AAAA 3fff:fff::1", [(1, RESERVED_CODE)]),
    "an address beside the newer documentation ones": ("www AAAA 3fff:1000::1", []),
    "this network": ("www A 0.0.0.0", [(1, RESERVED_CODE)]),
    "multicast": ("www A 224.0.0.251\nwww AAAA ff02::fb", [(1, RESERVED_CODE), (2, RESERVED_CODE)]),
    "reserved": ("www A 255.255.255.255", [(1, RESERVED_CODE)]),
    "an address that protocols use": ("www A 192.0.0.8", [(1, RESERVED_CODE)]),
    "an address for protocols that everybody reaches": ("www A 192.0.0.9", []),
    "IPv4 written as IPv6": (f"www AAAA ::ffff:{PUBLIC}", [(1, RESERVED_CODE)]),
    "IPv4 written as IPv6 in the older way": (f"www AAAA ::{PUBLIC}", [(1, RESERVED_CODE)]),
    "IPv4 behind a translator that everybody may have": (f"www AAAA 64:ff9b::{PUBLIC}", []),
    "a site-local address": ("www AAAA fec0::1", [(1, RESERVED_CODE)]),
    "a private address as a hint": (
        "@ HTTPS 1 . alpn=h2 ipv4hint=151.101.0.223,10.0.0.1",
        [(1, PRIVATE_CODE)],
    ),
    "a reserved address as a hint": ('@ SVCB 1 . ipv6hint="2001:db8::1"', [(1, RESERVED_CODE)]),
    "public hints": ("@ HTTPS 1 . ipv4hint=151.101.0.223 ipv6hint=2a04:4e42::223", []),
    "no hint, though it has an address": ('@ HTTPS 1 . key65400="ipv4hint=10.0.0.1"', []),
    "a private and a documentation address": (
        "www A 192.0.2.1\nwww A 10.0.0.1",
        [(1, RESERVED_CODE), (2, PRIVATE_CODE)],
    ),
    "silenced at another line of the record set": (
        "www A 192.0.2.1\nwww A 192.0.2.2 ; psfdns: ignore=reserved-address",
        [],
    ),
    "an address in a text": ("www TXT 10.0.0.1", []),
}


@pytest.mark.parametrize("case", CASES)
def test_an_address_that_nobody_reaches_is_told_once_a_record_set(case: str) -> None:
    text, expected = CASES[case]
    assert found(text, origin=REAL) == expected


@pytest.mark.parametrize(
    ("origin", "codes"),
    [
        ("zone.example.", []),
        ("example.com.", ["reserved-name"]),
        ("zone.test.", []),
        ("notexample.com.", [RESERVED_CODE]),
        ("example.python.org.", [RESERVED_CODE]),
    ],
)
def test_an_example_has_example_addresses(origin: str, codes: list[str]) -> None:
    assert [code for _, code in found("www A 192.0.2.1", origin=origin)] == codes


def test_an_example_with_other_addresses_is_told() -> None:
    assert found("www A 10.0.0.1\nmail A 240.0.0.1") == [(1, PRIVATE_CODE), (2, RESERVED_CODE)]


def test_a_private_zone_may_hold_any_address() -> None:
    private = ZoneSettings(private=(Vpc("us-east-1", "vpc-0123"),))
    assert found("www A 10.0.0.1\nmail A 192.0.2.1", private, origin=REAL) == []


@pytest.mark.parametrize("each", [*PRIVATE, *DOCUMENTATION, *RESERVED], ids=lambda each: each.network)
def test_a_range_is_found_from_its_first_address_to_its_last(each: Range) -> None:
    network = ipaddress.ip_network(each.network)
    narrower = {"::/96": {"::1/128", "::/128"}}.get(each.network, set())

    for address in (network.network_address, network.broadcast_address):
        known = range_of(str(address))
        assert known is not None
        assert known == each or known.network in narrower


def test_what_lies_beside_a_range_is_found_as_by_trying_all() -> None:
    networks = [ipaddress.ip_network(each.network) for each in (*PRIVATE, *DOCUMENTATION, *RESERVED)]
    beside = {network.network_address - 1 for network in networks if int(network.network_address)}
    beside |= {
        network.broadcast_address + 1
        for network in networks
        if str(network) not in {"ff00::/8", "240.0.0.0/4"}
    }

    for address in beside:
        within = any(address in network for network in networks)
        assert (range_of(str(address)) is not None) == within, address


def test_python_agrees_about_ipv4() -> None:
    narrow = [f"{first}.{third}.1" for first in ("192.0", "198.51", "203.0") for third in range(256)]
    wide = [f"{number >> 8}.{number & 255}.0.1" for number in range(1 << 16)]

    for text in (*narrow, *wide):
        address = ipaddress.IPv4Address(text)
        serves = address.is_global and not address.is_multicast
        assert (range_of(text) is None) == serves, text


def test_python_agrees_about_ipv6() -> None:
    """But for blocks about which its releases differ."""
    differ = {0x2001, 0x2002, 0x3FFE, 0x3FFF, 0x5F00}

    for number in set(range(1 << 16)) - differ:
        address = ipaddress.IPv6Address(number << 112 | 1)
        serves = address.is_global and not address.is_multicast and not address.is_site_local
        assert (range_of(str(address)) is None) == serves, address


def test_of_many_addresses_the_first_are_shown() -> None:
    text = "\n".join(f"www A 10.0.0.{number}" for number in range(1, 6))
    zone = parse_zone(f"$TTL 300\n{text}\n".encode(), origin=REAL, path="x.zone").zone
    (finding,) = CHECK.find(Subject(zone, ZoneSettings()))

    shown = ", ".join(f"10.0.0.{number} is private (RFC 1918 §3)" for number in (1, 2, 3))
    assert finding.summary == f"www.python.org. A: {shown}, and 2 more"
