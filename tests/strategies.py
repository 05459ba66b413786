"""Record sets and zones of every kind, as hypothesis strategies; canonical text is made by hand here."""

from __future__ import annotations

import ipaddress

from hypothesis import strategies as st

from psfdns.names import name_from_labels
from psfdns.records import HOSTED_TYPES, SELF_ZONE, Alias, RRset, RRsetKey, Zone
from psfdns.routing import (
    Cidr,
    Failover,
    Geolocation,
    Geoproximity,
    Latency,
    Multivalue,
    Routing,
    Weighted,
)

ORIGIN = "example.com."
ZONE_ID = "Z0123456789ABCDEFGHIJ"
ROUTED_TYPES = sorted(HOSTED_TYPES - {"NS", "SOA", "DS"})

_plain_label = st.from_regex(r"[a-z0-9_]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True).map(str.encode)
_any_label = st.binary(min_size=1, max_size=8).map(bytes.lower)
labels = st.one_of(_plain_label, _plain_label, _plain_label, _any_label)


def names(origin: str = ORIGIN) -> st.SearchStrategy[str]:
    """Names in the zone: the apex, a wildcard, plain ones, and ones of any bytes."""
    below = st.lists(labels, min_size=1, max_size=3).map(name_from_labels)
    return st.one_of(st.just(origin), st.just("*." + origin), below.map(lambda name: name + origin))


targets = st.one_of(
    names(),
    st.sampled_from(
        ["www.example.net.", "mail.example.org.", "1.example.com.", "a.example.com.example.com."]
    ),
    st.lists(labels, min_size=1, max_size=3).map(name_from_labels),
)
_number16 = st.integers(0, 0xFFFF)
_number8 = st.integers(0, 0xFF)
_string_bytes = st.one_of(st.binary(max_size=40), st.binary(min_size=255, max_size=255))


def quoted(content: bytes) -> str:
    """A character-string as RFC 1035 §5.1 writes it, spelled out once more and independently."""
    text = "".join(
        {0x22: '\\"', 0x5C: "\\\\"}.get(byte, chr(byte) if 0x20 <= byte <= 0x7E else f"\\{byte:03d}")
        for byte in content
    )
    return f'"{text}"'


_strings = st.lists(_string_bytes, min_size=1, max_size=4).map(lambda some: " ".join(map(quoted, some)))
_word = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=10)


def _joined(*parts: st.SearchStrategy[object]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda some: " ".join(map(str, some)))


def _service(parameters: tuple[list[str], int, list[ipaddress.IPv4Address | ipaddress.IPv6Address]]) -> str:
    alpn, port, hints = parameters
    return f'alpn="{",".join(alpn)}" port="{port}" ipv4hint="{",".join(map(str, hints))}"'


_service_form = st.one_of(
    _joined(st.just(0), targets),
    st.tuples(
        st.integers(1, 0xFFFF),
        st.one_of(st.just("."), targets),
        st.tuples(
            st.lists(st.sampled_from(["h2", "h3", "http/1.1"]), min_size=1, max_size=3, unique=True),
            _number16,
            st.lists(st.ip_addresses(v=4), min_size=1, max_size=3),
        ),
    ).map(lambda parts: f"{parts[0]} {parts[1]} {_service(parts[2])}"),
)

VALUES: dict[str, st.SearchStrategy[str]] = {
    "A": st.ip_addresses(v=4).map(str),
    "AAAA": st.integers(2**125, 2**128 - 1).map(lambda number: str(ipaddress.IPv6Address(number))),
    "CAA": st.tuples(
        st.sampled_from([0, 128]),
        st.sampled_from(["issue", "issuewild", "iodef", "contactemail"]),
        _string_bytes.map(quoted),
    ).map(lambda parts: f"{parts[0]} {parts[1]} {parts[2]}"),
    "CNAME": targets,
    "DS": _joined(
        _number16,
        st.sampled_from([8, 13, 15]),
        st.just(2),
        st.binary(min_size=32, max_size=32).map(bytes.hex),
    ),
    "HTTPS": _service_form,
    "MX": _joined(_number16, targets),
    "NAPTR": _joined(
        _number16,
        _number16,
        st.sampled_from(['"u"', '""', '"s"']),
        _word.map(lambda word: f'"E2U+{word}"'),
        st.sampled_from(['""', '"!^.*$!sip:info@example.com!"', r'"!^(\\+\195\169.*)$!sip:\\1@x!i"']),
        st.one_of(st.just("."), targets),
    ),
    "NS": targets,
    "PTR": targets,
    "SOA": _joined(targets, targets, *[st.integers(0, 2**31 - 1)] * 5),
    "SPF": _strings,
    "SRV": _joined(_number16, _number16, _number16, targets),
    "SSHFP": _joined(
        st.sampled_from([1, 2, 3, 4]), st.just(1), st.binary(min_size=20, max_size=20).map(bytes.hex)
    ),
    "SVCB": _service_form,
    "TLSA": _joined(
        st.integers(0, 3), st.integers(0, 1), st.just(1), st.binary(min_size=32, max_size=32).map(bytes.hex)
    ),
    "TXT": _strings,
}

