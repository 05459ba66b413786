"""Reading Route 53: the zones of the account and their record sets, with no request too many."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from psfdns.diagnostics import Diagnostic
from psfdns.plans.host import Foreign, HostedZone, LiveZone, Protection
from psfdns.plans.match import is_ours
from psfdns.plans.protection import Listed
from psfdns.records import RRset, RRsetKey, Zone
from psfdns.route53.protections import look_at_protections
from psfdns.rrsets import InexpressibleError, decode_name, from_api, to_api

if TYPE_CHECKING:
    from psfdns.aws import Api

ZONES_PER_PAGE = "100"
RRSETS_PER_PAGE = "300"
"""The most that Route 53 gives at once; without MaxItems it gives 100 (ListResourceRecordSets)."""

THREADS = 8
"""Requests under way at a time; how many a second is the budget's matter."""

_RRSETS_OF_A_NEW_ZONE = 2
"""NS and SOA."""

_NEXT_RRSET = {
    "NextRecordName": "StartRecordName",
    "NextRecordType": "StartRecordType",
    "NextRecordIdentifier": "StartRecordIdentifier",
}
"""Where a page ends -> where the next begins; without the identifier a weighted group never ends."""


class Route53Host:
    """The account's zones as `psfdns.plans.host.Host`; the account is looked up once at most."""

    def __init__(
        self, api: Api, *, look_up_account: Callable[[], str | None], threads: int = THREADS
    ) -> None:
        self._api = api
        self._look_up_account = look_up_account
        self._threads = threads
        self._account: list[str | None] = []
        self._not_offered: list[Diagnostic] = []

    def look_up_account(self) -> str | None:
        """The account id, `sandbox`, or None where it cannot be learnt."""
        if not self._account:
            self._account.append(self._look_up_account())
        return self._account[0]

    def list_zones(self) -> Sequence[HostedZone]:
        """Every hosted zone of the account: one request for each hundred."""
        return list_zones(self._api)

    def fetch_zone(self, hosted: HostedZone) -> LiveZone:
        """All record sets of one zone, and what shows whether its making was cut short.

        One request for each three hundred record sets; one more for a private zone, and one for a zone
        of ours that holds nothing yet.
        """
        live = fetch_zone(self._api, hosted)
        vpcs = fetch_vpcs(self._api, hosted.id) if hosted.private else None
        tags = _fetch_tags(self._api, hosted) if _may_be_unfinished(hosted) else None
        return replace(live, vpcs=vpcs, tags=tags)

    def look_at_protections(self, hosted: Iterable[HostedZone]) -> Listed:
        """The protections of several zones; once there are none to be had, no further zone is asked."""
        with ThreadPoolExecutor(self._threads, thread_name_prefix="protections") as pool:
            zones = list(hosted)
            return dict(zip((zone.id for zone in zones), pool.map(self._look_at, zones), strict=True))

    def _look_at(self, hosted: HostedZone) -> tuple[Protection, ...] | Diagnostic:
        if self._not_offered:
            return self._not_offered[0]
        found = look_at_protections(self._api, hosted)
        if isinstance(found, Diagnostic):
            self._not_offered.append(found)
        return found

    def fetch_zones(self, hosted: Iterable[HostedZone]) -> tuple[LiveZone, ...]:
        """Several zones at a time, in the order asked for; the first HostError ends it."""
        with ThreadPoolExecutor(self._threads, thread_name_prefix="fetch") as pool:
            under_way = [pool.submit(self.fetch_zone, zone) for zone in hosted]
            try:
                return tuple(zone.result() for zone in under_way)
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


def list_zones(api: Api) -> tuple[HostedZone, ...]:
    """Every hosted zone, in the order of the API (ListHostedZones)."""
    found: list[HostedZone] = []
    marker: dict[str, str] = {}
    while True:
        page = api.call("ListHostedZones", "list the hosted zones", MaxItems=ZONES_PER_PAGE, **marker)
        found.extend(map(_hosted_zone, page["HostedZones"]))
        if not page["IsTruncated"]:
            return tuple(found)
        marker = {"Marker": page["NextMarker"]}


def fetch_zone(api: Api, hosted: HostedZone) -> LiveZone:
    """One zone as it stands, pending changes included (ListResourceRecordSets)."""
    rrsets: dict[RRsetKey, RRset] = {}
    odd: dict[RRsetKey, Mapping[str, Any]] = {}
    foreign: list[Foreign] = []
    for entry in _pages_of_rrsets(api, hosted):
        try:
            rrset = from_api(entry, zone_id=hosted.id)
        except InexpressibleError as error:
            foreign.append(Foreign(_key_of(entry), error.reason))
        else:
            rrsets[rrset.key] = rrset
            if to_api(rrset, zone_id=hosted.id) != entry:
                odd[rrset.key] = entry
    return LiveZone(hosted, Zone(hosted.name, rrsets), Spelled(rrsets, odd, hosted.id), tuple(foreign))


