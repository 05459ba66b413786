"""Small zones, written by hand or drawn by hypothesis, for the tests of plans and of their views."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from psfdns.diagnostics import Span
from psfdns.patterns import parse_pattern
from psfdns.plans.desired import DesiredZone, HeldZone
from psfdns.plans.host import Foreign, HostedZone, LiveZone
from psfdns.plans.make import plan_live_zone, plan_new_zone
from psfdns.plans.plan import Plan, ZonePlan
from psfdns.records import SELF_ZONE, Alias, RRset, RRsetKey, Zone
from psfdns.routing import Cidr, Failover, Geolocation, Geoproximity, Latency, Multivalue, Routing, Weighted
from psfdns.settings import Apex, Vpc, ZoneSettings

ORIGIN = "example.org."
SOA = "ns-1.example.net. hostmaster.example.net. 1 7200 900 1209600 86400"
AUTHORITY = (f"{ORIGIN} 900 SOA {SOA}", f"{ORIGIN} 172800 NS ns-1.example.net.")


def zone(*lines: str, origin: str = ORIGIN, path: str | None = None) -> Zone:
    """Record sets from `name ttl type value` lines in canonical text; `path` gives each line its place."""
    grouped: dict[RRsetKey, list[tuple[str, int, int]]] = {}
    for number, line in enumerate(lines, start=1):
        name, ttl, rdtype, value = line.split(None, 3)
        grouped.setdefault(RRsetKey(name, rdtype), []).append((value, int(ttl), number))
    rrsets = {}
    for key, members in grouped.items():
        members.sort()
        spans = tuple(Span(path, number, number) for _, _, number in members) if path else ()
        rrsets[key] = RRset(key, members[0][1], tuple(value for value, _, _ in members), spans=spans)
    return Zone(origin, rrsets)


def with_rrsets(base: Zone, *rrsets: RRset) -> Zone:
    """The zone with these record sets added or replaced."""
    return Zone(base.origin, {**base.rrsets, **{rrset.key: rrset for rrset in rrsets}})


def addresses(count: int, *, address: str = "192.0.2.1", origin: str = ORIGIN) -> list[str]:
    """`count` A record sets h0, h1, ..."""
    return [f"h{number}.{origin} 300 A {address}" for number in range(count)]


def hosted(
    name: str = ORIGIN,
    *,
    zone_id: str = "Z1",
    reference: str = "psfdns:1",
    private: bool = False,
    comment: str | None = None,
    linked_service: str | None = None,
) -> HostedZone:
    """A row of the list of zones."""
    return HostedZone(zone_id, name, private, reference, comment, 2, linked_service)


def live(
    *lines: str, row: HostedZone | None = None, foreign: tuple[Foreign, ...] = (), origin: str = ORIGIN
) -> LiveZone:
    """A zone as read from the host."""
    return LiveZone(row or hosted(origin), zone(*lines, origin=origin), {}, foreign)


def settings(
    *,
    ignore: Iterable[str] = (),
    protect: Iterable[str] = (),
    apex: Apex = Apex.ROUTE53,
    zone_id: str | None = None,
    private: bool = False,
    comment: str | None = None,
    delegation_set: str | None = None,
    delegated: dict[str, str] | None = None,
) -> ZoneSettings:
    """What tenant.toml says of a zone."""
    return ZoneSettings(
        id=zone_id,
        ignore=tuple(parse_pattern(text) for text in ignore),
        protect=tuple(parse_pattern(text) for text in protect),
        apex=apex,
        private=(Vpc("us-east-1", "vpc-0123"),) if private else (),
        comment=comment,
        delegation_set=delegation_set,
        delegated=delegated or {},
    )


def held(
    origin: str = ORIGIN, *, view: str | None = None, tenant: str = "psf", of: ZoneSettings | None = None
) -> HeldZone:
    """A zone that a tenant holds."""
    stem = origin.removesuffix(".") + (f"@{view}" if view else "")
    return HeldZone(origin, view, tenant, f"zones/{tenant}/{stem}.zone", of or ZoneSettings())


def desired(
    *lines: str, origin: str = ORIGIN, tenant: str = "psf", of: ZoneSettings | None = None
) -> DesiredZone:
    """A zone file as read, its lines as given."""
    place = held(origin, tenant=tenant, of=of)
    contents = zone(*lines, origin=origin, path=place.path)
    return DesiredZone(origin, None, tenant, place.path, place.settings, contents)


def plan_of(
    before: Iterable[str] | None, after: Iterable[str], *, of: ZoneSettings | None = None
) -> ZonePlan:
    """The plan that leads from one zone to another; None before: the zone is still to be created."""
    want = desired(*after, of=of)
    assert want.zone is not None
    if before is None:
        return plan_new_zone(want, want.zone)
    return plan_live_zone(want, want.zone, live(*before))


def whole_plan(*zones: ZonePlan, account: str | None = "sandbox") -> Plan:
    """A plan, not judged."""
    return Plan(account, zones)


_labels = st.sampled_from(["www", "mail", "*", "_dmarc", "a.b", "xn--bcher-kva", "api"])
_addresses = st.integers(1, 254).map("192.0.2.{}".format)
_texts = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=20).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
)
_hosts = st.sampled_from(["target.example.", "other.example.net."])
_plain = st.one_of(
    st.tuples(st.just("A"), st.sets(_addresses, min_size=1, max_size=4)),
    st.tuples(st.just("TXT"), st.sets(_texts, min_size=1, max_size=4)),
    st.tuples(st.just("CNAME"), st.sets(_hosts, min_size=1, max_size=1)),
)
_identifiers = st.text(min_size=1, max_size=8)
_routings: st.SearchStrategy[Routing] = st.one_of(
    st.builds(Weighted, st.integers(0, 255)),
    st.builds(Latency, st.sampled_from(["us-east-1", "eu-west-1"])),
    st.builds(Failover, st.sampled_from(["PRIMARY", "SECONDARY"])),
    st.builds(Geolocation, continent=st.none() | st.just("EU"), country=st.none() | st.just("US")),
    st.just(Multivalue()),
    st.builds(Geoproximity, region=st.just("us-west-2"), bias=st.none() | st.integers(-99, 99)),
    st.builds(Cidr, collection_id=st.just("c-1"), location_name=st.sampled_from(["*", "office"])),
)


@st.composite
def rrsets(draw: st.DrawFn) -> RRset:
    """A record set of any form: plain, routed, alias, with or without a health check."""
    name = f"{draw(_labels)}.{ORIGIN}"
    routing = draw(st.none() | _routings)
    identifier = draw(_identifiers) if routing is not None else None
    health_check = draw(st.none() | st.just("hc-1")) if routing is not None else None
    if draw(st.booleans()):
        zone_id = draw(st.sampled_from([SELF_ZONE, "Z35SXDOTRQ7X7K"]))
        alias = Alias(draw(_hosts), zone_id, draw(st.booleans()))
        return RRset(RRsetKey(name, "A", identifier), None, (), alias, routing, health_check)
    rdtype, values = draw(_plain)
    ttl = draw(st.integers(0, 2**31 - 1))
    return RRset(RRsetKey(name, rdtype, identifier), ttl, tuple(sorted(values)), None, routing, health_check)


def zones() -> st.SearchStrategy[Zone]:
    """Zones of up to eight record sets, below few names, so that two of them overlap."""
    drawn = st.lists(rrsets(), max_size=8, unique_by=lambda rrset: rrset.key)
    return drawn.map(lambda members: Zone(ORIGIN, {rrset.key: rrset for rrset in members}))
