"""A root and a top-level domain on the loopback, which delegate as a test says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from psfdns.aws import open_route53
from psfdns.budget import UNLIMITED, Budget
from psfdns.sandbox.sandbox import Sandbox
from tests.delegation.scene import RESOLVER, ROOT, ROOT_ZONE, TOP_A, TOP_B, TOP_ZONE, ns
from tests.lab import Place, lab


def name_servers(root: Path) -> dict[str, tuple[str, ...]]:
    """Those that the sandbox assigned, by zone."""
    found = {}
    budget = Budget(UNLIMITED, clock=lambda: 0.0, sleep=lambda _: None)
    api = open_route53(budget=budget, threads=1, attach=Sandbox(root / ".psfdns" / "sandbox").attach)
    for zone in api.call("ListHostedZones", "test")["HostedZones"]:
        answer = api.call("GetHostedZone", "test", Id=zone["Id"])
        names = answer.get("DelegationSet", {}).get("NameServers", ())
        found[zone["Name"]] = tuple(sorted(f"{name}." for name in names))
    return found


@contextmanager
def parents(root: Path, delegations: Mapping[str, tuple[str, ...]], hosts: str = "") -> Iterator[int]:
    """A root and `test.` that delegate so, named in psfdns.toml."""
    top = TOP_ZONE + "".join(ns(*names, owner=owner) for owner, names in delegations.items())
    places = {
        ROOT: Place({".": ROOT_ZONE}),
        TOP_A: Place({"test.": top}),
        TOP_B: Place({"test.": top}),
        RESOLVER: Place({".": "@ 60 NS a.root-servers.test.\n" + hosts}),
    }
    with lab(places) as port:
        with (root / "psfdns.toml").open("a") as file:
            file.write(
                f'[resolver]\nroot_hints = ["{ROOT}"]\nservers = ["{RESOLVER}:{port}"]\nport = {port}\n'
            )
        yield port
