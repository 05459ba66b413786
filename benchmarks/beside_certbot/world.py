"""Route 53, its name servers, a CA's resolver and a CA, in processes of their own.

It takes orders as lines of JSON on stdin and answers each with one on stdout: `alias` sets the CNAMEs of
domains that are hosted elsewhere, `look` says what was asked of Route 53 and of the CA since the last look,
and which TXT records of challenges are live.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from psfdns.sandbox.dns_messages import DnsService
from psfdns.sandbox.sandbox import Sandbox
from psfdns.sandbox.serve import SandboxServer
from psfdns.sandbox.throttle import Throttle
from psfdns.sandbox.wire import Response
from tests.pebble import pebble
from tests.recursor import Recursor, serving

BAD_NONCES = "5"
"""Per cent of the requests that the CA refuses for their nonce, whatever it is."""


class Tally(Throttle):
    """Counts requests by their action, and refuses none."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def admit(self, action: str, params: Mapping[str, Any], now: Any) -> None:
        del params, now
        self.asked[action] += 1


class Account(Sandbox):
    """A sandbox in memory that counts."""

    def __init__(self) -> None:
        super().__init__(None, randomness=random.Random(53))
        self.tally = self._throttle = Tally()

    def handle(self, method: str, path: str, *rest: Any) -> Response:
        if path in {"", "/"}:
            self.tally.asked["GetCallerIdentity"] += 1
        return super().handle(method, path, *rest)

    def take_asked(self) -> dict[str, int]:
        found = dict(self.tally.asked)
        self.tally.asked.clear()
        return found

    def challenges(self) -> int:
        """Live TXT record sets at challenges and below the validation zone."""
        client = self.client()
        found = 0
        for zone in client.list_hosted_zones()["HostedZones"]:
            sets = client.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
            names = [each["Name"] for each in sets if each["Type"] == "TXT"]
            found += sum(name.startswith("_acme-challenge.") for name in names)
            found += sum(zone["Name"] == "acme.test." and name != "acme.test." for name in names)
        return found


class CaLog:
    """Pebble's own log, in which each request is a line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def take(self) -> Counter[str]:
        """Requests since the last time, by method and first part of their path."""
        with self._path.open() as file:
            file.seek(self._read)
            lines = file.read()
            self._read = file.tell()
        asked: Counter[str] = Counter()
        for line in lines.splitlines():
            words = line.split()
            if "-> calling handler()" in line:
                asked[" ".join(words[3:4]) + " " + words[4].split("/")[1]] += 1
        return asked


def main() -> None:
    account = Account()
    recursor = Recursor(account.cloud)
    server = SandboxServer(account)
    threading.Thread(target=server.run, daemon=True).start()
    environment = {"PEBBLE_WFE_NONCEREJECT": BAD_NONCES}
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(DnsService(account.cloud)) as dns_port,
        serving(recursor) as resolver_port,
        pebble(Path(folder), resolver_port, environment=environment) as ca,
    ):
        log = CaLog(Path(folder) / "pebble.log")
        about = {"resolver": resolver_port, "dns": dns_port, "directory": ca.url, "bundle": str(ca.bundle)}
        print(json.dumps({"url": server.url, "world": about}), flush=True)
        for line in sys.stdin:
            print(json.dumps(obey(account, recursor, log, json.loads(line))), flush=True)


def obey(account: Account, recursor: Recursor, log: CaLog, order: dict[str, Any]) -> dict[str, Any]:
    match order["do"]:
        case "alias":
            for owner, target in order["aliases"].items():
                recursor.elsewhere[owner, "CNAME"] = (target,)
            return {}
        case "look":
            asked = account.take_asked()
            left = account.challenges()
            account.take_asked()
            return {"asked": asked, "ca": dict(log.take()), "left": left}
    raise ValueError(order)


if __name__ == "__main__":
    main()
