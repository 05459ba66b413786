"""The TXT record sets of some names of a zone: read name by name, or the whole zone where that is less."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psfdns.plans.host import HostedZone, LiveZone
from psfdns.records import RRset, RRsetKey
from psfdns.route53.host import RRSETS_PER_PAGE, fetch_zone
from psfdns.rrsets import InexpressibleError, decode_name, encode_name, from_api

if TYPE_CHECKING:
    from psfdns.aws import Api

_SETS_AT_A_NAME = "20"
"""Types and set identifiers that stand at a name, in one page."""


@dataclass(slots=True)
class Spots:
    """By name: the TXT record set, and why one cannot be written there. `spelled` is the API's form."""

    rrsets: dict[str, RRset] = field(default_factory=dict)
    spelled: dict[RRsetKey, Mapping[str, Any]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def note(self, rrset: RRset, spelled: Mapping[str, Any]) -> None:
        """Take in one record set of a name."""
        if rrset.type == "CNAME":
            self.faults[rrset.name] = f"{rrset.name} has a CNAME, beside which no TXT can stand"
        elif rrset.type == "TXT" and rrset.key.set_identifier is None and rrset.alias is None:
            self.rrsets[rrset.name] = rrset
            self.spelled[rrset.key] = spelled
        elif rrset.type == "TXT":
            self.faults[rrset.name] = (
                f"{rrset.key} has a routing policy or is an alias, beside which no plain TXT can stand"
            )


def read_spots(api: Api, zone: HostedZone, names: Collection[str]) -> Spots:
    """What stands at these canonical names. Raises HostError."""
    pages = max(1, -(-zone.record_set_count // int(RRSETS_PER_PAGE)))
    if pages <= len(names):
        return _pick(fetch_zone(api, zone), set(names))
    spots = Spots()
    for name in names:
        for entry in _entries_at(api, zone, name):
            try:
                spots.note(from_api(entry, zone_id=zone.id), entry)
            except InexpressibleError as error:
                spots.faults[name] = f"{name} {entry['Type']}: {error.reason}"
    return spots


def _pick(live: LiveZone, names: Collection[str]) -> Spots:
    spots = Spots()
    for foreign in live.foreign:
        if foreign.key.name in names and foreign.key.type == "TXT":
            spots.faults[foreign.key.name] = f"{foreign.key}: {foreign.reason}"
    for key, rrset in live.zone.rrsets.items():
        if key.name in names:
            spots.note(rrset, live.spelled[key])
    return spots


def _entries_at(api: Api, zone: HostedZone, name: str) -> Iterator[Mapping[str, Any]]:
    page = api.call(
        "ListResourceRecordSets",
        f"list the record sets of {name}",
        HostedZoneId=zone.id,
        StartRecordName=encode_name(name),
        MaxItems=_SETS_AT_A_NAME,
    )
    for entry in page["ResourceRecordSets"]:
        if decode_name(entry["Name"]) != name:
            return
        yield entry