class Spelled(Mapping[RRsetKey, Mapping[str, Any]]):
    """Record sets as the API spelled them; those that we spell alike are not kept twice."""

    __slots__ = ("_odd", "_rrsets", "_zone_id")

    def __init__(
        self, rrsets: Mapping[RRsetKey, RRset], odd: Mapping[RRsetKey, Mapping[str, Any]], zone_id: str
    ) -> None:
        self._rrsets = rrsets
        self._odd = odd
        self._zone_id = zone_id

    def __getitem__(self, key: RRsetKey) -> Mapping[str, Any]:
        return self._odd[key] if key in self._odd else to_api(self._rrsets[key], zone_id=self._zone_id)

    def __contains__(self, key: object) -> bool:
        return key in self._rrsets

    def __iter__(self) -> Iterator[RRsetKey]:
        return iter(self._rrsets)

    def __len__(self) -> int:
        return len(self._rrsets)


def fetch_apex(api: Api, hosted: HostedZone) -> dict[RRsetKey, RRset]:
    """The record sets of the zone's own name, which every listing begins with."""
    entries = itertools.takewhile(
        lambda entry: _canonical(entry["Name"]) == hosted.name, _pages_of_rrsets(api, hosted)
    )
    found: dict[RRsetKey, RRset] = {}
    for entry in entries:
        with contextlib.suppress(InexpressibleError):
            rrset = from_api(entry, zone_id=hosted.id)
            found[rrset.key] = rrset
    return found


def fetch_vpcs(api: Api, zone_id: str) -> tuple[str, ...]:
    """Where a private zone is seen, `region:id` each, sorted (GetHostedZone)."""
    answer = api.call("GetHostedZone", f"look at hosted zone {zone_id}", Id=zone_id)
    return tuple(sorted(f"{vpc['VPCRegion']}:{vpc['VPCId']}" for vpc in answer.get("VPCs", ())))


def _may_be_unfinished(hosted: HostedZone) -> bool:
    """Whether making the zone may have been cut short: it is tagged before it gets its first record set."""
    return is_ours(hosted) and hosted.record_set_count <= _RRSETS_OF_A_NEW_ZONE


def _fetch_tags(api: Api, hosted: HostedZone) -> dict[str, str]:
    answer = api.call(
        "ListTagsForResource",
        f"list the tags of {hosted.name}",
        ResourceType="hostedzone",
        ResourceId=hosted.id,
    )
    return {tag["Key"]: tag.get("Value", "") for tag in answer["ResourceTagSet"].get("Tags", ())}


def fetch_name_servers(api: Api, zone_id: str) -> tuple[str, ...]:
    """The servers of the zone's delegation set, whatever its NS records say (GetHostedZone)."""
    answer = api.call("GetHostedZone", f"look at hosted zone {zone_id}", Id=zone_id)
    return name_servers_of(answer)


def name_servers_of(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Absolute names, sorted; a private zone has none."""
    names = answer.get("DelegationSet", {}).get("NameServers", ())
    return tuple(sorted(name.removesuffix(".").lower() + "." for name in names))


def bare_id(text: str) -> str:
    """`Z…` of `/hostedzone/Z…`, `C…` of `/change/C…`."""
    return text.rpartition("/")[2]


def _pages_of_rrsets(api: Api, hosted: HostedZone) -> Iterator[Mapping[str, Any]]:
    doing = f"list the record sets of {hosted.name}"
    start: dict[str, str] = {}
    while True:
        page = api.call(
            "ListResourceRecordSets", doing, HostedZoneId=hosted.id, MaxItems=RRSETS_PER_PAGE, **start
        )
        yield from page["ResourceRecordSets"]
        if not page["IsTruncated"]:
            return
        start = {ours: page[theirs] for theirs, ours in _NEXT_RRSET.items() if theirs in page}


def _hosted_zone(row: Mapping[str, Any]) -> HostedZone:
    config = row.get("Config", {})
    linked = row.get("LinkedService", {})
    return HostedZone(
        id=bare_id(row["Id"]),
        name=_canonical(row["Name"]),
        private=config.get("PrivateZone", False),
        caller_reference=row["CallerReference"],
        comment=config.get("Comment") or None,
        record_set_count=row.get("ResourceRecordSetCount", 0),
        linked_service=linked.get("ServicePrincipal") or linked.get("Description"),
    )


def _key_of(entry: Mapping[str, Any]) -> RRsetKey:
    return RRsetKey(_canonical(entry["Name"]), entry["Type"], entry.get("SetIdentifier"))


def _canonical(name: str) -> str:
    """The canonical name, or the text as it came where it is none: it is shown, never sent."""
    try:
        return decode_name(name)
    except InexpressibleError:
        return name