_degree = st.integers(-9000, 9000).map(lambda hundredths: f"{hundredths / 100:.2f}".rstrip("0").rstrip("."))
_no_minus_zero = _degree.map(lambda text: "0" if text in {"-0", ""} else text)
_bias = st.one_of(st.none(), st.integers(-99, 99).filter(bool))
_regions = st.sampled_from(["us-west-2", "eu-central-1", "ap-southeast-2"])
routings: st.SearchStrategy[Routing] = st.one_of(
    st.builds(Weighted, st.integers(0, 255)),
    st.builds(Latency, _regions),
    st.builds(Failover, st.sampled_from(["PRIMARY", "SECONDARY"])),
    st.builds(Geolocation, st.sampled_from(["AF", "AN", "AS", "EU", "NA", "OC", "SA"])),
    st.builds(Geolocation, st.none(), st.sampled_from(["*", "FR", "US"])),
    st.builds(Geolocation, st.none(), st.just("US"), st.sampled_from(["CA", "NY"])),
    st.just(Multivalue()),
    st.builds(Geoproximity, region=_regions, bias=_bias),
    st.builds(Geoproximity, local_zone_group=st.just("us-west-2-lax-1"), bias=_bias),
    st.builds(Geoproximity, latitude=_no_minus_zero, longitude=_no_minus_zero, bias=_bias),
    st.builds(Cidr, st.uuids().map(str), st.sampled_from(["*", "office", "Site_1-b"])),
)
_identifier_characters = st.characters(exclude_categories=["C", "Zl", "Zp"], include_characters=' ;"\\')
identifiers = st.one_of(
    st.sampled_from(["one", 'say "hi"', "back\\slash", "; psfdns: ignore=x", ";psfdns:", " ; AWS "]),
    st.text(_identifier_characters, min_size=1, max_size=128).filter(str.isprintable),
)
health_checks = st.one_of(st.none(), st.uuids().map(str))
ttls = st.sampled_from([0, 60, 300, 300, 3600, 172800, 2**31 - 1])


@st.composite
def aliases(draw: st.DrawFn) -> Alias:
    """To this zone or to another's well-known one."""
    if draw(st.booleans()):
        return Alias(draw(names()), SELF_ZONE, draw(st.booleans()))
    return Alias(draw(targets), "Z2FDTNDATAQYW2", evaluate_target_health=False)


@st.composite
def rrsets(draw: st.DrawFn, owners: st.SearchStrategy[str] | None = None) -> RRset:
    """A record set of any type, plain or routed, values or alias, with or without health check."""
    rdtype = draw(st.sampled_from(sorted(HOSTED_TYPES)))
    name = ORIGIN if rdtype == "SOA" else draw(owners or names())
    routed = rdtype in ROUTED_TYPES and draw(st.booleans())
    routing = draw(routings) if routed else None
    key = RRsetKey(name, rdtype, draw(identifiers) if routed else None)
    health_check = draw(health_checks) if rdtype in ROUTED_TYPES else None
    if rdtype in ROUTED_TYPES and draw(st.integers(0, 3)) == 0:
        return RRset(key, None, alias=draw(aliases()), routing=routing, health_check=health_check)
    most = 1 if rdtype in {"CNAME", "SOA"} else 4
    values = draw(st.lists(VALUES[rdtype], min_size=1, max_size=most, unique=True))
    return RRset(key, draw(ttls), tuple(sorted(values)), routing=routing, health_check=health_check)


def _is_settled(rrset: RRset, earlier: list[RRset]) -> bool:
    """Whether the set can stand in one file with the earlier ones: a weighted group has one TTL."""
    rivals = [
        other
        for other in earlier
        if (other.name, other.type) == (rrset.name, rrset.type)
        and Weighted in {type(other.routing), type(rrset.routing)}
    ]
    return all(other.ttl == rrset.ttl for other in rivals)


@st.composite
def zones(draw: st.DrawFn, max_size: int = 8) -> Zone:
    """Any record sets that one file can hold."""
    chosen: dict[RRsetKey, RRset] = {}
    for rrset in draw(st.lists(rrsets(), max_size=max_size)):
        if rrset.key not in chosen and _is_settled(rrset, list(chosen.values())):
            chosen[rrset.key] = rrset
    return Zone(ORIGIN, chosen)
