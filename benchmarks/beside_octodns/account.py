"""The account that both programs talk to: the sandbox over HTTP, in a process of its own.

It takes orders as lines of JSON on stdin and answers each with one on stdout: `open` sets the account to what
zone files say (or to nothing) with its limits and its latency, `look` says what was asked of it and how far
it is from what zone files say.
"""

from __future__ import annotations

import functools
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psfdns.records import RRset, RRsetKey
from psfdns.rrsets import from_api, to_api
from psfdns.sandbox.recordsets import key_of
from psfdns.sandbox.sandbox import Sandbox
from psfdns.sandbox.serve import SandboxServer
from psfdns.sandbox.store import MemoryStore
from psfdns.sandbox.throttle import Throttle
from psfdns.sandbox.wire import Response
from psfdns.zonefile.load import load_zone

ROOM = 20_000
"""Record sets of a zone: the quota of 10,000 counts SOA and NS, and can be raised."""


class Tally(Throttle):
    """Counts requests by their action; refuses as Route 53 does where `limited`."""

    def __init__(self, *, limited: bool) -> None:
        super().__init__()
        self.limited = limited
        self.asked: Counter[str] = Counter()

    def admit(self, action: str, params: Mapping[str, Any], now: Any) -> None:
        self.asked[action] += 1
        if self.limited:
            super().admit(action, params, now)


class Account(Sandbox):
    """A sandbox in memory that is as far away as it is told to be."""

    def __init__(self) -> None:
        super().__init__(None, max_record_sets=ROOM, randomness=random.Random(53))
        self.latency = 0.0
        self.tally = Tally(limited=False)

    def open(self, folder: str | None, *, limited: bool, latency: float) -> None:
        self.latency = latency
        self.cloud.store = copied(filled(folder)) if folder else MemoryStore()
        self.cloud.busy_until.clear()
        self.tally = self._throttle = Tally(limited=limited)

    def handle(self, method: str, path: str, *rest: Any) -> Response:
        time.sleep(self.latency)
        if path in {"", "/"}:
            self.tally.asked["GetCallerIdentity"] += 1
        return super().handle(method, path, *rest)

    def differences(self, folder: str) -> int:
        """Record sets that are not as the files say, zones that are too many or missing included."""
        wanted, live = read_folder(folder), self.read()
        if wanted.keys() != live.keys():
            return len(wanted.keys() ^ live.keys())
        return sum(
            said(live[name].get(key)) != said(wanted[name].get(key))
            for name in wanted
            for key in wanted[name].keys() | live[name].keys()
        )

    def read(self) -> dict[str, dict[RRsetKey, RRset]]:
        """What is live but for the apex SOA and NS."""
        found = {}
        for zone_id, zone in self.cloud.store.zones().items():
            held = self.cloud.store.fetch_zone(zone_id)
            assert held is not None
            rrsets = [from_api(each, zone_id=zone_id) for each in held[1]]
            found[zone.name] = {each.key: each for each in rrsets if not is_apex(each, zone.name)}
        return found


@functools.cache
def read_folder(folder: str) -> dict[str, dict[RRsetKey, RRset]]:
    """Origin -> record sets but for the apex SOA and NS."""
    zones = {}
    for path in sorted(Path(folder).glob("*.zone")):
        origin = path.stem + "."
        zone = load_zone(
            path, origin=origin, shown_path=path.name, tenant_root=path.parent, default_ttl=300
        ).zone
        zones[origin] = {key: each for key, each in zone.rrsets.items() if not is_apex(each, origin)}
    return zones


def said(rrset: RRset | None) -> object:
    """What a record set tells a receiver: where a long text is cut is not part of it."""
    if rrset is None or rrset.type != "TXT":
        return rrset
    return rrset.ttl, {value.replace('" "', "") for value in rrset.values}


def is_apex(rrset: RRset, origin: str) -> bool:
    return rrset.name == origin and rrset.type in {"SOA", "NS"}


@functools.cache
def filled(folder: str) -> MemoryStore:
    """A store with the zones of a folder."""
    sandbox = Sandbox(None, randomness=random.Random(53))
    client = sandbox.client()
    store = sandbox.cloud.store
    assert isinstance(store, MemoryStore)
    for origin, rrsets in read_folder(folder).items():
        made = client.create_hosted_zone(Name=origin, CallerReference=f"made before {origin}")
        zone_id = made["HostedZone"]["Id"].rpartition("/")[2]
        held = store.fetch_zone(zone_id)
        assert held is not None
        added = [to_api(rrset, zone_id=zone_id) for rrset in rrsets.values()]
        store.store_zone(held[0], held[1].replaced((), {key_of(each): each for each in added}))
    return store


def copied(store: MemoryStore) -> MemoryStore:
    """Zones and record sets are values: what is done to the copy is not done to the store."""
    made = MemoryStore()
    for zone_id in store.zones():
        held = store.fetch_zone(zone_id)
        assert held is not None
        made.store_zone(*held)
    return made


def obey(account: Account, order: dict[str, Any]) -> dict[str, Any]:
    match order["do"]:
        case "open":
            account.open(order["folder"], limited=order["limited"], latency=order["latency"])
            return {}
        case "look":
            tally, folder = account.tally, order["folder"]
            differs = account.differences(folder) if folder else 0
            return {"asked": dict(tally.asked), "throttled": tally.refused, "differs": differs}
    raise ValueError(order)


def main() -> None:
    account = Account()
    server = SandboxServer(account)
    threading.Thread(target=server.run, daemon=True).start()
    print(json.dumps({"url": server.url}), flush=True)
    for line in sys.stdin:
        print(json.dumps(obey(account, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
