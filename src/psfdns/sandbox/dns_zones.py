"""The sandbox's hosted zones as a name server sees them: names, empty ones between them, and cuts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from psfdns.names import parent_of
from psfdns.records import RRset, RRsetKey
from psfdns.rrsets import InexpressibleError, decode_name, from_api
from psfdns.sandbox.dns_signing import KEY_TTL, ZoneSigner, open_signer
from psfdns.sandbox.recordsets import ApiRecordSet, RecordSets
from psfdns.sandbox.store import Store
from psfdns.sandbox.zones import HostedZone

Node = Mapping[str, tuple[RRset, ...]]
"""The record sets of one name by type; several of a type are a routing policy's."""

_EMPTY: Node = {}


class DnsZone:
    """One hosted zone; never changed once made. `signer` is None where it is not signed."""

    def __init__(self, hosted: HostedZone, record_sets: RecordSets, signer: ZoneSigner | None = None) -> None:
        self.id = hosted.id
        self.origin = decode_name(hosted.name)
        self.signer = signer
        self._sets: defaultdict[str, list[ApiRecordSet]] = defaultdict(list)
        self._names: set[str] = set()
        self._cuts: set[str] = set()
        self._nodes: dict[str, Node] = {}
        for record_set in record_sets:
            self._add(decode_name(record_set["Name"]), record_set)

    def _add(self, name: str, record_set: ApiRecordSet) -> None:
        self._sets[name].append(record_set)
        if record_set["Type"] == "NS" and name != self.origin:
            self._cuts.add(name)
        # A name exists where something lies below it, too (RFC 4592 §2.2.2).
        while name not in self._names:
            self._names.add(name)
            if name in {self.origin, "."}:
                return
            name = parent_of(name)

    def cut_above(self, name: str) -> str | None:
        """The uppermost delegation at or above a name of this zone, or None."""
        found = None
        if self._cuts:
            while name not in {self.origin, "."}:
                found = name if name in self._cuts else found
                name = parent_of(name)
        return found

    def node(self, name: str) -> Node | None:
        """What answers for a name: its own record sets or a wildcard's (RFC 4592 §3.3); None: NXDOMAIN."""
        if name in self._names:
            return self._read(name)
        while name not in self._names:
            if name == ".":
                return None
            name = parent_of(name)
        wildcard = f"*.{name}"
        return self._read(wildcard) if wildcard in self._names else None

    def _read(self, name: str) -> Node:
        if name not in self._sets:
            return _EMPTY
        node = self._nodes.get(name)
        if node is None:
            sets = defaultdict(list)
            for record_set in self._sets[name]:
                try:
                    sets[record_set["Type"]].append(from_api(record_set, zone_id=self.id))
                except InexpressibleError:
                    continue  # of a kind of which psfdns does not know what it answers
            node = self._nodes[name] = {rdtype: tuple(each) for rdtype, each in sets.items()}
            if self.signer is not None and name == self.origin:
                keys = RRset(RRsetKey(name, "DNSKEY"), KEY_TTL, self.signer.key_values())
                node = self._nodes[name] = {**node, "DNSKEY": (keys,)}
        return node

    def negative_ttl(self) -> int:
        """For how long it may be remembered that something is not there (RFC 2308 §4, RFC 9077 §3)."""
        for soa in (self.node(self.origin) or {}).get("SOA", ()):
            return min(soa.ttl or 0, int(soa.values[0].split()[-1]))
        return 0

    def types_at(self, name: str) -> frozenset[str]:
        """The types that a name has here; of a delegation only what its parent may say."""
        types = frozenset(self.node(name) or ())
        return types & {"NS", "DS"} if name in self._cuts else types


class DnsZones:
    """All zones of a store that is read again by each `look`; unchanged zones are kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[str, tuple[tuple[object, ...], DnsZone]] = {}
        self._hosted: Mapping[str, HostedZone] = {}
        self._public: dict[str, list[HostedZone]] = {}

    def look(self) -> None:
        """See which zones there are now. Raises PsfdnsError where the state is damaged."""
        self._hosted = self._store.zones()
        public: defaultdict[str, list[HostedZone]] = defaultdict(list)
        for hosted in self._hosted.values():
            if not hosted.private:
                public[decode_name(hosted.name)].append(hosted)
        self._public = dict(public)

    def find(self, name: str, *, name_server: str | None = None) -> DnsZone | None:
        """The public zone closest above a name; `name_server`: of those that this server answers for."""
        while True:
            for hosted in self._public.get(name, ()):
                zone = self.by_id(hosted.id)
                if zone is not None and (name_server is None or name_server in hosted.name_servers):
                    return zone
            if name == ".":
                return None
            name = parent_of(name)

    def by_id(self, zone_id: str) -> DnsZone | None:
        """Any zone, or None."""
        found = self._store.fetch_zone(zone_id)
        if found is None:
            return None
        hosted, record_sets = found
        keys = self._store.keys() if hosted.signing else None
        made_of = (record_sets, hosted.signing, keys)
        read = self._read.get(zone_id)
        if read is None or any(one is not other for one, other in zip(read[0], made_of, strict=True)):
            signer = None if keys is None else open_signer(hosted, keys)
            read = self._read[zone_id] = (made_of, DnsZone(hosted, record_sets, signer))
        return read[1]

    def is_name_server(self, name: str) -> bool:
        """Whether a public zone is served by a server of this name."""
        return any(name in hosted.name_servers for zones in self._public.values() for hosted in zones)
